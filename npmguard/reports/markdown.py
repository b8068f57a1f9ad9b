"""The report as Markdown, for the comment under a pull request.

Everything that comes from outside is escaped: in a name, a title or a version nothing formats, links or
mentions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npmguard.model import CAPABILITIES, Change, Finding, Inspected, Packed, Plan, ProjectReport, Report
from npmguard.reports import inspected
from npmguard.reports.blocks import in_words
from npmguard.reports.tree import tree
from npmguard.text import code, markdown, size, some

_MOST = 200  # rows of one table: a comment has its limits


def render(report: Report) -> str:
    """A heading for each project, a table of what changed, a table of what was found."""
    lines: list[str] = []
    for project in report.projects:
        lines += [*_project(project, report.command), ""]
    found = ", ".join(f"{number} {severity.word}" for severity, number in report.counts.items() if number)
    verdict = f"**{found or 'nothing found'}**"
    if report.incomplete:
        verdict += f"; incomplete: {report.incomplete} answers missing, so this is no clean bill"
    return "\n".join([*lines, verdict]) + "\n"


def _project(project: ProjectReport, command: str) -> Iterator[str]:
    place = project.lockfile or project.path
    yield f"## {markdown(project.name or project.path)}: {code(place)}"
    if project.changes is not None:
        yield from ("", *_changes(project.changes))
    if project.inspected is not None:
        yield from ("", *_inspected(project.inspected))
    shown = [finding for finding in project.findings if finding.suppressed is None]
    if shown and command != "fix":
        yield from ("", "| severity | rule | what | fix |", "| --- | --- | --- | --- |")
        for finding in shown[:_MOST]:
            yield _row(finding)
        yield from _rest(len(shown))
    if project.plan is not None:
        yield from ("", *_plan(project.plan))
    if project.packed is not None:
        yield from ("", *_packed(project.packed))
    for gap in project.incomplete:
        yield from ("", f"Not checked: {markdown(', '.join(gap.affects))}: {markdown(gap.reason)}")


def _plan(plan: Plan) -> Iterator[str]:
    """The least changes that mend what was found."""
    if not plan.steps:
        yield "Nothing to do."
        return
    yield from ("| | step | mends | command |", "| --- | --- | ---: | --- |")
    for number, step in enumerate(plan.steps[:_MOST], 1):
        words = markdown(in_words(step))
        if step.kind not in ("refresh", "upgrade"):
            words += f": {markdown(step.words)}"
        cells = (
            f"{number}." if step.urgent else "",
            words,
            str(len(step.mends)),
            code(step.command) if step.command is not None else "",
        )
        yield f"| {' | '.join(cells)} |"
    yield from _rest(len(plan.steps))


def _inspected(facts: Inspected) -> Iterator[str]:
    """The verdict on a package that may be installed, and what is known of it."""
    words, reason = inspected.advice(facts)
    yield f"**{words}**" + (f": {markdown(reason)}" if reason else ".")
    yield from ("", "| | |", "| --- | --- |")
    for row in inspected.rows(facts):
        yield f"| {row.label} | {markdown(row.words)} |"


def _packed(packed: Packed) -> Iterator[str]:
    """What the tarball holds, folded away."""
    yield f"<details><summary>{len(packed.files)} files, {size(packed.unpacked_size)}</summary>"
    yield from ("", "| size | file |", "| ---: | --- |")
    for row in tree(packed.files, _MOST):
        held = f" ({row.files} files)" if row.files else ""
        yield f"| {size(row.size)} | {code(row.path, 400)}{held} |"
    yield from ("", "</details>")


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        yield "No package changed."
        return
    yield from ("| package | change | from | to | |", "| --- | --- | --- | --- | --- |")
    order = sorted(changes, key=lambda change: (not change.script, not change.direct))
    for change in order[:_MOST]:
        notes = [("new direct dependency", change.direct), ("new install script", change.script)]
        if change.before is not None:
            able = ", ".join(CAPABILITIES.get(name, name) for name in change.capabilities or ())
            notes.append((f"gains {able}", bool(able)))
            hosts = some((code(host, 80) for host in change.hosts or ()), 3)
            notes.append((f"new hosts {hosts}", bool(hosts)))
        cells = (
            code(change.package),
            change.kind,
            code(change.before) if change.before else "",
            code(change.after) if change.after else "",
            ", ".join(word for word, holds in notes if holds),
        )
        yield f"| {' | '.join(cells)} |"
    yield from _rest(len(order))


def _row(finding: Finding) -> str:
    fix = code(finding.fix.command) if finding.fix is not None and finding.fix.command else ""
    return f"| {finding.severity.word} | {finding.rule} | {markdown(finding.title)} | {fix} |"


def _rest(count: int) -> Iterator[str]:
    if count > _MOST:
        yield from ("", f"and {count - _MOST} more")
