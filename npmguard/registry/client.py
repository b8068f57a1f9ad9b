"""Asks registries for what rules need, and says of every name what came of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

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
from npmguard.registry.cache import Cache, Kept, default_path

if TYPE_CHECKING:
    from npmguard.registry.cache import KeptHistory, Slim
    from npmguard.registry.http import Http
    from npmguard.registry.light import Answer
    from npmguard.registry.memory import Memory

Progress = Callable[[int, int], None]
Job = Callable[["Http"], Coroutine[Any, Any, None]]
Bulk = Mapping[str, Sequence[str]]

ABBREVIATED = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
# A name that makes one plain segment of a URL, or two for a scoped one.
_ASKABLE = re.compile(r"(?:@[A-Za-z0-9~._-]+/)?(?!\.\.?$)[A-Za-z0-9~._!'()*-]+")
_BULK_PATH = "-/npm/v1/security/advisories/bulk"
_BULK_HEADERS = {
    "accept": "application/json",
    "content-type": "application/json",
    "content-encoding": "gzip",
}
_FULL = "application/json"
_LARGEST_PACKUMENT = 128 * 1024 * 1024  # the largest known full one has some 100 MB
_LARGEST_BULK = 64 * 1024 * 1024
_MOST_ADVISED = 5_000  # names in one question about advisories: as many as the largest of projects has
_LARGEST_MANIFEST = 8 * 1024 * 1024
_LARGEST_PROOF = 8 * 1024 * 1024  # what is attested about a release has some 15 kB
_NONE = (400, 404, 405)  # what registries without keys and attestations answer when asked for them
_FRESH = 300.0  # seconds that an answer without Cache-Control is good for, as npm has it
_FRESHEST = 3600.0
_DAY = 86_400.0


class Stats(NamedTuple):
    """What an answer rests on: requests sent, packuments from the cache, the age of the oldest in seconds."""

    requests: int = 0
    from_cache: int = 0
    oldest: float = 0.0


class Answers(NamedTuple):
    """What the registries said. Each name that was asked about has an entry in `packuments` or `histories`.

    `bulk` is the decoded answer of the advisory endpoint, or None with `bulk_error` in words; `refused` says
    for each registry that gave none why. `ages` are those of the packuments from the cache, in seconds.
    """

    packuments: Mapping[str, Packument | Missing | Unanswered]
    manifests: Mapping[tuple[str, str], VersionManifest]
    bulk: dict[str, Any] | None = None
    bulk_error: str | None = None
    stats: Stats = Stats()
    histories: Mapping[str, History | Missing | Unanswered] = {}
    keys: Mapping[str, Keys | Missing | Unanswered] = {}
    attestations: Mapping[tuple[str, str], tuple[Attestation, ...] | Missing | Unanswered] = {}
    calm: Mapping[tuple[str, str], Calm] = {}  # the others of `needs.releases` have their package's history
    outlines: Mapping[str, Outline | Missing | Unanswered] = {}
    ages: Mapping[str, float] = {}
    refused: Mapping[str, str] = {}


class _Proof(NamedTuple):
    """Keys or attestations: where they are, who has them, how they are read, kept, and taken in."""

    url: str
    subject: str
    read: Callable[[bytes], Any]
    packed: Callable[[Any], bytes]
    unpacked: Callable[[bytes, float], Any]
    take: Callable[[Any], None]


def fetch(
    config: NpmConfig,
    needs: Needs,
    *,
    offline: bool = False,
    bulk: Bulk | None = None,
    progress: Progress | None = None,
    cache: str | None = None,
    memory: Memory | None = None,
) -> Answers:
    """Answers for `needs`: from the cache where it is fresh (offline: whatever its age), else by asking.

    `bulk` is what to ask the advisory endpoint about: versions by name. `cache` is the cache's path; by
    default the user's. `progress` is told (answers so far, answers to come). What `memory` has been told
    before is taken from there, and what it has not is put there.
    """
    if memory is not None:
        bulk = bulk or {}
        asked, named = memory.lacking(config, needs, bulk)
        requests = 0
        if asked != Needs() or named:
            answers = fetch(config, asked, offline=offline, bulk=named, progress=progress, cache=cache)
            memory.learn(config, asked, named, answers)
            requests = answers.stats.requests
        return memory.recall(config, needs, bulk, requests)
    run = Run(config, needs, offline, bulk, progress, Cache(default_path() if cache is None else cache))
    try:
        return run.answers()
    finally:
        run.cache.close()


def remember(
    config: NpmConfig, calm: Mapping[tuple[str, str], Calm], seen: float, memory: Memory | None = None
) -> None:
    """Keeps that releases are calm, beside their histories in the cache as they were at the time `seen`."""
    if memory is not None:
        memory.note(config, calm)
    cache = Cache(default_path())
    for (name, version), found in calm.items():
        cache.keep_calm(place_of(config, url_of(config, name)), version, found, seen)
    cache.close()


def askable(name: str) -> bool:
    """Is it a name that a registry can be asked about, and that leads nowhere else in a URL?"""
    return _ASKABLE.fullmatch(name) is not None


def url_of(config: NpmConfig, name: str, version: str | None = None) -> str:
    """The URL of a packument, or of one version's manifest. A scoped name keeps its @ and hides its /."""
    base = config.registry_for(name) + quote(name, safe="@")
    return base if version is None else f"{base}/{quote(version, safe='')}"


def place_of(config: NpmConfig, url: str) -> str:
    """The name of a URL's answer in the cache: what was told to one account is that account's alone."""
    credentials = config.credentials_for(url)
    if credentials is None:
        return url
    from hashlib import sha256

    return f"{url}#{sha256(credentials.encode()).hexdigest()[:16]}"


class Run:
    """One `fetch`: what is known already, and what is asked."""

    def __init__(
        self,
        config: NpmConfig,
        needs: Needs,
        offline: bool,
        bulk: Bulk | None,
        progress: Progress | None,
        cache: Cache,
    ) -> None:
        self.config = config
        self.needs = needs
        self.offline = offline
        self.bulk = bulk
        self.progress = progress
        self.cache = cache
        self.versions: dict[str, list[str]] = {name: [] for name in needs.lists}
        for name, version in needs.versions:
            self.versions.setdefault(name, []).append(version)
        self.packuments: dict[str, Packument | Missing | Unanswered] = {}
        self.manifests: dict[tuple[str, str], VersionManifest] = {}
        self.histories: dict[str, History | Missing | Unanswered] = {}
        self.keys: dict[str, Keys | Missing | Unanswered] = {}
        self.attestations: dict[tuple[str, str], tuple[Attestation, ...] | Missing | Unanswered] = {}
        self.calm: dict[tuple[str, str], Calm] = {}
        self.outlines: dict[str, Outline | Missing | Unanswered] = {}
        self.settled: set[str] = set()  # names of which all releases that were asked about are calm
        self.bulk_answer: dict[str, Any] | None = None
        self.bulk_error: str | None = None
        self.refused: dict[str, str] = {}
        self.ages: dict[str, float] = {}
        self.from_cache = self.requests = 0
        self.oldest = 0.0
        self.done = self.total = 0

    def answers(self) -> Answers:
        now = time.time()
        for name in [name for name in self.versions if not askable(name)]:
            # no registry can have it, and its URL might lead elsewhere
            del self.versions[name]
            self.packuments[name] = Missing(name)
        urls = {self.place(self.url(name)): name for name in self.versions}
        kept = self.cache.packuments(urls)
        stale: dict[str, Kept | None] = {}
        fresh: dict[str, Kept] = {}
        for url, name in urls.items():
            found = kept.get(url)
            if found is not None and (self.offline or found.fresh_until > now):
                fresh[name] = found
            elif self.offline:
                self.packuments[name] = Unanswered(name, "offline, and not in the cache")
            else:
                stale[name] = found
        self.take(fresh, now)
        missing = self.unknown_manifests(now)
        calm = self.known_calm(now) if self.needs.releases else {}
        past = self.known_histories(now, calm) if self.needs.histories or self.needs.releases else {}
        jobs = self.unknown_proofs(now) if self.needs.keys or self.needs.attestations else []
        jobs += self.unknown_outlines(now, past) if self.needs.outlines else []
        if stale or missing or past or jobs or (self.bulk and not self.offline):
            self.ask(stale, missing, past, calm, jobs)
        return Answers(
            self.packuments,
            self.manifests,
            self.bulk_answer,
            self.bulk_error,
            Stats(self.requests, self.from_cache, self.oldest),
            self.histories,
            self.keys,
            self.attestations,
            self.calm,
            self.outlines,
            self.ages,
            self.refused,
        )

    def unknown_manifests(self, now: float) -> list[tuple[str, str]]:
        """Takes the manifests that the cache has; gives those to ask for."""
        manifests = {
            self.place(self.url(name, version)): (name, version)
            for name, version in self.needs.manifests
            if askable(name)
        }
        missing = []
        known = self.cache.manifests(manifests)
        for url, key in manifests.items():
            manifest = known.get(url)
            if manifest is not None and (self.offline or manifest.fresh_until > now):
                self.manifests[key] = manifest.manifest
            elif not self.offline:
                missing.append(key)
        return missing

    def known_calm(self, now: float) -> dict[str, Mapping[str, Calm]]:
        """Takes the calm releases that the cache has.

        Gives, by name, those that will do if the registry says that their package's history is the same.
        """
        wanted: dict[str, list[str]] = {}
        for name, version in self.needs.releases:
            if name not in self.needs.histories and askable(name):
                wanted.setdefault(name, []).append(version)
        urls = {self.place(self.url(name)): name for name in wanted}
        kept = self.cache.validators(urls)
        asked: dict[str, Mapping[str, Calm]] = {}
        for url, calm in self.cache.calm(urls).items():
            name = urls[url]
            if url not in kept:
                continue
            found = {version: calm[version] for version in wanted[name] if version in calm}
            enough = len(found) == len(wanted[name])
            if self.offline or kept[url].fresh_until > now:
                self.take_calm(name, found)
                if enough:
                    self.settled.add(name)
            elif enough:
                asked[name] = found
        return asked

    def take_calm(self, name: str, found: Mapping[str, Calm]) -> None:
        self.calm.update({(name, version): calm for version, calm in found.items()})

    def known_histories(
        self, now: float, calm: Mapping[str, Mapping[str, Calm]] = {}
    ) -> dict[str, KeptHistory | None]:
        """Takes the histories that the cache has; gives the names to ask about, with what it knew of them.

        Where that a release is `calm` would do, the history itself is left where it is.
        """
        from npmguard.registry.history import unpacked

        urls = {}
        for name in self.needs.histories | {name for name, _ in self.needs.releases} - self.settled:
            if askable(name):
                urls[self.place(self.url(name))] = name
            else:
                self.histories[name] = Missing(name)
        kept = self.cache.validators(url for url, name in urls.items() if name in calm)
        kept |= self.cache.histories(url for url, name in urls.items() if name not in calm)
        past: dict[str, KeptHistory | None] = {}
        for url, name in urls.items():
            found = kept.get(url)
            if name in calm:
                past[name] = found
                continue
            try:
                history = unpacked(found.body) if found is not None else None
            except ValueError:
                found = history = None
            if found is None or history is None:
                past[name] = None
            elif self.offline or found.fresh_until > now:
                self.histories[name] = history
                self.from_cache += 1
                self.oldest = max(self.oldest, now - found.fetched)
            else:
                past[name] = found
        if self.offline:
            for name in past:
                self.histories[name] = Unanswered(name, "offline, and not in the cache")
            return {}
        return past

    def unknown_outlines(self, now: float, past: Collection[str]) -> list[Job]:
        """Takes the outlines that the cache has, or makes them of its histories; gives what asks for others.

        An outline is as good as the history that it was made of. Those of the histories that are to be asked
        for (`past`) come with these.
        """
        from npmguard.registry import outline

        urls = {}
        for name in sorted(self.needs.outlines):
            if askable(name):
                urls[self.place(self.url(name))] = name
            else:
                self.outlines[name] = Missing(name)
        kept = self.cache.validators(urls)
        bodies = self.cache.outlines(urls)
        jobs: list[Job] = []
        for url, name in urls.items():
            found = kept.get(url)
            if found is not None and (self.offline or found.fresh_until > now):
                try:
                    known = outline.unpacked(bodies[url]) if url in bodies else self.outlined(url)
                except ValueError:
                    pass
                else:
                    self.outlines[name] = known
                    self.from_cache += 1
                    self.oldest = max(self.oldest, now - found.fetched)
                    continue
            if self.offline:
                self.outlines[name] = Unanswered(name, "offline, and not in the cache")
            elif name not in past:
                jobs.append(partial(self.outline, name, found, bodies.get(url)))
        return jobs

    def outlined(self, url: str, history: History | None = None) -> Outline:
        """The outline of a history, by default of that in the cache, and keeps it. Raises ValueError."""
        from npmguard.registry import outline
        from npmguard.registry.history import unpacked

        if history is None:
            kept = self.cache.histories((url,)).get(url)
            history = unpacked(kept.body if kept is not None else b"")
        found = outline.of(history)
        self.cache.keep_outline(url, outline.packed(found), time.time())
        return found

    def unknown_proofs(self, now: float) -> list[Job]:
        """Takes the keys and attestations that the cache has; gives what asks for the others."""
        proofs = {self.place(proof.url): proof for proof in self.proofs(now)}
        kept = self.cache.proofs(proofs)
        jobs: list[Job] = []
        for place, proof in proofs.items():
            found = kept.get(place)
            if found is not None and (self.offline or found.fresh_until > now):
                try:
                    known = proof.unpacked(found.body, found.fetched) if found.body else None
                except ValueError:
                    pass
                else:
                    proof.take(Missing(proof.subject) if known is None else known)
                    continue
            if self.offline:
                proof.take(Unanswered(proof.subject, "offline, and not in the cache"))
            else:
                jobs.append(partial(self.proof, proof))
        return jobs

    def take_keys(self, names: Iterable[str], found: Keys | Missing | Unanswered) -> None:
        self.keys.update(dict.fromkeys(names, found))

    def proofs(self, now: float) -> Iterable[_Proof]:
        from npmguard.registry import attestations, keys

        by_registry: dict[str, list[str]] = {}
        for name in sorted(self.needs.keys):
            by_registry.setdefault(self.config.registry_for(name), []).append(name)
        for registry, names in by_registry.items():
            yield _Proof(
                registry + keys.PATH,
                registry,
                partial(keys.read, registry=registry, fetched=now),
                keys.packed,
                keys.unpacked,
                partial(self.take_keys, names),
            )
        for name, version in sorted(self.needs.attestations):
            if not askable(name):
                self.attestations[name, version] = Missing(name)
                continue
            yield _Proof(
                self.config.registry_for(name) + attestations.path(name, version),
                name,
                attestations.read,
                attestations.packed,
                lambda body, fetched: attestations.unpacked(body),
                partial(self.attestations.__setitem__, (name, version)),
            )

    def url(self, name: str, version: str | None = None) -> str:
        return url_of(self.config, name, version)

    def place(self, url: str) -> str:
        return place_of(self.config, url)

    # -- from the cache

    def take(self, found: Mapping[str, Kept], now: float) -> None:
        facts = self.cache.facts(
            {kept.id: with_latest(self.versions[name], kept.dist_tags) for name, kept in found.items()}
        )
        lists = self.cache.versions(kept.id for name, kept in found.items() if name in self.needs.lists)
        for name, kept in found.items():
            self.from_cache += 1
            self.ages[name] = now - kept.fetched
            self.oldest = max(self.oldest, self.ages[name])
            self.packuments[name] = Packument(
                name,
                kept.dist_tags,
                facts[kept.id],
                lists.get(kept.id),
                kept.registry_facts,
            )

    # -- from the registry

    def ask(
        self,
        stale: Mapping[str, Kept | None],
        manifests: Sequence[tuple[str, str]],
        past: Mapping[str, KeptHistory | None],
        calm: Mapping[str, Mapping[str, Calm]],
        others: Sequence[Job],
    ) -> None:
        if not stale and not manifests and not past and not others and self.ask_lightly():
            return
        import asyncio

        self.total = len(stale) + len(manifests) + len(past) + len(others) + (1 if self.bulk else 0)
        asyncio.run(self.ask_all(stale, manifests, past, calm, others))

    def ask_lightly(self) -> bool:
        """Asks for the advisories alone, without an HTTP library; False where that gave no answer."""
        from npmguard.registry.light import post

        questions = self.questions()
        if len(questions) != 1:
            return False
        for registry, asked in questions:
            body = _squeezed(asked)
            answer = post(self.config, registry + _BULK_PATH, _BULK_HEADERS, body, _LARGEST_BULK)
            if answer is None:
                return False
            self.requests = 1
            try:
                self.bulk_answer = _advisories(answer, registry)
            except ValueError as error:
                self.bulk_error = self.refused[registry] = str(error)
        return True

    async def ask_all(
        self,
        stale: Mapping[str, Kept | None],
        manifests: Sequence[tuple[str, str]],
        past: Mapping[str, KeptHistory | None],
        calm: Mapping[str, Mapping[str, Calm]],
        others: Sequence[Job],
    ) -> None:
        import asyncio

        from npmguard.registry.http import Http

        async with Http(self.config) as http:
            jobs = [self.packument(http, name, kept) for name, kept in sorted(stale.items())]
            jobs += [self.manifest(http, name, version) for name, version in sorted(manifests)]
            jobs += [self.history(http, name, kept, calm.get(name)) for name, kept in sorted(past.items())]
            jobs += [job(http) for job in others]
            if self.bulk:
                # first, as it is the one answer that the others do not help with
                jobs.insert(0, self.advisories(http))
            await asyncio.gather(*jobs)
            self.requests = http.requests

    def step(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)

    async def packument(self, http: Http, name: str, kept: Kept | None) -> None:
        url = self.url(name)
        answer = await http.get(url, _asking(ABBREVIATED, kept), _LARGEST_PACKUMENT)
        self.packuments[name] = self.understood(name, url, answer, kept)
        self.step()

    def understood(
        self, name: str, url: str, answer: Answer, kept: Kept | None
    ) -> Packument | Missing | Unanswered:
        from npmguard.registry.packument import read

        if answer.status == 304 and kept is not None:
            self.cache.refresh(self.place(url), fresh_until(answer))
            self.take({name: kept}, time.time())
            self.from_cache -= 1
            del self.ages[name]
            return self.packuments[name]
        if answer.status == 404:
            return Missing(name)
        if answer.status != 200:
            return Unanswered(name, refusal(answer, "GET", "packuments"))
        try:
            slim = read(answer.body, name)
        except ValueError as error:
            return Unanswered(name, not_json(answer, str(error)))
        if "no-store" not in answer.headers.get("cache-control", ""):
            etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
            self.cache.keep(self.place(url), slim, etag, modified, fresh_until(answer))
        return self.reduced(name, slim)

    def reduced(self, name: str, slim: Slim) -> Packument:
        wanted = with_latest(self.versions[name], slim.dist_tags)
        return Packument(
            name,
            slim.dist_tags,
            {version: slim.versions[version] for version in wanted if version in slim.versions},
            tuple(slim.versions) if name in self.needs.lists else None,
            slim.registry_facts,
        )

    async def manifest(self, http: Http, name: str, version: str) -> None:
        from npmguard.registry.packument import manifest

        url = self.url(name, version)
        answer = await http.get(url, {"accept": "application/json"}, _LARGEST_MANIFEST)
        self.step()
        if answer.status != 200:
            return
        try:
            found = manifest(answer.body, name)
        except ValueError:
            return
        self.manifests[name, version] = found
        self.cache.keep_manifest(self.place(url), found, time.time() + _DAY)

    async def history(
        self, http: Http, name: str, kept: KeptHistory | None, calm: Mapping[str, Calm] | None = None
    ) -> None:
        await self.whole_history(http, name, kept, calm)
        if name not in self.needs.outlines:
            return
        answer = self.histories.get(name)
        if isinstance(answer, Missing | Unanswered):
            self.outlines[name] = answer
            return
        try:
            self.outlines[name] = self.outlined(self.place(self.url(name)), answer)
        except ValueError:
            self.outlines[name] = Unanswered(name, "what the cache had of it is spoilt")

    async def whole_history(
        self, http: Http, name: str, kept: KeptHistory | None, calm: Mapping[str, Calm] | None = None
    ) -> None:
        from npmguard.registry.history import packed, read, unpacked

        url = self.url(name)
        answer = await http.get(url, _asking(_FULL, kept), _LARGEST_PACKUMENT)
        self.step()
        if answer.status == 304 and kept is not None:
            self.cache.refresh_history(self.place(url), fresh_until(answer))
            if calm is None:
                self.histories[name] = unpacked(kept.body)
            else:
                self.take_calm(name, calm)
        elif answer.status == 404:
            self.histories[name] = Missing(name)
        elif answer.status != 200:
            self.histories[name] = Unanswered(name, refusal(answer, "GET", "packuments"))
        else:
            try:
                history = self.histories[name] = read(answer.body, name)
            except ValueError as error:
                self.histories[name] = Unanswered(name, not_json(answer, str(error)))
                return
            if "no-store" not in answer.headers.get("cache-control", ""):
                etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
                until = fresh_until(answer)
                self.cache.keep_history(self.place(url), packed(history), etag, modified, until)

    async def outline(self, name: str, kept: KeptHistory | None, body: bytes | None, http: Http) -> None:
        """Asks how a package was published, and keeps the whole of it, but takes in the outline alone."""
        from npmguard.registry import outline
        from npmguard.registry.history import packed, read

        url = self.url(name)
        place = self.place(url)
        answer = await http.get(url, _asking(_FULL, kept), _LARGEST_PACKUMENT)
        if answer.status == 304 and kept is not None:
            self.cache.refresh_history(place, fresh_until(answer))
            try:
                self.outlines[name] = outline.unpacked(body) if body is not None else self.outlined(place)
                self.step()
                return
            except ValueError:  # what was kept is spoilt: have it sent anew
                answer = await http.get(url, {"accept": _FULL}, _LARGEST_PACKUMENT)
        self.step()
        if answer.status == 404:
            self.outlines[name] = Missing(name)
        elif answer.status != 200:
            self.outlines[name] = Unanswered(name, refusal(answer, "GET", "packuments"))
        else:
            try:
                history = read(answer.body, name)
            except ValueError as error:
                self.outlines[name] = Unanswered(name, not_json(answer, str(error)))
                return
            if "no-store" not in answer.headers.get("cache-control", ""):
                etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
                self.cache.keep_history(place, packed(history), etag, modified, fresh_until(answer))
            self.outlines[name] = self.outlined(place, history)

    async def proof(self, proof: _Proof, http: Http) -> None:
        answer = await http.get(proof.url, {"accept": _FULL}, _LARGEST_PROOF)
        self.step()
        body = b""
        if answer.status in _NONE:
            proof.take(Missing(proof.subject))
        elif answer.status != 200:
            proof.take(Unanswered(proof.subject, refusal(answer, "GET", urlsplit(proof.url).path)))
            return
        else:
            try:
                found = proof.read(answer.body)
            except ValueError as error:
                proof.take(Unanswered(proof.subject, not_json(answer, str(error))))
                return
            proof.take(found)
            body = proof.packed(found)
        if "no-store" not in answer.headers.get("cache-control", ""):
            self.cache.keep_proof(self.place(proof.url), body, fresh_until(answer))

    # -- advisories

    async def advisories(self, http: Http) -> None:
        """Asks each registry about its own names: a private scope's are not told to another."""
        found: dict[str, Any] = {}
        for registry, asked in self.questions():
            url = registry + _BULK_PATH
            answer = await http.post(url, _BULK_HEADERS, _squeezed(asked), _LARGEST_BULK)
            try:
                found.update(_advisories(answer, registry))
            except ValueError as error:
                self.bulk_error = self.refused[registry] = str(error)
        self.bulk_answer = None if self.bulk_error and not found else found
        self.step()

    def questions(self) -> list[tuple[str, dict[str, Sequence[str]]]]:
        """What each registry is asked about, its own names alone, in as many questions as that takes."""
        found: dict[str, list[tuple[str, Sequence[str]]]] = {}
        for name, versions in (self.bulk or {}).items():
            if askable(name):
                found.setdefault(self.config.registry_for(name), []).append((name, versions))
        return [
            (registry, dict(asked[start : start + _MOST_ADVISED]))
            for registry, asked in found.items()
            for start in range(0, len(asked), _MOST_ADVISED)
        ]


def _asking(accept: str, kept: Kept | KeptHistory | None) -> dict[str, str]:
    """The headers that ask for a document, or whether the one that is kept is still right."""
    headers = {"accept": accept}
    if kept is not None and kept.etag:
        headers["if-none-match"] = kept.etag
    elif kept is not None and kept.modified:
        headers["if-modified-since"] = kept.modified
    return headers


def with_latest(wanted: Iterable[str], tags: Mapping[str, str]) -> set[str]:
    """The versions to know of: those that were asked about, and the one that they are compared with."""
    return {*wanted, tags["latest"]} if "latest" in tags else set(wanted)


def _squeezed(asked: Mapping[str, Iterable[str]]) -> bytes:
    import gzip

    return gzip.compress(json.dumps(asked, separators=(",", ":")).encode(), 6)


def _advisories(answer: Answer, registry: str) -> dict[str, Any]:
    path = f"/{_BULK_PATH}" if urlsplit(registry).path in ("", "/") else urlsplit(registry).path + _BULK_PATH
    if answer.status != 200:
        raise ValueError(refusal(answer, "POST", path))
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ValueError(not_json(answer, f"the answer to POST {path} is no JSON")) from None
    if not isinstance(found, dict):
        raise ValueError(f"the answer to POST {path} is no object")
    if "error" in found and not isinstance(found["error"], list):
        raise ValueError(f"the registry answered POST {path} with an error")
    return found


def refusal(answer: Answer, method: str, what: str) -> str:
    """Why an answer is none, in words."""
    if answer.problem is not None:
        return answer.problem
    words = {
        401: " (it wants a login)",
        403: " (it forbids that)",
        429: " (too many requests)",
    }.get(answer.status, "")
    return f"the registry answered {answer.status}{words} to {method} {what}"


def not_json(answer: Answer, reason: str) -> str:
    """What came instead of JSON; `reason` where that cannot be told."""
    if answer.body.lstrip()[:1] == b"<":
        return "the registry answered with a web page instead of JSON"
    if not answer.body:
        return "the registry answered with nothing"
    return reason


def fresh_until(answer: Answer) -> float:
    """Until when an answer is good, by its Cache-Control, within bounds."""
    control = answer.headers.get("cache-control", "").lower()
    age = _FRESH
    for part in control.split(","):
        word, _, value = part.strip().partition("=")
        if word == "max-age" and value.strip('"').isdigit():
            age = min(float(value.strip('"')), _FRESHEST)
        elif word == "no-cache":
            age = 0.0
    return time.time() + age
