"""What locked packages, and the releases before them, hold: fetches their tarballs, and has them read.

The lockfile's own integrity decides what is looked at, so that it is what an install would bring; the
registry's where the lockfile has none. What was read of a tarball is kept by its hash, until a newer npmguard
reads more out of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from npmguard import integrity
from npmguard.errors import InputError
from npmguard.model import Contents, Deceptive, Evidence, Package, Project, Source, Unanswered
from npmguard.project.npmrc import NpmConfig
from npmguard.reading import edition, packed, read, unpacked
from npmguard.registry.cache import Cache, default_path
from npmguard.registry.tarballs import Wanted, tarballs

Key = tuple[str, str]  # name, version
Progress = Callable[[int, int], None]


class Answers(NamedTuple):
    """What the tarballs hold, and how many of them had been read before."""

    contents: Mapping[Key, Contents | Unanswered]
    known: int = 0


def contents(
    project: Project,
    config: NpmConfig,
    asked: Iterable[Key],
    evidence: Evidence,
    *,
    offline: bool = False,
    progress: Progress | None = None,
    cache: str | None = None,
) -> Answers:
    """What the tarballs of these (name, version) hold, or why that is not known.

    `evidence` tells the hashes and URLs of what the lockfile does not have. `cache` is the path of the
    registry's cache, by default the user's. A tarball that is not the promised one is a Mismatched, one that
    cannot be read a Deceptive.
    """
    run = _Run(Cache(default_path() if cache is None else cache))
    try:
        return run.answers(project, config, asked, evidence, offline, progress, cache)
    finally:
        run.cache.close()


class _Run:
    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.found: dict[Key, Contents | Unanswered] = {}

    def answers(
        self,
        project: Project,
        config: NpmConfig,
        asked: Iterable[Key],
        evidence: Evidence,
        offline: bool,
        progress: Progress | None,
        cache: str | None,
    ) -> Answers:
        locked = _locked(project)
        wanted: dict[Key, Wanted] = {}
        disk: dict[Key, str] = {}
        for key in sorted(asked):
            package = locked.get(key)
            if package is not None and package.source is Source.FILE:
                disk[key] = os.path.join(project.folder, (package.resolved or "").removeprefix("file:"))
            else:
                wanted[key] = _wanted(key, package, evidence)
        missing = self._kept(wanted)
        known = len(wanted) - len(missing)
        keys: dict[Wanted, list[Key]] = {}
        for key, item in missing.items():
            keys.setdefault(item, []).append(key)
        if not keys and not disk:
            return Answers(self.found, known)

        from npmguard.workers import Workers

        def took(item: Wanted, result: bytes | str | None) -> None:
            self._took(item, keys[item], result)

        with Workers[Wanted, "bytes | str"](_reduced, took, len(keys) + len(disk)) as workers:

            def each(item: Wanted, data: bytes | Unanswered) -> None:
                if isinstance(data, Unanswered):
                    self.found.update(dict.fromkeys(keys[item], data))
                else:
                    workers.put(item, item.label, data)

            for key, path in disk.items():
                data = _from_disk(path)
                if isinstance(data, str):
                    self.found[key] = Unanswered(key[0], data)
                else:
                    item = Wanted(*key)
                    keys[item] = [key]
                    workers.put(item, item.label, data)
            if missing:
                tarballs(config, list(keys), each, offline=offline, progress=progress, cache=cache)
        return Answers(self.found, known)

    def _kept(self, wanted: Mapping[Key, Wanted]) -> dict[Key, Wanted]:
        """Takes what the cache has; gives the rest."""
        places = {key: _place(item) for key, item in wanted.items()}
        kept = self.cache.contents(place for place in places.values() if place is not None)
        missing: dict[Key, Wanted] = {}
        for key, item in wanted.items():
            body = kept.get(places[key] or "")
            try:
                if body is None:
                    raise ValueError
                self.found[key] = unpacked(body)
            except ValueError:
                missing[key] = item
        return missing

    def _took(self, item: Wanted, keys: Iterable[Key], result: bytes | str | None) -> None:
        answer: Contents | Unanswered
        if result is None:
            answer = Unanswered(item.name, "its tarball could not be read to the end")
        elif isinstance(result, str):
            answer = Deceptive(item.name, result)
        else:
            answer = unpacked(result)
            place = _place(item)
            if place is not None:
                self.cache.keep_contents(place, result)
        self.found.update(dict.fromkeys(keys, answer))


def _reduced(label: str, data: bytes) -> bytes | str:
    """What a tarball holds, as the cache keeps it, or why it cannot be read."""
    try:
        return packed(read(data, label))
    except InputError as error:
        return error.reason


def _locked(project: Project) -> Mapping[Key, Package]:
    """The locked packages that come as tarballs.

    Of two that pretend to be the same release it is the one from elsewhere, or without the other's hash.
    """
    found: dict[Key, Package] = {}
    for package in project.graph.foreign if project.graph is not None else ():
        if not readable(package) or package.version is None:
            continue
        key = (package.name, package.version)
        other = found.get(key)
        if other is None or (package.source is not Source.REGISTRY and other.source is Source.REGISTRY):
            found[key] = package
    return found


def readable(package: Package) -> bool:
    """Does it come as a tarball of its own?"""
    return (
        package.source in (Source.REGISTRY, Source.URL, Source.FILE)
        and bool(package.version)
        and not package.bundled
    )


def _wanted(key: Key, package: Package | None, evidence: Evidence) -> Wanted:
    """Where a tarball lies, and which hash it must have."""
    name, version = key
    history = evidence.history(name)
    published = history.of(version) if history is not None else None
    url = package.resolved if package is not None else None
    if url is None or not url.startswith(("http:", "https:")):
        url = published.tarball if published is not None else None
    if package is not None and integrity.hashes(package.integrity or ""):
        return Wanted(name, version, url, package.integrity)
    facts = evidence.facts(name, version) if package is None or package.source is Source.REGISTRY else None
    if facts is not None and (facts.integrity or facts.shasum):
        return Wanted(name, version, url, facts.integrity, facts.shasum)
    given = published.integrity if published is not None and facts is None else None
    return Wanted(name, version, url, given)


def _place(item: Wanted) -> str | None:
    """The name of what was read of a tarball in the cache; None where its hash is not known for certain."""
    algorithm, digests = integrity.promised(item.integrity, item.shasum) or ("", frozenset())
    if len(digests) != 1:
        return (
            None  # of several hashes one is the tarball's, and who wrote them down may want it to be another
        )
    return f"{edition()} {algorithm}-{''.join(digests)}"


def _from_disk(path: str) -> bytes | str:
    """A tarball that lies on disk, or why it cannot be read."""
    from npmguard.project.files import read as read_file

    try:
        return read_file(path, path)
    except InputError as error:
        return error.reason
    except ValueError:
        return "no path"
