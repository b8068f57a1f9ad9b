"""npm's `overrides`."""

import json
from typing import Any

import pytest

from npmguard import overrides
from npmguard.model import Manifest
from npmguard.project import manifest as manifests

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def shop(rules: object, **fields: Any) -> Manifest:
    return manifests.parse(json.dumps({"overrides": rules, **fields}).encode(), "package.json")


def asked(rules: object, *chain: tuple[str, str], **fields: Any) -> str:
    """What the last of a chain of dependencies is asked for by: each stands inside the one before."""
    manifest = shop(rules, **fields)
    rule = overrides.read(manifest)
    found = ""
    for name, spec in chain:
        rule = rule.match(name, spec) if rule is not None else None
        found = overrides.effective(rule, name, spec, manifest)
    return found


@pytest.mark.parametrize("rules", [None, {}, [], "once", 1, True])
def test_without_overrides_nothing_changes(rules: object) -> None:
    assert overrides.read(shop(rules)) is None
    assert asked(rules, ("once", "^1.0.0")) == "^1.0.0"


@pytest.mark.parametrize(
    ("rules", "spec", "expected"),
    [
        ({"once": "1.4.0"}, "^1.0.0", "1.4.0"),
        ({"once": "1.4.0"}, "^2.0.0", "1.4.0"),
        ({"once": "npm:twice@1"}, "^1.0.0", "npm:twice@1"),
        ({"once": "github:a/b"}, "^1.0.0", "github:a/b"),
        ({"wrappy": "1.0.2"}, "^1.0.0", "^1.0.0"),
        ({"onc": "1.4.0", "once-": "1.4.0"}, "^1.0.0", "^1.0.0"),
        ({"once": "*"}, "^1.0.0", "^1.0.0"),
        ({"once": ""}, "^1.0.0", "^1.0.0"),
        ({"once": {".": "1.4.0"}}, "^1.0.0", "1.4.0"),
        ({"once": {".": "1.4.0", "wrappy": "1.0.2"}}, "^1.0.0", "1.4.0"),
        ({"once": {"wrappy": "1.0.2"}}, "^1.0.0", "^1.0.0"),
        ({"once": {}}, "^1.0.0", "^1.0.0"),
        ({"once": 1}, "^1.0.0", "^1.0.0"),
        # bound to a range
        ({"once@1": "1.4.0"}, "^1.0.0", "1.4.0"),
        ({"once@1": "1.4.0"}, "1.3.0", "1.4.0"),
        ({"once@1": "1.4.0"}, ">=1", "1.4.0"),
        ({"once@1": "1.4.0"}, "", "1.4.0"),
        ({"once@1": "1.4.0"}, "^2.0.0", "^2.0.0"),
        ({"once@1": "1.4.0"}, "npm:twice@1.2.0", "1.4.0"),
        ({"once@1": "1.4.0"}, "npm:twice@2.0.0", "npm:twice@2.0.0"),
        ({"once@1": "1.4.0"}, "latest", "1.4.0"),
        ({"once@1": "1.4.0"}, "file:../once", "1.4.0"),
        ({"once@1": "1.4.0"}, "https://files.example.test/once.tgz", "1.4.0"),
        ({"once@1": "1.4.0"}, "github:a/b#semver:^1.2", "1.4.0"),
        ({"once@1": "1.4.0"}, "github:a/b#semver:^2.0", "github:a/b#semver:^2.0"),
        ({"once@1": "1.4.0"}, "github:a/b", "github:a/b"),
        ({"once@1": "1.4.0"}, f"github:a/b#{COMMIT}", f"github:a/b#{COMMIT}"),
        ({"once@": "1.4.0"}, "^2.0.0", "1.4.0"),
        ({"once@^1.3": {}}, ">=1.0.0", "^1.3"),
        # the first that fits, in the order of the file
        ({"once@1": "1.4.0", "once@2": "2.1.0"}, "^2.0.0", "2.1.0"),
        ({"once@1": "1.4.0", "once": "9.0.0"}, "^1.0.0", "1.4.0"),
        ({"once": "9.0.0", "once@1": "1.4.0"}, "^1.0.0", "9.0.0"),
    ],
)
def test_what_the_project_asks_for(rules: dict[str, Any], spec: str, expected: str) -> None:
    assert asked(rules, ("once", spec)) == expected


def test_a_scoped_name_has_an_at_of_its_own() -> None:
    rules = {"@a/once@1": "1.4.0", "@a/wrappy": "1.0.2"}
    assert asked(rules, ("@a/once", "^1.0.0")) == "1.4.0"
    assert asked(rules, ("@a/once", "^2.0.0")) == "^2.0.0"
    assert asked(rules, ("@a/wrappy", "^9.0.0")) == "1.0.2"


WRAPPED = {"once": {".": "1.4.0", "wrappy": "1.0.2"}, "wrappy": "0.9.0"}


@pytest.mark.parametrize(
    ("rules", "chain", "expected"),
    [
        ({"once": {"wrappy": "1.0.2"}}, ["once", "wrappy"], "1.0.2"),
        ({"once": {"wrappy": "1.0.2"}}, ["wrappy"], "^1.0.0"),
        ({"once": {"wrappy": "1.0.2"}}, ["twice", "wrappy"], "^1.0.0"),
        # at any depth below
        ({"once": {"wrappy": "1.0.2"}}, ["once", "twice", "wrappy"], "1.0.2"),
        ({"once": {"wrappy": "1.0.2"}}, ["twice", "once", "wrappy"], "1.0.2"),
        ({"a": {"b": {"wrappy": "1.0.2"}}}, ["a", "b", "wrappy"], "1.0.2"),
        ({"a": {"b": {"wrappy": "1.0.2"}}}, ["a", "x", "b", "x", "wrappy"], "1.0.2"),
        ({"a": {"b": {"wrappy": "1.0.2"}}}, ["b", "wrappy"], "^1.0.0"),
        ({"a": {"b": {"wrappy": "1.0.2"}}}, ["b", "a", "wrappy"], "^1.0.0"),
        # the nearest wins
        (WRAPPED, ["wrappy"], "0.9.0"),
        (WRAPPED, ["once", "wrappy"], "1.0.2"),
        (WRAPPED, ["twice", "wrappy"], "0.9.0"),
        ({"once": {"x": "1"}, "wrappy": "0.9.0"}, ["once", "wrappy"], "0.9.0"),
        # a rule holds for its own package again, inside it
        (WRAPPED, ["once", "once"], "1.4.0"),
        ({"a": {"b": {"wrappy": "1.0.2"}}}, ["a", "b", "a", "wrappy"], "^1.0.0"),
    ],
)
def test_rules_nest(rules: dict[str, Any], chain: list[str], expected: str) -> None:
    assert asked(rules, *[(name, "^1.0.0") for name in chain]) == expected


def test_the_range_of_an_outer_rule_decides_about_the_inner_one() -> None:
    rules = {"once@1": {"wrappy": "1.0.2"}}
    assert asked(rules, ("once", "^1.0.0"), ("wrappy", "^1.0.0")) == "1.0.2"
    assert asked(rules, ("once", "^2.0.0"), ("wrappy", "^1.0.0")) == "^1.0.0"


def test_a_reference_is_the_projects_own_range() -> None:
    fields = {"dependencies": {"once": "1.3.0"}, "peerDependencies": {"wrappy": ">=1"}}
    assert asked({"once": "$once"}, ("once", "^1.0.0"), **fields) == "1.3.0"
    assert asked({"twice": {"once": "$once"}}, ("twice", "1"), ("once", "^1.0.0"), **fields) == "1.3.0"
    assert asked({"once": "$wrappy"}, ("once", "^1.0.0"), **fields) == ">=1"


def test_a_reference_is_looked_for_in_npms_order() -> None:
    fields = {
        name: {"once": name}
        for name in ("peerDependencies", "dependencies", "optionalDependencies", "devDependencies")
    }
    for name in reversed(list(fields)):
        assert asked({"once": "$once"}, ("once", "*"), **fields) == name
        del fields[name]


def test_a_reference_to_nothing_changes_nothing() -> None:
    assert asked({"once": "$gone"}, ("once", "^1.0.0")) == "^1.0.0"


def test_what_is_inside_a_rule() -> None:
    root = overrides.read(shop({"once": {"wrappy": "1.0.2"}, "twice": "2.0.0"}))
    assert root is not None
    once = root.match("once", "*")
    wrappy = once.match("wrappy", "*")
    assert wrappy.inside(once)
    assert wrappy.inside(wrappy)
    assert wrappy.inside(root)
    assert not once.inside(wrappy)
    assert not wrappy.inside(root.match("twice", "*"))


def test_overrides_that_nest_without_end_are_read() -> None:
    rules: dict[str, Any] = {"once": "1.4.0"}
    for _ in range(180):
        rules = {"once": rules}
    assert asked(rules, ("once", "^1.0.0")) == "^1.0.0"


def test_an_empty_text_changes_nothing_under_a_range_either() -> None:
    assert asked({"once@^1": ""}, ("once", "1.3.0")) == "1.3.0"
