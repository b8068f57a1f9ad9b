"""Lockfiles: one module per format, each into the one DependencyGraph.

To add a format is to write its module and to add it to FORMATS. Every module has `parse`, which takes what
`Parse` says and raises InputError for what it cannot read. Modules are imported when their format is met.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple, Protocol

from npmguard.errors import InputError
from npmguard.model import DependencyGraph, Manifest

Catalogs = Mapping[str, Mapping[str, str]]


class Parse(Protocol):
    """Gives the graph of a lockfile's bytes; `file` names it in errors.

    `manifest` is the project's package.json, `workspaces` its members' by folder, `linked` gives that of any
    other folder (relative to the project, POSIX) or None: where they are given, they say what is asked for,
    and the lockfile's own record of that is only kept as `recorded`. `catalogs` are the ranges that
    `catalog:` stands for, by the catalog's name ("default" for the unnamed one).
    """

    def __call__(
        self,
        data: bytes,
        file: str,
        manifest: Manifest | None = None,
        workspaces: Mapping[str, Manifest] | None = None,
        linked: Callable[[str], Manifest | None] = ...,
        catalogs: Catalogs | None = None,
    ) -> DependencyGraph: ...


class Format(NamedTuple):
    """A lockfile's name, the manager it belongs to, and the module that reads it."""

    file: str
    manager: str
    module: str

    @property
    def parse(self) -> Parse:
        found: Parse = import_module(f"npmguard.lockfiles.{self.module}").parse
        return found


# in the order of preference where several lie in one folder
FORMATS = (
    Format("npm-shrinkwrap.json", "npm", "npm"),
    Format("package-lock.json", "npm", "npm"),
    Format("pnpm-lock.yaml", "pnpm", "pnpm"),
    Format("yarn.lock", "yarn", "yarn"),
    Format("bun.lock", "bun", "bun"),
    Format("bun.lockb", "bun", "bun"),
    Format(".package-lock.json", "npm", "npm"),  # npm's own note of what lies in node_modules
)
BY_FILE = {format.file: format for format in FORMATS}


def read(path: str | os.PathLike[str]) -> DependencyGraph:
    """The dependency graph of a lockfile on disk.

    Nothing but the lockfile is looked at. Raises InputError with file, line and reason for a file that
    cannot be read or is no lockfile that npmguard knows.
    """
    from npmguard.project.files import read as read_file

    shown = os.fspath(path).replace(os.sep, "/")
    name = os.path.basename(shown)
    format = BY_FILE.get(name)
    if format is None and name.endswith(".json"):
        format = BY_FILE["package-lock.json"]
    if format is None:
        raise InputError(shown, f"not a lockfile that npmguard reads ({', '.join(BY_FILE)})")
    return format.parse(read_file(os.fspath(path), shown), shown)
