"""The dependencies of a project as a map: an area for each direct one, in it what it alone brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from npmguard import text
from npmguard.model import Health, Lag, ProjectReport, Severity
from npmguard.reports import charts
from npmguard.reports.charts import Cell, Group
from npmguard.text import count

SHARED = "brought by several"


class Measure(NamedTuple):
    """How far behind is told, in years or, without dates, in majors: five shades, and their bounds."""

    title: str
    bounds: tuple[float, ...]
    shades: tuple[str, ...]


_YEARS = Measure(
    "Years behind",
    (0.5, 1, 2, 4),
    ("less than 6 months", "6 to 12 months", "1 to 2 years", "2 to 4 years", "more than 4 years"),
)
_MAJORS = Measure(
    "Versions behind",
    (0.1, 1, 2, 3),
    ("the newest", "the newest major", "1 major behind", "2 majors", "3 or more"),
)


def measure(health: Health) -> Measure:
    """Years, where the registry tells dates."""
    return _YEARS if health.libyears is not None else _MAJORS


class Brought(NamedTuple):
    """A direct dependency ("" for what several bring) and the name@version of all that it alone brings."""

    label: str
    packages: tuple[str, ...]


def brought(health: Health) -> list[Brought]:
    """The packages by the direct dependency that alone brings them, the most first."""
    groups: dict[str, list[str]] = {}
    for label, owner in health.owners.items():
        groups.setdefault(owner, []).append(label)
    made = [Brought(owner, tuple(labels)) for owner, labels in groups.items()]
    return sorted(made, key=lambda group: (-len(group.packages), group.label))


class Facts(NamedTuple):
    """What a map shows of a package: the worst that is known of it, is it given up, how far it is behind.

    `behind` is in the measure, None where it is behind and nobody knows by how much; `words` say it.
    """

    worst: Severity | None
    old: bool
    behind: float | None
    words: str
    libyears: float


def facts(project: ProjectReport, health: Health) -> Mapping[str, Facts]:
    """What is known by name@version; nothing of those of which nothing is."""
    worst: dict[str, Severity] = {}
    told = [(hole.package, hole.version, hole.severity) for hole in health.holes]
    told += [
        (finding.package, finding.version or "", finding.severity)
        for finding in project.findings
        if finding.package is not None
        and finding.suppressed is None
        and finding.rule != "advisory"
        and finding.severity >= Severity.MODERATE
    ]
    for package, version, severity in told:
        label = f"{package}@{version}"
        worst[label] = max(worst.get(label, severity), severity)
    lags = {f"{lag.package}@{lag.version}": lag for lag in health.lags}
    old = {*health.deprecated, *health.unmaintained}
    dated = health.libyears is not None
    return {
        label: Facts(worst.get(label), label in old, *_behind(lags.get(label), dated))
        for label in {*worst, *lags, *old}
    }


def _behind(lag: Lag | None, dated: bool) -> tuple[float | None, str, float]:
    if lag is None:
        return 0.0, "", 0.0
    years, majors = charts.amount(lag.libyears), charts.amount(lag.majors)
    if dated:
        if lag.libyears is None:
            return None, "behind", 0.0
        return years, f"{charts.short(years)} years behind" if years >= 0.05 else "", years
    if majors >= 1:
        return majors, f"{count(int(majors), 'major')} behind", years
    return 0.5, "behind within its major", years


def groups(
    found: Sequence[Brought], known: Mapping[str, Facts], bounds: Sequence[float], most: int
) -> list[Group]:
    """The areas of the map, the worst of each first, with `most` cells of their own at most."""
    rank = {label: _rank(known.get(label)) for group in found for label in group.packages}
    shown = {*sorted(rank, key=lambda label: rank[label], reverse=True)[:most]}
    made = []
    for group in found:
        names = sorted((n for n in group.packages if n in shown), key=lambda n: (rank[n], n), reverse=True)
        cells = [_cell(label, known.get(label), bounds) for label in names]
        rest = len(group.packages) - len(cells)
        if rest:
            cells.append(Cell(f"{rest:,} more", rest, "s-none y-none", count(rest, "more package")))
        name = _name(group.label) if group.label else SHARED
        made.append(Group(name, said(group, known), cells))
    return made


def said(group: Brought, known: Mapping[str, Facts]) -> str:
    """A group in words: how many packages, and what is wrong among them."""
    found = list(troubles(group, known))
    name = text.one_line(group.label) if group.label else SHARED
    more = f": {', '.join(found)}" if found else ""
    return f"{name}, {count(len(group.packages), 'package')}{more}"


def troubles(group: Brought, known: Mapping[str, Facts]) -> Iterator[str]:
    """What is wrong in a group, the worst first, a few words each."""
    there = [known[label] for label in group.packages if label in known]
    for severity in sorted(Severity, reverse=True):
        if number := sum(fact.worst is severity for fact in there):
            yield f"{number:,} {severity.word}"
    if number := sum(fact.old for fact in there):
        yield f"{number:,} deprecated or unmaintained"
    years = sum(fact.libyears for fact in there)
    if years >= 0.05:
        yield f"{charts.short(years)} libyears"


def _cell(label: str, fact: Facts | None, bounds: Sequence[float]) -> Cell:
    words = [text.one_line(label)]
    if fact is None:
        return Cell(_name(label), 1, "s-none y-0", words[0])
    if fact.worst is not None:
        words.append(f"{fact.worst.word}")
    if fact.old:
        words.append("deprecated or unmaintained")
    if fact.words:
        words.append(fact.words)
    severity = fact.worst.word if fact.worst is not None else "old" if fact.old else "none"
    shade = "none" if fact.behind is None else sum(fact.behind >= bound for bound in bounds)
    return Cell(_name(label), 1, f"s-{severity} y-{shade}", ", ".join(words))


def _rank(fact: Facts | None) -> tuple[int, bool, float]:
    if fact is None:
        return (-1, False, 0)
    return (fact.worst if fact.worst is not None else -1, fact.old, fact.behind or 0)


def _name(label: str) -> str:
    """The name alone, as there is little room."""
    return text.name(label.rpartition("@")[0] or label)
