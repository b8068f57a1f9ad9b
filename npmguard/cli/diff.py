"""`npmguard diff`."""

from __future__ import annotations

from npmguard.cli.output import Progress, deliver
from npmguard.cli.quick import Values
from npmguard.cli.values import options, text
from npmguard.errors import UsageError


def run(values: Values) -> int:
    """Compares, writes the report, gives the exit code."""
    from npmguard.comparison import diff

    old, new = text(values["old"]), text(values["new"])
    if old is None or new is None:
        raise UsageError("which two? npmguard diff OLD NEW, as in npmguard diff HEAD~1 .")
    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = diff(old, new, options(values), progress)
    finally:
        progress.clear()
    deliver(report, values)
    return report.exit_code
