"""From paths on the command line to projects."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.projects import EMPTY, entry, write

from npmguard.errors import InputError, UsageError
from npmguard.project.load import Found, find, load, shown

ONCE = {"node_modules/once": entry("once", "1.4.0")}
ASKING = {"dependencies": {"once": "^1.4.0"}}


def folders(*paths: str) -> list[str]:
    return [shown(found.folder) for found in find(paths)]


def bare(folder: Path, **fields: Any) -> None:
    """A package.json without a lockfile."""
    write(folder, fields)


def locked(folder: Path, **fields: Any) -> None:
    write(folder, fields, {})


@pytest.mark.parametrize("path", [".", "./", "package.json", "./package.json"])
def test_a_folder_and_its_package_json_are_the_project(here: Path, path: str) -> None:
    locked(here)
    assert folders(path) == ["."]


def test_a_path_may_lead_anywhere(here: Path) -> None:
    locked(here / "a b" / "shop")
    assert folders("a b/shop") == ["a b/shop"]
    assert folders(str(here / "a b" / "shop")) == ["a b/shop"]
    assert folders("a b/shop/package.json") == ["a b/shop"]


def test_a_lockfile_is_the_project_that_it_lies_in(here: Path) -> None:
    locked(here / "shop")
    assert find(["shop/package-lock.json"]) == [Found("shop", "package-lock.json")]


def test_a_lockfile_alone_is_a_project(here: Path) -> None:
    locked(here)
    (here / "package.json").unlink()
    assert find(["package-lock.json"]) == [Found(".", "package-lock.json")]
    assert folders(".") == ["."]


@pytest.mark.parametrize("name", ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"])
def test_every_lockfile_is_known_by_its_name(here: Path, name: str) -> None:
    (here / name).write_text("{}")
    assert find([name]) == [Found(".", name)]


def test_each_project_is_audited_once(here: Path) -> None:
    locked(here / "a")
    locked(here / "b")
    assert folders("b", "a", "b", "a/package.json") == ["b", "a"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone", "gone: no such file or folder"),
        ("gone/package.json", "gone/package.json: no such file or folder"),
        ("empty", "empty: no package.json here or below"),
        ("notes.txt", "notes.txt: not a package.json and not a lockfile (npm-shrinkwrap.json, "),
    ],
)
def test_what_is_no_project_is_refused(here: Path, path: str, reason: str) -> None:
    (here / "empty").mkdir()
    (here / "notes.txt").write_text("")
    with pytest.raises(UsageError) as caught:
        find([path])
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize("workspaces", [["packages/*"], {"packages": ["packages/*"]}])
@pytest.mark.parametrize("path", ["packages/a", "packages/a/package.json", "."])
def test_a_workspace_leads_to_its_root(here: Path, workspaces: Any, path: str) -> None:
    locked(here, workspaces=workspaces)
    bare(here / "packages" / "a")
    assert folders(path) == ["."]


def test_a_workspace_leads_to_its_root_from_inside_it_too(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked(here, workspaces=["packages/**"])
    bare(here / "packages" / "deep" / "a")
    monkeypatch.chdir(here / "packages" / "deep" / "a")
    assert folders(".") == ["../../.."]


def test_a_folder_that_its_parent_does_not_name_stands_alone(here: Path) -> None:
    locked(here, workspaces=["packages/*", "!packages/b"])
    bare(here / "packages" / "b")
    bare(here / "tools")
    assert folders("packages/b", "tools") == ["packages/b", "tools"]


def test_a_workspace_with_a_lockfile_of_its_own_stands_alone_if_it_is_named(here: Path) -> None:
    locked(here, workspaces=["packages/*"])
    locked(here / "packages" / "a")
    assert folders("packages/a") == ["packages/a"]
    assert folders(".") == ["."]


def test_a_parent_that_cannot_be_read_is_no_root(here: Path) -> None:
    (here / "package.json").write_text("{")
    bare(here / "packages" / "a")
    assert folders("packages/a") == ["packages/a"]


def test_a_monorepo_without_workspaces_is_many_projects(here: Path) -> None:
    for name in ("b", "a", "deep/er/c"):
        locked(here / name)
    bare(here / "deep" / "unlocked")
    assert folders(".") == ["a", "b", "deep/er/c", "deep/unlocked"]


def test_projects_below_a_project_need_a_lockfile_of_their_own(here: Path) -> None:
    locked(here)
    locked(here / "docs")
    bare(here / "fixture")
    (here / "yarned").mkdir()
    (here / "yarned" / "package.json").write_text("{}")
    (here / "yarned" / "yarn.lock").write_text("")
    assert folders(".") == [".", "docs", "yarned"]


def test_below_a_folder_without_a_package_json_only_the_topmost_count(here: Path) -> None:
    bare(here / "a")
    bare(here / "a" / "inside")
    locked(here / "a" / "locked")
    bare(here / "ab")
    assert folders(".") == ["a", "a/locked", "ab"]


def test_workspaces_below_are_not_audited_twice(here: Path) -> None:
    locked(here / "one", workspaces=["packages/*"])
    bare(here / "one" / "packages" / "a")
    locked(here / "one" / "packages" / "b")
    assert folders(".") == ["one"]


@pytest.mark.parametrize("hidden", ["node_modules/a", "a/node_modules/b", ".cache/a", ".git/a"])
def test_what_is_installed_or_hidden_is_skipped(here: Path, hidden: str) -> None:
    locked(here / "shop")
    locked(here / hidden)
    assert folders(".") == ["shop"]


def test_links_are_not_followed(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    locked(outside / "b")
    locked(here / "a")
    os.symlink(outside, here / "link")
    os.symlink(here, here / "a" / "loop")
    assert folders(".") == ["a"]


def test_a_project_is_read(here: Path) -> None:
    write(here / "shop", ASKING, ONCE)
    project = load(Found("shop"), registries={"": "https://registry.example.test/"}, config={"a": "b"})
    assert (project.folder, project.manager) == ("shop", "npm")
    assert (project.manifest.file, project.manifest.name) == ("shop/package.json", "demo")
    assert project.lockfile is not None
    assert (project.lockfile.file, project.lockfile.format) == ("shop/package-lock.json", "npm-3")
    assert project.graph is not None
    assert project.graph.labels == {("once", "1.4.0")}
    assert project.registries == {"": "https://registry.example.test/"}
    assert project.config == {"a": "b"}
    assert project.workspaces == {}


def test_a_project_without_a_lockfile_is_read(here: Path) -> None:
    write(here, ASKING)
    project = load(Found("."))
    assert (project.lockfile, project.graph, project.lockfile_names) == (None, None, ())
    assert project.manifest.dependencies == {"once": "^1.4.0"}


def test_shrinkwrap_wins(here: Path) -> None:
    write(here, ASKING, {"node_modules/once": entry("once", "1.3.3")})
    (here / "package-lock.json").rename(here / "npm-shrinkwrap.json")
    write(here, ASKING, ONCE)
    project = load(Found("."))
    assert project.lockfile is not None
    assert project.lockfile.file == "npm-shrinkwrap.json"
    assert project.lockfile.graph.labels == {("once", "1.3.3")}
    assert project.lockfile_names == ("npm-shrinkwrap.json", "package-lock.json")


def test_the_lockfile_that_was_named_is_read(here: Path) -> None:
    write(here, ASKING, ONCE)
    (here / "npm-shrinkwrap.json").write_text("{}")
    (found,) = find(["package-lock.json"])
    project = load(found)
    assert project.lockfile is not None
    assert project.lockfile.file == "package-lock.json"
    assert project.lockfile_names[0] == "npm-shrinkwrap.json"


@pytest.mark.parametrize(
    ("name", "manager", "format"),
    [
        ("yarn.lock", "yarn", "yarn-1"),
        ("pnpm-lock.yaml", "pnpm", "pnpm-9.0"),
        ("bun.lock", "bun", "bun-1"),
    ],
)
def test_another_managers_lockfile_is_read(here: Path, name: str, manager: str, format: str) -> None:
    write(here, ASKING)
    (here / name).write_text(EMPTY[name])
    project = load(Found("."))
    assert (project.manager, project.lockfile_names) == (manager, (name,))
    assert project.lockfile is not None
    assert (project.lockfile.file, project.lockfile.format) == (name, format)


def test_buns_binary_lockfile_is_noted_and_not_read(here: Path) -> None:
    write(here, ASKING)
    (here / "bun.lockb").write_bytes(b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n")
    project = load(Found("."))
    assert (project.manager, project.lockfile, project.lockfile_names) == ("bun", None, ("bun.lockb",))


def test_the_note_in_node_modules_is_read_where_it_is_named(here: Path) -> None:
    write(here / "shop", {"dependencies": {"once": "^1.4.0"}})
    note = {"lockfileVersion": 3, "packages": {"node_modules/once": entry("once", "1.4.0")}}
    (here / "shop" / "node_modules").mkdir()
    (here / "shop" / "node_modules" / ".package-lock.json").write_text(json.dumps(note))
    (found,) = find(["shop/node_modules/.package-lock.json"])
    project = load(found)
    assert (project.folder, project.manager) == ("shop", "npm")
    assert project.graph is not None
    assert project.graph.labels == {("once", "1.4.0")}
    assert [found.folder for found in find(["shop"])] == ["shop"]


def test_npms_lockfile_comes_before_the_others(here: Path) -> None:
    write(here, ASKING, ONCE)
    (here / "yarn.lock").write_text("anything")
    project = load(Found("."))
    assert project.manager == "npm"
    assert project.graph is not None
    assert project.lockfile_names == ("package-lock.json", "yarn.lock")


def test_a_lockfile_alone_says_what_the_project_asks_for(here: Path) -> None:
    write(here / "shop", {"name": "bakery", **ASKING}, ONCE)
    (here / "shop" / "package.json").unlink()
    project = load(Found("shop", "package-lock.json"))
    assert (project.manifest.file, project.manifest.name) == ("shop/package-lock.json", "bakery")
    assert project.manifest.dependencies == {"once": "^1.4.0"}
    assert project.graph is not None
    assert project.graph.direct == {"node_modules/once"}


def test_an_old_lockfile_alone_says_its_name(here: Path) -> None:
    lock = {
        "name": "bakery",
        "version": "1.0.0",
        "lockfileVersion": 1,
        "dependencies": {"once": {"version": "1.4.0"}},
    }
    (here / "package-lock.json").write_text(json.dumps(lock))
    project = load(Found("."))
    assert (project.manifest.name, project.manifest.version) == ("bakery", "1.0.0")
    assert project.graph is not None
    assert project.graph.labels == {("once", "1.4.0")}


def test_members_are_read(here: Path) -> None:
    linked: dict[str, Any] = {
        "node_modules/@demo/a": {"resolved": "packages/a", "link": True},
        "packages/a": {"name": "@demo/a"},
    }
    write(here, {"workspaces": ["packages/*"]}, linked)
    bare(here / "packages" / "a", name="@demo/a")
    bare(here / "packages" / "b", name="@demo/b")
    (here / "packages" / "no-package").mkdir()
    project = load(Found("."))
    assert {folder: member.name for folder, member in project.workspaces.items()} == {
        "packages/a": "@demo/a",
        "packages/b": "@demo/b",
    }
    assert project.workspaces["packages/a"].file == "packages/a/package.json"


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("package.json", '{\n"name": 1}', r'^shop/package\.json:2: "name" is not text$'),
        ("package.json", "{", r"^shop/package\.json:1: not whole JSON"),
        ("package-lock.json", "{\n\n", r"^shop/package-lock\.json:3: not whole JSON"),
        ("package-lock.json", "[]", r"^shop/package-lock\.json"),
        ("packages/a/package.json", "[]", r"^shop/packages/a/package\.json:1: not a package\.json"),
    ],
)
def test_what_cannot_be_read_is_named(here: Path, file: str, text: str, reason: str) -> None:
    write(here / "shop", {"workspaces": ["packages/*"]}, {})
    bare(here / "shop" / "packages" / "a")
    (here / "shop" / file).write_text(text)
    with pytest.raises(InputError, match=reason):
        load(Found("shop"))


def test_a_path_is_shown_from_the_working_directory(here: Path) -> None:
    assert shown(str(here / "a" / "b")) == "a/b"
    assert shown("./a//b/../c") == "a/c"
    assert shown(str(here)) == "."
