"""Times as people and machines write them. All are seconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(written: str) -> float | None:
    """An ISO 8601 date or time, UTC where it names no zone; None for what is none."""
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def iso(time: float | None) -> str | None:
    """The time as ISO 8601 has it, to the second; None for one that no calendar has."""
    try:
        when = datetime.fromtimestamp(time, UTC) if time is not None else None
    except (ValueError, OverflowError, OSError):
        return None
    return when.isoformat(timespec="seconds").removesuffix("+00:00") + "Z" if when is not None else None


def day(time: float | None) -> str | None:
    """The day alone: 2026-01-31."""
    written = iso(time)
    return written[:10] if written is not None else None
