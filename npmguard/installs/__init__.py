"""What an install does, by the manager, its version and its settings: one module for each manager.

Each of them has `scripts` (whose install scripts run), `refusal` (what it will not fetch),
`minimum_release_age` and `exempt` (from that). All of it was found out by running the managers:
docs/managers.md has the table. A project's own settings may make the report quieter about that project, as
those of npmguard.toml may; they decide nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from npmguard.model import Package, Project, ScriptPolicy


def scripts(project: Project) -> ScriptPolicy:
    """Whose install scripts an install of this project runs."""
    found: ScriptPolicy = _manager(project).scripts(project)
    return found


def refusal(project: Project, package: Package) -> str | None:
    """Sentences that say where the manager refuses to fetch a package, or None where it takes it."""
    found: str | None = _manager(project).refusal(project, package)
    return found


def minimum_release_age(project: Project) -> int | None:
    """How old a release must be for the manager to take it, in seconds; None where any will do."""
    found: int | None = _manager(project).minimum_release_age(project)
    return found or None


def exempt(project: Project) -> tuple[str, ...]:
    """The packages that the manager takes however young they are: patterns as `is_exempt` reads them."""
    found: tuple[str, ...] = _manager(project).exempt(project)
    return found


def _manager(project: Project) -> Any:
    return import_module(f"npmguard.installs.{project.manager.replace('-', '_')}")
