"""`npmguard init`."""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.cli.output import write
from npmguard.cli.quick import Values
from npmguard.cli.values import text
from npmguard.starting import Start, start
from npmguard.text import plain


def run(values: Values) -> int:
    """Writes what a project begins with, says what and what is next; 0. Raises UsageError, InputError."""
    from npmguard.project.creating import create

    path = text(values["path"]) or "."
    found = start(path, text(values["ci"]), bool(values["pre_commit"]), bool(values["force"]))
    create(found.files, found.top, replace=bool(values["force"]))
    if not values["quiet"]:
        write("\n".join(plain(line) for line in _told(found)) + "\n", None)
    return 0


def _told(found: Start) -> Iterator[str]:
    yield from (f"wrote {place}" for place in found.files)
    yield from (f"kept {place}: its settings stay as they are" for place in found.kept)
    yield from ("", "Next")
    yield from (f"  {number}. {step}  # {why}" for number, (step, why) in enumerate(found.steps, 1))
