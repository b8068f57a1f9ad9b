"""The report for GitHub Actions: annotations beside the lines of a pull request, and the summary of a job.

GitHub shows ten annotations of each kind that a step makes and drops the rest without a word, so the worst
stand first, and what they leave out is counted in one last notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from npmguard.model import Finding, ProjectReport, Report, Severity
from npmguard.reports import telling
from npmguard.text import count, one_line, plain

_KINDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MODERATE: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
_SHOWN = 10  # annotations of one kind in one step
_ROOM = 1024 * 1024  # bytes in the summary of one step
_CUT = b"\n\nThis is not all: a job's summary has room for 1 MiB.\n"


def render(report: Report) -> str:
    """Workflow commands, one a line, and a last line for the log."""
    lines = [*_gaps(report), *_annotations(report)]
    last = f"npmguard: {telling.verdict(report.counts)} in {count(report.packages, 'package')}"
    if report.suppressed:
        last += f", {report.suppressed:,} hidden"
    if report.incomplete:
        last += f"; incomplete: {count(report.incomplete, 'answer')} missing"
    return "\n".join((*lines, last)) + "\n"


def summary(report: Report, taken: int = 0) -> bytes:
    """The Markdown for the job's summary. GitHub takes none over 1 MiB, of which so much is taken already."""
    from npmguard.reports import markdown

    found = markdown.render(report).encode("utf-8", "backslashreplace")
    room = max(0, _ROOM - taken)
    if len(found) <= room:
        return found
    kept = found[: max(0, room - len(_CUT))]
    kept = kept[: kept.rfind(b"\n") + 1]  # no line is cut through
    return kept + _CUT if kept else b""


def _gaps(report: Report) -> Iterator[str]:
    """One warning for all that could not be checked."""
    gaps = [(gap, project) for project in report.projects for gap in project.incomplete]
    if gaps:
        words = [f"{', '.join(gap.affects)}: {one_line(gap.reason, 300)}" for gap, _ in gaps]
        file = telling.home(gaps[0][1])
        yield _command("warning", file, 1, "npmguard: not checked", "\n".join(_some(words, _SHOWN)))


def _some(lines: list[str], most: int) -> list[str]:
    more = len(lines) - most
    return [*lines[:most], *((f"and {more:,} more",) if more > 0 else ())]


def _annotations(report: Report) -> Iterator[str]:
    used = Counter({"warning": 1 if report.incomplete else 0, "notice": 1})
    left: Counter[str] = Counter()
    for findings, project in _blocks(report):
        kind = _KINDS[findings[0].severity]
        if used[kind] < _SHOWN:
            used[kind] += 1
            yield _annotation(kind, findings, project)
        else:
            left.update(finding.severity.word for finding in findings)
    if left:
        words = ", ".join(f"{left[level.word]:,} {level.word}" for level in _KINDS if left[level.word])
        more = count(left.total(), "more finding")
        yield f"::notice title=npmguard::{more} ({words}): GitHub shows ten annotations of a kind"


def _blocks(report: Report) -> list[tuple[list[Finding], ProjectReport]]:
    """What is shown, worst first, all advisories of one package in one: one thing is to be done there."""
    found: dict[object, tuple[list[Finding], ProjectReport]] = {}
    for project in report.projects:
        for finding in project.findings:
            if finding.suppressed is None:
                same = (project.path, finding.rule, finding.package, finding.version)
                one = same if finding.ids else id(finding)
                found.setdefault(one, ([], project))[0].append(finding)
    return sorted(found.values(), key=lambda block: -block[0][0].severity)


def _annotation(kind: str, findings: list[Finding], project: ProjectReport) -> str:
    worst = findings[0]
    file, line = telling.place(worst, project)
    title = f"npmguard: {worst.severity.word} {worst.rule}"
    lines = [one_line(worst.title), *telling.lines(worst)]
    if len(findings) > 1:
        title += f" and {len(findings) - 1:,} more"
        titles = [f"{finding.severity.word}: {one_line(finding.title)}" for finding in findings]
        steps = dict.fromkeys(found for finding in findings if (found := telling.fix(finding)))
        lines = [*_some(titles, _SHOWN), *(f"Fix: {step}" for step in list(steps)[:_SHOWN])]
        lines += [line for line in telling.lines(worst) if line.startswith(("Only", "Brought"))]
    return _command(kind, file, line, title, "\n".join(lines))


def _command(kind: str, file: str, line: int, title: str, message: str) -> str:
    """A workflow command, escaped as the runner undoes it: a message by lines, properties of one line."""
    return f"::{kind} file={_property(file)},line={line},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return "%0A".join(plain(line.replace("%", "%25")) for line in text.split("\n"))


def _property(text: str) -> str:
    return plain(text.replace("%", "%25")).replace(":", "%3A").replace(",", "%2C")
