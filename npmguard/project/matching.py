"""Patterns on the command line, such as apps/* and **/package-lock.json, where no shell has expanded them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from npmguard.errors import UsageError
from npmguard.globs import advance, braces, start

_MAGIC = frozenset("*?[{")
_SKIPPED = frozenset(("node_modules", ".git"))
_MOST_FOLDERS = 100_000
_LONGEST = 1000


def is_pattern(path: str) -> bool:
    """Is it a pattern, and not just the odd name of something that is there?"""
    return not _MAGIC.isdisjoint(path) and not os.path.lexists(path)


def expanded(pattern: str) -> list[str]:
    """The paths that fit a pattern, sorted.

    As in a shell, `*` and `?` stand for no hidden name; `**` stands for any number of folders, none of them
    hidden, and `{a,b}` for either. Nothing inside a node_modules or a .git counts, no link is gone through,
    and none counts that leads out of the folder where the pattern begins. Raises UsageError where that would
    take too long.
    """
    if len(pattern) > _LONGEST:
        raise UsageError(f"{pattern[:60]}...: too long a pattern")
    if os.sep != "/":
        pattern = pattern.replace(os.sep, "/")
    found: set[str] = set()
    for choice in braces(pattern):
        parts = [part for n, part in enumerate(choice.split("/")) if part not in ("", ".") or n == 0]
        plain = next((n for n, part in enumerate(parts) if not _MAGIC.isdisjoint(part)), len(parts))
        top = "/".join(parts[:plain]) or ("/" if parts[:1] == [""] else ".")
        if plain == len(parts):
            found.update([top] if os.path.lexists(top) else [])
        elif os.path.isdir(top):
            found.update(_fitting(top, parts[plain:], pattern))
    return sorted(os.path.normpath(path) for path in found)


def _fitting(top: str, parts: Sequence[str], pattern: str) -> Iterator[str]:
    end = len(parts)
    inside = os.path.realpath(top)
    waiting = [(top, start(parts))]
    if end in waiting[0][1]:
        yield top
    seen = 0
    while waiting:
        folder, places = waiting.pop()
        seen += 1
        if seen > _MOST_FOLDERS:
            raise UsageError(f"{pattern}: more than {_MOST_FOLDERS:,} folders to look through")
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue  # as in a shell
        for entry in entries:
            following = advance(places, entry.name, parts) if entry.name not in _SKIPPED else set()
            if end in following and (not entry.is_symlink() or _within(entry.path, inside)):
                yield entry.path
            if following - {end} and entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, following))


def _within(link: str, folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(link), folder]) == folder
