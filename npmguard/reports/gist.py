"""What a report says first, whatever its format: the verdict, what to do first, one block for a package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npmguard.model import Finding, ProjectReport, Report, Severity
from npmguard.text import count

# What an attacker did, as against what time did: it stands before all else.
_ATTACKS = ("malware", "resolved-mismatch", "integrity-mismatch", "foreign-host")
_ADVICE = {"do-not-install": "bad", "look-first": "unsure", "nothing-against": "good"}


class Verdict(NamedTuple):
    """The report in a few words, and why. `tone` is one of bad, unsure, fair, good."""

    tone: str
    words: str
    reason: str


class Step(NamedTuple):
    """A command to run in a project, and the findings that it sees to."""

    project: ProjectReport
    command: str
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
    if report.exit_code == 1 and worse and not _failing(report):
        more = f" and {len(worse) - 1} more" if len(worse) > 1 else ""
        return Verdict("bad", "Worse than before", f"{worse[0]}{more}.")
    if report.exit_code == 1:
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


def _failing(report: Report) -> bool:
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


def shown(project: ProjectReport) -> list[Finding]:
    """The findings that nobody has hidden."""
    return [finding for finding in project.findings if finding.suppressed is None]


def steps(projects: Iterable[ProjectReport]) -> list[Step]:
    """The commands that clear most, what an attacker did before all else, then the worst.

    Where the health of the dependencies was asked for, also those that only make them younger: the oldest
    first.
    """
    found: dict[tuple[int, str], list[Finding]] = {}
    every = list(projects)
    for number, project in enumerate(every):
        for finding in shown(project) if project.inspected is None else ():
            quiet = finding.severity < Severity.MODERATE and project.health is None
            if finding.fix is not None and finding.fix.command and not quiet:
                found.setdefault((number, finding.fix.command), []).append(finding)
    all_steps = [Step(every[number], command, tuple(f)) for (number, command), f in found.items()]
    return sorted(
        all_steps,
        key=lambda step: (
            not any(finding.rule in _ATTACKS for finding in step.findings),
            -step.worst,
            -len(step.findings),
            -_libyears(step),
            step.command,
        ),
    )


def _libyears(step: Step) -> float:
    """How much younger a step makes the dependencies, as far as that is known."""
    health = step.project.health
    if health is None:
        return 0.0
    named = {(finding.package, finding.version) for finding in step.findings}
    return sum(lag.libyears or 0.0 for lag in health.lags if (lag.package, lag.version) in named)


def blocks(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings by package and version; what is about the project stands for itself. Worst first."""
    found: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        if finding.package is None:
            found[("", str(number))] = [finding]
        else:
            found.setdefault((finding.package, finding.version or ""), []).append(finding)
    for block in found.values():
        block.sort(key=lambda finding: -finding.severity)
    return sorted(found.values(), key=lambda b: (-b[0].severity, b[0].package is None, b[0].package or ""))


def commands(findings: Iterable[Finding]) -> list[str]:
    """The commands that mend them, each once."""
    return list(dict.fromkeys(f.fix.command for f in findings if f.fix is not None and f.fix.command))


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
