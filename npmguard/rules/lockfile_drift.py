"""The lockfile does not give what package.json asks for.

Compares what the project, its workspaces and every locked package ask for with what the lockfile holds, the
way the package manager itself does before a frozen install. High: `npm ci` would refuse, or install
something else than the lockfile says. Low: the lockfile is merely stale, and still installs.

Why it matters
    A drifted lockfile stops the build at best. At worst somebody runs `npm install` to get on with it, and
    what was never reviewed is resolved anew on one machine and shipped. A lockfile edited by hand, or
    merged by a tool that does not know the format, drifts in just this way.

Bad
    package.json:       "once": "^1.4.0"
    package-lock.json:  "node_modules/once": {"version": "1.3.3", ...}

Good
    package.json:       "once": "^1.4.0"
    package-lock.json:  "node_modules/once": {"version": "1.4.0", ...}

How to fix
    npm install --package-lock-only
    Review the change of the lockfile and commit it together with package.json.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.model import Evidence, Finding, Fix, Location, Needs, Project, Severity
from npmguard.rules import drift
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_NOTE = ".package-lock.json"  # what npm installed, perhaps a part alone: nobody installs from it


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    graph = project.graph
    if graph is None or project.lockfile is None or project.lockfile.name == _NOTE:
        return
    if graph.newer is not None:
        yield _newer(project, graph.newer)
    yield from drift.of(project, graph, evidence)


def needs(project: Project, settings: Settings) -> Needs:
    return drift.needs(project, project.graph) if project.graph is not None else Needs()


def _newer(project: Project, version: str) -> Finding:
    """A format of the future is read as far as it is understood, and that is said."""
    assert project.lockfile is not None
    lock = project.lockfile.name
    return Finding(
        "lockfile-drift",
        Severity.MODERATE,
        f"{lock} is of version {version}, newer than any that npmguard knows",
        "It was read as far as it is understood: what it says in a new way was not seen. See whether "
        "there is a newer npmguard, and whether every machine has a package manager that reads this file.",
        fix=Fix("review"),
        location=Location(project.lockfile.file, ""),
        subject=f"newer {version}",
    )


RULE = Rule(
    "lockfile-drift",
    "lockfile",
    Severity.HIGH,
    "The lockfile does not give what package.json asks for.",
    __doc__ or "",
    check,
    needs,
)
