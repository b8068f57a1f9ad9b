"""Credentials that lie about: in a project's .npmrc, in git, in a file that others may read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple

from npmguard.doctor.surroundings import Surroundings
from npmguard.errors import InputError
from npmguard.model.doctor import Check, Status
from npmguard.project import npmrc
from npmguard.project.files import read

_SECRET = re.compile(r"(?:^|:)_(?:authtoken|auth|password)$", re.IGNORECASE)
# npmAuthToken and npmAuthIdent of yarn, token and password of bun: a value that no variable stands for
_OTHERS = {
    ".yarnrc.yml": re.compile(r"^\s*[\"']?npmAuth(?:Token|Ident)[\"']?\s*:\s*[\"']?(?![\"'\s$])\S"),
    "bunfig.toml": re.compile(r"\b(?:token|password)\s*=\s*[\"'](?!\$)[^\"']"),
}
_LARGEST_INDEX = 256 << 20


class File(NamedTuple):
    """A settings file: the lines that hold a credential as it is, and who may see them.

    `tracked` tells whether git has the file; None where that is not known, or there is no git.
    """

    path: str
    lines: tuple[int, ...]
    own: bool
    tracked: bool | None = None
    mode: int | None = None


def look(where: Surroundings) -> tuple[File, ...]:
    """The settings files of the project and the user that are there."""
    found = [
        _file(layer.path, layer.own, tuple(_literal(text)), where.folder)
        for layer in where.layers
        if layer.path is not None and (text := _text(layer.path)) is not None
    ]
    for name, pattern in _OTHERS.items():
        path = os.path.join(where.folder, name)
        if (text := _text(path)) is not None:
            lines = tuple(n for n, line in enumerate(text.split("\n"), 1) if pattern.search(line[:10_000]))
            found.append(_file(path, True, lines, where.folder))
    return tuple(found)


def _file(path: str, own: bool, lines: tuple[int, ...], folder: str) -> File:
    mode = None
    if os.name != "nt":
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except OSError:
            mode = None
    return File(path, lines, own, tracked(folder, os.path.basename(path)) if own and lines else None, mode)


def _text(path: str) -> str | None:
    if not os.path.isfile(path):
        return None
    try:
        return read(path, path).decode("utf-8-sig", errors="replace")
    except InputError:
        return None


def _literal(text: str) -> Iterator[int]:
    """The lines of an npmrc that hold a credential as it is, rather than the name of a variable."""
    for number, line in enumerate(text.splitlines(), 1):
        for key, value in npmrc.parse(line).items():
            if _SECRET.search(key) and value and "${" not in value:
                yield number


# -- git's index, which is read and not asked for: git would run what the repository's settings name


def tracked(folder: str, name: str) -> bool | None:
    """Does git's index have that file of the folder? None where there is none, or it cannot be told."""
    top = here = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(top, ".git")):
        above = os.path.dirname(top)
        if above == top:
            return None
        top = above
    path = os.path.relpath(os.path.join(here, name), top).replace(os.sep, "/")
    try:
        place = os.path.join(_git_folder(os.path.join(top, ".git")), "index")
        if not os.path.exists(place):
            return False
        found = os.stat(place)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_INDEX:
            return None
        with open(place, "rb") as file:
            return holds(file.read(_LARGEST_INDEX), path.encode("utf-8", "surrogateescape"))
    except (OSError, ValueError):
        return None


def _git_folder(path: str) -> str:
    """The folder that `.git` is, or names: `gitdir: PATH` in a worktree or a submodule."""
    if os.path.isdir(path):
        return path
    with open(path, "rb") as file:
        text = file.read(4096).decode("utf-8", "surrogateescape")
    if not text.startswith("gitdir:"):
        raise ValueError("no git folder")
    return os.path.join(os.path.dirname(path), text.removeprefix("gitdir:").strip())


def holds(data: bytes, path: bytes) -> bool | None:
    """Does an index (version 2, 3 or 4, of SHA-1) list that path? None for another, and for half of one.

    git's Documentation/gitformat-index: 12 bytes of head, then for each file 62 bytes, its path and a NUL.
    """
    if data[:4] != b"DIRC" or len(data) < 32:
        return None
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version not in (2, 3, 4):
        return None
    at, before = 12, b""
    for _ in range(count):
        flags = int.from_bytes(data[at + 60 : at + 62], "big")
        start = at + (64 if flags & 0x4000 and version > 2 else 62)
        keep = 0
        if version == 4:  # as many bytes of the path before are dropped, and the rest is kept
            drop, start = _offset(data, start)
            keep = max(0, len(before) - drop)
        end = data.find(b"\0", start)
        if end < 0 or end - start > 4096 + 1:
            return None
        before = before[:keep] + data[start:end]
        if before == path:
            return True
        at = end + 1 if version == 4 else at + (end - at + 8) // 8 * 8
    # a split index has the rest elsewhere; of one by SHA-256 the paths were none
    return None if data[at : at + 4] == b"link" or len(data) < at + 20 else False


def _offset(data: bytes, at: int) -> tuple[int, int]:
    """A number as git's packs write offsets, and where it ends."""
    byte = data[at] if at < len(data) else 0
    number, at = byte & 0x7F, at + 1
    while byte & 0x80 and at < len(data) and number < 1 << 20:
        byte = data[at]
        number, at = ((number + 1) << 7) | (byte & 0x7F), at + 1
    return number, at


# -- checks


def checks(files: tuple[File, ...]) -> Iterator[Check]:
    """What the credentials come to. None of them is ever told."""
    told = False
    for file in files:
        if not file.lines:
            continue
        places = f"line{'s' if len(file.lines) > 1 else ''} {', '.join(map(str, file.lines[:10]))}"
        if file.own:
            told = True
            yield _own(file, places)
        elif file.mode is not None and file.mode & 0o077:
            told = True
            yield Check(
                "tokens",
                Status.FAIL,
                f"others on this machine may read the credentials in {file.path}",
                f"{places}; its mode is {file.mode:04o}",
                f"chmod 600 {file.path}, and replace the token if others were here",
                file.path,
            )
    if not told:
        yield Check("tokens", Status.OK, "no credentials lie where others see them")


def _own(file: File, places: str) -> Check:
    name = os.path.basename(file.path)
    fix = "write ${NPM_TOKEN} in its place and keep the token in the environment, or in ~/.npmrc"
    if file.tracked:
        title = f"{name} holds a credential, and git has it"
        return Check("tokens", Status.FAIL, title, places, f"revoke the token now; then {fix}", file.path)
    known = (
        "git does not have the file yet" if file.tracked is False else "whether git has the file is not known"
    )
    return Check(
        "tokens",
        Status.WARN,
        f"the project's {name} holds a credential",
        f"{places}; {known}",
        fix,
        file.path,
    )
