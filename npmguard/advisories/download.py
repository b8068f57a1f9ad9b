"""Fetches an OSV dump for the local store, where it changed since it was fetched last."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from npmguard.advisories import filling, store
from npmguard.errors import InputError, UsageError

if TYPE_CHECKING:
    from npmguard.registry.http import Sink
    from npmguard.registry.light import Answer

# OSV's own dump of the ecosystem (https://google.github.io/osv.dev/data/#data-dumps), some 210 MB
DEFAULT_URL = "https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip"
_LARGEST = 1 << 30  # bytes of a dump
_LONGEST = 1800.0  # seconds for all of it
_ENDINGS = (".json", ".jsonl", ".ndjson")

Progress = Callable[[int, int], None]


class Updated(NamedTuple):
    """What the store holds now, and whether it is another dump than before."""

    about: store.About
    changed: bool


def update(
    url: str | None = None, fetched: Progress | None = None, imported: Progress | None = None
) -> Updated:
    """Makes the store anew from the dump at `url`, unless that is what it holds already.

    Without `url`, NPMGUARD_DB_URL names it, else it is OSV's own. `fetched` is told how many MiB came,
    `imported` how many records of how many were read. Raises UsageError for a URL that is not asked, an
    answer that is none, and a store that cannot be written; InputError for what is no dump.
    """
    from npmguard.registry.http import is_private

    url = url or os.environ.get("NPMGUARD_DB_URL") or DEFAULT_URL
    try:
        parts = urlsplit(url)
        private = is_private(url) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        private = False
    if not private:
        raise UsageError(f"{shown(url)}: a dump is fetched by https alone")
    with filling.alone():
        return _update(url, fetched, imported)


def shown(url: str) -> str:
    """A URL as it may be told and kept: without name, password and query, which may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the URL"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _update(url: str, fetched: Progress | None, imported: Progress | None) -> Updated:
    name = shown(url)
    found = store.state(0.0).about
    known = found if found is not None and found.source == name else None
    headers = {}
    if known is not None and known.etag:
        headers["if-none-match"] = known.etag
    elif known is not None and known.modified:
        headers["if-modified-since"] = known.modified
    ending = next((e for e in _ENDINGS if urlsplit(url).path.endswith(e)), ".zip")
    path = os.path.join(store.folder(), f"{filling.PARTIAL}{token_hex(4)}{ending}")
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            answer = _fetch(url, headers, _Told(file, fetched) if fetched is not None else file)
        if answer.status == 304 and known is not None:
            return Updated(known, False)
        if answer.status != 200:
            raise UsageError(f"{name}: {answer.problem or f'the server answered {answer.status}'}")
        origin = filling.Origin(name, _header(answer, "etag"), _header(answer, "last-modified"))
        return Updated(filling.replace(path, origin, imported), True)
    except InputError as error:
        place = path.replace(os.sep, "/")
        raise InputError(error.file.replace(place, name), error.reason, error.line) from None
    except OSError as error:
        raise UsageError(
            f"{store.folder()}: the store cannot be written: {error.strerror or error}"
        ) from None
    finally:
        with suppress(OSError):
            os.remove(path)


def _fetch(url: str, headers: dict[str, str], to: Sink) -> Answer:
    import asyncio

    from npmguard.project import npmrc
    from npmguard.registry.http import Http

    # the user's own settings: a project has no say in this, and its folder is not looked at
    config = npmrc.load(store.folder())

    async def ask() -> Answer:
        async with Http(config, longest=_LONGEST) as http:
            return await http.save(url, headers, to, _LARGEST)

    return asyncio.run(ask())


def _header(answer: Answer, name: str) -> str | None:
    """A header's value, where it is one that can be sent back."""
    value = answer.headers.get(name)
    return value if value and len(value) <= 500 and value.isascii() and value.isprintable() else None


class _Told:
    """A file that tells how many MiB were written to it."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._size = 0

    def write(self, data: bytes) -> int:
        before, self._size = self._size, self._size + len(data)
        if before >> 20 != self._size >> 20:
            self._progress(self._size >> 20, 0)
        return self._file.write(data)

    def seek(self, place: int) -> int:
        return self._file.seek(place)

    def truncate(self) -> int:
        self._size = 0
        return self._file.truncate()
