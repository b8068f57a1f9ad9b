"""What registries offer, asked for level by level: the names of one level at once.

An installer learns from the packuments of one level which names the next one has. So it is here, in one
session. What came is kept for the rules that ask after it: the short packuments, and whatever else `further`
says that they will need, which travels while the levels go on.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from npmguard.model import Missing, Needs, Offer, Offers, Unanswered
from npmguard.project.npmrc import NpmConfig
from npmguard.registry.cache import Cache, KeptHistory, Slim, default_path
from npmguard.registry.client import (
    ABBREVIATED,
    Progress,
    Run,
    Stats,
    askable,
    fresh_until,
    not_json,
    place_of,
    refusal,
    url_of,
)
from npmguard.registry.packument import deprecated, text, texts
from npmguard.registry.packument import read as read_facts

if TYPE_CHECKING:
    from asyncio import Semaphore, Task

    from npmguard.registry.http import Http

Answer = Offers | Missing | Unanswered
Level = Callable[[Mapping[str, Answer]], Collection[str]]

_LARGEST = 128 * 1024 * 1024  # bytes of a packument
_BESIDE = 24  # answers on their way beside a level, so that they do not hold up the next one


def levels(
    config: NpmConfig,
    level: Level,
    further: Callable[[], Needs],
    *,
    offline: bool = False,
    progress: Progress | None = None,
    cache: str | None = None,
) -> Stats:
    """Asks about the names that `level` gives, and hands it all that came so far, until it gives none.

    `further` gives the histories, manifests, keys and attestations that will be asked after, each of them
    once; it is called with each level. What is fresh in the cache (offline: whatever is) is taken from there.
    """
    walk = _Walk(config, level, further, offline, progress, Cache(default_path() if cache is None else cache))
    try:
        return walk.go()
    finally:
        walk.cache.close()


class _Walk:
    def __init__(
        self,
        config: NpmConfig,
        level: Level,
        further: Callable[[], Needs],
        offline: bool,
        progress: Progress | None,
        cache: Cache,
    ) -> None:
        self.config = config
        self.level = level
        self.further = further
        self.offline = offline
        self.progress = progress
        self.cache = cache
        self.found: dict[str, Answer] = {}
        self.from_cache = self.requests = self.total = 0
        self.oldest = 0.0

    def go(self) -> Stats:
        names = self.level(self.found)
        while names:
            stale = self.known(names)
            if stale:
                import asyncio

                asyncio.run(self.ask(stale))
                break
            names = self.level(self.found)
        return Stats(self.requests, self.from_cache, self.oldest)

    def known(self, names: Collection[str]) -> dict[str, KeptHistory | None]:
        """Takes what the cache has; gives the names to ask about, with what it knew of them."""
        now = time.time()
        self.total += len(names)
        places = {}
        for name in sorted(names):
            if askable(name):
                places[place_of(self.config, url_of(self.config, name))] = name
            else:
                self.found[name] = Missing(name)
        kept = self.cache.offers(places)
        stale: dict[str, KeptHistory | None] = {}
        for place, name in places.items():
            old = kept.get(place)
            if old is not None and (self.offline or old.fresh_until > now):
                offers = unpacked(old.body)
                if offers is not None:
                    self.found[name] = offers
                    self.from_cache += 1
                    self.oldest = max(self.oldest, now - old.fetched)
                    continue
                old = None
            if self.offline:
                self.found[name] = Unanswered(name, "offline, and not in the cache")
            else:
                stale[name] = old
        return stale

    async def ask(self, stale: Mapping[str, KeptHistory | None]) -> None:
        import asyncio

        from npmguard.registry.http import Http

        slots = asyncio.Semaphore(_BESIDE)
        tasks: list[Task[None]] = []
        async with Http(self.config) as http:
            while True:
                tasks += self.beside(http, slots)
                await asyncio.gather(*(self.offers(http, name, kept) for name, kept in stale.items()))
                names = self.level(self.found)
                while names and not (stale := self.known(names)):
                    names = self.level(self.found)
                if not names:
                    break
            tasks += self.beside(http, slots)
            await asyncio.gather(*tasks)
            self.requests = http.requests

    async def offers(self, http: Http, name: str, kept: KeptHistory | None) -> None:
        url = url_of(self.config, name)
        headers = {"accept": ABBREVIATED}
        if kept is not None and kept.etag:
            headers["if-none-match"] = kept.etag
        elif kept is not None and kept.modified:
            headers["if-modified-since"] = kept.modified
        answer = await http.get(url, headers, _LARGEST)
        place, until = place_of(self.config, url), fresh_until(answer)
        if self.progress is not None:
            self.progress(len(self.found) + 1, self.total)
        old = unpacked(kept.body) if answer.status == 304 and kept is not None else None
        if old is not None:
            self.cache.refresh(place, until)
            self.cache.refresh_offers(place, until)
            self.found[name] = old
        elif answer.status == 404:
            self.found[name] = Missing(name)
        elif answer.status != 200:
            self.found[name] = Unanswered(name, refusal(answer, "GET", "packuments"))
        else:
            try:
                facts = read_facts(answer.body, name)
                found = self.found[name] = read(answer.body, name, facts)
            except ValueError as error:
                self.found[name] = Unanswered(name, not_json(answer, str(error)))
                return
            if "no-store" not in answer.headers.get("cache-control", ""):
                etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
                self.cache.keep(place, facts, etag, modified, until)
                self.cache.keep_offers(place, packed(found), etag, modified, until)

    def beside(self, http: Http, slots: Semaphore) -> list[Task[None]]:
        """Sets out for what will be asked after and is not in the cache."""
        import asyncio

        needs = self.further()
        if needs == Needs():
            return []
        run, now = Run(self.config, needs, False, None, None, self.cache), time.time()

        async def in_turn(job: Coroutine[Any, Any, None]) -> None:
            async with slots:
                await job

        jobs = [run.history(http, *past) for past in sorted(run.known_histories(now).items())]
        jobs += [run.manifest(http, *key) for key in sorted(run.unknown_manifests(now))]
        jobs += [job(http) for job in run.unknown_proofs(now)]
        return [asyncio.create_task(in_turn(job)) for job in jobs]


# -- from a packument


class _Version(msgspec.Struct):
    dist: Any = None
    dependencies: Any = None
    optionalDependencies: Any = None
    peerDependencies: Any = None
    peerDependenciesMeta: Any = None
    bundleDependencies: Any = None
    bundledDependencies: Any = None
    os: Any = None
    cpu: Any = None
    libc: Any = None
    deprecated: Any = None


class _Document(msgspec.Struct):
    versions: dict[str, _Version] | None = None


_decode = msgspec.json.Decoder(_Document).decode


def read(data: bytes, name: str, facts: Slim) -> Offers:
    """What a packument offers, full or short; `facts` are what was read of it already. Raises ValueError."""
    try:
        versions = _decode(data).versions
    except (msgspec.DecodeError, RecursionError):
        # odd somewhere, as the reader of the facts found too
        raw = json.loads(json.dumps(json.loads(data.decode("utf-8-sig"))))["versions"]
        kept = {number: found for number, found in raw.items() if isinstance(found, dict)}
        versions = msgspec.convert(kept, dict[str, _Version])
    return Offers(
        name,
        facts.dist_tags,
        {
            number: _offer(found, facts.versions[number].has_install_script)
            for number, found in (versions or {}).items()
            if number in facts.versions
        },
        facts.registry_facts,
    )


def _offer(found: _Version, script: bool | None) -> Offer:
    dist = found.dist if isinstance(found.dist, dict) else {}
    optional = texts(found.optionalDependencies)
    meta = found.peerDependenciesMeta if isinstance(found.peerDependenciesMeta, dict) else {}
    required = {k: v for k, v in texts(found.dependencies).items() if k not in optional}
    said = found.bundleDependencies if found.bundleDependencies is not None else found.bundledDependencies
    # `true` stands for all
    bundled = tuple({**required, **optional}) if said is True else _words(said)
    return Offer(
        {k: v for k, v in required.items() if k not in bundled},
        {k: v for k, v in optional.items() if k not in bundled},
        {k: v for k, v in texts(found.peerDependencies).items() if k not in required and k not in optional},
        tuple(k for k, v in meta.items() if isinstance(v, dict) and v.get("optional") is True),
        bundled,
        _words(found.os),
        _words(found.cpu),
        deprecated(found.deprecated),
        script,
        text(dist.get("integrity")),
        text(dist.get("tarball")),
        bool(dist.get("attestations")),
        _words(found.libc),
    )


def _words(found: object) -> tuple[str, ...]:
    items = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return tuple(item for item in items if isinstance(item, str) and item)


# -- in the cache

_encode = msgspec.msgpack.Encoder().encode
_decode_kept = msgspec.msgpack.Decoder(tuple[str, dict[str, str], dict[str, Offer], bool]).decode


def packed(offers: Offers) -> bytes:
    """Offers as the cache keeps them."""
    return zlib.compress(_encode(tuple(offers)), 1)


def unpacked(data: bytes) -> Offers | None:
    """What `packed` wrote, or None for anything else."""
    try:
        return Offers(*_decode_kept(zlib.decompress(data)))
    except (msgspec.DecodeError, zlib.error, ValueError):
        return None
