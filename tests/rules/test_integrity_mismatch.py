import base64
import hashlib
from typing import Any

import pytest
from npmproject import project

from npmguard.model import (
    Evidence,
    Finding,
    Missing,
    Needs,
    Packument,
    Project,
    Severity,
    Unanswered,
    VersionFacts,
)
from npmguard.rules.integrity_mismatch import RULE
from npmguard.settings import Settings

GIT = "git+ssh://git@git.example.test/a.git#" + "0" * 40


def sri(data: str, algorithm: str = "sha512") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data.encode()).digest()).decode()}"


def shasum(data: str) -> str:
    return hashlib.sha1(data.encode()).hexdigest()


GOOD, EVIL = sri("good"), sri("evil")


def registry(integrity: str | None = GOOD, sha1: str | None = shasum("good"), name: str = "a") -> Evidence:
    return Evidence({name: Packument(name, {}, {"1.0.0": VersionFacts("1.0.0", integrity, sha1)})})


def check(
    found: Project,
    given: Evidence = Evidence(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
) -> list[Finding]:
    return [item for item in RULE.check(found, given, settings) if isinstance(item, Finding)]


def direct(locked: str | None, **entry: Any) -> Project:
    entries = {"node_modules/a": {"version": "1.0.0", "integrity": locked, **entry}}
    return project({"dependencies": {"a": "*"}}, entries)


def several(**integrities: str) -> Project:
    entries = {f"node_modules/{n}": {"version": "1.0.0", "integrity": i} for n, i in integrities.items()}
    return project({"dependencies": dict.fromkeys(integrities, "*")}, entries)


def test_another_hash_than_the_registrys_is_critical() -> None:
    (found,) = check(direct(EVIL), registry())
    assert (found.rule, found.severity) == ("integrity-mismatch", Severity.CRITICAL)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == "a@1.0.0: the lockfile's integrity is not the registry's"
    assert found.detail == f"Lockfile: {EVIL}. Registry: {GOOD}."
    assert found.fix == ("review", None, "git log -p -- package-lock.json")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")


@pytest.mark.parametrize(
    "locked",
    [
        GOOD,
        GOOD.rstrip("="),
        f"{GOOD}?option",
        f"{sri('good', 'sha1')} {GOOD}",
        sri("good", "sha1"),
        f"{sri('evil', 'sha1')} {GOOD}",
    ],
)
def test_the_same_file_in_another_spelling_is_left_alone(locked: str) -> None:
    assert check(direct(locked), registry()) == []


@pytest.mark.parametrize(
    ("locked", "given"),
    [
        (f"{sri('good', 'sha1')} {EVIL}", registry()),
        (sri("evil", "sha1"), registry()),
        (sri("evil", "sha1"), registry(None)),
        (f"{EVIL}?{GOOD}", registry()),
        (EVIL, registry(f"{sri('evil', 'sha1')} {GOOD}")),
    ],
)
def test_the_strongest_common_hash_decides(locked: str, given: Evidence) -> None:
    assert [f.severity for f in check(direct(locked), given)] == [Severity.CRITICAL]


@pytest.mark.parametrize("locked", [f"{GOOD} {EVIL}", f"{EVIL} {GOOD}"])
def test_a_second_hash_lets_in_a_second_file(locked: str) -> None:
    assert check(direct(locked), registry())


def test_a_good_sha1_does_not_vouch_for_a_longer_hash() -> None:
    locked = f"{sri('good', 'sha1')} {sri('evil', 'sha384')}"
    assert list(RULE.check(direct(locked), registry(), Settings()))


@pytest.mark.parametrize(
    "given",
    [
        Evidence(),
        Evidence({"a": Missing("a")}),
        Evidence({"a": Unanswered("a", "timed out")}),
        Evidence({"a": Packument("a", {}, {"2.0.0": VersionFacts("2.0.0", GOOD)})}),
        registry(None, None),
        registry(None, "not a hash"),
        registry(sri("good", "sha1"), None),
    ],
)
def test_nothing_is_said_where_the_registry_does_not_tell(given: Evidence) -> None:
    assert check(direct(EVIL), given) == []


@pytest.mark.parametrize("entry", [{"resolved": GIT}, {"resolved": "file:../a.tgz"}])
def test_what_has_no_hash_or_no_registry_is_left_alone(entry: dict[str, Any]) -> None:
    assert check(direct(EVIL, **entry), registry()) == []
    assert check(direct(None), registry()) == []


def test_an_alias_is_compared_by_its_real_name() -> None:
    entries = {"node_modules/old": {"name": "a", "version": "1.0.0", "integrity": EVIL}}
    found = project({"dependencies": {"old": "npm:a@1"}}, entries)
    assert RULE.needs(found, Settings()) == Needs(versions=frozenset({("a", "1.0.0")}))
    assert [(f.package, f.keys) for f in check(found, registry())] == [("a", ("node_modules/old",))]
    assert check(found, registry(name="old")) == []


def test_each_copy_is_compared_for_itself() -> None:
    entries = {
        "node_modules/a": {"version": "1.0.0", "integrity": GOOD},
        "node_modules/b/node_modules/a": {"version": "1.0.0", "integrity": EVIL},
    }
    found = check(project({}, entries), registry())
    assert [f.keys for f in found] == [("node_modules/b/node_modules/a",)]


def test_two_packages_under_one_hash_are_high_without_any_registry() -> None:
    (found,) = check(several(b=GOOD, a=GOOD, c=EVIL))
    assert found.severity is Severity.HIGH
    assert found.title == "b@1.0.0 and a@1.0.0 have one and the same integrity"
    assert found.keys == ("node_modules/b", "node_modules/a")
    assert found.subject == "a@1.0.0 b@1.0.0"
    assert [f.severity for f in check(several(b=GOOD, a=EVIL), registry())] == [Severity.CRITICAL]


def test_one_cause_is_one_finding() -> None:
    (found,) = check(several(a=EVIL, b=EVIL), registry())
    assert (found.severity, found.package) == (Severity.CRITICAL, "a")


def test_copies_and_aliases_of_one_package_may_share_a_hash() -> None:
    entries = {
        "node_modules/a": {"version": "1.0.0", "integrity": GOOD},
        "node_modules/old": {"name": "a", "version": "1.0.0", "integrity": GOOD},
        "node_modules/b/node_modules/a": {"version": "1.0.0", "integrity": GOOD},
    }
    assert check(project({}, entries)) == []


@pytest.mark.parametrize(
    "second", [GOOD.rstrip("="), f"{GOOD}?x", f"{GOOD} {sri('b', 'sha1')}", f"{sri('b', 'sha1')} {GOOD}"]
)
def test_one_hash_in_two_spellings_is_one_hash(second: str) -> None:
    assert check(several(a=GOOD, b=second))


def test_a_nested_copy_under_another_packages_hash_is_told() -> None:
    entries = {
        "node_modules/a": {"version": "1.0.0", "integrity": GOOD},
        "node_modules/b": {"version": "1.0.0", "integrity": EVIL},
        "node_modules/c/node_modules/a": {"version": "1.0.0", "integrity": EVIL},
    }
    assert check(project({}, entries))


def test_development_is_left_out_of_a_production_audit() -> None:
    entries = {"node_modules/a": {"version": "1.0.0", "integrity": EVIL}}
    found = project({"devDependencies": {"a": "1"}}, entries)
    assert len(check(found, registry())) == 1
    assert check(found, registry(), Settings(production=True)) == []
    assert RULE.needs(found, Settings(production=True)) == Needs()


def test_copies_that_differ_in_their_flags_may_share_a_hash() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0", "integrity": GOOD, "hasInstallScript": True},
        "node_modules/b/node_modules/a": {"version": "1.0.0", "integrity": GOOD},
    }
    assert check(project({}, entries)) == []
