"""`npmguard prepublish`."""

from __future__ import annotations

from npmguard.cli.output import Progress, deliver, write
from npmguard.cli.quick import Values
from npmguard.cli.values import options, text, texts


def run(values: Values) -> int:
    """Looks at what would be published, writes the report, gives the exit code; or lists the files alone."""
    from npmguard import publishing

    target = text(values["target"]) or "."
    if values["list"]:
        from npmguard.text import plain

        files = publishing.files(target, options(values))
        write("".join(f"{plain(file.path)}\n" for file in files), texts(values["output"])[0])
        return 0
    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = publishing.prepublish(target, options(values), progress)
    finally:
        progress.clear()
    deliver(report, values)
    return report.exit_code
