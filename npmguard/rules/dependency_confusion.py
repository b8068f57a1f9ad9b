"""A package that is meant to come from your own registry comes, or could come, from the public one.

Looks at names of your own: scopes in `internal-scopes` of npmguard.toml, scopes that .npmrc gives a registry
of their own, and the workspaces of the project. Locked from the public npm registry, each is a finding. A
scope of `internal-scopes` that no setting ties to a registry could be answered by the public one on any
machine.

Why it matters
    In 2021 Alex Birsan registered the names of internal packages of thirty-five companies on public
    registries, with a higher version than theirs, and his code ran inside all of them. Copies of that run to
    this day. Scopes end it, as far as each machine knows which registry serves them.

Bad
    internal-scopes = ["@corp"] and in the lockfile "@corp/auth" 99.0.1 from the public npm registry

Good
    .npmrc in the repository: @corp:registry=https://npm.corp.example/

How to fix
    If it came from the public registry: treat the machines that installed it as exposed, and find out who
    published it. Then tie the scope to your registry in the project's own .npmrc, register the scope on the
    public registry too, and lock anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import origins, versions
from npmguard.model import Evidence, Finding, Fix, Location, Package, Project, Severity, Source
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import by_version, in_force
from npmguard.settings import Settings

_ABSURD = 90  # a major version that nobody reaches, and that wins over every honest one


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    internal = frozenset(scope.rstrip("/") for scope in settings.internal_scopes)
    tied = {scope for scope, url in project.registries.items() if scope and not _public(url)}
    members = {m.name for m in project.workspaces.values() if m.name}
    for package, keys in by_version(in_force(project, settings.production)):
        if package.source is not Source.REGISTRY or package.bundled:
            continue
        scope = package.name.partition("/")[0] if package.name.startswith("@") else ""
        why = None
        if scope in internal or package.name in internal:
            why = f"{scope or package.name} is named in internal-scopes"
        elif scope in tied:
            why = f"the settings give {scope} a registry of its own"
        elif package.name in members:
            why = "a workspace of this project has that name"
        if why is None or not _from_the_public(project, package):
            continue
        absurd = _is_absurd(package.version)
        yield Finding(
            "dependency-confusion",
            Severity.CRITICAL if absurd else Severity.HIGH,
            f"{package.label} comes from the public npm registry, though it is one of your own",
            f"It is taken from there, while {why}."
            + (" Its version is one that is only chosen to win over every other." if absurd else ""),
            package=package.name,
            version=package.version,
            fix=Fix("review"),
            location=places.locked(project, package),
            keys=keys,
            subject="public",
        )
    for scope in sorted(internal):
        if scope.startswith("@") and project.registry_of(f"{scope}/x") in (None, project.registries.get("")):
            if scope in project.registries or not _is_open(project):
                continue
            yield Finding(
                "dependency-confusion",
                Severity.MODERATE,
                f"No setting of the project says which registry serves {scope}",
                "On a machine without the right settings of its own, the public npm registry is asked for "
                "its packages, and whoever holds the scope there answers.",
                fix=Fix("edit", f"{scope}:registry=https://your.registry.example/"),
                location=Location(project.manifest.file, ""),
                subject=f"untied {scope}",
            )


def _is_open(project: Project) -> bool:
    """Is the default registry the public one?"""
    named = project.registries.get("")
    return named is None or _public(named)


def _public(url: str) -> bool:
    return origins.host(url) in origins.default_hosts()


def _from_the_public(project: Project, package: Package) -> bool:
    """Does it come from the public registry, by its URL, or by the settings where it has none?"""
    if package.resolved:
        return _public(package.resolved)
    named = project.registry_of(package.name)
    return named is None or _public(named)


def _is_absurd(version: str | None) -> bool:
    found = versions.parse(version) if version else None
    return found is not None and found.major >= _ABSURD


RULE = Rule(
    "dependency-confusion",
    "names",
    Severity.HIGH,
    "A package of your own comes, or could come, from the public npm registry.",
    __doc__ or "",
    check,
)
