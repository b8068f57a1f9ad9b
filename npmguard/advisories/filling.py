"""Fills the local advisory store: all of a dump into a new file, which takes the old one's place when whole.

Whatever stops an import (a broken dump, a full disk, kill -9) leaves the old store as it was. Two imports at
once wait for each other.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import NamedTuple

from npmguard.advisories import osv, store
from npmguard.errors import UsageError
from npmguard.model import Advisory

_PATIENCE = 600.0  # seconds that one import waits for another
PARTIAL = "advisories-part-"  # how the names of files begin that are not whole yet
_BATCH = 1000


class Origin(NamedTuple):
    """Where a dump came from, and what the server said of it."""

    source: str
    etag: str | None = None
    modified: str | None = None


def fill(dump: str, origin: Origin | None = None, progress: osv.Progress | None = None) -> store.About:
    """Makes the store anew from OSV records in a file, folder or archive, and says what it holds.

    Raises InputError for a dump that cannot be read, or that has no npm advisory at all; UsageError where the
    store cannot be written.
    """
    with alone():
        return replace(dump, origin, progress)


def replace(dump: str, origin: Origin | None = None, progress: osv.Progress | None = None) -> store.About:
    """As `fill`, for who is `alone` already."""
    path = store.default_path()
    fresh = os.path.join(os.path.dirname(path), f"{PARTIAL}{token_hex(4)}.sqlite")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        about = _written(fresh, dump, origin or Origin(os.path.abspath(dump)), progress)
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)
        _settle(os.path.dirname(path))
    except sqlite3.Error as error:
        raise UsageError(f"{path}: the store cannot be written: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: the store cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            os.remove(fresh)
    return about


def _written(path: str, dump: str, origin: Origin, progress: osv.Progress | None) -> store.About:
    """Writes a whole store to an empty file."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        # nobody else knows the file, and a broken-off one is thrown away
        db.execute("PRAGMA journal_mode=OFF")
        db.execute("PRAGMA synchronous=OFF")
        db.executescript(store.TABLES)
        db.execute("BEGIN")
        rows: list[tuple[str, bytes]] = []
        packages: set[int] = set()
        count = unreadable = 0

        def take(advisory: Advisory) -> None:
            nonlocal count, unreadable
            try:
                body = store.packed(advisory._replace(source=store.SOURCE))
            except ValueError:
                unreadable += 1  # half characters, which no name of a package has
                return
            rows.append((advisory.package, body))
            packages.add(hash(advisory.package))
            count += 1
            if len(rows) >= _BATCH:
                write()

        def write() -> None:
            db.executemany("INSERT INTO advisories VALUES (?,?)", rows)
            rows.clear()

        read = osv.every(dump, take, progress)
        write()
        if not count:
            from npmguard.errors import InputError

            raise InputError(dump.replace(os.sep, "/"), "no advisory about an npm package is in it")
        problems = read.problems
        if unreadable:
            problems = (*problems, f"{unreadable} advisories that are no text")
        about = store.About(
            read.records_read,
            count,
            len(packages),
            read.newest,
            time.time(),
            origin.source,
            origin.etag,
            origin.modified,
            problems,
        )
        db.execute(store.INDEX)
        db.execute("INSERT INTO about VALUES (?)", (store.packed(about),))
        db.execute(f"PRAGMA user_version={store.SCHEMA}")
        db.execute("COMMIT")
    finally:
        db.close()
    return about


@contextmanager
def alone() -> Iterator[None]:
    """While no other import runs. Takes away what broken-off ones left. Raises UsageError.

    The lock is SQLite's own, on a file beside the store: it ends with the process, however that ends.
    """
    folder = store.folder()
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = sqlite3.connect(
            os.path.join(folder, "advisories.lock"), timeout=_PATIENCE, isolation_level=None
        )
    except (OSError, sqlite3.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise UsageError(f"{folder}: the store cannot be written: {reason}") from None
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            busy = "another import has been running for too long" if "locked" in str(error) else error
            raise UsageError(f"{folder}: the store cannot be written: {busy}") from None
        for name in os.listdir(folder):
            if name.startswith(PARTIAL):
                with suppress(OSError):
                    os.remove(os.path.join(folder, name))
        yield
    finally:
        lock.close()


def _settle(folder: str) -> None:
    """Has the file's new name written to disk, where the system can."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
