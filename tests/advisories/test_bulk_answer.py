import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmproject import project

from npmguard.advisories.registry import bulk_request, parse_bulk
from npmguard.model import Severity
from npmguard.upgrades import matches

RECORDED = Path(__file__).with_name("bulk-answer.json")
GIT = "git+ssh://git@git.example.test/a/forked.git#0123456789012345678901234567890123456789"


def test_a_recorded_answer() -> None:
    advisories, problems = parse_bulk(json.loads(RECORDED.read_bytes()))
    assert not problems
    assert len(advisories) == 20
    assert {a.package for a in advisories} == {"axios", "braces", "follow-redirects", "lodash", "minimist"}
    template = next(a for a in advisories if a.id == "GHSA-35jh-r3h4-6jhm")
    assert template.package == "lodash"
    assert template.severity is Severity.HIGH
    assert template.vulnerable == "<4.17.21"
    assert template.patched == ("4.17.21",)
    assert template.score == 7.2
    assert template.url == "https://github.com/advisories/GHSA-35jh-r3h4-6jhm"
    unknown = next(a for a in advisories if a.id == "GHSA-jr5f-v2jv-69x6")
    assert unknown.score is None  # the endpoint's 0
    assert not any(a.malware for a in advisories)


def test_answers_of_2020_have_numbers_for_ids() -> None:
    old = {
        "mem": [{"id": 1084, "url": "https://old.example.test/advisories/1084", "title": "Denial of Service"}]
    }
    (advisory,), problems = parse_bulk(old)
    assert not problems
    assert advisory.ids == ("npm-1084",)
    assert advisory.url == "https://old.example.test/advisories/1084"


@pytest.mark.parametrize("answer", [None, [], "no", 1, True])
def test_what_is_no_answer_at_all(answer: object) -> None:
    with pytest.raises(ValueError, match="no object"):
        parse_bulk(answer)


def test_nothing_is_dropped_in_silence() -> None:
    advisories, problems = parse_bulk(
        {"a": "none", "b": [1, {}, {"title": "T"}], "c": [{"severity": "high"}]}
    )
    assert [(a.package, a.id, a.ids) for a in advisories] == [("b", "T", ())]
    assert problems == (
        "the registry's answer about a is no list",
        "an advisory about b in the registry's answer makes no sense",
        "an advisory about c in the registry's answer makes no sense",
    )


def test_many_problems_are_few_words() -> None:
    _, problems = parse_bulk({f"p{n}": 1 for n in range(500)})
    assert len(problems) == 21
    assert problems[-1] == "and 480 more of that kind"


@pytest.mark.parametrize("vulnerable", [None, 7, "", "not a range", ["<1"], {}])
def test_an_unreadable_range_may_mean_any_version(vulnerable: object) -> None:
    (advisory,), _ = parse_bulk({"a": [{"id": 1, "title": "T", "vulnerable_versions": vulnerable}]})
    assert matches(advisory, "1.0.0") is None


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severity": "critical"}, Severity.CRITICAL),
        ({"severity": "MEDIUM"}, Severity.MODERATE),
        ({"severity": "dire", "cvss": {"score": 5}}, Severity.MODERATE),
        ({"cvss": {"score": 0}}, Severity.HIGH),
        ({"severity": 9, "cvss": {"score": float("nan")}}, Severity.HIGH),
        ({"cvss": {"score": -1}}, Severity.HIGH),
        ({"cvss": {"score": 10**400}}, Severity.HIGH),
        ({"cvss": "CVSS:3.1"}, Severity.HIGH),
    ],
)
def test_severities(fields: dict[str, object], severity: Severity) -> None:
    (advisory,), _ = parse_bulk({"a": [{"id": 1, "title": "T", **fields}]})
    assert advisory.severity is severity


@pytest.mark.parametrize(
    ("title", "cwe", "malware"),
    [
        ("Malware in fsevents", [], True),
        ("Embedded malware in ua-parser-js", [], True),
        ("`crossenv` is malware", [], True),
        ("Malicious code in something (npm)", [], True),
        ("Embedded Malicious Code", [], True),
        ("Anything", ["CWE-506"], True),
        ("Deserialization may run malicious code in the page", [], False),
        ("Antivirus engine fails on malware in archives", [], False),
        ("Hidden functionality", ["CWE-912"], False),
    ],
)
def test_malware_is_told_from_what_malware_may_use(title: str, cwe: list[str], malware: bool) -> None:
    (advisory,), _ = parse_bulk({"a": [{"id": 1, "title": title, "severity": "low", "cwe": cwe}]})
    assert advisory.malware is malware
    assert advisory.severity is (Severity.CRITICAL if malware else Severity.LOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("id", "url", "title", "severity", "vulnerable_versions", "cwe", "cvss", "cves")
ENTRIES = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)) | JSON, max_size=3)


@given(st.dictionaries(st.text(max_size=5), ENTRIES | JSON, max_size=3))
def test_every_entry_becomes_an_advisory_or_a_problem(answer: dict[str, object]) -> None:
    advisories, problems = parse_bulk(answer)
    entries = sum(len(e) if isinstance(e, list) else 1 for e in answer.values())
    assert len(advisories) <= entries
    assert bool(problems) or len(advisories) == entries


def test_what_is_asked() -> None:
    found = project(
        {
            "dependencies": {"a": "^1.0.0", "renamed": "npm:real@^2.0.0", "forked": GIT},
            "devDependencies": {"d": "*"},
        },
        {
            "node_modules/a": {"version": "1.2.0", "dependencies": {"b": "^1.0.0"}},
            "node_modules/a/node_modules/b": {"version": "1.0.0"},
            "node_modules/b": {"version": "1.10.0"},
            "node_modules/renamed": {"version": "2.0.0", "name": "real"},
            "node_modules/forked": {"version": "3.0.0", "resolved": GIT},
            "node_modules/d": {"version": "4.0.0", "dev": True},
            "node_modules/d/node_modules/b": {"version": "1.0.0", "dev": True},
        },
        {"packages/member": {"name": "member", "version": "5.0.0"}},
    )
    assert found.graph is not None
    assert bulk_request(found.graph, False) == {
        "a": ["1.2.0"],
        "b": ["1.0.0", "1.10.0"],
        "d": ["4.0.0"],
        "forked": ["3.0.0"],
        "real": ["2.0.0"],
    }
    assert "d" not in bulk_request(found.graph, True)
