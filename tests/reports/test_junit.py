"""JUnit XML, by the schema of Jenkins' xUnit plugin."""

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from support.hostile import HOSTILE, spoilt
from support.reports import many, report, sample
from support.snapshots import same

from npmguard.model import ProjectReport, Report, Severity
from npmguard.reports.junit import render

xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
SCHEMA = Path(__file__).parents[2] / "fixtures" / "schemas" / "junit-10.xsd"


@cache
def schema() -> Any:
    return xmlschema.XMLSchema(str(SCHEMA))


def suites(found: Report) -> ET.Element:
    """The report as a tree, after its counts were looked over."""
    text = render(found)
    schema().validate(text)
    top = ET.fromstring(text)
    for name in ("tests", "failures", "errors"):
        assert int(top.attrib[name]) == sum(int(suite.attrib[name]) for suite in top)
    for suite in top:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) > 0
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
    return top


def test_the_sample() -> None:
    suites(sample())
    same(render(sample()), "sample.junit.xml")


def test_what_fails_is_a_failure_and_the_rest_passes() -> None:
    top = suites(sample())
    assert [failure.attrib["type"] for failure in top.iter("failure")] == ["critical"] * 3 + ["high"] * 6
    assert len(list(top.iter("system-out"))) == 5
    assert [skipped.attrib["message"] for skipped in top.iter("skipped")] == [
        "only used by the build (until 2026-12-31)",
        "known since 2025-11-02",
    ]


def test_a_gap_is_an_error_unless_it_was_forgiven() -> None:
    assert len(list(suites(sample()).iter("error"))) == 2
    forgiven = sample()._replace(fail_on=None, exit_code=0)
    assert list(suites(forgiven).iter("error")) == []
    assert list(suites(forgiven).iter("failure")) == []
    assert len(list(suites(forgiven).iter("skipped"))) == 4


def test_projects_that_differ_in_what_fails() -> None:
    mixed = sample()._replace(fail_on=None)
    assert len(list(suites(mixed).iter("failure"))) == 9
    mild = many(5)
    counts = {level: number if level < Severity.HIGH else 0 for level, number in mild.counts.items()}
    findings = tuple(f for f in mild.projects[0].findings if f.severity < Severity.HIGH)
    mild = mild._replace(
        counts=counts, fail_on=None, projects=(mild.projects[0]._replace(findings=findings),), exit_code=1
    )
    assert [failure.attrib["type"] for failure in suites(mild).iter("failure")] == ["moderate"]


def test_a_project_with_nothing_wrong_has_a_case_that_passes() -> None:
    bare = ProjectReport("tools", None, None, "npm", None, None, 0, (), ())
    ((suite,),) = [list(suites(report(bare)))]
    assert suite.attrib["name"] == "(tools)"
    assert [case.attrib["name"] for case in suite] == ["nothing found"]


def test_hostile_texts() -> None:
    for text in HOSTILE:
        top = suites(spoilt(sample(), text))
        assert len(list(top.iter("testcase"))) == len(list(suites(sample()).iter("testcase")))
