"""What became of packages between two lockfiles, whatever their formats."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry

from npmguard import lockfiles
from npmguard.changes import between
from npmguard.lockfiles import bun, npm
from npmguard.model import Change, DependencyGraph

FOUR = Path(__file__).parents[1] / "fixtures" / "four"
LOCKS = {"npm": "package-lock.json", "yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml", "bun": "bun.lock"}


def graph(packages: dict[str, dict[str, Any]], **root: Any) -> DependencyGraph:
    places = {f"node_modules/{key}": fields for key, fields in packages.items()}
    document = {"lockfileVersion": 3, "packages": {"": {"name": "demo", **root}, **places}}
    return npm.parse(json.dumps(document).encode(), "package-lock.json")


def test_every_kind_of_change() -> None:
    old = graph(
        {
            "up": entry("up", "1.9.0"),
            "down": entry("down", "2.0.0"),
            "gone": entry("gone", "1.0.0"),
            "same": entry("same", "1.0.0"),
            "moved": entry("moved", "1.0.0"),
            "hashed": entry("hashed", "1.0.0"),
            "git": {"version": "1.0.0", "resolved": "git+ssh://git@git.example.test/a/b.git#" + "a" * 40},
        },
        dependencies={"up": "^1", "same": "*"},
    )
    new = graph(
        {
            "up": entry("up", "1.10.0", hasInstallScript=True),
            "down": entry("down", "1.0.0"),
            "same": entry("same", "1.0.0"),
            "came": entry("came", "1.0.0", hasInstallScript=True),
            "moved": entry("moved", "1.0.0") | {"resolved": "https://evil.example/moved/-/moved-1.0.0.tgz"},
            "hashed": entry("hashed", "1.0.0") | {"integrity": entry("other", "1.0.0")["integrity"]},
            "git": {"version": "1.0.0", "resolved": "git+ssh://git@git.example.test/a/b.git#" + "b" * 40},
        },
        dependencies={"up": "^1", "came": "^1"},
    )
    git = "git+ssh://git@git.example.test/a/b.git#"
    assert between(old, new) == (
        Change("came", None, "1.0.0", "added", direct=True, script=True),
        Change("down", "2.0.0", "1.0.0", "downgraded"),
        Change("git", git + "a" * 40, git + "b" * 40, "source-changed"),
        Change("gone", "1.0.0", None, "removed"),
        Change("hashed", "1.0.0", "1.0.0", "source-changed"),
        Change("moved", "1.0.0", "1.0.0", "source-changed"),
        Change("up", "1.9.0", "1.10.0", "upgraded", script=True),
    )
    assert between(new, new) == ()
    assert [c.kind for c in between(None, new)] == ["added"] * 7


def test_several_versions_of_one_name_are_paired_lowest_with_lowest() -> None:
    old = graph({"a": entry("a", "1.0.0"), "b/node_modules/a": entry("a", "2.0.0")})
    new = graph(
        {
            "a": entry("a", "1.0.1"),
            "b/node_modules/a": entry("a", "2.1.0"),
            "c/node_modules/a": entry("a", "3.0.0"),
        }
    )
    assert between(old, new) == (
        Change("a", None, "3.0.0", "added"),
        Change("a", "1.0.0", "1.0.1", "upgraded"),
        Change("a", "2.0.0", "2.1.0", "upgraded"),
    )


@pytest.mark.parametrize("one", LOCKS)
@pytest.mark.parametrize("other", LOCKS)
def test_the_same_project_under_two_managers_did_not_change(one: str, other: str) -> None:
    graphs = [lockfiles.read(FOUR / name / LOCKS[name]) for name in (one, other)]
    assert {(c.package, c.kind) for c in between(*graphs)} <= {("lodash", "added"), ("lodash", "removed")}


def test_a_registry_package_that_comes_from_git_now() -> None:
    def locked(entry: list[Any]) -> DependencyGraph:
        document = {
            "lockfileVersion": 1,
            "workspaces": {"": {"dependencies": {"a": "*"}}},
            "packages": {"a": entry},
        }
        return bun.parse(json.dumps(document).encode(), "bun.lock")

    one = locked(["a@1.0.0", "", {}, "sha512-x"])
    other = locked(["a@github:b/a#0000000", {}, "b-a-0000000"])
    assert between(one, other) == (Change("a", "1.0.0", "github:b/a#0000000", "source-changed", script=True),)
