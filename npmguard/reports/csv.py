"""A table for spreadsheets: one row per finding, the hidden ones too, and one for what could not be known.

RFC 4180: a header, commas, every cell in quotation marks, lines ended by CR LF. No cell is a formula: before
what a spreadsheet would take for the start of one, at the start of a cell or behind a separator in it, stands
an apostrophe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard.model import Finding, Gap, ProjectReport, Report
from npmguard.text import one_line

HEADER = (
    *("project", "rule", "severity", "confidence", "package", "version", "direct", "dev", "title", "detail"),
    *("fix", "fix_to", "command", "file", "line", "ids", "url", "path", "path_count", "fingerprint"),
    *("suppressed_by", "reason", "until"),
)
INCOMPLETE = "incomplete"  # in the place of a rule, where something could not be known

_LONGEST = 32_767  # characters that Excel takes in a cell
# What begins a formula, also in the wide forms of East Asian keyboards, at the start of a cell or of what a
# spreadsheet that goes by other separators would make a cell.
_FORMULA = re.compile(r"(^\s*|[,;|]\s*[\"']*\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def render(report: Report) -> str:
    """The findings of all projects as CSV."""
    rows: list[tuple[str, ...]] = [HEADER]
    for project in sorted(report.projects, key=lambda project: project.path):
        rows += (_row(project, finding) for finding in project.findings)
        rows += (_gap(project, gap) for gap in project.incomplete)
    return "".join(f"{','.join(map(cell, row))}\r\n" for row in rows)


def _row(project: ProjectReport, finding: Finding) -> tuple[str, ...]:
    return tuple(_texts(project, finding))


def _texts(project: ProjectReport, finding: Finding) -> Iterator[str]:
    """The cells of a row, in the order of the header."""
    fix, place, hidden = finding.fix, finding.location, finding.suppressed
    yield project.path
    yield finding.rule
    yield finding.severity.word
    yield finding.confidence.value
    yield finding.package or ""
    yield finding.version or ""
    yield "true" if finding.direct else "false"
    yield "true" if finding.dev else "false"
    yield finding.title
    yield finding.detail
    yield from (fix.kind, fix.to or "", fix.command or "") if fix is not None else ("", "", "")
    yield place.file if place is not None else ""
    yield str(place.line) if place is not None and place.line is not None else ""
    yield " ".join(finding.ids)
    yield finding.url or ""
    yield " > ".join(finding.paths[0]) if finding.paths else ""
    yield str(finding.path_count)
    yield finding.fingerprint
    yield from (hidden.by, hidden.reason, hidden.until or "") if hidden is not None else ("", "", "")


def _gap(project: ProjectReport, gap: Gap) -> tuple[str, ...]:
    cells = {
        "project": project.path,
        "rule": INCOMPLETE,
        "title": f"{gap.source}: {gap.reason}",
        "detail": f"Not known because of that: {', '.join(gap.affects)}",
    }
    return tuple(cells.get(column, "") for column in HEADER)


def cell(text: str) -> str:
    plain = _FORMULA.sub(r"\1'", one_line(text, _LONGEST))[:_LONGEST]
    return '"' + plain.replace('"', '""') + '"'
