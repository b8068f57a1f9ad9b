from pathlib import Path

import pytest
from support.projects import EMPTY, write

from npmguard.model import Evidence, Finding, Severity
from npmguard.project import load
from npmguard.rules.multiple_lockfiles import RULE
from npmguard.settings import Settings


def check(
    folder: Path, *names: str, named: str | None = None, settings: Settings | None = None
) -> list[Finding]:
    write(folder, {"dependencies": {"a": "1"}})
    for name in names:
        (folder / name).write_text(EMPTY.get(name, ""))
    found = load.load(load.Found(str(folder), named))
    return [f for f in RULE.check(found, Evidence(), settings or Settings()) if isinstance(f, Finding)]


def test_two_lockfiles_are_moderate_and_the_other_goes(here: Path) -> None:
    (found,) = check(here, "package-lock.json", "yarn.lock")
    assert (found.rule, found.severity) == ("multiple-lockfiles", Severity.MODERATE)
    assert found.title == "2 lockfiles in one project: package-lock.json, yarn.lock"
    assert found.detail == "npm installs from package-lock.json; yarn.lock can say something else unseen."
    assert found.fix == ("remove", None, "git rm yarn.lock")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("yarn.lock", None)
    assert (found.package, found.keys) == (None, ())


def test_npm_takes_the_shrinkwrap(here: Path) -> None:
    (found,) = check(here, "package-lock.json", "npm-shrinkwrap.json")
    assert found.detail.startswith("npm installs from npm-shrinkwrap.json;")
    assert found.fix == ("remove", None, "git rm package-lock.json")


def test_all_of_them_are_one_finding(here: Path) -> None:
    (found,) = check(here, "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lockb")
    assert found.title.startswith("4 lockfiles")
    assert found.fix == ("remove", None, "git rm pnpm-lock.yaml yarn.lock bun.lockb")


def test_two_of_other_managers_are_told_as_well(here: Path) -> None:
    (found,) = check(here, "yarn.lock", "pnpm-lock.yaml")
    assert found.detail.startswith("pnpm installs from pnpm-lock.yaml;")
    assert found.fix == ("remove", None, "git rm yarn.lock")


@pytest.mark.parametrize(
    "names", [(), ("package-lock.json",), ("yarn.lock",), ("package-lock.json", "yarn.lock.bak")]
)
def test_one_or_none_is_left_alone(names: tuple[str, ...], here: Path) -> None:
    assert check(here, *names) == []


def test_a_folder_called_like_a_lockfile_is_none(here: Path) -> None:
    (here / "yarn.lock").mkdir()
    assert check(here, "package-lock.json") == []


def test_a_project_below_is_pointed_at_from_the_working_directory(here: Path) -> None:
    (found,) = check(here / "apps" / "web", "package-lock.json", "yarn.lock")
    assert found.location is not None
    assert found.location.file == "apps/web/yarn.lock"


def test_the_lockfile_of_a_workspace_is_not_the_projects(here: Path) -> None:
    write(here / "packages" / "ui", {"name": "ui"})
    (here / "packages" / "ui" / "yarn.lock").write_text("")
    assert check(here, "package-lock.json") == []


def test_production_makes_no_difference(here: Path) -> None:
    names = ("package-lock.json", "yarn.lock")
    assert check(here, *names) == check(here, *names, settings=Settings(production=True))


def test_the_lockfile_that_the_user_names_is_not_the_one_to_delete(here: Path) -> None:
    (found,) = check(here, "package-lock.json", "yarn.lock", named="yarn.lock")
    assert found.detail.startswith("yarn installs from yarn.lock;")
    assert found.fix == ("remove", None, "git rm package-lock.json")


def test_naming_the_other_one_does_not_change_what_npm_takes(here: Path) -> None:
    (found,) = check(here, "package-lock.json", "npm-shrinkwrap.json", named="package-lock.json")
    assert found.detail.startswith("npm installs from npm-shrinkwrap.json;")
