"""`npmguard why`."""

from __future__ import annotations

from npmguard.cli.output import write
from npmguard.cli.quick import Values
from npmguard.cli.values import text
from npmguard.errors import UsageError


def run(values: Values) -> int:
    """Writes who brings a package; 0 where it is there. Raises UsageError where it is not."""
    from npmguard import reasons
    from npmguard.reports import why

    wanted = text(values["package"])
    if wanted is None:
        raise UsageError("which package? npmguard why NAME or npmguard why NAME@VERSION")
    found = reasons.why(wanted, text(values["path"]) or ".")
    write(why.render(found, str(values["format"]), verbose=bool(values["verbose"])), text(values["output"]))
    return 0
