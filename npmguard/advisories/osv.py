"""Local advisories: OSV records (https://ossf.github.io/osv-schema/) from a file, a folder or an archive.

A file holds one record, a list of them, or one a line; an archive is the dump that OSV offers.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from npmguard import versions
from npmguard.advisories.registry import SCORES
from npmguard.errors import InputError
from npmguard.model import Advisory, Severity

_LARGEST_FILE = 256 * 1024 * 1024
_LARGEST_RECORD = 4 * 1024 * 1024
_MOST_RECORDS = 1_000_000
_ENDINGS = (".json", ".jsonl", ".ndjson", ".zip")


class LoadedAdvisories(NamedTuple):
    """What a source held: the advisories about the packages that matter, and how much was read for it."""

    advisories: tuple[Advisory, ...]
    records_read: int
    newest: str | None  # the latest `modified` of all records, ISO 8601
    problems: tuple[str, ...]


def load(path: str, names: frozenset[str]) -> LoadedAdvisories:
    """The advisories about packages of these names in a file, folder or archive.

    Raises InputError for what cannot be read, or holds no OSV records. A single record that makes no sense
    is a problem in words, and the others count.
    """
    reader = _Reader(names)
    if os.path.isdir(path):
        files = sorted(
            os.path.join(folder, name)
            for folder, _, found in os.walk(path)
            for name in found
            if name.endswith(_ENDINGS)
        )
        if not files:
            raise InputError(path, "no OSV records here (.json, .jsonl, .zip)")
        for file in files:
            reader.file(file)
    else:
        reader.file(path)
    return LoadedAdvisories(
        tuple(reader.advisories), reader.count, reader.newest, tuple(dict.fromkeys(reader.problems))
    )


class _Reader:
    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        # a record is decoded only where one of the names stands in it
        self.word = re.compile(rb'"((?:@[^"/\\]+/)?[^"\\@/]+)"')
        self.quoted = frozenset(name.encode("utf-8", "surrogatepass") for name in names)
        self.advisories: list[Advisory] = []
        self.problems: list[str] = []
        self.count = 0
        self.newest: str | None = None

    def file(self, path: str) -> None:
        shown = path.replace(os.sep, "/")
        try:
            if not os.path.isfile(path):
                raise InputError(shown, "no such file")
            if path.endswith(".zip"):
                self.archive(path, shown)
                return
            if os.path.getsize(path) > _LARGEST_FILE:
                raise InputError(shown, f"more than npmguard reads ({_LARGEST_FILE >> 20} MiB)")
            with open(path, "rb") as file:
                data = file.read(_LARGEST_FILE + 1)
        except OSError as error:
            raise InputError(shown, f"cannot be read: {error.strerror or error}") from None
        self.text(data.removeprefix(b"\xef\xbb\xbf"), shown)

    def text(self, data: bytes, shown: str) -> None:
        if shown.endswith((".jsonl", ".ndjson")):
            for number, line in enumerate(data.split(b"\n"), 1):
                if line.strip():
                    self.one(line, shown, number)
            return
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            place = getattr(error, "lineno", None)
            reason = "nested too deeply" if isinstance(error, RecursionError) else "not JSON"
            raise InputError(shown, f"{reason}: OSV records were expected", place) from None
        if isinstance(found, dict) and isinstance(found.get("vulns"), list):
            found = found["vulns"]
        for record in found if isinstance(found, list) else [found]:
            self.record(record, shown)

    def archive(self, path: str, shown: str) -> None:
        import zipfile
        import zlib

        try:
            with zipfile.ZipFile(path) as archive:
                entries = archive.infolist()
                if len(entries) > _MOST_RECORDS:
                    raise InputError(shown, f"more than {_MOST_RECORDS:,} records")
                for entry in entries:
                    if not entry.filename.endswith(".json") or entry.is_dir():
                        continue
                    with archive.open(entry) as file:
                        data = file.read(_LARGEST_RECORD + 1)
                    if len(data) > _LARGEST_RECORD:
                        self.problems.append(f"{entry.filename[:200]} is larger than a record may be")
                        continue
                    self.one(data, f"{shown}/{entry.filename[:200]}", None)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
            raise InputError(shown, f"not a whole archive: {error}") from None

    def one(self, data: bytes, shown: str, line: int | None) -> None:
        """A record of its own: not even decoded where it cannot be about any of the packages."""
        if not any(match[1] in self.quoted for match in self.word.finditer(data)):
            self.count += 1
            modified = re.search(rb'"modified"\s*:\s*"([^"]{10,40})"', data)
            if modified:
                self.seen(modified[1].decode("ascii", "replace"))
            return
        try:
            self.record(json.loads(data), shown)
        except (ValueError, RecursionError):
            raise InputError(shown, "not JSON: an OSV record was expected", line) from None

    def seen(self, modified: object) -> None:
        if isinstance(modified, str) and (self.newest is None or modified > self.newest):
            self.newest = modified

    def record(self, record: object, shown: str) -> None:
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise InputError(shown, "not an OSV record: it has no id")
        self.count += 1
        self.seen(record.get("modified"))
        if record.get("withdrawn"):
            return
        try:
            self.advisories += _advisories(record, self.names, os.path.basename(shown))
        except (TypeError, ValueError, AttributeError, KeyError):
            self.problems.append(f"{record['id'][:60]} makes no sense")


def _advisories(record: dict[str, Any], names: frozenset[str], source: str) -> Iterator[Advisory]:
    every = (record["id"], *(record.get("aliases") or ()))
    ids = tuple(dict.fromkeys(i for i in every if isinstance(i, str)))
    own = record.get("database_specific") or {}
    score = _score(record.get("severity") or ())
    malware = any(i.startswith("MAL-") for i in ids) or "malicious-packages-origins" in own
    by_package: dict[str, list[dict[str, Any]]] = {}
    for affected in record.get("affected") or ():
        package = affected.get("package") or {}
        if package.get("ecosystem") == "npm" and package.get("name") in names:
            by_package.setdefault(package["name"], []).append(affected)
    severity = Severity.parse(str(own.get("severity") or ""))
    if severity is None and score is not None:
        severity = next(s for least, s in SCORES if score >= least)
    if malware:
        severity = Severity.CRITICAL
    for name, parts in by_package.items():
        ranges = [range for part in parts for range in _ranges(part)]
        single = frozenset(v for part in parts for v in part.get("versions") or () if isinstance(v, str))
        if not ranges and not single:
            # about the package as a whole
            ranges = ["*"]
        vulnerable = " || ".join(dict.fromkeys(ranges))
        title = record.get("summary") or (record.get("details") or "").strip().split("\n")[0] or record["id"]
        yield Advisory(
            _first(ids),
            name,
            str(title)[:300],
            severity or Severity.MODERATE,
            vulnerable,
            tuple(sorted(ids, key=_rank)),
            _url(record, ids),
            _fixed(parts),
            single,
            tuple(c for c in own.get("cwe_ids") or () if isinstance(c, str)),
            score,
            malware,
            source=source,
        )


def _rank(i: str) -> tuple[int, str]:
    order = ("GHSA-", "MAL-", "CVE-")
    return next((n for n, start in enumerate(order) if i.startswith(start)), len(order)), i


def _first(ids: Iterable[str]) -> str:
    return min(ids, key=_rank)


def _ranges(affected: dict[str, Any]) -> Iterator[str]:
    """The npm ranges of an `affected` entry's SEMVER events: introduced, fixed, last_affected, limit."""
    for found in affected.get("ranges") or ():
        if found.get("type") not in ("SEMVER", "ECOSYSTEM"):
            continue
        events = [(kind, str(value)) for event in found.get("events") or () for kind, value in event.items()]
        limits = [value for kind, value in events if kind == "limit" and value != "*"]
        start: str | None = None
        for kind, value in sorted(
            (e for e in events if e[0] != "limit"), key=lambda e: (_key(e[1]), e[0] != "introduced")
        ):
            if kind == "introduced":
                start = start if start is not None else value
            elif start is not None:
                yield _between(start, ("<" if kind == "fixed" else "<=") + value)
                start = None
        if start is not None:
            yield _between(start, f"<{max(limits, key=_key)}" if limits else "")


def _key(version: str) -> Any:
    # "0" stands for before the first version
    return (-1,) if version == "0" else versions.key(version, loose=True) or (math.inf,)


def _between(start: str, end: str) -> str:
    low = "" if start == "0" else f">={start}"
    return f"{low} {end}".strip() or "*"


def _fixed(parts: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    found = {
        str(event["fixed"])
        for part in parts
        for range in part.get("ranges") or ()
        for event in range.get("events") or ()
        if "fixed" in event
    }
    return tuple(sorted((v for v in found if versions.is_version(v, loose=True)), key=_key))


def _url(record: dict[str, Any], ids: tuple[str, ...]) -> str | None:
    kinds = {"ADVISORY": 0, "WEB": 1, "REPORT": 2}
    known = [
        (kinds.get(str(r.get("type")), 3), str(r.get("url")))
        for r in record.get("references") or ()
        if str(r.get("url", "")).startswith("https://")
    ]
    if ids and _first(ids).startswith("GHSA-"):
        return f"https://github.com/advisories/{_first(ids)}"
    return min(known, default=(0, None))[1]


def _score(severities: Iterable[dict[str, Any]]) -> float | None:
    """The CVSS 3 base score of a record's vectors; OSV records carry the vector, not the number."""
    for entry in severities:
        score = cvss3(str(entry.get("score") or ""))
        if score is not None:
            return score
    return None


_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}


def cvss3(vector: str) -> float | None:
    """The base score of a CVSS 3.0 or 3.1 vector by FIRST's formula; None for anything else."""
    if not vector.startswith(("CVSS:3.0/", "CVSS:3.1/")):
        return None
    parts = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: table[parts[name]] for name, table in _WEIGHTS.items()}
        changed = parts["S"] == "C"
        privileges = _PRIVILEGES[parts["S"]][parts["PR"]]
    except KeyError:
        return None
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    total = (impact + exploitability) * (1.08 if changed else 1)
    # rounded up to one decimal, in whole numbers so that 4.02 does not become 4.1 by a hair
    hundred_thousandths = round(min(total, 10) * 100_000)
    if hundred_thousandths % 10_000 == 0:
        return hundred_thousandths / 100_000
    return (hundred_thousandths // 10_000 + 1) / 10
