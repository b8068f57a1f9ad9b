from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard import versions
from npmguard.advisories.osv_record import advisories_of, npm_ranges
from npmguard.model import Advisory, Severity
from npmguard.upgrades import matches

NAMES = frozenset({"a", "b"})


def affected(
    *events: dict[str, str], name: str = "a", ecosystem: str = "npm", **fields: object
) -> dict[str, Any]:
    ranges = [{"type": "SEMVER", "events": list(events)}] if events else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **fields}


def record(*parts: object, **fields: object) -> dict[str, Any]:
    return {
        "id": "GHSA-aaaa-bbbb-cccc",
        "modified": "2026-01-01T00:00:00Z",
        "affected": list(parts),
        **fields,
    }


def read(*parts: object, **fields: object) -> Advisory:
    (found,), problems = advisories_of(record(*parts, **fields), NAMES, "osv.json")
    assert not problems
    return found


ZERO = {"introduced": "0"}


@pytest.mark.parametrize(
    ("events", "ranges"),
    [
        ([ZERO, {"fixed": "1.2.3"}], ["<1.2.3"]),
        ([ZERO, {"last_affected": "1.2.3"}], ["<=1.2.3"]),
        ([{"introduced": "1.0.0"}, {"fixed": "1.2.3"}], [">=1.0.0 <1.2.3"]),
        ([ZERO], ["*"]),
        ([{"introduced": "2.0.0"}], [">=2.0.0"]),
        (
            [{"fixed": "2.1.0"}, {"introduced": "2.0.0"}, {"fixed": "1.5.0"}, ZERO],
            ["<1.5.0", ">=2.0.0 <2.1.0"],
        ),
        (
            [ZERO, {"fixed": "1.0.0"}, {"introduced": "1.0.0"}, {"fixed": "2.0.0"}],
            ["<1.0.0", ">=1.0.0 <2.0.0"],
        ),
        ([{"introduced": "1.0.0"}, {"last_affected": "1.0.0"}], [">=1.0.0 <=1.0.0"]),
        ([ZERO, {"limit": "2.0.0"}], ["<2.0.0"]),
        ([ZERO, {"fixed": "3.0.0"}, {"limit": "2.0.0"}], ["<3.0.0 <2.0.0"]),
        ([ZERO, {"limit": "2.0.0"}, {"limit": "*"}], ["*"]),
        ([{"introduced": "1.0"}, {"fixed": "2"}], [">=1.0.0 <2.0.0"]),
        ([ZERO, {"fixed": "not a version"}], ["unknown"]),
        ([{"introduced": 0}, {"fixed": "1.0.0"}], ["<1.0.0"]),
    ],
)
def test_events(events: list[dict[str, Any]], ranges: list[str]) -> None:
    assert npm_ranges([(k, str(v)) for event in events for k, v in event.items()]) == ranges


VERSION = st.builds(
    lambda numbers, pre: ".".join(map(str, numbers)) + pre,
    st.tuples(*[st.integers(0, 3)] * 3),
    st.sampled_from(["", "", "", "-alpha", "-beta.2", "-0"]),
)


def vulnerable_by_the_schema(version: str, events: list[tuple[str, str]]) -> bool:
    """The evaluation that the OSV schema prescribes, event by event."""

    def key(text: str) -> Any:
        return () if text == "0" else versions.key(text)

    mine = key(version)
    limits = [key(v) for kind, v in events if kind == "limit"]
    if limits and not any(mine < limit for limit in limits):
        return False
    vulnerable = False
    for kind, text in sorted((e for e in events if e[0] != "limit"), key=lambda e: key(e[1])):
        if kind == "introduced" and mine >= key(text):
            vulnerable = True
        elif (kind == "fixed" and mine >= key(text)) or (kind == "last_affected" and mine > key(text)):
            vulnerable = False
    return vulnerable


@given(
    st.lists(
        st.tuples(st.sampled_from(["introduced", "fixed", "last_affected", "limit"]), VERSION), max_size=6
    ),
    st.booleans(),
    st.lists(VERSION, min_size=1, max_size=8),
)
def test_ranges_mean_what_the_events_mean(
    events: list[tuple[str, str]], zero: bool, asked: list[str]
) -> None:
    # where two events share a version their order is a matter of taste
    events = list({versions.key(v): (kind, v) for kind, v in events}.values())
    if zero:
        events.append(("introduced", "0"))
    text = " || ".join(npm_ranges(events))
    for version in [*asked, *(v for _, v in events if v != "0")]:
        got = bool(text) and versions.satisfies(version, text, include_prerelease=True)
        assert got is vulnerable_by_the_schema(version, events), (version, text)


def test_several_entries_of_one_package_are_one_advisory() -> None:
    found = read(
        affected({"introduced": "2.0.0"}, {"fixed": "2.2.2"}),
        affected(ZERO, {"fixed": "1.0.2"}),
        affected(ZERO, name="other"),
        affected(ZERO, ecosystem="PyPI"),
    )
    assert found.vulnerable == ">=2.0.0 <2.2.2 || <1.0.2"
    assert found.patched == ("1.0.2", "2.2.2")


def test_each_package_has_its_own() -> None:
    found, _ = advisories_of(record(affected(ZERO), affected(ZERO, name="b")), NAMES, "x")
    assert [a.package for a in found] == ["a", "b"]


def test_other_packages_and_ecosystems_are_not_meant() -> None:
    parts = [
        affected(ZERO, name="c"),
        affected(ZERO, ecosystem="crates.io"),
        affected(ZERO, ecosystem="npmx"),
    ]
    assert advisories_of(record(*parts), NAMES, "x") == ([], [])


def test_versions_one_by_one() -> None:
    found = read(affected(versions=["1.0.1", "1.0.3"]))
    assert found.vulnerable == ""
    assert [v for v in ("1.0.1", "1.0.2", "1.0.3") if matches(found, v)] == ["1.0.1", "1.0.3"]


def test_a_known_end_without_a_fix() -> None:
    end = {"last_known_affected_version_range": "<= 1.0.1"}
    assert read(affected(ZERO, database_specific=end)).vulnerable == "<= 1.0.1"
    assert read(affected(ZERO, {"fixed": "1.0.2"}, database_specific=end)).vulnerable == "<1.0.2"
    nonsense = {"last_known_affected_version_range": "< or so"}
    assert read(affected(ZERO, database_specific=nonsense)).vulnerable == "*"


@pytest.mark.parametrize(
    "part",
    [
        affected(),
        affected(ranges=[{"type": "GIT", "events": [{"introduced": "0123abcd"}]}]),
        affected(ranges="all"),
        affected(ranges="all", versions=["0.9.0"]),
        affected(ranges=["all"], versions=["0.9.0"]),
        affected(versions=["0.9.0", 1]),
        affected(ranges=[{"type": "SEMVER", "events": 7}]),
        affected(ranges=[{"type": "SEMVER", "events": [{"introduced": ["0"]}]}]),
    ],
)
def test_versions_that_cannot_be_told_are_doubtful_not_dropped(part: dict[str, Any]) -> None:
    assert matches(read(part), "1.0.0") is None


@pytest.mark.parametrize(
    ("fields", "severity", "score"),
    [
        ({"database_specific": {"severity": "LOW"}}, Severity.LOW, None),
        ({"database_specific": {"severity": "medium"}}, Severity.MODERATE, None),
        (
            {"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]},
            Severity.HIGH,
            7.5,
        ),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}]}, Severity.MODERATE, None),
        ({"severity": "high", "database_specific": []}, Severity.MODERATE, None),
        ({}, Severity.MODERATE, None),
    ],
)
def test_severities(fields: dict[str, Any], severity: Severity, score: float | None) -> None:
    found = read(affected(ZERO), **fields)
    assert (found.severity, found.score) == (severity, score)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "MAL-2026-1"},
        {"aliases": ["MAL-2026-1"]},
        {"database_specific": {"malicious-packages-origins": []}},
        {"database_specific": {"cwe_ids": ["CWE-506"], "severity": "LOW"}},
        {"summary": "Malicious code in a (npm)"},
    ],
)
def test_malware_is_critical(fields: dict[str, Any]) -> None:
    found = read(affected(ZERO), **fields)
    assert found.malware
    assert found.severity is Severity.CRITICAL


def test_ids_urls_and_titles() -> None:
    found = read(affected(ZERO), id="CVE-2026-1", aliases=["GHSA-aaaa-bbbb-cccc", 7], summary="One\nTwo")
    assert found.ids == ("GHSA-aaaa-bbbb-cccc", "CVE-2026-1")
    assert found.id == "GHSA-aaaa-bbbb-cccc"
    assert found.url == "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"
    assert found.title == "One"
    other = read(
        affected(ZERO),
        id="MAL-2026-1",
        details="\n First line\nSecond",
        references=[
            {"type": "WEB", "url": "https://web.example.test/"},
            {"type": "ADVISORY", "url": "https://advisory.example.test/"},
            {"type": "ADVISORY", "url": "javascript:alert(1)"},
        ],
    )
    assert other.title == "First line"
    assert other.url == "https://advisory.example.test/"


def test_what_is_affected_must_be_a_list() -> None:
    assert advisories_of({"id": "X-1", "affected": {}}, NAMES, "x") == (
        [],
        ["X-1: what it affects is no list"],
    )


KEYS = (
    *("package", "name", "ecosystem", "ranges", "type", "events", "introduced", "fixed", "limit", "versions"),
    *("severity", "score", "cwes", "cweId", "database_specific", "cwe_ids", "aliases", "references", "url"),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["npm", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON, JSON, JSON)
def test_odd_types_never_break_it(part: object, own: object, severity: object, references: object) -> None:
    package = {"ecosystem": "npm", "name": "a"}
    parts = [{**part, "package": package} if isinstance(part, dict) else part, affected(ZERO)]
    fields = {"database_specific": own, "severity": severity, "references": references, "aliases": own}
    found, _ = advisories_of(record(*parts, **fields), NAMES, "x")
    assert matches(found[0], "1.0.0") is True


@pytest.mark.parametrize(
    "part",
    [
        "a",
        None,
        {"package": "a"},
        {"package": {"name": "a"}},
        {"package": {"ecosystem": "npm", "name": ["a"]}},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_told(part: object) -> None:
    _, problems = advisories_of({"id": "X-1", "affected": [part]}, frozenset({"a"}), "osv.json")
    assert problems == ["X-1: not all of what it affects can be read"]


@pytest.mark.parametrize(
    "affected", [None, [], [{}], [{"ranges": [{"type": "GIT"}], "versions": ["1"]}]], ids=str
)
def test_records_that_are_about_no_package(affected: object) -> None:
    assert advisories_of({"id": "X-1", "affected": affected}, frozenset({"a"}), "osv.json") == ([], [])
