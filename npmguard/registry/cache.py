"""The cache on disk: packuments reduced to what rules ask for, in one SQLite file.

Two tables, so that a warm run reads only the versions it asks about and decodes nothing. Whatever goes wrong
with the file (corrupted, locked, read-only, of a newer schema), the audit goes on without it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from npmguard import __version__
from npmguard.model import Calm, VersionFacts, VersionManifest

_SCHEMA = 9
# The number rises where what makes a release calm changes: what an older npmguard found counts no more.
_EDITION = f"1 {__version__}"
_FORGET_AFTER = 90 * 86_400  # seconds
_CHUNK = 400
_PATIENCE = 2.0  # seconds that another run is waited for

_TABLES = """
CREATE TABLE packuments (
  id INTEGER PRIMARY KEY, url TEXT UNIQUE NOT NULL, etag TEXT, modified TEXT,
  fetched REAL NOT NULL, fresh_until REAL NOT NULL, registry_facts INTEGER NOT NULL,
  dist_tags TEXT NOT NULL, versions TEXT NOT NULL);
CREATE TABLE versions (
  packument INTEGER NOT NULL, version TEXT NOT NULL, integrity TEXT, shasum TEXT,
  deprecated TEXT, install_script INTEGER, published TEXT,
  PRIMARY KEY (packument, version)) WITHOUT ROWID;
CREATE TABLE manifests (
  url TEXT PRIMARY KEY, fetched REAL NOT NULL, fresh_until REAL NOT NULL,
  scripts TEXT NOT NULL, dependencies TEXT NOT NULL, licence TEXT) WITHOUT ROWID;
CREATE TABLE histories (
  url TEXT PRIMARY KEY, etag TEXT, modified TEXT,
  fetched REAL NOT NULL, fresh_until REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE calm (
  url TEXT NOT NULL, version TEXT NOT NULL, edition TEXT NOT NULL,
  time REAL, first REAL, newest REAL, releases INTEGER NOT NULL, scripted INTEGER NOT NULL,
  integrity TEXT, signed INTEGER NOT NULL, key TEXT, verified INTEGER NOT NULL,
  attested INTEGER NOT NULL, vouched INTEGER NOT NULL,
  PRIMARY KEY (url, version)) WITHOUT ROWID;
CREATE TABLE outlines (url TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE contents (place TEXT PRIMARY KEY, fetched REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE proofs (
  url TEXT PRIMARY KEY, fetched REAL NOT NULL, fresh_until REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE offers (
  url TEXT PRIMARY KEY, etag TEXT, modified TEXT,
  fetched REAL NOT NULL, fresh_until REAL NOT NULL, body BLOB NOT NULL);
"""


class Slim(NamedTuple):
    """A packument as it is kept: every version's facts, and the dist-tags."""

    dist_tags: Mapping[str, str]
    versions: Mapping[str, VersionFacts]
    registry_facts: bool


class Kept(NamedTuple):
    """What the cache knows of one packument, its versions apart. Times are seconds since 1970."""

    id: int
    etag: str | None
    modified: str | None
    fetched: float
    fresh_until: float
    registry_facts: bool
    dist_tags: Mapping[str, str]


class KeptManifest(NamedTuple):
    fetched: float
    fresh_until: float
    manifest: VersionManifest


class KeptHistory(NamedTuple):
    """A package's history or offers as they were packed (registry.history, .offers), good for how long."""

    etag: str | None
    modified: str | None
    fetched: float
    fresh_until: float
    body: bytes


class KeptProof(NamedTuple):
    """A registry's keys or what is attested about a release, packed; empty where the registry has none."""

    fetched: float
    fresh_until: float
    body: bytes


class Cache:
    """The cache file. Every method is safe on a cache that could not be opened: it knows nothing then."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._db = self._open(path) if path else None
        self._refused = False

    def _open(self, path: str) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                folder = os.path.dirname(path)
                if folder and not os.path.isdir(folder):
                    os.makedirs(folder, mode=0o700, exist_ok=True)
                if not os.path.exists(path):
                    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
                db = sqlite3.connect(path, timeout=_PATIENCE)
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")
                version = db.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    with db:
                        db.executescript("BEGIN IMMEDIATE;" + _TABLES + f"PRAGMA user_version={_SCHEMA};")
                elif version != _SCHEMA:
                    db.close()
                    return None
                return db
            except sqlite3.OperationalError:
                return None  # read-only, locked, no room: another run may be using it
            except sqlite3.DatabaseError:
                # no SQLite file, or a broken one: nothing in it is worth keeping
                with suppress(OSError):
                    os.remove(path)
            except OSError:
                return None
        return None

    def packuments(self, urls: Iterable[str]) -> dict[str, Kept]:
        """What is kept of these URLs, the version numbers apart."""
        found: dict[str, Kept] = {}
        columns = "url,id,etag,modified,fetched,fresh_until,registry_facts,dist_tags"
        for row in self._chosen(f"SELECT {columns} FROM packuments WHERE url", urls):  # noqa: S608
            with suppress(ValueError):
                url, *known = row
                known[5], known[6] = bool(known[5]), _tags(known[6])
                found[url] = Kept(*known)
        return found

    def versions(self, packuments: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Every version number of these packuments, by id."""
        rows = self._chosen("SELECT id,versions FROM packuments WHERE id", packuments)
        return {packument: tuple(text.split("\n")) if text else () for packument, text in rows}

    def facts(self, wanted: Mapping[int, Iterable[str]]) -> dict[int, dict[str, VersionFacts]]:
        """The facts of those of the wanted versions that exist, by the packument's id."""
        found: dict[int, dict[str, VersionFacts]] = {packument: {} for packument in wanted}
        pairs = [(packument, version) for packument, versions in wanted.items() for version in versions]
        for start in range(0, len(pairs), _CHUNK):
            chunk = pairs[start : start + _CHUNK]
            marks = ",".join(["(?,?)"] * len(chunk))
            for row in self._rows(
                f"WITH wanted(packument, version) AS (VALUES {marks}) SELECT * FROM versions"  # noqa: S608
                " NATURAL JOIN wanted",
                [value for pair in chunk for value in pair],
            ):
                packument, version, integrity, shasum, deprecated, script, published = row
                found[packument][version] = VersionFacts(
                    version,
                    integrity,
                    shasum,
                    deprecated,
                    None if script is None else bool(script),
                    published,
                )
        return found

    def manifests(self, urls: Iterable[str]) -> dict[str, KeptManifest]:
        """What is kept of the manifests at these URLs."""
        found: dict[str, KeptManifest] = {}
        for url in urls:
            columns = "fetched,fresh_until,scripts,dependencies,licence"
            for row in self._rows(f"SELECT {columns} FROM manifests WHERE url=?", (url,)):  # noqa: S608
                with suppress(ValueError):
                    manifest = VersionManifest(json.loads(row[2]), json.loads(row[3]), row[4])
                    found[url] = KeptManifest(row[0], row[1], manifest)
        return found

    def histories(self, urls: Iterable[str]) -> dict[str, KeptHistory]:
        """What is kept of the full packuments at these URLs."""
        return self._bodies("histories", urls)

    def validators(self, urls: Iterable[str]) -> dict[str, KeptHistory]:
        """The same with empty bodies: how long it is good for, and what to ask whether it still is."""
        columns = "url,etag,modified,fetched,fresh_until"
        rows = self._chosen(f"SELECT {columns} FROM histories WHERE url", urls)  # noqa: S608
        return {
            url: KeptHistory(etag, modified, fetched, until, b"")
            for url, etag, modified, fetched, until in rows
        }

    def calm(self, urls: Iterable[str]) -> dict[str, dict[str, Calm]]:
        """What is kept of the calm releases in the histories at these URLs, by version."""
        found: dict[str, dict[str, Calm]] = {}
        for url, version, edition, *known in self._chosen("SELECT * FROM calm WHERE url", urls):
            if edition == _EDITION:
                found.setdefault(url, {})[version] = Calm(*known)
        return found

    def outlines(self, urls: Iterable[str]) -> dict[str, bytes]:
        """What is kept of the outlines of the histories at these URLs, packed."""
        return dict(self._chosen("SELECT url,body FROM outlines WHERE url", urls))

    def offers(self, urls: Iterable[str]) -> dict[str, KeptHistory]:
        """What is kept of what the packuments at these URLs offer."""
        return self._bodies("offers", urls)

    def _bodies(self, table: str, urls: Iterable[str]) -> dict[str, KeptHistory]:
        columns = "url,etag,modified,fetched,fresh_until,body"
        rows = self._chosen(f"SELECT {columns} FROM {table} WHERE url", urls)  # noqa: S608
        return {url: KeptHistory(*row) for url, *row in rows}

    def _chosen(self, query: str, values: Iterable[object]) -> Iterator[Any]:
        """The rows of a query whose last column is one of the values, however many those are."""
        wanted = list(values)
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            yield from self._rows(f"{query} IN ({','.join('?' * len(chunk))})", chunk)

    def contents(self, places: Iterable[str]) -> dict[str, bytes]:
        """What was read of these tarballs, as it was packed."""
        return dict(self._chosen("SELECT place,body FROM contents WHERE place", places))

    def proofs(self, urls: Iterable[str]) -> dict[str, KeptProof]:
        """What is kept of the keys and attestations at these URLs."""
        found: dict[str, KeptProof] = {}
        for url in urls:
            for row in self._rows("SELECT fetched,fresh_until,body FROM proofs WHERE url=?", (url,)):
                found[url] = KeptProof(*row)
        return found

    def _rows(self, query: str, values: Iterable[object]) -> list[Any]:
        if self._db is None:
            return []
        try:
            return self._db.execute(query, tuple(values)).fetchall()
        except sqlite3.DatabaseError:
            self._db = None
            return []

    @property
    def _writer(self) -> sqlite3.Connection | None:
        return None if self._refused else self._db

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Where the file cannot be written it is not tried again: another run may be at it for long."""
        try:
            yield
        except sqlite3.OperationalError:
            self._refused = True
        except sqlite3.DatabaseError:
            pass  # that one thing cannot be kept

    def keep(self, url: str, slim: Slim, etag: str | None, modified: str | None, fresh_until: float) -> None:
        """Keeps a packument in place of what was kept before. Written by `close`."""
        db = self._writer
        if db is None:
            return
        with self._trying():
            db.execute(
                "DELETE FROM versions WHERE packument IN (SELECT id FROM packuments WHERE url=?)", (url,)
            )
            db.execute("DELETE FROM packuments WHERE url=?", (url,))
            row = db.execute(
                "INSERT INTO packuments"
                " (url,etag,modified,fetched,fresh_until,registry_facts,dist_tags,versions)"
                " VALUES (?,?,?,?,?,?,?,?)",
                (
                    url,
                    etag,
                    modified,
                    time.time(),
                    fresh_until,
                    slim.registry_facts,
                    "\n".join(f"{tag}\t{version}" for tag, version in slim.dist_tags.items()),
                    "\n".join(slim.versions),
                ),
            )
            db.executemany(
                "INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?,?)",
                [
                    (
                        row.lastrowid,
                        facts.version,
                        facts.integrity,
                        facts.shasum,
                        facts.deprecated,
                        facts.has_install_script,
                        facts.published,
                    )
                    for facts in slim.versions.values()
                ],
            )

    def refresh(self, url: str, fresh_until: float) -> None:
        """The registry said that the packument that is kept is still right."""
        self._renew("UPDATE packuments SET fetched=?, fresh_until=? WHERE url=?", url, fresh_until)

    def refresh_history(self, url: str, fresh_until: float) -> None:
        """The registry said that the history that is kept is still right."""
        self._renew("UPDATE histories SET fetched=?, fresh_until=? WHERE url=?", url, fresh_until)

    def refresh_offers(self, url: str, fresh_until: float) -> None:
        """The registry said that the offers that are kept are still right."""
        self._renew("UPDATE offers SET fetched=?, fresh_until=? WHERE url=?", url, fresh_until)

    def _renew(self, query: str, url: str, fresh_until: float) -> None:
        if (db := self._writer) is not None:
            with self._trying():
                db.execute(query, (time.time(), fresh_until, url))

    def keep_history(
        self, url: str, body: bytes, etag: str | None, modified: str | None, fresh_until: float
    ) -> None:
        """Keeps a packed history in place of what was kept before, and what was concluded from that."""
        if (db := self._writer) is not None:
            with self._trying():
                db.execute("DELETE FROM calm WHERE url=?", (url,))
                db.execute("DELETE FROM outlines WHERE url=?", (url,))
        self._keep_body("histories", url, etag, modified, fresh_until, body)

    def keep_calm(self, url: str, version: str, calm: Calm, seen: float) -> None:
        """Keeps that a release is calm, beside the history that was there at the time `seen`."""
        if (db := self._writer) is not None:
            with self._trying():
                marks = ",".join("?" * len(calm))
                db.execute(
                    f"INSERT OR REPLACE INTO calm SELECT url,?,?,{marks} FROM histories"  # noqa: S608
                    " WHERE url=? AND fetched<=?",
                    (version, _EDITION, *calm, url, seen),
                )

    def keep_outline(self, url: str, body: bytes, seen: float) -> None:
        """Keeps a packed outline beside the history that was there at the time `seen`."""
        if (db := self._writer) is not None:
            with self._trying():
                db.execute(
                    "INSERT OR REPLACE INTO outlines SELECT url,? FROM histories WHERE url=? AND fetched<=?",
                    (body, url, seen),
                )

    def keep_offers(
        self, url: str, body: bytes, etag: str | None, modified: str | None, fresh_until: float
    ) -> None:
        """Keeps packed offers in place of what was kept before."""
        self._keep_body("offers", url, etag, modified, fresh_until, body)

    def _keep_body(
        self, table: str, url: str, etag: str | None, modified: str | None, fresh_until: float, body: bytes
    ) -> None:
        if (db := self._writer) is not None:
            with self._trying():
                db.execute(
                    f"INSERT OR REPLACE INTO {table} VALUES (?,?,?,?,?,?)",  # noqa: S608
                    (url, etag, modified, time.time(), fresh_until, body),
                )

    def keep_proof(self, url: str, body: bytes, fresh_until: float) -> None:
        """Keeps packed keys or attestations in place of what was kept before."""
        if (db := self._writer) is not None:
            with self._trying():
                db.execute(
                    "INSERT OR REPLACE INTO proofs VALUES (?,?,?,?)", (url, time.time(), fresh_until, body)
                )

    def keep_manifest(self, url: str, found: VersionManifest, fresh_until: float) -> None:
        """Keeps a version's manifest."""
        if (db := self._writer) is not None:
            with self._trying():
                scripts, dependencies = json.dumps(found.scripts), json.dumps(found.dependencies)
                db.execute(
                    "INSERT OR REPLACE INTO manifests VALUES (?,?,?,?,?,?)",
                    (url, time.time(), fresh_until, scripts, dependencies, found.licence),
                )

    def keep_contents(self, place: str, body: bytes) -> None:
        """Keeps what was read of a tarball."""
        if (db := self._writer) is not None:
            with self._trying():
                db.execute("INSERT OR REPLACE INTO contents VALUES (?,?,?)", (place, time.time(), body))

    def close(self) -> None:
        """Writes what was kept, and lets go of what nobody asked about for three months."""
        if self._db is None:
            return
        with suppress(sqlite3.DatabaseError):
            if self._db.in_transaction and not self._refused:
                self._forget(self._db, time.time() - _FORGET_AFTER)
            self._db.commit()
        with suppress(sqlite3.DatabaseError):
            self._db.close()
        self._db = None

    @staticmethod
    def _forget(db: sqlite3.Connection, old: float) -> None:
        db.execute(
            "DELETE FROM versions WHERE packument IN (SELECT id FROM packuments WHERE fetched<?)", (old,)
        )
        for table in ("calm", "outlines"):
            db.execute(
                f"DELETE FROM {table} WHERE url IN (SELECT url FROM histories WHERE fetched<?)",  # noqa: S608
                (old,),
            )
        for table in ("packuments", "manifests", "histories", "contents", "proofs", "offers"):
            db.execute(f"DELETE FROM {table} WHERE fetched<?", (old,))  # noqa: S608


def _tags(text: str) -> dict[str, str]:
    """The dist-tags, one a line. What is no pair is left out: a tag's name may hold anything."""
    pairs = (line.split("\t") for line in text.split("\n"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def default_path() -> str:
    """Where the cache lies: NPMGUARD_CACHE_DIR, else the user's cache folder."""
    folder = os.environ.get("NPMGUARD_CACHE_DIR")
    if not folder:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("npmguard", appauthor=False)
    return os.path.join(folder, f"registry-{_SCHEMA}.sqlite")
