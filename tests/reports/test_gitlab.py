"""GitLab's two forms. Its schema of security reports is in no package that could be taken: what version 15
of it asks for is written out here, and of the code quality form what GitLab's manual says.
"""

import json
import re
from typing import Any

import pytest
from support.hostile import HOSTILE, spoilt
from support.reports import report, sample
from support.snapshots import same

from npmguard import __version__
from npmguard.model import Report
from npmguard.reports import gitlab, gitlab_quality

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")

WORD: dict[str, Any] = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^(https?|ftp)://.+"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}


def made(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


def listed(item: dict[str, Any], least: int = 0, most: int = 1_000_000) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


TOOL = made({"id": WORD, "name": WORD, "version": WORD, "vendor": made({"name": WORD})})
SCAN = made(
    {
        "type": {"const": "dependency_scanning"},
        "status": {"enum": ["success", "failure"]},
        "start_time": TIME,
        "end_time": TIME,
        "analyzer": TOOL,
        "scanner": TOOL,
        "messages": listed(made({"level": {"enum": ["info", "warn", "fatal"]}, "value": WORD})),
    }
)
VULNERABILITY = made(
    {
        "id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "name": {**WORD, "maxLength": 255},
        "description": {"type": "string", "maxLength": 1_048_576},
        "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
        "identifiers": listed(made({"type": WORD, "name": WORD, "value": WORD}, {"url": URL}), 1, 20),
        "location": made(
            {
                "file": WORD,
                "dependency": made(
                    {
                        "package": made({"name": {"type": "string"}}),
                        "version": {"type": "string"},
                        "direct": {"type": "boolean"},
                    }
                ),
            }
        ),
    },
    {
        "solution": {"type": "string", "maxLength": 7000},
        "links": listed(made({"url": URL})),
        "details": {
            "type": "object",
            "additionalProperties": made(
                {"name": WORD, "type": {"const": "text"}, "value": {"type": "string"}}
            ),
        },
    },
)
SECURITY = jsonschema.Draft7Validator(
    made(
        {
            "version": {"type": "string", "pattern": r"^15\.\d+\.\d+$"},
            "schema": {"type": "string", "pattern": "^https://gitlab.com/.+"},
            "scan": SCAN,
            "vulnerabilities": listed(VULNERABILITY),
            "remediations": listed({"type": "object"}, 0, 0),
        }
    )
)
QUALITY = jsonschema.Draft7Validator(
    listed(
        made(
            {
                "description": WORD,
                "check_name": WORD,
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{20}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": made(
                    {"path": {"type": "string"}, "lines": made({"begin": {"type": "integer", "minimum": 1}})}
                ),
            }
        )
    )
)


def security(found: Report) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(gitlab.render(found))
    assert [error.message for error in SECURITY.iter_errors(data)] == []
    ids = [vulnerability["id"] for vulnerability in data["vulnerabilities"]]
    assert len(set(ids)) == len(ids)
    return data


def quality(found: Report) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = json.loads(gitlab_quality.render(found))
    assert [error.message for error in QUALITY.iter_errors(data)] == []
    marks = [issue["fingerprint"] for issue in data]
    assert len(set(marks)) == len(marks)
    return data


def test_the_sample() -> None:
    security(sample())
    same(gitlab.render(sample()).replace(f'"{__version__}"', '"0.0.0"'), "sample.gitlab.json")


def test_the_sample_of_code_quality() -> None:
    quality(sample())
    same(gitlab_quality.render(sample()), "sample.gitlab-quality.json")


def test_all_findings_about_packages_are_vulnerabilities() -> None:
    found = security(sample())["vulnerabilities"]
    shown = [f for p in sample().projects for f in p.findings if f.suppressed is None and f.package]
    assert [v["location"]["dependency"]["package"]["name"] for v in found] == [f.package for f in shown]
    assert [v["details"]["rule"]["value"] for v in found] == [f.rule for f in shown]


def test_known_by_ghsa_and_cve_or_by_the_rule() -> None:
    found = security(sample())["vulnerabilities"]
    assert [
        [(i["type"], i["value"]) for i in v["identifiers"]]
        for v in found
        if v["location"]["dependency"]["package"]["name"] in ("crossenv", "wrappy")
    ] == [
        [("ghsa", "GHSA-c2m4-w5hm-vqjw"), ("cve", "CVE-2017-16074")],
        [("npmguard", "resolved-mismatch")],
    ]


def test_gaps_make_it_no_success_and_are_told() -> None:
    scan = security(sample())["scan"]
    assert scan["status"] == "failure"
    assert [message["level"] for message in scan["messages"]] == ["warn", "warn", "info"]
    assert re.match("2 findings about a project", scan["messages"][-1]["value"])
    assert security(report())["scan"]["status"] == "success"


def test_every_finding_is_an_issue_and_gaps_are_too() -> None:
    found = quality(sample())
    shown = [f for p in sample().projects for f in p.findings if f.suppressed is None]
    assert [i["check_name"] for i in found] == ["incomplete", "incomplete", *(f.rule for f in shown)]


def test_the_same_finding_in_two_projects_of_one_name() -> None:
    web = sample().projects[0]
    twice = report(web, web._replace(path="apps/copy"))
    assert len(security(twice)["vulnerabilities"]) == 2 * len(security(report(web))["vulnerabilities"])
    assert len(quality(twice)) == 2 * len(quality(report(web)))


def test_hostile_texts() -> None:
    for text in HOSTILE:
        security(spoilt(sample(), text))
        quality(spoilt(sample(), text))
