"""What one run has been told: answers that the projects of a run share, whatever became of the cache on disk.

Its size is that of the distinct packages, however many projects ask about them. Whole histories are large, so
that only the few that were used last are held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from npmguard import versions
from npmguard.model import (
    Attestation,
    Calm,
    History,
    Keys,
    Missing,
    Needs,
    Outline,
    Packument,
    Unanswered,
    VersionManifest,
)
from npmguard.project.npmrc import NpmConfig
from npmguard.registry.client import Answers, Bulk, Stats, with_latest

_MOST_PUBLICATIONS = 20_000  # of all histories that are held: some 20 MB


class _Told(NamedTuple):
    """What the advisory endpoint said of these versions of a name, as it came; None for nothing."""

    versions: frozenset[str]
    entries: Any


class _Source:
    """One registry, as somebody with certain credentials sees it: no other is told what it said."""

    def __init__(self) -> None:
        self.packuments: dict[str, Packument | Missing | Unanswered] = {}
        self.looked: dict[str, set[str]] = {}  # the versions that were asked about, there or not
        self.ages: dict[str, float] = {}  # in seconds, of the packuments from the cache
        self.manifests: dict[tuple[str, str], VersionManifest | None] = {}
        self.outlines: dict[str, Outline | Missing | Unanswered] = {}
        self.calm: dict[tuple[str, str], Calm] = {}
        self.attestations: dict[tuple[str, str], tuple[Attestation, ...] | Missing | Unanswered] = {}
        self.keys: Keys | Missing | Unanswered | None = None
        self.advisories: dict[str, list[_Told]] = {}
        self.refusal: str | None = None  # why it tells of no advisories


class Memory:
    """The answers of a run. `lacking` says what is still to be asked, `learn` takes in what came of that, and
    `recall` gives what was asked for, as `fetch` gives it to a project that is alone.

    What went unanswered is not asked again either: a registry that is down is waited for once.
    """

    def __init__(self) -> None:
        self._sources: dict[tuple[str, frozenset[tuple[str, str]]], _Source] = {}
        self._histories: dict[tuple[_Source, str], History | Missing | Unanswered] = {}  # the last used last
        self._publications = 0

    def lacking(self, config: NpmConfig, needs: Needs, bulk: Bulk) -> tuple[Needs, Bulk]:
        """What of all this nobody has been asked yet."""
        at = self._sources_of(config)
        unsettled = {
            name
            for name, asked in _by_name(needs.releases).items()
            if not _all_calm(at(name), name, asked) and (at(name), name) not in self._histories
        }
        return Needs(
            versions=frozenset((n, v) for n, v in needs.versions if not _looked(at(n), n, v)),
            lists=frozenset(n for n in needs.lists if not _listed(at(n), n)),
            manifests=frozenset(k for k in needs.manifests if k not in at(k[0]).manifests),
            histories=frozenset(n for n in needs.histories if (at(n), n) not in self._histories),
            outlines=frozenset(n for n in needs.outlines if n not in at(n).outlines),
            keys=frozenset(n for n in needs.keys if at(n).keys is None),
            attestations=frozenset(k for k in needs.attestations if k not in at(k[0]).attestations),
            releases=frozenset(k for k in needs.releases if k[0] in unsettled),
        ), {n: v for n, v in bulk.items() if at(n).refusal is None and _told(at(n), n, v) is None}

    def learn(self, config: NpmConfig, needs: Needs, bulk: Bulk, answers: Answers) -> None:
        """Takes in the answers to what was lacking."""
        at = self._sources_of(config)
        for name, version in needs.versions:
            at(name).looked.setdefault(name, set()).add(version)
        for name, packument in answers.packuments.items():
            source = at(name)
            source.packuments[name] = _joined(source.packuments.get(name), packument)
            if name in answers.ages:
                source.ages[name] = answers.ages[name]
        for key in needs.manifests:
            at(key[0]).manifests[key] = answers.manifests.get(key)
        for name, history in answers.histories.items():
            self._hold(at(name), name, history)
        for name, outline in answers.outlines.items():
            at(name).outlines[name] = outline
        for key, proofs in answers.attestations.items():
            at(key[0]).attestations[key] = proofs
        for name, keys in answers.keys.items():
            at(name).keys = keys
        self.note(config, answers.calm)
        said = answers.bulk or {}
        for name, asked in bulk.items():
            source = at(name)
            refusal = answers.refused.get(config.registry_for(name))
            source.refusal = refusal or source.refusal
            if refusal is None or name in said:
                source.advisories.setdefault(name, []).append(_Told(frozenset(asked), said.get(name)))

    def note(self, config: NpmConfig, calm: Mapping[tuple[str, str], Calm]) -> None:
        """Takes in which releases were found calm."""
        at = self._sources_of(config)
        for key, found in calm.items():
            at(key[0]).calm[key] = found

    def recall(self, config: NpmConfig, needs: Needs, bulk: Bulk, requests: int = 0) -> Answers:
        """The answers to all that was asked, once nothing is lacking. `requests` is what they took."""
        at = self._sources_of(config)
        packuments = {
            name: _reduced(at(name).packuments[name], wanted, name in needs.lists)
            for name, wanted in _by_name(needs.versions, needs.lists).items()
        }
        ages = {name: at(name).ages[name] for name in packuments if name in at(name).ages}
        whole = set(needs.histories)
        calm: dict[tuple[str, str], Calm] = {}
        for name, asked in _by_name(needs.releases).items():
            if name in whole or not _all_calm(at(name), name, asked):
                whole.add(name)
            else:
                calm.update(((name, version), at(name).calm[name, version]) for version in asked)
        found: dict[str, Any] = {}
        error = None
        for name, about in bulk.items():
            told = _told(at(name), name, about)
            if told is None:
                error = at(name).refusal
            elif told.entries is not None:
                found[name] = told.entries
        answers = Answers(
            packuments,
            {k: known for k in needs.manifests if (known := at(k[0]).manifests[k]) is not None},
            None if not bulk or (error is not None and not found) else found,
            error,
            Stats(requests, len(ages), max(ages.values(), default=0.0)),
            {name: self._held(at(name), name) for name in sorted(whole)},
            {name: keys for name in needs.keys if (keys := at(name).keys) is not None},
            {key: at(key[0]).attestations[key] for key in needs.attestations},
            calm,
            {name: at(name).outlines[name] for name in needs.outlines},
            ages,
        )
        self._let_go()
        return answers

    def _sources_of(self, config: NpmConfig) -> Callable[[str], _Source]:
        """What gives the source of a package's name under these settings."""
        known: dict[str, _Source] = {}

        def at(name: str) -> _Source:
            registry = config.registry_for(name)
            found = known.get(registry)
            if found is None:
                place = registry, config.credentials_at(registry)
                found = known[registry] = self._sources.setdefault(place, _Source())
            return found

        return at

    def _hold(self, source: _Source, name: str, history: History | Missing | Unanswered) -> None:
        self._publications += _size(history) - _size(self._histories.pop((source, name), None))
        self._histories[source, name] = history

    def _held(self, source: _Source, name: str) -> History | Missing | Unanswered:
        history = self._histories.pop((source, name))
        self._histories[source, name] = history
        return history

    def _let_go(self) -> None:
        """Lets go of the histories that were not used for longest, until the others are few enough."""
        while self._publications > _MOST_PUBLICATIONS:
            oldest = next(iter(self._histories))
            self._publications -= _size(self._histories.pop(oldest))


def _size(history: History | Missing | Unanswered | None) -> int:
    return len(history.publications) if isinstance(history, History) else 0


def _by_name(pairs: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in names}
    for name, version in pairs:
        found.setdefault(name, []).append(version)
    return found


def _looked(source: _Source, name: str, version: str) -> bool:
    """Is it known what the registry says of that version?"""
    known = source.packuments.get(name)
    return known is not None and (not isinstance(known, Packument) or version in source.looked.get(name, ()))


def _listed(source: _Source, name: str) -> bool:
    known = source.packuments.get(name)
    return known is not None and (not isinstance(known, Packument) or known.all_versions is not None)


def _all_calm(source: _Source, name: str, asked: Iterable[str]) -> bool:
    return all((name, version) in source.calm for version in asked)


def _told(source: _Source, name: str, asked: Sequence[str]) -> _Told | None:
    """What was told about these versions, or None where that is not known.

    What was told about more versions will do where it is plain which of them each advisory is about.
    """
    wanted = frozenset(asked)
    for told in source.advisories.get(name, ()):
        if told.versions == wanted or (wanted < told.versions and _plain(told.entries, wanted)):
            return told
    return None


def _plain(entries: Any, asked: Iterable[str]) -> bool:
    """Can everybody tell for each of the versions whether these advisories are about it?"""
    if entries is None:
        return True
    if not isinstance(entries, list) or not all(versions.is_version(v, loose=True) for v in asked):
        return False
    for entry in entries:
        range = entry.get("vulnerable_versions") if isinstance(entry, dict) else None
        if not isinstance(range, str) or not range:
            return False
        if not all(versions.valid_range(part.replace(",", " ").strip()) for part in range.split("||")):
            return False
    return True


def _joined(
    known: Packument | Missing | Unanswered | None, more: Packument | Missing | Unanswered
) -> Packument | Missing | Unanswered:
    if not isinstance(known, Packument):
        return more
    if not isinstance(more, Packument):
        return known
    return more._replace(
        versions={**known.versions, **more.versions},
        all_versions=more.all_versions if more.all_versions is not None else known.all_versions,
    )


def _reduced(
    known: Packument | Missing | Unanswered, wanted: Iterable[str], listed: bool
) -> Packument | Missing | Unanswered:
    """What is known of a package, without what others asked."""
    if not isinstance(known, Packument):
        return known
    facts = {v: known.versions[v] for v in with_latest(wanted, known.dist_tags) if v in known.versions}
    return known._replace(versions=facts, all_versions=known.all_versions if listed else None)
