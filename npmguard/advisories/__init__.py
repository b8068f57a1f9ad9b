"""Advisories: one module per source, each giving the same `Advisory`."""

from __future__ import annotations

from collections.abc import Iterable

from npmguard.model import Advisory

__all__ = ["merge"]


def merge(advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """The advisories, each once, though several sources may name it.

    Two are one where they are about one package and share an id (GHSA, CVE, MAL). The worse severity, all
    ids, and either range count: where sources disagree, npmguard would rather say too much.
    """
    merged: list[Advisory] = []
    by_id: dict[tuple[str, str], int] = {}
    for advisory in advisories:
        if advisory.withdrawn:
            continue
        known = next(
            (by_id[advisory.package, i] for i in advisory.ids if (advisory.package, i) in by_id), None
        )
        if known is None:
            known = len(merged)
            merged.append(advisory)
        else:
            merged[known] = _both(merged[known], advisory)
        for i in merged[known].ids:
            by_id[advisory.package, i] = known
    return tuple(sorted(merged, key=lambda a: (a.package, -a.severity, a.id)))


def _both(one: Advisory, other: Advisory) -> Advisory:
    ranges = list(dict.fromkeys((one.vulnerable, other.vulnerable)))
    return one._replace(
        severity=max(one.severity, other.severity),
        vulnerable=" || ".join(r for r in ranges if r) or one.vulnerable,
        ids=tuple(dict.fromkeys((*one.ids, *other.ids))),
        url=one.url or other.url,
        patched=tuple(dict.fromkeys((*one.patched, *other.patched))),
        versions=one.versions | other.versions,
        cwe=tuple(dict.fromkeys((*one.cwe, *other.cwe))),
        score=max((s for s in (one.score, other.score) if s is not None), default=None),
        malware=one.malware or other.malware,
        source=one.source if one.source == other.source else f"{one.source}, {other.source}",
    )
