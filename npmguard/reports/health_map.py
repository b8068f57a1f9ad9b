"""The dependencies of a project as a map: an area for each direct one, in it what it alone brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from npmguard import text
from npmguard.model import Health, ProjectReport, Severity
from npmguard.reports import charts
from npmguard.reports.charts import Cell, Group
from npmguard.text import count

SHARED = "brought by several"
_BOUNDS = (0.5, 1, 2, 4)  # years behind: the shades of a map
SHADES = ("less than 6 months", "6 to 12 months", "1 to 2 years", "2 to 4 years", "more than 4 years")


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
    """What a map shows of a package: the worst that is known of it, its years behind, is it given up."""

    worst: Severity | None
    libyears: float | None
    old: bool


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
    years = {f"{lag.package}@{lag.version}": lag.libyears for lag in health.lags}
    old = {*health.deprecated, *health.unmaintained}
    return {
        label: Facts(worst.get(label), years.get(label), label in old) for label in {*worst, *years, *old}
    }


def groups(found: Sequence[Brought], known: Mapping[str, Facts], most: int) -> list[Group]:
    """The areas of the map, the worst of each first, with `most` cells of their own at most."""
    rank = {label: _rank(known.get(label)) for group in found for label in group.packages}
    shown = {*sorted(rank, key=lambda label: rank[label], reverse=True)[:most]}
    made = []
    for group in found:
        names = sorted((n for n in group.packages if n in shown), key=lambda n: (rank[n], n), reverse=True)
        cells = [_cell(label, known.get(label)) for label in names]
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
    years = sum(charts.amount(fact.libyears) for fact in there)
    if years:
        yield f"{charts.short(years)} libyears"


def _cell(label: str, fact: Facts | None) -> Cell:
    words = [text.one_line(label)]
    if fact is None:
        return Cell(_name(label), 1, "s-none y-0", words[0])
    if fact.worst is not None:
        words.append(f"{fact.worst.word}")
    if fact.old:
        words.append("deprecated or unmaintained")
    years = charts.amount(fact.libyears)
    if years >= 0.05:
        words.append(f"{charts.short(years)} years behind")
    severity = fact.worst.word if fact.worst is not None else "old" if fact.old else "none"
    shade = sum(years >= bound for bound in _BOUNDS)
    return Cell(_name(label), 1, f"s-{severity} y-{shade}", ", ".join(words))


def _rank(fact: Facts | None) -> tuple[int, bool, float]:
    if fact is None:
        return (-1, False, 0)
    return (fact.worst if fact.worst is not None else -1, fact.old, charts.amount(fact.libyears))


def _name(label: str) -> str:
    """The name alone, as there is little room."""
    return text.name(label.rpartition("@")[0] or label)
