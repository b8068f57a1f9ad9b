"""The history file itself: opened, brought up to date, written and read.

A run is one transaction in SQLite's rollback journal, written through to the disk: it is there whole or not
at all, whatever happens meanwhile, and there is never more than the one file to keep. Two runs at once wait
for each other.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from npmguard import __version__
from npmguard.errors import InputError
from npmguard.history.matters import Blind, Matter
from npmguard.history.schema import APPLICATION, STEPS
from npmguard.model import Counts, Health, Issue, Part, Severity, Snapshot

MOST = 1000  # snapshots that are read: what is older stays in the file
_PATIENCE = 30.0  # seconds that a run waits for another


class HistoryError(InputError):
    """A history file that cannot be opened, read or written."""


class Numbered(NamedTuple):
    """A snapshot with its number: the higher, the later it was written, whatever the clocks said."""

    number: int
    snapshot: Snapshot


class Told(NamedTuple):
    """An issue with the numbers of the snapshots in which it began and ended, and whether it was mended."""

    issue: Issue
    since: int
    until: int | None
    mended: bool


class _Health(msgspec.Struct):
    """Of a health what a later run compares with."""

    parts: tuple[Part, ...]
    libyears: float | None
    counts: Counts
    licences: dict[str, int]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Health).decode
_decode_severities = msgspec.json.Decoder(dict[str, int]).decode


class HistoryFile:
    """One history file. Every method raises HistoryError with what is wrong in one line."""

    def __init__(self, path: str, *, write: bool = True) -> None:
        """Opens the file at `path`, and makes it where there is none and it is to be written."""
        self.path = path
        with self._errors():
            self._db = self._opened(write)
            try:
                self._up_to_date(write)
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> HistoryFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- opening

    def _opened(self, write: bool) -> sqlite3.Connection:
        path = self.path
        if os.path.exists(path) and not os.path.isfile(path):
            raise HistoryError(path, "not a regular file")
        if write and not os.path.exists(path):
            folder = os.path.dirname(path)
            if folder:
                os.makedirs(folder, mode=0o700, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        elif not os.path.exists(path):
            raise HistoryError(path, "there is no such history file yet")
        # a reader too may have to undo what a run that was killed had begun
        writable = os.access(path, os.W_OK) and os.access(os.path.dirname(path) or ".", os.W_OK)
        mode = "rw" if write or writable else "ro"
        uri = f"file:{_quoted(os.path.abspath(path))}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)

    def _up_to_date(self, write: bool) -> None:
        db = self._db
        db.execute("PRAGMA synchronous=EXTRA")
        db.execute("PRAGMA foreign_keys=ON")
        db.execute("PRAGMA trusted_schema=OFF")
        if self._version() == len(STEPS):
            return
        if not write and not self._version():
            raise HistoryError(self.path, "there is no history in it yet")
        for number in range(len(STEPS)):
            with self._transaction():
                # another run may have taken the step meanwhile
                if self._version() != number:
                    continue
                for statement in STEPS[number].split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA application_id={APPLICATION}")
                db.execute(f"PRAGMA user_version={number + 1}")

    def _version(self) -> int:
        """How many steps the file has taken. Raises HistoryError for one of somebody else's, or too new."""
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != APPLICATION and (application or version or tables):
            raise HistoryError(self.path, "an SQLite file, but no history of npmguard")
        if version > len(STEPS):
            raise HistoryError(
                self.path,
                f"written by a newer npmguard (version {version} of the file, this one knows {len(STEPS)})",
            )
        return int(version)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise HistoryError(self.path, _plainly(error)) from error
        except OSError as error:
            raise HistoryError(self.path, f"cannot be opened: {error.strerror or error}") from error

    def copy(self) -> HistoryFile:
        """The same in memory, to be written to where the file cannot be."""
        other = HistoryFile.__new__(HistoryFile)
        other.path = self.path
        with self._errors():
            other._db = sqlite3.connect(":memory:", isolation_level=None)
            self._db.backup(other._db)
        return other

    # -- writing

    def record(
        self,
        identity: str,
        time: float,
        packages: int,
        health: Health,
        severities: Mapping[Severity, int],
        incomplete: int,
        matters: Mapping[str, Matter],
        blind: Blind,
    ) -> int:
        """Writes a run down, in one piece, and gives its snapshot's number.

        What was open and is not among the matters has ended: it is mended, unless it is hidden now. What the
        run was blind to stays open.
        """
        with self._errors(), self._transaction():
            db = self._db
            db.execute("INSERT OR IGNORE INTO projects (identity) VALUES (?)", (identity,))
            (project,) = db.execute("SELECT id FROM projects WHERE identity=?", (identity,)).fetchone()
            kept = _Health(health.parts, health.libyears, health.counts, dict(health.licences))
            number = db.execute(
                "INSERT INTO snapshots"
                " (project,time,npmguard,packages,score,severities,incomplete,health,open)"
                " VALUES (?,?,?,?,?,?,?,?,0)",
                (
                    project,
                    time,
                    __version__,
                    packages,
                    health.score,
                    _encode({severity.word: count for severity, count in severities.items()}).decode(),
                    incomplete,
                    _encode(kept).decode(),
                ),
            ).lastrowid
            assert number is not None
            self._compare(project, number, matters, blind)
            db.execute(
                "UPDATE snapshots SET open=(SELECT count(*) FROM issues WHERE project=? AND until IS NULL)"
                " WHERE id=?",
                (project, number),
            )
        return number

    def _compare(self, project: int, number: int, matters: Mapping[str, Matter], blind: Blind) -> None:
        """Ends what is no more, goes on with what still is, begins what is new."""
        db = self._db
        known = db.execute(
            "SELECT id,matter,rule,package,version FROM issues WHERE project=? AND until IS NULL", (project,)
        ).fetchall()
        going = set()
        for id, key, rule, package, version in known:
            matter = matters.get(key)
            if matter is None and blind.covers(rule, package, version):
                going.add(key)
            elif matter is None or matter.hidden:
                db.execute("UPDATE issues SET until=?, mended=? WHERE id=?", (number, matter is None, id))
            else:
                going.add(key)
                fingerprint, _, title, _, version = _texts(matter)
                db.execute(
                    "UPDATE issues SET fingerprint=?,severity=?,title=?,version=? WHERE id=?",
                    (fingerprint, int(matter.finding.severity), title, version, id),
                )
        for key, matter in sorted(matters.items()):
            if key in going or matter.hidden:
                continue
            fingerprint, rule, title, package, version = _texts(matter)
            db.execute(
                "INSERT INTO issues (project,matter,fingerprint,rule,severity,title,package,version,since)"
                " VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    project,
                    key,
                    fingerprint,
                    rule,
                    int(matter.finding.severity),
                    title,
                    package,
                    version,
                    number,
                ),
            )

    # -- reading

    def identities(self) -> list[str]:
        """The projects of the file."""
        with self._errors():
            return [
                identity
                for (identity,) in self._db.execute("SELECT identity FROM projects ORDER BY identity")
            ]

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """What is read inside of it is all of one moment, whoever writes meanwhile."""
        with self._errors():
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._db.execute("COMMIT")

    def issues(self, identity: str) -> list[Told]:
        """All that was ever open, the oldest first, the worst of those first."""
        with self._errors():
            rows = self._db.execute(
                "SELECT fingerprint,rule,severity,title,package,version,a.time,b.time,since,until,mended"
                " FROM issues JOIN projects ON projects.id=issues.project"
                " JOIN snapshots a ON a.id=since LEFT JOIN snapshots b ON b.id=until"
                " WHERE identity=? ORDER BY since, severity DESC, rule, package, title, matter",
                (identity,),
            ).fetchall()
            return [self._told(row) for row in rows]

    def _told(self, row: Any) -> Told:
        fingerprint, rule, severity, title, package, version, start, end, since, until, mended = row
        try:
            texts = [str(text) for text in (fingerprint, rule, title)]
            issue = Issue(
                texts[0],
                texts[1],
                Severity(severity),
                texts[2],
                None if package is None else str(package),
                None if version is None else str(version),
                _time(start),
                None if end is None else _time(end),
            )
            return Told(issue, int(since), None if until is None else int(until), bool(mended))
        except (ValueError, TypeError) as error:
            raise HistoryError(self.path, "an issue in it makes no sense") from error

    def snapshots(self, identity: str, issues: list[Told]) -> list[Numbered]:
        """The last snapshots, the oldest first; `issues` are the project's."""
        with self._errors():
            rows = self._db.execute(
                "SELECT snapshots.id,time,npmguard,packages,score,severities,incomplete,health FROM snapshots"
                " JOIN projects ON projects.id=project WHERE identity=? ORDER BY snapshots.id DESC LIMIT ?",
                (identity, MOST),
            ).fetchall()
        found = []
        for row in reversed(rows):
            number = int(row[0])
            open = frozenset(
                told.issue.fingerprint
                for told in issues
                if told.since <= number and (told.until is None or told.until > number)
            )
            found.append(Numbered(number, self._snapshot(row, open)))
        return found

    def _snapshot(self, row: Any, open: frozenset[str]) -> Snapshot:
        number, time, version, packages, score, severities, incomplete, health = row
        try:
            kept = _decode(health)
            counts = _decode_severities(severities)
            return Snapshot(
                _time(time),
                str(version),
                int(packages),
                Health(int(score), kept.parts, kept.libyears, (), (), kept.counts, kept.licences),
                {s: counts.get(s.word, 0) for s in sorted(Severity, reverse=True)},
                open,
                int(incomplete),
            )
        except (msgspec.MsgspecError, ValueError, TypeError, OverflowError) as error:
            raise HistoryError(self.path, f"snapshot {number} in it makes no sense") from error


def _texts(matter: Matter) -> tuple[str, str, str, str | None, str | None]:
    """(fingerprint, rule, title, package, version), as SQLite can hold them: without halves of characters."""
    finding = matter.finding
    whole = (
        text if text is None else text.encode(errors="backslashreplace").decode()
        for text in (finding.fingerprint, finding.rule, finding.title[:500], finding.package, finding.version)
    )
    fingerprint, rule, title, package, version = whole
    return fingerprint or "", rule or "", title or "", package, version


def _time(value: object) -> float:
    """A time from the file. Raises ValueError for what is none that a calendar has."""
    if not isinstance(value, (int, float)) or not isfinite(value) or not 0 <= value < 253_402_300_800:
        raise ValueError("not a time")
    return float(value)


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path))


_WORDS = {
    "SQLITE_NOTADB": "not a history file (it is no SQLite)",
    "SQLITE_FULL": "the disk is full; the history is as it was",
    "SQLITE_READONLY": "cannot be written: it, or its folder, is read-only",
    "SQLITE_CANTOPEN": "cannot be opened or written: look at the permissions of it and its folder",
    "SQLITE_BUSY": "another run has been using it for 30 seconds",
    "SQLITE_CORRUPT": "damaged: have it restored from a copy, or begin another",
    "SQLITE_IOERR": "the disk did not take or give what was asked of it (is it full?)",
}


def _plainly(error: sqlite3.Error) -> str:
    """What is wrong, in words of ours where it is of the usual kind."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for start, words in _WORDS.items():
        if name.startswith(start):
            return words
    return f"SQLite says: {error}"


def default_path() -> str:
    """Where the history lies: in NPMGUARD_DATA_DIR, else in the user's data folder."""
    folder = os.environ.get("NPMGUARD_DATA_DIR")
    if not folder:
        from platformdirs import user_data_dir

        folder = user_data_dir("npmguard", appauthor=False)
    return os.path.join(folder, "history.sqlite")
