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
    real: str  # the name of what is asked for
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
        self._known: dict[Label, Sequence[tuple[str, str, str | Label | None, str | Label | None]]] = {}

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

    def _place(self, name: str, version: str) -> str | Label:
        """Where a name and version stands: its place in the lockfile, or itself where it is new."""
        return self._keys.get((name, version)) or (name, version)

    def _brought(self, label: Label) -> Sequence[tuple[str, str, str | Label | None, str | Label | None]]:
        """What a new package asks for: (name, real name, what it finds in the project, what comes fresh)."""
        found = self._known.get(label)
        if found is not None:
            return found
        offer = self._market.offer(*label)
        if offer is None:
            return ()
        found = []
        for asked in (offer.dependencies, offer.optional):
            for name, text in asked.items():
                spec = specs.parse(name, text)
                if not spec.registry:
                    continue
                held, picked = self._held(name, spec), self._market.pick(spec)
                found.append(
                    (
                        name,
                        spec.name,
                        self._place(spec.name, held) if held is not None else None,
                        self._place(spec.name, picked) if picked is not None else None,
                    )
                )
        self._known[label] = found
        return found

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

        def forced_upon(holder: str, name: str) -> str | None:
            return forces.get((holder, name)) or forces.get((None, name))

        count = 0
        while waiting:
            here = waiting.pop()
            if isinstance(here, tuple):
                yield here
                count += 1
                if count > MOST:
                    continue
                for name, real, held, picked in self._brought(here):
                    given = forced_upon(here[0], name) if name in touched else None
                    if given is not None:
                        go(self._place(real, given))
                    elif held is not None and real not in refreshed:
                        go(held)
                    elif picked is not None:
                        go(picked)
                continue
            node = graph.nodes[here]
            if node.third_party and node.version:
                yield node.name, node.version
            for edge, key, target in self._links.get(here, ()):
                if target is None or (edge.name not in touched and target.name not in refreshed):
                    go(key)
                    continue
                holder = "" if here in roots else node.alias or node.name
                own = moved.get((here, edge.name)) if here in roots else None
                given = own or forced_upon(holder, edge.name)
                if given is not None:
                    go(self._place(target.name, given))
                    continue
                text = self.text(edge) if target.name in refreshed else None
                spec = specs.parse(edge.name, text) if text is not None else None
                taken = market.pick(spec) if spec is not None else None
                go(self._place(spec.name, taken) if spec is not None and taken is not None else key)
