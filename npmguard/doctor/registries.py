"""The registries that npm's settings name: do they answer, how fast, and what do they have?"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from npmguard.advisories.store import State
from npmguard.doctor.settings import Said, shown
from npmguard.model.doctor import Check, Status
from npmguard.text import some, span

if TYPE_CHECKING:
    from npmguard.project.npmrc import NpmConfig
    from npmguard.registry.http import Http
    from npmguard.registry.light import Answer

_PING = "-/ping"
_TURNS = 3
_SLOW = 2.0  # seconds
_LONGEST = 30.0  # for all of them
_MOST = 20  # registries
_PACKAGE, _VERSION = "once", "1.4.0"  # small, old, and in every registry that has what the public one has
_NONE = (400, 404, 405, 501)
_SKEW, _LARGE_SKEW = 300.0, 3600.0


class Reply(NamedTuple):
    """How a request went: `status` 0 with the `problem` in words, `fits` where it was what was asked for."""

    status: int
    fits: bool
    problem: str | None = None


class Reach(NamedTuple):
    """One registry. `seconds` are how long pings took; `skew` by how much this clock is ahead of its."""

    url: str
    scopes: tuple[str, ...]  # "" for the default
    said_by: str
    ping: Reply
    seconds: tuple[float, ...]
    package: Reply
    advisories: Reply
    keys: Reply
    skew: float | None


def look(config: NpmConfig, registries: Mapping[str, Said]) -> tuple[Reach, ...]:
    """Asks each registry a few questions, side by side. `registries` tells who names which, by scope."""
    import asyncio

    scopes: dict[str, list[str]] = {config.registry: [""]}
    for scope, url in sorted(config.registries.items()):
        if scope:
            scopes.setdefault(url, []).append(scope)
    return tuple(asyncio.run(_all(config, list(scopes.items())[:_MOST], registries)))


async def _all(
    config: NpmConfig, asked: list[tuple[str, list[str]]], registries: Mapping[str, Said]
) -> list[Reach]:
    import asyncio

    from npmguard.registry.http import Http

    async with Http(config, longest=_LONGEST) as http:
        return await asyncio.gather(
            *(_one(http, url, tuple(scopes), _said_by(scopes[0], url, registries)) for url, scopes in asked)
        )


def _said_by(scope: str, url: str, registries: Mapping[str, Said]) -> str:
    said = registries.get(scope)
    return said.place if said is not None else ""


async def _one(http: Http, url: str, scopes: tuple[str, ...], said_by: str) -> Reach:
    import gzip

    from npmguard.registry import keys
    from npmguard.registry.client import ABBREVIATED

    plain = {"accept": "application/json"}
    seconds = []
    skew = None
    for _ in range(_TURNS):
        began = time.monotonic()
        answer = await http.get(url + _PING, plain, 1 << 20)
        if answer.status == 0:
            break
        seconds.append(time.monotonic() - began)
        skew = _skew(answer, time.time())
    ping = _reply(answer)
    if answer.status == 0:
        silent = Reply(0, False, answer.problem)
        return Reach(url, scopes, said_by, ping, (), silent, silent, silent, None)
    package = _reply(await http.get(url + _PACKAGE, {"accept": ABBREVIATED}, 16 << 20), "versions")
    body = gzip.compress(json.dumps({_PACKAGE: [_VERSION]}).encode())
    headers = {**plain, "content-type": "application/json", "content-encoding": "gzip"}
    bulk = "-/npm/v1/security/advisories/bulk"
    advisories = _reply(await http.post(url + bulk, headers, body, 16 << 20))
    found = _reply(await http.get(url + keys.PATH, plain, 1 << 20), "keys")
    return Reach(url, scopes, said_by, ping, tuple(seconds), package, advisories, found, skew)


def _reply(answer: Answer, key: str | None = None) -> Reply:
    """How it went; what was asked for is a JSON object, with that key where there is one."""
    fits = False
    if answer.status == 200:
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        fits = isinstance(found, dict) and (key is None or bool(found.get(key)))
    return Reply(answer.status, fits, answer.problem)


def _skew(answer: Answer, now: float) -> float | None:
    from email.utils import parsedate_to_datetime

    age = answer.headers.get("age", "0")
    try:
        told = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return now - told - (int(age) if age.isdigit() and len(age) < 9 else 0)


# -- checks


def checks(reached: tuple[Reach, ...], store: State, now: float) -> Iterator[Check]:
    """How the registries fare; `store` is what stands in where one has no advisories."""
    for reach in reached:
        yield _reachable(reach)
        if reach.ping.status:
            yield _advisories(reach, store, now)
            yield _keys(reach)
    skew = next((reach.skew for reach in reached if reach.skew is not None), None)
    if any(reach.ping.status for reach in reached):
        yield clock(skew)


def _name(reach: Reach) -> str:
    names = [f"the registry of {scope}" if scope else "the default registry" for scope in reach.scopes]
    by = f"{reach.said_by} says so" if reach.said_by else "no setting names another"
    return f"It is {some(names, 5)}: {by}"


def _reachable(reach: Reach) -> Check:
    url = shown(reach.url)
    if not reach.ping.status:
        return Check(
            "registry",
            Status.FAIL,
            f"the registry {url} does not answer",
            f"{reach.ping.problem}. {_name(reach)}",
            "npm config get registry; look at proxy, https-proxy, noproxy and cafile, and at the network",
            url,
        )
    if reach.ping.status in (401, 403) and not reach.package.fits:
        return Check(
            "registry",
            Status.WARN,
            f"the registry {url} wants a login",
            f"it answered {reach.ping.status} to a ping, {reach.package.status} to a package. {_name(reach)}",
            f"npm login --registry={url}",
            url,
        )
    if not (reach.ping.fits or reach.package.fits or reach.keys.fits):
        return Check(
            "registry",
            Status.WARN,
            f"{url} answers, but like no registry",
            f"it answered {reach.ping.status} to a ping, {reach.package.status} to a package. {_name(reach)}",
            "look at the URL: is a path missing in it?",
            url,
        )
    middle = statistics.median(reach.seconds)
    pace = f"{middle * 1000:.0f} ms" if middle < 10 else f"{middle:.0f} s"
    slow = middle > _SLOW
    return Check(
        "registry",
        Status.WARN if slow else Status.OK,
        f"the registry {url} answers {'slowly ' if slow else ''}in {pace}",
        f"the median of {len(reach.seconds)}. {_name(reach)}",
        "look at the proxy and the network, or at a mirror that is nearer" if slow else None,
        url,
    )


def _advisories(reach: Reach, store: State, now: float) -> Check:
    url = shown(reach.url)
    if reach.advisories.fits:
        return Check("registry-advisories", Status.OK, f"{url} answers about advisories", subject=url)
    said = _how(reach.advisories)
    age = store.about.age(now) if store.about is not None else None
    if store.word == "good" and age is not None:
        return Check(
            "registry-advisories",
            Status.OK,
            f"{url} has no advisories; the local store stands in",
            f"{said}; the store is {span(age)} old",
            subject=url,
        )
    missing = reach.advisories.status in _NONE
    kept = {"none": "there is no local store", "old": "the local store is too old"}
    return Check(
        "registry-advisories",
        Status.WARN if missing else Status.UNKNOWN,
        f"{url} has no advisories" if missing else f"{url} did not answer about advisories",
        f"{said}, and {kept.get(store.word, 'the local store cannot be used')}: npm audit sees nothing here",
        "npmguard db update, or npmguard db import FILE where OSV cannot be reached",
        url,
    )


def _keys(reach: Reach) -> Check:
    url = shown(reach.url)
    if reach.keys.fits:
        return Check("registry-keys", Status.OK, f"{url} tells the keys that it signs with", subject=url)
    if reach.keys.status in _NONE or reach.keys.status == 200:
        return Check(
            "registry-keys",
            Status.WARN,
            f"{url} tells no keys, so that signatures cannot be verified",
            _how(reach.keys),
            "ask whoever runs it to pass -/npm/v1/keys on",
            url,
        )
    return Check(
        "registry-keys", Status.UNKNOWN, f"{url} did not answer about its keys", _how(reach.keys), None, url
    )


def _how(reply: Reply) -> str:
    if reply.problem is not None:
        return reply.problem
    return f"it answered {reply.status}" + (
        ", but not with what was asked for" if reply.status == 200 else ""
    )


def clock(skew: float | None) -> Check:
    """Is this machine's clock right, by a registry's?"""
    if skew is None:
        return Check("clock", Status.UNKNOWN, "no registry says what time it is")
    if abs(skew) < _SKEW:
        return Check("clock", Status.OK, "the clock agrees with the registry's")
    words = f"{span(abs(skew))} {'ahead of' if skew > 0 else 'behind'} the registry's"
    return Check(
        "clock",
        Status.FAIL if abs(skew) >= _LARGE_SKEW else Status.WARN,
        f"the clock is {words}",
        "certificates, signatures and the age of releases are judged by it",
        "let the system keep its time (timedatectl set-ntp true, w32tm /resync)",
    )
