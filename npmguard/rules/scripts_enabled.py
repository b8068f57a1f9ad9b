"""The project's settings leave install scripts on.

Looks at what the package manager does with the install scripts of the locked packages, by its version and by
the project's settings, and says once where they run without anybody having chosen so. A project whose
lockfile holds no such package is left alone, unless a switch that is called dangerous is on.

Why it matters
    With scripts on, the first thing that a hijacked release does is to run, on every machine that installs
    it, before anything of it was used: the Shai-Hulud worm (2025) spread by a postinstall script from one
    maintainer's packages to those of hundreds. Few projects need the scripts of more than a handful of
    packages, and npm 12, pnpm 10, yarn 4.14 and bun run none that nobody named.

Bad
    dangerouslyAllowAllBuilds: true

Good
    npm before 12   ignore-scripts=true in .npmrc
    npm 12          "allowScripts": {"esbuild@0.25.0": true} in package.json
    pnpm before 11  "pnpm": {"onlyBuiltDependencies": ["esbuild"]} in package.json
    pnpm 11         allowBuilds: {esbuild: true} in pnpm-workspace.yaml
    yarn 1          ignore-scripts true in .yarnrc
    yarn 2 to 4     enableScripts: false in .yarnrc.yml
    bun             "trustedDependencies": ["esbuild"] in package.json

How to fix
    Add the line that the finding names, then list the packages that do not work without their script.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from npmguard import installs
from npmguard.model import (
    Evidence,
    Finding,
    Fix,
    Gap,
    Location,
    Needs,
    Opening,
    Package,
    Project,
    ScriptPolicy,
    Severity,
    Source,
)
from npmguard.rules import install_script
from npmguard.rules.base import Rule
from npmguard.settings import Settings
from npmguard.text import some

_MOST_NAMED = 5


def needs(project: Project, settings: Settings) -> Needs:
    return Needs(versions=install_script.needs(project, settings).versions)


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    policy = installs.scripts(project)
    scripted, silent = install_script.scripted(project, evidence, settings)
    verdicts = [(found.package, policy.of(found.package)) for found in scripted]
    # what comes from git is built by other rules, which install-script tells of
    open_to = [
        (package, verdict)
        for package, verdict in verdicts
        if verdict.runs is not False and not verdict.chosen and package.source is not Source.GIT
    ]
    running = [package for package, _ in open_to]
    if policy.opening is not None:
        yield from _opened(project, policy.opening, policy, running)
    elif running:
        unsure = next((verdict.why for _, verdict in open_to if verdict.runs is None), "")
        yield _left_open(project, policy, running, unsure)
    if silent and not settings.chosen("install-script"):
        yield install_script.unknown(silent, settings)


def _opened(
    project: Project, opening: Opening, policy: ScriptPolicy, running: Sequence[Package]
) -> Iterator[Finding]:
    """A switch that somebody turned; yarn turns its own when it takes over an old lockfile."""
    dangerous = "dangerously" in opening.text
    if not running and not dangerous:
        return
    severity = Severity.MODERATE if dangerous else Severity.LOW
    detail = f"Now that is {_named(running)}. " if running else "No locked package has one now. "
    yield Finding(
        "scripts-enabled",
        severity if running else Severity.INFO,
        f"{opening.text} lets every install script run",
        f"{detail}Take it out. {_remedy(policy)}",
        fix=Fix("edit"),
        location=Location(_beside(project, opening.file), opening.pointer),
        subject=opening.text,
    )


def _left_open(project: Project, policy: ScriptPolicy, running: Sequence[Package], unsure: str) -> Finding:
    """Nobody said anything, and scripts run; `unsure` says where that goes by the manager's version."""
    count = len(running)
    what = "1 package runs an install script" if count == 1 else f"{count} packages run install scripts"
    file, line, _ = policy.remedy
    command = "npm config set ignore-scripts true --location=project" if line == _NPM else None
    return Finding(
        "scripts-enabled",
        Severity.LOW,
        f"{what} that nobody chose",
        f"{_named(running)}. {f'{unsure}. ' if unsure else ''}{_remedy(policy)}",
        fix=Fix("edit", f"{line} in {file}", command),
        location=Location(project.manifest.file, ""),
        subject=policy.manager,
    )


_NPM = "ignore-scripts=true"


def _remedy(policy: ScriptPolicy) -> str:
    file, line, more = policy.remedy
    return f"To let run only what you choose, put {line} into {file}, {more}."


def _named(packages: Sequence[Package]) -> str:
    return some(sorted(package.label for package in packages), _MOST_NAMED)


def _beside(project: Project, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(project.manifest.file), name))


RULE = Rule(
    "scripts-enabled",
    "install scripts",
    Severity.LOW,
    "The project's settings leave install scripts on.",
    __doc__ or "",
    check,
    needs,
)
