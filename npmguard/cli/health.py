"""`npmguard health`."""

from __future__ import annotations

from npmguard.cli.output import Progress, complain, deliver, write
from npmguard.cli.quick import Values
from npmguard.cli.values import options, text, texts
from npmguard.errors import UsageError


def run(values: Values) -> int:
    """Measures, records, writes the report, gives the exit code; or writes what the history has."""
    from npmguard import checkup

    paths = texts(values["paths"]) or ["."]
    asked = checkup.Asked(
        text(values["history"]),
        text(values["project_id"]),
        _date(text(values["compare"])),
        bool(values["fail_on_regression"]),
    )
    if values["list"] or values["export"]:
        return _kept(values, paths, asked)
    progress = Progress(quiet=bool(values["quiet"]))
    try:
        found = checkup.health(paths, options(values), asked, progress, progress.project)
    finally:
        progress.clear()
    deliver(found.report, values)
    for line in found.complaints:
        complain(line)
    return found.report.exit_code


def _kept(values: Values, paths: list[str], asked: object) -> int:
    """Writes what the history has of the projects. Raises UsageError and HistoryError."""
    from npmguard import checkup
    from npmguard.reports import past

    assert isinstance(asked, checkup.Asked)
    if values["list"] and values["export"]:
        raise UsageError("--list and --export: one of them")
    found = checkup.kept(paths, asked)
    form = text(values["export"])
    render = {None: past.table, "csv": past.csv, "json": past.json}[form]
    write(render(found), (texts(values["output"]) or ["-"])[0])
    return 0


def _date(written: str | None) -> float | None:
    """The time until which a run counts as before: a day's end, or the moment itself. None for the last run.

    Raises UsageError for what is no date.
    """
    from npmguard.dates import seconds

    if written in (None, "last"):
        return None
    time = seconds(str(written))
    if time is None:
        raise UsageError(f"--compare {written}: not a date such as 2026-01-31, and not last")
    return time + 86_399 if len(str(written)) <= len("2026-01-31") else time
