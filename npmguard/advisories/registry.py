"""The registry's bulk endpoint: POST /-/npm/v1/security/advisories/bulk, as npm 7 and later use it.

Its answer maps a package's name to advisories with id, url, title, severity, vulnerable_versions, cwe and
cvss. There are no CVE ids and no fixed versions in it: the GHSA id comes from the url, the fixed versions
from where the vulnerable range ends.
"""

from __future__ import annotations

import re
from typing import Any

from npmguard import versions
from npmguard.advisories.classify import UNKNOWN, by_score, few, is_malware, ranked
from npmguard.model import Advisory, DependencyGraph, Severity

_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.IGNORECASE)
_LONGEST_TITLE = 500


def bulk_request(graph: DependencyGraph, production: bool) -> dict[str, list[str]]:
    """What to ask about: every third-party package's versions, sorted, by its real name.

    As npm does, this leaves out the project, its workspaces and linked folders, and asks about packages from
    git, URLs and tarballs, whose code may be that of the published version of their name.
    """
    found: dict[str, set[str]] = {}
    for package in graph.foreign:
        # a lockfile may hold anything where the version should be: a URL, say
        if not package.version or not package.version[0].isdigit():
            continue
        if production and package.key not in graph.production:
            continue
        found.setdefault(package.name, set()).add(package.version)
    return {name: sorted(found[name]) for name in sorted(found)}


def parse_bulk(answer: object) -> tuple[tuple[Advisory, ...], tuple[str, ...]]:
    """(the advisories of a decoded answer, what could not be understood in it, in words).

    Raises ValueError with a plain reason where the whole answer makes no sense.
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
            if isinstance(entry, dict) and any(entry.get(key) for key in ("id", "url", "title")):
                found.append(_advisory(name, entry))
            else:
                problems.append(f"an advisory about {name[:214]} in the registry's answer makes no sense")
    return tuple(found), few(problems)


def _advisory(name: str, entry: dict[str, Any]) -> Advisory:
    url = _text(entry.get("url"))
    title = (_text(entry.get("title")) or "An advisory without a title")[:_LONGEST_TITLE]
    ids = _ids(entry, url)
    cwe = _texts(entry.get("cwe"))
    cvss = entry.get("cvss")
    score = _score(cvss.get("score")) if isinstance(cvss, dict) else None
    malware = is_malware(title, cwe)
    severity = Severity.parse(_text(entry.get("severity")) or "")
    if severity is None:
        # the registry named it for these very versions: an unknown severity is no reason to be quiet
        severity = by_score(score) if score is not None else Severity.HIGH
    # as is whether the range can be read: see `upgrades.matches`
    vulnerable = _text(entry.get("vulnerable_versions")) or UNKNOWN
    return Advisory(
        ids[0] if ids else title,
        name,
        title,
        Severity.CRITICAL if malware else severity,
        vulnerable,
        ids,
        url,
        versions.bounds_above(vulnerable),
        cwe=cwe,
        score=score,
        malware=malware,
    )


def _ids(entry: dict[str, Any], url: str | None) -> tuple[str, ...]:
    """Its GHSA and CVE ids; the registry's own number only where there is neither."""
    ghsa = _GHSA.search(url or "") or _GHSA.search(_text(entry.get("github_advisory_id")) or "")
    found = ["GHSA" + ghsa[0][4:].lower()] if ghsa else []
    found += _texts(entry.get("cves"))
    if found:
        return ranked(found)
    number = entry.get("id")
    if isinstance(number, (int, str)) and not isinstance(number, bool) and number:
        return (f"npm-{str(number)[:40]}",)
    return (url,) if url else ()


def _score(value: object) -> float | None:
    """A CVSS score; the endpoint says 0 where it knows none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 10:
        return float(value)
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str) and item)
