"""A package's author says not to use this version any more.

Looks at every locked package, at any depth, for the deprecation that its publisher set on the registry; where
the registry cannot be asked, for the one that npm noted in the lockfile.

Why it matters
    A deprecated version gets no fixes, the next hole in it included. Its message often says more: a known
    flaw, a successor, a name given up. `request` was deprecated in 2020 and is still installed millions of
    times a week, with an open server-side request forgery (CVE-2023-28155).

Bad
    "request": "^2.88.2"

Good
    A maintained package in its place.

How to fix
    Follow the message. For one that another package brings, update that package: npm ls request says which.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import versions
from npmguard.model import Evidence, Finding, Fix, Gap, Needs, Packument, Project, Severity, Source
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import groups, in_force
from npmguard.settings import Settings


def needs(project: Project, settings: Settings) -> Needs:
    return Needs(
        versions=frozenset(
            (p.name, p.version)
            for p in in_force(project, settings.production)
            if p.source is Source.REGISTRY and p.version and not p.bundled
        )
    )


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    graph = project.graph
    if graph is None:
        return
    asked = [p for p in evidence.packuments.values() if isinstance(p, Packument)]
    if asked and not any(p.registry_facts for p in asked):
        yield Gap(
            "registry",
            "its metadata carries no deprecations (it looks rebuilt from tarballs), so only those that the "
            "lockfile notes are known",
            ("deprecated",),
        )
    for package, keys in groups(project, settings.production):
        facts = evidence.facts(package.name, package.version) if package.source is Source.REGISTRY else None
        packument = evidence.packument(package.name)
        message = facts.deprecated if facts is not None else None
        if facts is None or packument is None or not packument.registry_facts:
            # the registry's silence says nothing; what npm noted when it wrote the lockfile does
            message = message or package.deprecated
        if message is None:
            continue
        direct = any(key in graph.direct for key in keys)
        latest = packument.dist_tags.get("latest") if packument else None
        newest = packument.versions.get(latest) if packument and latest else None
        whole = latest == package.version or (newest is not None and newest.deprecated is not None)
        later = not whole and latest is not None and _above(latest, package.version)
        yield Finding(
            "deprecated",
            Severity.MODERATE if direct else Severity.LOW,
            f"{package.label} is deprecated" + (", and there is no better one" if whole else ""),
            f"Its publisher says: {' '.join(message.split())[:400]}",
            package=package.name,
            version=package.version,
            fix=Fix("upgrade", latest) if later else Fix("replace"),
            location=places.of(project, package) if direct else places.locked(project, package),
            keys=keys,
        )


def _above(version: str, current: str | None) -> bool:
    one, other = versions.key(version, loose=True), versions.key(current or "", loose=True)
    return one is not None and other is not None and one > other


RULE = Rule(
    "deprecated",
    "freshness",
    Severity.MODERATE,
    "A package's author says not to use this version any more.",
    __doc__ or "",
    check,
    needs,
)
