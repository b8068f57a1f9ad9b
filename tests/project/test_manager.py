"""Which package manager a project uses, and what its own settings say."""

import json
from pathlib import Path
from typing import Any

import pytest

from npmguard import managers
from npmguard.errors import InputError
from npmguard.project import manager

BERRY = "__metadata:\n  version: 8\n"
CLASSIC = "# yarn lockfile v1\n"


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def choose(
    here: Path, data: dict[str, Any] | None = None, named: str | None = None
) -> tuple[str, str | None]:
    return manager.choose(str(here), data or {}, manager.lockfiles(str(here)), named)


@pytest.mark.parametrize(
    ("files", "data", "expected"),
    [
        ({}, {}, ("npm", None)),
        ({}, {"packageManager": "pnpm@9.1.0+sha512.abc"}, ("pnpm", None)),
        ({}, {"packageManager": "yarn@1.22.22"}, ("yarn", None)),
        ({}, {"packageManager": "yarn@4.5.0"}, ("yarn-berry", None)),
        ({}, {"packageManager": "deno@2"}, ("npm", None)),
        ({}, {"packageManager": 7}, ("npm", None)),
        ({}, {"devEngines": {"packageManager": {"name": "bun", "version": "^1"}}}, ("bun", None)),
        ({}, {"devEngines": {"packageManager": [{"name": "x"}, {"name": "pnpm"}]}}, ("pnpm", None)),
        ({".yarnrc.yml": ""}, {}, ("yarn-berry", None)),
        ({"pnpm-workspace.yaml": ""}, {}, ("pnpm", None)),
        ({"bunfig.toml": ""}, {}, ("bun", None)),
        ({"yarn.lock": CLASSIC}, {}, ("yarn", "yarn.lock")),
        ({"yarn.lock": BERRY}, {}, ("yarn-berry", "yarn.lock")),
        ({"yarn.lock": BERRY}, {"packageManager": "yarn@1.22.0"}, ("yarn-berry", "yarn.lock")),
        ({"pnpm-lock.yaml": "x", "package-lock.json": "{}"}, {}, ("npm", "package-lock.json")),
        (
            {"pnpm-lock.yaml": "x", "package-lock.json": "{}"},
            {"packageManager": "pnpm@9.0.0"},
            ("pnpm", "pnpm-lock.yaml"),
        ),
        (
            {"pnpm-lock.yaml": "x", "package-lock.json": "{}", "pnpm-workspace.yaml": ""},
            {},
            ("pnpm", "pnpm-lock.yaml"),
        ),
        ({"package-lock.json": "{}"}, {"packageManager": "pnpm@9.0.0"}, ("npm", "package-lock.json")),
        ({"bun.lock": "{}", "bun.lockb": "x"}, {}, ("bun", "bun.lock")),
        ({"bun.lockb": "x"}, {}, ("bun", "bun.lockb")),
    ],
)
def test_the_manager_and_its_lockfile(
    files: dict[str, str], data: dict[str, Any], expected: tuple[str, str | None], here: Path
) -> None:
    put(here, **files)
    assert choose(here, data) == expected


def test_a_lockfile_that_is_named_decides(here: Path) -> None:
    put(here, **{"yarn.lock": BERRY, "package-lock.json": "{}"})
    assert choose(here, {"packageManager": "npm@11.0.0"}, "yarn.lock") == ("yarn-berry", "yarn.lock")


@pytest.mark.parametrize(
    ("name", "file", "text", "expected"),
    [
        ("npm", "pnpm-workspace.yaml", "a: b", {}),
        ("pnpm", "pnpm-workspace.yaml", "packages:\n  - 'a/*'\n", {"packages": ["a/*"]}),
        ("pnpm", "pnpm-workspace.yaml", "", {}),
        ("pnpm", "pnpm-workspace.yaml", "# nothing yet\n", {}),
        ("yarn-berry", ".yarnrc.yml", "enableScripts: false\n", {"enableScripts": "false"}),
        ("bun", "bunfig.toml", "[install]\nignoreScripts = true\n", {"install": {"ignoreScripts": True}}),
        (
            "yarn",
            ".yarnrc",
            '# yarn\nregistry "https://registry.example.test"\nignore-scripts true\n"--flag": x\n',
            {"registry": "https://registry.example.test", "ignore-scripts": "true", "--flag": "x"},
        ),
    ],
)
def test_the_managers_own_file(name: str, file: str, text: str, expected: dict[str, Any], here: Path) -> None:
    put(here, **{file: text})
    assert manager.config(str(here), name, ".") == expected


@pytest.mark.parametrize(
    ("name", "file", "text", "reason"),
    [
        ("pnpm", "pnpm-workspace.yaml", "a:\n\tb: c", r"^shop/pnpm-workspace\.yaml:2: not YAML"),
        ("pnpm", "pnpm-workspace.yaml", "- a", r"^shop/pnpm-workspace\.yaml:1: the file holds no mapping$"),
        ("yarn-berry", ".yarnrc.yml", "a: [", r"^shop/\.yarnrc\.yml:1: not YAML"),
        ("bun", "bunfig.toml", "a = 1\nb =", r"^shop/bunfig\.toml:2: not TOML"),
        ("bun", "bunfig.toml", "a = " + "[" * 5000, r"^shop/bunfig\.toml"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(name: str, file: str, text: str, reason: str, here: Path) -> None:
    put(here, **{file: text})
    with pytest.raises(InputError, match=reason):
        manager.config(str(here), name, "shop")


def test_workspaces_stand_in_package_json_or_in_pnpms_own_file() -> None:
    data = {"workspaces": {"packages": ["a/*"]}}
    settings = {"packages": ["!b/x", "b/*", 7]}
    assert managers.members("npm", data, settings) == ["a/*"]
    assert managers.members("bun", data, settings) == ["a/*"]
    # what pnpm takes away stays away, wherever it stands in the list
    assert managers.members("pnpm", data, settings) == ["b/*", "!b/x"]
    assert managers.members("pnpm", data, {"packages": "b/*"}) == []


@pytest.mark.parametrize(
    ("name", "data", "settings"),
    [
        ("pnpm", {}, {"catalog": {"a": "1"}, "catalogs": {"old": {"a": "0"}}}),
        ("yarn-berry", {}, {"catalog": {"a": "1"}, "catalogs": {"old": {"a": "0"}}}),
        ("bun", {"workspaces": {"catalog": {"a": "1"}, "catalogs": {"old": {"a": "0"}}}}, {}),
        ("bun", {"catalog": {"a": "1"}, "catalogs": {"old": {"a": "0", "b": 7}}}, {}),
    ],
)
def test_catalogs(name: str, data: dict[str, Any], settings: dict[str, Any]) -> None:
    assert managers.catalogs(name, data, settings) == {"default": {"a": "1"}, "old": {"a": "0"}}


def test_without_catalogs_there_are_none() -> None:
    assert managers.catalogs("pnpm", {}, {"catalog": "x", "catalogs": ["x"]}) == {}
    assert managers.catalogs("npm", json.loads('{"workspaces": ["a"]}'), {}) == {}
