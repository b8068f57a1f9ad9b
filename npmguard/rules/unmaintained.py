"""A direct dependency has had no release for years.

Looks at what the project asks for itself: the newest release of any kind is more than three years old, and
the package had more than one. It is `info`, as some packages are simply done; `low` where its newest
release is deprecated.

Why it matters
    When the next hole is found nobody is there to close it, and an account that nobody uses is one whose
    e-mail address can lapse and be taken over: so it went with several packages in 2022.

Bad
    request 2.88.2, the newest release six years old

Good
    A package that somebody answers for; or a small one that is done, kept with open eyes.

How to fix
    Look whether the project moved or names a successor. Replace it when there is time, before there must be.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.model import Confidence, Evidence, Finding, Fix, Gap, Needs, Project, Severity
from npmguard.rules import lineage, places
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_YEARS = 3
_YEAR = 365.25 * lineage.DAY


def needs(project: Project, settings: Settings) -> Needs:
    return Needs(lists=_direct(project, settings))


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    asked = {
        name
        for name in _direct(project, settings)
        if name not in evidence.histories
        and (packument := evidence.packument(name)) is not None
        and packument.registry_facts
    }
    silent = {
        name
        for (name, _), calm in evidence.calm.items()
        if name in asked and (calm.newest is None or evidence.now - calm.newest >= _YEARS * _YEAR)
    }
    known = {name for name, _ in evidence.calm}
    return Needs(histories=frozenset(silent), releases=lineage.releases(project, settings, asked - known))


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    yield from lineage.mirrored(evidence, "unmaintained")
    direct = _direct(project, settings)
    for found in lineage.lineages(project, evidence, settings):
        times = [p.time for p in found.history.publications if p.time is not None]
        if found.package.name not in direct or len(times) < 2:
            continue
        years = (evidence.now - max(times)) / _YEAR
        if years < _YEARS:
            continue
        newest = max(found.history.publications, key=lambda p: p.time or 0)
        given_up = newest.deprecated is not None
        yield Finding(
            "unmaintained",
            Severity.LOW if given_up else Severity.INFO,
            f"{found.package.name} has had no release for {int(years)} years",
            f"The newest of its {len(times)} releases is {newest.version}."
            + (
                f" Its publisher says: {' '.join(newest.deprecated.split())[:300]}"
                if newest.deprecated
                else ""
            ),
            Confidence.MEDIUM,
            package=found.package.name,
            version=found.package.version,
            fix=Fix("replace"),
            location=places.of(project, found.package),
            keys=found.keys,
        )


def _direct(project: Project, settings: Settings) -> frozenset[str]:
    graph = project.graph
    if graph is None:
        return frozenset()
    keys = graph.direct & graph.production if settings.production else graph.direct
    return frozenset(p.name for p in graph.foreign if p.key in keys)


RULE = Rule(
    "unmaintained",
    "freshness",
    Severity.INFO,
    "A direct dependency has had no release for years.",
    __doc__ or "",
    check,
    needs,
    then,
)
