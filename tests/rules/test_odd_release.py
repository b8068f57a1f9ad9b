from typing import Any

import pytest
from npmproject import project
from support.releases import evidence, history, release

from npmguard.model import Finding, History, Publication, Severity
from npmguard.rules.odd_release import RULE
from npmguard.settings import Settings

LOCKED = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.0.1"}})
BEFORE = release("1.0.0", 0)


def check(*releases: Publication, others: tuple[History, ...] = ()) -> list[tuple[Severity, str]]:
    given = evidence(history("a", *releases), *others)
    found = [f for f in RULE.check(LOCKED, given, Settings()) if isinstance(f, Finding)]
    return [(f.severity, f.title.removeprefix("a@1.0.1 ")) for f in found]


def helper(day: float, publisher: str = "maintainer-z", name: str = "left-helper") -> History:
    return history(name, release("1.0.0", day, publisher))


def asking(dependencies: dict[str, str], day: float = 20, version: str = "1.0.1") -> Publication:
    return release(version, day, dependencies=dependencies)


def test_a_young_dependency_of_strangers_in_a_patch() -> None:
    (found,) = check(BEFORE, asking({"left-helper": "^1.0.0"}), others=(helper(19),))
    assert found == (Severity.HIGH, "brings in left-helper, a package that was 1 day old")


def test_a_young_dependency_of_the_same_hands() -> None:
    (found,) = check(BEFORE, asking({"left-helper": "^1.0.0"}), others=(helper(19, "maintainer-a"),))
    assert found[0] == Severity.MODERATE


@pytest.mark.parametrize(
    ("spec", "others"),
    [
        ("^1.0.0", (helper(1, "maintainer-a"),)),  # three weeks old, of the same hands
        ("^1.0.0", (helper(-60),)),
        ("^1.0.0", ()),  # not known
        ("^1.0.0", (helper(19, name="left-helper")._replace(real=False),)),
    ],
)
def test_what_is_no_young_dependency(spec: str, others: tuple[History, ...]) -> None:
    assert check(BEFORE, asking({"left-helper": spec}), others=others) == []


def test_weeks_are_young_in_a_patch_alone() -> None:
    asked = {"left-helper": "^1.0.0"}
    (found,) = check(BEFORE, asking(asked), others=(helper(-15),))
    assert found == (Severity.MODERATE, "brings in left-helper, a package that was 5 weeks old")
    minor = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.1.0"}})
    given = evidence(history("a", BEFORE, asking(asked, version="1.1.0")), helper(-15))
    assert list(RULE.check(minor, given, Settings())) == []


def test_a_family_grows_together() -> None:
    scoped = project({"dependencies": {"@s/a": "^1.0.0"}}, {"node_modules/@s/a": {"version": "1.0.1"}})
    given = evidence(history("@s/a", BEFORE, asking({"@s/b": "1"})), helper(19, name="@s/b"))
    assert list(RULE.check(scoped, given, Settings())) == []


@pytest.mark.parametrize("spec", ["https://evil.example/x.tgz", "git+https://git.example.test/x.git", "a/b"])
def test_a_dependency_from_elsewhere(spec: str) -> None:
    assert check(BEFORE, asking({"x": spec})) == [(Severity.HIGH, "brings in x from outside the registry")]
    assert check(asking({"x": spec}, 0, "1.0.0"), asking({"x": spec})) == []
    # everybody lives with it
    assert check(BEFORE, asking({"x": spec}), asking({"x": spec}, 60, "1.0.2")) == []


def test_a_folder_of_the_authors_is_no_place_to_take_code_from() -> None:
    assert check(BEFORE, asking({"x": "file:./packages/x", "y": "workspace:*"})) == []


def test_silence_is_not_broken_by_a_release_of_the_same_week() -> None:
    (found,) = check(BEFORE, release("1.0.0-rc", 1000), release("1.0.1", 1003))
    assert found == (Severity.LOW, "came after 3 years of silence")


def test_silence_and_size() -> None:
    (found,) = check(BEFORE, release("1.0.1", 1000))
    assert found == (Severity.LOW, "came after 3 years of silence")
    (found,) = check(BEFORE._replace(unpacked_size=100_000), release("1.0.1", 20, unpacked_size=1_200_000))
    assert found == (Severity.LOW, "is 12 times as large as the release before it")
    assert check(BEFORE._replace(unpacked_size=100), release("1.0.1", 20, unpacked_size=10_000)) == []
    large = BEFORE._replace(unpacked_size=1_200_000)
    (found,) = check(large, release("1.0.1", 20, unpacked_size=9_000))
    assert found == (Severity.HIGH, "has lost nearly all that the package held")
    assert check(large, release("1.0.1", 20, unpacked_size=9_000, deprecated="moved to b")) == []
    assert check(large, release("1.0.1", 20, unpacked_size=90_000)) == []


def test_an_ordinary_release() -> None:
    assert check(BEFORE, release("1.0.1", 20)) == []
    assert check(release("1.0.1", 0)) == []


def test_new_dependencies_are_asked_about_in_a_second_round() -> None:
    given: Any = evidence(
        history("a", BEFORE, asking({"left-helper": "^1.0.0", "far": "npm:near@1", "x": "a/b"}))
    )
    assert RULE.then(LOCKED, given, Settings()).histories == {"left-helper", "near"}
    assert RULE.then(LOCKED, given._replace(histories={}), Settings()).releases == {("a", "1.0.1")}
