"""release-too-new and unmaintained."""

from typing import Any

import pytest
from npmproject import project
from support.releases import DAY, evidence, history, release

from npmguard.model import Finding, Needs, Severity
from npmguard.rules import release_too_new, unmaintained
from npmguard.settings import Settings

LOCKED = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.0.1"}})
HISTORY = history("a", release("1.0.0", 0), release("1.0.1", 100))


def check(rule: Any, day: float, **settings: Any) -> list[Any]:
    return list(rule.RULE.check(LOCKED, evidence(HISTORY, day=day), Settings(**settings)))


def test_younger_than_wanted() -> None:
    (found,) = check(release_too_new, 101, minimum_release_age=3 * int(DAY))
    assert (found.severity, found.title) == (Severity.MODERATE, "a@1.0.1 is 1 day old")
    assert found.fix.to == "1.0.0"
    assert "wants its releases to be 3 days old" in found.detail
    assert check(release_too_new, 103, minimum_release_age=3 * int(DAY)) == []


def test_without_a_wish_nothing_is_asked() -> None:
    assert check(release_too_new, 101) == []
    assert release_too_new.RULE.needs(LOCKED, Settings()) == Needs()
    assert release_too_new.RULE.then(LOCKED, evidence(HISTORY)._replace(histories={}), Settings()) == Needs()


@pytest.mark.parametrize(("pattern", "quiet"), [("a", True), ("*", True), ("@s/*", False), ("aa", False)])
def test_exempted_by_name(pattern: str, quiet: bool) -> None:
    found = check(
        release_too_new, 101, minimum_release_age=3 * int(DAY), minimum_release_age_exclude=(pattern,)
    )
    assert (found == []) is quiet


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "1 minute"), (7200, "2 hours"), (86_400, "1 day"), (6 * 86_400, "6 days"), (21 * 86_400, "3 weeks")],
)
def test_a_span_in_words(seconds: float, words: str) -> None:
    assert release_too_new.span(seconds) == words


def test_no_release_for_years() -> None:
    (found,) = check(unmaintained, 100 + 4 * 366)
    assert (found.severity, found.title) == (Severity.INFO, "a has had no release for 4 years")
    assert check(unmaintained, 100 + 2 * 366) == []


def test_given_up_in_words() -> None:
    given = history("a", release("1.0.0", 0), release("1.0.1", 100, deprecated="no longer kept"))
    (found,) = unmaintained.RULE.check(LOCKED, evidence(given, day=2000), Settings())
    assert isinstance(found, Finding)
    assert found.severity == Severity.LOW
    assert "no longer kept" in found.detail


def test_what_nobody_asked_for_is_left_alone() -> None:
    deep = project(
        {"dependencies": {"top": "1"}},
        {
            "node_modules/top": {"version": "1.0.0", "dependencies": {"a": "1"}},
            "node_modules/a": {"version": "1.0.1"},
        },
    )
    assert list(unmaintained.RULE.check(deep, evidence(HISTORY, day=4000), Settings())) == []
    assert unmaintained.RULE.needs(deep, Settings()).lists == {"top"}
