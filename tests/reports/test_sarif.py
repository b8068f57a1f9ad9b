"""SARIF, by its own schema and by what GitHub's code scanning asks for beyond that."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from support.hostile import HOSTILE, spoilt
from support.reports import many, ordered, report, sample
from support.snapshots import same

from npmguard import __version__
from npmguard.model import Finding, Location, ProjectReport, Report, Severity
from npmguard.reports.sarif import render, uri

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
SCHEMA = Path(__file__).parents[2] / "fixtures" / "schemas" / "sarif-2.1.0.json"


@cache
def schema() -> Any:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()))


def run_of(found: Report) -> dict[str, Any]:
    """The only run of a report, after all of it was looked over."""
    log = json.loads(render(found))
    assert [error.message for error in schema().iter_errors(log)] == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"].strip()
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"].strip()
        assert rule["help"]["markdown"].strip()
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert "security" in rule["properties"]["tags"]
        assert len(rule["properties"]["tags"]) <= 10
        assert rule["properties"]["precision"] in ("high", "medium", "low")
    assert len(run["results"]) <= 25_000
    alerts = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        (place,) = result["locations"]
        where = place["physicalLocation"]
        relative(where["artifactLocation"]["uri"])
        assert where["region"]["startLine"] >= 1
        marks = result["partialFingerprints"]
        assert re.fullmatch("[0-9a-f]{20}", marks["npmguard/v1"])
        line = marks.get("primaryLocationLineHash", where["region"]["startLine"])
        alerts.add((result["ruleId"], where["artifactLocation"]["uri"], line))
    # what GitHub takes for one alert would be lost
    assert len(alerts) == len(run["results"])
    return dict(run)


def relative(text: str) -> None:
    assert re.fullmatch(r"([A-Za-z0-9/@._~+!()*-]|%[0-9A-F]{2})+", text)
    parts = urlsplit(text)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")


def test_the_sample() -> None:
    run_of(sample())
    text = render(sample())
    same(text.replace(f'"{__version__}"', '"0.0.0"'), "sample.sarif")


def test_every_finding_is_a_result_at_its_line() -> None:
    results = run_of(sample())["results"]
    found = [finding for project in sample().projects for finding in project.findings]
    for result, finding in zip(results, found, strict=True):
        assert result["ruleId"].partition("/")[0] == finding.rule
        assert result["partialFingerprints"]["npmguard/v1"] == finding.fingerprint
        assert ("suppressions" in result) == (finding.suppressed is not None)
        if finding.location is not None:
            where = result["locations"][0]["physicalLocation"]
            assert where["artifactLocation"]["uri"] == finding.location.file
            assert where["region"]["startLine"] == (finding.location.line or 1)


def test_an_alert_is_as_severe_as_its_finding() -> None:
    """Code scanning takes the severity from the rule alone."""
    bounds = {"critical": 9.0, "high": 7.0, "moderate": 4.0, "low": 1.0, "info": 0.1}
    run = run_of(sample())
    for result in run["results"]:
        score = float(run["tool"]["driver"]["rules"][result["ruleIndex"]]["properties"]["security-severity"])
        assert (
            next(word for word, bound in bounds.items() if score >= bound) == result["properties"]["severity"]
        )


def test_hidden_findings_say_why() -> None:
    hidden = [s for r in run_of(sample())["results"] for s in r.get("suppressions", ())]
    assert [(s["kind"], s["status"], s["justification"], s["properties"]["by"]) for s in hidden] == [
        ("external", "accepted", "only used by the build (until 2026-12-31)", "config"),
        ("external", "accepted", "known since 2025-11-02", "baseline"),
    ]


def test_gaps_are_told_and_the_run_is_no_success() -> None:
    (invocation,) = run_of(sample())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 1
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert texts == [
        "Not checked: advisory, malware: the registry answered 405 to POST /-/npm/v1/security",
        "Not checked: outdated: no answer about once in 30 s",
    ]
    (clean,) = run_of(many(3))["invocations"]
    assert clean["executionSuccessful"] is True


def test_what_is_about_no_place_is_about_the_project() -> None:
    bare = Finding("lockfile-missing", Severity.HIGH, "no lockfile", "")
    project = ProjectReport("a b/c", None, None, "npm", None, None, 0, ordered([bare]), ())
    (result,) = run_of(report(project))["results"]
    where = result["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "a%20b/c/package.json"
    assert where["region"] == {"startLine": 1}
    assert "logicalLocations" not in result["locations"][0]


def test_fingerprints_outlive_moved_lines_renamed_folders_and_other_findings() -> None:
    def marks(found: Report) -> set[str]:
        return {r["partialFingerprints"]["npmguard/v1"] for r in run_of(found)["results"]}

    moved = sample()
    web = moved.projects[0]
    findings = tuple(
        f._replace(location=f.location and Location(f"other/{f.location.file}", f.location.pointer, 7))
        for f in web.findings[3:]
    )
    one = report(web._replace(path="elsewhere", findings=findings))
    assert marks(one) < marks(sample())


def test_two_on_one_line_stay_two() -> None:
    place = Location("a.js", "/x", 3)
    found = [Finding("leaked-secret", Severity.HIGH, f"secret {n}", "", location=place) for n in range(2)]
    project = ProjectReport(".", "a", "1.0.0", "npm", None, None, 0, ordered(found), ())
    first, second = run_of(report(project))["results"]
    assert "primaryLocationLineHash" not in first["partialFingerprints"]
    assert second["partialFingerprints"]["primaryLocationLineHash"]


def test_no_more_results_than_code_scanning_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npmguard.reports.sarif._MOST", 50)
    run = run_of(many(60))
    assert len(run["results"]) == 50
    assert {r["properties"]["severity"] for r in run["results"][:9]} == {"critical"}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "10 findings left out: the file takes no more"


def test_hostile_texts() -> None:
    for text in HOSTILE:
        run_of(spoilt(sample(), text))
        assert (
            "](" not in json.loads(render(spoilt(sample(), text)))["runs"][0]["results"][0]["message"]["text"]
        )


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("apps/web/package-lock.json", "apps/web/package-lock.json"),
        ("node_modules/@a/b c", "node_modules/@a/b%20c"),
        ("a:b/c?d#e%f", "a%3Ab/c%3Fd%23e%25f"),
        ("//evil.example.test/x", "/evil.example.test/x"),
        ("C:\\x", "C%3A%5Cx"),
        ("\udcff", "%FF"),
        ("\ud800", "%5Cud800"),
        ("é", "%C3%A9"),
    ],
)
def test_paths_become_relative_references(path: str, found: str) -> None:
    assert uri(path) == found
    relative(found)
    if path.isascii() and not path.startswith("//"):
        assert unquote(found) == path
