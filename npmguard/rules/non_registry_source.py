"""A dependency comes from outside any registry.

Looks for packages from a git repository, a tarball at a URL, or a tarball on disk, and says where the package
manager refuses them by its settings (npm's allow-git and allow-remote, pnpm's blockExoticSubdeps, yarn's
approvedGitRepositories).

Why it matters
    What stands there can be changed or taken away without a new version: no registry keeps it, no advisory
    names it, nobody else installs it. A git dependency is also built on your machine: npm installs its
    development dependencies and runs its `prepare` script.

Bad
    "helper": "someone/helper"

Good
    "helper": "^1.2.0"
    or, where it must be git: "helper": "someone/helper#4c2f0a6d3c1a9f0e5b7d8c6a2e1f3b4d5c6e7f80"

How to fix
    Ask for a published version. Where there is none, name the full commit hash in package.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard import installs, specs
from npmguard.model import Evidence, Finding, Fix, Location, Project, Severity, Source
from npmguard.rules.base import Rule
from npmguard.rules.grouping import in_force
from npmguard.settings import Settings

# …/tar.gz/HASH, …/get/HASH.tar.gz, …?ref=HASH, …git#HASH
_COMMIT = re.compile(r"(?:[/#]|/archive\.tar\.gz\?ref=)[0-9a-fA-F]{40}(?:\.(?:tar\.gz|tgz))?(?:#|$)")
_WORDS = {
    Source.GIT: "a git repository",
    Source.URL: "a tarball at a URL",
    Source.FILE: "a tarball on disk",
}


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    graph = project.graph
    if graph is None or project.lockfile is None:
        return
    for package in in_force(project, settings.production):
        words = _WORDS.get(package.source)
        if words is None or package.bundled:
            continue
        direct = package.key in graph.direct
        loose = package.source is Source.GIT and not _names_commit(package.resolved or "")
        severity = Severity.LOW if direct else Severity.MODERATE
        detail = f"It is taken from {package.resolved}."
        if loose:
            severity = Severity.HIGH
            detail += " No commit is named, so it is whatever stands there at install time."
        elif not direct:
            detail += " No dependency of the project's own choosing: another package brings it."
        refused = installs.refusal(project, package)
        if refused is not None:
            detail += f" {refused}"
        yield Finding(
            "non-registry-source",
            severity,
            f"{package.label} comes from {words}",
            detail,
            package=package.name,
            version=package.version,
            fix=Fix("replace"),
            location=Location(project.lockfile.file, package.pointer),
            keys=(package.key,),
            subject=package.source.value,
        )


def _names_commit(place: str) -> bool:
    """Does a git URL, or that of an archive made from a repository, name the full commit hash?"""
    return specs.parse("", place).commit is not None or _COMMIT.search(place) is not None


RULE = Rule(
    "non-registry-source",
    "lockfile",
    Severity.MODERATE,
    "A dependency comes from outside any registry.",
    __doc__ or "",
    check,
)
