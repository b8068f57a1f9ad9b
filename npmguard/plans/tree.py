"""The tree as it would be after some changes, worked out without a package manager.

What nothing touches stays as it is locked. What is asked for anew finds what the project has already, in a
version that will do, or else comes as the manager would choose it. Where a package is placed is not looked
at, and peers are not followed, so that a manager may share more than is foreseen here, never less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from npmguard import forced, specs, versions
from npmguard.held import Held
from npmguard.model import Dependency, DependencyKind, Package, Project, Source
from npmguard.plans.market import Market

MOST = 5_000  # packages that a change brings; what has more is cut there


class Refresh(NamedTuple):
    """Everything of this name takes the newest version that its ranges let in."""

    name: str


class Move(NamedTuple):
    """The package.json at `root` asks for `name` by the words `text`, and gets `version`."""

    root: str
    name: str  # as it is asked for
    version: str
    least: str  # the lowest version that will do
    text: str


class Force(NamedTuple):
    """`version` is forced for `name`: for all, or for those that packages of the names `holders` ask for."""

    name: str  # as it is asked for
    version: str
    holders: tuple[str, ...] = ()


Change = Refresh | Move | Force
Label = tuple[str, str]  # name and version


class Tree:
    """One project's tree."""

    def __init__(self, project: Project, market: Market) -> None:
        assert project.graph is not None
        self.graph = project.graph
        self._project = project
        self._market = market
        self._held = Held(project)

    @cached_property
    def _keys(self) -> Mapping[Label, str]:
        """A place of each locked name and version."""
        found: dict[Label, str] = {}
        for node in self.graph.foreign:
            if node.source is Source.REGISTRY and node.version:
                found.setdefault((node.name, node.version), node.key)
        return found

    @cached_property
    def _by_peers_alone(self) -> frozenset[str]:
        """Keys that only peer dependencies lead to."""
        return frozenset(
            key for key, asking in self.graph.asking.items() if all(edge.peer for edge in asking)
        )

    @cached_property
    def _links(self) -> Mapping[str, Sequence[tuple[Dependency, str, Package | None]]]:
        """From each key the dependencies to follow, with the target's key, and it itself if it may move."""
        nodes = self.graph.nodes
        found: dict[str, list[tuple[Dependency, str, Package | None]]] = {}
        for key, edges in self.graph.edges.items():
            links = found[key] = []
            for edge in edges:
                if edge.target is None or (edge.peer and edge.target not in self._by_peers_alone):
                    continue
                target = nodes[edge.target]
                fixed = edge.settled or edge.kind is DependencyKind.WORKSPACE
                loose = target.source is Source.REGISTRY and not fixed
                links.append((edge, edge.target, target if loose else None))
        return found

    def text(self, edge: Dependency) -> str | None:
        """What a dependency really asks for; None where nobody knows (yet)."""
        if self.graph.records_ranges or edge.source in self.graph.roots:
            return self._forced(edge) or edge.spec
        source = self.graph.nodes[edge.source]
        offer = self._market.offer(source.name, source.version)
        if offer is None:
            return None
        for asked in (offer.dependencies, offer.optional, offer.peers):
            if edge.name in asked:
                return asked[edge.name]
        return None

    def _forced(self, edge: Dependency) -> str | None:
        """What the project forces upon a dependency, as the version that it has shows; None for nothing."""
        spec = specs.parse(edge.name, edge.spec)
        target = self.graph.nodes.get(edge.target or "")
        if spec.kind not in ("range", "version") or target is None or not target.version:
            return None
        if versions.satisfies(target.version, spec.range or "*", loose=True):
            return None
        found = forced.found(self._project, edge.name)
        return found[0] if found is not None else None

    def after(self, changes: Collection[Change]) -> frozenset[Label]:
        """The names and versions of all that there is after these changes."""
        return frozenset(self._walk(changes))

    def _walk(self, changes: Collection[Change]) -> Iterator[Label]:
        refreshed = {c.name for c in changes if isinstance(c, Refresh)}
        moved = {(c.root, c.name): c.version for c in changes if isinstance(c, Move)}
        forces: dict[tuple[str | None, str], str] = {}
        for change in changes:
            if isinstance(change, Force):
                for holder in change.holders or (None,):
                    forces[holder, change.name] = change.version
        graph, market = self.graph, self._market
        touched = {name for _, name in (*moved, *forces)}
        roots = frozenset(graph.roots)
        waiting: list[str | Label] = list(graph.roots)
        seen: set[str | Label] = set(waiting)

        def go(place: str | Label) -> None:
            if place not in seen:
                seen.add(place)
                waiting.append(place)

        def fresh(holder: str, name: str, text: str, *, share: bool) -> None:
            spec = specs.parse(name, text)
            version = forces.get((holder, name)) or forces.get((None, name))
            if not spec.registry:
                return
            if version is None and share and spec.name not in refreshed:
                version = self._held(name, spec)
            version = version or market.pick(spec)
            if version is not None:
                go(self._keys.get((spec.name, version)) or (spec.name, version))

        count = 0
        while waiting:
            here = waiting.pop()
            if isinstance(here, tuple):
                yield here
                count += 1
                offer = market.offer(*here)
                if offer is None or count > MOST:
                    continue
                for asked in (offer.dependencies, offer.optional):
                    for name, text in asked.items():
                        fresh(here[0], name, text, share=True)
                continue
            node = graph.nodes[here]
            if node.third_party and node.version:
                yield node.name, node.version
            for edge, key, target in self._links.get(here, ()):
                if target is None or (edge.name not in touched and target.name not in refreshed):
                    go(key)
                    continue
                holder = "" if here in roots else node.alias or node.name
                own = moved.get((here, edge.name)) if here in roots else forces.get((holder, edge.name))
                given = own or forces.get((None, edge.name))
                if given is not None:
                    go(self._keys.get((target.name, given)) or (target.name, given))
                    continue
                asked_for = self.text(edge) if target.name in refreshed else None
                if asked_for is None:
                    go(key)
                else:
                    fresh(holder, edge.name, asked_for, share=False)
