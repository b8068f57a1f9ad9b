"""What a person has to do, as data for every human format: one block for one thing to do.

Ten advisories about one locked package are one block: one move mends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npmguard import versions
from npmguard.model import Finding, Fix, ProjectReport, Severity, Step

# What an attacker did, as against what time did: it stands before all else.
ATTACKS = ("malware", "resolved-mismatch", "integrity-mismatch", "foreign-host")


class Block(NamedTuple):
    """All that was found about one locked package, or one matter of the project; the worst first.

    `fix` is the one that mends most of it: all, where there is such; `mends` says how many. `fixes` are the
    different commands, that one's first. `via` are the project's own dependencies that bring the package
    (name@version), where it did not ask for it itself: those have to move.
    """

    package: str | None
    version: str | None
    findings: tuple[Finding, ...]
    fix: Fix | None
    mends: int
    fixes: tuple[str, ...]
    via: tuple[str, ...]
    dev: bool
    direct: bool

    @property
    def severity(self) -> Severity:
        return self.findings[0].severity


class Task(NamedTuple):
    """One thing to do, with the findings that go with it: a command, or else what to do in words."""

    command: str | None
    words: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return max(finding.severity for finding in self.findings)


def blocks(findings: Iterable[Finding]) -> list[Block]:
    """The findings that are shown, in blocks, the worst first."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        if finding.suppressed is not None:
            continue
        if finding.package is None:
            groups["", str(number)] = [finding]
        else:
            groups.setdefault((finding.package, finding.version or ""), []).append(finding)
    found = [_block(group) for group in groups.values()]
    return sorted(found, key=lambda b: (-b.severity, b.package is None, b.package or ""))


def _block(group: Sequence[Finding]) -> Block:
    group = sorted(group, key=lambda finding: -finding.severity)
    head = group[0]
    best, mends = _best(group)
    commands = [f.fix.command for f in group if f.fix is not None and f.fix.command is not None]
    first = [best.command] if best is not None and best.command is not None else []
    return Block(
        head.package,
        head.version,
        tuple(group),
        best,
        mends,
        tuple(dict.fromkeys((*first, *commands))),
        () if head.direct else via(group),
        head.dev,
        head.direct,
    )


def _best(group: Sequence[Finding]) -> tuple[Fix | None, int]:
    """The fix that mends most, the worst finding's of equals; of upgrades the one that goes furthest."""
    fixes = [f.fix for f in group if f.fix is not None]
    if not fixes:
        return None, 0
    moves = [fix for fix in fixes if fix.kind in ("upgrade", "override") and fix.to is not None]
    worst = max(f.severity for f in group)
    urgent = [f.fix for f in group if f.severity == worst and f.fix is not None]
    if not moves or not any(fix in moves for fix in urgent):
        head = urgent[0] if urgent else fixes[0]
        return head, sum(fix == head for fix in fixes)
    # of what mends advisories: to be behind the latest version is no reason to go that far
    own = [f.fix for f in group if f.rule in ("advisory", "malware") and f.fix in moves] or moves
    far = max(own, key=lambda fix: versions.key(fix.to or "", loose=True) or ()) if own else None
    return far, len(own)


def via(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The project's own dependencies on the ways to a package (name@version), the nearest first."""
    found: dict[str, None] = {}
    for finding in findings:
        for path in finding.paths:
            # the project and its workspaces stand there without a version
            step = next((label for label in path[1:] if "@" in label[1:]), None)
            if step is not None and step != path[-1]:
                found.setdefault(step)
    return tuple(found)


def tasks(project: ProjectReport, least: Severity = Severity.MODERATE) -> list[Task]:
    """What to do, what is to be done first at the top: the plan's steps, or what the findings say."""
    shown = project.shown
    found = _of_plan(project.plan.steps, shown) if project.plan is not None else []
    planned = {f.fingerprint for task in found for f in task.findings}
    found += _of_fixes([f for f in shown if f.fingerprint not in planned and f.severity >= least])
    return sorted(found, key=order)


def _of_plan(steps: Iterable[Step], shown: Sequence[Finding]) -> list[Task]:
    by_mark = {f.fingerprint: f for f in shown}
    found = []
    for step in steps:
        mends = tuple(by_mark[mark] for mark in step.mends if mark in by_mark)
        if mends and step.urgent and step.kind != "none":
            found.append(Task(step.command, in_words(step), mends))
    return found


def in_words(step: Step) -> str:
    """A step of a plan in a few words: upgrade lodash 4.17.15 to 4.17.21 (patch)."""
    verb = {"refresh": "update", "none": "no fix yet for"}.get(step.kind, step.kind)
    where = " ".join(part for part in (step.package, step.before) if part)
    to = f" to {step.to}" if step.to else ""
    by = f" ({step.by})" if step.by else ""
    return f"{verb} {where}{to}{by}"


def _of_fixes(findings: Iterable[Finding]) -> list[Task]:
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        fix = finding.fix
        if fix is not None and fix.command is not None:
            groups.setdefault((fix.command,), []).append(finding)
        elif fix is not None and finding.rule in ATTACKS:
            groups.setdefault(("", fix.kind, finding.package or finding.title), []).append(finding)
    return [
        Task(key[0] or None, "" if key[0] else " ".join(key[1:]), tuple(found))
        for key, found in groups.items()
    ]


def order(task: Task) -> tuple[object, ...]:
    """What is to be done first: against what an attacker did, then the worst, then what clears most."""
    return (
        not any(f.rule in ATTACKS for f in task.findings),
        -task.severity,
        -len(task.findings),
        task.command is None,
        task.command or task.words,
    )
