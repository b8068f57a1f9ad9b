"""A package runs a script when it is installed.

Lists what would run: preinstall, install and postinstall of every locked package, npm's implicit
`node-gyp rebuild` for one that holds a binding.gyp, and the `prepare` of one that comes from git. The
script's own text comes from node_modules or from the registry.

Why it matters
    An install script runs with the rights of whoever installs, before anybody has read a line: it is how
    most npm malware acts, from eslint-scope 3.7.2 (2018) to the Shai-Hulud worm (2025). Few packages need
    one, so the list is short enough to know.

Bad
    Scripts that nobody has looked at, on machines that hold credentials.

Good
    ignore-scripts=true in .npmrc, and `npm rebuild NAME` for the few that need it.

How to fix
    Read the script. If it is needed, note that: an [[ignore]] with the reason in npmguard.toml.
    If not: npm config set ignore-scripts true --location=project
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    off = project.config.get("ignore-scripts") == "true"
    silent = 0
    nodes = project.graph.nodes if project.graph is not None else {}
    for package, keys in groups(project, settings.production):
        # the copy that says most of itself
        package = next((nodes[key] for key in keys if nodes[key].has_install_script), package)
        text = _text(project, evidence, package, keys)
        runs, known = _runs(project, evidence, package, text)
        if not known:
            silent += 1
        if not runs:
            continue
        yield _finding(project, package, keys, text, off, _denied(evidence, package))
    if silent:
        yield Gap(
            "registry",
            f"neither it nor the lockfile says of {silent} packages whether they run install scripts",
            ("install-script",),
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
    off: bool,
    denied: bool,
) -> Finding:
    assert project.graph is not None
    if package.source is Source.GIT:
        title = f"{package.label} comes from git and is built on install"
        detail = "npm fetches its development dependencies and runs its prepare script, if it has one."
    else:
        names = ", ".join(text) if text else "a script"
        title = f"{package.label} runs {names} on install"
        detail = "; ".join(f"{name}: {command}" for name, command in (text or {}).items())
        detail = detail or "The script's text is not known: neither node_modules nor the registry gave it."
    severity = Severity.LOW
    if denied:
        severity = Severity.MODERATE
        detail = f"The lockfile says that it has none. {detail}"
    if package.os or package.cpu:
        detail = f"On {' '.join((*package.os, *package.cpu))} only. {detail}"
    if off:
        severity = Severity.INFO
        detail = f"ignore-scripts is set, so it does not run. {detail}"
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
