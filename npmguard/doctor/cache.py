"""A spot-check of npm's cache: do files in it have the hashes that its index promises?

npm verifies each file as it takes it from the cache, so a broken one costs a download; many broken ones tell
of a broken disk, or of somebody who tried. The layout is that of npm's cacache: `index-v5/ab/cd/HASH` holds
lines of a hash, a tab and JSON with the integrity; `content-v2/sha512/ab/cd/REST` the content by that hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import stat
import time
from base64 import b64decode
from collections.abc import Iterator
from typing import NamedTuple

from npmguard.doctor.settings import shown
from npmguard.model.doctor import Check, Status
from npmguard.text import count, some

_SAMPLE = 200  # entries
_LARGEST = 64 << 20  # bytes of one file
_TOTAL = 256 << 20  # of all
_INDEX = 1 << 20  # of one file of the index
_SECONDS = 10.0
_KEY = "make-fetch-happen:request-cache:"
_LENGTHS = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}


class Facts(NamedTuple):
    """What the spot-check saw: how many files were right and missing, and which were wrong."""

    folder: str
    there: bool
    right: int = 0
    missing: int = 0
    wrong: tuple[str, ...] = ()  # what the index calls them, as far as it is a URL
    problem: str | None = None


def look(folder: str, sample: int = _SAMPLE) -> Facts:
    """Looks at that many entries of npm's cache, wherever chance leads."""
    top = os.path.join(folder, "_cacache")
    index = os.path.join(top, "index-v5")
    if not os.path.isdir(index):
        return Facts(folder, False)
    ends = time.monotonic() + _SECONDS
    right = missing = read = 0
    wrong: list[str] = []
    try:
        for key, integrity in _entries(index, sample):
            found = _content(top, integrity)
            if found is None:
                continue
            path, algorithm, digest = found
            data = _bytes(path)
            if data is None:
                missing += 1
                continue
            read += len(data)
            if hashlib.new(algorithm, data, usedforsecurity=False).digest() == digest:
                right += 1
            else:
                wrong.append(key)
            if read > _TOTAL or time.monotonic() > ends:
                break
    except OSError as error:
        return Facts(folder, True, right, missing, tuple(wrong), error.strerror or str(error))
    return Facts(folder, True, right, missing, tuple(wrong))


def _entries(index: str, most: int) -> Iterator[tuple[str, str]]:
    """(key, integrity) of entries of the index, in no order."""
    left = most
    for first in _shuffled(index):
        for second in _shuffled(os.path.join(index, first)):
            for name in _shuffled(os.path.join(index, first, second)):
                data = _bytes(os.path.join(index, first, second, name), _INDEX)
                entry = _last(data) if data is not None else None
                if entry is None:
                    continue
                yield entry
                left -= 1
                if not left:
                    return


def _shuffled(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.is_symlink())
    except NotADirectoryError:
        return []
    random.shuffle(names)
    return names


def _last(data: bytes) -> tuple[str, str] | None:
    """The entry in force in a file of the index: the last line whose hash is right."""
    for line in reversed(data.split(b"\n")):
        told, tab, text = line.partition(b"\t")
        if not tab or hashlib.sha1(text, usedforsecurity=False).hexdigest().encode() != told:
            continue
        try:
            entry = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("integrity"), str):
            return None  # a deletion
        return str(entry.get("key")), entry["integrity"]
    return None


def _content(top: str, integrity: str) -> tuple[str, str, bytes] | None:
    """(path, algorithm, hash) of the file that an integrity names; None where it names none."""
    algorithm, dash, rest = integrity.split()[0].partition("-") if integrity.strip() else ("", "", "")
    try:
        digest = b64decode(rest.partition("?")[0], validate=True)
    except ValueError:
        return None
    if not dash or _LENGTHS.get(algorithm) != len(digest):
        return None
    text = digest.hex()
    return os.path.join(top, "content-v2", algorithm, text[:2], text[2:4], text[4:]), algorithm, digest


def _bytes(path: str, most: int = _LARGEST) -> bytes | None:
    """The bytes of a plain file; None for one that is missing or too large, and for what is no plain file."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            return None
        with open(path, "rb") as file:
            return file.read(most)
    except (FileNotFoundError, NotADirectoryError):
        return None


# -- checks


def checks(facts: Facts) -> Iterator[Check]:
    """What the spot-check comes to."""
    seen = facts.right + len(facts.wrong)
    if not facts.there:
        yield Check("npm-cache", Status.OK, "npm's cache is empty", facts.folder)
    elif facts.wrong:
        names = some((shown(key.removeprefix(_KEY)) for key in facts.wrong), 3)
        yield Check(
            "npm-cache",
            Status.FAIL,
            f"{count(len(facts.wrong), 'file')} of {seen:,} in npm's cache are not what they should be",
            f"their hashes are wrong: {names}. {facts.folder}",
            "npm cache verify; if that finds more each time, look at the disk and at who may write there",
        )
    elif facts.problem is not None:
        yield Check("npm-cache", Status.UNKNOWN, f"npm's cache cannot be read: {facts.problem}", facts.folder)
    else:
        title = f"{count(seen, 'file')} of npm's cache {'has its' if seen == 1 else 'have their'} right hash"
        yield Check("npm-cache", Status.OK, title, f"a sample of {facts.folder}")
