from collections.abc import Mapping
from typing import Any

import pytest
from npmproject import project

from npmguard.lockfiles import npm
from npmguard.model import (
    Evidence,
    Finding,
    Gap,
    Lockfile,
    Needs,
    Packument,
    Project,
    Severity,
    Unanswered,
    VersionFacts,
)
from npmguard.project import manifest as manifests
from npmguard.rules.deprecated import RULE
from npmguard.settings import Settings


def packument(name: str, latest: str, versions: Mapping[str, str | None], real: bool = True) -> Packument:
    facts = {number: VersionFacts(number, deprecated=message) for number, message in versions.items()}
    return Packument(name, {"latest": latest}, facts, registry_facts=real)


def evidence(*packuments: Packument) -> Evidence:
    return Evidence({p.name: p for p in packuments})


def check(found: Project, given: Evidence, settings: Settings = Settings()) -> list[Any]:  # noqa: B008
    return list(RULE.check(found, given, settings))


def direct(version: str = "1.0.0", **entry: Any) -> Project:
    return project({"dependencies": {"a": "*"}}, {"node_modules/a": {"version": version, **entry}})


def test_a_direct_one_is_moderate_and_repeats_the_message() -> None:
    (found,) = check(direct(), evidence(packument("a", "2.0.0", {"1.0.0": "No  fixes.\nUse 2."})))
    assert (found.rule, found.severity) == ("deprecated", Severity.MODERATE)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == "a@1.0.0 is deprecated"
    assert found.detail == "Its publisher says: No fixes. Use 2."
    assert found.fix == ("upgrade", "2.0.0", None)
    assert (found.location.file, found.location.pointer) == ("package.json", "/dependencies/a")


def test_one_that_another_package_brings_is_low_and_stands_in_the_lockfile() -> None:
    found = project(
        {"dependencies": {"top": "1"}},
        {
            "node_modules/top": {"version": "1.0.0", "dependencies": {"@s/a": "1"}},
            "node_modules/@s/a": {"version": "1.0.0"},
        },
    )
    (finding,) = check(found, evidence(packument("@s/a", "2.0.0", {"1.0.0": "old"})))
    assert finding.severity is Severity.LOW
    assert (finding.location.file, finding.location.pointer) == (
        "package-lock.json",
        "/packages/node_modules~1@s~1a",
    )


def test_where_the_latest_is_deprecated_too_the_package_is_to_be_replaced() -> None:
    (found,) = check(direct(), evidence(packument("a", "1.0.0", {"1.0.0": "given up"})))
    assert found.title == "a@1.0.0 is deprecated, and there is no better one"
    assert found.fix == ("replace", None, None)


def test_no_upgrade_leads_to_a_version_that_is_deprecated_as_well() -> None:
    (found,) = check(direct(), evidence(packument("a", "1.0.9", {"1.0.0": "given up", "1.0.9": "given up"})))
    assert found.fix.to != "1.0.9"


def test_a_latest_below_the_installed_version_is_no_upgrade() -> None:
    (found,) = check(direct("2.0.0-rc.1"), evidence(packument("a", "1.9.0", {"2.0.0-rc.1": "withdrawn"})))
    assert found.fix.kind != "upgrade"


def test_what_is_not_deprecated_is_left_alone() -> None:
    assert check(direct(), evidence(packument("a", "1.0.0", {"1.0.0": None}))) == []
    assert check(direct(), evidence(packument("a", "2.0.0", {"2.0.0": "another version"}))) == []
    git = direct(resolved="git+ssh://git@git.example.test/a.git#" + "0" * 40)
    assert check(git, evidence(packument("a", "1.0.0", {"1.0.0": "old"}))) == []


def test_the_registry_knows_better_than_the_lockfile() -> None:
    noted = direct(deprecated="taken back since")
    assert check(noted, evidence(packument("a", "1.0.0", {"1.0.0": None}))) == []


@pytest.mark.parametrize("given", [Evidence(), Evidence({"a": Unanswered("a", "timed out")})])
def test_without_the_registry_the_lockfile_is_heard(given: Evidence) -> None:
    (found,) = check(direct(deprecated="old"), given)
    assert (found.detail, found.fix) == ("Its publisher says: old", ("replace", None, None))
    assert check(direct(deprecated=""), given) == []


def test_a_mirror_that_knows_of_no_deprecations_leaves_a_gap() -> None:
    mirror = evidence(packument("a", "1.0.0", {"1.0.0": None}, real=False))
    gap, found = check(direct(deprecated="old"), mirror)
    assert isinstance(gap, Gap)
    assert gap.affects == ("deprecated",)
    assert isinstance(found, Finding)
    (gap,) = check(direct(), mirror)
    assert isinstance(gap, Gap)


def test_a_mirror_beside_a_real_registry_does_not_outweigh_the_lockfile() -> None:
    found = project(
        {"dependencies": {"@corp/a": "*", "b": "*"}},
        {
            "node_modules/@corp/a": {"version": "1.0.0", "deprecated": "old"},
            "node_modules/b": {"version": "1.0.0"},
        },
    )
    given = evidence(
        packument("@corp/a", "1.0.0", {"1.0.0": None}, real=False), packument("b", "1.0.0", {"1.0.0": None})
    )
    assert [item.package for item in check(found, given) if isinstance(item, Finding)] == ["@corp/a"]


def test_an_alias_is_told_by_its_real_name() -> None:
    found = project(
        {"dependencies": {"old": "npm:a@1"}}, {"node_modules/old": {"name": "a", "version": "1.0.0"}}
    )
    (finding,) = check(found, evidence(packument("a", "2.0.0", {"1.0.0": "old"})))
    assert (finding.package, finding.location.pointer) == ("a", "/dependencies/old")


def test_development_is_left_out_of_a_production_audit() -> None:
    found = project({"devDependencies": {"a": "1"}}, {"node_modules/a": {"version": "1.0.0", "dev": True}})
    given = evidence(packument("a", "2.0.0", {"1.0.0": "old"}))
    assert len(check(found, given)) == 1
    assert check(found, given, Settings(production=True)) == []
    assert RULE.needs(found, Settings(production=True)) == Needs()


def test_of_two_versions_the_one_that_is_deprecated_is_pointed_at() -> None:
    member = {"name": "ui", "version": "1.0.0", "dependencies": {"a": "1"}}
    entries = {"node_modules/a": {"version": "2.0.0"}, "packages/ui/node_modules/a": {"version": "1.0.0"}}
    found = project({"dependencies": {"a": "2"}}, entries, {"packages/ui": member})
    (finding,) = check(found, evidence(packument("a", "2.0.0", {"1.0.0": "old", "2.0.0": None})))
    assert finding.location.file == "packages/ui/package.json"


def test_a_copy_from_git_does_not_hide_the_one_from_the_registry() -> None:
    found = project(
        {"dependencies": {"a": "1"}},
        {
            "node_modules/top/node_modules/a": {
                "version": "1.0.0",
                "resolved": "git+ssh://git@git.example.test/a.git#" + "0" * 40,
            },
            "node_modules/a": {"version": "1.0.0"},
        },
    )
    assert check(found, evidence(packument("a", "2.0.0", {"1.0.0": "old"})))


def test_a_version_1_lockfile_points_to_its_nested_entry() -> None:
    lock = b"""{"lockfileVersion": 1, "dependencies": {"top": {"version": "1.0.0", "requires": {"a": "1"},
        "dependencies": {"a": {"version": "1.0.0"}}}}}"""
    manifest = manifests.parse(b'{"dependencies": {"top": "1"}}', "package.json")
    graph = npm.parse(lock, "package-lock.json", manifest)
    found = Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-1", graph))
    (finding,) = check(found, evidence(packument("a", "2.0.0", {"1.0.0": "old"})))
    assert finding.location.pointer == "/dependencies/top/dependencies/a"


def test_copies_that_differ_in_their_flags_are_one_finding() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0", "hasInstallScript": True},
        "node_modules/b/node_modules/a": {"version": "1.0.0"},
    }
    (found,) = check(project({}, entries), evidence(packument("a", "2.0.0", {"1.0.0": "old"})))
    assert len(found.keys) == 2
