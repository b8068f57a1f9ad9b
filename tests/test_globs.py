import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.globs import braces, fits, is_member, workspace_patterns


@pytest.mark.parametrize(
    ("folder", "patterns", "member"),
    [
        ("packages/a", ["packages/*"], True),
        ("packages/a", ["./packages/*/"], True),
        ("packages/a/b", ["packages/*"], False),
        ("packages/a/b", ["packages/**"], True),
        ("packages/a", ["packages/**"], True),
        ("a", ["**"], True),
        ("x/a", ["**/a"], True),
        ("a", ["**/a"], True),
        ("packages/.hidden", ["packages/*"], False),
        ("packages/b", ["packages/*", "!packages/b"], False),
        ("packages/b", ["packages/*", "!packages/b", "packages/b"], True),
        ("packages/node_modules/x", ["packages/**"], False),
        ("apps/web", ["{apps,libs}/*"], True),
        ("libs/web", ["{apps,libs}/*"], True),
        ("tools/web", ["{apps,libs}/*"], False),
        ("packages/a1", ["packages/a?"], True),
        ("packages/ax", ["packages/a[0-9]"], False),
        ("packages/a1", ["packages/a[0-9]"], True),
        ("packages/a1", ["packages/a[!0-9]"], False),
        ("../out", ["../*"], False),
        ("docs", ["docs"], True),
    ],
)
def test_members(folder: str, patterns: list[str], member: bool) -> None:
    assert is_member(folder, patterns) is member


def test_patterns_may_stand_in_an_object() -> None:
    assert workspace_patterns({"workspaces": {"packages": ["a", 1]}}) == ["a"]
    assert workspace_patterns({"workspaces": "a"}) == []


def test_hostile_patterns_are_bounded() -> None:
    began = time.process_time()
    assert not is_member("a" * 200, ["*a" * 100 + "b"])
    assert not is_member("a/" * 50 + "b", ["**/" * 60 + "c"])
    assert len(braces("{a,b}" * 40)) <= 64
    assert time.process_time() - began < 20


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_pattern_of_names_has_one_sign(pattern: str, name: str) -> None:
    assert fits(name, pattern) is fnmatchcase(name, pattern)


def test_other_signs_stand_for_themselves() -> None:
    assert fits("a[b]?", "a[b]?")
    assert not fits("ab1", "a[b]?")


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    began = time.perf_counter()
    assert not fits("a" * 5000, "*a" * 2000 + "*b")
    assert time.perf_counter() - began < 1
