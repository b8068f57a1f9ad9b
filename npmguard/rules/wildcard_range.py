"""A dependency accepts any version.

Looks at the ranges of dependencies, development and optional dependencies in package.json, and of catalogs:
`*`, the empty text, `x`, a dist-tag such as `latest`, or a range without an upper end such as `>=1`. A peer
dependency may say so, and so may one workspace of another.

Why it matters
    The lockfile holds the version only until it is made anew. From then on whatever was published last comes
    in, a new major or a hijacked release included: in January 2022 a release of colors 1.4.1 that printed
    garbage for ever reached everybody whose range let it in.

Bad
    "dependencies": {"ms": "*"}

Good
    "dependencies": {"ms": "^2.1.3"}

How to fix
    Ask for the version that is locked, with room for compatible ones: npm install ms@^2.1.3
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from npmguard import managers, specs, versions
from npmguard.commands import of
from npmguard.jsontext import pointer
from npmguard.model import DependencyKind, Evidence, Finding, Fix, Location, Manifest, Project, Severity
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_FAR = "9007199254740991.0.0"


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    yield from _catalogued(project)
    members = {m.name for m in project.workspaces.values() if m.name}
    for folder, manifest in (("", project.manifest), *project.workspaces.items()):
        for field, names, kind in _fields(manifest):
            if settings.production and kind is DependencyKind.DEV:
                continue
            for name, text in names.items():
                if name in members:
                    continue
                why = _open(name, text)
                if why is None:
                    continue
                locked = _locked(project, folder, name)
                fix = None
                real = specs.parse(name, text).name
                if locked is not None and locked[1]:
                    to = f"^{locked[1]}" if real == name else f"npm:{real}@^{locked[1]}"
                    folders = [folder] if folder else []
                    command = of(project.manager).install(name, to, kind, folders, root=not folder)
                    fix = Fix("edit", to, command)
                dev = kind is DependencyKind.DEV
                yield Finding(
                    "wildcard-range",
                    Severity.LOW if dev else Severity.MODERATE,
                    f"{name}: {why}",
                    f'{manifest.file} asks for "{name}": "{text}" in {field}'
                    + (f"; the lockfile holds {locked[1]} for now." if locked and locked[1] else "."),
                    package=real,
                    version=locked[1] if locked else None,
                    fix=fix,
                    location=Location(manifest.file, pointer(field, name)),
                    keys=(locked[0],) if locked else (),
                    subject=f"{folder} {field} {text}",
                )


def _catalogued(project: Project) -> Iterator[Finding]:
    """The ranges that `catalog:` stands for."""
    data = project.manifest.data
    for catalog, ranges in managers.catalogs(project.manager, data, project.manager_config).items():
        for name, text in ranges.items():
            why = _open(name, text)
            if why is None:
                continue
            keys = ("catalog",) if catalog == "default" else ("catalogs", catalog)
            if project.manager == "bun":
                inner = data.get("workspaces")
                inside = isinstance(inner, dict) and keys[0] in inner
                file, keys = project.manifest.file, ("workspaces", *keys) if inside else keys
            else:
                file = managers.CONFIG_FILES[project.manager]
                file = posixpath.normpath(posixpath.join(project.folder, file))
            yield Finding(
                "wildcard-range",
                Severity.MODERATE,
                f"{name}: {why}",
                f'The catalog in {file} asks for "{name}": "{text}".',
                package=specs.parse(name, text).name,
                fix=Fix("edit"),
                location=Location(file, pointer(*keys, name)),
                subject=f"catalog {catalog} {text}",
            )


def _fields(manifest: Manifest) -> Iterator[tuple[str, dict[str, str], DependencyKind]]:
    yield "dependencies", dict(manifest.dependencies), DependencyKind.PROD
    yield "optionalDependencies", dict(manifest.optional_dependencies), DependencyKind.OPTIONAL
    yield "devDependencies", dict(manifest.dev_dependencies), DependencyKind.DEV


def _open(name: str, text: str) -> str | None:
    """Why a range lets anything in, or None."""
    spec = specs.parse(name, text)
    if spec.kind == "tag":
        return f'the tag "{spec.range}" is whatever its publisher says today'
    if spec.kind != "range":
        return None
    range = spec.range or "*"
    if not versions.satisfies(_FAR, range, loose=True):
        return None
    return (
        "any version will do" if versions.satisfies("0.0.0", range, loose=True) else f'"{range}" has no end'
    )


def _locked(project: Project, folder: str, name: str) -> tuple[str, str | None] | None:
    graph = project.graph
    if graph is None:
        return None
    for edge in graph.edges.get(folder, ()):
        if edge.name == name and edge.target is not None:
            package = graph.nodes[edge.target]
            return (edge.target, package.version) if package.third_party else None
    return None


RULE = Rule(
    "wildcard-range",
    "project settings",
    Severity.MODERATE,
    "A dependency accepts any version.",
    __doc__ or "",
    check,
)
