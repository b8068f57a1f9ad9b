"""Finding a project's workspaces on disk."""

import os
from pathlib import Path

import pytest

from npmguard.project.workspaces import folders, nested


def packages(here: Path, *names: str) -> None:
    for name in names:
        (here / name).mkdir(parents=True, exist_ok=True)
        (here / name / "package.json").write_text("{}")


@pytest.fixture
def shop(here: Path) -> Path:
    packages(
        here,
        *(".", "docs", "packages/a", "packages/b", "packages/b/deep", "packages/.hidden", "apps/web"),
        *("packages/a/node_modules/x", "node_modules/y", "packages/.git/z"),
    )
    (here / "packages" / "no-package").mkdir()
    return here


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([], []),
        (["packages/*"], ["packages/a", "packages/b"]),
        (["./packages/*/"], ["packages/a", "packages/b"]),
        (["/packages/*"], ["packages/a", "packages/b"]),
        (["packages/b", "packages/a"], ["packages/a", "packages/b"]),
        (["packages/**"], ["packages/a", "packages/b", "packages/b/deep"]),
        (["packages/*/*"], ["packages/b/deep"]),
        (["**"], ["apps/web", "docs", "packages/a", "packages/b", "packages/b/deep"]),
        (["**/deep"], ["packages/b/deep"]),
        (["*"], ["docs"]),
        (["{apps,packages}/*"], ["apps/web", "packages/a", "packages/b"]),
        (["packages/[b-z]"], ["packages/b"]),
        (["packages/?", "packages/*"], ["packages/a", "packages/b"]),
        (["packages/*", "!packages/a"], ["packages/b"]),
        (["packages/*", "!packages/a", "packages/a"], ["packages/a", "packages/b"]),
        (["!packages/a"], []),
        (["packages/.hidden"], ["packages/.hidden"]),
        (["packages/no-package"], []),
        (["gone/*", "gone"], []),
        (["."], []),
        (["node_modules/*"], []),
        (["packages/a/node_modules/*"], []),
    ],
)
def test_the_folders_that_patterns_name(shop: Path, patterns: list[str], expected: list[str]) -> None:
    assert folders(str(shop), patterns) == expected
    assert folders(".", patterns) == expected


@pytest.mark.parametrize("pattern", ["../*", "../outside", "packages/../../outside", "./../*"])
def test_nothing_outside_the_project_is_a_member(here: Path, pattern: str) -> None:
    packages(here, "outside", "shop/packages/a")
    assert folders(str(here / "shop"), [pattern]) == []


def test_links_to_folders_are_not_followed(here: Path) -> None:
    packages(here, "outside/a", "shop/packages/b")
    os.symlink(here / "outside" / "a", here / "shop" / "packages" / "a")
    os.symlink(here / "shop", here / "shop" / "packages" / "loop")
    assert folders(str(here / "shop"), ["packages/**"]) == ["packages/b"]


def test_nested_folders_hold_one_of_the_files(shop: Path) -> None:
    (shop / "apps" / "yarn.lock").write_text("")
    assert [os.path.relpath(found) for found in nested(".", ("package.json", "yarn.lock"))] == [
        *("apps", "apps/web", "docs", "packages/a", "packages/b", "packages/b/deep")
    ]
    assert [os.path.relpath(found) for found in nested("apps", ("yarn.lock",))] == []
