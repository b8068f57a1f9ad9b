"""What the formats share about health: the objects of JSON, and the words of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from npmguard.dates import day, iso
from npmguard.model import Health, Hole, Issue, Lag, Snapshot, Trend
from npmguard.text import count, one_line

_BARS = "▁▂▃▄▅▆▇█"
_DAY = 86_400.0


# -- JSON


def health_object(health: Health) -> dict[str, Any]:
    """What `health` adds to a project of the JSON report."""
    return {
        "score": health.score,
        "parts": [
            {**part._asdict(), "lost": round(part.lost), "most": round(part.most)} for part in health.parts
        ],
        "libyears": health.libyears,
        "counts": health.counts._asdict(),
        "licences": dict(health.licences),
        "lags": [lag._asdict() for lag in health.lags],
        "advisories": [hole_object(hole) for hole in health.holes],
        "deprecated": list(health.deprecated),
        "unmaintained": list(health.unmaintained),
        "single_maintainer": list(health.single_maintainer),
        "weights": dict(health.weights),
    }


def hole_object(hole: Hole) -> dict[str, Any]:
    return {
        **hole._asdict(),
        "severity": hole.severity.word,
        "disclosed": iso(hole.disclosed),
        "mended": iso(hole.mended),
    }


def trend_object(trend: Trend) -> dict[str, Any]:
    """What `health` adds about a project's past."""
    return {
        "against": iso(trend.against),
        "new": list(map(issue_object, trend.new)),
        "mended": list(map(issue_object, trend.mended)),
        "open": list(map(issue_object, trend.open)),
        "seconds_to_mend": trend.seconds_to_mend,
        "regressions": list(trend.regressions),
        "snapshots": list(map(snapshot_object, trend.snapshots)),
    }


def snapshot_object(found: Snapshot) -> dict[str, Any]:
    health = found.health
    return {
        "time": iso(found.time),
        "npmguard": found.version,
        "packages": found.packages,
        "score": health.score,
        "parts": {part.name: round(part.lost) if part.known else None for part in health.parts},
        "libyears": health.libyears,
        "counts": health.counts._asdict(),
        "licences": dict(health.licences),
        "findings": {severity.word: number for severity, number in found.severities.items()},
        "open": len(found.open),
        "incomplete": found.incomplete,
    }


def issue_object(issue: Issue) -> dict[str, Any]:
    return {
        **issue._asdict(),
        "severity": issue.severity.word,
        "since": iso(issue.since),
        "until": iso(issue.until),
    }


# -- words


def sparkline(values: Iterable[float | None], most: int = 24) -> str:
    """The last values as bars, the lowest the least and the highest the full one; a gap for None."""
    shown = list(values)[-most:]
    known = [value for value in shown if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = high - low
    return "".join(
        " " if value is None else _BARS[int((value - low) / span * 7) if span else 3] for value in shown
    )


def span(seconds: float) -> str:
    """A length of time in words: `3 hours`, `23 days`, `14 months`, `4 years`."""
    days = max(0.0, seconds) / _DAY
    for size, word, enough in ((365.25, "year", 3), (30.4375, "month", 3), (1.0, "day", 1)):
        if days >= size * enough:
            return count(int(days / size), word)
    return count(int(days * 24), "hour")


def before(trend: Trend) -> Snapshot | None:
    """The snapshot that this run is compared with."""
    if trend.against is None:
        return None
    return next((s for s in reversed(trend.snapshots[:-1]) if s.time == trend.against), None)


def since(trend: Trend) -> str:
    """`54 on 2026-01-26`, or nothing where there is nothing to compare with."""
    known = before(trend)
    return f"{known.health.score} on {day(known.time)}" if known is not None else ""


def unknown(health: Health) -> str:
    """How much of the score is not known, or nothing."""
    blind = sum(not part.known for part in health.parts)
    return f"{blind} of {len(health.parts)} parts not known" if blind else ""


def standing(trend: Trend) -> str:
    """How many are open and for how long, and how long it takes to mend one."""
    now = trend.snapshots[-1].time
    oldest = min((issue.since for issue in trend.open), default=None)
    words = f"{len(trend.open)} open"
    if oldest is not None and now > oldest:
        words += f", the oldest for {span(now - oldest)}"
    if trend.seconds_to_mend is not None:
        words += f"; {span(trend.seconds_to_mend)} to mend one, on average"
    return words


def behind(lag: Lag) -> str:
    """`7.91 years, 3 majors`."""
    steps = (("major", lag.majors), ("minor", lag.minors))
    words = [f"{number} {noun}{'s' if number > 1 else ''}" for noun, number in steps if number][:1]
    if not words and lag.patches:
        words = [f"{lag.patches} patch{'es' if lag.patches > 1 else ''}"]
    years = [f"{lag.libyears:.2f} years"] if lag.libyears is not None else []
    return ", ".join(years + words)


def ages(hole: Hole, now: float) -> str:
    """`known for 4 years, its fix out for 4 years`."""
    known = f"known for {span(now - hole.disclosed)}" if hole.disclosed is not None else ""
    mended = (
        f"its fix {one_line(hole.fix or '', 60)} out for {span(now - hole.mended)}"
        if hole.mended is not None
        else ""
    )
    if not mended and hole.fix is None:
        mended = "no fix"
    return ", ".join(filter(None, (known, mended)))


def spread(licences: Iterable[tuple[str, int]], most: int = 6) -> Sequence[tuple[str, int]]:
    """The most common licences, the rest as one."""
    every = list(licences)
    rest = sum(number for _, number in every[most:])
    return [*((name or "not known", number) for name, number in every[:most])] + (
        [("others", rest)] if rest else []
    )
