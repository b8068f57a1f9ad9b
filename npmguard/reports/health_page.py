"""The page of `npmguard health`: is it getting better, what rots, what to do this week.

One project is the page; of several there is a table first, and under it each project's own, which the script
shows one at a time. Everything is in the page as it is written: pictures are SVG (`charts`) with the same
numbers as a table beside them, and the script only sorts, filters, points and zooms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from npmguard import text
from npmguard.dates import day, seconds
from npmguard.model import (
    Counts,
    Health,
    Hole,
    Issue,
    Lag,
    Part,
    ProjectReport,
    Report,
    Severity,
    Snapshot,
    Trend,
)
from npmguard.reports import charts, gist, health_map, healthy, page
from npmguard.reports import html as findings_page
from npmguard.reports.charts import amount, short
from npmguard.reports.page import Column
from npmguard.text import count, html

_STEPS = 5
_ISSUES = 8  # of each kind, before the rest is folded
_LICENCES = 300
_ROWS, _CELLS = 6_000, 12_000  # of a page with all its projects
_LEAST = 40  # of one project, however many there are
_LONG = 12  # rows of a table, before the rest is asked for
_DAY = 86_400.0
_YEAR = 365.25 * _DAY
_WORST = sorted(Severity, reverse=True)


class Fare(NamedTuple):
    """A project with its health: its name on the page, its number there, and how its score moved."""

    project: ProjectReport
    health: Health
    trend: Trend | None
    id: str
    now: float

    @property
    def score(self) -> int:
        return round(amount(self.health.score, 100))

    @property
    def unknown(self) -> list[str]:
        """The parts of the score that cost nothing because nobody knows."""
        return [part.name for part in self.health.parts if not part.known]

    @property
    def before(self) -> Snapshot | None:
        """The run that this one is compared with."""
        return healthy.before(self.trend) if self.trend is not None else None

    @property
    def moved(self) -> int | None:
        """By how much the score went up since then."""
        before = self.before
        return None if before is None else self.score - round(amount(before.health.score, 100))


def render(report: Report) -> str:
    """The page."""
    fares = list(_fares(report))
    verdict = _verdict(report, fares)
    names = [project.name or project.path for project in report.projects]
    title = f"{verdict.words}: {text.some(names, 2)}" if names else verdict.words
    return page.document(f"{title} - npmguard", _body(report, fares, verdict), "health")


def _fares(report: Report) -> Iterator[Fare]:
    started = seconds(report.started_at)
    for number, project in enumerate(report.projects):
        if project.health is not None:
            trend = project.trend
            now = trend.snapshots[-1].time if trend is not None and trend.snapshots else None
            yield Fare(project, project.health, trend, f"p{number}", amount(now or started, 2.5e11))


def _verdict(report: Report, fares: Sequence[Fare]) -> gist.Verdict:
    """Better or worse than before; what is incomplete never reads as clean."""
    plain = gist.verdict(report)
    reasons = [plain.reason] if plain.tone == "bad" and plain.reason else []
    if report.incomplete:
        reasons.append(f"{count(report.incomplete, 'answer')} missing, so it may be worse than it looks.")
    moved = [fare.moved for fare in fares if fare.moved is not None]
    worse, better = sum(by < 0 for by in moved), sum(by > 0 for by in moved)
    if len(report.projects) == 1 and fares:
        words, reason = _movement(fares[0])
        reasons.insert(0, reason)
        score = fares[0].score
    else:
        looked = count(len(fares), "project")
        words = f"{looked}: {better or 'none'} better, {worse or 'none'} worse"
        words = words if worse or better else f"{looked}, as before"
        words = words if moved else f"{looked}, for the first time"
        score = min((fare.score for fare in fares), default=100)
    tone = "bad" if worse or plain.tone == "bad" else "unsure" if report.incomplete else "fair"
    if score >= 90 and tone == "fair" and all(not fare.unknown for fare in fares):
        tone = "good"
    return gist.Verdict(tone, words, " ".join(reasons))


def _movement(fare: Fare) -> tuple[str, str]:
    if fare.moved is None or fare.before is None:
        return f"Health {fare.score} of 100", "The first run: the next one tells what has changed."
    since = _day(fare.before.time)
    worse = len(fare.trend.regressions) if fare.trend is not None else 0
    but = f" {count(worse, 'thing')} got worse." if worse else ""
    if not fare.moved:
        return f"Health {fare.score} of 100", f"As on {since}.{but}"
    way, up = ("Better", "Up") if fare.moved > 0 else ("Worse", "Down")
    return f"{way}: health {fare.score} of 100", f"{up} {abs(fare.moved)} since {since}.{but}"


def _body(report: Report, fares: Sequence[Fare], verdict: gist.Verdict) -> Iterator[str]:
    several = len(report.projects) > 1
    yield '<a class="skip" href="#content">Skip to the report</a>'
    yield charts.patterns()
    yield from findings_page.top(report, verdict)
    yield '<main id="content">'
    rows = max(_LEAST, _ROWS // max(1, len(fares)))
    cells = max(_LEAST, _CELLS // max(1, len(fares)))
    if several:
        yield '<div class="view" id="overview">'
        yield from _overview(report, fares)
        yield from _first(report.projects, "first", True, 2)
        yield from findings_page.tables(report)
        yield "</div>"
        for fare in fares:
            yield f'<article class="view project" id="{fare.id}" aria-labelledby="{fare.id}-name">'
            yield '<p class="note"><a href="#overview">All projects</a></p>'
            yield f'<h2 id="{fare.id}-name">{_name(fare.project)}</h2>'
            words, reason = _movement(fare)
            yield f'<p class="reason"><strong>{html(words)}</strong>. {html(reason)}</p>'
            yield from _page(fare, rows, cells, 3)
            yield "</article>"
    else:
        for fare in fares:
            yield from _page(fare, rows, cells, 2)
        yield from findings_page.tables(report)
    yield "</main>"
    yield from findings_page.foot(report)


def _name(project: ProjectReport) -> str:
    return page.package(project.name or project.path, project.version)


def _page(fare: Fare, rows: int, cells: int, level: int) -> Iterator[str]:
    """All of one project."""
    id = fare.id
    yield from page.section(f"{id}-score", "What the score is made of", _score(fare), level=level)
    yield from page.section(
        f"{id}-changed", _since(fare), _changed(fare), _words_of_change(fare), level=level
    )
    yield from _first([fare.project], f"{id}-first", False, level)
    yield from page.section(f"{id}-trend", "How it went", _trend(fare), level=level)
    yield from page.section(
        f"{id}-holes", "Known vulnerabilities by age", _holes(fare, rows), _words_of_holes(fare), level=level
    )
    yield from page.section(f"{id}-map", "Who brings what", _map(fare, cells), _WORDS_OF_MAP, level=level)
    yield from page.section(
        f"{id}-lags", "Behind their newest release", _lags(fare, rows), _words_of_lags(fare), level=level
    )
    yield from page.section(f"{id}-counts", "What else is counted", _counts(fare), level=level)
    yield from page.section(f"{id}-licences", "Licences", _licences(fare), level=level)


# -- the projects side by side


def _overview(report: Report, fares: Sequence[Fare]) -> Iterator[str]:
    columns = [
        *(Column("Project"), Column("Score", "number"), Column("Change", "number")),
        *(Column("Libyears", "number"), Column("Vulnerabilities", "number"), Column("Findings", "number")),
        Column("Packages", "number"),
    ]
    table = page.table(
        f"{count(len(fares), 'project')}, the worst score first",
        columns,
        (_project_row(columns, fare) for fare in sorted(fares, key=lambda fare: fare.score)),
        "projects",
    )
    rest = [project for project in report.projects if project.health is None]
    more = (
        [f'<p class="note">Of {count(len(rest), "more project")} nothing could be said.</p>'] if rest else []
    )
    yield from page.section("every", "The projects", chain(table, more) if fares else more)


def _project_row(columns: Sequence[Column], fare: Fare) -> str:
    holes = _by_severity(hole.severity for hole in fare.health.holes)
    found = _by_severity(f.severity for f in fare.project.shown)
    scores = [s.health.score for s in fare.trend.snapshots[-40:]] if fare.trend is not None else []
    years = fare.health.libyears
    moved = fare.moved
    cells = [
        f'<a class="to" href="#{fare.id}">{_name(fare.project)}</a><br>{page.code(fare.project.path, 200)}',
        page.number(fare.score, f"<strong>{fare.score}</strong> {charts.spark(scores, 100)}{_without(fare)}"),
        page.number(
            moved or 0, _delta(moved) if moved is not None else '<span class="note">first run</span>'
        ),
        page.number(amount(years), "not known" if years is None else short(amount(years))),
        page.number(_weight(holes), _marks(holes)),
        page.number(_weight(found), _marks(found)),
        page.number(fare.project.packages),
    ]
    return page.row(columns, cells)


def _without(fare: Fare) -> str:
    """What the score says nothing of."""
    words = f"without {text.some((html(name, 60) for name in fare.unknown), 3)}"
    return f'<span class="note without">{words}</span>' if fare.unknown else ""


def _by_severity(found: Iterable[Severity]) -> dict[Severity, int]:
    counts = dict.fromkeys(_WORST, 0)
    for severity in found:
        counts[severity] += 1
    return counts


def _weight(counts: Mapping[Severity, int]) -> int:
    """A number that sorts by the worst first."""
    return sum(min(number, 999) * 1000**severity for severity, number in counts.items())


def _marks(counts: Mapping[Severity, int]) -> str:
    made = [page.mark(f"{number:,} {s.word}", s.word) for s, number in counts.items() if number]
    return " ".join(made) or '<span class="note">none</span>'


def _delta(by: int) -> str:
    if not by:
        return '<span class="note">as before</span>'
    kind, sign = ("good", "▲") if by > 0 else ("bad", "▼")
    return f'<span class="mark {kind}">{sign} {"up" if by > 0 else "down"} {abs(by)}</span>'


# -- the score


def _score(fare: Fare) -> Iterator[str]:
    """The score and its parts, which add up to 100."""
    parts = fare.health.parts
    lost = [amount(part.lost, 100) for part in parts]
    kept = 100 - min(sum(lost), 100)
    slices = [charts.Slice(kept, "kept", f"{short(kept)} kept", short(kept))]
    for number, (part, points) in enumerate(zip(parts, lost, strict=True)):
        name = text.one_line(part.name, 40)
        slices.append(
            charts.Slice(points, f"part-{number % 8}", f"{name} −{short(points)}", f"−{short(points)}")
        )
    told = ", ".join(f"{slice.words}" for slice in slices if slice.amount > 0)
    yield '<div class="hero">'
    delta = f" {_delta(fare.moved)}" if fare.moved is not None else ""
    yield f'<p class="score"><strong>{fare.score}</strong> <span>of 100</span>{delta}</p>'
    yield f'<div class="chart">{charts.stack(slices, 100, f"Of 100 points: {told}")}</div>'
    keys = [(slice.kind, html(slice.words)) for slice in slices[1:] if slice.amount > 0]
    keyed = f'<p class="keys">{_keys(keys)}{_without(fare)}</p>'
    yield keyed if keys or fare.unknown else ""
    yield "</div>"
    columns = [Column("Part"), Column("Lost", "number"), Column("At most", "number"), Column("Why")]
    rows = (_part(columns, number, part) for number, part in enumerate(parts))
    total = f"100 − {short(sum(lost))} = {short(kept)}"
    table = page.table(f"What cost points: {total}", columns, rows, "parts")
    yield from page.unfolded("What cost how many points, and why", table, "more")


def _part(columns: Sequence[Column], number: int, part: Part) -> str:
    lost, most = amount(part.lost, 100), amount(part.most, 100)
    share = min(lost / most, 1) if most else 0
    bar = charts.bar((1, "track"), (share, f"part-{number % 8}"))
    cells = [
        f"{charts.swatch(f'part-{number % 8}')} {html(part.name, 60)}",
        page.number(lost, f"{short(lost)}{bar}") if part.known else page.number(-1, "not known"),
        page.number(most, short(most)),
        html(part.words),
    ]
    return page.row(columns, cells, data="" if lost else ' class="nothing"')


# -- what changed, and what to do


def _since(fare: Fare) -> str:
    against = fare.trend.against if fare.trend is not None else None
    return f"What changed since {_day(against)}" if against is not None else "What is open"


def _words_of_change(fare: Fare) -> str:
    trend = fare.trend
    if trend is None or trend.seconds_to_mend is None:
        return ""
    return f"What was mended so far took {_long(trend.seconds_to_mend)} on average."


def _changed(fare: Fare) -> Iterator[str]:
    trend = fare.trend
    if trend is None:
        return
    if trend.regressions:
        worse = page.listed(html(words) for words in trend.regressions)
        yield f'<div class="worse"><strong>What got worse</strong>{worse}</div>'
    new = {issue.fingerprint for issue in trend.new}
    still = [issue for issue in trend.open if issue.fingerprint not in new or trend.against is None]
    lists: list[tuple[str, str, Sequence[Issue]]] = [("open", "still open", still)]
    if trend.against is not None:
        lists = [("new", "new", trend.new), ("mended", "mended", trend.mended), *lists]
    if nothing := " and ".join(f"nothing {title}" for _, title, issues in lists if not issues):
        yield f'<p class="note">{nothing.capitalize()}.</p>'
    lists = [each for each in lists if each[2]]
    yield f'<div class="changes of-{len(lists)}">'
    for kind, title, issues in lists:
        yield f'<div class="{kind}"><p class="title"><strong>{len(issues):,}</strong> {title}</p>'
        shown = sorted(issues, key=lambda issue: (-issue.severity, amount(issue.since, 2.5e11), issue.title))
        items = [_issue(issue, kind, fare.now) for issue in shown]
        yield page.listed(items[:_ISSUES], "issues")
        if len(items) > _ISSUES:
            rest = [page.listed(items[_ISSUES : _ISSUES + 200], "issues")]
            if len(items) > _ISSUES + 200:
                rest.append(f'<p class="note">and {len(items) - _ISSUES - 200:,} more</p>')
            yield from page.unfolded(f"{len(items) - _ISSUES:,} more", rest, "more")
        yield "</div>"
    yield "</div>"


def _issue(issue: Issue, kind: str, now: float) -> str:
    if kind == "mended" and issue.until is not None:
        time = f"after {_long(issue.until - issue.since)}"
    elif kind == "open" and now - amount(issue.since, 2.5e11) >= _DAY:
        time = f"for {_long(now - issue.since)}"
    else:
        time = ""
    noted = f' <span class="note">{time}</span>' if time else ""
    return f"{page.mark(issue.severity.word, issue.severity.word)} {html(issue.title, 300)}{noted}"


def _first(projects: Iterable[ProjectReport], id: str, several: bool, level: int) -> Iterator[str]:
    """The five commands that clear most."""
    steps = gist.steps(projects)
    items = [findings_page.step(step, several) for step in steps[:_STEPS]]
    rest = len(steps) - len(items)
    note = [f'<p class="note">and {count(rest, "more thing")} to do under what was found</p>'] if rest else []
    content = ['<ol class="steps">', *items, "</ol>", *note] if items else []
    title = f"The {_NUMBERS[len(items)]} best things to do" if len(items) > 1 else "The best thing to do"
    yield from page.section(id, title, content, level=level)


_NUMBERS = ("no", "one", "two", "three", "four", "five")


# -- how it went


def _trend(fare: Fare) -> Iterator[str]:
    """Three pictures over one time, a slider that points into all of them, and the same as a table."""
    snapshots = fare.trend.snapshots if fare.trend is not None else ()
    if len(snapshots) < 2:
        return
    times = [snapshot.time for snapshot in snapshots]
    ends = (_day(times[0]), _day(times[-1]))
    scores = [amount(s.health.score, 100) for s in snapshots]
    years = [s.health.libyears for s in snapshots]
    levels = [s for s in _WORST if any(snapshot.severities.get(s) for snapshot in snapshots)]
    counted = [(f"s-{level.word}", [amount(s.severities.get(level)) for s in snapshots]) for level in levels]
    pictures = [
        (
            "Score",
            charts.line(times, scores, ends, f"The score, {_from_to(scores)}", 100),
            '<span class="note">of 100, more is better</span>',
        ),
        (
            "Libyears",
            charts.line(times, years, ends, f"Libyears, {_from_to(years)}"),
            '<span class="note">less is better</span>',
        ),
        (
            "Open findings",
            charts.layers(times, counted, ends, "Open findings by severity; the table has the numbers"),
            '<span class="note">by severity</span>',
        ),
    ]
    if all(value is None for value in years):
        del pictures[1]
    yield '<div class="trend">'
    yield '<div class="multiples">'
    for title, picture, note in pictures:
        yield f'<figure class="chart"><figcaption><strong>{title}</strong> {note}</figcaption>{picture}'
        if title == "Open findings":
            now = [
                (kind, f"{level.word} {short(values[-1])}")
                for level, (kind, values) in zip(levels, counted, strict=True)
            ]
            yield f'<p class="keys">{_keys(now)}</p>'
        yield "</figure>"
    yield "</div>"
    yield (
        f'<p class="pointer" hidden><label for="{fare.id}-at">Run</label> <input type="range" min="0" '
        f'max="{len(snapshots) - 1}" value="{len(snapshots) - 1}" id="{fare.id}-at"> '
        f'<output for="{fare.id}-at"></output></p>'
    )
    words = f"{count(len(snapshots), 'run')} as a table"
    yield from page.unfolded(words, _runs(snapshots, levels), "more")
    yield "</div>"


def _from_to(values: Sequence[float | None]) -> str:
    known = [amount(value) for value in values if value is not None]
    if not known:
        return "not known"
    return (
        f"from {short(known[0])} to {short(known[-1])}, between {short(min(known))} and {short(max(known))}"
    )


def _runs(snapshots: Sequence[Snapshot], levels: Sequence[Severity]) -> Iterator[str]:
    columns = [
        *(Column("Run"), Column("Score", "number"), Column("Libyears", "number")),
        *(Column(level.word.capitalize(), "number") for level in levels),
        *(Column("Packages", "number"), Column("Answers missing", "number")),
    ]
    xs = charts.places([snapshot.time for snapshot in snapshots])
    rows = []
    for snapshot, x in zip(snapshots, xs, strict=True):
        years = snapshot.health.libyears
        cells = [
            _day(snapshot.time),
            short(amount(snapshot.health.score, 100)),
            page.number(amount(years), "not known" if years is None else short(amount(years))),
            *(short(amount(snapshot.severities.get(level))) for level in levels),
            short(amount(snapshot.packages)),
            short(amount(snapshot.incomplete)),
        ]
        rows.append(page.row(columns, cells, data=f' data-x="{100 * x:.2f}"'))
    yield from page.table("Every run, the oldest first", columns, rows, "runs")


# -- what is known of vulnerabilities


def _words_of_holes(fare: Fare) -> str:
    holes = fare.health.holes
    if not holes:
        return ""
    key = (
        f'<span class="key">{charts.swatch("known")} since it was disclosed</span> '
        f'<span class="key">{charts.swatch("mendable")} since a release mends it</span>'
    )
    mended = [age for hole in holes if (age := _age(hole.mended, fare.now)) is not None]
    could = f"{sum(hole.fix is not None for hole in holes):,} of {len(holes):,} could be mended"
    oldest = f", one for {_long(max(mended))} by now" if mended else ""
    return f"{could}{oldest}. {key}"


def _holes(fare: Fare, most: int) -> Iterator[str]:
    holes = fare.health.holes
    if not holes:
        return
    ages = [_age(hole.disclosed, fare.now) for hole in holes] + [
        _age(hole.mended, fare.now) for hole in holes
    ]
    longest = max([_DAY, *(age for age in ages if age is not None)])
    columns = [
        *(Column("Severity", "number"), Column("Package"), Column("What")),
        *(Column("Disclosed", "number"), Column("Mended since", "number"), Column("Mended in")),
    ]
    rows = (_hole(columns, hole, fare.now, longest) for hole in holes[:most])
    levels = {hole.severity for hole in holes}
    table = page.table(
        f"{_many(holes, most, 'vulnerability', 'vulnerabilities')}, the worst first", columns, rows, "ages"
    )
    chips = "".join(
        f'<label class="{s.word}"><input type="checkbox" name="severity" value="{s.word}"><span>{s.word} '
        f"{sum(hole.severity is s for hole in holes):,}</span></label>"
        for s in _WORST
        if s in levels
    )
    asked = f'<fieldset><legend>Severity</legend><div class="chips">{chips}</div></fieldset>{_use()}'
    yield from _long_table(table, min(len(holes), most), asked, "vulnerabilities", fare.project)


def _hole(columns: Sequence[Column], hole: Hole, now: float, longest: float) -> str:
    known, mended = _age(hole.disclosed, now), _age(hole.mended, now)
    bars = charts.bar(((known or 0) / longest, "known"), ((mended or 0) / longest, "mendable"))
    since = _long(mended) if mended is not None else "not known" if hole.fix else "no release"
    word = hole.severity.word
    link = f"<br>{page.link(hole.url)}" if hole.url else ""
    dev = f" {page.mark('development')}" if hole.dev else ""
    cells = [
        page.number(hole.severity, page.mark(word, word)),
        page.package(hole.package, hole.version) + dev,
        f'{html(hole.title)} <span class="id">{html(hole.id, 100)}</span>{link}',
        page.number(-1 if known is None else round(known), f"{_ago(known)}{bars}"),
        page.number(-1 if mended is None else round(mended), since),
        page.code(hole.fix, 100) if hole.fix else "",
    ]
    use = "development" if hole.dev else "production"
    return page.row(columns, cells, head=1, data=f' data-severity="{word}" data-use="{use}"')


def _age(time: float | None, now: float) -> float | None:
    return None if time is None or time != time else max(now - amount(time, 2.5e11), 0.0)


def _ago(age: float | None) -> str:
    return "not known" if age is None else f"{_long(age)} ago"


# -- who brings what

_WORDS_OF_MAP = (
    "An area is a direct dependency with the packages that would go if it went, each one a cell of the same "
    "size. What more than one of them brings has an area of its own."
)


def _map(fare: Fare, most: int) -> Iterator[str]:
    found = health_map.brought(fare.health)
    if not found:
        return
    known = health_map.facts(fare.project, fare.health)
    total = sum(len(group.packages) for group in found)
    label = f"{count(total, 'package')} by the direct dependency that brings them; the table has the same"
    measure = health_map.measure(fare.health)
    picture = charts.treemap(health_map.groups(found, known, measure.bounds, most), label)
    name = f"{fare.id}-colour"
    yield '<figure class="mapped">'
    yield '<div class="how"><fieldset class="theme"><legend>Colour</legend>'
    for value, words in (("risk", "Worst known"), ("lag", measure.title)):
        checked = " checked" if value == "risk" else ""
        yield f'<label><input type="radio" name="{name}" class="by-{value}"{checked}>'
        yield f"<span>{words}</span></label>"
    yield "</fieldset>"
    risks = [*((f"s-{s.word}", s.word) for s in _WORST), ("s-old", "deprecated or unmaintained")]
    risks.append(("s-none", "nothing known"))
    yield '<p class="keys risk-keys">' + _keys(risks) + "</p>"
    shades = [(f"y-{number}", words) for number, words in enumerate(measure.shades)]
    shades.append(("y-none", "not known"))
    yield '<p class="keys lag-keys">' + _keys(shades) + "</p>"
    yield "</div>"
    yield '<p class="trail" hidden></p>'
    yield f'<div class="chart">{picture}</div>'
    yield '<p class="told" aria-hidden="true" hidden></p>'
    columns = [Column("Direct dependency"), Column("Packages", "number"), Column("What is known of them")]
    rows = (
        page.row(
            columns,
            (
                _label(group.label) if group.label else health_map.SHARED,
                page.number(len(group.packages)),
                html(", ".join(health_map.troubles(group, known))),
            ),
        )
        for group in found[:most]
    )
    table = page.table("The most packages first", columns, rows)
    yield from page.unfolded("The direct dependencies as a table", table, "more")
    yield "</figure>"


def _keys(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join(f'<span class="key">{charts.swatch(kind)} {words}</span>' for kind, words in pairs)


def _label(label: str) -> str:
    name, _, version = label.rpartition("@")
    return page.package(name, version) if name else page.package(label)


# -- how far behind


def _words_of_lags(fare: Fare) -> str:
    lags, years = fare.health.lags, fare.health.libyears
    if not lags:
        return ""
    known = f"{short(amount(years))} libyears" if years is not None else "Libyears are not known"
    direct = sum(lag.direct for lag in lags)
    behind = f"{count(len(lags), 'package')} behind, {direct:,} of them direct"
    return f"{known}: the time between the locked release and the newest one, over all packages. {behind}."


def _lags(fare: Fare, most: int) -> Iterator[str]:
    lags = fare.health.lags
    if not lags:
        return
    dated = fare.health.libyears is not None
    if not dated:
        lags = tuple(sorted(lags, key=_steps_behind, reverse=True))
    longest = max(0.1, *(amount(lag.libyears if dated else lag.majors) for lag in lags))
    columns = [
        *(Column("Package"), Column("Libyears" if dated else "Majors", "number"), Column("Locked")),
        *(Column("Newest"), Column("Releases between", "number"), Column("Used in")),
    ]
    rows = (_lag(columns, lag, lag.libyears if dated else lag.majors, longest) for lag in lags[:most])
    table = page.table(
        f"{_many(lags, most, 'package', 'packages')}, the furthest behind first", columns, rows, "lags"
    )
    asked = f'<label class="check"><input type="checkbox" name="direct">direct only</label>{_use()}'
    yield from _long_table(table, min(len(lags), most), asked, "packages", fare.project)


def _steps_behind(lag: Lag) -> float:
    return amount(lag.majors) * 1e8 + amount(lag.minors, 9999) * 1e4 + amount(lag.patches, 9999)


def _lag(columns: Sequence[Column], lag: Lag, far: float | None, longest: float) -> str:
    """A row; the bar is as long as the package is `far` behind, of the `longest`."""
    between = [
        f"{amount(number):,.0f} {word}"
        for number, word in ((lag.majors, "major"), (lag.minors, "minor"), (lag.patches, "patch"))
        if number > 0
    ]
    use = "development" if lag.dev else "production"
    direct = f" {page.mark('direct')}" if lag.direct else ""
    bar = charts.bar((amount(far) / longest, "years" if lag.direct else "years below"))
    shown = "not known" if far is None else f"{short(amount(far))}{bar}"
    cells = [
        page.package(lag.package) + direct,
        page.number(-1 if far is None else amount(far), shown),
        html(lag.version, 100),
        html(lag.latest, 100),
        page.number(round(_steps_behind(lag)), ", ".join(between)),
        f'<span class="note">{use}</span>',
    ]
    data = f' data-use="{use}" data-direct="{"yes" if lag.direct else "no"}"'
    return page.row(columns, cells, data=data)


# -- the rest


def _counts(fare: Fare) -> Iterator[str]:
    counts, health = fare.health.counts, fare.health
    lists = {
        "deprecated": health.deprecated,
        "unmaintained": health.unmaintained,
        "single_maintainer": health.single_maintainer,
    }
    yield '<ul class="tiles">'
    for field, words in _COUNTED:
        value: int | None = getattr(counts, field)
        shown = f"<strong>{short(amount(value))}</strong>" if value is not None else "<strong>?</strong>"
        unknown = ' class="none"' if value is None else ""
        yield f"<li{unknown}>{shown} {words}{', not known' if value is None else ''}</li>"
    yield "</ul>"
    for field, words in _COUNTED:
        if names := lists.get(field):
            yield from page.unfolded(f"{len(names):,} {words}", [_names(names)], "more")


_COUNTED: tuple[tuple[str, str], ...] = (
    ("direct", "direct"),
    ("transitive", "transitive"),
    ("depth", "deep at most"),
    ("duplicates", "in several versions"),
    ("deprecated", "deprecated"),
    ("unmaintained", "unmaintained"),
    ("single_maintainer", "with a single maintainer"),
    ("install_scripts", "with install scripts"),
    ("without_provenance", "without provenance"),
)
assert [field for field, _ in _COUNTED] == list(Counts._fields)


def _names(labels: Sequence[str]) -> str:
    rest = len(labels) - 500
    more = [f"and {rest:,} more"] if rest > 0 else []
    return page.listed([*map(_label, labels[:500]), *more], "names")


def _licences(fare: Fare) -> Iterator[str]:
    licences = fare.health.licences
    if not licences:
        return
    ordered = sorted(licences.items(), key=lambda pair: (-amount(pair[1]), pair[0]))
    total = sum(amount(number) for _, number in ordered) or 1
    columns = [Column("Licence"), Column("Packages", "number")]
    rows = (_licence(columns, licence, amount(number), total) for licence, number in ordered[:_LICENCES])
    many = _many(ordered, _LICENCES, "licence", "licences")
    table = page.table(f"{many}, the most used first", columns, rows, "licences")
    yield from _long_table(table, min(len(ordered), _LICENCES), "", "licences", fare.project)


def _licence(columns: Sequence[Column], licence: str, number: float, total: float) -> str:
    bar = charts.bar((1, "track"), (number / total, "years" if licence else "unknown"))
    cells = [
        html(licence, 200) or '<span class="note">not known</span>',
        page.number(number, f"{short(number)}{bar}"),
    ]
    return page.row(columns, cells)


# -- pieces


def _long_table(
    table: Iterable[str], length: int, asked: str, noun: str, project: ProjectReport
) -> Iterator[str]:
    """A table of which the first rows are shown, the rest when it is asked for; filters for the script."""
    yield '<div class="long">'
    if asked and length > 3:
        about = html(f"Filter the {noun} of {project.name or project.path}", 200)
        yield f'<div class="filters finder" role="search" aria-label="{about}" hidden>{asked}'
        yield '<label>Any words<input type="search" name="words" autocomplete="off" spellcheck="false">'
        yield '</label></div><p class="note status" role="status"></p>'
    yield from table
    if length > _LONG:
        yield f'<label class="check"><input type="checkbox" class="all">show all {length:,} {noun}</label>'
    yield "</div>"


def _use() -> str:
    return (
        '<label>Used in<select name="use"><option value="">any</option><option value="production">production'
        '</option><option value="development">development only</option></select></label>'
    )


def _many(found: Sequence[object], most: int, one: str, more: str) -> str:
    words = f"{len(found):,} {one if len(found) == 1 else more}"
    return words if len(found) <= most else f"The first {most:,} of {words}"


def _day(time: float | None) -> str:
    return day(time) or "an unknown day"


def _long(seconds: float) -> str:
    return healthy.span(amount(seconds, 1e12))
