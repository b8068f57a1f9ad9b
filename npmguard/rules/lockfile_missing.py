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

from npmguard import specs
from npmguard.model import Evidence, Finding, Fix, Gap, Location, Project, Severity
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    if project.lockfile_names:
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
    yield Finding(
        "lockfile-missing",
        Severity.HIGH,
        f"No lockfile: {what} resolved anew at every install",
        f"{project.manifest.file} asks for {what}, and there is no package-lock.json or npm-shrinkwrap.json "
        "beside it. `npm ci` refuses, and what is installed today is not what is installed tomorrow.",
        fix=Fix("regenerate", None, "npm install --package-lock-only"),
        location=Location(project.manifest.file, ""),
    )


RULE = Rule(
    "lockfile-missing",
    "lockfile",
    Severity.HIGH,
    "The project has dependencies and no lockfile.",
    __doc__ or "",
    check,
)
