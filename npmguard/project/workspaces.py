"""Finding a project's workspaces on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from npmguard.globs import braces, is_member, tidy

_MOST_FOLDERS = 50_000
_SKIPPED = frozenset(("node_modules", ".git"))


def folders(project: str, patterns: Sequence[str]) -> list[str]:
    """The folders with a package.json that the patterns name: relative to `project`, POSIX, sorted."""
    found: set[str] = set()
    for pattern in patterns:
        if pattern.startswith("!"):
            continue
        for choice in braces(tidy(pattern)):
            parts = choice.split("/")
            plain = next((n for n, part in enumerate(parts) if set(part) & set("*?[{")), len(parts))
            deepest = None if "**" in parts else len(parts)
            start = "/".join(parts[:plain])
            if ".." in parts[:plain]:
                continue
            with suppress(ValueError):  # no folder's name holds a NUL or half a character
                found.update(f for f in _with_manifest(project, start, deepest) if is_member(f, patterns))
    return sorted(found)


def _with_manifest(project: str, start: str, deepest: int | None) -> Iterator[str]:
    """Folders from `start` down that hold a package.json, at most `deepest` names below `project`."""
    top = os.path.join(project, start) if start else project
    for seen, (here, names, files) in enumerate(os.walk(top)):
        folder = os.path.relpath(here, project).replace(os.sep, "/")
        if seen > _MOST_FOLDERS:
            return
        depth = 0 if folder == "." else folder.count("/") + 1
        names[:] = [] if deepest is not None and depth >= deepest else sorted(set(names) - _SKIPPED)
        if "package.json" in files and folder != ".":
            yield folder


def nested(folder: str, wanted: Sequence[str]) -> Iterator[str]:
    """Folders below `folder` that hold one of the `wanted` files, hidden ones and node_modules apart."""
    for seen, (here, names, files) in enumerate(os.walk(folder)):
        if seen > _MOST_FOLDERS:
            return
        names[:] = sorted(name for name in names if name not in _SKIPPED and not name.startswith("."))
        if here != folder and not set(wanted).isdisjoint(files):
            yield here
