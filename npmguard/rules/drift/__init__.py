"""What each package manager calls drift: one module per manager.

A module's `check(project, graph)` yields findings of `lockfile-drift`: high where the manager's frozen
install refuses the lockfile, low where it is merely stale. To add a manager is to write its module and to add
it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from npmguard.model import Finding, Project

MODULES = {"yarn": "yarn_classic", "yarn-berry": "yarn_berry", "pnpm": "pnpm", "bun": "bun"}


def of(project: Project) -> Iterator[Finding]:
    """The drift of a project's lockfile, by the rule of the manager that wrote it."""
    name = MODULES.get(project.manager)
    if name is not None and project.graph is not None and project.lockfile is not None:
        yield from import_module(f"npmguard.rules.drift.{name}").check(project, project.graph)
