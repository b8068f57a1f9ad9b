"""The score: 100, less what each part costs.

Each part counts something bad, and costs its most times ln(1 + count) / ln(1 + full), at most all of it, in
whole points: the first few weigh most, and what a large project has a hundred of still tells. Only counts of
what is bad go in, no shares: so a project never gains by what it adds, and never loses by what it takes away.
What is not known costs nothing, and the report says so.

An advisory counts 10 if it is critical, 5 if high, 2 if moderate, 1 if low; twice that where its fix has been
out for more than 90 days, half of it where only development brings the package. Age counts the libyears. The
other parts count packages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log1p
from typing import NamedTuple

from npmguard.health.times import DAY
from npmguard.model import Counts, Hole, Part, Severity
from npmguard.text import count

WEIGHTS = {
    Severity.CRITICAL: 10.0,
    Severity.HIGH: 5.0,
    Severity.MODERATE: 2.0,
    Severity.LOW: 1.0,
    Severity.INFO: 0.0,
}
LONG = 90 * DAY  # that a fix has been out


class Scale(NamedTuple):
    """The points that a part may cost, and the count at which it costs all of them."""

    most: int
    full: float

    def lost(self, amount: float) -> int:
        """The points that this much costs."""
        share = log1p(max(0.0, amount)) / log1p(self.full)
        return round(self.most * min(1.0, share))


SCALES = {
    "advisories": Scale(40, 200),
    "age": Scale(20, 2000),
    "deprecated": Scale(10, 50),
    "unmaintained": Scale(10, 200),
    "maintainers": Scale(5, 1000),
    "scripts": Scale(5, 50),
    "provenance": Scale(5, 2000),
    "duplicates": Scale(5, 200),
}


def score(parts: Iterable[Part]) -> int:
    """100 less what the parts lost."""
    return 100 - round(sum(part.lost for part in parts))


def parts(
    holes: Sequence[Hole] | None, libyears: float | None, undated: int, counts: Counts, now: float
) -> tuple[Part, ...]:
    """The parts in their order. None stands for what is not known, `undated` for releases without a date."""
    missing = f", without {count(undated, 'package')} that have no date" if undated else ""
    return (
        _part(
            "advisories",
            weight(holes, now) if holes is not None else None,
            _of_holes(holes or (), now),
            "no source of advisories answered",
        ),
        _part("age", libyears, f"{libyears or 0:,.2f} libyears{missing}", "the registry gives no dates"),
        _counted("deprecated", counts.deprecated, "deprecated", "nobody tells of deprecations"),
        _counted("unmaintained", counts.unmaintained, "without a release for 3 years", "there are no dates"),
        _counted(
            "maintainers",
            counts.single_maintainer,
            "with a single maintainer",
            "the registry names no maintainers",
        ),
        _counted(
            "scripts",
            counts.install_scripts,
            "running a script on install",
            "neither the lockfile nor the registry tells of install scripts",
        ),
        _counted(
            "provenance",
            counts.without_provenance,
            "without provenance",
            "the registry tells of no provenance",
        ),
        _counted("duplicates", counts.duplicates, "in several versions", ""),
    )


def weight(holes: Iterable[Hole], now: float) -> float:
    """What the holes count together."""
    return sum(
        WEIGHTS[hole.severity] * (2 if overdue(hole, now) else 1) * (0.5 if hole.dev else 1) for hole in holes
    )


def overdue(hole: Hole, now: float) -> bool:
    """Has its fix been out for long?"""
    return hole.mended is not None and now - hole.mended > LONG


def _of_holes(holes: Sequence[Hole], now: float) -> str:
    """`1 critical, 2 high; the fix of 2 has been out for over 90 days`."""
    counts = {s: sum(hole.severity is s for hole in holes) for s in sorted(Severity, reverse=True)}
    words = ", ".join(f"{number} {severity.word}" for severity, number in counts.items() if number)
    late = sum(overdue(hole, now) for hole in holes)
    return f"{words}; {late} with a fix out for over 90 days" if late else words or "none"


def _counted(name: str, amount: int | None, words: str, unknown: str) -> Part:
    return _part(name, amount, f"{count(amount, 'package')} {words}" if amount else "none", unknown)


def _part(name: str, amount: float | None, words: str, unknown: str) -> Part:
    scale = SCALES[name]
    if amount is None:
        return Part(name, 0, scale.most, f"not known: {unknown}", known=False)
    return Part(name, scale.lost(amount), scale.most, words)
