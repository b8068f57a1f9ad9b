"""The local advisory store: every npm advisory of an OSV dump, looked up by the names of packages.

One SQLite file in the user's data folder, which nobody ever changes: an import makes a new one beside it and
puts it in its place when it is whole (npmguard.advisories.filling). So whoever reads needs no lock, and what
is read is never half an import.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from npmguard.model import Advisory

SCHEMA = 1
SOURCE = "the local store"
OLD = 30 * 86_400.0  # seconds after which a store no longer stands in for a source that did not answer
_CHUNK = 900

TABLES = """
CREATE TABLE advisories (package TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE about (body BLOB NOT NULL);
"""
INDEX = "CREATE INDEX by_package ON advisories (package)"


class About(NamedTuple):
    """What a store holds and where it came from.

    `newest` is when the newest record was last changed, ISO 8601; `imported` seconds since 1970. `source` is
    the file or URL that it was made from, `etag` and `modified` what the server said of that, `problems` what
    could not be understood in it, in words.
    """

    records: int
    advisories: int
    packages: int
    newest: str | None
    imported: float
    source: str
    etag: str | None = None
    modified: str | None = None
    problems: tuple[str, ...] = ()

    def age(self, now: float) -> float | None:
        """The seconds since the newest record was changed; None where no record says when.

        A dump of the whole ecosystem has new records every day: how new the newest is tells how old the dump
        is, whenever it was imported. A date later than the import is none.
        """
        if self.newest is None:
            return None
        from datetime import UTC, datetime

        try:
            found = datetime.fromisoformat(self.newest)
        except ValueError:
            return None
        found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        try:
            return max(0.0, now - min(found.timestamp(), self.imported))
        except (OverflowError, ValueError):
            return None

    def is_old(self, now: float) -> bool:
        """Is it too old to stand in for a source that did not answer? One whose age nobody knows is."""
        age = self.age(now)
        return age is None or age > OLD


class Unusable(Exception):
    """A store that is there and cannot be used; `str()` says why."""


class Store:
    """An open store."""

    def __init__(self, path: str) -> None:
        """Opens the store at `path`. Raises FileNotFoundError for none there, Unusable for a broken one."""
        if not os.path.isfile(path):
            raise FileNotFoundError(path)
        # an existing file is never written to: no lock, no journal
        place = f"file:{quote(os.path.abspath(path).replace(os.sep, '/'))}?mode=ro&immutable=1"
        try:
            self._db = sqlite3.connect(place, uri=True)
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA:
                raise Unusable(f"it is of version {version}, and this npmguard reads version {SCHEMA}")
            (body,) = self._db.execute("SELECT body FROM about").fetchone()
            self.about = _about()(body)
        except (sqlite3.Error, msgspec.MsgspecError, TypeError, ValueError) as error:
            raise Unusable(f"it is broken ({_reason(error)})") from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self._db.close()

    def advisories(self, names: Iterable[str]) -> list[Advisory]:
        """The advisories about packages of these names. Raises Unusable where the file is broken."""
        wanted = sorted(name for name in names if _is_text(name))
        decode = _advisory()
        found = []
        try:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = self._db.execute(
                    f"SELECT body FROM advisories WHERE package IN ({marks})",  # noqa: S608
                    chunk,
                )
                found += [decode(body) for (body,) in rows]
        except (sqlite3.Error, msgspec.MsgspecError, TypeError, ValueError) as error:
            raise Unusable(f"it is broken ({_reason(error)})") from None
        return found


class State(NamedTuple):
    """How the store fares: `word` is one of good, old, none, broken; `reason` says why it is broken."""

    path: str
    word: str
    about: About | None = None
    reason: str | None = None


def state(now: float) -> State:
    """How the user's store fares at the time `now`."""
    path = default_path()
    try:
        with Store(path) as opened:
            about = opened.about
    except FileNotFoundError:
        return State(path, "none")
    except Unusable as error:
        return State(path, "broken", reason=str(error))
    return State(path, "old" if about.is_old(now) else "good", about)


def folder() -> str:
    """The folder that the store lies in: NPMGUARD_DATA_DIR, else the user's data folder."""
    found = os.environ.get("NPMGUARD_DATA_DIR")
    if found:
        return found
    from platformdirs import user_data_dir

    return user_data_dir("npmguard", appauthor=False)


def default_path() -> str:
    """Where the store lies."""
    return os.path.join(folder(), f"advisories-{SCHEMA}.sqlite")


def packed(value: Advisory | About) -> bytes:
    """An advisory, or what a store says of itself, as it is kept. Raises ValueError for what is no text."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        raise ValueError("half a character") from None


_encode = msgspec.msgpack.Encoder().encode


@cache
def _advisory() -> Callable[[bytes], Advisory]:
    return msgspec.msgpack.Decoder(Advisory).decode


@cache
def _about() -> Callable[[bytes], About]:
    return msgspec.msgpack.Decoder(About).decode


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
