"""Which installed packages npm packs along with a package that bundles some of its dependencies.

npm looks at what is installed, not at the lockfile: the names in `bundleDependencies` are looked up in
node_modules as node would do it, and then, for each package found, its own dependencies.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from npmguard.errors import InputError
from npmguard.packing.declared import Declared, declared
from npmguard.packing.disk import Disk

_MOST = 20_000


class Bundled(NamedTuple):
    """A package to be packed along: where it lies (where npm finds it, which may be a link), what its
    package.json says, and is it a link?"""

    path: str
    declared: Declared
    link: bool


class _Node(NamedTuple):
    """An installed package: its real folder, and the node whose node_modules it lies in (None for a link's
    target and for the package that is packed)."""

    real: str
    parent: _Node | None
    declared: Declared


def bundled(root: str, manifest: Declared, workspaces: Mapping[str, str], disk: Disk) -> Iterator[Bundled]:
    """The packages that are packed along with the one in `root`. `workspaces` are its own, by name.

    Raises InputError for a bundled package that is no folder, at which npm stops.
    """
    installed = _Installed(root, manifest, disk)
    waiting = [installed.top]
    seen: set[str] = set()
    given: set[str] = set()
    for node in waiting:
        if node.real in seen:
            continue
        seen.add(node.real)
        names = manifest.bundled if node is installed.top else node.declared.needed
        for name in names:
            is_workspace = node is installed.top and name in workspaces
            if not is_workspace and not _brings(node, name):
                continue
            found = installed.find(node, name)
            if found is None:
                continue
            path, target, link = found
            if path not in given:
                given.add(path)
                yield Bundled(path, target.declared, link)
            waiting.append(target)
            if len(given) > _MOST:
                raise disk.error(root, f"more than {_MOST:,} bundled packages")


def _brings(node: _Node, name: str) -> bool:
    """Does a package bring that dependency along? Not one for development, nor a peer.

    The development dependencies of an installed package are nothing to npm, but those of a link's target are.
    """
    said = node.declared
    return name in said.needed and not (node.parent is None and name in said.dev)


class _Installed:
    def __init__(self, root: str, manifest: Declared, disk: Disk) -> None:
        self._disk = disk
        self._root = root
        self._targets: dict[str, _Node] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._children: dict[str, tuple[str, _Node, bool]] = {}
        self.top = self._targets[root] = _Node(root, None, manifest)

    def find(self, node: _Node, name: str) -> tuple[str, _Node, bool] | None:
        """The package that `node` gets under a name: its path, its node, is it a link?"""
        here: _Node | None = node
        while here is not None:
            if name in self._kids(here.real):
                return self._child(here, here.real, name)
            last, here = here, here.parent
        if last.real == self._root:
            return None
        # a link's target: npm looks in the folders above it, as far as it shares them with the root
        folder = last.real
        shared = os.path.commonpath([folder, self._root])
        while folder != shared:
            folder = posixpath.dirname(folder)
            if name in self._kids(folder):
                return self._child(self._targets.get(folder), folder, name)
        return None

    def _child(self, parent: _Node | None, folder: str, name: str) -> tuple[str, _Node, bool]:
        path = posixpath.join(folder, "node_modules", name)
        found = self._children.get(path)
        if found is None:
            real = os.path.realpath(path)
            link = real != path
            if link:
                node = self._targets.get(real)
                if node is None:
                    node = self._targets[real] = _Node(real, None, self._declared(real))
            else:
                node = _Node(real, parent or _Node(folder, None, Declared()), self._declared(real))
            found = self._children[path] = (path, node, link)
        return found

    def _kids(self, folder: str) -> frozenset[str]:
        """The names under which packages lie in a folder's node_modules."""
        found = self._names.get(folder)
        if found is None:
            modules = posixpath.join(folder, "node_modules")
            names: list[str] = []
            try:
                for name in self._disk.folder(modules):
                    if name.startswith("@"):
                        names += (
                            f"{name}/{inner}" for inner in self._disk.folder(posixpath.join(modules, name))
                        )
                    elif not name.startswith("."):
                        names.append(name)
            except InputError:
                names = []  # npm takes one that cannot be read for an empty one
            found = frozenset(name for name in names if "/." not in name)
            self._names[folder] = found
        return found

    def _declared(self, folder: str) -> Declared:
        """What a package says of itself; one that cannot be read says nothing."""
        try:
            manifest: Any = json.loads(
                self._disk.text(posixpath.join(folder, "package.json")).text.removeprefix("\ufeff")
            )
            return declared(manifest) if isinstance(manifest, dict) else Declared()
        except (InputError, ValueError, RecursionError):
            return Declared()
