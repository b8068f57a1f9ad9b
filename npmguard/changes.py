"""What became of the packages of one lockfile in another, whatever formats the two have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cmp_to_key
from urllib.parse import urlsplit

from npmguard import specs, versions
from npmguard.model import Change, DependencyGraph, Package, Source


def between(old: DependencyGraph | None, new: DependencyGraph | None) -> tuple[Change, ...]:
    """The changes from one graph to the other, by name; None stands for no packages at all.

    Versions of one name that went and that came are paired, lowest with lowest. The same version is
    source-changed where it comes from elsewhere or has another hash, as far as both lockfiles say.
    """
    before, after = _by_name(old), _by_name(new)
    were, are = _direct(old), _direct(new)
    found: list[Change] = []
    for name in before.keys() | after.keys():
        direct = name in are and name not in were
        ran = any(_runs(package) for package in before.get(name, ()))
        for was, now, kind in _of_one_name(before.get(name, ()), after.get(name, ())):
            script = now is not None and not ran and _runs(now)
            found.append(
                Change(name, _place(was, kind), _place(now, kind), kind, direct and now is not None, script)
            )
    return tuple(sorted(found, key=lambda c: (c.package, c.kind, c.before or "", c.after or "")))


def _runs(package: Package) -> bool:
    """Does an install run something of it, by the lockfile's word? What comes from git is built."""
    return package.has_install_script is True or package.source is Source.GIT


def _by_name(graph: DependencyGraph | None) -> dict[str, list[Package]]:
    """The packages by name, each version and source once."""
    found: dict[str, dict[object, Package]] = {}
    for package in graph.foreign if graph is not None else ():
        found.setdefault(package.name, {}).setdefault((package.version, package.source), package)
    return {name: list(packages.values()) for name, packages in found.items()}


def _direct(graph: DependencyGraph | None) -> frozenset[str]:
    return frozenset(graph.nodes[key].name for key in graph.direct) if graph is not None else frozenset()


def _of_one_name(
    before: Sequence[Package], after: Sequence[Package]
) -> Iterator[tuple[Package | None, Package | None, str]]:
    were, are = _by_version(before), _by_version(after)
    for version in were.keys() & are.keys():
        if _elsewhere(were[version], are[version]):
            yield were[version], are[version], "source-changed"
    gone = _sorted(p for version, p in were.items() if version not in are)
    came = _sorted(p for version, p in are.items() if version not in were)
    for was, now in zip(gone, came, strict=False):
        if was.source is not now.source or was.version is None or now.version is None:
            yield was, now, "source-changed"
        else:
            yield was, now, "upgraded" if _higher(now.version, was.version) else "downgraded"
    for was in gone[len(came) :]:
        yield was, None, "removed"
    for now in came[len(gone) :]:
        yield None, now, "added"


def _by_version(packages: Sequence[Package]) -> Mapping[str, Package]:
    """The packages by what tells them apart: the version, or where they come from if none is told."""
    return {p.version or p.resolved or "": p for p in reversed(packages)}


def _sorted(packages: Iterator[Package]) -> list[Package]:
    order = cmp_to_key(_compare)
    return sorted(packages, key=lambda package: order(package.version))


def _compare(one: str | None, other: str | None) -> int:
    if one and other and versions.is_version(one, loose=True) and versions.is_version(other, loose=True):
        return versions.compare(one, other, loose=True)
    return ((one or "") > (other or "")) - ((one or "") < (other or ""))


def _higher(one: str, other: str) -> bool:
    return _compare(one, other) > 0


def _elsewhere(was: Package, now: Package) -> bool:
    """Is what has the same version another thing?"""
    if was.source is not now.source:
        return True
    if was.source is Source.GIT:
        one, other = specs.parse("", was.resolved or ""), specs.parse("", now.resolved or "")
        return (one.repository, one.committish) != (other.repository, other.committish)
    if was.resolved and now.resolved and _host(was.resolved) != _host(now.resolved):
        return True
    return bool(was.integrity and now.integrity) and not _same_hash(was.integrity or "", now.integrity or "")


def _host(url: str) -> str:
    """Where a URL leads: its host; a path or another text stands for itself."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower() or url
    except ValueError:
        return url


def _same_hash(one: str, other: str) -> bool:
    """Do two integrities agree, as far as they use the same algorithm?"""
    mine, theirs = ({h.partition("-")[0]: h for h in text.split()} for text in (one, other))
    shared = mine.keys() & theirs.keys()
    return not shared or any(mine[algorithm] == theirs[algorithm] for algorithm in shared)


def _place(package: Package | None, kind: str) -> str | None:
    """A package's version; where it comes from if none is told, or that is what changed."""
    if package is None:
        return None
    if package.version and (kind != "source-changed" or package.source is Source.REGISTRY):
        return package.version
    return package.resolved or package.version or package.source.value
