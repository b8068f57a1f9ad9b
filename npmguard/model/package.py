"""What is installed: packages, and what each asks of the others."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Source(StrEnum):
    """Where a package comes from."""

    PROJECT = "project"  # the audited project itself
    WORKSPACE = "workspace"  # a member of the project, in its own folder
    REGISTRY = "registry"
    GIT = "git"
    URL = "url"  # a tarball at a URL that is no registry's
    FILE = "file"  # a tarball on disk
    LINK = "link"  # a folder on disk


class DependencyKind(StrEnum):
    """In which field of package.json a dependency stands."""

    PROD = "prod"
    DEV = "dev"
    OPTIONAL = "optional"
    PEER = "peer"
    PEER_OPTIONAL = "peer-optional"
    WORKSPACE = "workspace"  # the project's edge to one of its members


class Package(NamedTuple):
    """One installed thing.

    `key` names the place in the lockfile (for npm: the install path, "" for the project).
    `name` is the real name, that the registry knows; `alias` the name it is installed under where
    that differs. `integrity` is the SRI string as recorded. `dev`, `optional` and `peer` are the
    lockfile's own flags; whether a package is reachable in production is the graph's answer.
    """

    key: str
    name: str
    version: str | None
    source: Source
    resolved: str | None = None
    integrity: str | None = None
    alias: str | None = None
    dev: bool = False
    optional: bool = False
    peer: bool = False
    bundled: bool = False
    # the lockfile's word: True, False, or None where the format does not say
    has_install_script: bool | None = None
    deprecated: str | None = None
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    # a JSON pointer into the lockfile
    pointer: str = ""
    # the text that asked for it when it was locked, where the format notes that (npm 1: "from")
    requested: str | None = None
    copied: bool = False  # a folder whose files are packed and installed, rather than linked to

    @property
    def label(self) -> str:
        """`name@version`, or the bare name where there is no version."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def kind(self) -> tuple[object, ...]:
        """What copies of one and the same thing have in common."""
        return (self.name, self.version, self.source, self.bundled)

    @property
    def third_party(self) -> bool:
        """Is it somebody else's: neither the project, nor a member, nor a folder beside it?"""
        return self.source not in (Source.PROJECT, Source.WORKSPACE, Source.LINK)


class Dependency(NamedTuple):
    """An edge: `source` (a package's key) asks for `name`, by `spec`; `target` is what it gets.

    `spec` is the text of package.json or the lockfile: a range, a tag, an alias, a URL.
    `target` is a package's key, or None where nothing fits the name. A `settled` edge leads to what came
    inside another package (bundled, or shrinkwrapped): the manager takes what is there.
    """

    source: str
    name: str
    spec: str
    kind: DependencyKind
    target: str | None
    settled: bool = False

    @property
    def optional(self) -> bool:
        return self.kind in (DependencyKind.OPTIONAL, DependencyKind.PEER_OPTIONAL)

    @property
    def peer(self) -> bool:
        return self.kind in (DependencyKind.PEER, DependencyKind.PEER_OPTIONAL)
