import time
from typing import Any

import pytest
from npmproject import project

from npmguard.model import Evidence, Finding, Missing, Needs, Packument, Project, Severity, VersionFacts
from npmguard.rules.outdated import RULE
from npmguard.settings import Settings


def published(name: str, latest: str, *versions: str, **fields: Any) -> Evidence:
    return Evidence({name: Packument(name, {"latest": latest, "next": "9.0.0"}, {}, versions, **fields)})


def check(found: Project, evidence: Evidence, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, evidence, settings) if isinstance(item, Finding)]


def asking(spec: str, version: str, field: str = "dependencies") -> Project:
    return project({field: {"a": spec}}, {"node_modules/a": {"version": version}})


def test_a_major_behind_is_low_and_says_how_to_get_there() -> None:
    (found,) = check(asking("^1.0.0", "1.0.0"), published("a", "3.1.0", "1.0.0", "1.2.0", "2.0.0", "3.1.0"))
    assert (found.severity, found.package, found.version) == (Severity.LOW, "a", "1.0.0")
    assert found.title == "a 1.0.0: 3.1.0 is out (2 majors behind)"
    assert found.detail == "Locked 1.0.0; wanted 1.2.0 by ^1.0.0; latest 3.1.0."
    assert found.fix == ("upgrade", "3.1.0", "npm install a@3.1.0")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package.json", "/dependencies/a")
    assert found.keys == ("node_modules/a",)


@pytest.mark.parametrize(
    ("version", "latest", "words"),
    [
        ("1.0.0", "1.1.0", "1 minor"),
        ("1.0.0", "1.3.0", "3 minors"),
        ("1.0.0", "1.0.1", "1 patch"),
        ("1.0.0", "1.0.3", "3 patches"),
        ("1.1.0-beta.1", "1.1.0", "a prerelease"),
    ],
)
def test_less_than_a_major_is_info_and_an_update(version: str, latest: str, words: str) -> None:
    (found,) = check(asking(f"^{version}", version), published("a", latest, version, latest))
    assert found.severity is Severity.INFO
    assert f"({words} behind)" in found.title
    assert found.fix == ("upgrade", latest, "npm update a")


@pytest.mark.parametrize(
    ("version", "latest"),
    [
        ("1.0.0", "1.0.0"),
        ("2.0.0", "1.9.0"),
        ("2.0.0-beta.1", "1.9.0"),
        ("1.0.0+build", "1.0.0"),
        ("1.0.0", "no version"),
        ("no version", "1.0.0"),
    ],
)
def test_what_is_at_the_latest_or_beyond_is_left_alone(version: str, latest: str) -> None:
    assert check(asking("*", version), published("a", latest, version, latest)) == []


def test_nothing_is_said_where_the_registry_does_not_tell() -> None:
    stale = asking("^1.0.0", "1.0.0")
    for answer in (Packument("a", {}, {}, ()), Missing("a")):
        assert check(stale, Evidence({"a": answer})) == []
    assert check(stale, Evidence()) == []


def test_only_what_the_project_asks_for_itself_is_looked_at() -> None:
    found = project(
        {"dependencies": {"top": "1"}, "peerDependencies": {"host": "1"}},
        {
            "node_modules/top": {"version": "1.0.0", "dependencies": {"a": "1"}},
            "node_modules/a": {"version": "1.0.0"},
            "node_modules/host": {"version": "1.0.0"},
        },
    )
    assert check(found, published("a", "2.0.0")) == []
    assert check(found, published("host", "2.0.0")) == []
    assert RULE.needs(found, Settings()) == Needs(
        lists=frozenset({"top"}), versions=frozenset({("top", "1.0.0")})
    )


def test_development_is_left_out_of_a_production_audit() -> None:
    found = asking("^1.0.0", "1.0.0", "devDependencies")
    (finding,) = check(found, published("a", "2.0.0", "1.0.0", "2.0.0"))
    assert finding.fix is not None
    assert finding.fix.command == "npm install --save-dev a@2.0.0"
    assert check(found, published("a", "2.0.0"), Settings(production=True)) == []


def test_an_alias_stays_one() -> None:
    found = project(
        {"dependencies": {"old": "npm:a@^1.0.0"}}, {"node_modules/old": {"name": "a", "version": "1.0.0"}}
    )
    (finding,) = check(found, published("a", "2.0.0", "1.0.0", "2.0.0"))
    assert finding.package == "a"
    assert finding.fix == ("upgrade", "2.0.0", "npm install old@npm:a@2.0.0")
    assert finding.location is not None
    assert finding.location.pointer == "/dependencies/old"


def test_a_workspace_is_named_in_the_command() -> None:
    member = {"name": "ui", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}
    found = project({}, {"node_modules/a": {"version": "1.0.0"}}, {"packages/ui": member})
    (finding,) = check(found, published("a", "1.1.0", "1.0.0", "1.1.0"))
    assert finding.fix == ("upgrade", "1.1.0", "npm update -w packages/ui a")
    assert finding.location is not None
    assert finding.location.file == "packages/ui/package.json"


def test_of_two_versions_the_one_that_is_behind_is_pointed_at() -> None:
    member = {"name": "ui", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}
    entries = {"node_modules/a": {"version": "2.0.0"}, "packages/ui/node_modules/a": {"version": "1.0.0"}}
    found = project({"dependencies": {"a": "^2.0.0"}}, entries, {"packages/ui": member})
    (finding,) = check(found, published("a", "2.0.0", "1.0.0", "2.0.0"))
    assert finding.version == "1.0.0"
    assert finding.location is not None
    assert finding.location.file == "packages/ui/package.json"


def test_what_is_no_registry_package_is_left_alone() -> None:
    entries = {
        "node_modules/a": {"version": "1.0.0", "resolved": "git+ssh://git@git.example.test/a.git#" + "0" * 40}
    }
    found = project({"dependencies": {"a": "git+ssh://git@git.example.test/a.git"}}, entries)
    assert check(found, published("a", "2.0.0")) == []


def test_a_tag_wants_what_it_points_to() -> None:
    (found,) = check(asking("next", "1.0.0"), published("a", "2.0.0", "1.0.0", "2.0.0", "9.0.0"))
    assert "wanted 9.0.0 by next; latest 2.0.0" in found.detail


def test_the_age_is_told_by_a_real_registry_alone() -> None:
    facts = {"1.0.0": VersionFacts("1.0.0", published="2012-01-01T00:00:00.000Z")}
    evidence = published("a", "2.0.0", "1.0.0", "2.0.0")
    for real, told in ((True, True), (False, False)):
        packument = Packument("a", {"latest": "2.0.0"}, facts, ("1.0.0", "2.0.0"), real)
        (found,) = check(asking("^1.0.0", "1.0.0"), Evidence({**evidence.packuments, "a": packument}))
        assert ("years ago" in found.detail) is told


def test_no_command_carries_a_name_that_a_shell_reads_otherwise() -> None:
    found = project(
        {"dependencies": {"$(touch x)": "npm:a@1"}},
        {"node_modules/$(touch x)": {"name": "a", "version": "1.0.0"}},
    )
    (finding,) = check(found, published("a", "1.1.0", "1.0.0", "1.1.0"))
    assert finding.fix is not None
    assert "$(" not in (finding.fix.command or "")


def test_of_two_that_ask_for_one_copy_each_is_pointed_at() -> None:
    member = {"name": "ui", "version": "1.0.0", "dependencies": {"a": "~1.0.0"}}
    found = project(
        {"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.0.0"}}, {"packages/ui": member}
    )
    places = [f.location and f.location.file for f in check(found, published("a", "2.0.0", "1.0.0", "2.0.0"))]
    assert places == ["package.json", "packages/ui/package.json"]


@pytest.mark.parametrize(("minimum", "young"), [(None, False), (3600, False), (7 * 86_400, True)])
def test_a_release_younger_than_the_settings_want_can_wait(minimum: int | None, young: bool) -> None:
    yesterday = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 86_400))
    facts = {"3.0.0": VersionFacts("3.0.0", published=yesterday)}
    evidence = Evidence({"a": Packument("a", {"latest": "3.0.0"}, facts, ("1.0.0", "3.0.0"))})
    (found,) = check(asking("^1.0.0", "1.0.0"), evidence, Settings(minimum_release_age=minimum))
    assert ("it can wait" in found.detail) is young
    assert found.severity is (Severity.INFO if young else Severity.LOW)
    assert found.fix == ("upgrade", "3.0.0", None if young else "npm install a@3.0.0")


def test_what_is_exempt_from_the_age_does_not_wait() -> None:
    yesterday = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 86_400))
    facts = {"3.0.0": VersionFacts("3.0.0", published=yesterday)}
    evidence = Evidence({"a": Packument("a", {"latest": "3.0.0"}, facts, ("1.0.0", "3.0.0"))})
    for pattern, waits in (("a", False), ("a@3", False), ("a@2", True), ("b", True)):
        settings = Settings(minimum_release_age=7 * 86_400, minimum_release_age_exclude=(pattern,))
        (found,) = check(asking("^1.0.0", "1.0.0"), evidence, settings)
        assert ("it can wait" in found.detail) is waits


def test_the_range_of_a_catalog_is_changed_there() -> None:
    found = project({"dependencies": {"a": "catalog:"}}, {"node_modules/a": {"version": "1.0.0"}})
    (finding,) = check(found, published("a", "3.0.0", "1.0.0", "3.0.0"))
    assert finding.fix == ("upgrade", "3.0.0", None)
    assert "stands in the catalog" in finding.detail
