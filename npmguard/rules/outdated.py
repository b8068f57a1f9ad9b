"""A direct dependency is behind its latest version.

Compares what the lockfile holds for each dependency that a package.json of the project asks for with the
registry: the version that an update within the range would bring (wanted), and the latest one. A latest
that is younger than `minimum-release-age`, or than the manager's own setting of that kind, can wait.

Why it matters
    A project that stays close to the latest versions takes a security fix in minutes. One that is three
    majors behind takes it in weeks, just when there is no time: fixes mostly come for the newest line alone.

Bad
    react 17.0.2 where 19.2.0 is the latest

Good
    react 19.2.0

How to fix
    Within the range: npm update react
    To the latest: npm install react@latest, with its notes on what changed at hand.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from npmguard import specs, versions
from npmguard.commands import of
from npmguard.model import (
    Dependency,
    DependencyKind,
    Evidence,
    Finding,
    Fix,
    Needs,
    Package,
    Packument,
    Project,
    Severity,
    Source,
)
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.release_too_new import is_exempt
from npmguard.settings import Settings

_ASKED = (DependencyKind.PROD, DependencyKind.DEV, DependencyKind.OPTIONAL)


def _direct(project: Project, settings: Settings) -> Iterator[tuple[Dependency, Package]]:
    """The registry packages that a package.json of the project asks for, with who asks."""
    graph = project.graph
    if graph is None:
        return
    for root in graph.roots:
        for edge in graph.edges.get(root, ()):
            if edge.target is None or edge.kind not in _ASKED:
                continue
            if settings.production and edge.kind is DependencyKind.DEV:
                continue
            package = graph.nodes[edge.target]
            if package.source is Source.REGISTRY and package.version:
                yield edge, package


def needs(project: Project, settings: Settings) -> Needs:
    direct = [package for _, package in _direct(project, settings)]
    return Needs(
        lists=frozenset(p.name for p in direct),
        versions=frozenset((p.name, p.version) for p in direct if p.version),
    )


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    told = set()
    commands = of(project.manager)
    for edge, package in _direct(project, settings):
        packument = evidence.packument(package.name)
        current = package.version
        if packument is None or current is None or (package.name, current, edge.spec) in told:
            continue
        told.add((package.name, current, edge.spec))
        latest = packument.dist_tags.get("latest")
        now = versions.key(current, loose=True)
        then = versions.key(latest, loose=True) if latest else None
        if latest is None or now is None or then is None or then <= now:
            continue
        wanted = _wanted(edge, packument, latest) or current
        behind = _behind(current, latest)
        age = _age(packument, current)
        young = _is_young(packument, latest, settings)
        detail = f"Locked {current}; wanted {wanted} by {edge.spec or '*'}; latest {latest}."
        if age:
            detail += f" {current} was published {_words(age)} ago."
        name, folder = edge.name, edge.source
        if young:
            command = None
            detail += f" {latest} is younger than the project's settings want a release to be: it can wait."
        elif project.in_catalog(folder, name):
            command = None
            detail += " Its range stands in the catalog: change it there."
        elif wanted == latest:
            command = commands.update(name, folder)
        else:
            goal = f"npm:{package.name}@{latest}" if package.alias else latest
            command = commands.install(name, goal, edge.kind, [folder] if folder else [], root=not folder)
        major = versions.difference(current, latest) == "major"
        yield Finding(
            "outdated",
            Severity.LOW if major and not young else Severity.INFO,
            f"{name} {current}: {latest} is out ({behind} behind)",
            detail,
            package=package.name,
            version=current,
            fix=Fix("upgrade", latest, command),
            location=places.of_edge(project, edge) or places.locked(project, package),
            keys=(package.key,),
            subject=f"{edge.source} {edge.spec}",
        )


def _wanted(edge: Dependency, packument: Packument, latest: str) -> str | None:
    """What an update within the range would bring: the latest if it fits, else the highest that does."""
    spec = specs.parse(edge.name, edge.spec)
    if spec.kind == "tag":
        return packument.dist_tags.get(spec.range or "latest")
    range = spec.range or "*"
    if not spec.registry:
        return None
    if versions.satisfies(latest, range, loose=True):
        return latest
    return versions.max_satisfying(packument.all_versions or (), range, loose=True)


def _behind(current: str, latest: str) -> str:
    """How far, in words: "2 majors", "1 minor"."""
    a, b = versions.key(current, loose=True), versions.key(latest, loose=True)
    word = versions.difference(current, latest)
    if a is None or b is None or word is None or word == "prerelease":
        return "a prerelease"
    position = ("major", "minor", "patch").index(word)
    first, second = a[position], b[position]
    count = second - first if isinstance(first, int) and isinstance(second, int) else 1
    noun = "patch" if word == "patch" else word
    plural = "patches" if noun == "patch" else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def _age(packument: Packument, version: str) -> float | None:
    """How many seconds ago a version was published, where the registry knows.

    A mirror that rebuilds its metadata gives the day it first saw a version; that is not told.
    """
    facts = packument.versions.get(version)
    if not packument.registry_facts or facts is None or not facts.published:
        return None
    from datetime import UTC, datetime

    try:
        published = datetime.fromisoformat(facts.published)
    except ValueError:
        return None
    if published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    return time.time() - published.timestamp()


def _is_young(packument: Packument, version: str, settings: Settings) -> bool:
    """Was it published so lately that the project's settings let no install take it?"""
    minimum = settings.minimum_release_age
    age = _age(packument, version) if minimum else None
    if age is None or minimum is None or age >= minimum:
        return False
    return not is_exempt(packument.name, version, settings.minimum_release_age_exclude)


def _words(age: float) -> str:
    """An age in seconds, in words."""
    days = age / 86_400
    if days < 60:
        return f"{max(1, round(days))} days"
    return f"{round(days / 30.4)} months" if days < 730 else f"{round(days / 365.25)} years"


RULE = Rule(
    "outdated",
    "freshness",
    Severity.LOW,
    "A direct dependency is behind its latest version.",
    __doc__ or "",
    check,
    needs,
)
