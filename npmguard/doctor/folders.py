"""The folders that an install writes to or runs programs from: may others change what lies there?"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from npmguard.doctor.surroundings import Surroundings
from npmguard.model.doctor import Check, Status
from npmguard.text import some

_MOST = 500  # folders of the PATH


class Folder(NamedTuple):
    """A folder as it is: its permission bits and owner, None where there is none. `writable` by this user."""

    path: str
    mode: int | None = None
    owner: int | None = None
    writable: bool = False


class Facts(NamedTuple):
    """npm's folders, those of the PATH, and who asks. `relative` are entries of it that are no whole path."""

    prefix: Folder | None
    cache: Folder
    path: tuple[Folder, ...]
    relative: tuple[str, ...]
    user: int | None


def look(where: Surroundings) -> Facts | None:
    """The facts; None where permissions are not those of Unix."""
    if not hasattr(os, "getuid"):
        return None
    entries = where.env.get("PATH", "").split(os.pathsep)[:_MOST] if where.env.get("PATH") else []
    prefix = _prefix(where)
    return Facts(
        _folder(os.path.join(prefix, "lib", "node_modules")) if prefix else None,
        _folder(cache_of(where)),
        tuple(_folder(entry) for entry in dict.fromkeys(entries) if os.path.isabs(entry)),
        tuple(entry or "." for entry in dict.fromkeys(entries) if not os.path.isabs(entry)),
        os.getuid(),
    )


def cache_of(where: Surroundings) -> str:
    """npm's cache folder."""
    said = where.said("cache")
    usual = os.path.join(where.home, ".npm")
    if os.name == "nt":
        usual = os.path.join(where.env.get("LOCALAPPDATA", where.home), "npm-cache")
    return _whole(said[0], where.home) if said is not None and not said[1].own else usual


def _prefix(where: Surroundings) -> str | None:
    """Where npm install -g puts things: what settings say, else the folder above the one of node."""
    said = where.said("prefix")
    if said is not None and not said[1].own:
        return _whole(said[0], where.home)
    for entry in where.env.get("PATH", "").split(os.pathsep):
        node = os.path.join(entry, "node")
        if os.path.isabs(entry) and os.path.isfile(node):
            return os.path.dirname(os.path.dirname(os.path.realpath(node)))
    return None


def _whole(path: str, home: str) -> str:
    path = path.replace("${HOME}", home)
    return os.path.join(home, path[2:]) if path.startswith("~/") else os.path.join(home, path)


def _folder(path: str) -> Folder:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return Folder(path)
    return Folder(path, stat.S_IMODE(found.st_mode), found.st_uid, os.access(path, os.W_OK))


# -- checks


def checks(facts: Facts | None) -> Iterator[Check]:
    """What the permissions come to."""
    if facts is None:
        return
    yield _path(facts)
    if facts.prefix is not None and facts.prefix.mode is not None:
        yield _open("npm-prefix", facts.prefix, "npm's global packages") or Check(
            "npm-prefix",
            Status.OK,
            "npm's global packages are their owner's to change",
            facts.prefix.path,
        )
    yield _cache(facts)


def _path(facts: Facts) -> Check:
    loose = [folder.path for folder in facts.path if folder.mode is not None and folder.mode & 0o002]
    if loose:
        return Check(
            "path",
            Status.FAIL,
            "anybody on this machine may put programs on the PATH",
            f"world-writable: {some(loose, 5)}",
            f"chmod o-w {loose[0]}, or take it off the PATH",
        )
    if facts.relative:
        return Check(
            "path",
            Status.WARN,
            "the PATH has entries that depend on the current folder",
            f"{some(facts.relative, 5)}: what node or git is run there is the project's to say",
            "take them off the PATH; npx and npm run find a project's programs without",
        )
    return Check("path", Status.OK, "nobody else may put programs on the PATH")


def _open(id: str, folder: Folder, what: str) -> Check | None:
    if folder.mode is None or not folder.mode & 0o002:
        return None
    return Check(
        id,
        Status.FAIL,
        f"anybody on this machine may change {what}",
        f"{folder.path} is world-writable ({folder.mode:04o})",
        f"chmod o-w {folder.path}",
    )


def _cache(facts: Facts) -> Check:
    cache = facts.cache
    if cache.mode is None:
        return Check("npm-cache-folder", Status.OK, "npm has no cache yet", cache.path)
    loose = _open("npm-cache-folder", cache, "npm's cache")
    if loose is not None:
        return loose
    if not cache.writable or (facts.user and cache.owner not in (facts.user, None)):
        return Check(
            "npm-cache-folder",
            Status.WARN,
            "npm's cache is another user's",
            f"{cache.path} belongs to user {cache.owner}: installs end with EACCES, often after sudo npm",
            f"sudo chown -R {facts.user} {cache.path}",
        )
    return Check("npm-cache-folder", Status.OK, "npm's cache is its owner's to change", cache.path)
