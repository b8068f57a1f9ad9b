"""Runs written into a history, told in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from support.health import unknown_health

from npmguard.history import HistoryFile
from npmguard.history.matters import Blind, matters
from npmguard.history.trend import trend
from npmguard.model import Finding, Health, Severity, Suppressed, Trend

START = 1_750_000_000.0
DAY = 86_400.0
NOBODY = Blind(frozenset(), frozenset())
HIDDEN = Suppressed("config", "not reached")


def found(package: str = "a", version: str = "1.0.0", id: str = "GHSA-x", **fields: Any) -> Finding:
    """An advisory of high severity about a package."""
    given: dict[str, Any] = {"severity": Severity.HIGH, "title": f"{package}@{version}: leaks", **fields}
    return Finding(
        "advisory",
        detail="",
        package=package,
        version=version,
        ids=(id,) if id else (),
        keys=(f"node_modules/{package}",),
        fingerprint=f"{package}-{version}-{id}",
        **given,
    )


def record(
    history: HistoryFile,
    *findings: Finding,
    day: float = 0,
    name: str = "web",
    health: Health | None = None,
    blind: Blind = NOBODY,
) -> int:
    """One run with these findings, that many days after the first."""
    shown = [finding for finding in findings if finding.suppressed is None]
    return history.record(
        name,
        START + day * DAY,
        3,
        health or unknown_health(),
        {severity: sum(f.severity is severity for f in shown) for severity in sorted(Severity, reverse=True)},
        0,
        matters(findings),
        blind,
    )


def told(
    history: HistoryFile,
    number: int,
    name: str = "web",
    before: float | None = None,
    level: Severity = Severity.HIGH,
) -> Trend:
    """The trend up to that run; `before` is in days."""
    since = START + before * DAY if before is not None else None
    return trend(history, name, number, unknown_health(), since, level)


def packages(issues: Iterable[Any]) -> list[str | None]:
    return [issue.package for issue in issues]
