"""What a project forces for a package, and how that is written."""

from typing import Any

import pytest
from npmproject import project

from npmguard import forced
from npmguard.model import Project


def of(manager: str, package: dict[str, Any] | None = None, config: dict[str, Any] | None = None) -> Project:
    declared = ("pnpm", "9.1.0") if package and "pnpm" in package else None
    return project(package or {}, {})._replace(
        manager=manager, manager_config=config or {}, declared=declared
    )


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (of("npm", {"overrides": {"ms": "2.1.2"}}), '"overrides" in package.json'),
        (of("npm", {"overrides": {"ms": {".": "2.1.2", "x": "1"}}}), '"overrides" in package.json'),
        (of("bun", {"resolutions": {"ms": "2.1.2"}}), '"resolutions" in package.json'),
        (of("yarn", {"resolutions": {"**/ms": "2.1.2"}}), '"resolutions" in package.json'),
        (of("yarn-berry", {"resolutions": {"ms": "npm:2.1.2"}}), '"resolutions" in package.json'),
        (of("pnpm", {}, {"overrides": {"ms": "2.1.2"}}), "overrides in pnpm-workspace.yaml"),
        (of("pnpm", {"pnpm": {"overrides": {"ms": "2.1.2"}}}), '"pnpm" in package.json'),
    ],
)
def test_what_is_forced(found: Project, where: str) -> None:
    assert forced.found(found, "ms") == ("2.1.2", where)


@pytest.mark.parametrize(
    "found",
    [
        of("npm"),
        of("npm", {"resolutions": {"ms": "2.1.2"}}),
        of("npm", {"overrides": {"ms": "$ms"}}),
        of("npm", {"overrides": {"ms": 7}}),
        of("npm", {"overrides": ["ms"]}),
        of("yarn", {"overrides": {"ms": "2.1.2"}}),
        of("pnpm", {}, {"overrides": "ms"}),
    ],
)
def test_what_is_not(found: Project) -> None:
    assert forced.found(found, "ms") is None


@pytest.mark.parametrize(
    ("found", "alone", "held"),
    [
        (
            of("npm"),
            'put "overrides": {"ms": "2.1.3"} into package.json.',
            'put "overrides": {"debug": {"ms": "2.1.3"}} into package.json.',
        ),
        (
            of("bun"),
            'put "overrides": {"ms": "2.1.3"} into package.json.',
            'put "overrides": {"ms": "2.1.3"} into package.json.',
        ),
        (
            of("yarn"),
            'put "resolutions": {"ms": "2.1.3"} into package.json.',
            'put "resolutions": {"debug/ms": "2.1.3"} into package.json.',
        ),
        (
            of("pnpm"),
            'put overrides: {"ms": "2.1.3"} into pnpm-workspace.yaml.',
            'put overrides: {"debug>ms": "2.1.3"} into pnpm-workspace.yaml.',
        ),
        (
            of("pnpm", {"pnpm": {}}),
            'put "pnpm": {"overrides": {"ms": "2.1.3"}} into package.json.',
            'put "pnpm": {"overrides": {"debug>ms": "2.1.3"}} into package.json.',
        ),
    ],
)
def test_how_it_is_written(found: Project, alone: str, held: str) -> None:
    assert forced.written(found, "ms", "2.1.3", []) == alone
    assert forced.written(found, "ms", "2.1.3", ["debug"]) == held
