"""`npmguard baseline`."""

from __future__ import annotations

import os

from npmguard.cli.output import Progress, complain, write
from npmguard.cli.quick import Values
from npmguard.cli.values import options, text, texts


def run(values: Values) -> int:
    """Audits, notes what is found, and says how much that is; 3 where not all could be known."""
    from npmguard import baseline
    from npmguard.audit import check

    place = text(values["output"])
    before = baseline.read(place) if place is not None and os.path.isfile(place) else None
    progress = Progress(quiet=bool(values["quiet"]))
    asked = options(values)
    try:
        report = check(texts(values["paths"]) or ["."], asked, progress)
    finally:
        progress.clear()
    write(baseline.render(report, before), place)
    if not values["quiet"]:
        complain(baseline.summary(report, place or "stdout"))
    return 3 if report.incomplete and not asked.allow_incomplete else 0
