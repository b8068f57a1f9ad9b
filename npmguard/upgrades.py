"""How to get from a vulnerable version to a fixed one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from npmguard import commands, forced, specs, versions
from npmguard.model import (
    Advisory,
    Dependency,
    DependencyGraph,
    DependencyKind,
    Fix,
    Package,
    Packument,
    Project,
)
from npmguard.text import is_word, some

_NO_VERSION = "<0.0.0-0"


# -- is it vulnerable


def matches(advisory: Advisory, version: str | None) -> bool | None:
    """Is this version vulnerable? None where that cannot be told, as the advisory's range makes no sense.

    Prereleases count as npm audit counts them: 1.2.3-beta.1 is below 1.2.3.
    """
    if version is None:
        return False
    if version in advisory.versions:
        return True
    parts = _alternatives(advisory)
    if any(readable and _in(version, part) for part, readable in parts):
        return True
    known = versions.is_version(version, loose=True) and all(readable for _, readable in parts)
    return False if known else None


def _alternatives(advisory: Advisory) -> list[tuple[str, bool]]:
    """The alternatives of the vulnerable range, and whether npm can read each.

    Loose reading drops what it does not understand, and so would turn `up to 1.2` into `1.2`. An advisory
    that names its versions one by one has no range; to npm the empty text holds every version.
    """
    if not advisory.vulnerable:
        return []
    parts = (part.replace(",", " ").strip() for part in advisory.vulnerable.split("||"))
    return [(part, versions.valid_range(part)) for part in parts]


def _in(version: str, range: str) -> bool:
    return versions.satisfies(version, range, loose=True, include_prerelease=True)


# -- the versions to go to


class Targets(NamedTuple):
    """Where to go from one version of a package.

    `fixed` has, by advisory id, the lowest version that fixes that advisory; `goals` the version to go to for
    it: the lowest that fixes everything which can be fixed within `^current`, or else everything at once.
    `listed` tells whether the registry's own list of versions was at hand.
    """

    fixed: Mapping[str, str]
    goals: Mapping[str, str]
    listed: bool


def targets(
    advisories: Sequence[Advisory], package: Package, packument: Packument | None, about: Iterable[Advisory]
) -> Targets:
    """The versions that fix `advisories`, all of which hold for this package.

    `about` is every advisory about the package, lest the way out of one lead into another. Without the
    registry's list, the versions are those at which the vulnerable ranges end.
    """
    current = package.version or "0.0.0"
    every = list(about)
    listed = packument is not None and bool(packument.all_versions)
    pool: Iterable[str]
    if packument is not None and packument.all_versions:
        pool = packument.all_versions
    else:
        pool = {end for a in every for end in (*a.patched, *versions.bounds_above(a.vulnerable))}
    pool = [version for version in pool if is_word(version)]
    fixed = {a.id: version for a in advisories if (version := _lowest(pool, [a], current)) is not None}
    others = [a for a in every if a not in advisories]

    def goal(ids: Collection[str]) -> str | None:
        wanted = [a for a in advisories if a.id in ids]
        # where every way out leads into something else, it is still one way for all of them
        return _lowest(pool, wanted + others, current) or _lowest(pool, wanted, current)

    near = {id: version for id, version in fixed.items() if _compatible(version, current)}
    near_goal, far_goal = goal(near), goal(fixed)
    if near_goal is not None and not _compatible(near_goal, current):
        near_goal = None
    goals = {id: (near_goal if id in near else far_goal) or version for id, version in fixed.items()}
    return Targets(fixed, goals, listed)


def _lowest(pool: Iterable[str], advisories: Sequence[Advisory], current: str) -> str | None:
    """The lowest version of the pool above `current` that none of the advisories holds for."""
    named = frozenset[str]().union(*(a.versions for a in advisories))
    vulnerable = " || ".join(dict.fromkeys(a.vulnerable for a in advisories if a.vulnerable))
    return versions.minimal_fix((v for v in pool if v not in named), vulnerable or _NO_VERSION, current)


def _compatible(version: str, current: str) -> bool:
    return versions.satisfies(version, f"^{current}", loose=True)


def reach(advisory: Advisory, version: str) -> str | None:
    """The last vulnerable version, where the range tells that (`<=1.2.3`) rather than the first fixed one."""
    for part, readable in _alternatives(advisory):
        if readable and _in(version, part):
            last = re.search(r"(?:<=|(?<![<>~^=\d.])=)\s?v?(\d[^\s,|]{0,100})", part)
            return last[1] if last else None
    return None


# -- the way there


class Way(NamedTuple):
    """The way out, what a person should know about it in a sentence, and whether it leads there for sure."""

    fix: Fix
    words: str
    open: bool


class Ways:
    """The ways out for the packages of one project."""

    def __init__(self, project: Project, graph: DependencyGraph) -> None:
        self._project = project
        self._graph = graph

    def to(self, goal: str, package: Package, keys: Iterable[str]) -> Way:
        """How the project gets to the version `goal` from the copies of the package at `keys`.

        What the project asks for itself is installed anew. What others ask for is updated where each of them
        takes the goal; where one does not, it is named, and an override is the way.
        """
        graph = self._graph
        asking = [edge for key in keys for edge in self._graph.asking.get(key, ())]
        inside = [e for e in asking if e.settled]
        own = [e for e in asking if not e.settled and e.source in graph.roots]
        others = [e for e in asking if not e.settled and e.source not in graph.roots]
        holding = [e for e in others if graph.records_ranges and not _takes(e, goal)]
        force = forced.found(self._project, package.name)
        if force is not None and not versions.satisfies(goal, force[0], loose=True):
            words = f"{force[1]} asks for {force[0]}: change that to {goal}."
            return Way(Fix("edit", goal), words, False)
        if inside:
            names = some(graph.nodes[e.source].label for e in inside)
            words = f"It comes inside {names}: only another version of that brings {goal}."
            return Way(Fix("review", goal), words, False)
        if holding:
            return Way(Fix("override", goal), self._held_back(package, holding, own, goal), False)
        if own and (graph.records_ranges or not others):
            fix = Fix("upgrade", goal, _install(self._project, package, own, goal))
            return Way(fix, "A direct upgrade gets there.", True)
        name, workspaces = package.alias or package.name, bool(self._project.workspaces)
        command = commands.of(self._project.manager).update(name, direct=False, workspaces=workspaces)
        if not asking:
            return Way(Fix("upgrade", goal), "", False)
        if not graph.records_ranges:
            return Way(Fix("upgrade", goal, command), self._untold(others, goal), False)
        words = "Everything that asks for it takes that, so an update gets there."
        if command is None:
            words = "Everything that asks for it takes that: have it locked anew, by deleting its entry from "
            words += "the lockfile before an install."
        return Way(Fix("upgrade", goal, command), words, True)

    def _untold(self, asking: Sequence[Dependency], goal: str) -> str:
        """What to do where the lockfile does not tell which versions others would take."""
        nodes, name = self._graph.nodes, asking[0].name
        who = some(nodes[e.source].label for e in asking)
        holders = sorted({nodes[e.source].alias or nodes[e.source].name for e in asking})
        force = forced.written(self._project, name, goal, [] if self._is_alone(name) else holders)
        return f"An update gets there if {who} takes it, which the lockfile does not say; if not, {force}"

    def _held_back(
        self, package: Package, holding: Sequence[Dependency], own: Sequence[Dependency], goal: str
    ) -> str:
        nodes = self._graph.nodes
        names = some(f"{nodes[e.source].label} (asks for {e.spec[:60]})" for e in holding)
        tops = some(self.bringing({e.source for e in holding}))
        newer = f"See whether a newer {tops} takes it, or" if tops else "To get there,"
        first = f"install {package.name}@{goal} and " if own else ""
        holders = sorted({nodes[e.source].alias or nodes[e.source].name for e in holding})
        name = holding[0].name
        force = forced.written(self._project, name, goal, [] if self._is_alone(name) else holders)
        return f"A direct upgrade does not get there: held back by {names}. {newer} {first}{force}"

    def _is_alone(self, name: str) -> bool:
        """May a version be forced for all of that name?

        npm refuses one that differs from what the project asks for itself, and a plain one would force other
        copies too: then it is bound to those who hold this copy back.
        """
        manifest = self._project.manifest
        asked = any(
            name in names
            for names in (
                manifest.dependencies,
                manifest.dev_dependencies,
                manifest.optional_dependencies,
                manifest.peer_dependencies,
            )
        )
        return not asked and len(self._copies.get(name, ())) < 2

    @cached_property
    def _copies(self) -> Mapping[str, set[str | None]]:
        """The versions that are installed under each name."""
        found: dict[str, set[str | None]] = {}
        for node in self._graph.foreign:
            found.setdefault(node.alias or node.name, set()).add(node.version)
        return found

    def bringing(self, keys: Iterable[str]) -> list[str]:
        """The names of the project's own dependencies that bring the packages at `keys`, nearest first."""
        graph = self._graph
        found: dict[str, None] = {}
        level = sorted(set(keys))
        seen = set(level)
        while level:
            following: set[str] = set()
            for key in level:
                if key in graph.direct:
                    found.setdefault(graph.nodes[key].alias or graph.nodes[key].name)
                else:
                    following |= {edge.source for edge in self._graph.asking.get(key, ())} - seen
            seen |= following
            level = sorted(following)
        return list(found)


def _takes(edge: Dependency, version: str) -> bool:
    """Would this dependency be content with that version? Of a tag nobody knows; it is given the chance."""
    spec = specs.parse(edge.name, edge.spec)
    if spec.kind == "tag":
        return True
    return spec.registry and versions.satisfies(version, spec.range or "*", loose=True)


def _install(project: Project, package: Package, own: Sequence[Dependency], goal: str) -> str | None:
    """The command that installs `goal` wherever the project asks for it; None where none can be written."""
    names = {e.name for e in own}
    name = names.pop()
    if names:
        return None
    if any(project.in_catalog(e.source, e.name) for e in own):
        return None
    kinds = {e.kind for e in own}
    kind = kinds.pop() if len(kinds) == 1 else DependencyKind.PROD
    target = f"npm:{package.name}@{goal}" if name != package.name else goal
    folders = {e.source for e in own if e.source}
    root = any(not e.source for e in own)
    return commands.of(project.manager).install(name, target, kind, folders, root=root)
