from pathlib import Path
from typing import Any

import pytest
from npmproject import project
from support.projects import entry, write

from npmguard import audit
from npmguard.lockfiles import npm
from npmguard.model import Evidence, Gap, Lockfile, Packument, Project, Severity, VersionFacts
from npmguard.project import manifest as manifests
from npmguard.rules.scripts_enabled import RULE
from npmguard.settings import Options, Settings

GIT = "git+https://git.example.test/o/g.git#" + "0" * 40


def scripted(manager: str = "npm", package: dict[str, Any] | None = None, **fields: Any) -> Project:
    """A project with two packages that have install scripts, and one from git."""
    url = "https://registry.example.test/{0}/-/{0}-1.0.0.tgz"
    entries: dict[str, Any] = {
        f"node_modules/{name}": {
            "version": "1.0.0",
            "resolved": url.format(name),
            "hasInstallScript": name != "plain",
        }
        for name in ("a", "b", "plain")
    }
    entries["node_modules/g"] = {"version": "1.0.0", "resolved": GIT}
    found = project({"dependencies": {"a": "1"}, **(package or {})}, entries)
    lockfile = found.lockfile
    assert lockfile is not None
    format = fields.pop("format", lockfile.format)
    return found._replace(manager=manager, lockfile=lockfile._replace(format=format), **fields)


def check(found: Project, settings: Settings = Settings()) -> list[Any]:  # noqa: B008
    return list(RULE.check(found, Evidence(), settings))


def test_scripts_that_nobody_chose_are_told_once() -> None:
    (found,) = check(scripted(declared=("npm", "10.9.9")))
    assert (found.rule, found.severity, found.package) == ("scripts-enabled", Severity.LOW, None)
    assert found.title == "2 packages run install scripts that nobody chose"
    assert found.detail == (
        "a@1.0.0, b@1.0.0. To let run only what you choose, put ignore-scripts=true into .npmrc, "
        "then `npm rebuild NAME` for those that are needed."
    )
    assert found.fix.command == "npm config set ignore-scripts true --location=project"
    assert (found.location.file, found.location.pointer) == ("package.json", "")


def test_where_the_version_decides_that_is_said() -> None:
    (found,) = check(scripted())
    assert "npm 11 and older run it; npm 12 and later do not run it" in found.detail
    (found,) = check(scripted("pnpm", format="pnpm-9.0"))
    assert '"packageManager": "pnpm@VERSION"' in found.detail


@pytest.mark.parametrize(
    ("manager", "fields", "line"),
    [
        ("npm", {"declared": ("npm", "11.19.1")}, "strict-allow-scripts=true into .npmrc"),
        ("pnpm", {"format": "pnpm-6.0"}, '"pnpm": {"onlyBuiltDependencies": []} into package.json'),
        ("yarn", {"format": "yarn-1"}, "ignore-scripts true into .yarnrc"),
        ("yarn-berry", {"format": "yarn-berry-8"}, "enableScripts: false into .yarnrc.yml"),
    ],
)
def test_the_line_to_add_is_that_of_the_manager(manager: str, fields: dict[str, Any], line: str) -> None:
    (found,) = check(scripted(manager, **fields))
    assert f"put {line}, " in found.detail


@pytest.mark.parametrize(
    ("manager", "package", "fields"),
    [
        ("npm", {}, {"config": {"ignore-scripts": "true"}}),
        ("npm", {}, {"declared": ("npm", "12.2.1")}),
        ("npm", {"allowScripts": {"a": True, "b": False}}, {}),
        ("pnpm", {"pnpm": {"onlyBuiltDependencies": ["a"]}}, {"declared": ("pnpm", "9.15.9")}),
        ("pnpm", {}, {"declared": ("pnpm", "10.34.9")}),
        ("yarn", {}, {"manager_config": {"ignore-scripts": "true"}}),
        ("yarn-berry", {}, {"format": "yarn-berry-10"}),
        ("bun", {}, {}),
    ],
)
def test_what_was_chosen_is_left_alone(manager: str, package: dict[str, Any], fields: dict[str, Any]) -> None:
    assert check(scripted(manager, package, **fields)) == []


def test_a_project_without_scripts_is_left_alone() -> None:
    assert check(project({"dependencies": {"a": "1"}}, {"node_modules/a": {"version": "1.0.0"}})) == []
    assert check(project({}, {})._replace(lockfile=None)) == []


def test_a_switch_that_is_called_dangerous_is_moderate() -> None:
    (found,) = check(
        scripted("pnpm", manager_config={"dangerouslyAllowAllBuilds": "true"}, declared=("pnpm", "12.21.0"))
    )
    assert found.severity is Severity.MODERATE
    assert found.title == "dangerouslyAllowAllBuilds: true lets every install script run"
    assert found.detail.startswith("Now that is a@1.0.0, b@1.0.0. Take it out. ")
    assert (found.location.file, found.location.pointer) == (
        "pnpm-workspace.yaml",
        "/dangerouslyAllowAllBuilds",
    )


def test_a_switch_without_anything_to_run_is_for_information() -> None:
    bare = project({}, {})._replace(manager="pnpm", manager_config={"dangerouslyAllowAllBuilds": "true"})
    (found,) = check(bare)
    assert found.severity is Severity.INFO
    assert check(bare._replace(manager="yarn-berry", manager_config={"enableScripts": "true"})) == []


def test_what_yarn_writes_itself_is_low() -> None:
    (found,) = check(scripted("yarn-berry", manager_config={"enableScripts": "true"}, format="yarn-berry-10"))
    assert (found.severity, found.location.file) == (Severity.LOW, ".yarnrc.yml")


def test_a_switch_counts_where_the_project_itself_turned_it() -> None:
    config = {"dangerously-allow-all-scripts": "true"}
    there: dict[str, Any] = {"config": config, "declared": ("npm", "12.2.1")}
    (found,) = check(scripted(**there, own_config=frozenset(config)))
    assert found.severity is Severity.MODERATE
    (found,) = check(scripted(**there))
    assert found.severity is Severity.LOW
    (found,) = check(scripted(config=config, own_config=frozenset(config), declared=("npm", "10.9.9")))
    assert found.severity is Severity.LOW


def test_what_nobody_knows_is_a_gap_of_one_rule() -> None:
    manifest = manifests.parse(b'{"dependencies": {"a": "1"}}', "package.json")
    data = b'{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}'
    graph = npm.parse(data, "package-lock.json", manifest)
    silent = Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-1", graph))
    asked = Evidence({"a": Packument("a", {}, {"1.0.0": VersionFacts("1.0.0")})})
    (gap,) = RULE.check(silent, asked, Settings(only=frozenset(("scripts-enabled",))))
    assert isinstance(gap, Gap)
    assert gap.affects == ("scripts-enabled",)
    assert list(RULE.check(silent, asked, Settings())) == []


def test_the_line_of_the_switch_is_found(here: Path) -> None:
    packages = {"node_modules/a": entry("a", "1.0.0", hasInstallScript=True)}
    folder = write(here / "p", {"dependencies": {"a": "1"}, "packageManager": "npm@12.2.1"}, packages)
    (folder / ".npmrc").write_text("# ours\n\ndangerously-allow-all-scripts = true\nmin-release-age=3\n")
    report = audit.check(["p"], Options(only=("scripts-enabled",), offline=True, allow_incomplete=True))
    (found,) = report.projects[0].findings
    assert found.location is not None
    assert (found.location.file, found.location.line) == ("p/.npmrc", 3)
