"""What the rules about a release's history share: which releases to look at, and what came before them.

An attack shows in how a release differs from those before it, whatever day it is looked at. What later
releases went on doing for weeks was no attack: it is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

from npmguard import versions
from npmguard.model import (
    Calm,
    DependencyGraph,
    Evidence,
    Fix,
    Gap,
    History,
    Needs,
    Package,
    Packument,
    Project,
    Publication,
    Source,
)
from npmguard.rules.base import once
from npmguard.rules.grouping import Group, groups
from npmguard.settings import Settings
from npmguard.text import is_word

DAY = 86_400.0
# What is older news than this many later releases has been seen by many; so has all but a line's newest.
_NEWEST = 10
_SETTLED = 30 * DAY
_BURST = 2 * DAY
_WEEK = 7 * DAY
YOUNG = 14 * DAY  # a release of which the tarball is looked at
FRESH = 60 * DAY  # the same, where it runs something on install


_REBUILT = (
    "its metadata looks rebuilt from tarballs: it knows no dates, publishers, earlier install scripts, "
    "provenance or signatures"
)


class Lineage:
    """One locked release among its package's releases.

    `before` and `after` are what was published before and after it, the oldest first; `line` those before it
    with a lower version, of the same major where there is one. Who takes a package over publishes several
    releases at once, and the first of them excuses none: in neither is what came in the two days before, nor
    what came in the week before and shares what is new about this release.
    """

    def __init__(
        self,
        package: Package,
        keys: tuple[str, ...],
        history: History,
        release: Publication,
        before: tuple[Publication, ...],
        after: tuple[Publication, ...],
    ) -> None:
        self.package = package
        self.keys = keys
        self.history = history
        self.release = release
        self.before = before
        self.after = after

    @cached_property
    def line(self) -> tuple[Publication, ...]:
        return tuple(p for _, p in self._lower) if self._lower is not None else self.before

    @cached_property
    def _lower(self) -> list[tuple[versions.Key, Publication]] | None:
        """Those of the line with the keys of their versions; None where the release's own has none."""
        own = versions.key(self.release.version, loose=True)
        if own is None:
            return None
        major = [p for p in self.before if p.version.startswith(f"{own[0]}.")]
        return _below(own, major) or _below(own, self.before)

    @cached_property
    def stood(self) -> tuple[Publication, ...]:
        """Those of `before` that had been there for a week."""
        return tuple(p for p in self.before if not _within(_WEEK, p, self.release))

    @cached_property
    def previous(self) -> Publication | None:
        """The release that a project had before it moved to this one: the highest of its line."""
        if self._lower is None:
            return max(self.before, key=lambda p: versions.key(p.version, loose=True) or (), default=None)
        return max(self._lower, key=lambda pair: pair[0])[1] if self._lower else None

    def settled(self, holds: Callable[[Publication], bool]) -> bool:
        """Did later releases go on like that for a month?"""
        start = self.release.time
        return start is not None and any(
            p.time is not None and p.time - start >= _SETTLED and holds(p) for p in self.after
        )


def _below(own: versions.Key, releases: Iterable[Publication]) -> list[tuple[versions.Key, Publication]]:
    known = ((versions.key(p.version, loose=True), p) for p in releases)
    return [(key, p) for key, p in known if key is not None and key < own]


# The lineages of a graph's packages, by name and version: several rules look at them, several times.
_known: WeakKeyDictionary[DependencyGraph, dict[tuple[str, str | None], Lineage]] = WeakKeyDictionary()


def needs(project: Project, settings: Settings) -> Needs:
    """Which versions there are of everything from a registry."""
    return _from_registry(project, settings).needs


@once
def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    """What is new among its package's releases: that it is calm, or else how the package was published.

    Where it is to look deep, how all packages were published.
    """
    fresh: set[str] = set()
    histories: set[str] = set()
    for package, _ in _from_registry(project, settings).groups:
        packument = evidence.packument(package.name)
        if packument is None or not packument.registry_facts or package.name in evidence.histories:
            continue
        calm = evidence.calm.get((package.name, package.version or ""))
        if settings.deep or (calm is not None and not _enough(calm, package, evidence, settings)):
            histories.add(package.name)
        elif calm is None and package.name not in fresh and new(packument, package.version or ""):
            fresh.add(package.name)
    return Needs(histories=frozenset(histories), releases=releases(project, settings, fresh))


def releases(project: Project, settings: Settings, names: Collection[str]) -> frozenset[tuple[str, str]]:
    """Every locked version of these packages: rules judge all of which the history is known."""
    return frozenset(
        (package.name, package.version or "")
        for package, _ in _from_registry(project, settings).groups
        if package.name in names
    )


def _enough(calm: Calm, package: Package, evidence: Evidence, settings: Settings) -> bool:
    """Is there nothing more to ask about a calm release? What is young is looked at whatever its history."""
    if package.has_install_script and not calm.scripted:
        return False  # the lockfile has seen a script of which the registry does not know
    if calm.time is None:
        return True
    age = evidence.now - calm.time
    return age >= max(FRESH if calm.scripted else YOUNG, settings.minimum_release_age or 0)


def new(packument: Packument, version: str) -> bool:
    """Is it the latest, among a package's newest releases, or the newest of its major?"""
    listed = packument.all_versions or ()
    if version not in listed:
        return False
    if packument.dist_tags.get("latest") == version:
        return True
    if version in listed[-_NEWEST:]:
        return True
    own = versions.key(version, loose=True)
    if own is None:
        return False
    major = f"{own[0]}."
    for other in reversed(listed):
        if not other.startswith(major):
            continue
        minor = other[len(major) :].partition(".")[0]
        if minor.isdecimal() and len(minor) < 9 and (own[0], int(minor)) < own[:2]:
            continue  # as is plain to see, without reading the whole of it
        key = versions.key(other, loose=True)
        if key is not None and key > own:
            return False
    return True


def lineages(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Lineage]:
    """Every locked release whose history is known."""
    if project.graph is None or not evidence.histories:
        return
    known = _known.setdefault(project.graph, {})
    for package, keys in _from_registry(project, settings).groups:
        history = evidence.history(package.name)
        if history is None or not history.real:
            continue
        found = known.get((package.name, package.version))
        if found is None or found.history is not history or found.keys != keys:
            found = lineage(package, keys, history)
            if found is None:
                continue
            known[package.name, package.version] = found
        yield found


def lineage(package: Package, keys: tuple[str, ...], history: History) -> Lineage | None:
    """A package's version in its history, or None where the history does not have it."""
    listed = history.publications
    at = next((n for n, p in enumerate(listed) if p.version == package.version), None)
    if at is None:
        return None
    release, before = listed[at], listed[:at]
    last = next((p for p in reversed(before) if not _within(_WEEK, p, release)), None)
    before = tuple(
        p
        for p in before
        if not _within(_BURST, p, release)
        and (last is None or not _within(_WEEK, p, release) or not _alike(p, release, last))
    )
    return Lineage(package, keys, history, release, before, listed[at + 1 :])


def _within(span: float, one: Publication, other: Publication) -> bool:
    return one.time is not None and other.time is not None and abs(other.time - one.time) < span


def _alike(one: Publication, other: Publication, last: Publication) -> bool:
    """Do two releases share what the last release before them had not?"""
    known = set(last.dependencies or ())
    return (
        one.publisher == other.publisher != last.publisher
        or one.scripts == other.scripts != last.scripts
        or not known.issuperset(set(one.dependencies or ()) & set(other.dependencies or ()))
        or (proven(last) and not proven(one) and not proven(other))
    )


def proven(release: Publication) -> bool:
    """Does the registry know where it was built: by an attestation, or because it knows the workflow?"""
    return release.trusted or release.attested


def mirrored(evidence: Evidence, rule: str) -> Iterator[Gap]:
    """The gap of a registry that rebuilt its metadata from tarballs: the same one for every rule."""
    asked = [p for p in evidence.packuments.values() if isinstance(p, Packument)]
    if asked and not any(p.registry_facts for p in asked):
        yield Gap("registry", _REBUILT, (rule,))


def calms(
    project: Project, evidence: Evidence, settings: Settings
) -> Iterator[tuple[Package, tuple[str, ...], Calm]]:
    """Every locked release that is calm, where its package's history was not asked for."""
    if not evidence.calm:
        return
    for package, keys in _from_registry(project, settings).groups:
        calm = evidence.calm.get((package.name, package.version or ""))
        if calm is not None and package.name not in evidence.histories:
            yield package, keys, calm


class _Registered(NamedTuple):
    """What comes from a registry of all groups that are looked at, and what every rule asks about it."""

    every: Sequence[Group]
    groups: Sequence[Group]
    needs: Needs


_registered: WeakKeyDictionary[DependencyGraph, _Registered] = WeakKeyDictionary()


def _from_registry(project: Project, settings: Settings) -> _Registered:
    """Worked out once for the same groups: half of all rules ask for it, several times."""
    graph = project.graph
    if graph is None:
        return _Registered((), (), Needs())
    every = groups(project, settings.production)
    known = _registered.get(graph)
    if known is None or known.every is not every:
        found = [
            group
            for group in every
            if group.package.source is Source.REGISTRY and group.package.version and not group.package.bundled
        ]
        named = frozenset((package.name, package.version or "") for package, _ in found)
        asked = Needs(lists=frozenset(name for name, _ in named), versions=named)
        known = _registered[graph] = _Registered(every, found, asked)
    return known


def back(project: Project, found: Lineage, version: str | None = None) -> tuple[Fix, str]:
    """What to do about a release that is not to be trusted: stay on the one before it. Also in words."""
    previous = version or (found.previous.version if found.previous else None)
    graph = project.graph
    if previous is None or graph is None or not is_word(previous):
        return Fix("review"), ""
    if any(key in graph.direct for key in found.keys):
        from npmguard.upgrades import Ways

        way = Ways(project, graph).to(previous, found.package, found.keys)
        if way.open and way.fix.command is not None:
            return Fix("downgrade", previous, way.fix.command), f"Stay on {previous}."
    from npmguard import forced

    words = forced.written(project, found.package.alias or found.package.name, previous, [])
    return Fix("downgrade", previous), f"To stay on {previous}, {words}"
