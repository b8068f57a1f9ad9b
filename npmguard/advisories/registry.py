"""The registry's bulk endpoint: POST /-/npm/v1/security/advisories/bulk, as npm 7 and later use it."""

from __future__ import annotations

import re
from typing import Any

from npmguard import versions
from npmguard.model import Advisory, DependencyGraph, Severity, Source

_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.IGNORECASE)
# Where npm says that a package is malware, it says so in the title or by its weakness class.
_MALICIOUS = re.compile(r"\bmalware\b|\bmalicious (?:package|code)\b|embedded malicious code", re.IGNORECASE)
_MALICIOUS_CODE = "CWE-506"


def bulk_request(graph: DependencyGraph, production: bool) -> dict[str, list[str]]:
    """What to ask about: the versions of every package that a registry serves, by its real name."""
    found: dict[str, set[str]] = {}
    for package in graph.packages:
        if package.source is not Source.REGISTRY or not package.version:
            continue
        if production and package.key not in graph.production:
            continue
        found.setdefault(package.name, set()).add(package.version)
    return {name: sorted(found[name]) for name in sorted(found)}


def parse_bulk(answer: object) -> tuple[tuple[Advisory, ...], tuple[str, ...]]:
    """(the advisories of a decoded answer, what could not be understood in it, in words).

    Raises ValueError where the whole answer makes no sense.
    """
    if not isinstance(answer, dict):
        raise ValueError("the registry's answer about advisories is no object")
    found: list[Advisory] = []
    problems: list[str] = []
    for name, entries in answer.items():
        if not isinstance(entries, list):
            problems.append(f"the registry's answer about {name[:214]} is no list")
            continue
        for entry in entries:
            if isinstance(entry, dict) and (entry.get("title") or entry.get("id") or entry.get("url")):
                found.append(_advisory(name, entry))
            else:
                problems.append(f"an advisory about {name[:214]} makes no sense")
    return tuple(found), tuple(problems)


def _advisory(name: str, entry: dict[str, Any]) -> Advisory:
    url = _text(entry.get("url"))
    ghsa = _GHSA.search(url or "") or _GHSA.search(_text(entry.get("github_advisory_id")) or "")
    number = entry.get("id")
    own = str(number) if isinstance(number, (int, str)) and not isinstance(number, bool) else ""
    ids = [_canonical(ghsa[0])] if ghsa else []
    ids += [cve for cve in entry.get("cves") or () if isinstance(cve, str)] if _is_list(entry, "cves") else []
    if not ids:
        ids = [f"npm-{own}" if own else (url or "unknown")]
    cwe = entry.get("cwe")
    cwes = tuple(c for c in (cwe if isinstance(cwe, list) else [cwe]) if isinstance(c, str))
    title = _text(entry.get("title")) or "no title"
    score = (entry.get("cvss") or {}).get("score") if isinstance(entry.get("cvss"), dict) else None
    vulnerable = _text(entry.get("vulnerable_versions"))
    return Advisory(
        ids[0],
        name,
        title,
        # the endpoint named it for these very versions: an unknown severity is no reason for silence
        Severity.parse(_text(entry.get("severity")) or "") or _by_score(score),
        vulnerable if vulnerable is not None else "*",
        tuple(ids),
        url,
        versions.bounds_above(vulnerable or ""),
        cwe=cwes,
        score=float(score)
        if isinstance(score, (int, float)) and not isinstance(score, bool) and score
        else None,
        malware=_MALICIOUS_CODE in cwes or _MALICIOUS.search(title) is not None,
    )


def _by_score(score: object) -> Severity:
    if not isinstance(score, (int, float)) or isinstance(score, bool) or not score:
        return Severity.HIGH
    return next(s for least, s in SCORES if score >= least)


# CVSS's own scale of qualitative severities
SCORES = (
    (9.0, Severity.CRITICAL),
    (7.0, Severity.HIGH),
    (4.0, Severity.MODERATE),
    (0.0, Severity.LOW),
)


def _canonical(ghsa: str) -> str:
    return "GHSA" + ghsa[4:].lower()


def _is_list(entry: dict[str, Any], key: str) -> bool:
    return isinstance(entry.get(key), list)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
