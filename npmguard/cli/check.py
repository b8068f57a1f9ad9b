"""`npmguard check`."""

from __future__ import annotations

from npmguard.cli.output import Progress, deliver
from npmguard.cli.quick import Values
from npmguard.cli.values import options, texts


def run(values: Values) -> int:
    """Audits, writes the report, gives the exit code."""
    from npmguard.audit import check

    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = check(texts(values["paths"]) or ["."], options(values), progress)
    finally:
        progress.clear()
    deliver(report, values)
    return report.exit_code
