"""What `npmguard doctor` saw, for a person and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from npmguard import __version__
from npmguard.model.doctor import Check, Diagnosis, Status
from npmguard.text import count, one_line

if TYPE_CHECKING:
    from npmguard.reports.sheet import Sheet

_STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "bold red", Status.UNKNOWN: "magenta"}
_LABEL = 9
_WORDS = {
    Status.FAIL: "Not fit to install safely as it is.",
    Status.UNKNOWN: "Not all of it could be looked at.",
    Status.WARN: "Fit to install, with something to mend.",
    Status.OK: "Fit to install.",
}


def render(
    found: Diagnosis,
    format: str,
    *,
    color: bool = False,
    width: int = 80,
    verbose: bool = False,
    quiet: bool = False,
) -> str:
    """All checks in order, what is wrong with its detail and what to do. `quiet` leaves out what is right."""
    if format == "json":
        return json.dumps(_data(found), indent=2) + "\n"
    from npmguard.reports.sheet import Sheet

    sheet = Sheet(color=color, width=width)
    for check in found.checks:
        if not (quiet and check.status is Status.OK):
            _check(sheet, check, verbose)
    if not quiet:
        _end(sheet, found)
    return sheet.written


def _check(sheet: Sheet, check: Check, verbose: bool) -> None:
    under = " " * _LABEL
    sheet.line((f"{check.status.value:<{_LABEL}}", _STYLES[check.status]), one_line(check.title), hang=under)
    if check.detail and (verbose or check.status is not Status.OK):
        sheet.line((one_line(check.detail, 600), "dim"), indent=under)
    if check.fix:
        sheet.line(("fix: ", "green"), one_line(check.fix, 600), indent=under, hang=" " * 5)


def _end(sheet: Sheet, found: Diagnosis) -> None:
    counts = ", ".join(f"{n} {status.value}" for status, n in found.counts.items() if n)
    sheet.line()
    sheet.line(f"{count(len(found.checks), 'check')}: {counts}")
    worst = next((status for status, n in found.counts.items() if n), Status.OK)
    sheet.line((_WORDS[worst], "bold"))


def _data(found: Diagnosis) -> dict[str, Any]:
    return {
        "schema": "npmguard-doctor/1",
        "tool": {"name": "npmguard", "version": __version__},
        "command": "doctor",
        "started_at": found.started_at,
        "duration_ms": found.duration_ms,
        "path": found.folder,
        "checks": [
            {
                "id": check.id,
                "subject": check.subject,
                "status": check.status.value,
                "title": check.title,
                "detail": check.detail,
                "fix": check.fix,
            }
            for check in found.checks
        ],
        "summary": {**{s.value: n for s, n in found.counts.items()}, "exit_code": found.exit_code},
    }
