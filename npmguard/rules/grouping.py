"""Packages by what is the same about them, so that one cause is one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from npmguard import text
from npmguard.model import DependencyGraph, Finding, Location, Package, Project, Severity

# More packages than this with the same trouble of the same cause are one finding about the project.
MOST_ALONE = 5


class Group(NamedTuple):
    """The places of one name@version in the lockfile."""

    package: Package
    keys: tuple[str, ...]


def groups(project: Project, production: bool) -> Sequence[Group]:
    """The packages to look at, each name@version once."""
    graph = project.graph
    if graph is None:
        return ()
    known = _groups.setdefault(graph, {})
    if production not in known:
        known[production] = (
            by_version(in_force(project, production))
            if production
            else [Group(found[0], tuple(p.key for p in found)) for found in graph.kinds.values()]
        )
    return known[production]


# By graph, of all packages and of those in production: half of all rules ask for them, several times.
_groups: WeakKeyDictionary[DependencyGraph, dict[bool, Sequence[Group]]] = WeakKeyDictionary()


def by_version(packages: Iterable[Package]) -> list[Group]:
    """The packages, each name@version once, with every key it stands at.

    Copies that come from elsewhere are groups of their own: a harmless one must not hide another.
    """
    found: dict[object, list[Package]] = {}
    for package in packages:
        found.setdefault(package.kind, []).append(package)
    return [Group(group[0], tuple(p.key for p in group)) for group in found.values()]


def one_or_all(
    project: Project,
    packages: Iterable[Package],
    *,
    rule: str,
    severity: Severity,
    subject: str,
    one: Callable[[Package], tuple[str, str]],
    all: Callable[[list[Group]], tuple[str, str]],
) -> Iterator[Finding]:
    """A finding for each name@version while they are few, else one for them all.

    `one` and `all` give (title, detail); `subject` tells causes apart.
    """
    assert project.lockfile is not None
    file = project.lockfile.file
    groups = by_version(packages)
    if len(groups) > MOST_ALONE:
        title, detail = all(groups)
        keys = tuple(key for group in groups for key in group.keys)
        where = Location(file, groups[0].package.pointer)
        yield Finding(rule, severity, title, detail, location=where, keys=keys, subject=subject)
        return
    for package, keys in groups:
        title, detail = one(package)
        yield Finding(
            rule,
            severity,
            title,
            detail,
            package=package.name,
            version=package.version,
            location=Location(file, package.pointer),
            keys=keys,
            subject=subject,
        )


def some(groups: list[Group]) -> str:
    """The first few of the groups, in words."""
    return text.some((group.package.label for group in groups), 5)


def in_force(project: Project, production: bool) -> tuple[Package, ...]:
    """The packages to look at: all, or those that a production install brings."""
    graph = project.graph
    if graph is None:
        return ()
    if not production:
        return graph.foreign
    return tuple(p for p in graph.foreign if p.key in graph.production)
