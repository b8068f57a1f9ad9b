"""`npmguard diff`."""

from __future__ import annotations

from npmguard.cli.check import options, text
from npmguard.cli.output import Progress, render, write
from npmguard.cli.quick import Values
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
    output = text(values["output"])
    rendered = render(
        report,
        str(values["format"]),
        color=str(values["color"]),
        verbose=bool(values["verbose"]),
        quiet=bool(values["quiet"]),
        to_file=output is not None,
    )
    write(rendered, output)
    return report.exit_code
