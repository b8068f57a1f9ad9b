"""npm's drift: what `npm ci` refuses, as arborist's Edge tells missing and invalid dependencies."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from npmguard import overrides, specs, versions
from npmguard.model import (
    Dependency,
    DependencyGraph,
    DependencyKind,
    Evidence,
    Finding,
    Fix,
    Location,
    Manifest,
    Needs,
    Package,
    Project,
    Severity,
    Source,
)
from npmguard.rules.drift import findings
from npmguard.rules.places import asked_in

_CONFLICT = "an override may not differ from what the project itself asks for"
_FIX = Fix("regenerate", None, "npm install --package-lock-only")


class _Problem(NamedTuple):
    """A dependency that the lockfile does not answer. `spec` is what is asked, overrides applied."""

    edge: Dependency
    spec: str
    seen: str  # what the lockfile gives, in words
    why: str = ""


def check(project: Project, graph: DependencyGraph, evidence: Evidence) -> Iterator[Finding]:
    """The drift of a package-lock.json or npm-shrinkwrap.json."""
    problems: dict[tuple[str, str, str], list[_Problem]] = {}
    asking = _Asking(graph)
    for problem in _problems(project, graph):
        if asking.let_pass(problem):
            continue
        truth = _registry_says(graph, evidence, problem.edge)
        if truth is not None:
            target = graph.nodes.get(problem.edge.target) if problem.edge.target is not None else None
            spec = truth.get(problem.edge.name)
            false = spec != problem.edge.spec
            if spec is None or (false and target and _answers(graph, problem.edge, spec, target)):
                yield _false_record(project, graph, problem, spec)
                continue
        edge = problem.edge
        problems.setdefault((edge.name, problem.spec, edge.target or ""), []).append(problem)
    looked_at = _looked_at(graph) if problems else frozenset()
    for found in problems.values():
        yield _finding(project, graph, found, any(p.edge.source in looked_at for p in found))
    yield from _stale(project, graph)


def needs(project: Project, graph: DependencyGraph) -> Needs:
    """Version 1 lockfiles repeat the ranges without being held to them: npm asks the registry again, so a
    range there that the lockfile contradicts is looked up."""
    if graph.format != "npm-1":
        return Needs()
    asked = set()
    for problem in _problems(project, graph):
        source = graph.nodes[problem.edge.source]
        if source.source is Source.REGISTRY and source.version:
            asked.add((source.name, source.version))
    return Needs(manifests=frozenset(asked))


def _registry_says(graph: DependencyGraph, evidence: Evidence, edge: Dependency) -> Mapping[str, str] | None:
    """What the package that asks really asks for, where only the registry can tell and did."""
    if graph.format != "npm-1":
        return None
    source = graph.nodes[edge.source]
    manifest = evidence.manifests.get((source.name, source.version or ""))
    return manifest.dependencies if manifest is not None else None


def _problems(project: Project, graph: DependencyGraph) -> Iterator[_Problem]:
    """Every dependency of what an install would bring that the lockfile does not answer."""
    legacy_peers = project.config.get("legacy-peer-deps") == "true"
    root_rule = overrides.read(project.manifest)
    rules = {"": root_rule} if root_rule else {}
    seen: set[str] = set()
    waiting = [""]
    found: dict[tuple[str, str], _Problem] = {}
    nodes = graph.nodes
    fitting: set[tuple[str, str | None]] = set()  # (range, version) known to fit: most edges repeat others
    while waiting:
        key = waiting.pop()
        seen.add(key)
        rule = rules.get(key)
        for edge in graph.edges.get(key, ()):
            target = edge.target
            if rule is None and edge.kind is DependencyKind.PROD and target is not None and key:
                node = nodes[target]
                if (edge.spec, node.version) in fitting and node.source is Source.REGISTRY:
                    if target not in seen:
                        seen.add(target)
                        waiting.append(target)
                    continue
            if legacy_peers and edge.peer:
                continue
            inner = rule.match(edge.name, edge.spec) if rule else None
            if not edge.settled:
                problem = _judge(project, graph, edge, inner)
                if problem is not None:
                    found[key, edge.name] = problem
                else:
                    found.pop((key, edge.name), None)
                    if target is not None and inner is None and nodes[target].source is Source.REGISTRY:
                        fitting.add((edge.spec, nodes[target].version))
            if target is None:
                continue
            known = rules.get(target)
            if inner is not None and (known is None or (inner is not known and inner.inside(known))):
                rules[target] = inner
                seen.discard(target)
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    yield from found.values()


def _looked_at(graph: DependencyGraph) -> frozenset[str]:
    """The packages whose dependencies npm holds against the lockfile before a frozen install.

    It goes from package to package, but not through a link: of a workspace or a linked folder it looks at
    what that asks for itself, not at what lies behind, and at nothing that lies outside the project.
    """
    nodes, edges = graph.nodes, graph.edges
    seen = {""}
    waiting = [""]
    own = {""}
    while waiting:
        key = waiting.pop()
        for edge in edges.get(key, ()):
            if edge.target is None or edge.target in seen:
                continue
            if nodes[edge.target].third_party:
                if key in own and key:
                    continue
                seen.add(edge.target)
                waiting.append(edge.target)
            elif key in own:
                seen.add(edge.target)
                own.add(edge.target)
                waiting.append(edge.target)
    return frozenset(seen)


class _Asking:
    """Who asks for what, looked up only where something is amiss."""

    def __init__(self, graph: DependencyGraph) -> None:
        self._graph = graph

    def let_pass(self, problem: _Problem) -> bool:
        """Does npm leave this peer dependency unmet, with a warning ("overriding peer dependency")?

        So it does where the one in whose node_modules both lie asks for what does not go together with it,
        or brings something whose peer dependency does not; unless the project itself brings the package.
        """
        edge = problem.edge
        if edge.kind is not DependencyKind.PEER or edge.target is None:
            return False
        if edge.target.startswith(f"{edge.source}/") or not self._graph.nodes[edge.source].third_party:
            return False
        roots = {key for key, node in self._graph.nodes.items() if not node.third_party}
        if self._brought(edge.source, roots):
            return False
        holder = edge.source.rpartition("node_modules/")[0].rstrip("/")
        return any(
            self._apart(other, problem.spec)
            and (other.source == holder or (other.peer and self._brought(other.source, {holder})))
            for other in self._graph.asking.get(edge.target, ())
            if other.source != edge.source
        )

    def _apart(self, other: Dependency, spec: str) -> bool:
        """Are these ranges that no version can be in at once?"""
        one, two = specs.parse(other.name, other.spec), specs.parse(other.name, spec)
        if {one.kind, two.kind} - {"range", "version"}:
            return False
        return not versions.intersects(one.range or "*", two.range or "*")

    def _brought(self, key: str, by: Collection[str]) -> bool:
        """Does one of those ask for this package, or for one whose peer dependencies lead to it?"""
        seen = {key}
        waiting = [key]
        while waiting:
            for edge in self._graph.asking.get(waiting.pop(), ()):
                if edge.source in by:
                    return True
                if edge.peer and edge.source not in seen:
                    seen.add(edge.source)
                    waiting.append(edge.source)
        return False


def _judge(
    project: Project, graph: DependencyGraph, edge: Dependency, rule: overrides.Rule | None
) -> _Problem | None:
    """What is wrong with one dependency, or None: as arborist's Edge tells missing and invalid ones."""
    spec = overrides.effective(rule, edge.name, edge.spec, project.manifest) if rule else edge.spec
    target = graph.nodes.get(edge.target) if edge.target is not None else None
    if spec != edge.spec and not edge.source:
        return _Problem(edge, spec, _gives(target) if target else "nothing of that name", _CONFLICT)
    if target is None:
        if edge.kind is DependencyKind.PEER_OPTIONAL:
            return None
        return _Problem(edge, spec, "nothing of that name")
    if edge.kind is DependencyKind.PEER_OPTIONAL:
        return None
    if edge.kind is DependencyKind.WORKSPACE:
        folder = edge.spec.removeprefix("file:")
        return None if target.key == folder else _Problem(edge, spec, _gives(target))
    inside = f"{edge.source}/node_modules/{edge.name}"
    foreign = graph.nodes[edge.source].third_party
    if edge.kind is DependencyKind.PEER and foreign and target.key == inside:
        return _Problem(
            edge, spec, _gives(target), "a peer dependency may not be nested in its own dependent"
        )
    own = graph.nodes[edge.source].source in (Source.PROJECT, Source.WORKSPACE)
    if own and target.optional and not edge.optional and not edge.peer and _bound(graph, target):
        where = " ".join((*target.os, *target.cpu)) or "some systems"
        return _Problem(edge, spec, f"{_gives(target)} as optional, for {where} only", "it is required now")
    if _fits(graph, edge, spec, target, rule):
        return None
    return _Problem(edge, spec, _gives(target))


def _bound(graph: DependencyGraph, target: Package) -> bool:
    """Does it install on some systems alone? Version 1 does not say, and optional ones mostly do."""
    return bool(target.os or target.cpu) or graph.format == "npm-1"


def _fits(
    graph: DependencyGraph, edge: Dependency, spec: str, target: Package, rule: overrides.Rule | None
) -> bool:
    if target.bundled:
        return _answers(graph, edge, edge.spec, target)
    if _answers(graph, edge, spec, target):
        return True
    if rule is None or rule.parent is None or not _answers(graph, edge, edge.spec, target):
        return False
    # it fits what was asked before the override, and is none of those that the override is bound to
    return not _answers(graph, edge, rule.range, target)


def _answers(graph: DependencyGraph, edge: Dependency, text: str, target: Package) -> bool:
    """Is `target` what `text` asks for? As arborist's dep-valid decides, without a network."""
    spec = specs.parse(edge.name, text)
    if spec.kind in ("range", "version"):
        wanted = spec.range or "*"
        return wanted == "*" or (
            target.version is not None and versions.satisfies(target.version, wanted, loose=True)
        )
    if spec.kind == "tag":
        return target.source in (Source.REGISTRY, Source.URL)
    if spec.kind == "directory":
        return target.source in (Source.LINK, Source.WORKSPACE) and _same_place(graph, edge, spec, target.key)
    if spec.kind == "file":
        return target.source is Source.FILE and _same_place(
            graph, edge, spec, (target.resolved or "").removeprefix("file:")
        )
    if spec.kind == "url":
        return target.resolved == spec.location
    if spec.kind == "git":
        return _same_commit(graph, edge, spec, target)
    return False


def _same_place(graph: DependencyGraph, edge: Dependency, spec: specs.Spec, place: str) -> bool:
    location = spec.location or ""
    if location.startswith(("/", "~")) or graph.nodes[edge.source].third_party:
        return True  # cannot be compared with a path relative to the project
    return posixpath.normpath(posixpath.join(edge.source, location)) == posixpath.normpath(place)


def _same_commit(graph: DependencyGraph, edge: Dependency, spec: specs.Spec, target: Package) -> bool:
    got = specs.parse("", target.resolved or "")
    if got.kind != "git" or (got.repository or "").lower() != (spec.repository or "").lower():
        return False
    if spec.range is not None:
        return target.version is not None and versions.satisfies(target.version, spec.range, loose=True)
    if spec.commit is not None:
        return spec.commit.lower() == (got.committish or "").lower()
    # which commit a branch or tag means today needs the network; what it was when the lock was written
    # is in the lockfile's own record
    recorded = graph.recorded.get(edge.source, {}).get(edge.name)
    if recorded is None and target.requested is not None:
        recorded = (target.requested, edge.kind)
    if recorded is None:
        return True
    then = specs.parse(edge.name, recorded[0])
    return then.kind != "git" or (then.committish or "") == (spec.committish or "")


def _gives(target: Package) -> str:
    label = target.label if target.alias is None else f"{target.alias} (npm:{target.label})"
    if target.source is Source.GIT:
        return f"{label} from {target.resolved}"
    if target.source in (Source.WORKSPACE, Source.LINK):
        return f"a link to {target.key}"
    if target.source in (Source.URL, Source.FILE):
        return f"{label} from {target.resolved}"
    return label


def _finding(project: Project, graph: DependencyGraph, problems: list[_Problem], refused: bool) -> Finding:
    # the project's own wish first, as that is where a person begins
    problems.sort(
        key=lambda p: (graph.nodes[p.edge.source].third_party, p.edge.source.count("/"), p.edge.source)
    )
    problem = problems[0]
    edge, spec = problem.edge, problem.spec
    assert project.lockfile is not None
    lock = project.lockfile.name
    source = graph.nodes[edge.source]
    target = graph.nodes.get(edge.target or "") if edge.target else None
    if edge.kind is DependencyKind.WORKSPACE:
        folder = edge.spec.removeprefix("file:")
        title = f"{edge.name}: the workspace {folder} is not in {lock}"
        detail = f"{project.manifest.file} names the workspace {folder}; {lock} gives {problem.seen}."
        location = Location(project.manifest.file, "/workspaces")
    else:
        who = _who(project, source)
        wanted = spec or '""'
        title = (
            f"{edge.name}: {who} asks for {wanted}, {lock} gives {problem.seen}"
            if target
            else f"{edge.name}: {who} asks for {wanted}, missing from {lock}"
        )
        if problem.why == _CONFLICT:
            title = f"{edge.name}: {who} asks for {edge.spec}, and its overrides for {wanted}"
        overridden = f" (an override; its own range is {edge.spec})" if spec != edge.spec else ""
        kind = "" if edge.kind is DependencyKind.PROD else f" as {_KINDS[edge.kind]}"
        detail = f"{who} asks for {edge.name} {wanted}{kind}{overridden}; {lock} gives {problem.seen}"
        detail += f": {problem.why}." if problem.why else "."
        location = _location(project, source, edge, target)
    others = [_who(project, graph.nodes[p.edge.source]) for p in problems[1:]]
    if others:
        named = ", ".join(sorted(set(others))[:5])
        detail += f" So do {len(others)} more: {named}."
    if refused:
        detail += " `npm ci` refuses this lockfile."
    else:
        detail += " `npm ci` does not look that far behind a link, and installs the lockfile as it is."
    return Finding(
        "lockfile-drift",
        Severity.HIGH if refused else Severity.MODERATE,
        title,
        detail,
        package=edge.name,
        version=target.version if target else None,
        fix=_FIX if problem.why != _CONFLICT else Fix("edit"),
        location=location,
        keys=(target.key,) if target and target.third_party else (),
        subject=f"{edge.name} {spec} {source.name if source.third_party else source.key}",
    )


_KINDS = {
    DependencyKind.DEV: "a development dependency",
    DependencyKind.OPTIONAL: "an optional dependency",
    DependencyKind.PEER: "a peer dependency",
    DependencyKind.PEER_OPTIONAL: "an optional peer dependency",
}


def _who(project: Project, source: Package) -> str:
    if source.source is Source.PROJECT:
        return "package.json"
    if source.source in (Source.WORKSPACE, Source.LINK):
        return f"{source.key}/package.json"
    return source.label


def _location(project: Project, source: Package, edge: Dependency, target: Package | None) -> Location:
    manifest = _manifest(project, source)
    if manifest is not None:
        place = asked_in(manifest, edge.name)
        if place is not None:
            return place
    assert project.lockfile is not None
    return Location(project.lockfile.file, (target or source).pointer)


def _manifest(project: Project, source: Package) -> Manifest | None:
    if source.source is Source.PROJECT:
        return project.manifest
    return project.workspaces.get(source.key)


# -- merely stale


def _stale(project: Project, graph: DependencyGraph) -> Iterator[Finding]:
    """Where the lockfile's record of what was asked is not what is asked now, and still installs."""
    assert project.lockfile is not None
    lock = project.lockfile.name
    dropped = False
    for key, record in graph.recorded.items():
        manifest = project.manifest if not key else project.workspaces.get(key)
        if manifest is None:
            continue
        now = {edge.name: edge for edge in graph.edges.get(key, ())}
        for name, (spec, kind) in record.items():
            if name not in now:
                dropped = True
                text = f"{name}: {lock} still has this dependency ({spec}), {manifest.file} does not"
                yield _low(project, name, text, f"{key} {name} {spec} {kind}", graph.nodes[key])
    for key, node in graph.nodes.items():
        if node.source is Source.LINK and key not in graph.reachable:
            dropped = True
            text = f"{key}: {lock} still has this folder, and no package.json asks for it"
            yield _low(project, node.name, text, key, node)
    # what was dropped leaves its own dependencies behind: said once is enough
    extra = [p for p in graph.foreign if p.key not in graph.reachable and not p.bundled]
    if not dropped:
        yield from findings.unused(project, extra)


def _low(project: Project, name: str | None, title: str, subject: str, at: Package | None = None) -> Finding:
    assert project.lockfile is not None
    return findings.stale(
        project,
        title,
        f"{title}. The install still works, and leaves it out; the lockfile is merely stale.",
        package=name,
        location=Location(project.lockfile.file, at.pointer if at else None),
        subject=subject,
    )


def _false_record(project: Project, graph: DependencyGraph, problem: _Problem, truth: str | None) -> Finding:
    edge = problem.edge
    source = graph.nodes[edge.source]
    said = f"asks for {truth}" if truth is not None else "does not ask for it at all"
    return _low(
        project,
        source.name,
        f"{source.label}: the lockfile says it asks for {edge.name} {edge.spec}; by the registry it {said}",
        f"{source.label} {edge.name}",
        source,
    )
