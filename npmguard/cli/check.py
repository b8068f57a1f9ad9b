"""`npmguard check`."""

from __future__ import annotations

from npmguard.cli.output import Progress, complain, deliver
from npmguard.cli.quick import Values
from npmguard.cli.values import options, texts
from npmguard.policy import unreadable


def run(values: Values) -> int:
    """Audits, writes the report, gives the exit code."""
    from npmguard.audit import check

    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = check(texts(values["paths"]) or ["."], options(values), progress, progress.project)
    finally:
        progress.clear()
    deliver(report, values)
    for reason in unreadable(report):
        complain(reason)
    return report.exit_code
