"""A package's name is nearly that of a popular one.

Compares every package name with the most popular names of the public npm registry: letters left out,
doubled, swapped, added or exchanged (a neighbouring key, a look-alike digit), separators or the scope
moved, a plural. Also names that hold a popular one whole: without its scope, with a word that says nothing
(node-, -js, -official), or in a scope that is a slip off a popular one. A name in a scope that has popular
packages is left alone, and so are the internal-scopes of the settings and scopes that .npmrc gives a registry
of their own. Only likenesses that are hard to explain otherwise are high; faint ones are told, low, for what
the project asks for itself.

Where the release history is known anyway it is weighed in: in a package less than a month old a likeness is
taken one step more seriously, and a popular name or brand among its words is told, low, for what the project
asks for itself. A package that has had releases for years is no imitation: faint likenesses are left out,
sure ones are low.

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
    History,
    Location,
    Package,
    Project,
    Severity,
    Source,
)
from npmguard.names import Lookalike, carriers, lookalikes
from npmguard.names.confusables import escape
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import by_version, in_force
from npmguard.rules.lineage import DAY
from npmguard.rules.release_too_new import span
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
    "unscoped": "it is that name without its scope",
    "decorated": "it is that name with a word that says nothing of what it does",
    "family": "popular names that begin like this one stand there",
    "scope-slip": "the scope of this one is a slip off",
    "word": "its name stands among the words of this one",
    "brand": "its maker's name stands among the words of this one",
}
_CARRIED = ("word", "brand")
_IN_SCOPE = ("family", "scope-slip")
# Registries take malware down within days or weeks. What has been there for years, release after release,
# is a package of its own.
_YOUNG = 30 * DAY
_OLD = 2 * 365 * DAY
_MANY = 10
_SURER = {"low": "medium", "medium": "high", "high": "high"}


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
    names = {one.name for one in named if not _own(one.name, project, settings)}
    ages = {name: _age(evidence.history(name), evidence.now) for name in names & evidence.histories.keys()}
    for (name, _), calm in evidence.calm.items():
        if calm.first is not None and name in names and name not in ages:
            ages[name] = _Age(max(0.0, evidence.now - calm.first), calm.releases)
    found = {name: _weighed(like, ages.get(name)) for name, like in lookalikes(names).items()}
    found |= carriers(name for name, age in ages.items() if age and age.young and name not in found)
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
        yield _finding(project, one, likeness, direct, ages.get(one.name))


class _Age(NamedTuple):
    """For how long there has been a package, in seconds, and in how many releases."""

    seconds: float
    releases: int

    @property
    def young(self) -> bool:
        return self.seconds < _YOUNG

    @property
    def settled(self) -> bool:
        return self.seconds >= _OLD and self.releases >= _MANY


def _age(history: History | None, now: float) -> _Age | None:
    """None where the registry does not tell when its releases came."""
    if history is None or not history.real:
        return None
    times = [p.time for p in history.publications if p.time is not None] + list(history.withdrawn.values())
    return _Age(max(0.0, now - min(times)), len(history.publications)) if times else None


def _weighed(likeness: Lookalike, age: _Age | None) -> Lookalike | None:
    """The likeness as sure as the age makes it, or None where that makes it a package of its own."""
    if age is None or not (age.young or age.settled):
        return likeness
    if age.young:
        return likeness._replace(confidence=_SURER[likeness.confidence])
    return likeness._replace(confidence="low") if likeness.confidence == "high" else None


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


def _finding(project: Project, one: _Named, likeness: Lookalike, direct: bool, age: _Age | None) -> Finding:
    name, popular = escape(one.name), likeness.name
    carried = likeness.how in _CARRIED
    command = of(project.manager).replace(one.name, popular) if direct and not carried else None
    detail = _likeness(name, likeness)
    if age is not None:
        releases = f"{age.releases} release{'s' if age.releases != 1 else ''}"
        detail += f"It has been there for {span(age.seconds)}, with {releases}. "
    if command:
        detail += f"If you meant {popular}: {command}. "
    elif not direct:
        detail += "Another package brings it: see whether that one can be trusted. "
    detail += "If it is the right one, add an ignore with a reason."
    return Finding(
        "typosquat",
        _SEVERITY[likeness.confidence],
        f"{name} {_title(likeness)}",
        detail,
        Confidence(likeness.confidence),
        package=one.name,
        version=one.version,
        fix=Fix("replace", popular, command) if command else Fix("review"),
        location=one.place,
        keys=one.keys,
        subject=popular,
    )


def _title(likeness: Lookalike) -> str:
    if likeness.how in _CARRIED:
        return f"is new and reads like a part of the popular {likeness.name}"
    if likeness.how in _IN_SCOPE:
        return f"reads like a package of the popular {_scope(likeness)}"
    return f"reads like the popular {likeness.name}"


def _likeness(name: str, likeness: Lookalike) -> str:
    how, rank = _HOW[likeness.how], f"number {likeness.rank:,} of the most used"
    if likeness.how in _IN_SCOPE:
        return f"{_scope(likeness)} has popular packages, the first of them {rank}, and {how}. "
    return f"{likeness.name} is {rank} packages, {name} is not among them, and {how}. "


def _scope(likeness: Lookalike) -> str:
    return likeness.name.partition("/")[0]


RULE = Rule(
    "typosquat",
    "names",
    Severity.HIGH,
    "A package's name is nearly that of a popular one.",
    __doc__ or "",
    check,
)
