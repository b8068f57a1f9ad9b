"""A package runs a script when it is installed.

Lists what would run: preinstall, install and postinstall of every locked package, the implicit
`node-gyp rebuild` for one that holds a binding.gyp, and the scripts that build one that comes from git. The
script's own text comes from node_modules or from the registry. Whether the project's package manager runs
it, and by which setting, is said with it: a script that does not run is for information.

Why it matters
    An install script runs with the rights of whoever installs, before anybody has read a line: it is how
    most npm malware acts, from eslint-scope 3.7.2 (2018) to the Shai-Hulud worm (2025). Few packages need
    one, so the list is short enough to know.

Bad
    Scripts that nobody has looked at, on machines that hold credentials.

Good
    An allow-list: allowScripts (npm 12), allowBuilds (pnpm), dependenciesMeta (yarn),
    trustedDependencies (bun). With older npm: ignore-scripts=true in .npmrc, and `npm rebuild NAME` for the
    few that need it.

How to fix
    Read the script. If it is needed, note that: an [[ignore]] with the reason in npmguard.toml.
    If not, leave it off the list; scripts-enabled has the line that turns all others off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from npmguard import installs
from npmguard.model import (
    Confidence,
    Evidence,
    Finding,
    Fix,
    Gap,
    Needs,
    Package,
    Project,
    Severity,
    Source,
    Verdict,
)
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import groups, in_force
from npmguard.settings import Settings


def needs(project: Project, settings: Settings) -> Needs:
    known = set()
    unknown = set()
    for package in in_force(project, settings.production):
        if package.source is not Source.REGISTRY or not package.version:
            continue
        if package.has_install_script and package.key not in project.installed:
            known.add((package.name, package.version))
        unknown.add((package.name, package.version))
    return Needs(versions=frozenset(unknown), manifests=frozenset(known))


class Scripted(NamedTuple):
    """A package of which an install might run something: its copies, and the text where it is known."""

    package: Package
    keys: tuple[str, ...]
    text: Mapping[str, str] | None


def scripted(project: Project, evidence: Evidence, settings: Settings) -> tuple[list[Scripted], int]:
    """Those packages, and of how many others nobody says whether they are such."""
    found = []
    silent = 0
    nodes = project.graph.nodes if project.graph is not None else {}
    for package, keys in groups(project, settings.production):
        # the copy that says most of itself
        package = next((nodes[key] for key in keys if nodes[key].has_install_script), package)
        text = _text(project, evidence, package, keys)
        runs, known = _runs(project, evidence, package, text)
        silent += not known
        if runs:
            found.append(Scripted(package, keys, text))
    return found, silent


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    found, silent = scripted(project, evidence, settings)
    if found:
        policy = installs.scripts(project)
        for package, keys, text in found:
            yield _finding(project, package, keys, text, policy.of(package), _denied(evidence, package))
    if silent:
        yield unknown(silent, settings)


def unknown(silent: int, settings: Settings) -> Gap:
    """The gap where nobody says whether packages have scripts."""
    whether = "1 package whether it runs" if silent == 1 else f"{silent} packages whether they run"
    return Gap(
        "registry",
        f"neither it nor the lockfile says of {whether} install scripts",
        tuple(filter(settings.chosen, ("install-script", "scripts-enabled"))),
    )


def _text(
    project: Project, evidence: Evidence, package: Package, keys: tuple[str, ...]
) -> Mapping[str, str] | None:
    """The scripts that an install runs, where somebody knows them: name to command."""
    for key in keys:
        if key in project.installed:
            return project.installed[key]
    manifest = evidence.manifests.get((package.name, package.version or ""))
    return manifest.scripts if manifest is not None else None


def _runs(
    project: Project, evidence: Evidence, package: Package, text: Mapping[str, str] | None
) -> tuple[bool, bool]:
    """(does an install run something of it, is that known)."""
    if package.source is Source.GIT:
        return True, True
    if text:
        return True, True
    facts = evidence.facts(package.name, package.version) if package.source is Source.REGISTRY else None
    if facts is not None and facts.has_install_script is not None:
        return facts.has_install_script or bool(package.has_install_script and text is None), True
    if package.has_install_script is not None:
        return package.has_install_script and text is None, True
    if text is not None or package.source is not Source.REGISTRY or package.bundled:
        return False, True
    # nobody was asked, or nobody could say: the first is a gap of its own
    return False, not evidence.packuments or evidence.packument(package.name) is None


def _denied(evidence: Evidence, package: Package) -> bool:
    """Does the lockfile say there is no script, and the registry that there is one?"""
    facts = evidence.facts(package.name, package.version) if package.source is Source.REGISTRY else None
    return package.has_install_script is False and facts is not None and bool(facts.has_install_script)


def _finding(
    project: Project,
    package: Package,
    keys: tuple[str, ...],
    text: Mapping[str, str] | None,
    verdict: Verdict,
    denied: bool,
) -> Finding:
    assert project.graph is not None
    idle = verdict.runs is False
    if package.source is Source.GIT:
        title = f"{package.label} comes from git and is {'not ' if idle else ''}built on install"
        detail = (
            "To build it is to fetch its development dependencies and to run scripts such as its prepare."
        )
    else:
        names = ", ".join(text) if text else "a script"
        title = f"{package.label} runs {names} on install"
        if idle:
            title = (
                f"{package.label} has {names}, which {project.manager.removesuffix('-berry')} does not run"
            )
        detail = "; ".join(f"{name}: {command}" for name, command in (text or {}).items())
        detail = detail or "The script's text is not known: neither node_modules nor the registry gave it."
    severity = Severity.LOW
    detail = f"{verdict.why}. {detail}"
    if denied:
        severity = Severity.MODERATE
        detail = f"The lockfile says that it has none. {detail}"
    if package.os or package.cpu:
        detail = f"On {' '.join((*package.os, *package.cpu))} only. {detail}"
    if idle:
        severity = Severity.INFO
    return Finding(
        "install-script",
        severity,
        title,
        detail,
        Confidence.HIGH if text or package.source is Source.GIT else Confidence.MEDIUM,
        package=package.name,
        version=package.version,
        fix=Fix("review"),
        location=places.locked(project, package),
        keys=keys,
        subject=package.source.value,
    )


RULE = Rule(
    "install-script",
    "install scripts",
    Severity.LOW,
    "A package runs a script when it is installed.",
    __doc__ or "",
    check,
    needs,
)
