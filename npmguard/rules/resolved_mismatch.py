"""The lockfile downloads another package than its entry names.

Reads name and version out of each `resolved` URL and compares them with the entry's; and looks for an entry
that was asked for from the registry but comes from elsewhere, or under another package's name.

Why it matters
    This is the lockfile injection that no package manager but pnpm 11 notices: an entry called `once` with
    URL and integrity of another package is installed by npm 6 to 12 without a word, because both fit each
    other. A reviewer sees a familiar name and a changed hash among thousands.

Bad
    "node_modules/once": {
      "version": "1.4.0",
      "resolved": "https://registry.example.test/left-pad/-/left-pad-1.3.0.tgz", ...

Good
    "node_modules/once": {
      "version": "1.4.0",
      "resolved": "https://registry.example.test/once/-/once-1.4.0.tgz", ...

How to fix
    Do not install. Find out who changed it: git log -p -- package-lock.json
    Restore the lockfile from a commit you trust, and treat machines that installed it as exposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard import origins, overrides, specs, versions
from npmguard.commands import history
from npmguard.model import Evidence, Finding, Fix, Location, Package, Project, Severity, Source
from npmguard.rules.base import Rule
from npmguard.rules.grouping import in_force
from npmguard.settings import Settings

_ODD = re.compile(r"[^\w/:.@+~-]", re.ASCII)


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.lockfile is None or project.graph is None:
        return
    for package in in_force(project, settings.production):
        resolved = package.resolved
        if package.source is not Source.REGISTRY or not resolved or _usual(package, resolved):
            continue
        if "#" in resolved and _usual(package, resolved.partition("#")[0]):
            continue  # yarn classic puts a hash behind it
        mirrored = origins.in_mirror(resolved)
        url = origins.mirrored(resolved, package.name) if mirrored else origins.read(resolved)
        if url.name is None:
            if origins.is_devious(resolved):
                yield _finding(
                    project,
                    package,
                    Severity.HIGH,
                    f"{package.label}: the lockfile's URL hides where it leads",
                    f"The entry {package.key} takes {resolved}.",
                )
            continue
        if url.name != package.name:
            yield _finding(
                project,
                package,
                Severity.CRITICAL,
                f"{package.label}: the lockfile downloads {url.name} in its place",
                f"The entry {package.key} takes {resolved}.",
            )
        elif url.version and package.version and not _same_version(url.version, package.version):
            yield _finding(
                project,
                package,
                Severity.HIGH,
                f"{package.label}: the lockfile downloads version {url.version} in its place",
                f"The entry {package.key} says {package.version} and takes {resolved}.",
            )
    yield from _other_names(project, settings)


def _usual(package: Package, url: str) -> bool:
    """Does the URL end as a registry's for this very name and version does, with nothing odd before?"""
    base = package.name.rpartition("/")[2]
    end = f"/{package.name}/-/{base}-{package.version}.tgz"
    if not url.endswith(end) or "/." in url or _ODD.search(url):
        return False
    # what stands before may be a scope, and make it another package
    return package.name[0] == "@" or not url[: -len(end)].rpartition("/")[2].startswith("@")


def _same_version(one: str, other: str) -> bool:
    if one == other:
        return True
    key = versions.key(one, loose=True)
    # a version that is none (old ones have all kinds) proves nothing
    return key is None or key == versions.key(other, loose=True)


def _other_names(project: Project, settings: Settings) -> Iterator[Finding]:
    """Entries under an alias that nobody asks for, and ones from elsewhere though a range asks for them."""
    graph = project.graph
    assert graph is not None
    odd = {
        p.key: p
        for p in in_force(project, settings.production)
        if p.alias is not None or p.source is not Source.REGISTRY
    }
    if not odd:
        return
    told = set()
    overridden = _overridden(project)
    for edge in graph.asking_for(frozenset(p.alias or p.name for p in odd.values())):
        package = odd.get(edge.target or "")
        if package is None or edge.peer or edge.settled or package.key in told:
            continue
        spec = specs.parse(edge.name, edge.spec)
        if not spec.registry or any(_allows(name, package) for name in overridden.get(edge.name, ())):
            continue
        who = graph.nodes[edge.source]
        asker = who.label if who.third_party else project.manifest.file
        if package.alias is not None and spec.name != package.name:
            told.add(package.key)
            yield _finding(
                project,
                package,
                Severity.CRITICAL,
                f"{edge.name}: the lockfile puts {package.label} in its place",
                f"{asker} asks for {edge.spec} of {spec.name}; {package.key} is {package.label}.",
            )
        elif package.source is not Source.REGISTRY:
            told.add(package.key)
            yield _finding(
                project,
                package,
                Severity.HIGH,
                f"{edge.name}: asked for from the registry, locked from {package.source.value}",
                f"{asker} asks for {edge.name} {edge.spec}; {package.key} takes {package.resolved}.",
            )


def _overridden(project: Project) -> dict[str, list[specs.Spec]]:
    """What the project's overrides ask for in place of each name, wherever in the tree they hold."""
    manifest = project.manifest
    root = overrides.read(manifest)
    found: dict[str, list[specs.Spec]] = {}
    waiting = [root] if root is not None else []
    while waiting:
        rule = waiting.pop()
        waiting += rule.children
        if rule.name:
            text = overrides.effective(rule, rule.name, rule.range, manifest)
            found.setdefault(rule.name, []).append(specs.parse(rule.name, text))
    # yarn's name for them, that all but npm know
    resolutions = manifest.data.get("resolutions") if project.manager != "npm" else None
    for path, text in resolutions.items() if isinstance(resolutions, dict) else ():
        if isinstance(text, str) and (parts := re.findall(r"(?:@[^/]+/)?[^/]+", path)):
            found.setdefault(parts[-1], []).append(specs.parse(parts[-1], text))
    return found


def _allows(override: specs.Spec, package: Package) -> bool:
    """Is this package what an override asks for?"""
    if package.source is Source.REGISTRY:
        return override.registry and override.name == package.name and override.alias
    return not override.registry


def _finding(project: Project, package: Package, severity: Severity, title: str, detail: str) -> Finding:
    assert project.lockfile is not None
    return Finding(
        "resolved-mismatch",
        severity,
        title,
        detail,
        package=package.name,
        version=package.version,
        fix=Fix("review", None, history(project.lockfile.file)),
        location=Location(project.lockfile.file, package.pointer),
        keys=(package.key,),
        subject=package.key,
    )


RULE = Rule(
    "resolved-mismatch",
    "lockfile",
    Severity.CRITICAL,
    "The lockfile downloads another package than its entry names.",
    __doc__ or "",
    check,
)
