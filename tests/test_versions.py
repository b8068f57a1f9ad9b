import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard import versions as v

TABLES = Path(__file__).parent.parent / "fixtures" / "semver"


def table(name: str) -> list[list[Any]]:
    found: list[list[Any]] = json.loads((TABLES / f"{name}.json").read_text())
    assert found
    return found


def options(row: list[Any], at: int = 2) -> dict[str, bool]:
    given = row[at] if len(row) > at else None
    if isinstance(given, bool):
        return {"loose": given}
    given = given or {}
    return {"loose": bool(given.get("loose")), "include_prerelease": bool(given.get("includePrerelease"))}


@pytest.mark.parametrize(("name", "holds"), [("range-include", True), ("range-exclude", False)])
def test_npms_own_ranges(name: str, holds: bool) -> None:
    for row in table(name):
        if isinstance(row[1], str):
            assert v.satisfies(row[1], row[0], **options(row)) is holds, row


def test_npms_own_valid_and_invalid_ranges() -> None:
    for row in table("range-parse"):
        kind = options(row)
        valid = v.satisfies("1.0.0", row[0], **kind) or v.valid_range(row[0], loose=kind["loose"])
        assert valid is (row[1] is not None), row


def test_npms_own_comparisons() -> None:
    for row in table("comparisons"):
        loose = options(row)["loose"]
        assert v.compare(row[0], row[1], loose=loose) == 1, row
        assert v.compare(row[1], row[0], loose=loose) == -1, row
    for row in table("equality"):
        assert v.compare(row[0], row[1], loose=True) == 0, row


def test_npms_own_versions() -> None:
    for row in table("valid-versions"):
        assert v.is_version(row[0], loose=True), row
    for row in table("invalid-versions"):
        if isinstance(row[0], str):
            assert not v.is_version(row[0], loose=options(row)["loose"]), row


@pytest.mark.parametrize("name", ["version-gt-range", "version-lt-range"])
def test_what_is_outside_a_range_is_not_in_it(name: str) -> None:
    for row in table(name):
        assert not v.satisfies(row[1], row[0], **options(row)), row


def test_npms_own_intersections() -> None:
    for one, other, meet in (row[:3] for row in table("range-intersection")):
        assert v.intersects(one, other) is meet, (one, other)
        assert v.intersects(other, one) is meet, (other, one)


@pytest.mark.parametrize(
    ("spec", "tag"),
    [
        ("latest", True),
        ("next-11", True),
        ("1.x", False),
        ("^1", False),
        ("", False),
        ("a b", False),
        ("x", False),
    ],
)
def test_tags_are_told_from_ranges(spec: str, tag: bool) -> None:
    assert v.is_tag(spec) is tag


def test_parse_gives_a_semver_version() -> None:
    import semver

    assert v.parse("v1.2.3-beta.1+b7") == semver.Version(1, 2, 3, "beta.1", "b7")
    assert v.parse("1.2") is None
    assert v.parse("=01.2.3rc.01", loose=True) == semver.Version(1, 2, 3, "rc.1")


def test_fixes() -> None:
    assert v.bounds_above("<1.2.3 || >=2.0.0 <2.1.0") == ("1.2.3", "2.1.0")
    assert v.bounds_above("<=1.2.3") == ()
    assert v.minimal_fix(["1.0.0", "1.2.3", "1.2.4", "2.0.0"], "<1.2.3", "1.0.0") == "1.2.3"
    assert v.minimal_fix(["1.0.0", "2.0.0-rc.1"], "<1.2.3", "1.0.0") is None
    assert v.minimal_fix(["1.2.3", "2.0.5", "2.1.0"], "<1.2.3 || >=2.0.0 <2.1.0", "2.0.1") == "2.1.0"


def test_difference() -> None:
    assert v.difference("1.2.3", "2.0.0") == "major"
    assert v.difference("1.2.3", "1.3.0") == "minor"
    assert v.difference("1.2.3", "1.2.4") == "patch"
    assert v.difference("1.2.3-a", "1.2.3") == "prerelease"
    assert v.difference("1.2.3", "1.2.3") is None


PLAIN = st.builds("{}.{}.{}".format, *[st.integers(0, 40)] * 3)
VERSIONS = PLAIN | st.builds("{}-{}".format, PLAIN, st.sampled_from(["0", "alpha", "beta.2", "rc.1.x", "-"]))
RANGES = st.builds(
    "{}{}".format, st.sampled_from(["", "^", "~", ">=", ">", "<", "<=", "="]), VERSIONS
) | st.sampled_from(["*", "", "1.x", "2", ">1", "<=3.x", "1 - 3", "~0.2", "^0", "x"])


@given(st.text() | st.text(alphabet="0123456789.xX*<>=~^-|v +ab"))
def test_any_text_is_answered(text: str) -> None:
    v.satisfies("1.2.3", text)
    v.satisfies("1.2.3", text, loose=True, include_prerelease=True)
    v.satisfies(text, "*")
    v.is_tag(text)
    v.bounds_above(text)
    v.intersects(text, "^1")


@given(VERSIONS, RANGES, RANGES)
def test_either_of_two_ranges(version: str, one: str, other: str) -> None:
    either = v.satisfies(version, f"{one} || {other}")
    assert either == (v.satisfies(version, one) or v.satisfies(version, other))


@given(st.lists(VERSIONS), RANGES)
def test_the_highest_that_fits(versions: list[str], range: str) -> None:
    fitting = [each for each in versions if v.satisfies(each, range)]
    found = v.max_satisfying(versions, range)
    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert all(v.compare(found, each) >= 0 for each in fitting)
        lowest = v.min_satisfying(versions, range)
        assert lowest is not None
        assert all(v.compare(lowest, each) <= 0 for each in fitting)


@given(VERSIONS, VERSIONS, VERSIONS)
def test_versions_are_in_one_order(a: str, b: str, c: str) -> None:
    assert v.compare(a, b) == -v.compare(b, a)
    if v.compare(a, b) <= 0 and v.compare(b, c) <= 0:
        assert v.compare(a, c) <= 0


@given(RANGES, RANGES, VERSIONS)
def test_ranges_that_share_a_version_intersect(one: str, other: str, version: str) -> None:
    if v.satisfies(version, one) and v.satisfies(version, other) and "-" not in version:
        assert v.intersects(one, other) or "<0.0.0" in one + other


@pytest.mark.parametrize(
    "text",
    ["= " * 8000, "v" * 16000, "1" * 16000, "||" * 8000, "1 - " * 4000, "~" * 16000, "1.2.3-" + "a." * 8000],
)
def test_hostile_ranges_cost_nothing(text: str) -> None:
    assert not v.satisfies("1.2.3", text) or text.startswith("||")
    assert not v.is_version(text)


@pytest.mark.parametrize("text", ["1.2-alpha", "1-alpha", "1", "1.2", "x", "1.x.2-0", "", "1.2.", ".1.2"])
def test_what_is_no_version_is_none(text: str) -> None:
    assert v.key(text) is None
    assert v.key(text, loose=True) is None
