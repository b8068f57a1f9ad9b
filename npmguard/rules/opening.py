"""Which tarballs are worth reading: all of them where it is to look deep, else those that call for it.

A release calls for it that differs from those before it in what its packument shows, that is days old, or
whose install script would run and has not been seen by many. The release before it is read too: what
it held already is no sign of anything.
"""

from __future__ import annotations

from npmguard import installs
from npmguard.model import Contents, Evidence, Needs, Project, ScriptPolicy
from npmguard.rules import (
    held,
    lineage,
    maintainer_change,
    new_install_script,
    odd_release,
    provenance_lost,
)
from npmguard.rules.base import once
from npmguard.rules.grouping import groups, in_force
from npmguard.settings import Settings

Key = tuple[str, str]


def needs(project: Project, settings: Settings) -> Needs:
    """The lists of versions; where it is to look deep, all tarballs."""
    found = lineage.needs(project, settings)
    if settings.deep:
        every = (p for p in in_force(project, settings.production) if held.has_tarball(p))
        found |= Needs(contents=frozenset((p.name, p.version or "") for p in every))
    return found


@once
def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    """The histories of new releases, and the tarballs that call for it, the release before each as well."""
    if project.graph is None:
        return Needs()
    wanted: set[Key] = set()
    bare: set[Key] = set()  # of which no history tells the hash
    policy: ScriptPolicy | None = None
    for found in lineage.lineages(project, evidence, settings):
        policy = policy or installs.scripts(project)
        if calls(found, evidence, policy):
            wanted.add((found.package.name, found.release.version))
            if found.previous is not None:
                wanted.add((found.package.name, found.previous.version))
    for package, keys in groups(project, settings.production) if evidence.contents else ():
        contents = evidence.contents.get((package.name, package.version or ""))
        if isinstance(contents, Contents) and _alarming(contents):
            version = held.previous(evidence, package, keys)
            if version is not None:
                wanted.add((package.name, version))
                if evidence.history(package.name) is None:
                    bare.add((package.name, version))
    missing = wanted - evidence.contents.keys()
    return lineage.then(project, evidence, settings) | Needs(
        contents=frozenset(missing), versions=frozenset(missing & bare)
    )


def calls(found: lineage.Lineage, evidence: Evidence, policy: ScriptPolicy) -> bool:
    """Does a release call for its tarball to be read?"""
    published = found.release.time
    age = evidence.now - published if published is not None else None
    if age is not None and age < lineage.YOUNG:
        return True
    scripted = found.release.scripts or found.package.has_install_script
    return (
        scripted and age is not None and age < lineage.FRESH and policy.of(found.package).runs is not False
    ) or differs(found, evidence)


def differs(found: lineage.Lineage, evidence: Evidence) -> bool:
    """Does a release differ from those before it in what its packument shows?"""
    return (
        maintainer_change.changed(found) is not None
        or new_install_script.changed(found) is not None
        or bool(provenance_lost.lost(found))
        or any(odd_release.oddities(found, evidence))
    )


def _alarming(contents: Contents) -> bool:
    """Is there something that it matters whether it is new?"""
    code = contents.code
    return bool(code.imports or code.installs or any(bulk.kind != "minified" for bulk in code.bulky))
