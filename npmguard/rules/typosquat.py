"""A package's name is nearly that of a popular one.

Compares every package name with the most popular names of the public npm registry: letters left out,
doubled, swapped, added or exchanged (a neighbouring key, a look-alike digit), separators or the scope
moved, a plural. A name in a scope that has popular packages is left alone, and so are the internal-scopes
of the settings and scopes that .npmrc gives a registry of their own. Only likenesses that are hard to
explain otherwise are high; faint ones are told, low, for what the project asks for itself.

Why it matters
    A name that is one slip away from a popular one is the cheapest way onto a developer's machine. In 2017
    crossenv, read as cross-env, sent the environment variables of whoever installed it to a stranger; some
    forty more such names came from the same hand.

Bad
    "dependencies": {"expres": "^4.18.0"}

Good
    "dependencies": {"express": "^4.18.0"}

How to fix
    If the popular package was meant: npm uninstall expres && npm install express
    If it is the right one, say so in npmguard.toml:
    [[ignore]]
    rule = "typosquat"
    package = "expres"
    reason = "reviewed: it is our own fork"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npmguard.commands import of
from npmguard.model import (
    Confidence,
    Evidence,
    Finding,
    Fix,
    Location,
    Package,
    Project,
    Severity,
    Source,
)
from npmguard.names import Lookalike, lookalikes
from npmguard.names.confusables import escape
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import by_version, in_force
from npmguard.settings import Settings

_SEVERITY = {"high": Severity.HIGH, "medium": Severity.MODERATE, "low": Severity.LOW}
_HOW = {
    "separator": "they differ in their separators alone",
    "scope": "they differ in the scope alone",
    "capitals": "they differ in capital letters alone",
    "transposition": "two neighbouring letters are swapped",
    "doubling": "a letter is doubled, or a doubled one is not",
    "omission": "a letter is left out",
    "insertion": "a letter is added",
    "plural": "one is the plural of the other",
    "substitution": "a letter is exchanged",
    "neighbouring-key": "a letter is exchanged for one beside it on the keyboard",
    "confusable": "characters are exchanged for others that look like them",
    "digit": "a digit is exchanged",
    "mixed": "several letters differ",
}


class _Named(NamedTuple):
    """A name that the project installs, or would: in which version, at which keys, and where it stands.

    Of an installed one the place is looked up when there is something to say.
    """

    name: str
    version: str | None
    keys: tuple[str, ...]
    place: Location | None = None


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    named = list(_named(project, settings))
    found = lookalikes({one.name for one in named if not _own(one.name, project, settings)})
    if not found:
        return
    graph = project.graph
    for one in named:
        likeness = found.get(one.name)
        if likeness is None:
            continue
        direct = graph is None or any(key in graph.direct for key in one.keys)
        if likeness.confidence == "low" and not direct:
            continue
        if graph is not None and one.place is None:
            one = one._replace(place=places.of(project, graph.nodes[one.keys[0]]))
        yield _finding(project, one, likeness, direct)


def _named(project: Project, settings: Settings) -> Iterator[_Named]:
    if project.graph is not None:
        asked = (p for p in in_force(project, settings.production) if _from_registry(p))
        for package, keys in by_version(asked):
            yield _Named(package.name, package.version, keys)
        return
    from npmguard import specs

    seen = set()
    for manifest in project.manifests:
        fields = [manifest.dependencies, manifest.optional_dependencies, manifest.peer_dependencies]
        if not settings.production:
            fields.append(manifest.dev_dependencies)
        for field in fields:
            for name, text in field.items():
                spec = specs.parse(name, text)
                if spec.registry and spec.name not in seen:
                    seen.add(spec.name)
                    yield _Named(spec.name, None, (), places.asked_in(manifest, name))


def _from_registry(package: Package) -> bool:
    return package.source is Source.REGISTRY and package.name.isascii()


def _own(name: str, project: Project, settings: Settings) -> bool:
    """Is this in a scope that the project's own people publish to?"""
    scope = name.partition("/")[0]
    if not scope.startswith("@"):
        return False
    return scope in project.registries or any(
        scope.removeprefix("@") == own.removeprefix("@") for own in settings.internal_scopes
    )


def _finding(project: Project, one: _Named, likeness: Lookalike, direct: bool) -> Finding:
    name, popular = escape(one.name), likeness.name
    command = of(project.manager).replace(one.name, popular) if direct else None
    detail = (
        f"{popular} is number {likeness.rank:,} of the most used packages, {name} is not among them, and "
        f"{_HOW[likeness.how]}. "
    )
    if command:
        detail += f"If you meant {popular}: {command}. "
    elif not direct:
        detail += "Another package brings it: see whether that one can be trusted. "
    detail += "If it is the right one, add an ignore with a reason."
    return Finding(
        "typosquat",
        _SEVERITY[likeness.confidence],
        f"{name} reads like the popular {popular}",
        detail,
        Confidence(likeness.confidence),
        package=one.name,
        version=one.version,
        fix=Fix("replace", popular, command) if direct else Fix("review"),
        location=one.place,
        keys=one.keys,
        subject=popular,
    )


RULE = Rule(
    "typosquat",
    "names",
    Severity.HIGH,
    "A package's name is nearly that of a popular one.",
    __doc__ or "",
    check,
)
