from typing import Any

import pytest
from npmproject import project

from npmguard.model import Evidence, Gap, Missing, Packument, Severity
from npmguard.rules.nonexistent_package import RULE
from npmguard.settings import Settings

LOCKED = {"node_modules/a": {"version": "1.0.0"}}
KNOWN = {"a": Packument("a", {}, {}, ("1.0.0",))}


def check(manifest: dict[str, Any], answers: dict[str, Any], **settings: Any) -> list[Any]:
    return list(RULE.check(project(manifest, LOCKED), Evidence(answers), Settings(**settings)))


def test_a_name_that_nobody_has() -> None:
    (found,) = check(
        {"dependencies": {"a": "1", "made-up": "^1.0.0"}}, {**KNOWN, "made-up": Missing("made-up")}
    )
    assert (found.severity, found.package) == (Severity.HIGH, "made-up")
    assert found.location.pointer == "/dependencies/made-up"
    assert found.fix.command == "npm uninstall made-up"


def test_an_alias_stands_for_what_it_names() -> None:
    (found,) = check({"dependencies": {"x": "npm:made-up@1"}}, {**KNOWN, "made-up": Missing("made-up")})
    assert found.package == "made-up"


@pytest.mark.parametrize("spec", ["file:../b", "git+https://git.example.test/b.git", "workspace:*", "o/b"])
def test_what_is_not_asked_of_a_registry(spec: str) -> None:
    found = project({"dependencies": {"b": spec}}, LOCKED)
    assert RULE.needs(found, Settings()).lists == frozenset()


def test_what_is_locked_is_another_rules_matter() -> None:
    found = project({"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}}, LOCKED)
    assert RULE.needs(found, Settings()).lists == {"b"}
    assert RULE.needs(found, Settings(production=True)).lists == frozenset()


def test_a_registry_that_has_nothing_is_the_wrong_one() -> None:
    (gap,) = check({"dependencies": {"b": "1", "c": "1"}}, {"b": Missing("b"), "c": Missing("c")})
    assert isinstance(gap, Gap)
