"""How far the locked packages are behind their newest releases.

A libyear is a year between the release that is locked and the newest one (J. Cox, E. Bouwers, M. van Eekelen
and J. Visser, "Measuring Dependency Freshness in Software Systems", ICSE 2015; https://libyear.com). The
newest is what the registry's tag `latest` names, as for `npm outdated`: nobody is behind a prerelease.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from npmguard import versions
from npmguard.health.times import YEAR, believed
from npmguard.model import Evidence, Lag, Project, Source
from npmguard.rules.grouping import Group, groups
from npmguard.settings import Settings

_STABLE = re.compile(r"(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:\+.*)?", re.DOTALL)


class Lags(NamedTuple):
    """The packages that are behind, and how many releases have a date or none, behind or not."""

    lags: tuple[Lag, ...]
    dated: int
    undated: int


def lags(project: Project, evidence: Evidence, settings: Settings) -> Lags:
    """Every locked release that is behind, the longest behind first."""
    found: dict[tuple[str, str], Lag] = {}
    dated = undated = 0
    for group in groups(project, settings.production):
        package = group.package
        if package.source is not Source.REGISTRY or not package.version or package.bundled:
            continue
        packument = evidence.packument(package.name)
        latest = packument.dist_tags.get("latest") if packument is not None else None
        if latest is None or (package.name, package.version) in found:
            continue
        years = _years(evidence, package.name, package.version, latest)
        dated += years is not None
        undated += years is None
        if not _above(latest, package.version):
            continue
        every = packument.all_versions if packument is not None else None
        between = steps(package.version, latest, every or ())
        direct, dev = _standing(project, group)
        found[package.name, package.version] = Lag(
            package.name, package.version, latest, years, *between, direct=direct, dev=dev
        )
    order = sorted(found.values(), key=lambda lag: (-(lag.libyears or 0), lag.package, lag.version))
    return Lags(tuple(order), dated, undated)


def libyears(found: Lags) -> float | None:
    """The sum, to the hundredth like what it is the sum of; None where no release has a date."""
    return round(sum(lag.libyears or 0 for lag in found.lags), 2) if found.dated else None


def steps(current: str, latest: str, every: Iterable[str]) -> tuple[int, int, int]:
    """(higher majors, higher minors of the same major, higher patches of the same minor) up to the latest."""
    top, own = versions.key(latest, loose=True), versions.key(current, loose=True)
    if top is None or own is None:
        return 0, 0, 0
    majors, minors, patches = set(), set(), set()
    major, minor, patch = _numbers(own)
    highest = _numbers(top)
    for version in {*every, latest}:
        match = _STABLE.fullmatch(version)
        if match is None:
            continue
        number = int(match[1]), int(match[2]), int(match[3])
        if number > highest or number[0] < major:
            continue
        if number[0] > major:
            majors.add(number[0])
        elif number[1] > minor:
            minors.add(number[1])
        elif number[1] == minor and number[2] > patch:
            patches.add(number[2])
    return len(majors), len(minors), len(patches)


def _numbers(key: versions.Key) -> tuple[int, int, int]:
    found = [part if isinstance(part, int) else 0 for part in key[:3]]
    return found[0], found[1], found[2]


def _years(evidence: Evidence, name: str, version: str, latest: str) -> float | None:
    """The years between the two releases; None where a date is missing, or none to be believed."""
    outline = evidence.outline(name)
    if outline is None or not outline.real:
        return None
    own, newest = outline.of(version), outline.of(latest)
    start = believed(own.time if own else None, evidence.now)
    end = believed(newest.time if newest else None, evidence.now)
    if start is None or end is None:
        return None
    return round(max(0.0, end - start) / YEAR, 2) if _above(latest, version) else 0.0


def _above(one: str, other: str) -> bool:
    first, second = versions.key(one, loose=True), versions.key(other, loose=True)
    return first is not None and second is not None and first > second


def _standing(project: Project, group: Group) -> tuple[bool, bool]:
    graph = project.graph
    if graph is None:
        return False, False
    return any(key in graph.direct for key in group.keys), all(graph.is_dev(key) for key in group.keys)
