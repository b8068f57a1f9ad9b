"""The JSON report, held to its schema to the letter."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from npmguard import audit
from npmguard.reports.json import render
from npmguard.rules import IDS
from npmguard.settings import Options

TOP = Path(__file__).parents[2]
TEXT, NUMBER, FLAG = str, int, bool
SEVERITIES = ["critical", "high", "moderate", "low", "info"]
KINDS = ("upgrade", "override", "downgrade", "replace", "remove", "regenerate", "edit", "review")


def keys(value: dict[str, Any], *names: str) -> None:
    assert list(value) == list(names)


def text(value: Any) -> None:
    assert isinstance(value, str)
    assert value == " ".join(value.split()), value


def optional(value: Any) -> None:
    if value is not None:
        text(value)


def finding(found: dict[str, Any]) -> None:
    keys(
        found,
        *("rule", "severity", "confidence", "package", "version", "dev", "direct", "title", "detail", "fix"),
        *("location", "paths", "path_count", "ids", "url", "fingerprint", "suppressed"),
    )
    assert found["rule"] in IDS
    assert found["severity"] in SEVERITIES
    assert found["confidence"] in ("low", "medium", "high")
    for key in ("package", "version", "url"):
        optional(found[key])
    assert isinstance(found["dev"], bool)
    assert isinstance(found["direct"], bool)
    text(found["title"])
    text(found["detail"])
    if found["fix"] is not None:
        keys(found["fix"], "kind", "to", "command")
        assert found["fix"]["kind"] in KINDS
        optional(found["fix"]["to"])
        optional(found["fix"]["command"])
    if found["location"] is not None:
        keys(found["location"], "file", "line", "pointer")
        assert (TOP / found["location"]["file"]).is_file()
        assert found["location"]["line"] is None or found["location"]["line"] >= 1
    assert len(found["paths"]) <= 5
    assert found["path_count"] >= len(found["paths"])
    assert [len(path) for path in found["paths"]] == sorted(len(path) for path in found["paths"])
    assert all(isinstance(step, str) for path in found["paths"] for step in path)
    assert all(isinstance(id, str) for id in found["ids"])
    assert re.fullmatch(r"[0-9a-f]{16,}", found["fingerprint"])
    if found["suppressed"] is not None:
        keys(found["suppressed"], "by", "reason", "until")


def valid(report: dict[str, Any]) -> None:
    keys(
        report,
        *("schema", "tool", "command", "started_at", "duration_ms", "projects", "summary"),
    )
    assert report["schema"] == "npmguard-report/1"
    keys(report["tool"], "name", "version")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["started_at"])
    assert isinstance(report["duration_ms"], int)
    for project in report["projects"]:
        keys(
            project,
            *("path", "name", "version", "manager", "lockfile", "lockfile_format", "packages", "findings"),
            *("incomplete", "sources", "fix_plan"),
        )
        for found in project["findings"]:
            finding(found)
        for gap in project["incomplete"]:
            keys(gap, "source", "reason", "affects")
            text(gap["reason"])
            assert gap["affects"] == sorted(gap["affects"])
            assert set(gap["affects"]) <= set(IDS)
    keys(report["summary"], "projects", "packages", "findings", "suppressed", "incomplete", "exit_code")
    assert list(report["summary"]["findings"]) == SEVERITIES
    shown = [f for p in report["projects"] for f in p["findings"] if f["suppressed"] is None]
    for severity, count in report["summary"]["findings"].items():
        assert count == sum(found["severity"] == severity for found in shown)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(TOP)
    options = Options(offline=True, advisories=("fixtures/advisories/osv.json",))
    return render(audit.check(["fixtures/shop"], options))


def test_the_schema_is_kept(shop: str) -> None:
    report = json.loads(shop)
    valid(report)
    assert len(report["projects"][0]["findings"]) > 40


def test_what_it_points_to_is_there(shop: str) -> None:
    for found in json.loads(shop)["projects"][0]["findings"]:
        place = found["location"]
        if place and place["pointer"] and place["line"]:
            line = (TOP / place["file"]).read_text().split("\n")[place["line"] - 1]
            last = place["pointer"].rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            assert json.dumps(last) in line or json.dumps(last, ensure_ascii=False) in line


def test_fingerprints_tell_findings_apart(shop: str) -> None:
    found = [f["fingerprint"] for f in json.loads(shop)["projects"][0]["findings"]]
    assert len(set(found)) == len(found)


def test_it_is_ascii_with_a_finding_a_line(shop: str) -> None:
    assert shop.isascii()
    assert shop.endswith("}\n")
    lines = [line for line in shop.split("\n") if '"fingerprint"' in line]
    assert len(lines) == len(json.loads(shop)["projects"][0]["findings"])


def test_a_report_without_findings_is_whole(here: Path) -> None:
    (here / "package.json").write_text('{"name": "empty", "version": "1.0.0"}')
    report = json.loads(render(audit.check(["."], Options(offline=True))))
    valid(report)
    assert report["projects"][0]["findings"] == []
    assert report["projects"][0]["lockfile"] is None
    assert report["summary"]["exit_code"] == 0
