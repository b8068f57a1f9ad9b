"""Who looks after the packages: deprecations, releases, maintainers, scripts, provenance, licences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from npmguard import licences
from npmguard.health.times import YEAR, believed
from npmguard.model import Evidence, Finding, Keys, Outline, Packument, Project, Source
from npmguard.rules.grouping import Group, groups
from npmguard.settings import Settings
from npmguard.text import one_line

YEARS = 3.0  # without a release, as the rule `unmaintained` has it
_LONGEST = 200


class Upkeep(NamedTuple):
    """Packages by name@version, sorted; None where nobody said."""

    deprecated: tuple[str, ...] | None
    unmaintained: tuple[str, ...] | None
    single_maintainer: tuple[str, ...] | None
    scripts: int | None
    without_provenance: int | None
    licences: Mapping[str, int]


def upkeep(project: Project, evidence: Evidence, findings: Sequence[Finding], settings: Settings) -> Upkeep:
    """What is known of everything that is locked."""
    every = groups(project, settings.production)
    told = [
        (group, outline)
        for group in every
        if group.package.source is Source.REGISTRY
        and group.package.version
        and not group.package.bundled
        and (outline := evidence.outline(group.package.name)) is not None
        and outline.real
    ]
    return Upkeep(
        _deprecated(evidence, findings, settings),
        _unmaintained(project, evidence, findings, told),
        _single(told),
        _scripts(evidence, every),
        _unproven(evidence, told),
        _licences(project, evidence, every),
    )


Told = Sequence[tuple[Group, Outline]]


def _deprecated(
    evidence: Evidence, findings: Iterable[Finding], settings: Settings
) -> tuple[str, ...] | None:
    """What the rule of that name found, where it was run and somebody could tell it."""
    found = _labels(f for f in findings if f.rule == "deprecated" and f.keys and f.suppressed is None)
    asked = any(isinstance(p, Packument) and p.registry_facts for p in evidence.packuments.values())
    return found if found or (asked and settings.chosen("deprecated")) else None


def _unmaintained(
    project: Project, evidence: Evidence, findings: Iterable[Finding], told: Told
) -> tuple[str, ...] | None:
    """Packages without a release for years, while somebody who depends on them still gives them out.

    That is the project itself, or a package that had a release since. What is as old as all that asks for it
    is the matter of those.
    """
    graph = project.graph
    newest = {outline.name: _newest(outline, evidence.now) for _, outline in told}
    if graph is None or not any(newest.values()):
        return None
    hidden = {f.package for f in findings if f.rule == "unmaintained" and f.suppressed is not None}
    limit = evidence.now - YEARS * YEAR
    living = {name for name, time in newest.items() if time is not None and time > limit}

    def lives(key: str) -> bool:
        node = graph.nodes.get(key)
        return node is not None and (not node.third_party or node.name in living)

    found = []
    for group, outline in told:
        time = newest[outline.name]
        if time is None or time > limit or len(outline.releases) < 2 or outline.name in hidden:
            continue
        if any(lives(edge.source) for key in group.keys for edge in graph.asking.get(key, ())):
            found.append(group.package.label)
    return tuple(sorted(set(found)))


def _newest(outline: Outline, now: float) -> float | None:
    return max((t for r in outline.releases if (t := believed(r.time, now)) is not None), default=None)


def _single(told: Told) -> tuple[str, ...] | None:
    """Packages that one account alone may publish: if it is lost or taken, so is the package."""
    known = [(group, outline) for group, outline in told if outline.maintainers is not None]
    if not known:
        return None
    return tuple(sorted({group.package.label for group, outline in known if outline.maintainers == 1}))


def _scripts(evidence: Evidence, every: Iterable[Group]) -> int | None:
    """How many releases run something when they are installed, by the lockfile or by the registry."""
    known: dict[str, bool] = {}
    for group in every:
        package = group.package
        registry = package.source is Source.REGISTRY
        facts = evidence.facts(package.name, package.version) if registry else None
        said = [package.has_install_script, facts.has_install_script if facts is not None else None]
        outline = evidence.outline(package.name) if registry else None
        brief = outline.of(package.version) if outline is not None and outline.real else None
        said.append(brief.scripted if brief is not None else None)
        if any(word is not None for word in said):
            known[package.label] = known.get(package.label, False) or any(said)
    return sum(known.values()) if known else None


def _unproven(evidence: Evidence, told: Told) -> int | None:
    """How many releases nobody can say the place of build of, among those of registries that could know.

    A registry that lists no keys signs nothing and attests nothing: that is no fault of its packages.
    """
    able = [(group, outline) for group, outline in told if isinstance(evidence.keys.get(outline.name), Keys)]
    if not able:
        return None
    releases = {group.package.label: outline.of(group.package.version) for group, outline in able}
    return sum(release is not None and not release.proven for release in releases.values())


def _licences(project: Project, evidence: Evidence, every: Iterable[Group]) -> dict[str, int]:
    """Packages by licence, the most first: as SPDX spells it where it is one, "" where nobody says."""
    found: dict[str, str] = {}
    for group in every:
        written = licences.of(group.package, project, evidence)
        found[group.package.label] = (
            (licences.spdx(written) or one_line(written, _LONGEST)) if written else ""
        )
    counted = Counter(found.values())
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _labels(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({f"{f.package}@{f.version}" for f in findings if f.package and f.version}))
