"""The globs of `files` in package.json, as npm 12 looks them up on the disk.

They are a different kind from the patterns of ignore files: they know upper from lower case, have no `!` or
`#` of their own, and end in paths that exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from npmguard.packing.braces import expand
from npmguard.packing.patterns import ANY, EMPTY, GLOBSTAR, LITERAL, Part, part, units

Folder = dict[str, bool | None]
"""The entries of a folder: True for a folder, False for a file, None for anything else."""


def found(
    pattern: str, entries: Callable[[str], Folder | None], root: Sequence[str]
) -> Iterator[tuple[str, bool]]:
    """The paths below the package's folder that a glob names, with: is it a folder?

    The path "/" is the root of the file system, of which npm makes a rule that everything fits. `root` are
    the names of the package's folder from there. `entries` gives what a folder holds, or None where it is
    none, or is not to be looked into. Links are not followed: nothing behind them is ever packed. Raises
    BadPattern and TooMany.
    """
    seen: dict[tuple[str, bool], None] = {}
    for choice in dict.fromkeys(expand(pattern)):
        texts = _inside(_tidied(re.split("/+", choice)), root)
        if texts is None:
            continue
        if texts == ["/"]:
            seen["/", True] = None
            continue
        ready = tuple(part(text, False) for text in texts)
        for path in _matches(ready, texts, "", 0, entries, set()):
            seen[path] = None
    return iter(seen)


def _tidied(texts: list[str]) -> list[str]:
    """Parts without `.`, double `**` and what `..` takes back."""
    result: list[str] = []
    for number, text in enumerate(texts):
        if text in (".", "") and 0 < number < len(texts) - 1:
            continue
        if text == ".." and result and result[-1] not in ("", ".", "..", "**"):
            result.pop()
        elif not (text == "**" and result and result[-1] == "**"):
            result.append(text)
    return result or [""]


def _inside(texts: list[str], root: Sequence[str]) -> list[str] | None:
    """The parts from the package's folder on; ["/"] for the root of the file system, None for elsewhere."""
    up = next((n for n, text in enumerate(texts) if text != ".."), len(texts))
    if texts[0] == "" and len(texts) > 1:
        if not set(texts) - {"", ".", ".."}:
            return ["/"]
        way = [*root]
        rest = texts[1:]
    elif up:
        if up == len(texts) and up >= len(root):
            return ["/"]
        way, rest = [*root[max(len(root) - up, 0) :]], texts[up:]
    else:
        return texts
    return (rest[len(way) :] or ["."]) if rest[: len(way)] == way else None


def _matches(
    pattern: Sequence[Part],
    texts: Sequence[str],
    folder: str,
    place: int,
    entries: Callable[[str], Folder | None],
    seen: set[tuple[str, int]],
) -> Iterator[tuple[str, bool]]:
    """The paths in `folder` that the pattern names from its part `place` on."""
    waiting = [(folder, place)]
    while waiting:
        folder, place = waiting.pop()
        if (folder, place) in seen:
            continue
        seen.add((folder, place))
        one, text, last = pattern[place], texts[place], place == len(pattern) - 1
        if text in ("", ".", ".."):
            if text == "..":
                if not folder:
                    continue
                folder = folder.rpartition("/")[0]
            if not last:
                waiting.append((folder, place + 1))
            elif folder:
                yield folder, True
            continue
        here = entries(folder)
        if here is None:
            continue
        prefix = folder + "/" if folder else ""
        if one.kind == GLOBSTAR:
            if not last:
                waiting.append((folder, place + 1))
            elif folder:
                yield folder, True
            for name, is_folder in here.items():
                if is_folder:
                    waiting.append((prefix + name, place))
                elif last and is_folder is False:
                    yield prefix + name, False
            continue
        for name in _named(one, here):
            is_folder = here[name]
            if last and is_folder is not None:
                yield prefix + name, is_folder
            elif is_folder:
                waiting.append((prefix + name, place + 1))


def _named(one: Part, here: Folder) -> Iterator[str]:
    if one.kind == LITERAL:
        if one.text in here:
            yield one.text
        elif not one.text.isascii():
            wanted = unicodedata.normalize("NFKD", one.text)
            yield from (name for name in here if unicodedata.normalize("NFKD", units(name)) == wanted)
    elif one.kind == ANY:
        yield from here
    elif one.kind != EMPTY:
        yield from (name for name in here if one.fits(units(name), units(name)))
