"""The dependency graph: the same shape whatever lockfile it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

from npmguard.model.package import Dependency, DependencyKind, Package, Source

Edges = Mapping[str, tuple[Dependency, ...]]
Asked = Mapping[str, tuple[str, DependencyKind]]  # a dependency's name to what is asked, and where
Locate = Callable[[frozenset[str]], Mapping[str, int]]  # JSON pointers to 1-based lines


class DependencyGraph:
    """Packages by key, and the edges between them.

    `nodes` holds everything, the project ("") and its workspaces included. Edges cost more than the
    packages themselves, so they are made on first use: `link` gives, for each key, the dependencies that
    start there; all of them, or those on packages of the names it is called with. `recorded` is what the
    lockfile itself notes that the project ("") and its workspaces asked for when it was written, by key;
    empty where the format does not. `notes` is what else the lockfile records beside packages, as it stands
    there (overrides, settings, catalogs, checksums): for what is about that format alone. `newer` is the
    format's version where that is newer than any that is known here, so that not all may be understood.
    `locate` gives the lines of pointers into the lockfile, for a format that is not JSON. `records_ranges`
    tells whether packages' edges carry the ranges that they ask for, or (pnpm) just the version they got.
    `licences` gives what the lockfile notes of its packages' licences, by key, as it stands there.
    """

    def __init__(
        self,
        nodes: Mapping[str, Package],
        link: Callable[[frozenset[str] | None], Edges],
        *,
        format: str,
        roots: Iterable[str] = ("",),
        recorded: Mapping[str, Asked] | None = None,
        notes: Mapping[str, Any] | None = None,
        newer: str | None = None,
        locate: Locate | None = None,
        records_ranges: bool = True,
        licences: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self.nodes = nodes
        self.format = format
        self.roots = tuple(roots)
        self.recorded = recorded or {}
        self.notes = notes or {}
        self.newer = newer
        self.locate = locate
        self.records_ranges = records_ranges
        self.licences = licences
        self._link = link

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """What is installed: every package but the project, its workspaces and folders merely linked to."""
        return tuple(p for p in self.nodes.values() if p.third_party or p.copied)

    @cached_property
    def foreign(self) -> tuple[Package, ...]:
        """What somebody else made: `packages` without the folders that lie beside the project."""
        return tuple(p for p in self.nodes.values() if p.third_party)

    @cached_property
    def kinds(self) -> Mapping[object, Sequence[Package]]:
        """`foreign` by their kind: the copies of one thing, wherever they are installed."""
        found: dict[object, list[Package]] = {}
        for package in self.foreign:
            found.setdefault(package.kind, []).append(package)
        return found

    @cached_property
    def labels(self) -> Set[tuple[str, str | None]]:
        """The distinct (name, version) of `packages`."""
        return frozenset((p.name, p.version) for p in self.packages)

    @cached_property
    def edges(self) -> Edges:
        """The dependencies that start at each key."""
        return self._link(None)

    def asking_for(self, names: frozenset[str]) -> list[Dependency]:
        """The dependencies on packages that are installed under these names."""
        edges = self.edges if "edges" in self.__dict__ else self._link(names)
        return [edge for found in edges.values() for edge in found if edge.name in names]

    @cached_property
    def asking(self) -> Mapping[str, Sequence[Dependency]]:
        """Who asks for the package at each key: the dependencies that lead there."""
        found: dict[str, list[Dependency]] = {}
        for edges in self.edges.values():
            for edge in edges:
                if edge.target is not None:
                    found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def direct(self) -> frozenset[str]:
        """Keys that the project or one of its workspaces asks for itself."""
        return frozenset(
            edge.target
            for root in self.roots
            for edge in self.edges.get(root, ())
            if edge.target is not None and edge.kind is not DependencyKind.WORKSPACE
        )

    @cached_property
    def production(self) -> frozenset[str]:
        """Keys that an install without development dependencies brings."""
        return self._reach(lambda edge: edge.kind is not DependencyKind.DEV)

    @cached_property
    def required(self) -> frozenset[str]:
        """Keys without which such an install fails: what nothing but optional dependencies bring left out."""
        return self._reach(lambda edge: edge.kind is not DependencyKind.DEV and not edge.optional)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Keys that some chain of dependencies reaches from the project or a workspace."""
        return self._reach(lambda edge: True)

    def is_dev(self, key: str) -> bool:
        """Does only development bring this package?"""
        return key in self.reachable and key not in self.production

    def reached_without(self, keys: frozenset[str]) -> frozenset[str]:
        """Keys that are still reached when what stands at these is gone."""
        return self._reach(lambda edge: edge.target not in keys)

    def _reach(self, follow: Callable[[Dependency], bool]) -> frozenset[str]:
        seen = set(self.roots)
        waiting = list(self.roots)
        while waiting:
            for edge in self.edges.get(waiting.pop(), ()):
                target = edge.target
                if target is not None and target not in seen and follow(edge):
                    seen.add(target)
                    waiting.append(target)
        return frozenset(seen)


def owned(package: Package) -> bool:
    """Is this the project itself, one of its workspaces, or a folder that it links to?"""
    return package.source in (Source.PROJECT, Source.WORKSPACE, Source.LINK)
