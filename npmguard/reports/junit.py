"""The report as JUnit XML, which every CI server shows: a suite for each project, a case for each finding.

What fails is a failure, what is less severe passes and says what it saw, what is hidden is skipped with the
reason, and what could not be checked is an error, or skipped too where the run passed all the same. A project
with nothing of all that has one case that passes.
The form is that of the schema of Jenkins' xUnit plugin (junit-10.xsd), which others read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npmguard.model import Finding, Gap, ProjectReport, Report, Severity
from npmguard.reports import telling
from npmguard.text import xml


class _Suite(NamedTuple):
    tests: int
    failures: int
    errors: int
    text: str


def render(report: Report) -> str:
    """All suites, the counts of each beside it."""
    level = failing(report)
    suites = [_suite(project, report, level) for project in report.projects]
    return "".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            f'<testsuites name="npmguard" tests="{sum(suite.tests for suite in suites)}"',
            f' failures="{sum(suite.failures for suite in suites)}"',
            f' errors="{sum(suite.errors for suite in suites)}" time="{report.duration_ms / 1000:.3f}">\n',
            *(suite.text for suite in suites),
            "</testsuites>\n",
        )
    )


def failing(report: Report) -> Severity | None:
    """The severity from which findings fail, or None where none does.

    Where projects differ in that, a run that failed did so by something high, or by the worst there is.
    """
    if report.fail_on is not None or report.exit_code != 1:
        return report.fail_on
    return min(
        Severity.HIGH,
        max((level for level, number in report.counts.items() if number), default=Severity.HIGH),
    )


def _suite(project: ProjectReport, report: Report, level: Severity | None) -> _Suite:
    forgiven = report.exit_code == 0
    shown = project.shown
    failures = sum(level is not None and finding.severity >= level for finding in shown)
    cases = [
        *(_gap(gap, forgiven) for gap in project.incomplete),
        *(_case(finding, project, level) for finding in project.findings),
    ]
    cases = cases or [_open("npmguard", "nothing found") + "/>\n"]
    errors = 0 if forgiven else len(project.incomplete)
    skipped = len(project.findings) - len(shown) + len(project.incomplete) - errors
    name = " ".join(part for part in (project.name, project.version, f"({project.path})") if part)
    head = (
        f'  <testsuite name="{xml(name)}" tests="{len(cases)}" failures="{failures}"'
        f' errors="{errors}" skipped="{skipped}"'
        f' time="0.000" timestamp="{report.started_at.removesuffix("Z")}">\n'
    )
    return _Suite(len(cases), failures, errors, "".join((head, *cases, "  </testsuite>\n")))


def _open(group: str, name: str) -> str:
    return f'    <testcase classname="{xml(group)}" name="{xml(name, 500)}" time="0.000"'


def _case(finding: Finding, project: ProjectReport, level: Severity | None) -> str:
    start = _open(finding.rule, finding.title or finding.rule)
    hidden = finding.suppressed
    if hidden is not None:
        until = f" (until {hidden.until})" if hidden.until else ""
        return f'{start}>\n      <skipped message="{xml(hidden.reason + until)}"/>\n    </testcase>\n'
    told = "".join(f"{xml(line)}\n" for line in _told(finding, project))
    if level is None or finding.severity < level:
        return f"{start}>\n      <system-out>{told}</system-out>\n    </testcase>\n"
    message = xml(finding.title, 500)
    return (
        f'{start}>\n      <failure type="{finding.severity.word}" message="{message}">{told}</failure>\n'
        "    </testcase>\n"
    )


def _told(finding: Finding, project: ProjectReport) -> Iterator[str]:
    file, line = telling.place(finding, project)
    yield f"{finding.severity.word} {finding.rule}"
    yield f"{file}:{line}"
    yield from telling.lines(finding)
    if finding.url:
        yield finding.url


def _gap(gap: Gap, forgiven: bool) -> str:
    start = _open("incomplete", f"not checked: {', '.join(gap.affects)}")
    kind = "skipped" if forgiven else "error"
    return f'{start}>\n      <{kind} type="incomplete" message="{xml(gap.reason)}"/>\n    </testcase>\n'
