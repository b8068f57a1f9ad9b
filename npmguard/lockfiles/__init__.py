"""Lockfiles: one module per format, each into the one DependencyGraph."""

from __future__ import annotations

import os

from npmguard.errors import InputError
from npmguard.lockfiles import npm
from npmguard.model import DependencyGraph


def read(path: str | os.PathLike[str]) -> DependencyGraph:
    """The dependency graph of a lockfile on disk.

    Nothing but the lockfile is looked at. Raises InputError with file, line and reason for a file that
    cannot be read or is no lockfile that npmguard knows.
    """
    from npmguard.project.files import read as read_file

    shown = os.fspath(path).replace(os.sep, "/")
    name = os.path.basename(shown)
    if name in npm.FILES or name.endswith(".json"):
        return npm.parse(read_file(os.fspath(path), shown), shown)
    raise InputError(shown, f"not a lockfile that npmguard reads ({', '.join(npm.FILES)})")
