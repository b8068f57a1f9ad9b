"""What the user's decisions make of the findings: severities, ignores, the exit code."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from npmguard.globs import fits
from npmguard.model import (
    DependencyGraph,
    Finding,
    Gap,
    Project,
    ProjectReport,
    Report,
    Severity,
    Suppressed,
)
from npmguard.settings import Ignore, Override, Settings


def apply(findings: Iterable[Finding], project: Project, settings: Settings) -> tuple[Finding, ...]:
    """The findings with their severities, fingerprints and ignores, worst first.

    An ignore past its date hides nothing; each that would have hidden something is reported itself.
    """
    today = time.strftime("%Y-%m-%d", time.gmtime())
    done: list[Finding] = []
    expired: dict[Ignore, list[Finding]] = {}
    ways = _Ways(project.graph)
    for finding in findings:
        severity = settings.severities.get(finding.rule, finding.severity)
        if finding.dev:
            severity = settings.dev_severities.get(finding.rule, severity)
        for override in settings.overrides:
            if _meant(override, finding, ways):
                severity = override.severity
        finding = finding._replace(severity=severity, fingerprint=_fingerprint(finding, project))
        for ignore in settings.ignores:
            if not _meant(ignore, finding, ways):
                continue
            until = ignore.until.isoformat() if ignore.until else None
            if until is not None and until < today:
                expired.setdefault(ignore, []).append(finding)
                continue
            finding = finding._replace(suppressed=Suppressed("config", ignore.reason, until))
            break
        done.append(finding)
    for ignore, found in expired.items():
        note = _expired(ignore, found)
        done.append(note._replace(fingerprint=_fingerprint(note, project)))
    done.sort(key=_order)
    return tuple(done)


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        -finding.severity,
        finding.rule,
        finding.package or "",
        finding.version or "",
        finding.ids,
        finding.title,
        finding.fingerprint,
    )


def _meant(means: Ignore | Override, finding: Finding, ways: _Ways) -> bool:
    return (
        means.rule in (None, finding.rule)
        and (means.package is None or (finding.package is not None and fits(finding.package, means.package)))
        and means.version in (None, finding.version)
        and (means.id is None or means.id in finding.ids)
        and means.dev in (None, finding.dev)
        and (means.via is None or ways.all_lead_through(means.via, finding.keys))
    )


class _Ways:
    """The ways that lead to packages, for ignores that are about a way."""

    def __init__(self, graph: DependencyGraph | None) -> None:
        self.graph = graph
        self.around: dict[str, frozenset[str]] = {}  # what is reached without a package

    def all_lead_through(self, pattern: str, keys: Sequence[str]) -> bool:
        """Is each of these places reached, and no way to it but through a package of that name, or to it?"""
        if self.graph is None or not keys or not self.graph.reachable.issuperset(keys):
            return False
        if pattern not in self.around:
            self.around[pattern] = self.graph.reached_without(
                frozenset(
                    key
                    for key, package in self.graph.nodes.items()
                    if fits(package.name, pattern) or fits(package.alias or "", pattern)
                )
            )
        return self.around[pattern].isdisjoint(keys)


def _expired(ignore: Ignore, found: Sequence[Finding]) -> Finding:
    parts = [ignore.rule, ignore.package, ignore.version, ignore.id]
    parts += [f"via {ignore.via}" if ignore.via else "", "" if ignore.dev is None else f"dev {ignore.dev}"]
    what = " ".join(part for part in parts if part)
    until = ignore.until.isoformat() if ignore.until else ""
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    return Finding(
        ignore.rule,
        Severity.INFO,
        f"The ignore of {what} ended on {until}",
        f"It no longer hides {count}. Its reason was: {ignore.reason}. Remove it, or decide anew.",
        package=ignore.package,
        version=ignore.version,
        subject=f"expired ignore {what} {until}",
    )


def _fingerprint(finding: Finding, project: Project) -> str:
    return fingerprint(finding, project.manifest.name, finding.package, finding.version)


def fingerprint(finding: Finding, project: str | None, package: str | None, version: str | None) -> str:
    """What stays the same about a finding when lines, folders, machines and other findings change.

    `project` is the project's name. Package and version are the finding's own, or those of one of several
    packages that it is about.
    """
    from hashlib import sha256

    parts = (
        finding.rule,
        project or "",
        package or "",
        version or "",
        finding.subject or " ".join(finding.ids),
    )
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def merged(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """The gaps, one for each reason, with all the rules that it keeps from speaking."""
    reasons: dict[tuple[str, str], set[str]] = {}
    for gap in gaps:
        reasons.setdefault((gap.source, gap.reason), set()).update(gap.affects)
    return tuple(sorted(Gap(*reason, tuple(sorted(rules))) for reason, rules in reasons.items()))


UNREADABLE = "project"
"""The source of the gap that stands for a whole project of several: it could not be read."""


def unreadable(report: Report) -> list[str]:
    """Why projects of a report could not be read, each with the place in its file."""
    gaps = (gap for project in report.projects for gap in project.incomplete)
    return [gap.reason for gap in gaps if gap.source == UNREADABLE]


def report(
    command: str, began: float, projects: Sequence[ProjectReport], packages: int, used: Sequence[Settings]
) -> Report:
    """The report of a run: totals and exit code. `used` are the projects' settings, in the same order.

    The code is 2 where a project could not be read, whatever was found in others.
    """
    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    suppressed = incomplete = 0
    failing = False
    forgiven = True
    for project, settings in zip(projects, used, strict=True):
        for finding in project.findings:
            if finding.suppressed is not None:
                suppressed += 1
                continue
            counts[finding.severity] += 1
            failing = failing or (settings.fail_on is not None and finding.severity >= settings.fail_on)
        incomplete += len(project.incomplete)
        forgiven = forgiven and (settings.allow_incomplete or not project.incomplete)
    levels = {settings.fail_on for settings in used}
    broken = any(gap.source == UNREADABLE for project in projects for gap in project.incomplete)
    return Report(
        command,
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        round((time.time() - began) * 1000),
        tuple(projects),
        packages,
        counts,
        suppressed,
        incomplete,
        levels.pop() if len(levels) == 1 else None,
        2 if broken else 1 if failing else 0 if forgiven else 3,
    )
