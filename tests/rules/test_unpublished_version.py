from typing import Any

import pytest
from npmproject import project

from npmguard.lockfiles import npm
from npmguard.model import (
    Evidence,
    Gap,
    Lockfile,
    Missing,
    Needs,
    Packument,
    Project,
    Severity,
    Unanswered,
    VersionFacts,
)
from npmguard.project import manifest as manifests
from npmguard.rules.unpublished_version import RULE
from npmguard.settings import Settings

GIT = "git+ssh://git@git.example.test/a.git#" + "0" * 40


def having(name: str, *versions: str, latest: str | None = None) -> Evidence:
    tags = {"latest": latest} if latest else {}
    return Evidence({name: Packument(name, tags, {v: VersionFacts(v) for v in versions})})


def check(found: Project, given: Evidence, settings: Settings = Settings()) -> list[Any]:  # noqa: B008
    return list(RULE.check(found, given, settings))


def direct(name: str = "a", **entry: Any) -> Project:
    return project({"dependencies": {name: "*"}}, {f"node_modules/{name}": {"version": "1.4.0", **entry}})


def test_a_version_that_is_gone_is_high() -> None:
    (found,) = check(direct(), having("a", "1.3.0", latest="1.3.0"))
    assert (found.rule, found.severity) == ("unpublished-version", Severity.HIGH)
    assert (found.package, found.version) == ("a", "1.4.0")
    assert found.title == "a@1.4.0: the registry does not have this version"
    assert "The latest is 1.3.0." in found.detail
    assert found.fix == ("review", None, "npm view a")
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")
    assert found.keys == ("node_modules/a",)


def test_a_package_that_is_gone_is_high() -> None:
    (found,) = check(direct(), Evidence({"a": Missing("a")}))
    assert found.severity is Severity.HIGH
    assert "no package of that name" in found.title
    assert "Anybody may be able to take that name" in found.detail


def test_the_placeholder_of_removed_malware_is_told() -> None:
    (found,) = check(direct(), having("a", "0.0.1-security", latest="0.0.1-security"))
    assert "as it does after removing malware" in found.detail


@pytest.mark.parametrize("given", [having("a", "1.4.0"), Evidence(), Evidence({"a": Unanswered("a", "?")})])
def test_what_is_there_or_was_not_answered_is_left_alone(given: Evidence) -> None:
    assert check(direct(), given) == []


@pytest.mark.parametrize("entry", [{"version": None}, {"resolved": GIT}, {"inBundle": True}])
def test_what_no_registry_serves_is_left_alone(entry: dict[str, Any]) -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {"bundleDependencies": ["a"]},
        "node_modules/top/node_modules/a": {"version": "1"} | entry,
    }
    found = project({"dependencies": {"top": "1"}}, entries)
    assert check(found, having("a")) == []
    assert RULE.needs(found, Settings()) == Needs()


def test_workspaces_and_links_are_left_alone() -> None:
    found = project(
        {"dependencies": {"near": "file:../near"}},
        {"node_modules/near": {"resolved": "../near", "link": True}, "../near": {"version": "1.0.0"}},
        {"packages/ui": {"name": "ui", "version": "1.0.0"}},
    )
    gone = {"ui": Missing("ui"), "near": Missing("near")}
    assert check(found, Evidence({**gone, **having("a").packuments})) == []


def test_an_alias_is_looked_up_by_its_real_name() -> None:
    found = project(
        {"dependencies": {"old": "npm:a@1"}}, {"node_modules/old": {"name": "a", "version": "1.4.0"}}
    )
    assert RULE.needs(found, Settings()) == Needs(versions=frozenset({("a", "1.4.0")}))
    assert [f.package for f in check(found, having("a", "1.0.0"))] == ["a"]
    assert check(found, having("old", "1.0.0")) == []


def test_a_registry_that_has_nothing_at_all_is_a_gap() -> None:
    found = project(
        {"dependencies": {"a": "1", "b": "1"}},
        {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "1.0.0"}},
    )
    nothing = {"a": Missing("a"), "b": Missing("b")}
    (gap,) = check(found, Evidence(nothing))
    assert isinstance(gap, Gap)
    assert gap.affects == ("unpublished-version",)
    assert "2 packages" in gap.reason
    given = Evidence({**nothing, "b": Packument("b", {}, {"1.0.0": VersionFacts("1.0.0")})})
    assert [f.package for f in check(found, given)] == ["a"]


@pytest.mark.parametrize("name", ["a b", "$(touch x)", "node_modules"])
def test_a_name_that_no_registry_can_have_goes_into_no_command_unquoted(name: str) -> None:
    (found,) = check(direct(name), Evidence({name: Missing(name)}))
    assert found.detail == "No registry can have it: npm refuses such a name."
    assert found.fix.command in (None, "npm view node_modules")


def test_development_is_left_out_of_a_production_audit() -> None:
    found = project({"devDependencies": {"a": "1"}}, {"node_modules/a": {"version": "1.4.0"}})
    assert len(check(found, having("a"))) == 1
    assert check(found, having("a"), Settings(production=True)) == []


def test_all_copies_are_one_finding() -> None:
    found = project(
        {}, {"node_modules/a": {"version": "1.4.0"}, "node_modules/b/node_modules/a": {"version": "1.4.0"}}
    )
    (finding,) = check(found, having("a"))
    assert finding.keys == ("node_modules/a", "node_modules/b/node_modules/a")


def test_a_bundled_copy_does_not_hide_another_one() -> None:
    found = project(
        {"dependencies": {"a": "1", "b": "1"}},
        {
            "node_modules/b": {"version": "1.0.0", "bundleDependencies": ["a"], "dependencies": {"a": "1"}},
            "node_modules/b/node_modules/a": {"version": "1.4.0", "inBundle": True},
            "node_modules/c/node_modules/a": {"version": "1.4.0"},
        },
    )
    assert check(found, having("a"))


def test_what_the_project_itself_bundles_comes_from_the_registry() -> None:
    found = project(
        {"dependencies": {"a": "1"}, "bundleDependencies": ["a"]},
        {"node_modules/a": {"version": "1.4.0", "inBundle": True}},
    )
    assert check(found, having("a"))


@pytest.mark.parametrize("version", [0, 1])
def test_a_version_1_lockfile_is_read_as_well(version: int) -> None:
    lock = f'{{"lockfileVersion": {version}, "dependencies": {{"a": {{"version": "1.4.0"}}}}}}'
    manifest = manifests.parse(b'{"dependencies": {"a": "1"}}', "package.json")
    graph = npm.parse(lock.encode(), "package-lock.json", manifest)
    found = Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-1", graph))
    (finding,) = check(found, having("a"))
    assert finding.location.pointer == "/dependencies/a"
