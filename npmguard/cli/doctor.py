"""`npmguard doctor`."""

from __future__ import annotations

from npmguard.cli.output import colored, width, write
from npmguard.cli.quick import Values
from npmguard.cli.values import text


def run(values: Values) -> int:
    """Looks at the environment, writes what was seen, gives the exit code."""
    from npmguard.doctor import examine
    from npmguard.reports import doctor

    found = examine(
        text(values["path"]) or ".",
        text(values["registry"]),
        offline=bool(values["offline"]),
        allow_incomplete=bool(values["allow_incomplete"]),
    )
    place = text(values["output"])
    whole = doctor.render(
        found,
        str(values["format"]),
        color=colored(str(values["color"])) and place in (None, "-"),
        width=width(),
        verbose=bool(values["verbose"]),
        quiet=bool(values["quiet"]),
    )
    write(whole, place)
    return found.exit_code
