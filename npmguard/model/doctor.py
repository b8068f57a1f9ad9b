"""The nouns of `npmguard doctor`: what was looked at, and how it fares."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"  # it could not be looked at


class Check(NamedTuple):
    """One thing that was looked at.

    `id` never changes; `subject` tells those of one id apart (a registry's URL, a file). `title` is the fact
    in one line, `detail` what was seen, `fix` what to do; plain text from here and from outside.
    """

    id: str
    status: Status
    title: str
    detail: str = ""
    fix: str | None = None
    subject: str | None = None


class Diagnosis(NamedTuple):
    """All checks, in the order in which they are told, and what comes of them."""

    folder: str
    started_at: str
    duration_ms: int
    checks: tuple[Check, ...]
    exit_code: int

    @property
    def counts(self) -> dict[Status, int]:
        """The number of checks of each status, worst first."""
        order = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.OK)
        return {status: sum(check.status is status for check in self.checks) for status in order}
