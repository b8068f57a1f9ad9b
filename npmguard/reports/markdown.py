"""The report as Markdown, for the comment under a pull request.

The verdict first, then what to do, then the worst; the rest is folded away, project by project. A hidden line
at the top lets whoever posts it find its last comment again. Everything that comes from outside is escaped:
in a name, a title or a version nothing formats, links or mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from npmguard.dates import day
from npmguard.model import (
    CAPABILITIES,
    Change,
    Finding,
    Health,
    Inspected,
    Packed,
    Plan,
    ProjectReport,
    Report,
    Severity,
    Trend,
)
from npmguard.reports import blocks, gist, healthy, inspected
from npmguard.reports.tree import tree
from npmguard.text import code, count, html, markdown, name, size, some

# GitHub refuses a comment of more than 65,536 characters; in bytes, whatever it counts it is less
_MOST = 64_000
_TAIL = 14_000  # of that, for what stands under the findings
_LEAST = 2_000  # what a project gets, as long as there is room at all
_STEPS = 5
_WORST = 10
_GAPS = 10
_ROWS = 200
_SIGNS = {"bad": "❌", "unsure": "⚠️", "fair": "☑️", "good": "✅"}


def render(report: Report) -> str:
    """The comment, never longer than GitHub takes; what has no room is counted at its end."""
    left: dict[str, int] = {}
    head = _Part(_MOST - _TAIL, left)
    for lines in _head(report):
        if not head.add(lines):
            left["section"] = left.get("section", 0) + 1
    tail = _Part(_TAIL, left)
    _tail(report, tail)
    room = head.room + tail.room - 500
    body = _Part(room, left)
    _changed(report, body)
    _planned(report, body)
    if report.command != "fix":
        _found(report, body)
    lines = [*head.lines, *body.lines, *tail.lines]
    if left:
        rest = " and ".join(count(number, noun) for noun, number in left.items())
        lines += ["", f"No room was left for {rest}: `--format html` shows all."]
    return "\n".join(lines) + "\n"


class _Part:
    """Lines of the comment, as many as there is room for. `left` counts what there was none for."""

    def __init__(self, room: int, left: dict[str, int]) -> None:
        self.lines: list[str] = []
        self.room = room
        self.left = left

    def add(self, lines: Iterable[str], spare: int = 0) -> bool:
        """Adds all of the lines, where that leaves `spare` bytes, or none."""
        added = list(lines)
        taken = sum(len(line.encode()) + 1 for line in added)
        if taken > self.room - spare:
            return False
        self.lines += added
        self.room -= taken
        return True

    def fold(
        self, summary: str, items: Iterable[tuple[int, Sequence[str]]], noun: str, head: Sequence[str] = ()
    ) -> None:
        """Adds what a click unfolds. An item is how many of the noun it tells of, and its lines."""
        ends = ["", "</details>"]
        spare = sum(len(line) + 1 for line in ends)
        every = list(items)
        start = ["", f"<details><summary>{summary}</summary>", "", *head]
        first = sum(len(line.encode()) + 1 for line in every[0][1]) if every else 0
        opened = fits = bool(every) and self.add(start, spare + first)
        for number, lines in every:
            fits = fits and self.add(lines, spare)
            if not fits:
                self.left[noun] = self.left.get(noun, 0) + number
        if opened:
            self.add(ends)


def _head(report: Report) -> Iterator[Iterable[str]]:
    """The verdict, the commands that clear most, the worst, what could not be checked."""
    verdict = gist.verdict(report)
    heading = f"## {_SIGNS[verdict.tone]} npmguard: {markdown(verdict.words)}"
    yield [f"<!-- npmguard {report.command} -->", heading]
    projects = report.projects
    where = f": {code(projects[0].lockfile or projects[0].path, cell=False)}" if len(projects) == 1 else ""
    counts = [f"{number:,} {severity.word}" for severity, number in report.counts.items() if number]
    found = f"**{', '.join(counts)}** in {gist.asked_about(report)}" if counts else gist.asked_about(report)
    reason = f" {markdown(verdict.reason)}" if verdict.reason else ""
    yield ["", f"{found}{where}.{reason}"]
    for project in projects[:_WORST]:
        if project.inspected is not None:
            yield _inspected(project, project.inspected, len(projects) > 1)
    yield from _health(report)
    if report.command != "fix":
        yield _first(report)
        yield _worst(report)
    yield _missing(report)


def _health(report: Report) -> Iterator[Iterable[str]]:
    """The health of each project, and what changed; of several an overview first."""
    known = [(project, project.health) for project in report.projects if project.health is not None]
    known.sort(key=lambda pair: (pair[1].score, pair[0].path))
    if len(known) > 1:
        yield _overview(known[:_ROWS])
    for project, health in known:
        yield _score(project, health, len(known) > 1)
        yield _aged(project, health)
        if project.trend is not None:
            yield _since(project.trend)


def _overview(known: Sequence[tuple[ProjectReport, Health]]) -> Iterator[str]:
    yield from ("", "| project | health | | libyears | findings | new | mended |")
    yield "| --- | ---: | --- | ---: | --- | ---: | ---: |"
    for project, health in known:
        trend = project.trend
        marks = healthy.sparkline([s.health.score for s in trend.snapshots]) if trend is not None else ""
        severities = [finding.severity for finding in project.shown]
        found = [f"{n} {s.word}" for s in sorted(Severity, reverse=True) if (n := severities.count(s))]
        cells = (
            code(project.path),
            str(health.score),
            marks,
            f"{health.libyears:,.1f}" if health.libyears is not None else "",
            ", ".join(found),
            str(len(trend.new)) if trend is not None else "",
            str(len(trend.mended)) if trend is not None else "",
        )
        yield f"| {' | '.join(cells)} |"


def _score(project: ProjectReport, health: Health, several: bool) -> Iterator[str]:
    """The score and its parts."""
    trend = project.trend
    known = f", {healthy.since(trend)}" if trend is not None and trend.against is not None else ""
    scores = [s.health.score for s in trend.snapshots] if trend is not None else []
    marks = f" {healthy.sparkline(scores)}" if len(scores) > 1 else ""
    where = f" of {code(project.path, cell=False)}" if several else ""
    blind = healthy.unknown(health)
    unknown = f" ({blind})" if blind else ""
    yield from ("", f"### Health{where}: {health.score} of 100{unknown}{known}{marks}", "")
    yield from ("| part | lost | of | |", "| --- | ---: | ---: | --- |")
    for part in health.parts:
        lost = f"{part.lost:.0f}" if part.known else "?"
        yield f"| {markdown(part.name, 40)} | {lost} | {part.most:.0f} | {markdown(part.words)} |"
    counts = health.counts
    licences = [f"{markdown(name, 60)} {n:,}" for name, n in healthy.spread(health.licences.items())]
    yield from (
        "",
        f"{counts.direct:,} direct, {counts.transitive:,} transitive, depth {counts.depth}."
        + (f" Licences: {', '.join(licences)}." if licences else ""),
    )


def _aged(project: ProjectReport, health: Health) -> Iterator[str]:
    """The packages that are furthest behind, and how long the worst advisories have been open."""
    now = project.trend.snapshots[-1].time if project.trend is not None else None
    if health.holes and now is not None:
        yield from ("", "| open advisory | severity | age |", "| --- | --- | --- |")
        for hole in health.holes[:_STEPS]:
            label = code(f"{name(hole.package)}@{hole.version}")
            words = f"{markdown(hole.id, 60)} in {label}"
            yield f"| {words} | {hole.severity.word} | {markdown(healthy.ages(hole, now))} |"
    if health.lags:
        yield from ("", "| furthest behind | locked | latest | by |", "| --- | --- | --- | --- |")
        for lag in health.lags[:_STEPS]:
            cells = code(name(lag.package)), code(lag.version), code(lag.latest), healthy.behind(lag)
            yield f"| {' | '.join(cells)} |"


def _since(trend: Trend) -> Iterator[str]:
    """What is new, what was mended, what is still open."""
    if trend.against is None:
        yield from ("", "The first run in this history.")
        return
    yield from ("", f"#### Since {day(trend.against)}", "")
    for words, issues in (("new", trend.new), ("mended", trend.mended)):
        for issue in issues[:_WORST]:
            ended = issue.until is not None
            lasted = f", after {healthy.span((issue.until or 0) - issue.since)}" if ended else ""
            yield f"- **{words}** {issue.severity.word}: {markdown(issue.title, 200)}{lasted}"
        if len(issues) > _WORST:
            yield f"- and {len(issues) - _WORST} more {words}"
    yield f"- {healthy.standing(trend)}"
    for words in trend.regressions:
        yield f"- **worse**: {markdown(words)}"


def _inspected(project: ProjectReport, facts: Inspected, several: bool) -> Iterator[str]:
    """The verdict on a package that may be installed, and what is known of it."""
    words, reason = inspected.advice(facts)
    yield from ("", f"### {code(project.name or facts.name, cell=False)}")
    if several:  # of one alone the top has said it
        yield from ("", f"**{words}**" + (f": {markdown(reason)}" if reason else "."))
    yield from ("", "| | |", "| --- | --- |")
    for row in inspected.rows(facts):
        yield f"| {row.label} | {markdown(row.words)} |"


def _first(report: Report) -> Iterator[str]:
    steps = gist.steps(report.projects)
    if not steps:
        return
    yield from ("", "### Do first", "")
    for number, step in enumerate(steps[:_STEPS], 1):
        names = [code(name(package), cell=False) for package in gist.named(step.findings)]
        about = f" in {some(names)}" if names else ""
        where = f", project {code(step.project.path, cell=False)}" if len(report.projects) > 1 else ""
        found = f"{count(len(step.findings), 'finding')}{about}, {step.worst.word}"
        what = code(step.command, 500, cell=False) if step.command else markdown(step.words)
        yield f"{number}. {what}: {found}{where}"
    if len(steps) > _STEPS:
        yield from ("", f"and {count(len(steps) - _STEPS, 'more command')} below")


def _worst(report: Report) -> Iterator[str]:
    """A short table: one row for a package, whatever was found about it."""
    several = len(report.projects) > 1
    found = [
        (block, project)
        for project in report.projects
        for block in blocks.blocks(project.findings)
        if block.severity >= Severity.MODERATE
    ]
    if not found:
        return
    found.sort(key=lambda pair: -pair[0].severity)
    heads = ["severity", "package", "what", "fix", *(["project"] if several else [])]
    yield from ("", "### The worst", "", f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}")
    for block, project in found[:_WORST]:
        head = block.findings[0]
        more = f", and {len(block.findings) - 1} more" if len(block.findings) > 1 else ""
        cells = [
            head.severity.word,
            _package(head, cell=True),
            f"{markdown(_title(head, head), 200)}{_link(head)}{more}",
            code(block.fixes[0]) if block.fixes else "",
            *([code(project.path)] if several else []),
        ]
        yield f"| {' | '.join(cells)} |"
    if len(found) > _WORST:
        yield from ("", f"and {count(len(found) - _WORST, 'more row')} below")


def _missing(report: Report) -> Iterator[str]:
    if not report.incomplete:
        return
    yield from ("", "### Not checked", "")
    gaps = [(gap, project) for project in report.projects for gap in project.incomplete]
    for gap, project in gaps[:_GAPS]:
        where = f" ({code(project.path, 80, cell=False)})" if len(report.projects) > 1 else ""
        yield f"- {markdown(some(gap.affects, 8), 300)}{where}: {markdown(gap.reason, 300)}"
    if len(gaps) > _GAPS:
        yield from ("", f"and {count(len(gaps) - _GAPS, 'more gap')}")


# -- what changed


def _changed(report: Report, part: _Part) -> None:
    """The table of what changed, which is what `diff` is asked for, and so not folded."""
    for project in report.projects:
        if project.changes is None:
            continue
        title = f"### What changed in {code(project.lockfile or project.path, cell=False)}"
        rows = list(_changes(project.changes))
        head = ["| package | change | from | to | |", "| --- | --- | --- | --- | --- |"]
        fits = part.add(["", title, "", *(head if rows else ["No package changed."])])
        shown = 0
        for row in rows[:_ROWS]:
            fits = fits and part.add([row], _LEAST)
            shown += fits
        if len(rows) > shown:
            part.left["change"] = part.left.get("change", 0) + len(rows) - shown


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    for change in sorted(changes, key=lambda change: (not change.script, not change.direct)):
        notes = [("new direct dependency", change.direct), ("new install script", change.script)]
        if change.before is not None:
            able = markdown(", ".join(CAPABILITIES.get(name, name) for name in change.capabilities or ()))
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


# -- the plan


def _planned(report: Report, part: _Part) -> None:
    """The least changes that mend what was found, a row for each step."""
    for project in report.projects:
        if project.plan is None:
            continue
        where = f" for {code(project.path, cell=False)}" if len(report.projects) > 1 else ""
        rows = list(_steps(project.plan))
        head = ["| | step | mends | command |", "| --- | --- | ---: | --- |"]
        fits = part.add(["", f"### Plan{where}", "", *(head if rows else ["Nothing to do."])])
        shown = 0
        for row in rows[:_ROWS]:
            fits = fits and part.add([row], _LEAST)
            shown += fits
        if len(rows) > shown:
            part.left["step"] = part.left.get("step", 0) + len(rows) - shown


def _steps(plan: Plan) -> Iterator[str]:
    for number, step in enumerate(plan.steps, 1):
        words = markdown(blocks.in_words(step))
        if step.kind not in ("refresh", "upgrade"):
            words += f": {markdown(step.words)}"
        cells = (
            f"{number}." if step.urgent else "",
            words,
            str(len(step.mends)),
            code(step.command) if step.command is not None else "",
        )
        yield f"| {' | '.join(cells)} |"


# -- the findings, folded


def _found(report: Report, part: _Part) -> None:
    """Every project's findings; the room is shared out among the projects."""
    projects = [project for project in report.projects if project.shown]
    for number, project in enumerate(projects):
        share = _Part(min(part.room, max(_LEAST, part.room // (len(projects) - number))), part.left)
        findings = project.shown
        label = f"<code>{html(project.name or project.path, 100)}</code>"
        where = f" in <code>{html(project.path, 100)}</code>" if len(report.projects) > 1 else ""
        items = [(len(block.findings), list(_block(block))) for block in blocks.blocks(findings)]
        share.fold(f"{label}{where}: {count(len(findings), 'finding')}", items, "finding")
        part.add(share.lines)


def _block(block: blocks.Block) -> Iterator[str]:
    """All that was found about one package, or one matter of the project, as an item of a list."""
    findings = block.findings
    head = findings[0]
    if head.package is None:
        yield f"- **{head.severity.word}** {markdown(head.title)} ({code(head.rule, cell=False)})"
    else:
        words = [word for word, holds in (("direct", head.direct), ("development only", head.dev)) if holds]
        standing = f" ({', '.join(words)})" if words else ""
        titles = [
            f"{markdown(_title(finding, head))}{_link(finding)} ({code(finding.rule, cell=False)})"
            for finding in findings
        ]
        only = f": {titles[0]}" if len(titles) == 1 else ""
        yield f"- **{head.severity.word}** {_package(head)}{standing}{only}"
        if not only:
            yield from (f"  - {f.severity.word}: {title}" for f, title in zip(findings, titles, strict=True))
    if len(findings) == 1 and head.detail:
        yield f"  - seen: {markdown(head.detail)}"
    if block.fixes:
        yield f"  - fix: {' or '.join(code(fix, 500, cell=False) for fix in block.fixes[:3])}"
    if head.paths and not head.direct:
        more = f" and {count(head.path_count - 1, 'more path')}" if head.path_count > 1 else ""
        yield f"  - comes by {' › '.join(code(name(step), cell=False) for step in head.paths[0][:12])}{more}"
    if head.location is not None:
        yield f"  - in {code(gist.place(head), 300, cell=False)}"


def _package(finding: Finding, *, cell: bool = False) -> str:
    if finding.package is None:
        return ""
    version = f" {markdown(finding.version, 60)}" if finding.version else ""
    return f"{code(name(finding.package), cell=cell)}{version}"


def _title(finding: Finding, head: Finding) -> str:
    """What a finding says of its package; the id at its end is left to the link."""
    title = gist.without(finding.title, head)
    return title.removesuffix(f" ({finding.ids[0]})") if _link(finding) else title


def _link(finding: Finding) -> str:
    """The advisory's own page, where it is one that can be nothing else."""
    match = _ADVISORY.fullmatch(finding.url or "")
    return f" [{match[1]}]({match[0]})" if match is not None and match[1] in finding.ids else ""


_ADVISORY = re.compile(
    r"https://(?:github\.com/advisories|osv\.dev/vulnerability|nvd\.nist\.gov/vuln/detail)/([A-Z]+(?:-[0-9a-z]+)+)"
)


# -- the rest, folded


def _tail(report: Report, part: _Part) -> None:
    """What would be published, what is hidden and why, who was asked."""
    for project in report.projects:
        if project.packed is not None:
            _packed(project.packed, part)
    hidden = [f for project in report.projects for f in project.findings if f.suppressed is not None]
    part.fold(
        count(len(hidden), "hidden finding"), ((1, [_hidden(f)]) for f in hidden[:_ROWS]), "hidden finding"
    )
    if len(hidden) > _ROWS:
        part.left["hidden finding"] = part.left.get("hidden finding", 0) + len(hidden) - _ROWS
    asked = list(dict.fromkeys(source for project in report.projects for source in project.sources))
    part.fold("Who was asked", ((1, [f"- asked: {markdown(source)}"]) for source in asked), "source")


def _hidden(finding: Finding) -> str:
    about = finding.suppressed
    if about is None:
        return ""
    until = f", until {markdown(about.until, 40)}" if about.until else ""
    by = f"hidden by {markdown(about.by, 40)}: {markdown(about.reason, 200)}{until}"
    return f"- **{finding.severity.word}** {markdown(finding.title, 200)}: {by}"


def _packed(packed: Packed, part: _Part) -> None:
    """What the tarball holds."""
    rows = []
    for row in tree(packed.files, _ROWS):
        held = f" ({row.files} files)" if row.files else ""
        rows.append((max(1, row.files), [f"| {size(row.size)} | {code(row.path, 400)}{held} |"]))
    summary = f"{count(len(packed.files), 'file')}, {size(packed.unpacked_size)}"
    part.fold(summary, rows, "file", ["| size | file |", "| ---: | --- |"])
