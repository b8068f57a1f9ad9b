"""`npmguard explain`."""

from __future__ import annotations

from npmguard.cli.output import width, write
from npmguard.cli.quick import Values
from npmguard.errors import UsageError
from npmguard.reports import explain
from npmguard.rules import IDS, load
from npmguard.settings import LATER, near


def run(values: Values) -> int:
    """Prints a rule's page, or the table of rules."""
    name = values["rule"]
    format = str(values["format"])
    if name is None:
        write(explain.table(load(), format, width()), None)
        return 0
    if name not in IDS:
        if name in LATER:
            raise UsageError(f"{name}: this version does not have that rule yet")
        raise UsageError(f"{name}: no such rule{near(str(name), frozenset(IDS))}")
    write(explain.page(load([str(name)])[0], format, width()), None)
    return 0
