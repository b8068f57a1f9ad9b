from pathlib import Path
from typing import Any

import pytest
from npmproject import project
from support.projects import EMPTY, write

from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.project import load
from npmguard.rules.lockfile_missing import RULE
from npmguard.settings import Settings


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def without(package: dict[str, Any], members: dict[str, dict[str, Any]] | None = None) -> Project:
    return project(package, {}, members)._replace(lockfile=None)


def test_dependencies_without_a_lockfile_are_high() -> None:
    (found,) = check(without({"dependencies": {"a": "1", "b": "1"}}))
    assert (found.rule, found.severity) == ("lockfile-missing", Severity.HIGH)
    assert found.title == "No lockfile: 2 dependencies resolved anew at every install"
    assert found.fix == ("regenerate", None, "npm install --package-lock-only")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package.json", "")
    assert (found.package, found.version, found.keys) == (None, None, ())


@pytest.mark.parametrize("field", ["dependencies", "devDependencies", "optionalDependencies"])
def test_every_field_that_an_install_follows_counts(field: str) -> None:
    for settings in (Settings(), Settings(production=True)):
        (found,) = check(without({field: {"a": "1"}}), settings)
        assert "1 dependency resolved" in found.title


def test_without_dependencies_there_is_nothing_to_lock() -> None:
    assert check(without({})) == []
    assert check(without({"dependencies": {}, "devDependencies": {}})) == []
    assert check(without({"peerDependencies": {"a": "1"}})) == []


def test_what_the_workspaces_ask_for_counts() -> None:
    members: dict[str, dict[str, Any]] = {
        "packages/ui": {"name": "ui", "version": "1.0.0", "devDependencies": {"a": "1"}}
    }
    (found,) = check(without({"dependencies": {"b": "1"}}, members))
    assert "2 dependencies" in found.title
    assert check(without({}, {"packages/ui": {"name": "ui", "version": "1.0.0"}})) == []


def test_a_project_that_asks_for_its_own_folders_alone_has_nothing_to_lock() -> None:
    members: dict[str, dict[str, Any]] = {
        "packages/ui": {"name": "ui", "version": "1.0.0", "dependencies": {"core": "*"}},
        "packages/core": {"name": "core", "version": "1.0.0"},
    }
    assert check(without({"dependencies": {"near": "file:../near"}}, members)) == []


def test_a_folder_is_read_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "app", {"dependencies": {"a": "1"}})
    (found,) = check(load.load(load.Found(str(folder))))
    assert found.location is not None
    assert found.location.file.endswith("app/package.json")


@pytest.mark.parametrize(
    "name",
    ["npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"],
)
def test_the_lockfile_of_any_manager_is_one(name: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {"dependencies": {"a": "1"}})
    (folder / name).write_text(EMPTY[name])
    assert check(load.load(load.Found(str(folder)))) == []


@pytest.mark.parametrize(
    ("manager", "command", "words"),
    [
        ("npm@11.0.0", "npm install --package-lock-only", "package-lock.json or npm-shrinkwrap.json"),
        ("pnpm@10.0.0", "pnpm install --lockfile-only", "pnpm-lock.yaml"),
        ("yarn@1.22.22", "yarn install", "yarn.lock"),
        ("yarn@4.0.0", "yarn install --mode=update-lockfile", "yarn.lock"),
        ("bun@1.4.0", "bun install --lockfile-only", "bun.lock or bun.lockb"),
    ],
)
def test_the_words_are_those_of_the_manager(manager: str, command: str, words: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {"dependencies": {"a": "1"}, "packageManager": manager})
    (found,) = check(load.load(load.Found(str(folder))))
    assert found.fix == ("regenerate", None, command)
    assert f"there is no {words} beside it" in found.detail


def test_the_lockfile_of_a_manager_that_is_not_used_is_none(tmp_path: Path) -> None:
    folder = write(tmp_path, {"dependencies": {"a": "1"}, "packageManager": "pnpm@10.0.0"}, {})
    (found,) = check(load.load(load.Found(str(folder))))
    assert found.severity is Severity.HIGH
    assert found.title == "No lockfile for pnpm: 1 dependency resolved anew at every install"
    assert "it does not read package-lock.json" in found.detail
    assert found.fix == ("regenerate", None, "pnpm install --lockfile-only")


def test_a_folder_called_like_a_lockfile_is_none(tmp_path: Path) -> None:
    folder = write(tmp_path, {"dependencies": {"a": "1"}})
    (folder / "package-lock.json").mkdir()
    assert len(check(load.load(load.Found(str(folder))))) == 1
