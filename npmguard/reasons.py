"""Why a package is there: what `npmguard why` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npmguard import versions
from npmguard.errors import UsageError
from npmguard.model import DependencyGraph, Package, Project
from npmguard.paths import Paths
from npmguard.project import load

MOST_PATHS = 1_000


class Reason(NamedTuple):
    """One version of a package in a project: every shortest path to it, and how many there are."""

    package: str
    version: str | None
    dev: bool
    direct: bool
    asked: tuple[str, ...]  # the ranges that it answers
    paths: tuple[tuple[str, ...], ...]
    path_count: int


class Reasons(NamedTuple):
    """What was found in one project."""

    project: Project
    reasons: tuple[Reason, ...]


def why(wanted: str, path: str) -> tuple[Reasons, ...]:
    """Who brings NAME or NAME@VERSION (a version or a range) into the projects that a path names.

    Raises UsageError where none of them has it, InputError where one cannot be read.
    """
    at = wanted.find("@", 1)
    name, version = (wanted, None) if at < 0 else (wanted[:at], wanted[at + 1 :])
    found = []
    names: set[str] = set()
    files = []
    for place in load.find([path]):
        project = load.load(place)
        if project.graph is None or project.lockfile is None:
            continue
        files.append(project.lockfile.file)
        names |= {package.name for package in project.graph.nodes.values()}
        reasons = tuple(_reasons(project, project.graph, name, version))
        if reasons:
            found.append(Reasons(project, reasons))
    if not files:
        raise UsageError(f"{path}: there is no lockfile, so who brings what is not known")
    if not found:
        from npmguard.settings import near

        raise UsageError(f"{wanted}: not in {', '.join(files)}{near(name, names - {name})}")
    return tuple(found)


def _reasons(project: Project, graph: DependencyGraph, name: str, version: str | None) -> Iterable[Reason]:
    matching: dict[str, list[Package]] = {}
    for node in graph.nodes.values():
        if node.key and name in (node.name, node.alias) and _meant(node, version):
            matching.setdefault(node.label, []).append(node)
    paths = Paths(graph, project.manifest.name)
    specs: dict[str, set[str]] = {}
    wanted = {node.key: label for label, nodes in matching.items() for node in nodes}
    for edges in graph.edges.values():
        for edge in edges:
            if edge.target in wanted and edge.source in graph.reachable:
                specs.setdefault(wanted[edge.target], set()).add(edge.spec)
    for label, nodes in sorted(matching.items()):
        keys = [node.key for node in nodes]
        every = paths.every(keys[0], MOST_PATHS)
        _, count = paths.to(keys)
        yield Reason(
            nodes[0].name,
            nodes[0].version,
            all(graph.is_dev(key) for key in keys),
            any(key in graph.direct for key in keys),
            tuple(sorted(specs.get(label, ()))),
            tuple(every),
            max(count, len(every)) if len(every) == MOST_PATHS else len(every),
        )


def _meant(node: Package, version: str | None) -> bool:
    if version is None or node.version == version:
        return True
    return node.version is not None and versions.satisfies(node.version, version, loose=True)
