"""The project has dependencies and no lockfile.

Looks for a package.json that asks for packages without a lockfile beside it.

Why it matters
    Without a lockfile every install resolves every range anew: what was reviewed and tested is not what is
    installed an hour later. When event-stream 3.3.6 (2018) and ua-parser-js 0.7.29 (2021) were published
    with malware, projects with a lockfile did not get them until somebody updated; the others did within
    minutes. It also means that nothing below the direct dependencies can be checked.

Bad
    package.json

Good
    package.json
    package-lock.json

How to fix
    npm install --package-lock-only
    Commit package-lock.json, and use `npm ci` in CI.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import commands, specs
from npmguard.lockfiles import BY_FILE, FORMATS
from npmguard.model import Evidence, Finding, Fix, Gap, Location, Project, Severity
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    wanted = project.declared[0] if project.declared else project.manager.removesuffix("-berry")
    present = project.lockfile_names
    if any(BY_FILE[name].manager == wanted for name in present):
        return
    members = {manifest.name for manifest in project.workspaces.values()}
    asked = sum(
        name not in members and specs.parse(name, text).kind not in ("directory", "workspace")
        for m in project.manifests
        for names in (m.dependencies, m.dev_dependencies, m.optional_dependencies)
        for name, text in names.items()
    )
    if not asked:
        return
    what = "1 dependency" if asked == 1 else f"{asked} dependencies"
    if present:
        yield _of_another(project, wanted, what)
        return
    asking = commands.of(project.manager)
    yield Finding(
        "lockfile-missing",
        Severity.HIGH,
        f"No lockfile: {what} resolved anew at every install",
        f"{project.manifest.file} asks for {what}, and there is no {_files(wanted)} beside it. "
        f"{_frozen(project.manager)} is installed today is not what is installed tomorrow.",
        fix=Fix("regenerate", None, asking.relock),
        location=Location(project.manifest.file, ""),
    )


def _frozen(manager: str) -> str:
    """How the manager's frozen install takes it: yarn classic's and bun's install all the same."""
    return "What" if manager in ("yarn", "bun") else f"`{commands.of(manager).frozen}` refuses, and what"


def _of_another(project: Project, wanted: str, what: str) -> Finding:
    """There is a lockfile, and the manager that package.json names does not read it."""
    names = ", ".join(project.lockfile_names)
    return Finding(
        "lockfile-missing",
        Severity.HIGH,
        f"No lockfile for {wanted}: {what} resolved anew at every install",
        f"{project.manifest.file} names {wanted} as the package manager, and it does not read {names}. "
        f"Either add {_files(wanted)}, or name the manager whose lockfile this is.",
        fix=Fix("regenerate", None, commands.of(wanted).relock),
        location=Location(project.manifest.file, ""),
        subject=wanted,
    )


def _files(manager: str) -> str:
    """The names that a manager's lockfile may have, the usual one first."""
    found = [f.file for f in FORMATS if f.manager == manager and not f.file.startswith(".")]
    return " or ".join(sorted(found, key=lambda name: name == "npm-shrinkwrap.json" or name.endswith("b")))


RULE = Rule(
    "lockfile-missing",
    "lockfile",
    Severity.HIGH,
    "The project has dependencies and no lockfile.",
    __doc__ or "",
    check,
)
