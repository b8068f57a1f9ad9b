"""Patterns on the command line."""

import os
from pathlib import Path

import pytest
from support.projects import write

from npmguard.errors import UsageError
from npmguard.project import load, matching
from npmguard.project.load import Found


@pytest.fixture
def many(here: Path) -> Path:
    """Three projects in apps, one in libs, and what is to be left out."""
    for folder in ("apps/b", "apps/a", "apps/deep/c", "libs/d", "apps/.hidden"):
        write(here / folder, {}, {})
    for folder in ("apps/a/node_modules/x", ".git/y", "apps/node_modules/z"):
        write(here / folder, {}, {})
    (here / "apps" / "README.md").write_text("nothing")
    (here / "apps" / "docs").mkdir()
    return here


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("apps/*", ["apps/a", "apps/b", "apps/deep/c"]),
        ("apps/?", ["apps/a", "apps/b"]),
        ("./apps/[ab]", ["apps/a", "apps/b"]),
        ("apps/[!a]", ["apps/b"]),
        ("{libs,apps}/?", ["apps/a", "apps/b", "libs/d"]),
        ("apps/.*", ["apps/.hidden"]),
        ("**", ["apps/a", "apps/b", "apps/deep/c", "libs/d"]),
        ("apps/**", ["apps/a", "apps/b", "apps/deep/c"]),
        ("**/c", ["apps/deep/c"]),
        ("*/*/package.json", ["apps/a", "apps/b", "libs/d"]),
    ],
)
def test_the_projects_that_fit(many: Path, pattern: str, expected: list[str]) -> None:
    assert [os.path.normpath(found.folder) for found in load.find([pattern])] == expected


def test_lockfiles_that_fit(many: Path) -> None:
    found = load.find(["**/package-lock.json"])
    folders = ["apps/a", "apps/b", "apps/deep/c", "libs/d"]
    assert found == [Found(folder, "package-lock.json") for folder in folders]


def test_a_pattern_may_begin_anywhere(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(load.find([f"{many}/apps/?"])) == 2
    monkeypatch.chdir(many / "libs")
    assert [found.folder for found in load.find(["../apps/?"])] == ["../apps/a", "../apps/b"]


@pytest.mark.parametrize("pattern", ["nope/*", "apps/x*", "apps/R*", "apps/d?cs", "**/yarn.lock", "{x,y}"])
def test_a_pattern_that_nothing_fits_is_named(many: Path, pattern: str) -> None:
    with pytest.raises(UsageError) as refused:
        load.find(["apps/a", pattern])
    assert str(refused.value) == f"{pattern}: no project fits this pattern"


def test_what_is_there_under_an_odd_name_is_no_pattern(here: Path) -> None:
    write(here / "apps" / "[id]", {}, {})
    write(here / "apps" / "i", {}, {})
    assert load.find(["apps/[id]"]) == [Found("apps/[id]")]


@pytest.mark.parametrize(
    "paths",
    [
        ["apps/a", "./apps/a/", "apps/../apps/a"],
        ["apps/a", "apps/a/package.json", "apps/a/package-lock.json"],
        ["apps/a/package-lock.json", "apps/a"],
        ["apps/a", "apps/?/package.json", "link"],
    ],
)
def test_each_project_counts_once(many: Path, paths: list[str]) -> None:
    (many / "link").symlink_to(many / "apps" / "a")
    real = [os.path.realpath(found.folder) for found in load.find(paths)]
    assert len(real) == len(set(real))
    assert real.count(str(many / "apps" / "a")) == 1


def test_another_lockfile_beside_the_one_in_force_is_another_project(many: Path) -> None:
    (many / "apps" / "a" / "yarn.lock").write_text("# yarn lockfile v1\n")
    assert load.find(["apps/a", "apps/a/yarn.lock"]) == [Found("apps/a"), Found("apps/a", "yarn.lock")]


def test_a_workspace_gives_its_project(here: Path) -> None:
    write(here, {"workspaces": ["packages/*"]}, {})
    for name in "ab":
        write(here / "packages" / name, {"name": name})
    assert [os.path.realpath(found.folder) for found in load.find(["packages/*"])] == [str(here)]


def test_links_are_not_followed_out(many: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = write(tmp_path_factory.mktemp("outside") / "project", {}, {})
    (many / "apps" / "out").symlink_to(outside)
    (many / "apps" / "up").symlink_to(outside.parent)
    (many / "apps" / "round").symlink_to(many / "apps")
    assert [found.folder for found in load.find(["apps/**"])] == ["apps/a", "apps/b", "apps/deep/c"]
    assert matching.expanded("apps/o*") == []


def test_a_pattern_that_would_take_too_long_is_refused(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_MOST_FOLDERS", 3)
    with pytest.raises(UsageError, match="more than 3 folders"):
        load.find(["**/package.json"])
    with pytest.raises(UsageError, match="too long a pattern"):
        load.find(["*" * 2000])
