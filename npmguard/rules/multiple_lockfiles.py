"""Several lockfiles lie in one project.

Looks for lockfiles of different package managers side by side, and for npm's two kinds together.

Why it matters
    Each manager reads its own file alone, so the others go stale unseen: what is reviewed in one is not
    what another installs. Where npm-shrinkwrap.json and package-lock.json lie together, npm takes the
    shrinkwrap and never looks at the other.

Bad
    package-lock.json
    yarn.lock

Good
    package-lock.json

How to fix
    Keep the lockfile of the manager that the project uses, and delete the others:
    git rm yarn.lock
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from npmguard.lockfiles import BY_FILE
from npmguard.model import Evidence, Finding, Fix, Location, Project, Severity
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    names = project.lockfile_names
    if len(names) < 2:
        return
    # the first of the manager's own is the one that it takes
    kept = next(
        (name for name in names if BY_FILE[name].manager == project.manager.removesuffix("-berry")), names[0]
    )
    others = [name for name in names if name != kept]
    yield Finding(
        "multiple-lockfiles",
        Severity.MODERATE,
        f"{len(names)} lockfiles in one project: {', '.join(names)}",
        f"{project.manager} installs from {kept}; {', '.join(others)} can say something else unseen.",
        fix=Fix("remove", None, f"git rm {' '.join(others)}"),
        location=Location(posixpath.normpath(posixpath.join(project.folder, others[0]))),
        subject=" ".join(names),
    )


RULE = Rule(
    "multiple-lockfiles",
    "lockfile",
    Severity.MODERATE,
    "Several lockfiles lie in one project.",
    __doc__ or "",
    check,
)
