"""The report as one page for a browser: a table to sort and to filter, and everything unfolds.

The rows are in the page as they are, so that it reads and prints without its script, which only sorts,
filters and folds. See `npmguard.reports.page` for what keeps it closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from npmguard import __version__, text
from npmguard.model import CAPABILITIES, Change, Finding, Packed, ProjectReport, Report
from npmguard.reports import blocks, gist, page
from npmguard.reports.page import Column
from npmguard.text import count, html, size

_STEPS = 10
_FILES = 5_000
_NAMES = 4
_TONES = {"bad": "✕", "unsure": "?", "fair": "–", "good": "✓"}


def render(report: Report) -> str:
    """The page. That of `npmguard health` has a look of its own."""
    if report.command == "health":
        from npmguard.reports import health_page

        return health_page.render(report)
    verdict = gist.verdict(report)
    names = [project.name or project.path for project in report.projects]
    title = f"{verdict.words}: {text.some(names, 2)}" if names else verdict.words
    return page.document(f"{title} - npmguard", _body(report, verdict))


def _body(report: Report, verdict: gist.Verdict) -> Iterator[str]:
    yield '<a class="skip" href="#content">Skip to the report</a>'
    yield from top(report, verdict)
    yield '<main id="content">'
    for number, project in enumerate(report.projects):
        yield from _before(project, f"project-{number}", len(report.projects) > 1)
    yield from _first(report)
    yield from tables(report)
    yield "</main>"
    yield from foot(report)


def tables(report: Report) -> Iterator[str]:
    """What was found, what is hidden, what is not checked, and where each project lies."""
    yield from _found(report)
    yield from _hidden(report)
    yield from _missing(report)
    yield from page.section(
        "projects", "Projects" if len(report.projects) > 1 else "Project", map(_project, report.projects)
    )


def top(report: Report, verdict: gist.Verdict) -> Iterator[str]:
    """The verdict, and how much was found."""
    yield f'<header class="{verdict.tone}">'
    named = [html(f"{p.name or p.path} {p.version or ''}".strip(), 200) for p in report.projects[:_NAMES]]
    more = f" and {len(report.projects) - _NAMES} more" if len(report.projects) > _NAMES else ""
    yield f'<p class="brand"><strong>npmguard {html(report.command)}</strong> {", ".join(named)}{more}</p>'
    yield page.switch()
    yield (
        f'<h1><span class="tone" aria-hidden="true">{_TONES[verdict.tone]}</span> {html(verdict.words)}</h1>'
    )
    yield f'<p class="reason">{html(verdict.reason)}</p>' if verdict.reason else ""
    counts = [
        f'<li class="{s.word}{"" if number else " none"}"><strong>{number:,}</strong> {s.word}</li>'
        for s, number in report.counts.items()
    ]
    if any(report.counts.values()):
        yield f'<ul class="counts" aria-label="Findings by severity">{"".join(counts)}</ul>'
    said = [f"{gist.asked_about(report)} looked at"]
    if report.incomplete:
        said.append(f'<a href="#missing">{count(report.incomplete, "answer")} missing</a>')
    if report.suppressed:
        said.append(f'<a href="#hidden">{count(report.suppressed, "finding")} hidden</a>')
    yield f'<p class="note">{", ".join(said)}</p>'
    yield "</header>"


def foot(report: Report) -> Iterator[str]:
    """When it was made, by what, and how long that took."""
    when = html(report.started_at, 40)
    took = f"{report.duration_ms / 1000:.1f} s"
    yield f'<footer><p>npmguard {__version__}, <time datetime="{when}">{when}</time>, {took}</p></footer>'


# -- what to do first


def _first(report: Report) -> Iterator[str]:
    steps = gist.steps(report.projects)
    several = len(report.projects) > 1
    items = [step(one, several) for one in steps[:_STEPS]]
    rest = len(steps) - len(items)
    note = f"and {count(rest, 'more command')} in the table below" if rest > 0 else ""
    content = ['<ol class="steps">', *items, "</ol>", f'<p class="note">{note}</p>' if note else ""]
    yield from page.section("first", "What to do first", content if items else ())


def step(step: gist.Step, several: bool) -> str:
    """A command to run and what it sees to, as an item of a list."""
    names = [html(text.name(name)) for name in gist.named(step.findings)]
    about = f" in {text.some(names)}" if names else ""
    where = f", project {page.code(step.project.path, 200)}" if several else ""
    what = f'<span class="command">{page.code(step.command)}</span>' if step.command else html(step.words)
    return (
        f"<li>{what} "
        f"{page.mark(step.worst.word, step.worst.word)} "
        f'<span class="note">{count(len(step.findings), "finding")}{about}{where}</span></li>'
    )


# -- the findings


def _columns(report: Report, *last: Column) -> list[Column]:
    several = [Column("Project")] if len(report.projects) > 1 else []
    return [Column("Severity", "number"), Column("Package"), Column("What"), Column("Rule"), *last, *several]


def _found(report: Report) -> Iterator[str]:
    """The table of what was found, a row for a package."""
    found = [
        (block, number)
        for number, project in enumerate(report.projects)
        for block in blocks.blocks(project.findings)
    ]
    total = sum(len(block.findings) for block, _ in found)
    if not total:
        if report.incomplete:  # elsewhere the verdict has said all
            empty = '<p class="empty">Nothing was found in what could be checked.</p>'
            yield from page.section("findings", "What was found", [empty])
        return
    found.sort(key=lambda pair: -pair[0].severity)
    columns = _columns(report, Column("Used in"))
    marked = _Marks()
    rows = (_row(columns, report, block, number, marked) for block, number in found)
    caption = f"{count(total, 'finding')} about {count(len(found), 'matter')}, the worst first"
    table = page.table(caption, columns, rows, "findings")
    yield from page.section("findings", "What was found", chain(_filters(report), table))


class _Marks:
    """Names for places on the page, each given once: what has been linked to must not move."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def __call__(self, finding: Finding) -> str:
        name = finding.fingerprint
        if not (name.isascii() and name.isalnum()) or name in self.given:
            return ""
        self.given.add(name)
        return f' id="finding-{name}"'


def _row(columns: Sequence[Column], report: Report, block: blocks.Block, number: int, marked: _Marks) -> str:
    findings, project = block.findings, report.projects[number]
    head = findings[0]
    use = "" if head.package is None else "development" if all(f.dev for f in findings) else "production"
    commands = "".join(
        f'<p class="fix"><span class="note">{word}</span> {page.code(command)}</p>'
        for word, command in zip(("fix:", *["or:"] * len(findings)), block.fixes, strict=False)
    )
    what = "".join(_unfolds(finding, head, len(findings) > 1, marked) for finding in findings)
    rules = dict.fromkeys(html(finding.rule) for finding in findings)
    cells = [
        page.number(head.severity, page.mark(head.severity.word, head.severity.word)),
        _package(head),
        what + commands,
        ", ".join(rules),
        f'<span class="note">{use}</span>' if use else "",
    ]
    if len(columns) > len(cells):
        cells.append(page.code(project.path, 200))
    data = f' data-package="{html(text.name(head.package or ""))}" data-use="{use}" data-project="{number}"'
    return page.row(columns, cells, head=1, data=data)


def _package(finding: Finding) -> str:
    if finding.package is None:
        return '<span class="note">whole project</span>'
    direct = f" {page.mark('direct')}" if finding.direct else ""
    return page.package(finding.package, finding.version) + direct


def _unfolds(finding: Finding, head: Finding, several: bool, marked: _Marks) -> str:
    """One finding: its title, and everything that is known of it under that."""
    severity = finding.severity.word
    before = f"{page.mark(severity, severity)} " if several else ""
    data = f'data-severity="{severity}" data-rule="{html(finding.rule)}"'
    return (
        f'<details class="finding"{marked(finding)} {data}>'
        f"<summary>{before}{_title(finding, head)}</summary>{_details(finding)}</details>"
    )


def _title(finding: Finding, head: Finding) -> str:
    """What a finding says of the package in whose block it stands; the id that ends it stands apart."""
    title = gist.without(finding.title, head)
    end = f" ({finding.ids[0]})" if finding.ids else ""
    if not finding.ids or not title.endswith(end):
        return html(title)
    return f'{html(title.removesuffix(end))} <span class="id">{html(finding.ids[0], 100)}</span>'


def _details(finding: Finding) -> str:
    fix, hidden = finding.fix, finding.suppressed
    paths = ["<span> › </span>".join(html(text.name(step)) for step in path) for path in finding.paths]
    if finding.path_count > len(paths) and paths:
        paths.append(f"and {finding.path_count - len(paths):,} more")
    known = [page.code(id, 100) for id in finding.ids] + ([page.link(finding.url)] if finding.url else [])
    to = f" to {page.code(fix.to, 100)}" if fix is not None and fix.to else ""
    # elsewhere the row has the command for all its findings
    command = f": {page.code(fix.command)}" if hidden is not None and fix is not None and fix.command else ""
    until = f", until {html(hidden.until, 40)}" if hidden is not None and hidden.until else ""
    pointer = finding.location.pointer if finding.location is not None else None
    where = gist.place(finding)
    rows = (
        ("Fix", f"{html(fix.kind)}{to}{command}" if fix is not None else ""),
        ("Comes by", page.listed(paths, "paths") if paths else ""),
        ("Where", page.code(where) + (f" {page.code(pointer)}" if pointer else "") if where else ""),
        ("See", " ".join(known)),
        ("Rule", f"{html(finding.rule)}, confidence {finding.confidence.value}"),
        ("Hidden", f"by {html(hidden.by)}: {html(hidden.reason)}{until}" if hidden is not None else ""),
        ("Fingerprint", page.code(finding.fingerprint) if finding.fingerprint else ""),
    )
    return f'<div class="body"><p>{html(finding.detail, 4000)}</p>{page.facts(rows)}</div>'


def _filters(report: Report) -> Iterator[str]:
    """What the script filters by. It stays hidden where no script runs."""
    shown = [finding for project in report.projects for finding in project.shown]
    yield '<div id="filters" class="filters" role="search" aria-label="Filter the findings" hidden>'
    yield '<fieldset><legend>Severity</legend><div class="chips">'
    for severity, number in report.counts.items():
        if number:
            word = severity.word
            box = f'<input type="checkbox" name="severity" value="{word}">'
            yield f'<label class="{word}">{box}<span>{word} {number:,}</span></label>'
    yield "</div></fieldset>"
    rules: dict[str, int] = {}
    for finding in shown:
        rules[finding.rule] = rules.get(finding.rule, 0) + 1
    counted = ((rule, f"{html(rule)} ({number:,})") for rule, number in sorted(rules.items()))
    yield _select("rule", "Rule", counted)
    yield _select("use", "Used in", (("production", "production"), ("development", "development only")))
    if len(report.projects) > 1:
        every = ((str(number), html(p.path, 100)) for number, p in enumerate(report.projects))
        yield _select("project", "Project", every)
    yield '<label>Package<input type="search" name="package" autocomplete="off" spellcheck="false"></label>'
    yield '<label>Any words<input type="search" name="words" autocomplete="off" spellcheck="false"></label>'
    yield '<div class="buttons">'
    yield '<button type="button" name="reset">Show all</button>'
    yield '<button type="button" name="unfold" aria-pressed="false">Unfold all</button>'
    yield "</div>"
    yield "</div>"
    yield '<p id="status" class="note" role="status"></p>'


def _select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    made = "".join(f'<option value="{html(value)}">{words}</option>' for value, words in options)
    return f'<label>{label}<select name="{name}"><option value="">any</option>{made}</select></label>'


def _hidden(report: Report) -> Iterator[str]:
    """What the project's settings or a baseline hide, with the reasons."""
    columns = _columns(report, Column("Hidden by"), Column("Until"))
    marked = _Marks()
    rows = [
        _hidden_row(columns, project, finding, marked)
        for project in report.projects
        for finding in project.findings
        if finding.suppressed is not None
    ]
    if rows:
        table = page.table(f"{count(len(rows), 'hidden finding')}", columns, rows, "findings")
        content = page.unfolded(f"{count(len(rows), 'finding')} not counted above", table, "more")
        yield from page.section("hidden", "Hidden", content)


def _hidden_row(columns: Sequence[Column], project: ProjectReport, finding: Finding, marked: _Marks) -> str:
    severity, hidden = finding.severity, finding.suppressed
    cells = [
        page.number(severity, page.mark(severity.word, severity.word)),
        _package(finding),
        _unfolds(finding, finding, False, marked),
        html(finding.rule),
        f"{html(hidden.by)}: {html(hidden.reason)}" if hidden is not None else "",
        html(hidden.until or "", 40) if hidden is not None else "",
    ]
    if len(columns) > len(cells):
        cells.append(page.code(project.path, 200))
    return page.row(columns, cells, head=1)


# -- what could not be checked, and each project


def _missing(report: Report) -> Iterator[str]:
    columns = [
        Column("Rules that cannot speak"),
        Column("Why"),
        Column("Source"),
        *([Column("Project")] if len(report.projects) > 1 else []),
    ]
    rows = []
    for project in report.projects:
        for gap in project.incomplete:
            cells = [html(", ".join(gap.affects), 2000), html(gap.reason, 2000), html(gap.source)]
            if len(columns) > len(cells):
                cells.append(page.code(project.path, 200))
            rows.append(page.row(columns, cells))
    if rows:
        table = page.table(f"{count(len(rows), 'answer')} missing", columns, rows)
        yield from page.section("missing", "Not checked", table, "What is not checked is not clean.")


def _before(project: ProjectReport, id: str, several: bool) -> Iterator[str]:
    """What `inspect` and `diff` are asked for."""
    about = f" {html(project.name or project.path)}" if several else ""
    if project.inspected is not None:
        from npmguard.reports import inspected

        words, reason = inspected.advice(project.inspected)
        rows = (
            (html(row.label), f"<strong>{html(row.words)}</strong>" if row.marked else html(row.words))
            for row in inspected.rows(project.inspected)
        )
        note = (f"{html(words)}: {html(reason)}" if reason else html(words)) if several else ""
        name = html(project.name or project.inspected.name)
        yield from page.section(id, f"What is known of {name}", [page.facts(rows)], note)
    if project.changes is not None:
        yield from page.section(id, f"What changed{about}", _changes(project.changes))


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    """What became of the packages, what a reviewer looks at first before the rest."""
    if not changes:
        yield '<p class="empty">No package changed.</p>'
        return
    columns = [Column("Package"), Column("Change"), Column("From"), Column("To"), Column("To look at")]
    order = sorted(changes, key=lambda change: (not change.script, not change.direct))
    rows = (
        page.row(
            columns,
            (
                page.package(change.package),
                html(change.kind),
                html(change.before or "", 100),
                html(change.after or "", 100),
                "; ".join(_noted(change)),
            ),
        )
        for change in order
    )
    yield from page.table(f"{count(len(changes), 'change')}", columns, rows)


def _noted(change: Change) -> Iterator[str]:
    if change.direct:
        yield "new direct dependency"
    if change.script:
        yield "new install script"
    if change.before is not None and change.capabilities:
        yield f"gains {', '.join(html(CAPABILITIES.get(name, name)) for name in change.capabilities)}"
    if change.before is not None and change.hosts:
        yield f"new hosts {text.some(page.code(host, 80) for host in change.hosts)}"


def _project(project: ProjectReport) -> str:
    """Where it lies, who was asked, what its code can do and what would be published."""
    place = project.lockfile or project.path
    format = f" ({html(project.lockfile_format, 40)})" if project.lockfile and project.lockfile_format else ""
    rows = (
        ("Folder", page.code(project.path)),
        ("Lockfile", f"{page.code(place)}{format}" if project.lockfile else ""),
        ("Manager", html(project.manager)),
        ("Packages", f"{project.packages:,}"),
        ("Asked", page.listed(html(source) for source in project.sources) if project.sources else ""),
    )
    lines = [
        "<article>",
        f"<h3>{page.package(project.name or project.path, project.version)}</h3>",
        page.facts(rows),
    ]
    if project.capabilities is not None:
        columns = [Column("Package"), Column("What its code can do")]
        able = (
            page.row(columns, (page.package(label), html(_able(names))))
            for label, names in project.capabilities.items()
        )
        words = f"What the code of {count(len(project.capabilities), 'package')} can do"
        lines += page.unfolded(words, page.table(words, columns, able), "more")
    if project.packed is not None:
        lines += _packed(project.packed)
    return "\n".join([*lines, "</article>"])


def _able(names: Iterable[str]) -> str:
    return ", ".join(CAPABILITIES.get(name, name) for name in names) or "nothing of it"


def _packed(packed: Packed) -> Iterator[str]:
    """What would be published."""
    columns = [Column("File"), Column("Size", "number")]
    files = (
        page.row(columns, (page.code(file.path), page.number(file.size, size(file.size))))
        for file in packed.files[:_FILES]
    )
    words = f"{count(len(packed.files), 'file')} would be published, {size(packed.unpacked_size)}"
    rest = len(packed.files) - _FILES
    more = [f'<p class="note">and {rest:,} more</p>'] if rest > 0 else []
    yield from page.unfolded(words, chain(page.table(words, columns, files), more), "more")
