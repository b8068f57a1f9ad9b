"""The files of a package as a tree, no longer than a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from npmguard.model import PackedFile


class Row(NamedTuple):
    """One line of the tree: a file, or a folder with all that it holds. `files` is 0 for a file.

    `path` is the whole path, a folder's with a slash at its end; `name` what to show at that depth.
    """

    depth: int
    name: str
    path: str
    size: int
    files: int


class _Folder:
    def __init__(self, path: str) -> None:
        self.path = path
        self.folders: dict[str, _Folder] = {}
        self.entries: list[tuple[str, PackedFile]] = []
        self.size = self.files = 0

    @property
    def rows(self) -> int:
        return len(self.folders) + len(self.entries)


def tree(files: Iterable[PackedFile], most: int | None = None) -> Sequence[Row]:
    """The rows of the tree. Folders with the fewest rows are opened first, while there are `most` at most.

    The top folder is always open; a folder that holds nothing but one folder stands on a line with it.
    """
    top = _grown(files)
    opened: set[str] = {top.path}
    waiting = [(folder.rows, folder.path, folder) for folder in map(_only, top.folders.values())]
    heapify(waiting)
    count = top.rows
    while waiting and (most is None or count + waiting[0][0] <= most):
        rows, path, folder = heappop(waiting)
        count += rows
        opened.add(path)
        for below in map(_only, folder.folders.values()):
            heappush(waiting, (below.rows, below.path, below))
    return list(_rows(top, opened, 0))


def _grown(files: Iterable[PackedFile]) -> _Folder:
    top = _Folder("")
    for file in files:
        folder = top
        *above, name = file.path.split("/")
        folder.size += file.size
        folder.files += 1
        for part in above:
            if part not in folder.folders:
                folder.folders[part] = _Folder(f"{folder.path}{part}/")
            folder = folder.folders[part]
            folder.size += file.size
            folder.files += 1
        folder.entries.append((name, file))
    return top


def _only(folder: _Folder) -> _Folder:
    """The folder itself, or the first one below it that holds more than one folder."""
    while not folder.entries and len(folder.folders) == 1:
        (folder,) = folder.folders.values()
    return folder


def _rows(top: _Folder, opened: set[str], depth: int) -> Iterable[Row]:
    # a stack rather than a recursion: what a stranger packed may be nested as deep as paths can be
    stack: list[tuple[int, str, _Folder | PackedFile, str]] = _sorted(top, depth)
    while stack:
        depth, name, item, above = stack.pop()
        if isinstance(item, PackedFile):
            yield Row(depth, name, item.path, item.size, 0)
            continue
        yield Row(depth, item.path.removeprefix(above), item.path, item.size, item.files)
        if item.path in opened:
            stack += _sorted(item, depth + 1)


def _sorted(folder: _Folder, depth: int) -> list[tuple[int, str, _Folder | PackedFile, str]]:
    """What stands in a folder, in the order of names, the last first."""
    found: list[tuple[str, _Folder | PackedFile]] = [
        *((name, _only(below)) for name, below in folder.folders.items()),
        *folder.entries,
    ]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [(depth, name, item, folder.path) for name, item in found]
