"""What lies on disk: the project under audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from npmguard.model.graph import DependencyGraph
from npmguard.model.packed import Packed


class Manifest(NamedTuple):
    """A package.json. `file` is its path as the user knows it, POSIX; dependency maps keep file order.

    `data` is the whole document, for the fields that only one rule looks at.
    """

    file: str
    name: str | None
    version: str | None
    dependencies: Mapping[str, str]
    dev_dependencies: Mapping[str, str]
    optional_dependencies: Mapping[str, str]
    peer_dependencies: Mapping[str, str]
    optional_peers: frozenset[str]  # names that peerDependenciesMeta marks as optional
    data: Mapping[str, Any]

    def asks(self, name: str) -> tuple[str, str] | None:
        """(field, text) of what is asked for under this name; of several fields, the one that npm goes by."""
        for field, names in (
            ("devDependencies", self.dev_dependencies),
            ("optionalDependencies", self.optional_dependencies),
            ("dependencies", self.dependencies),
            ("peerDependencies", self.peer_dependencies),
        ):
            if name in names:
                return field, names[name]
        return None


class Digest(NamedTuple):
    """The hashes of a text file, its lines ended by line feeds, in hexadecimal."""

    sha256: str
    md5: str


class Lockfile(NamedTuple):
    """One lockfile of a project: its path as the user knows it, the format's name, what it holds."""

    file: str
    format: str  # npm-1 npm-2 npm-3 yarn-1 yarn-berry-8 pnpm-9.0 bun-1 ...
    graph: DependencyGraph

    @property
    def name(self) -> str:
        """The file's own name, without its folder."""
        return self.file.rpartition("/")[2]


class Project(NamedTuple):
    """One audited project.

    `folder` is relative to the working directory, POSIX ("." for the working directory itself).
    `workspaces` maps a member's folder (relative to the project's, POSIX) to its manifest.
    `lockfiles` has the one in force first. `registries` are the hosts that the manager's settings name, by
    scope ("" for the default): URLs with a trailing slash. `installed` maps an install path to the
    install scripts that its package.json under node_modules names, where there is one.
    """

    folder: str
    manifest: Manifest
    workspaces: Mapping[str, Manifest]
    manager: str  # npm yarn yarn-berry pnpm bun
    lockfile: Lockfile | None
    lockfile_names: tuple[str, ...] = ()  # every lockfile that lies in the folder
    registries: Mapping[str, str] = {}
    installed: Mapping[str, Mapping[str, str]] = {}
    # the settings of .npmrc files and the environment, such as legacy-peer-deps, as text
    config: Mapping[str, str] = {}
    # the manager's own file: pnpm-workspace.yaml, .yarnrc.yml, .yarnrc or bunfig.toml, as it stands there
    manager_config: Mapping[str, Any] = {}
    # (manager, version or "") as package.json names it: npm, yarn (both of them), pnpm or bun
    declared: tuple[str, str] | None = None
    # (SRI, hex SHA-1) of the `file:` tarballs that lie on disk, by their place in the lockfile
    tarballs: Mapping[str, tuple[str, str]] = {}
    # the files that a manager holds its lockfile to (pnpm: patches and .pnpmfile.cjs), by path relative to
    # the project; None where nobody looked
    held: Mapping[str, Digest] | None = None
    # the keys of `config` that the project's own .npmrc decides
    own_config: frozenset[str] = frozenset()
    # what `npm publish` would send, where that is what the audit is about
    packed: Packed | None = None
    # packages' licences by key, as the lockfile or node_modules have them, where somebody asks for licences
    licences: Mapping[str, str] = {}

    @property
    def graph(self) -> DependencyGraph | None:
        return self.lockfile.graph if self.lockfile else None

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The project's manifest and its workspaces'."""
        return (self.manifest, *self.workspaces.values())

    def manifest_of(self, key: str) -> Manifest | None:
        """The package.json of the project ("") or of the workspace in that folder."""
        return self.workspaces.get(key) if key else self.manifest

    def in_catalog(self, key: str, name: str) -> bool:
        """Does the package.json at `key` leave the range of `name` to a catalog?"""
        manifest = self.manifest_of(key)
        asked = manifest.asks(name) if manifest is not None else None
        return asked is not None and asked[1].startswith("catalog:")

    def registry_of(self, name: str) -> str | None:
        """The URL of the registry that serves this name, by npm's scope settings."""
        scope = name.partition("/")[0] if name.startswith("@") else ""
        return self.registries.get(scope) or self.registries.get("")
