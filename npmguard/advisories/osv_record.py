"""One OSV record, in the words of npm (https://ossf.github.io/osv-schema/).

Records come from outside: each field is looked at before it is believed, and where one makes no sense its
advisory is given with doubt rather than dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from npmguard import versions
from npmguard.advisories.classify import UNKNOWN, by_score, is_malware, ranked
from npmguard.advisories.cvss import base_score
from npmguard.dates import seconds
from npmguard.model import Advisory, Severity

_LONGEST_TITLE = 500
_SHORT = re.compile(r"v?\d{1,9}(?:\.\d{1,9})?")
# Where two events share a version, what ends there ends before what begins; `last_affected` ends after it.
_EVENTS = {"fixed": 0, "introduced": 1, "last_affected": 2}
_REFERENCES = {"ADVISORY": 0, "WEB": 1, "REPORT": 2}

Event = tuple[str, str]  # its kind, its version


def advisories_of(
    record: Mapping[str, Any], names: frozenset[str] | None, source: str
) -> tuple[list[Advisory], list[str]]:
    """(an advisory for each npm package of `names` that the record affects, what made no sense, in words).

    Without `names` for every npm package.
    """
    problems = []
    parts: dict[str, list[Mapping[str, Any]]] = {}
    affected = record.get("affected")
    if not isinstance(affected, (list, type(None))):
        problems.append(f"{_id(record)}: what it affects is no list")
    elif not all(map(_legible, affected or ())):
        problems.append(f"{_id(record)}: not all of what it affects can be read")
    for part in _objects(affected):
        package = _object(part.get("package"))
        name = package.get("name")
        ecosystem = str(package.get("ecosystem")).partition(":")[0]
        if ecosystem == "npm" and isinstance(name, str) and (names is None or name in names):
            parts.setdefault(name, []).append(part)
    if not isinstance(affected, list) or not parts:
        return [], problems
    ids = ranked((_id(record), *_texts(record.get("aliases"))))
    own = _object(record.get("database_specific"))
    title = _title(record)
    found = []
    for name, mine in parts.items():
        cwes = (*_texts(own.get("cwe_ids")), *_cwes(mine))
        malware = (
            any(i.startswith("MAL-") for i in ids)
            or "malicious-packages-origins" in own
            or is_malware(title, cwes)
        )
        score = _score(record, mine)
        singles = frozenset(v.strip() for part in mine for v in _texts(part.get("versions")))
        ranges = [range for part in mine for range in _ranges(part)]
        ranges += [] if all(map(_telling, mine)) else [UNKNOWN]
        found.append(
            Advisory(
                ids[0],
                name,
                title,
                Severity.CRITICAL if malware else _severity(own, score),
                " || ".join(dict.fromkeys(ranges)) or ("" if singles else UNKNOWN),
                ids,
                _url(record, ids),
                _fixed(mine),
                singles,
                tuple(dict.fromkeys(cwes)),
                score,
                malware,
                bool(record.get("withdrawn")),
                source,
                _published(record),
            )
        )
    return found, problems


def _legible(part: object) -> bool:
    """Does an `affected` entry say which package it is about, or that it is about none?"""
    if not isinstance(part, dict):
        return False
    package = part.get("package")
    return package is None or (
        isinstance(package, dict)
        and isinstance(package.get("ecosystem"), str)
        and isinstance(package.get("name"), str)
    )


def _telling(part: Mapping[str, Any]) -> bool:
    """Are its ranges and versions such as OSV has them?"""
    return all(
        found is None or (isinstance(found, list) and all(isinstance(item, kind) for item in found))
        for found, kind in ((part.get("ranges"), dict), (part.get("versions"), str))
    )


def _id(record: Mapping[str, Any]) -> str:
    return str(record["id"])[:100]


def _title(record: Mapping[str, Any]) -> str:
    for text in (record.get("summary"), record.get("details")):
        if isinstance(text, str) and text.strip():
            return text.strip().split("\n", 1)[0][:_LONGEST_TITLE]
    return _id(record)


def _severity(own: Mapping[str, Any], score: float | None) -> Severity:
    """What the record's source calls it, else what its score says, else moderate."""
    word = own.get("severity")
    named = Severity.parse(word) if isinstance(word, str) else None
    if named is not None:
        return named
    return by_score(score) if score is not None else Severity.MODERATE


def _published(record: Mapping[str, Any]) -> float | None:
    """When it was disclosed, as far as the record says."""
    written = record.get("published")
    return seconds(written) if isinstance(written, str) else None


def _score(record: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> float | None:
    """The CVSS 3 base score; records carry the vector, in one place or for each package."""
    for holder in (record, *parts):
        for entry in _objects(holder.get("severity")):
            vector = entry.get("score")
            score = base_score(vector) if isinstance(vector, str) else None
            if score is not None:
                return score
    return None


def _cwes(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        for entry in _objects(_object(part.get("database_specific")).get("cwes")):
            if isinstance(entry.get("cweId"), str):
                yield entry["cweId"]


def _url(record: Mapping[str, Any], ids: tuple[str, ...]) -> str | None:
    """Where a person reads about it."""
    if ids[0].startswith("GHSA-"):
        return f"https://github.com/advisories/{ids[0]}"
    known = [
        (_REFERENCES.get(str(reference.get("type")), 3), url)
        for reference in _objects(record.get("references"))
        if isinstance(url := reference.get("url"), str) and url.startswith("https://")
    ]
    return min(known)[1] if known else None


# -- versions


def _ranges(part: Mapping[str, Any]) -> Iterator[str]:
    """The npm ranges of one `affected` entry.

    GHSA notes how far a vulnerability without a fix is known to reach beside the range rather than in it.
    """
    reach = _object(part.get("database_specific")).get("last_known_affected_version_range")
    if not (isinstance(reach, str) and reach.startswith("<") and versions.valid_range(reach)):
        reach = ""
    ranges = part.get("ranges")
    if not isinstance(ranges, (list, type(None))):
        yield UNKNOWN
    for range in _objects(ranges):
        if range.get("type") == "GIT":
            continue
        events = list(_events(range.get("events")))
        yield from npm_ranges(events, reach.strip()) if events else [UNKNOWN]


def _events(events: object) -> Iterator[Event]:
    for event in _objects(events):
        for kind in (*_EVENTS, "limit"):
            if kind in event:
                yield kind, str(event[kind]).strip()


def npm_ranges(events: Iterable[Event], reach: str = "") -> list[str]:
    """The npm ranges that a range's events stand for, one for each stretch of vulnerable versions.

    `reach` is a comparator such as `<=1.2.3` that ends a stretch which nothing else does.
    """
    sorted_events: list[tuple[tuple[object, ...], int, str, str]] = []
    limits: list[tuple[tuple[object, ...], str]] = []
    unlimited = False
    for kind, text in events:
        if kind == "limit" and text == "*":
            unlimited = True
            continue
        version = _whole(text)
        key = () if kind == "introduced" and text == "0" else versions.key(version, loose=True)
        if key is None:
            return [UNKNOWN]
        if kind == "limit":
            limits.append((key, version))
        else:
            sorted_events.append((key, _EVENTS[kind], kind, version if key else "0"))
    # a version must lie before one of the limits
    limit = f"<{max(limits)[1]}" if limits and not unlimited else ""
    found: list[str] = []
    start: str | None = None
    for _, _, kind, version in sorted(sorted_events):
        if kind == "introduced":
            start = version if start is None else start
        elif start is not None:
            found.append(_between(start, ("<" if kind == "fixed" else "<=") + version, limit))
            start = None
    if start is not None:
        found.append(_between(start, "" if limit else reach, limit))
    return found


def _between(start: str, *ends: str) -> str:
    low = "" if start == "0" else f">={start}"
    return " ".join(part for part in (low, *ends) if part) or "*"


def _whole(version: str) -> str:
    """`1.2` as 1.2.0: OSV wants whole versions, and not every source gives them."""
    if _SHORT.fullmatch(version):
        return version + ".0" * (2 - version.count("."))
    return version


def _fixed(parts: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The versions that fix it, lowest first."""
    found: dict[versions.Key, str] = {}
    for part in parts:
        for range in _objects(part.get("ranges")):
            for kind, text in _events(range.get("events")):
                version = _whole(text).lstrip("v=")
                key = versions.key(version, loose=True)
                if kind == "fixed" and key is not None and range.get("type") != "GIT":
                    found[key] = version
    return tuple(found[key] for key in sorted(found))


# -- fields


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
