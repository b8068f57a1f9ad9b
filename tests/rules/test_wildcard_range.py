from typing import Any

import pytest
from npmproject import project

from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.project import manifest as manifests
from npmguard.rules.wildcard_range import RULE
from npmguard.settings import Settings


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def asking(spec: str, field: str = "dependencies", **fields: Any) -> Project:
    return project({field: {"a": spec}, **fields}, {"node_modules/a": {"version": "1.2.3"}})


def test_any_version_is_moderate_and_the_locked_one_is_proposed() -> None:
    (found,) = check(asking("*"))
    assert (found.rule, found.severity) == ("wildcard-range", Severity.MODERATE)
    assert (found.package, found.version) == ("a", "1.2.3")
    assert found.title == "a: any version will do"
    assert found.detail == 'package.json asks for "a": "*" in dependencies; the lockfile holds 1.2.3 for now.'
    assert found.fix == ("edit", "^1.2.3", "npm install a@^1.2.3")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package.json", "/dependencies/a")
    assert found.keys == ("node_modules/a",)


@pytest.mark.parametrize(
    "spec",
    ["", " ", "x", "X", "*.*", "x.x.x", ">=0", "^1 || *", "npm:a", "npm:a@*", "npm:a@"],
)
def test_the_many_ways_to_say_any_version(spec: str) -> None:
    assert [found.title for found in check(asking(spec))] == ["a: any version will do"]


@pytest.mark.parametrize("spec", [">=1", ">1.0.0", ">= 1.2", "^1 || >=3", ">=1.0.0-beta.1", "npm:a@>=1"])
def test_a_range_without_an_end_is_told_too(spec: str) -> None:
    (found,) = check(asking(spec))
    assert found.title.endswith("has no end")


@pytest.mark.parametrize("spec", ["latest", "next", "npm:a@latest"])
def test_a_tag_is_whatever_its_publisher_says(spec: str) -> None:
    (found,) = check(asking(spec))
    assert found.title == f'a: the tag "{spec.rpartition("@")[2]}" is whatever its publisher says today'


@pytest.mark.parametrize(
    "spec",
    [
        "1.2.3",
        "^1.0.0",
        "~1",
        "1.x",
        "<2",
        ">=1 <2",
        "1 - 3",
        "^1 || ^2",
        "npm:a@^1",
        "workspace:*",
        "file:../a",
        "git+ssh://git@git.example.test/a.git",
        "https://files.example.test/a.tgz",
        "catalog:",
        "not a range at all",
    ],
)
def test_what_has_an_end_or_no_range_is_left_alone(spec: str) -> None:
    assert check(asking(spec)) == []


def test_a_development_dependency_is_low_and_left_out_of_a_production_audit() -> None:
    found = asking("*", "devDependencies")
    (finding,) = check(found)
    assert finding.severity is Severity.LOW
    assert finding.fix == ("edit", "^1.2.3", "npm install --save-dev a@^1.2.3")
    assert check(found, Settings(production=True)) == []


def test_peers_may_ask_for_any_version_and_optional_ones_may_not() -> None:
    assert check(asking("*", "peerDependencies")) == []
    (found,) = check(asking("*", "optionalDependencies"))
    assert found.severity is Severity.MODERATE
    assert found.location is not None
    assert found.location.pointer == "/optionalDependencies/a"


def test_a_workspace_may_ask_for_another_and_not_for_the_rest() -> None:
    ui = {"name": "ui", "version": "1.0.0", "dependencies": {"core": "*", "a": "*"}}
    members: dict[str, dict[str, Any]] = {
        "packages/ui": ui,
        "packages/core": {"name": "core", "version": "1.0.0"},
    }
    (found,) = check(project({}, {"node_modules/a": {"version": "1.2.3"}}, members))
    assert found.fix == ("edit", "^1.2.3", "npm install -w packages/ui a@^1.2.3")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("packages/ui/package.json", "/dependencies/a")


def test_each_asker_gets_the_version_that_it_has() -> None:
    ui = {"name": "ui", "version": "1.0.0", "dependencies": {"a": "*"}}
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "2.0.0"},
        "packages/ui/node_modules/a": {"version": "1.0.0"},
    }
    found = check(project({"dependencies": {"a": "*"}}, entries, {"packages/ui": ui}))
    assert [(f.version, f.keys) for f in found] == [
        ("2.0.0", ("node_modules/a",)),
        ("1.0.0", ("packages/ui/node_modules/a",)),
    ]


def test_without_a_lockfile_there_is_nothing_to_propose() -> None:
    manifest = manifests.parse(b'{"dependencies": {"@s/a~b": "*"}}', "package.json")
    (found,) = check(Project(".", manifest, {}, "npm", None))
    assert (found.version, found.fix, found.keys) == (None, None, ())
    assert found.location is not None
    assert found.location.pointer == "/dependencies/@s~1a~0b"


def test_an_alias_stays_one() -> None:
    entries: dict[str, dict[str, Any]] = {"node_modules/old": {"name": "a", "version": "1.2.3"}}
    (found,) = check(project({"dependencies": {"old": "npm:a@*"}}, entries))
    assert found.fix == ("edit", "npm:a@^1.2.3", "npm install old@npm:a@^1.2.3")


def test_an_alias_is_told_by_its_real_name() -> None:
    entries: dict[str, dict[str, Any]] = {"node_modules/old": {"name": "a", "version": "1.2.3"}}
    (found,) = check(project({"dependencies": {"old": "npm:a@*"}}, entries))
    assert found.package == "a"


def test_no_command_carries_a_name_that_a_shell_reads_otherwise() -> None:
    entries: dict[str, dict[str, Any]] = {"node_modules/$(touch x)": {"version": "1.2.3"}}
    (found,) = check(project({"dependencies": {"$(touch x)": "*"}}, entries))
    assert "$(" not in ((found.fix and found.fix.command) or "")


@pytest.mark.parametrize(
    ("manager", "package", "config", "file", "at"),
    [
        ("pnpm", {}, {"catalog": {"ms": "*"}}, "pnpm-workspace.yaml", "/catalog/ms"),
        ("pnpm", {}, {"catalogs": {"old": {"ms": ">=1"}}}, "pnpm-workspace.yaml", "/catalogs/old/ms"),
        ("yarn-berry", {}, {"catalog": {"ms": "latest"}}, ".yarnrc.yml", "/catalog/ms"),
        ("bun", {"workspaces": {"catalog": {"ms": "*"}}}, {}, "package.json", "/workspaces/catalog/ms"),
        ("bun", {"catalog": {"ms": "*"}}, {}, "package.json", "/catalog/ms"),
    ],
)
def test_a_catalog_asks_as_well(
    manager: str, package: dict[str, Any], config: dict[str, Any], file: str, at: str
) -> None:
    found = project({**package, "dependencies": {"ms": "catalog:"}}, {})
    (finding,) = check(found._replace(manager=manager, manager_config=config))
    assert (finding.package, finding.severity) == ("ms", Severity.MODERATE)
    assert finding.location is not None
    assert (finding.location.file, finding.location.pointer) == (file, at)


def test_a_catalog_with_bounds_is_left_alone() -> None:
    found = project({"dependencies": {"ms": "catalog:"}}, {})
    assert check(found._replace(manager="pnpm", manager_config={"catalog": {"ms": "^2.1.3"}})) == []
