"""npm's own note of what it installed, node_modules/.package-lock.json.

npm takes it for the truth while it is newer than all that it speaks of.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Mapping
from typing import Any

from npmguard.errors import InputError
from npmguard.packing.disk import Disk, relative

# npm allows so many milliseconds between the folder and the note.
_JITTER = 10


def noted(root: str, disk: Disk) -> Mapping[str, Mapping[str, Any]] | None:
    """The entries of the note by their path from `root`; None where there is none, or it is out of date.

    An entry tells a package's dependencies and programs, but neither its `files` nor its `main`.
    """
    place = posixpath.join(root, "node_modules/.package-lock.json")
    if not os.path.isfile(place):
        return None
    try:
        found: Any = json.loads(disk.text(place).text.removeprefix("\ufeff"))
        packages = found.get("packages") if isinstance(found, dict) else None
        if not isinstance(packages, dict) or not all(isinstance(entry, dict) for entry in packages.values()):
            return None
        check = _Check(root, packages, _milliseconds(place) + _JITTER, disk)
        return packages if check.is_current() else None
    except (InputError, OSError, ValueError, RecursionError):
        return None


def _milliseconds(path: str) -> int:
    return os.stat(path).st_mtime_ns // 1_000_000


class _Check:
    def __init__(self, root: str, packages: Mapping[str, Mapping[str, Any]], newest: int, disk: Disk) -> None:
        self._root = root
        self._packages = packages
        self._newest = newest
        self._disk = disk
        self._seen: set[str] = set()

    def is_current(self) -> bool:
        """Is no folder newer than the note, and is just that installed which it tells of?"""
        modules = posixpath.join(self._root, "node_modules")
        links = {entry.get("resolved") for entry in self._packages.values() if entry.get("link")}
        apart = {place.partition("/node_modules/")[0] for place in self._packages}
        apart = {place for place in apart if place and "node_modules" not in place.split("/")} - links
        places = [modules, *(posixpath.join(self._root, place) for place in sorted(apart))]
        return all(map(self._folder, places)) and self._seen.issuperset(self._packages)

    def _folder(self, folder: str) -> bool:
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            here = relative(folder, self._root)
            self._seen.add(here)
            name = posixpath.basename(folder)
            holds = name == "node_modules" or name.startswith("@")
            if _milliseconds(folder) > self._newest or not (holds or here in self._packages):
                return False
            inside = folder if holds else posixpath.join(folder, "node_modules")
            if not os.path.isdir(inside):
                continue
            for entry, is_folder in self._disk.folder(inside).items():
                place = posixpath.join(inside, entry)
                if is_folder and not entry.startswith("."):
                    waiting.append(place)
                elif is_folder is None and os.path.islink(place):
                    self._seen.add(relative(place, self._root))
                    target = posixpath.normpath(posixpath.join(inside, os.readlink(place)))
                    if os.path.isdir(target) and relative(target, self._root) not in self._seen:
                        waiting.append(target)
        return True
