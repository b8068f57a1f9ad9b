"""What each package manager calls drift: one module per manager.

A module's `check(project, graph, evidence)` yields findings of `lockfile-drift`: high where the manager's
frozen install refuses the lockfile, moderate where it installs something else than was asked for, low where
it is merely stale. `needs(project, graph)`, where it has one, says what it wants to know. To add a manager is
to write its module and to add it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from npmguard.model import DependencyGraph, Evidence, Finding, Needs, Project

MODULES = {
    "npm": "npm",
    "yarn": "yarn_classic",
    "yarn-berry": "yarn_berry",
    "pnpm": "pnpm",
    "bun": "bun",
}


def of(project: Project, graph: DependencyGraph, evidence: Evidence) -> Iterator[Finding]:
    """The drift of a project's lockfile, by the rule of the manager that wrote it."""
    yield from _module(project).check(project, graph, evidence)


def needs(project: Project, graph: DependencyGraph) -> Needs:
    """What has to be asked outside to tell."""
    found = getattr(_module(project), "needs", None)
    return found(project, graph) if found is not None else Needs()


def _module(project: Project) -> Any:
    return import_module(f"npmguard.rules.drift.{MODULES[project.manager]}")
