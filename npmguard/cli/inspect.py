"""`npmguard inspect`."""

from __future__ import annotations

from npmguard.cli.output import Progress, deliver
from npmguard.cli.quick import Values
from npmguard.cli.values import options, texts
from npmguard.errors import UsageError


def run(values: Values) -> int:
    """Looks at what would be installed, writes the report, gives the exit code."""
    from npmguard.inspection import inspect

    names = texts(values["names"])
    if not names:
        raise UsageError("which package? npmguard inspect NAME, as in npmguard inspect express@^5")
    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = inspect(names, options(values), progress)
    finally:
        progress.clear()
    deliver(report, values)
    return report.exit_code
