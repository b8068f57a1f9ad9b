"""Which dates of a registry to believe."""

from __future__ import annotations

DAY = 86_400.0
YEAR = 365.25 * DAY
_BEGAN = 1_262_304_000.0  # 2010: there was no public npm registry before


def believed(time: float | None, now: float) -> float | None:
    """The time of a release or an advisory; None for one before there was npm, or after tomorrow."""
    return time if time is not None and _BEGAN <= time <= now + DAY else None
