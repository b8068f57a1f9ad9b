"""What is odd about the paths of a tarball, and where npm puts each of them.

What npm does was found by having npm 10, 11 and 12 install tarballs made for the purpose. It takes the first
part off each path, whatever it is, then what makes it absolute on any system; what still has a `..` it leaves
out, and links and devices too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from npmguard.model import Oddity
from npmguard.text import one_line, plain

_MOST = 1000

_DEVICE = r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:[.:][^/]*)?"
_PART = rf"(?!{_DEVICE}(?:/|$))[\w.+@~$=,()\[\]{{}}'!#&%;^` -]+(?<![. ])"
# What nearly every path looks like: no system reads more into it than it says.
_USUAL = re.compile(rf"{_PART}(?:/{_PART})*", re.IGNORECASE | re.ASCII)
_DEVICES = re.compile(_DEVICE, re.IGNORECASE)
# What npm takes off the start of a path, one after the other: roots of any system.
_ROOT = re.compile(
    r"(?://\?/[^\\/]+[\\/]?|/|[A-Za-z]:[\\/]?|\\[\\/][^\\/]+[\\/]+[^\\/]+[\\/]?|\\)+", re.DOTALL
)
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


class Place(NamedTuple):
    """Where npm puts an entry: the path within the package, and whether it puts it there at all."""

    path: str
    skipped: bool


class Oddities:
    """Collects what is odd about the entries of one tarball, a thousand of them at most."""

    def __init__(self) -> None:
        self._found: list[Oddity] = []
        self._more = 0
        self._top: str | None = None
        self._tops: set[str] = set()
        self._taken: dict[str, str] = {}  # files by what a system that minds no case calls them
        self._folders: dict[str, str] = {}
        self._folder: str | None = None

    @property
    def found(self) -> tuple[Oddity, ...]:
        """What was found so far, in the order of the tarball."""
        if not self._more:
            return tuple(self._found)
        return (*self._found, Oddity("outside", "", f"{self._more} more odd entries"))

    def add(self, kind: str, path: str, detail: str) -> None:
        """Notes that something is odd."""
        if len(self._found) < _MOST:
            self._found.append(Oddity(kind, path, detail))
        else:
            self._more += 1

    def place(self, path: str, *, folder: bool = False) -> Place:
        """Where npm puts the entry of that path; what is odd about the path alone is noted."""
        top, _, rest = path.partition("/")
        if top == self._top and _USUAL.fullmatch(rest):
            return Place(rest, False)
        return self._judged(path, top, rest.rstrip("/") if folder else rest, folder)

    def _judged(self, path: str, top: str, rest: str, folder: bool) -> Place:
        if self._top is None and rest and top not in ("", ".."):
            self._top = top
            if _USUAL.fullmatch(rest) and _USUAL.fullmatch(top):
                return Place(rest, False)
        root = _ROOT.match(rest)
        stripped = rest[root.end() :] if root is not None else rest
        segments = [segment for segment in stripped.split("/") if segment not in ("", ".")]
        placed = "/".join(segments)
        up = ".." in stripped.replace("\\", "/").split("/")
        lost = up or not placed
        shown = path if lost else placed
        if _UP.search(path):
            self.add("traversal", path, _UP_LOST if up else f"npm unpacks it as {one_line(placed)}")
        elif _ABSOLUTE.match(path) or (root is not None and root[0].strip("/")):
            self.add("absolute", path, f"npm unpacks it as {one_line(placed)}")
        if not folder and not rest:
            self.add("outside", path, "it lies in no folder, and npm leaves it out")
        elif rest and top not in (self._top, "", "..") and top not in self._tops:
            if len(self._tops) < _MOST:
                self._tops.add(top)
            first = one_line(self._top or "")
            self.add("outside", path, f"it lies beside the folder {first}; npm unpacks both as one")
        if plain(path) != path:
            self.add("control", shown, "it holds characters that a terminal obeys, or that nobody sees")
        elif "\ufffd" in path:
            self.add("control", shown, "it is not UTF-8 text")
        words = next(filter(None, map(_on_windows, segments)), None)
        if words and not lost:
            self.add("device-name", placed, words)
        return Place(shown, lost)

    def file(self, path: str) -> bool:
        """Notes a file at its place. False where npm cannot put it there: a file and a folder of one name."""
        key = _folded(path)
        before = self._taken.get(key)
        if before is None:
            before = self._folders.get(key)
            if before is not None:
                return self._clash(path, before, "there is a folder of that name")
            self._taken[key] = path
        elif before == path:
            self.add("duplicate", path, "it is in there twice; npm keeps the last one")
        else:
            self._clash(path, before, "")
            return True
        folder = path.rpartition("/")[0]
        return folder == self._folder or self._inside(folder, path)

    def _inside(self, folder: str, path: str) -> bool:
        """Notes the folders that a file lies in."""
        self._folder = folder
        while folder:
            key = _folded(folder)
            if key in self._folders:
                break
            before = self._taken.get(key)
            if before is not None:
                self._folder = None
                return self._clash(path, before, "there is a file where it wants a folder")
            self._folders[key] = folder
            folder = folder.rpartition("/")[0]
        return True

    def _clash(self, path: str, before: str, words: str) -> bool:
        same = before == path or path.startswith(f"{before}/")
        if same:
            self.add("duplicate", path, f"{words}; npm keeps what comes first")
            return False
        self.add("case-clash", path, f"the same as {one_line(before)} where letters' case does not count")
        return True


_UP = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)")
_UP_LOST = "npm leaves it out"


def _on_windows(segment: str) -> str | None:
    """What Windows makes of a name, where that is not what it says."""
    if _DEVICES.fullmatch(segment):
        return f"Windows takes {one_line(segment)} for a device"
    if ":" in segment:
        return "Windows takes what follows the colon for a stream of the file before it"
    if "\\" in segment:
        return "Windows takes the backslash for the end of a folder's name"
    if segment[-1] in ". ":
        return "Windows drops the dots and spaces at the end of a name"
    return None


def _folded(path: str) -> str:
    """The path as a file system that does not tell cases, or ways to write a letter, apart knows it."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
