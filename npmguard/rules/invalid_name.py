"""A package has a name that npm refuses.

Looks at the names of the project and its workspaces (where they are not private), of every dependency
that a package.json asks for, and of every package in the lockfile. What npm let pass in its early days
(capital letters as in JSONStream, the names of Node's own modules such as events) is no fault in a
dependency. Before publishing it looks at the package's own name and version instead, by all that npm and the
public registry ask of a new package.

Why it matters
    npm stops with EINVALIDPACKAGENAME, or the registry refuses the release. A name with a path in it is
    also an old trick: package managers of 2019 and before could be made to write outside node_modules by
    one.

Bad
    "dependencies": {".hidden": "^1.0.0", "../../etc": "1.0.0"}

Good
    "dependencies": {"visible": "^1.0.0"}

How to fix
    Correct the name in package.json, then write the lockfile anew: npm install --package-lock-only
    A name that stands in the lockfile alone was put there by hand or by a tool: find out by whom.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import versions
from npmguard.model import Evidence, Finding, Fix, Location, Manifest, Project, Severity
from npmguard.names.confusables import escape, odd
from npmguard.names.validity import faults, novelties
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import by_version, in_force
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.packed is not None:
        yield from _published(project)
        return
    told: set[str] = set()
    for manifest in project.manifests:
        yield from _own_name(manifest)
        yield from _asked(project, manifest, told)
    if project.lockfile is None:
        return
    wrong = (p for p in in_force(project, settings.production) if p.name not in told and _refused(p.name))
    for package, keys in by_version(wrong):
        yield Finding(
            "invalid-name",
            Severity.HIGH,
            f'The lockfile holds "{escape(package.name)}", a name that npm refuses',
            f"{_sentence(faults(package.name))} No registry can have a package of that name.",
            package=package.name,
            version=package.version,
            fix=Fix("review"),
            location=Location(project.lockfile.file, package.pointer),
            keys=keys,
            subject="lockfile",
        )


def _own_name(manifest: Manifest) -> Iterator[Finding]:
    name = manifest.name
    if name is None or manifest.data.get("private") is True or odd(name):
        return
    wrong = faults(name)
    old = [] if wrong else novelties(name)
    if wrong or old:
        yield Finding(
            "invalid-name",
            Severity.MODERATE if wrong else Severity.LOW,
            f'npm does not publish under the name "{escape(name)}"',
            _sentence(wrong)
            if wrong
            else f"{_sentence(old)} Only packages that exist already may keep such a name.",
            package=name,
            version=manifest.version,
            fix=Fix("edit"),
            location=Location(manifest.file, "/name"),
            subject="name",
        )


def _published(project: Project) -> Iterator[Finding]:
    """What stops `npm publish`, or the registry at its end; npm trims names and cleans versions by itself."""
    manifest, packed = project.manifest, project.packed
    if manifest.data.get("private"):
        return  # npm refuses it whatever it is called
    name, version = manifest.name, manifest.version
    trimmed = (name or "").strip()
    known = packed is not None and packed.previous is not None and packed.previous.name == trimmed
    wrong = faults(trimmed) if name is not None else []
    old = [] if wrong or known else novelties(trimmed)
    if name is None:
        yield _stopped("npm publishes nothing that has no name", "", manifest, "name")
    elif wrong or old:
        more = "" if wrong else " Only packages that exist already may keep such a name."
        title = f'npm does not publish under the name "{escape(name)}"'
        yield _stopped(title, f"{_sentence(wrong or old)}{more}", manifest, "name")
    if version is None:
        yield _stopped("npm publishes nothing that has no version", "", manifest, "version")
    elif not versions.is_version(version.strip(), loose=True):
        title = f'npm does not publish "{escape(version)}": it is no version'
        yield _stopped(title, "A version is three numbers, as in 1.0.0 or 1.0.0-beta.1.", manifest, "version")


def _stopped(title: str, detail: str, manifest: Manifest, field: str) -> Finding:
    there = field in manifest.data
    return Finding(
        "invalid-name",
        Severity.HIGH,
        title,
        detail or f"Add it: npm pkg set {field}={'1.0.0' if field == 'version' else '...'}",
        fix=Fix("edit"),
        location=Location(manifest.file, f"/{field}" if there else ""),
        subject=f"publish {field}",
    )


def _asked(project: Project, manifest: Manifest, told: set[str]) -> Iterator[Finding]:
    names = {
        **manifest.dependencies,
        **manifest.dev_dependencies,
        **manifest.optional_dependencies,
        **manifest.peer_dependencies,
    }
    for name, text in names.items():
        # other package managers let folders and workspaces have any name
        if name in told or not _refused(name) or (project.manager != "npm" and ":" in text):
            continue
        told.add(name)
        yield Finding(
            "invalid-name",
            Severity.MODERATE,
            f'package.json asks for "{escape(name)}", a name that npm refuses',
            f"{_sentence(faults(name))} An install stops there.",
            package=name,
            fix=Fix("edit"),
            location=places.asked_in(manifest, name),
            subject="dependency",
        )


def _refused(name: str) -> bool:
    """Does npm refuse this name, for reasons that confusable-name does not tell already?"""
    return bool(faults(name)) and not odd(name)


def _sentence(reasons: list[str]) -> str:
    text = ", and ".join(reasons)
    return text[:1].upper() + text[1:] + "."


RULE = Rule(
    "invalid-name",
    "names",
    Severity.MODERATE,
    "A package has a name that npm refuses.",
    __doc__ or "",
    check,
)
