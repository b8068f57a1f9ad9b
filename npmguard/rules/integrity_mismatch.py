"""The integrity in the lockfile is not the registry's.

Compares the hash of every locked package with the one that the registry gives for that name and version,
and, without any network, looks for two different packages under one hash. Where a tarball was fetched to be
read, the bytes themselves are held against the lockfile.

Why it matters
    The hash in the lockfile decides what npm accepts. One that is not the registry's means that the tarball
    was another when the lockfile was written: somebody edited the line, a proxy served something else, or a
    version was published anew. npm says so only when it downloads, and not at all when URL and hash were
    changed together.

Bad
    lockfile:  once@1.4.0  sha512-<the hash of left-pad>
    registry:  once@1.4.0  sha512-lNaJgI+2Q5UR...

Good
    The same hash in both.

How to fix
    Do not install. Compare the line with the lockfile's history: git log -p -- package-lock.json
    Restore it from a commit you trust. If several lockfiles and machines show the same difference, ask the
    registry's operator: the registry may be the one that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from npmguard import integrity
from npmguard.commands import history
from npmguard.model import (
    Evidence,
    Finding,
    Fix,
    Location,
    Mismatched,
    Needs,
    Package,
    Project,
    Severity,
    Source,
)
from npmguard.rules.base import Rule
from npmguard.rules.grouping import by_version, groups, in_force
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.lockfile is None:
        return
    packages = [p for p in in_force(project, settings.production) if p.integrity]
    yield from _on_disk(project, packages)
    told: set[tuple[str, str | None]] = set()
    for package in packages:
        facts = evidence.facts(package.name, package.version) if package.source is Source.REGISTRY else None
        if facts is None or package.integrity is None:
            continue
        agrees = integrity.agrees(package.integrity, facts.integrity, facts.shasum)
        strong = integrity.is_strong(facts.integrity or "") and integrity.is_strong(package.integrity)
        beside = agrees is None and strong
        if agrees is not False and not beside:
            continue
        told.add((package.name, package.version))
        what = (
            f"held by {integrity.kind(package.integrity)}, which the registry does not give"
            if beside
            else "the lockfile's integrity is not the registry's"
        )
        yield Finding(
            "integrity-mismatch",
            Severity.HIGH if beside else Severity.CRITICAL,
            f"{package.label}: {what}",
            f"Lockfile: {package.integrity}. Registry: {facts.integrity or facts.shasum}.",
            package=package.name,
            version=package.version,
            fix=Fix("review", None, history(project.lockfile.file)),
            location=Location(project.lockfile.file, package.pointer),
            keys=(package.key,),
            subject=package.key,
        )
    yield from _served(project, evidence, settings, told)
    owners: dict[str, list[Package]] = {}
    for package in packages:
        text = package.integrity or ""
        # nearly all are spelt as npm spells them, and those need no reading
        usual = text.startswith("sha512-") and len(text) == 95
        for value in (text,) if usual else integrity.spelt(text):
            owners.setdefault(value, []).append(package)
    for value, found in owners.items():
        if len(found) < 2:
            continue
        twins = by_version(found)
        # a tarball whose version is not told may be the very same one
        told_of = {t.package.name for t in twins if t.package.version}
        known = (t.package for t in twins if t.package.version or t.package.name not in told_of)
        labels = list(dict.fromkeys(package.label for package in known))
        if len(labels) < 2 or any((t.package.name, t.package.version) in told for t in twins):
            continue
        yield Finding(
            "integrity-mismatch",
            Severity.HIGH,
            f"{' and '.join(labels[:3])} have one and the same integrity",
            f"{value} stands for {len(labels)} different packages; it can be right for one of them at most.",
            package=twins[0].package.name,
            version=twins[0].package.version,
            fix=Fix("review", None, history(project.lockfile.file)),
            location=Location(project.lockfile.file, twins[0].package.pointer),
            keys=tuple(key for t in twins for key in t.keys),
            subject=" ".join(sorted(labels)),
        )


def _on_disk(project: Project, packages: Iterable[Package]) -> Iterator[Finding]:
    """The tarballs of `file:` dependencies that are not what was locked."""
    assert project.lockfile is not None
    for package in packages:
        given = project.tarballs.get(package.key)
        if given is None or integrity.agrees(package.integrity or "", *given) is not False:
            continue
        yield Finding(
            "integrity-mismatch",
            Severity.HIGH,
            f"{package.label}: the tarball on disk is not the one that was locked",
            f"Lockfile: {package.integrity}. {package.resolved}: {given[0]}. the install stops at it.",
            package=package.name,
            version=package.version,
            fix=Fix("review"),
            location=Location(project.lockfile.file, package.pointer),
            keys=(package.key,),
            subject=package.key,
        )


def _served(
    project: Project, evidence: Evidence, settings: Settings, told: set[tuple[str, str | None]]
) -> Iterator[Finding]:
    """The tarballs that were fetched and are not what the lockfile, or else the registry, says they are."""
    assert project.lockfile is not None
    for package, keys in groups(project, settings.production) if evidence.contents else ():
        answer = evidence.contents.get((package.name, package.version or ""))
        if not isinstance(answer, Mismatched) or (package.name, package.version) in told:
            continue
        told.add((package.name, package.version))
        yield Finding(
            "integrity-mismatch",
            Severity.HIGH,
            f"{package.label}: what is served is not what was promised",
            f"{answer.reason[:1].upper()}{answer.reason[1:]}. An install stops at that, or takes it.",
            package=package.name,
            version=package.version,
            fix=Fix("review"),
            location=Location(project.lockfile.file, package.pointer),
            keys=keys,
            subject=f"{package.key} served",
        )


def needs(project: Project, settings: Settings) -> Needs:
    return Needs(
        versions=frozenset(
            (p.name, p.version)
            for p in in_force(project, settings.production)
            if p.source is Source.REGISTRY and p.version and p.integrity and not p.bundled
        )
    )


RULE = Rule(
    "integrity-mismatch",
    "lockfile",
    Severity.CRITICAL,
    "The integrity in the lockfile is not the registry's.",
    __doc__ or "",
    check,
    needs,
)
