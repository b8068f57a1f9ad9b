"""Advisories: one module per source, each giving the same `Advisory`."""

from __future__ import annotations

from collections.abc import Iterable

from npmguard.advisories.classify import ranked
from npmguard.model import Advisory

__all__ = ["merge"]


def merge(advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """The advisories, each once, though several sources (or several entries of one) may name it.

    Two are one where they are about one package and share an id, be it through a third. The worse severity,
    all ids and either range count: where sources disagree, npmguard would rather say too much.
    """
    merged: dict[int, Advisory] = {}
    owner: dict[tuple[str, str], int] = {}  # (package, id) to a key of `merged`
    for number, advisory in enumerate(advisories):
        if advisory.withdrawn:
            continue
        known = sorted({owner[p] for i in advisory.ids if (p := (advisory.package, i)) in owner})
        for other in reversed(known):
            advisory = _both(merged.pop(other), advisory)
        place = known[0] if known else number
        merged[place] = advisory
        for i in advisory.ids:
            owner[advisory.package, i] = place
    return tuple(sorted(merged.values(), key=lambda a: (a.package, -a.severity, a.id, a.vulnerable)))


def _both(one: Advisory, other: Advisory) -> Advisory:
    ids = ranked((*one.ids, *other.ids))
    return one._replace(
        id=ids[0],
        severity=max(one.severity, other.severity),
        vulnerable=" || ".join(dict.fromkeys(r for r in (one.vulnerable, other.vulnerable) if r)),
        ids=ids,
        url=one.url or other.url,
        patched=tuple(dict.fromkeys((*one.patched, *other.patched))),
        versions=one.versions | other.versions,
        cwe=tuple(dict.fromkeys((*one.cwe, *other.cwe))),
        score=max((s for s in (one.score, other.score) if s is not None), default=None),
        malware=one.malware or other.malware,
        published=min((t for t in (one.published, other.published) if t is not None), default=None),
        source=", ".join(dict.fromkeys((*one.source.split(", "), other.source))),
    )
