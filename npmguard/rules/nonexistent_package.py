"""A package.json asks for a package that the registry does not have.

Looks at what a package.json of the project asks for and the lockfile does not hold (or where there is no
lockfile): names that the registry answers with "no such package".

Why it matters
    Language models invent names of packages, the same ones again and again, and people mistype them. Whoever
    registers such a name has everybody as a user who copies the line. One name that models liked to invent,
    registered by a researcher in 2024, was downloaded thirty thousand times in three months. And a name that
    is meant for a registry of your own, asked of another one, is a dependency confusion in waiting.

Bad
    "dependencies": {"react-codeshift-helpers-core": "^1.0.0"}

Good
    A name that somebody looked up, with a repository and a history behind it.

How to fix
    Do not install it, and take the line out. If it is a package of your own, say from which registry it comes
    (@scope:registry in .npmrc) before anybody else registers the name.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import specs
from npmguard.commands import of
from npmguard.model import Evidence, Finding, Fix, Gap, Location, Missing, Needs, Packument, Project, Severity
from npmguard.names import validity
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def needs(project: Project, settings: Settings) -> Needs:
    return Needs(lists=frozenset(_unlocked(project, settings)))


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    asked = _unlocked(project, settings)
    answers = [evidence.packuments.get(name) for name in asked]
    missing = [name for name, answer in zip(asked, answers, strict=True) if isinstance(answer, Missing)]
    known = any(isinstance(answer, Packument) for answer in evidence.packuments.values())
    if len(missing) > 1 and not known:
        yield Gap(
            "registry",
            f"it has none of the {len(missing)} packages that were asked about: is it the right registry?",
            ("nonexistent-package",),
        )
        return
    for name in missing:
        yield Finding(
            "nonexistent-package",
            Severity.HIGH,
            f"{name}: no such package in the registry",
            "An install fails today; tomorrow it runs whatever somebody registers under that name.",
            package=name,
            fix=Fix("remove", None, of(project.manager).uninstall(name)),
            location=asked[name],
            subject="asked",
        )


def _unlocked(project: Project, settings: Settings) -> dict[str, Location | None]:
    """Names that are asked of the registry and not locked, with the place that asks."""
    graph = project.graph
    held = {p.name for p in graph.nodes.values()} if graph is not None else set()
    held |= {manifest.name for manifest in project.manifests if manifest.name}
    found: dict[str, Location | None] = {}
    for manifest in project.manifests:
        asked = {**manifest.optional_dependencies, **manifest.dependencies}
        if not settings.production:
            asked = {**manifest.dev_dependencies, **asked}
        for name, spec in asked.items():
            wanted = specs.parse(name, spec)
            if wanted.registry and wanted.name not in held and not validity.faults(wanted.name):
                found.setdefault(wanted.name, places.asked_in(manifest, name))
    return found


RULE = Rule(
    "nonexistent-package",
    "names",
    Severity.HIGH,
    "A package.json asks for a package that the registry does not have.",
    __doc__ or "",
    check,
    needs,
)
