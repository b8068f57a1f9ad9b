"""yarn classic's drift: what `yarn install --frozen-lockfile` of yarn 1 refuses, and what it should.

Yarn 1 asks one question before a frozen install: does every pattern (`name@range`) of the project's own
package.json have an entry? It asks after it has walked the whole tree, and has thrown out the entries that it
thinks wrong: those whose version is outside the pattern's range, and those that a resolution replaces by
something else. A pattern that loses its entry in that way is missing for the project as well. All else, what
the workspaces and the packages themselves ask for, it looks up in the registry where the lockfile has no
answer: the install succeeds, with something that nobody has locked. Found by running yarn 1.22.22.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from npmguard import globs, specs, versions
from npmguard.jsontext import pointer
from npmguard.model import (
    Dependency,
    DependencyGraph,
    DependencyKind,
    Evidence,
    Finding,
    Location,
    Manifest,
    Package,
    Project,
    Source,
)
from npmguard.rules.drift import findings
from npmguard.rules.places import asked_in
from npmguard.text import some

# More than this that one package asks for in vain is one finding.
_MOST_ALONE = 5
_LONGEST = 20  # parts of a resolution's path
_MOST_RESOLUTIONS = 500  # the longest lists known have some hundred
_MOST_FOLLOWED = 200_000  # packages on the paths of resolutions; after that the name alone counts
_SYSTEMS = frozenset(("darwin", "win32", "freebsd", "openbsd", "netbsd", "sunos", "aix", "android"))
_MACHINES = frozenset(("x64", "ia32", "arm", "arm64", "ppc64", "x86", "x86_64", "aarch64", "universal"))


def check(project: Project, graph: DependencyGraph, evidence: Evidence) -> Iterator[Finding]:
    """Findings of `lockfile-drift` for a project that yarn classic installs."""
    drift = _Drift(project, graph)
    refused = list(drift.refused())
    yield from refused
    yield from drift.unlocked()
    yield from drift.resolved_anew()
    if not refused:  # what was asked for before is only a part of the same story
        yield from drift.stale()


class _Resolution(NamedTuple):
    """A line of package.json's `resolutions`: what is installed for what the packages on a path ask for."""

    key: str  # as it stands there
    parts: list[str]  # the path, as globs
    name: str
    range: str

    @property
    def pattern(self) -> str:
        return f"{self.name}@{self.range}"


class _Drift:
    def __init__(self, project: Project, graph: DependencyGraph) -> None:
        assert project.lockfile is not None
        self.project = project
        self.graph = graph
        self.lockfile = project.lockfile.file
        self.lock = posixpath.basename(self.lockfile)
        self.patterns: Mapping[str, str] = graph.notes.get("patterns", {})
        self.resolutions = _resolutions(project.manifest)
        self.followed = 0
        self.fitting: set[tuple[str, str | None]] = set()  # (range, version): most edges repeat others

    # -- what a frozen install refuses

    def refused(self) -> Iterator[Finding]:
        for edge in self.graph.edges.get("", ()):
            if edge.peer or edge.kind is DependencyKind.WORKSPACE:
                continue
            found = self.graph.nodes[edge.target] if edge.target is not None else None
            if found is None:
                yield self._refused(edge, None, self._instead(edge.name))
            elif found.source is Source.WORKSPACE:
                continue
            elif self._outdated(edge, found):
                yield self._refused(edge, found, f"{found.label}, which is outside that range")
            elif (resolution := self._replaced(edge, found)) is not None:
                yield self._refused(edge, found, found.label, resolution)
        for key in self.graph.roots:
            for edge in self.graph.edges.get(key, ()):
                system = _bound_to(edge)
                if system is not None and edge.target is not None:
                    yield self._bound(edge, self.graph.nodes[edge.target], system)

    def _refused(
        self, edge: Dependency, found: Package | None, gives: str, by: _Resolution | None = None
    ) -> Finding:
        manifest = self.project.manifest
        seen = f"{self.lock} gives {found.label}" if found is not None else f"missing from {self.lock}"
        if by is not None:
            seen = f"the resolution {by.key} takes that away"
            gives += f". Others ask for the same, and the resolution {by.key} gives them {by.range}"
        return findings.refused(
            self.project,
            f"{edge.name}: package.json asks for {_text(edge.spec)}, {seen}",
            f"{manifest.file} asks for {edge.name} {_text(edge.spec)}; {self.lock} gives {gives}.",
            package=edge.name,
            version=found.version if found is not None else None,
            location=self._place(edge, found),
            keys=_keys(found),
            subject=f"{edge.name} {edge.spec}",
        )

    def _bound(self, edge: Dependency, found: Package, system: str) -> Finding:
        who = self._who(edge.source)
        return findings.refused(
            self.project,
            f"{edge.name}: {who} asks for it on every system, and it is for {system} alone",
            f"{who} asks for {edge.name} {_text(edge.spec)}, and not as optional; {self.lock} gives "
            f"{found.label}, which installs on {system} alone. On any other system",
            package=edge.name,
            version=found.version,
            location=self._place(edge, found),
            keys=_keys(found),
            subject=f"{edge.name} {edge.spec} {self._subject(edge.source)} {system}",
        )

    def _outdated(self, edge: Dependency, found: Package) -> bool:
        """Does yarn throw out the entry, as its version is not what the pattern asks for?"""
        if not edge.spec or found.version is None or (edge.spec, found.version) in self.fitting:
            return False
        if not versions.valid_range(edge.spec) or not versions.is_version(found.version):
            return False
        if edge.name in self.patterns and not edge.source:
            return False  # it is asked for by its name alone
        if versions.satisfies(found.version, edge.spec):
            self.fitting.add((edge.spec, found.version))
            return False
        return True

    def _replaced(self, edge: Dependency, found: Package) -> _Resolution | None:
        """The resolution that throws out the entry of the project's own dependency, or None.

        The project's own dependencies are not subject to resolutions. But where somebody else asks for just
        the same, the one entry of the two is thrown out.
        """
        if edge.name not in self.resolutions:
            return None
        asking = {(other.source, other.name): None for other in self._twins(edge)}
        for resolution in self.resolutions[edge.name]:
            if asking.keys() & self._under(resolution):
                return None if self._same(resolution, found) else resolution
        return None

    def _twins(self, edge: Dependency) -> Iterator[Dependency]:
        for other in self._asking.get(edge.name, ()):
            if other.spec == edge.spec and not other.peer and (other.source or self.project.workspaces):
                yield other

    @cached_property
    def _asking(self) -> Mapping[str, Sequence[Dependency]]:
        """Who asks for the packages that resolutions are about, by their name."""
        found: dict[str, list[Dependency]] = {}
        for edge in self.graph.asking_for(frozenset(self.resolutions)):
            found.setdefault(edge.name, []).append(edge)
        return found

    def _same(self, resolution: _Resolution, found: Package) -> bool:
        """Does the resolution lead to the very package that is locked already, as far as the files tell?"""
        key = self.patterns.get(resolution.pattern)
        if key is not None:
            target = self.graph.nodes[key]
            return key == found.key or target.resolved == found.resolved
        spec = specs.parse(resolution.name, resolution.range)
        return spec.kind in ("range", "version") and not spec.alias and self._fits(resolution.range, found)

    def _fits(self, range: str, found: Package) -> bool:
        return found.version is not None and versions.satisfies(found.version, range, loose=True)

    # -- what is installed though nobody has locked it

    def unlocked(self) -> Iterator[Finding]:
        """Dependencies of packages and workspaces that the lockfile does not answer, or not as asked."""
        graph = self.graph
        overridden = frozenset(
            place for found in self.resolutions.values() for one in found for place in self._under(one)
        )
        for key in graph.nodes:
            if key not in graph.reachable:
                continue
            missing = []
            for edge in graph.edges.get(key, ()):
                if edge.peer or edge.kind is DependencyKind.WORKSPACE or (key, edge.name) in overridden:
                    continue
                if edge.target is None:
                    if key:
                        missing.append(edge)
                    continue
                found = graph.nodes[edge.target]
                if (edge.spec, found.version) in self.fitting:
                    continue
                if found.source is Source.WORKSPACE or self._explained(edge, found):
                    continue
                if not self._answers(edge, found) and (key or not self._outdated(edge, found)):
                    yield self._outside(edge, found)
            if len(missing) > _MOST_ALONE:
                yield self._many_missing(key, missing)
            else:
                for edge in missing:
                    yield self._missing(edge)

    def _explained(self, edge: Dependency, found: Package) -> bool:
        """Is the locked version one that a resolution asks for, wherever in the tree?"""
        return any(
            self.patterns.get(resolution.pattern) == found.key or self._fits(resolution.range, found)
            for resolution in self.resolutions.get(edge.name, ())
        )

    def _answers(self, edge: Dependency, found: Package) -> bool:
        if (edge.spec, found.version) in self.fitting or not edge.spec:
            return True
        spec = specs.parse(edge.name, edge.spec)
        range = spec.range
        if spec.kind not in ("range", "version", "git") or range is None:
            return True
        if range == "*" or found.version is None or versions.satisfies(found.version, range, loose=True):
            self.fitting.add((edge.spec, found.version))
            return True
        return False

    def _outside(self, edge: Dependency, found: Package) -> Finding:
        who = self._who(edge.source)
        held = specs.parse(edge.name, edge.spec).alias or not self._outdated(edge, found)
        then = (
            "yarn installs it all the same."
            if held
            else "yarn sets the entry aside and installs what the registry has that day."
        )
        return findings.loose(
            self.project,
            f"{edge.name}: {who} asks for {_text(edge.spec)}, {self.lock} gives {found.label}",
            f"{who} asks for {edge.name} {_text(edge.spec)}; {self.lock} gives {found.label}. {then}",
            package=found.name,
            version=found.version,
            location=self._place(edge, found),
            keys=_keys(found),
            subject=f"{edge.name} {edge.spec} {self._subject(edge.source)}",
        )

    def _missing(self, edge: Dependency) -> Finding:
        who = self._who(edge.source)
        return findings.loose(
            self.project,
            f"{edge.name}: {who} asks for {_text(edge.spec)}, missing from {self.lock}",
            f"{who} asks for {edge.name} {_text(edge.spec)}; {self.lock} gives {self._instead(edge.name)}. "
            "yarn installs what the registry has that day.",
            package=edge.name,
            location=self._place(edge, None),
            subject=f"{edge.name} {edge.spec} {self._subject(edge.source)}",
        )

    def _many_missing(self, key: str, missing: list[Dependency]) -> Finding:
        who = self._who(key)
        names = ", ".join(edge.name for edge in missing[:_MOST_ALONE])
        return findings.loose(
            self.project,
            f"{len(missing)} dependencies of {who} are missing from {self.lock}",
            f"{who} asks for {names} and {len(missing) - _MOST_ALONE} more; {self.lock} has none of them. "
            "yarn installs what the registry has that day.",
            location=self._place(missing[0], None),
            subject=f"{self._subject(key)} {' '.join(sorted(edge.name for edge in missing))}",
        )

    # -- resolutions

    def resolved_anew(self) -> Iterator[Finding]:
        """Resolutions that the lockfile does not hold: yarn asks the registry what they mean."""
        manifest = self.project.manifest
        for name, found in self.resolutions.items():
            for resolution in found:
                key = self.patterns.get(resolution.pattern)
                if key is not None and self._answers(_edge(resolution, key), self.graph.nodes[key]):
                    continue
                under = self._under(resolution)
                given = {
                    edge.target
                    for edge in self._asking.get(name, ())
                    if (edge.source, name) in under and edge.target is not None
                }
                locked = sorted(self.graph.nodes[target].label for target in given)
                same = all(self._same(resolution, self.graph.nodes[target]) for target in given)
                exact = versions.is_version(resolution.range)
                gives = " and ".join(locked[:3]) if locked else "nothing of that name there"
                title = f"{name}: the resolution {resolution.key} asks for {resolution.range}"
                make = findings.stale if same and (exact or not given) else findings.loose
                yield make(
                    self.project,
                    f"{title}, {self.lock} gives {gives}",
                    f"{manifest.file} asks for {resolution.range} by the resolution {resolution.key}; "
                    f"{self.lock} has no entry {resolution.pattern}, and gives {gives}. "
                    "yarn installs what the registry has that day.",
                    package=name,
                    location=Location(manifest.file, pointer("resolutions", resolution.key)),
                    subject=f"resolution {resolution.key} {resolution.range}",
                )

    def _under(self, resolution: _Resolution) -> frozenset[tuple[str, str]]:
        """(who, name) of every dependency that a resolution is about."""
        if resolution.key not in self._places:
            self._places[resolution.key] = frozenset(self._walk(resolution))
        return self._places[resolution.key]

    @cached_property
    def _places(self) -> dict[str, frozenset[tuple[str, str]]]:
        return {}

    def _walk(self, resolution: _Resolution) -> Iterator[tuple[str, str]]:
        parts = resolution.parts
        # yarn puts the workspaces, and the project's own dependencies with them, under a package of its own
        waiting = [("", place, False) for place in globs.start(parts)]
        if self.project.workspaces:
            within = globs.advance(globs.start(parts), "workspace-aggregator", parts)
            waiting += [("", place, True) for place in within]
        if parts == ["**", *resolution.name.split("/")]:
            waiting = []
            yield from self._anywhere(resolution)
        seen = set(waiting)
        steps: dict[tuple[int, str], set[int]] = {}
        while waiting:
            key, place, gathered = waiting.pop()
            self.followed += 1
            if self.followed > _MOST_FOLLOWED:
                yield from self._anywhere(resolution)
                return
            for edge in self.graph.edges.get(key, ()):
                if edge.peer or (edge.kind is DependencyKind.WORKSPACE and not gathered):
                    continue
                step = (place, edge.name)
                if step not in steps:
                    steps[step] = {place}
                    for part in edge.name.split("/"):
                        steps[step] = globs.advance(steps[step], part, parts)
                places = steps[step]
                if len(parts) in places and (key or gathered):
                    yield key, edge.name
                for reached in places if edge.target is not None else ():
                    state = (edge.target or "", reached, gathered)
                    if state not in seen:
                        seen.add(state)
                        waiting.append(state)

    def _anywhere(self, resolution: _Resolution) -> Iterator[tuple[str, str]]:
        for edge in self._asking.get(resolution.name, ()):
            if edge.source or self.project.workspaces:
                yield edge.source, edge.name

    # -- merely stale

    def stale(self) -> Iterator[Finding]:
        """Entries that nothing asks for: an install would take them out."""
        kept = {self.patterns.get(one.pattern) for found in self.resolutions.values() for one in found}
        extra = [p for p in self.graph.foreign if p.key not in self.graph.reachable and p.key not in kept]
        yield from findings.unused(self.project, extra)

    # -- words and places

    def _instead(self, name: str) -> str:
        """What the lockfile has of a name, in words."""
        for folder, member in self.project.workspaces.items() if not self._held.get(name) else ():
            if member.name == name:
                return f"nothing, and the workspace {folder} is {member.version or 'of no version'}"
        held = sorted(self._held.get(name, ()))
        if not held:
            return "nothing of that name"
        return f"only {some(held)}"

    @cached_property
    def _held(self) -> Mapping[str, Sequence[str]]:
        """The patterns of the lockfile, by name."""
        found: dict[str, list[str]] = {}
        for pattern in self.patterns:
            found.setdefault(pattern[: pattern.find("@", 1)], []).append(pattern)
        return found

    def _who(self, key: str) -> str:
        node = self.graph.nodes[key]
        if node.source is Source.PROJECT:
            return "package.json"
        return node.label if node.third_party else f"{key}/package.json"

    def _subject(self, key: str) -> str:
        node = self.graph.nodes[key]
        return node.name if node.third_party else key

    def _place(self, edge: Dependency, found: Package | None) -> Location:
        source = edge.source
        manifest = self.project.workspaces.get(source) if source else self.project.manifest
        place = asked_in(manifest, edge.name) if manifest is not None else None
        return place or Location(self.lockfile, (found or self.graph.nodes[source]).pointer)


def _resolutions(manifest: Manifest) -> dict[str, list[_Resolution]]:
    """The resolutions that yarn understands, by the name that they are about, in order."""
    data = manifest.data.get("resolutions")
    found: dict[str, list[_Resolution]] = {}
    for key, range in islice(data.items(), _MOST_RESOLUTIONS) if isinstance(data, dict) else ():
        if not isinstance(range, str) or re.search(r"/$|//|\*$", key):
            continue
        name = re.findall(r"(?:@[^/]+/)?[^/]+", key)[-1] if key.strip("/") else ""
        spec = specs.parse(name, range)
        if not name or "@" in name[1:] or spec.kind == "invalid" or (spec.kind == "tag" and not spec.alias):
            continue
        parts = (key if name != key else f"**/{name}").split("/")
        if len(parts) <= _LONGEST:
            found.setdefault(name, []).append(_Resolution(key, parts, name, range))
    return found


def _edge(resolution: _Resolution, key: str) -> Dependency:
    return Dependency("", resolution.name, resolution.range, DependencyKind.PROD, key)


def _bound_to(edge: Dependency) -> str | None:
    """The one system that a required package is made for, by its name: the lockfile does not say.

    Linux is left out, as that is where locked installs mostly run.
    """
    if edge.kind not in (DependencyKind.PROD, DependencyKind.DEV):
        return None
    if edge.name == "fsevents":
        return "darwin"
    words = set(re.split(r"[^a-z0-9_]+", edge.name.lower()))
    systems = words & _SYSTEMS
    return min(systems) if systems and words & _MACHINES else None


def _text(spec: str) -> str:
    return spec or '""'


def _keys(found: Package | None) -> tuple[str, ...]:
    return (found.key,) if found is not None and found.third_party else ()
