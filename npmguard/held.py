"""What a project has of a package already."""

from __future__ import annotations

from collections.abc import Set

from npmguard import specs, versions
from npmguard.model import Project
from npmguard.specs import Spec


class Held:
    """Which versions the project has already.

    npm takes what lies in the top folder of node_modules, pnpm and bun whatever of the lockfile fits; yarn
    only what was asked for in the same words.
    """

    def __init__(self, project: Project) -> None:
        graph = project.graph
        nodes = graph.foreign if graph is not None else ()
        npm = project.manager == "npm"
        self._found: dict[str, list[tuple[str, str]]] = {}  # (real name, version), by the name it goes by
        for node in nodes:
            there = node.alias or node.name
            if node.version and (not npm or node.key == f"node_modules/{there}"):
                self._found.setdefault(there, []).append((node.name, node.version))
        self._asked: Set[tuple[str, str | None, str]] | None = None
        if graph is not None and project.manager.startswith("yarn"):
            asking = (
                (specs.parse(e.name, e.spec), e.target) for found in graph.edges.values() for e in found
            )
            self._asked = {
                (spec.name, spec.range, graph.nodes[target].version or "")
                for spec, target in asking
                if target is not None
            }

    def __call__(self, name: str, spec: Spec) -> str | None:
        """The version that a dependency would find there, or None."""
        if spec.kind == "tag":
            return None
        range = spec.range or "*"
        for real, version in self._found.get(name, ()):
            if real != spec.name or not versions.satisfies(version, range, loose=True):
                continue
            if self._asked is None or (real, spec.range, version) in self._asked:
                return version
        return None

    def of(self, name: str) -> str | None:
        """The version that the project has of a package, the highest of several."""
        return versions.highest((version for _, version in self._found.get(name, ())), loose=True)
