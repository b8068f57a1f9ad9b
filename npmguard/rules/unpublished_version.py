"""A locked version is not in the registry.

Looks for locked packages whose name, or whose version, the registry does not have: taken down by npm or by
its publisher, or never there.

Why it matters
    Malware is removed this way: a version that has vanished is the first trace of it. One that never was
    there was put into the lockfile by hand. Either way the next install without a warm cache fails, and a
    name that nobody holds any more can be taken by anybody.

Bad
    "node_modules/crossenv": {"version": "6.1.1", ...}

Good
    A version that `npm view NAME versions` lists.

How to fix
    Find out why it is gone: npm view crossenv
    If it was malware, treat the machines that installed it as exposed. Else move to a version that is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.commands import of
from npmguard.model import (
    Evidence,
    Finding,
    Fix,
    Gap,
    Missing,
    Needs,
    Packument,
    Project,
    Severity,
    Source,
)
from npmguard.names import validity
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
    answers = evidence.packuments.values()
    missing = sum(isinstance(answer, Missing) for answer in answers)
    if missing > 1 and not any(isinstance(answer, Packument) for answer in answers):
        yield Gap(
            "registry",
            f"it has none of the {missing} packages that were asked about: is it the right registry?",
            ("unpublished-version",),
        )
        return
    for package, keys in groups(project, settings.production):
        if package.source is not Source.REGISTRY or not package.version or package.bundled:
            continue
        answer = evidence.packuments.get(package.name)
        if isinstance(answer, Missing):
            title = f"{package.label}: the registry has no package of that name"
            detail = "It was taken down, or never was there. Anybody may be able to take that name now."
            if validity.faults(package.name):
                detail = "No registry can have it: npm refuses such a name."
        elif isinstance(answer, Packument) and package.version not in answer.versions:
            title = f"{package.label}: the registry does not have this version"
            detail = "It was taken down, or never was published."
            latest = answer.dist_tags.get("latest")
            if latest and latest.endswith("-security"):
                detail += f" npm holds the name now ({latest}), as it does after removing malware."
            elif latest:
                detail += f" The latest is {latest}."
        else:
            continue
        yield Finding(
            "unpublished-version",
            Severity.HIGH,
            title,
            detail,
            package=package.name,
            version=package.version,
            fix=Fix("review", None, of(project.manager).view(package.name)),
            location=places.locked(project, package),
            keys=keys,
        )


RULE = Rule(
    "unpublished-version",
    "lockfile",
    Severity.HIGH,
    "A locked version is not in the registry.",
    __doc__ or "",
    check,
    needs,
)
