"""The report for GitLab's code quality: gl-code-quality-report.json, every finding with its file and line.

An issue there is one line, a severity and a place. What could not be checked is an issue too, as the form has
no other way to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from npmguard.model import ProjectReport, Report, Severity
from npmguard.reports import telling
from npmguard.reports.flat import slot, written
from npmguard.text import one_line, plain

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MODERATE: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(report: Report) -> str:
    """A list of issues; what is hidden stays away."""
    return written(slot("issues"), {"issues": _issues(report)})


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for project in report.projects:
        for gap in project.incomplete:
            words = f"Not checked: {', '.join(gap.affects)}: {gap.reason}"
            mark = _marked(project, "\0".join((gap.source, gap.reason, *gap.affects)))
            yield _issue(words, "incomplete", mark, Severity.MODERATE, telling.home(project), 1)
        for finding in project.findings:
            if finding.suppressed is not None:
                continue
            mark = finding.fingerprint
            if mark in seen:  # two projects of one name: GitLab would take them for one
                mark = _marked(project, mark)
            seen.add(mark)
            file, line = telling.place(finding, project)
            todo = telling.fix(finding)
            words = f"{finding.title}{f' ({todo})' if todo else ''}"
            yield _issue(words, finding.rule, mark, finding.severity, file, line)


def _issue(words: str, check: str, mark: str, severity: Severity, file: str, line: int) -> dict[str, Any]:
    return {
        "description": one_line(words, 1000) or check,
        "check_name": check,
        "fingerprint": mark,
        "severity": _SEVERITIES[severity],
        "location": {"path": plain(file), "lines": {"begin": line}},
    }


def _marked(project: ProjectReport, own: str) -> str:
    """A fingerprint that tells projects apart by their folders."""
    return sha256(f"{project.path}\0{own}".encode("utf-8", "surrogatepass")).hexdigest()[:20]
