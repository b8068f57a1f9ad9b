"""Local advisories: OSV records from a file, a folder or an archive.

A file holds one record, a list of them, or one a line; an archive is a dump such as OSV offers for a whole
ecosystem. Of its two hundred thousand records a project needs a few, so a record is only decoded where the
name of one of the project's packages stands in it.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from npmguard.advisories.classify import few
from npmguard.advisories.osv_record import advisories_of
from npmguard.errors import InputError
from npmguard.model import Advisory

_LARGEST_FILE = 64 << 20  # decoded at once
_LARGEST_RECORD = 4 << 20
_LARGEST_TOTAL = 4 << 30  # of all that is read, unpacked
_LARGEST_DIRECTORY = 40 << 20  # an archive's list of contents: half a million records, a million at most
_MOST_PROBLEMS = 100_000  # that are remembered
_ENDINGS = (".json", ".jsonl", ".ndjson", ".zip")
_NAME = re.compile(rb'"name"\s*:\s*"([^"]*)"')
_MODIFIED = re.compile(rb'"modified"\s*:\s*"([^"]{10,40})"')
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


Progress = Callable[[int, int], None]


class LoadedAdvisories(NamedTuple):
    """What a source held: the advisories about the packages that matter, and how much was read for it.

    `advisories` is empty where they were given away one by one.
    """

    advisories: tuple[Advisory, ...]
    records_read: int
    newest: str | None  # the latest `modified` of all records, ISO 8601
    problems: tuple[str, ...]
    withdrawn: int = 0  # of the records that were about these packages


def load(path: str, names: frozenset[str]) -> LoadedAdvisories:
    """The advisories about packages of these names in a file, folder or archive.

    Raises InputError, with file, line and reason, for what cannot be read or is no OSV record.
    """
    found: list[Advisory] = []
    return _read(path, _Reader(names, found.append))._replace(advisories=tuple(found))


def every(path: str, take: Callable[[Advisory], None], progress: Progress | None = None) -> LoadedAdvisories:
    """Gives each npm advisory in a file, folder or archive to `take`, one by one; says what was read.

    `progress` is told how many records were read, and how many there are (0 where that is not known). Raises
    what `load` raises.
    """
    return _read(path, _Reader(None, take, progress))


def _read(path: str, reader: _Reader) -> LoadedAdvisories:
    if os.path.isdir(path):
        for file in _files(path):
            reader.file(file, chosen=False)
    else:
        reader.file(path, chosen=True)
    return LoadedAdvisories((), reader.count, reader.newest, few(reader.problems), reader.withdrawn)


def _files(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise InputError(_shown(error.filename or folder), f"cannot be read: {error.strerror or error}")

    files = sorted(
        os.path.join(place, name)
        for place, _, found in os.walk(folder, onerror=refuse)
        for name in found
        if name.endswith(_ENDINGS)
    )
    if not files:
        raise InputError(_shown(folder), "no OSV records here (.json, .jsonl, .zip)")
    return files


def _shown(path: str) -> str:
    return path.replace(os.sep, "/")


class _Reader:
    """Gives the advisories about packages of these names, or about all, to `take`."""

    def __init__(
        self,
        names: frozenset[str] | None,
        take: Callable[[Advisory], None],
        progress: Progress | None = None,
    ) -> None:
        self.names = names
        self.take = take
        self.progress = progress
        self.quoted = frozenset(name.encode("utf-8", "surrogatepass") for name in names or ())
        self.problems: list[str] = []
        self.count = self.withdrawn = self.read = self.total = 0
        self.newest: str | None = None
        self.tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * 86_400))

    def file(self, path: str, *, chosen: bool) -> None:
        """Reads one file. One that somebody chose is read whole; one of a folder only if it matters."""
        shown = _shown(path)
        if not os.path.isfile(path):
            raise InputError(shown, "not a file" if os.path.lexists(path) else "no such file or folder")
        try:
            with open(path, "rb") as file:
                if path.endswith(".zip"):
                    self.archive(file, shown)
                elif path.endswith((".jsonl", ".ndjson")):
                    self.lines(file, shown)
                else:
                    self.document(file, shown, chosen)
        except OSError as error:
            raise InputError(shown, f"cannot be read: {error.strerror or error}") from None

    def lines(self, file: BinaryIO, shown: str) -> None:
        number = 0
        while line := file.readline(_LARGEST_RECORD + 1):
            number += 1
            if len(line) > _LARGEST_RECORD:
                raise InputError(shown, "a line longer than a record may be", number)
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                self.one(line, shown, number)

    def document(self, file: BinaryIO, shown: str, chosen: bool) -> None:
        data = file.read(_LARGEST_FILE + 1).removeprefix(b"\xef\xbb\xbf")
        if len(data) > _LARGEST_FILE:
            raise InputError(
                shown, f"larger than npmguard reads at once ({_LARGEST_FILE >> 20} MiB); use .jsonl"
            )
        self.weigh(data, shown)
        if not chosen and data.lstrip()[:1] == b"{" and b'"vulns"' not in data:
            self.one(data, shown)
            return
        found = _decoded(data, shown)
        if isinstance(found, dict) and isinstance(found.get("vulns"), list):
            found = found["vulns"]  # the answer of OSV's own query
        for number, record in enumerate(found if isinstance(found, list) else [found], 1):
            place = f"record {number}: " if isinstance(found, list) else ""
            self.record(record, shown, None, place)

    def archive(self, file: BinaryIO, shown: str) -> None:
        import struct
        import zipfile
        import zlib

        if _directory_size(file) > _LARGEST_DIRECTORY:
            raise InputError(shown, "more records than npmguard reads")
        try:
            with zipfile.ZipFile(file) as archive:
                self.total = len(archive.filelist)
                for entry in archive.filelist:
                    if not entry.filename.endswith(".json"):
                        continue
                    inside = f"{shown}/{entry.filename[:200]}"
                    with archive.open(entry) as content:
                        data = content.read(_LARGEST_RECORD + 1)
                    if len(data) > _LARGEST_RECORD:
                        raise InputError(inside, f"larger than a record may be ({_LARGEST_RECORD >> 20} MiB)")
                    self.weigh(data, shown)
                    self.one(data, inside)
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            EOFError,
            NotImplementedError,
            OSError,
            OverflowError,
            RuntimeError,
            ValueError,
        ) as error:
            reason = str(error).partition("\n")[0][:200] or type(error).__name__
            raise InputError(shown, f"not a whole archive: {reason}") from None

    def weigh(self, data: bytes, shown: str) -> None:
        self.read += len(data)
        if self.read > _LARGEST_TOTAL:
            raise InputError(shown, f"more than npmguard reads in all ({_LARGEST_TOTAL >> 30} GiB)")

    def one(self, data: bytes, shown: str, line: int | None = None) -> None:
        """A record that stands alone: decoded only where it may be about one of the packages."""
        if b'"affected"' in data and b'"id"' in data and not self.concerns(data):
            self.counted()
            modified = _MODIFIED.search(data)
            if modified:
                self.seen(modified[1].decode("ascii", "replace"))
            return
        self.record(_decoded(data, shown, line), shown, line)

    def counted(self) -> None:
        self.count += 1
        if self.progress is not None and self.count % 1000 == 0:
            self.progress(self.count, max(self.count, self.total))

    def concerns(self, data: bytes) -> bool:
        if self.names is None:
            return True
        # a name written with escapes could be any name
        return any(name in self.quoted or b"\\" in name for name in _NAME.findall(data))

    def seen(self, modified: object) -> None:
        # a date that is yet to come says nothing
        if isinstance(modified, str) and _DATE.match(modified) and modified < self.tomorrow:
            self.newest = max(self.newest or "", modified[:40])

    def record(self, record: object, shown: str, line: int | None = None, place: str = "") -> None:
        id = record.get("id") if isinstance(record, dict) else None
        if not isinstance(record, dict) or not isinstance(id, str) or not id:
            reason = "it has no id" if isinstance(record, dict) else "it is no object"
            raise InputError(shown, f"{place}not an OSV record: {reason}", line)
        self.counted()
        self.seen(record.get("modified"))
        found, problems = advisories_of(record, self.names, os.path.basename(shown))
        if record.get("withdrawn"):
            self.withdrawn += bool(found)
            return
        for advisory in found:
            self.take(advisory)
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems += problems


def _decoded(data: bytes, shown: str, line: int | None = None) -> object:
    try:
        return json.loads(data)
    except UnicodeDecodeError:
        raise InputError(shown, "not UTF-8 text", line) from None
    except json.JSONDecodeError as error:
        if not data.strip():
            raise InputError(shown, "empty, where OSV records were expected", line) from None
        reason = "not JSON, where OSV records were expected"
        raise InputError(shown, reason, line or error.lineno) from None
    except RecursionError:
        raise InputError(shown, "nested too deeply", line) from None
    except ValueError as error:
        raise InputError(shown, f"not JSON: {str(error)[:80].lower()}", line) from None


def _directory_size(file: BinaryIO) -> int:
    """The size, in bytes, of a zip archive's list of contents by its end record; 0 where there is none.

    Of several that may be meant as its end record, the largest size.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_536 - 98))
    tail = file.read()
    file.seek(0)
    found = 0
    for end in re.finditer(b"PK\x05\x06", tail):
        at = end.start()
        told = tail[at + 12 : at + 16]
        # an archive of more than 65,535 entries says it in a record before that one
        large = tail[at - 76 : at - 20] if at >= 76 else b""
        if large.startswith(b"PK\x06\x06") and tail[at - 20 : at - 16] == b"PK\x06\x07":
            told = large[40:48]
        found = max(found, int.from_bytes(told, "little"))
    return found
