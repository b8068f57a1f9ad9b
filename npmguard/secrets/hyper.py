"""Hyperscan as the searcher: all patterns in one pass, at about the speed of memory.

Compiling takes a good part of a second, so what was compiled is kept in the user's cache folder.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, NamedTuple

from npmguard.secrets.windows import JOINED, Window, from_rows

_SCHEMA = 1
_LARGEST = 64 << 20


class Hyper(NamedTuple):
    """A compiled database, and by index how far before an end a match can begin: at most, at least."""

    database: Any
    widths: tuple[tuple[int, int], ...]

    def windows(self, data: bytes) -> dict[int, list[Window]]:
        """Of every pattern that may match in `data`, where such matches begin."""
        ends: dict[int, list[int]] = {}
        self.database.scan(data, match_event_handler=_note, context=ends)
        return {
            index: from_rows(row, self.widths[index][0], -self.widths[index][1])
            for index, row in ends.items()
        }


def _note(index: int, _: int, end: int, __: int, ends: dict[int, list[int]]) -> None:
    # `windows.note`, written out here, where every call counts
    row = ends.get(index)
    if row is None:
        ends[index] = [end, end]
    elif -JOINED < end - row[-1] < JOINED:
        if end > row[-1]:
            row[-1] = end
        elif end < row[-2]:
            row[-2] = end
    else:
        row += (end, end)


def searcher(patterns: Sequence[str]) -> Hyper | None:
    """A searcher for the patterns, or None where Hyperscan is missing or cannot do it."""
    try:
        import hyperscan
    except ImportError:
        return None
    try:
        name = _name(patterns)
        kept = _load(name)
        if kept is None:
            kept = _compiled(patterns)
            _keep(name, kept)
    except hyperscan.HyperscanError:
        return None
    return kept


def _compiled(patterns: Sequence[str]) -> Hyper:
    import hyperscan

    from npmguard.secrets.expressions import read

    sought = [read(pattern) for pattern in patterns]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[each.expression.encode() for each in sought],
        ids=list(range(len(sought))),
        elements=len(sought),
        flags=[0] * len(sought),
    )
    return Hyper(database, tuple((each.most, each.least) for each in sought))


# -- in the cache


def _name(patterns: Sequence[str]) -> str:
    """The file's name: other patterns, another Hyperscan, another machine or reading of them give another."""

    import hyperscan

    seen = sha256()
    for text in (_SCHEMA, getattr(hyperscan, "__version__", ""), *_platform(), *patterns):
        seen.update(str(text).encode() + b"\0")
    return f"secrets-{seen.hexdigest()[:32]}.hs"


def _platform() -> tuple[str, ...]:
    """What a compiled database depends on: it is made for the processor it was made on."""
    import platform
    import sys

    flags = ""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        flags = next((line for line in file if line.startswith(("flags", "Features"))), "")
    return sys.platform, platform.machine(), flags


def _folder() -> str:
    folder = os.environ.get("NPMGUARD_CACHE_DIR")
    if not folder:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("npmguard", appauthor=False)
    return folder


def _load(name: str) -> Hyper | None:
    """What is kept, where it is this user's own and whole; a compiled database is trusted like a program."""
    import hyperscan

    path = os.path.join(_folder(), name)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            if not _own(os.fstat(handle)):
                return None
            data = file.read(_LARGEST)
    except OSError:
        return None
    digest, _, rest = data.partition(b"\n")
    if digest != sha256(rest).hexdigest().encode():
        return None
    head, _, body = rest.partition(b"\n")
    try:
        widths = json.loads(head)
        database = hyperscan.loadb(body, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        return Hyper(database, tuple((most, least) for most, least in widths))
    except (hyperscan.HyperscanError, ValueError, TypeError):
        return None


def _own(status: os.stat_result) -> bool:
    if not stat.S_ISREG(status.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _keep(name: str, made: Hyper) -> None:
    """Put what was compiled into the cache, whole or not at all; without a cache it is compiled each time."""
    import tempfile

    import hyperscan

    folder = _folder()
    with suppress(OSError, hyperscan.HyperscanError):
        rest = (
            json.dumps(made.widths, separators=(",", ":")).encode() + b"\n" + hyperscan.dumpb(made.database)
        )
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=name, suffix=".part", dir=folder)
        try:
            with open(handle, "wb") as file:
                file.write(sha256(rest).hexdigest().encode() + b"\n" + rest)
            os.replace(part, os.path.join(folder, name))
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
