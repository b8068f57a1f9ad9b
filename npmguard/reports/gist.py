"""What a report says first, whatever its format: the verdict, what to do first, one block for a package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npmguard.model import Finding, ProjectReport, Report, Severity
from npmguard.reports import blocks
from npmguard.text import count

_ADVICE = {"do-not-install": "bad", "look-first": "unsure", "nothing-against": "good"}


class Verdict(NamedTuple):
    """The report in a few words, and why. `tone` is one of bad, unsure, fair, good."""

    tone: str
    words: str
    reason: str


class Step(NamedTuple):
    """One thing to do in one of the projects: a command, or else words; and the findings that it sees to."""

    project: ProjectReport
    command: str | None
    words: str
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity:
        return max(finding.severity for finding in self.findings)


def verdict(report: Report) -> Verdict:
    """Is it well? What is incomplete never reads as clean."""
    if report.projects and all(project.inspected is not None for project in report.projects):
        return _advice(report)
    level = report.fail_on.word if report.fail_on is not None else ""
    worse = [words for p in report.projects if p.trend is not None for words in p.trend.regressions]
    if report.exit_code == 1 and worse and not _at_level(report):
        more = f" and {len(worse) - 1} more" if len(worse) > 1 else ""
        return Verdict("bad", "Worse than before", f"{worse[0]}{more}.")
    if failed(report):
        words = "Not fit to publish" if report.command == "prepublish" else "Not safe as it is"
        return Verdict("bad", words, f"There are findings at {level} or above." if level else "")
    found = sum(report.counts.values())
    if report.incomplete:
        missing = f"{count(report.incomplete, 'answer')} missing, so this is no clean bill."
        return Verdict("unsure", "Incomplete", missing)
    if found:
        words = f"Nothing at {level} or above" if level else count(found, "finding")
        return Verdict("fair", words, "What was found is below that." if level else "")
    return Verdict("good", "Nothing found", "")


def failed(report: Report) -> bool:
    """Does what was found fail the run? Where something could not be done at all, that is not all it says."""
    return report.exit_code == 1 or (report.exit_code == 2 and _at_level(report))


def _at_level(report: Report) -> bool:
    """Are there findings from the severity on that fails the run?"""
    level = report.fail_on
    return level is not None and any(n for severity, n in report.counts.items() if severity >= level)


def _advice(report: Report) -> Verdict:
    """The verdict on the package that looks worst of those that may be installed."""
    from npmguard.reports.inspected import advice

    known = [(p, p.inspected) for p in report.projects if p.inspected is not None]
    worst, facts = min(known, key=lambda pair: list(_ADVICE).index(pair[1].advice.word))
    words, reason = advice(facts)
    about = f"{worst.name or worst.path}: " if reason and len(known) > 1 else ""
    return Verdict(_ADVICE[facts.advice.word], words, f"{about}{reason}")


def asked_about(report: Report) -> str:
    """How much was looked at: `284 packages in 2 projects`."""
    packed = [project.packed for project in report.projects if project.packed is not None]
    if report.command == "prepublish":
        what = count(sum(len(found.files) for found in packed), "file")
    else:
        what = count(report.packages, "package")
    return what + (f" in {len(report.projects)} projects" if len(report.projects) > 1 else "")


def steps(projects: Iterable[ProjectReport]) -> list[Step]:
    """What to do in all of the projects, what an attacker did before all else, then the worst.

    Where the health of the dependencies was asked for, also what only makes them younger: the oldest first.
    """
    found = [
        (task, Step(project, task.command, task.words, task.findings))
        for project in projects
        if project.inspected is None
        for task in blocks.tasks(project, Severity.MODERATE if project.health is None else Severity.INFO)
    ]

    def order(pair: tuple[blocks.Task, Step]) -> tuple[object, ...]:
        task, step = pair
        attack, severity, number, *rest = blocks.order(task)
        return attack, severity, number, -_libyears(step), *rest

    return [step for _, step in sorted(found, key=order)]


def _libyears(step: Step) -> float:
    """How much younger a step makes the dependencies, as far as that is known."""
    health = step.project.health
    if health is None:
        return 0.0
    named = {(finding.package, finding.version) for finding in step.findings}
    return sum(lag.libyears or 0.0 for lag in health.lags if (lag.package, lag.version) in named)


def without(title: str, head: Finding) -> str:
    """A title in the block of its package need not say the package's name again."""
    for start in (f"{head.package}@{head.version}", f"{head.package} {head.version}", f"{head.package}"):
        if head.package and title.startswith(start):
            rest = title[len(start) :].lstrip(": ")
            return rest or title
    return title


def place(finding: Finding) -> str:
    """`package-lock.json:41`, or "" where no file is known."""
    if finding.location is None:
        return ""
    line = f":{finding.location.line}" if finding.location.line else ""
    return f"{finding.location.file}{line}"


def named(findings: Sequence[Finding]) -> list[str]:
    """The packages that they are about, each once."""
    return list(dict.fromkeys(f.package for f in findings if f.package is not None))
