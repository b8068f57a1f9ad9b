"""The report for a person at a terminal.

What to do first stands first; then what was found, one block for a package however many advisories it has;
then what could not be checked, and who was asked. Colour only ever repeats what the words say.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping, Sequence

from npmguard import text
from npmguard.dates import day
from npmguard.model import (
    CAPABILITIES,
    Change,
    Finding,
    Health,
    Inspected,
    Packed,
    ProjectReport,
    Release,
    Report,
    Severity,
    Step,
    Trend,
)
from npmguard.reports import blocks, healthy
from npmguard.reports.gist import asked_about, failed, steps, verdict, without
from npmguard.reports.sheet import Sheet
from npmguard.text import count, one_line

_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MODERATE: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_ADVICE = {"nothing-against": "bold green", "look-first": "bold yellow", "do-not-install": "bold red"}
_FIRST_STEPS = 5
_SCREEN = 50  # lines of which the first is seen together with the last
_LINES_A_BLOCK = 6
_NAMES_A_LINE = 6
_INDENT = "  "
_CHANGES = 30
_LABEL = 14
_FILES = 40
_HEALTH_LINES = 5
_KINDS = ("source-changed", "downgraded", "added", "upgraded", "removed")


def render(
    report: Report, *, color: bool = False, width: int = 80, verbose: bool = False, quiet: bool = False
) -> str:
    """The report as text, lines no wider than `width` where words allow."""
    page = _Page(verbose, color=color, width=width)
    several = len(report.projects) > 1
    if report.command == "health" and several:
        page.overview(report.projects)
        page.line()
    for number, project in enumerate(report.projects):
        if number:
            page.line()
        page.project(project, quiet, report.command)
    if len(report.projects) > 1 or not (quiet or report.command in ("inspect", "fix")):
        page.verdict(report)
        if page.height > _SCREEN:
            page.start(report)
    return page.written


class _Page(Sheet):
    def __init__(self, verbose: bool, *, color: bool, width: int) -> None:
        super().__init__(color=color, width=width)
        self.verbose = verbose

    # -- a project

    def project(self, project: ProjectReport, quiet: bool, command: str) -> None:
        name = one_line(project.name or project.path)
        version = f" {one_line(project.version)}" if project.version else ""
        if project.inspected is not None:
            where = "" if project.path == project.name else project.path
        elif project.packed is not None:
            where = f"{project.path}, {_weight(project.packed)}"
        elif project.lockfile:
            where = f"{project.lockfile} ({project.lockfile_format}), {count(project.packages, 'package')}"
        else:
            where = project.path
        self.line((name + version, "bold"), f"  {one_line(where)}")
        if command == "fix":
            self.plan(project)
            self.gaps(project)
            return
        if project.changes is not None:
            self.changes(project.changes)
        shown = project.shown
        if project.health is not None:
            self.health(project, project.health, project.trend)
        if project.inspected is None:
            self.first_steps(project)
        elif not quiet:
            self.facts(project.inspected)
        if project.health is not None and not self.verbose:
            shown = ()  # `npmguard check` lists them
        loud = shown if self.verbose else [f for f in shown if f.severity >= Severity.MODERATE]
        quiet_ones = [] if self.verbose else [f for f in shown if f.severity < Severity.MODERATE]
        if loud:
            self.title("Found")
            for block in blocks.blocks(loud):
                self.block(block)
        if quiet_ones:
            self.title("Also" if loud else "Found")
            self.summary(quiet_ones)
        if project.plan is not None:
            self.plan(project)
        self.gaps(project)
        if not quiet:
            if project.capabilities is not None:
                self.capabilities(project.capabilities)
            if project.packed is not None:
                self.packed(project, project.packed, loud)
            self.sources(project)
        if project.inspected is not None:
            self.advice(project.inspected)

    def plan(self, project: ProjectReport) -> None:
        """The least changes that mend what was found: what is urgent, then what can wait."""
        plan = project.plan
        if plan is None:
            return
        marks = {f.fingerprint: f for f in project.findings}
        steps = [step for step in plan.steps if step.kind != "none"]
        for title, group in (
            ("Plan", [step for step in steps if step.urgent]),
            ("Not urgent", [step for step in steps if not step.urgent]),
            ("No fix yet", [step for step in plan.steps if step.kind == "none"]),
        ):
            if group:
                self.title(title)
            for number, step in enumerate(group, 1):
                self.step(number, step, [marks[mark] for mark in step.mends if mark in marks])
        if not plan.steps:
            self.title("Plan")
            self.line("nothing to do", indent=_INDENT)
        for gap in plan.gaps:
            self.line(("not all is known: ", "yellow"), one_line(gap), indent=_INDENT, hang=_INDENT)

    def step(self, number: int, step: Step, mends: Sequence[Finding]) -> None:
        """One step of a plan: what to do, why, and what it mends."""
        head = f"{number}. "
        indent = _INDENT + " " * len(head)
        parts: list[str | tuple[str, str]] = [head, (one_line(blocks.in_words(step)), "bold")]
        if mends:
            worst = max(f.severity for f in mends)
            parts += [f"  {count(len(mends), 'finding')}, ", (worst.word, _STYLES[worst])]
        self.line(*parts, indent=_INDENT, hang=" " * len(head))
        if step.command is not None:
            self.line((one_line(step.command), "green"), indent=indent, hang=_INDENT)
        self.line((one_line(step.words, 400), "dim"), indent=indent)
        for edit in step.edits:
            old = f"{json.dumps(edit.before)} to " if edit.before is not None else ""
            words = f"{edit.file}: {' > '.join(edit.keys)}: {old}{json.dumps(edit.value)}"
            if step.command is None or self.verbose:
                self.line((one_line(words, 400), "dim"), indent=indent, hang=_INDENT)
        names = [text.name(f"{f.package}@{f.version}", 80) for f in mends]
        if names and (self.verbose or set(names) != {f"{step.package}@{step.before}"}):
            some = text.some(names, None if self.verbose else _NAMES_A_LINE)
            self.line(("mends ", "dim"), (some, "dim"), indent=indent, hang=_INDENT)

    # -- health

    def overview(self, projects: Sequence[ProjectReport]) -> None:
        """A row for each project, the least healthy first."""
        self.line(("Projects", "bold"))
        known = [(project, project.health) for project in projects if project.health is not None]
        for project, health in sorted(known, key=lambda pair: (pair[1].score, pair[0].path)):
            trend = project.trend
            marks = healthy.sparkline([s.health.score for s in trend.snapshots]) if trend is not None else ""
            worst = [f"{n} {s.word}" for s, n in _counted(project).items() if n and s >= Severity.HIGH]
            changed = f"  {len(trend.new)} new, {len(trend.mended)} mended" if trend is not None else ""
            years = f"  {health.libyears:,.1f} libyears" if health.libyears is not None else ""
            self.line(
                (f"{health.score:>4} ", _scored(health.score)),
                (f"{marks:<12}  " if trend is not None else "", "dim"),
                (one_line(project.path), "bold"),
                f"  {', '.join(worst) or 'nothing high'}{years}{changed}",
                indent=_INDENT,
                hang=" " * 5,
            )

    def health(self, project: ProjectReport, health: Health, trend: Trend | None) -> None:
        """The score with its parts, what is oldest, and what changed."""
        self.line()
        past = [s.health.score for s in trend.snapshots] if trend is not None else []
        marks = f"  {healthy.sparkline(past)}" if len(past) > 1 else ""
        known = f", {healthy.since(trend)}" if trend is not None and trend.against is not None else ""
        self.line(
            ("Health ", "bold"),
            (f"{health.score}", _scored(health.score)),
            (" of 100", "bold"),
            f" ({blind})" if (blind := healthy.unknown(health)) else "",
            known,
            (marks, "dim"),
        )
        for part in health.parts:
            lost = f"-{part.lost:.0f}" if part.lost else "0" if part.known else "?"
            self.line(
                (f"{one_line(part.name, 13):<13}", "cyan" if part.known else "dim"),
                (f"{lost:>4}", "red" if part.lost > part.most / 2 else ""),
                (f" of {part.most:>2.0f}  ", "dim"),
                (one_line(part.words), "" if part.known else "dim"),
                indent=_INDENT,
                hang=_INDENT,
            )
        self.line()
        counts = health.counts
        shape = f"{counts.direct:,} direct, {counts.transitive:,} transitive, depth {counts.depth}"
        licences = [f"{one_line(name, 60)} {n:,}" for name, n in healthy.spread(health.licences.items())]
        under = f"; licences: {', '.join(licences)}" if licences else ""
        self.line(shape + under, indent=_INDENT, hang=_INDENT)
        self.oldest(health, trend)
        if trend is not None:
            self.changed(trend)

    def oldest(self, health: Health, trend: Trend | None) -> None:
        """The advisories that are worst and the packages that are furthest behind."""
        every = None if self.verbose else _HEALTH_LINES
        if health.holes:
            self.title("Open advisories")
            now = trend.snapshots[-1].time if trend is not None else 0.0
            for hole in health.holes[:every]:
                ages = healthy.ages(hole, now) if now else ""
                self.line(
                    (f"{hole.severity.word:<9}", _STYLES[hole.severity]),
                    (text.name(f"{hole.package}@{hole.version}"), "bold"),
                    f" {one_line(hole.id, 60)} {one_line(hole.title, 100)}",
                    (f"  ({ages})" if ages else "", "dim"),
                    indent=_INDENT,
                    hang=" " * 9,
                )
            self.rest(len(health.holes), every)
        if health.lags:
            self.title("Furthest behind")
            for lag in health.lags[:every]:
                versions = f"{one_line(lag.version, 60)} > {one_line(lag.latest, 60)}"
                self.line(
                    (text.name(lag.package), "bold"),
                    f" {versions}  {healthy.behind(lag)}",
                    ("  (direct)" if lag.direct else "", "dim"),
                    indent=_INDENT,
                    hang=_INDENT,
                )
            self.rest(len(health.lags), every)

    def rest(self, number: int, shown: int | None) -> None:
        if shown is not None and number > shown:
            self.line(f"and {number - shown} more (-v)", indent=_INDENT)

    def changed(self, trend: Trend) -> None:
        """What is new and what was mended since the run that is compared with."""
        every = None if self.verbose else _HEALTH_LINES
        if trend.against is None:
            self.title("The first run in this history")
        else:
            self.title(f"Changed since {day(trend.against)}")
        for words, style, issues in (("new", "red", trend.new), ("mended", "green", trend.mended)):
            for issue in issues[:every]:
                ended = issue.until is not None
                lasted = f"  (after {healthy.span((issue.until or 0) - issue.since)})" if ended else ""
                self.line(
                    (f"{words:<9}", style),
                    (f"{issue.severity.word:<9}", _STYLES[issue.severity]),
                    one_line(issue.title, 200),
                    (lasted, "dim"),
                    indent=_INDENT,
                    hang=" " * 18,
                )
            if every is not None and len(issues) > every:
                self.line(f"and {len(issues) - every} more {words} (-v)", indent=_INDENT)
        if trend.against is not None and not trend.new and not trend.mended:
            self.line("nothing new, nothing mended", indent=_INDENT)
        self.line(healthy.standing(trend), indent=_INDENT)
        for words in trend.regressions:
            self.line(("worse: ", "bold red"), one_line(words), indent=_INDENT, hang=_INDENT)

    # -- what may be installed

    def facts(self, facts: Inspected) -> None:
        """What is known of a package that may be installed."""
        from npmguard.reports.inspected import rows

        for number, row in enumerate(rows(facts)):
            if not number:
                self.line()
            words = (row.words, "yellow" if row.marked else "")
            self.line((f"{row.label:<{_LABEL}}", "dim"), words, indent=_INDENT, hang=" " * _LABEL)

    def advice(self, facts: Inspected) -> None:
        """May it be installed?"""
        from npmguard.reports.inspected import advice

        words, reason = advice(facts)
        self.line()
        self.line((words, _ADVICE[facts.advice.word]), f": {reason}" if reason else ".")

    def changes(self, changes: Sequence[Change]) -> None:
        """What became of the packages, what a reviewer looks at first before the rest."""
        self.title("Changed" if changes else "Nothing changed")
        order = sorted(changes, key=lambda c: (not c.script, not c.direct, _KINDS.index(c.kind)))
        shown = order if self.verbose else order[:_CHANGES]
        for change in shown:
            versions = " > ".join(one_line(v, 60) for v in (change.before, change.after) if v is not None)
            notes = [
                word
                for word, holds in (
                    ("new direct dependency", change.direct),
                    ("new install script", change.script),
                )
                if holds
            ]
            able = [CAPABILITIES.get(name, name) for name in change.capabilities or ()]
            hosts = list(change.hosts or ())
            if change.before is None:
                notes += [f"can use {', '.join(able)}"] if able and self.verbose else []
            else:
                notes += [f"gains {', '.join(able)}"] if able else []
                notes += [f"new hosts {text.some(one_line(host, 80) for host in hosts)}"] if hosts else []
            style = "yellow" if notes or change.kind in ("source-changed", "downgraded") else "cyan"
            self.line(
                (f"{change.kind:<15}", style),
                f"{text.name(change.package)} {versions}",
                *([(f"  ({', '.join(notes)})", "yellow")] if notes else []),
                indent=_INDENT,
                hang=" " * 15,
            )
        if len(order) > len(shown):
            self.line(f"and {len(order) - len(shown)} more (-v)", indent=_INDENT)

    def capabilities(self, found: Mapping[str, Sequence[str]]) -> None:
        """What the code of the packages can do: the packages of each capability; of each package with -v."""
        self.title("What their code can do")
        if self.verbose:
            for label, names in found.items():
                words = ", ".join(CAPABILITIES.get(name, name) for name in names) or "nothing of it"
                self.line(f"{text.name(label)}  ", (words, "dim"), indent=_INDENT, hang=_INDENT)
            return
        for name, word in CAPABILITIES.items():
            able = [label for label, names in found.items() if name in names]
            if able:
                some = text.some((text.name(label, 60) for label in able), _NAMES_A_LINE)
                parts = (f"{word:<16}", "cyan"), f"{count(len(able), 'package')}: {some}"
                self.line(*parts, indent=_INDENT, hang=" " * 16)
        silent = sum(1 for names in found.values() if not names)
        if silent:
            self.line((f"{'nothing of it':<16}", "cyan"), count(silent, "package"), indent=_INDENT)

    def packed(self, project: ProjectReport, packed: Packed, loud: Sequence[Finding]) -> None:
        """What the tarball holds: the files that something was said of stand out."""
        from npmguard.reports.tree import tree

        told = {finding.location.file for finding in loud if finding.location is not None}
        self.title("Files")
        for row in tree(packed.files, None if self.verbose else _FILES):
            place = posixpath.normpath(posixpath.join(project.path, row.path))
            marked = place in told or (row.files and any(t.startswith(f"{place}/") for t in told))
            held = f" ({count(row.files, 'file')})" if row.files else ""
            self.line(
                (f"{text.size(row.size):>9} ", "dim"),
                ("! " if marked else "  ", "red"),
                "  " * row.depth,
                (one_line(row.name, 400), "bold red" if marked else ""),
                (held, "dim"),
                hang=" " * 12,
            )
        if packed.previous is not None:
            self.line()
            self.line(*_since(packed, packed.previous), indent=_INDENT)

    def first_steps(self, project: ProjectReport) -> None:
        """What to do first, worst first: commands, as far as there are such."""
        order = steps([project])
        if not order:
            return
        self.title("Do first")
        for number, step in enumerate(order[:_FIRST_STEPS], 1):
            self.line(
                f"{number}. ",
                (one_line(step.command or step.words), "bold"),
                f"  {count(len(step.findings), 'finding')}, ",
                (step.worst.word, _STYLES[step.worst]),
                indent=_INDENT,
                hang="   ",
            )
        if len(order) > _FIRST_STEPS:
            rest = len(order) - _FIRST_STEPS
            where = "(-v)" if project.health is not None and not self.verbose else "below"
            self.line(f"and {count(rest, 'more command')} {where}", indent=_INDENT)

    def block(self, block: blocks.Block) -> None:
        """All that was found about one package (or one matter of the project)."""
        findings = block.findings
        head = findings[0]
        worst = head.severity
        if head.package is None or len(findings) == 1:
            standing = "  (development only)" if head.package is not None and head.dev else ""
            self.line((f"{worst.word:<9}", _STYLES[worst]), one_line(head.title), standing, hang=" " * 9)
            self.details(head, " " * 9)
            return
        label = text.name(f"{head.package} {head.version or ''}".strip())
        self.line((f"{worst.word:<9}", _STYLES[worst]), (label, "bold"), _standing(head), hang=" " * 9)
        shown = findings if self.verbose else findings[:_LINES_A_BLOCK]
        for finding in shown:
            self.line(
                (f"{finding.severity.word:<9}", _STYLES[finding.severity]),
                one_line(without(finding.title, head)),
                indent=" " * 9,
                hang=" " * 9,
            )
            if self.verbose:
                self.details(finding, " " * 18, paths=False)
        if len(findings) > len(shown):
            self.line(f"and {len(findings) - len(shown)} more (-v)", indent=" " * 9)
        if not block.fixes and not self.verbose and worst >= Severity.HIGH:
            self.line((one_line(head.detail, 600), "dim"), indent=" " * 9)
        for word, command in zip(("fix: ", "or:  "), block.fixes, strict=False):
            self.line((word, "green"), one_line(command), indent=" " * 9, hang="     ")
        self.path(head, " " * 9)

    def details(self, finding: Finding, indent: str, *, paths: bool = True) -> None:
        if self.verbose or finding.severity >= Severity.HIGH or finding.package is None:
            self.line((one_line(finding.detail, 600), "dim"), indent=indent)
        if self.verbose and finding.location is not None:
            place = finding.location
            line = f":{place.line}" if place.line else ""
            self.line((f"{one_line(place.file)}{line}  {finding.rule}", "dim"), indent=indent)
        if paths:
            if finding.fix is not None and finding.fix.command:
                self.line(("fix: ", "green"), one_line(finding.fix.command), indent=indent, hang="     ")
            self.path(finding, indent)

    def path(self, finding: Finding, indent: str) -> None:
        """How the project comes by the package, where it did not ask for it itself."""
        if not finding.paths or (finding.direct and not self.verbose):
            return
        for path in finding.paths if self.verbose else finding.paths[:1]:
            self.line((" > ".join(text.name(step) for step in path), "dim"), indent=indent, hang=_INDENT)

    def summary(self, findings: Sequence[Finding]) -> None:
        """The quiet findings, a line a rule."""
        rules: dict[str, list[Finding]] = {}
        for finding in findings:
            rules.setdefault(finding.rule, []).append(finding)
        for rule, found in sorted(
            rules.items(), key=lambda item: (-max(f.severity for f in item[1]), item[0])
        ):
            worst = max(f.severity for f in found)
            if len(found) == 1:
                self.line((f"{worst.word:<9}", _STYLES[worst]), one_line(found[0].title), hang=" " * 9)
                continue
            names = list(dict.fromkeys(_named(f) for f in found))
            more = f" and {len(names) - _NAMES_A_LINE} more (-v)" if len(names) > _NAMES_A_LINE else ""
            self.line(
                (f"{worst.word:<9}", _STYLES[worst]),
                f"{rule} ({len(found)}): {', '.join(names[:_NAMES_A_LINE])}{more}",
                hang=" " * 9,
            )

    def gaps(self, project: ProjectReport) -> None:
        if not project.incomplete:
            return
        self.title("Not checked")
        for gap in project.incomplete:
            self.line(
                (f"{', '.join(gap.affects)}: ", "yellow"), one_line(gap.reason), indent=_INDENT, hang=_INDENT
            )

    def sources(self, project: ProjectReport) -> None:
        hidden = [f for f in project.findings if f.suppressed is not None and f.suppressed.by == "config"]
        if not project.sources and not hidden:
            return
        self.title("Asked")
        for source in project.sources:
            self.line(one_line(source), indent=_INDENT, hang=_INDENT)
        if hidden:
            self.line(f"{count(len(hidden), 'finding')} hidden by the project's ignores", indent=_INDENT)

    # -- the whole

    def verdict(self, report: Report) -> None:
        found = [(s, n) for s, n in report.counts.items() if n]
        self.line()
        parts: list[str | tuple[str, str]] = []
        for severity, number in found:
            parts += [", "] if parts else []
            parts.append((f"{number} {severity.word}", _STYLES[severity]))
        what = asked_about(report)
        if parts:
            self.line(f"{what}: ", *parts)
        elif report.incomplete:
            self.line(f"{what}: nothing found in what could be checked")
        else:
            self.line(f"{what}: nothing found")
        if failed(report):
            told = verdict(report)
            if told.words == "Worse than before":
                self.line((told.words, "bold red"), f": {told.reason}")
                return
            level = f" at {report.fail_on.word} or above" if report.fail_on is not None else ""
            words = {"prepublish": "Not fit to publish", "inspect": "Do not install"}
            what = words.get(report.command, "Not safe as it is")
            self.line((what, "bold red"), f": there are findings{level}.")
        elif report.incomplete:
            self.line(
                ("Incomplete", "bold yellow"),
                f": {count(report.incomplete, 'answer')} missing, so this is no clean bill.",
            )

    def start(self, report: Report) -> None:
        """What to do first, once more: what stands at the top of a long page is out of sight by now."""
        for step in steps(report.projects)[:1]:
            where = f"in {one_line(step.project.path)}: " if len(report.projects) > 1 else ""
            self.line(f"Start with: {where}", (one_line(step.command or step.words), "bold"))


def _weight(packed: Packed) -> str:
    """How many files, how large, and how large as a tarball."""
    about = "" if packed.source == "tarball" else "about "
    size = f", {about}{text.size(packed.packed_size)} packed" if packed.packed_size is not None else ""
    return f"{count(len(packed.files), 'file')}, {text.size(packed.unpacked_size)}{size}"


def _since(packed: Packed, previous: Release) -> Iterable[str]:
    """What changed in the list of files since the last release."""
    yield f"since {one_line(previous.version, 60)}: "
    if packed.since is not None:
        came, went = packed.since
        yield f"{count(len(came), 'file')} added, {len(went)} removed, "
    if previous.unpacked_size is not None:
        yield f"{text.size(previous.unpacked_size)} then, "
    yield f"{text.size(packed.unpacked_size)} now"


def _counted(project: ProjectReport) -> dict[Severity, int]:
    """The findings that nobody has hidden, by severity, the worst first."""
    shown = [finding.severity for finding in project.shown]
    return {severity: shown.count(severity) for severity in sorted(Severity, reverse=True)}


def _scored(score: int) -> str:
    return "bold green" if score >= 75 else "bold yellow" if score >= 50 else "bold red"


def _standing(finding: Finding) -> str:
    words = [word for word, holds in (("direct", finding.direct), ("development only", finding.dev)) if holds]
    return f"  ({', '.join(words)})" if words else ""


def _named(finding: Finding) -> str:
    return text.name(finding.package, 60) if finding.package else one_line(finding.title, 60)
