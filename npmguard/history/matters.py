"""What stays the same about a finding from run to run, and when it counts as mended.

A finding's fingerprint holds the version of its package: an update that does not mend it gives it another.
For a history it is still the same matter, so that here it goes by its rule, its package and its advisory.
Several versions of a package with one advisory are one matter, which ends when the last of them does.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from npmguard.model import Finding, ProjectReport


class Matter(NamedTuple):
    """What is open in one run under one key: its worst finding, and whether all there is of it is hidden."""

    key: str
    finding: Finding
    hidden: bool


class Blind(NamedTuple):
    """What a run cannot say is gone: the rules that could not speak, and what is still locked."""

    rules: frozenset[str]
    locked: frozenset[str]  # name@version

    def covers(self, rule: str, package: str | None, version: str | None) -> bool:
        """May this still be open, though the run did not find it?

        Where its rule could not speak it may, unless its package was taken away or changed.
        """
        return rule in self.rules and (package is None or f"{package}@{version or ''}" in self.locked)


def matters(findings: Iterable[Finding]) -> dict[str, Matter]:
    """The matters of a run by key; what is hidden counts as hidden where nothing of the matter is shown."""
    found: dict[str, Matter] = {}
    for finding in findings:
        key = key_of(finding)
        # what stands in a baseline is as open as it was
        hidden = finding.suppressed is not None and finding.suppressed.by == "config"
        before = found.get(key)
        if before is None or (before.hidden, -before.finding.severity) > (hidden, -finding.severity):
            found[key] = Matter(key, finding, hidden)
    return found


def key_of(finding: Finding) -> str:
    """The key of the matter that a finding is about."""
    about = finding.ids[:1] or ((finding.subject,) if finding.package is None else ())
    parts = (finding.rule, finding.package or "", *about)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def blind(project: ProjectReport, every: Iterable[str]) -> Blind:
    """What a run could not see: the rules of `every` that did not run, and those that its gaps name."""
    told = frozenset(rule for gap in project.incomplete for rule in gap.affects)
    locked = frozenset(project.health.weights) if project.health is not None else frozenset()
    return Blind(told | (frozenset(every) - project.ran), locked)
