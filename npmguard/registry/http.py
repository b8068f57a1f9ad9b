"""HTTP, the only module that imports httpx.

Bounded on every side: answers, redirects, tries, time, requests in flight. Credentials go to the registry
they were configured for, and never along a redirect to another host.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx

from npmguard import __version__
from npmguard.origins import is_loopback
from npmguard.project.npmrc import NpmConfig
from npmguard.registry.light import Answer
from npmguard.registry.trust import context

IN_FLIGHT = 64
# httpcore's pool slows down with the square of its idle HTTP/1.1 connections, so they are shared out
_LANES = 8
_MOST_REDIRECTS = 5
_TRIES = 3
_LONGEST_WAIT = 20.0  # seconds, whatever Retry-After says
_REQUEST_TIME = 60.0  # seconds for one answer, slow drips included
_FILE_TIME = 300.0  # and for one file
_LARGE = 16 * 1024 * 1024  # bytes after which only one file at a time goes on
_HOPELESS = 4  # failures to connect to a host, with no success, after which it is asked no more
_AGENT = f"npmguard/{__version__}"


class Sink(Protocol):
    """As much of a file as it takes to be written from the start, again with each try."""

    def write(self, data: bytes, /) -> int: ...
    def seek(self, place: int, /) -> int: ...
    def truncate(self) -> int: ...


class _Request(NamedTuple):
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    most: int
    # Of a file: the registry whose package it belongs to, and whose credentials alone may go along.
    registry: str | None = None
    # Of a large one: where it is written to, rather than kept in memory.
    to: Sink | None = None


class Http:
    """A client for one run."""

    def __init__(self, config: NpmConfig, *, longest: float = 180.0) -> None:
        self._config = config
        self._ends = time.monotonic() + longest
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._large = asyncio.Semaphore(1)
        self._lanes: list[httpx.AsyncClient] = []
        self._multiplexed: httpx.AsyncClient | None = None
        self._next = 0
        self._failed: dict[str, int] = {}
        self._answered: set[str] = set()
        self.requests = 0

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(self, *error: object) -> None:
        for client in (*self._lanes, self._multiplexed):
            if client is not None:
                await client.aclose()

    async def get(self, url: str, headers: Mapping[str, str], most: int) -> Answer:
        """The answer to GET, `most` bytes at most once decoded. Never raises for what a server does."""
        return await self._send(url, _Request("GET", headers, None, most))

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer:
        """The answer to POST. It is repeated like a GET: what npmguard posts asks, and changes nothing."""
        return await self._send(url, _Request("POST", headers, body, most))

    async def file(self, url: str, registry: str, most: int) -> Answer:
        """The file at `url`, byte for byte. Credentials go along to the registry's own host alone."""
        return await self._send(url, _Request("GET", {"accept": "*/*"}, None, most, registry))

    async def save(self, url: str, headers: Mapping[str, str], to: Sink, most: int) -> Answer:
        """Writes the file at `url` to an open one; the answer has no body. No credentials go along.

        https alone is followed, or what never leaves the machine. Raises OSError where it cannot be written.
        """
        return await self._send(url, _Request("GET", {"accept": "*/*", **headers}, None, most, "", to))

    async def _send(self, url: str, request: _Request) -> Answer:
        host = urlsplit(url).netloc
        time_for_one = _REQUEST_TIME if request.registry is None else _FILE_TIME
        if request.to is not None:
            time_for_one = self._ends - time.monotonic()
        async with self._slots:
            for attempt in range(_TRIES):
                if self._failed.get(host, 0) >= _HOPELESS and host not in self._answered:
                    return _failed(f"{_shown(host)} could not be reached")
                left = self._ends - time.monotonic()
                if left <= 0 and request.to is not None:
                    return _failed(f"no answer from {_shown(host)} in time")
                if left <= 0:
                    return _failed("the time for asking the registry ran out")
                last = attempt == _TRIES - 1
                try:
                    answer = await asyncio.wait_for(self._follow(url, request), min(left, time_for_one))
                except TimeoutError:
                    answer = _failed(f"no answer from {_shown(host)} in time")
                except httpx.ConnectError as error:
                    self._failed[host] = self._failed.get(host, 0) + 1
                    answer = _failed(f"{_shown(host)} could not be reached ({_reason(error)})")
                except httpx.TimeoutException:
                    self._failed[host] = self._failed.get(host, 0) + 1
                    answer = _failed(f"no answer from {_shown(host)} in time")
                except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                    answer = _failed(f"the answer of {_shown(host)} broke off ({_reason(error)})")
                else:
                    self._answered.add(host)
                    if answer.status not in (408, 429) and answer.status < 500:
                        return answer
                if last:
                    return answer
                await asyncio.sleep(min(_pause(attempt, answer), max(0.0, self._ends - time.monotonic())))
        raise AssertionError("unreachable")

    async def _follow(self, url: str, request: _Request) -> Answer:
        secure, host = url.startswith("https:"), urlsplit(url).netloc
        for _ in range(_MOST_REDIRECTS + 1):
            # a redirect to another host takes no credentials along, and fetches none that are kept for it
            credentials = self._credentials(url, request.registry) if urlsplit(url).netloc == host else None
            answer = await self._once(url, request, credentials)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            where = answer.headers.get("location", "")
            target = str(httpx.URL(url).join(where))
            if not target.startswith(("https:", "http:")) or (secure and target.startswith("http:")):
                return _failed(f"{_shown(urlsplit(url).netloc)} redirects away from https")
            if request.to is not None and not is_private(target):
                return _failed(f"{_shown(urlsplit(url).netloc)} redirects to a URL that is not https")
            if (answer.status == 303 and request.registry is None) or (
                answer.status in (301, 302) and request.method == "POST"
            ):
                return answer  # an answer to a POST that is elsewhere to be read is none that we know
            url = target
        return _failed(f"{_shown(urlsplit(url).netloc)} redirects too often")

    def _credentials(self, url: str, registry: str | None) -> str | None:
        """What is sent along; for a file that which its registry is asked with, as npm has it."""
        if registry is None:
            return self._config.credentials_for(url)
        ours, theirs = urlsplit(registry), urlsplit(url)
        if ours.netloc != theirs.netloc or (ours.scheme == "https" and theirs.scheme != "https"):
            return None
        return self._config.credentials_for(url) or self._config.credentials_for(registry)

    async def _once(self, url: str, request: _Request, credentials: str | None) -> Answer:
        file = request.registry is not None
        # a file that is packed is not to be packed again, nor unpacked on the way
        sent = {**request.headers, "user-agent": _AGENT, "accept-encoding": "identity" if file else "gzip"}
        if credentials is not None:
            sent["authorization"] = credentials
        self.requests += 1
        large = False
        try:
            async with self._client(url).stream(
                request.method, url, headers=sent, content=request.body
            ) as response:
                found = bytearray()
                size = 0
                if request.to is not None:
                    request.to.seek(0)
                    request.to.truncate()
                plain = {key.lower(): value for key, value in response.headers.items()}
                if response.status_code not in (301, 302, 303, 307, 308):
                    async for part in response.aiter_raw() if file else response.aiter_bytes():
                        size += len(part)
                        if request.to is None or response.status_code != 200:
                            found += part
                        else:
                            request.to.write(part)
                        if size > request.most:
                            return _failed(f"an answer of more than {request.most >> 20} MiB")
                        if file and not large and size > _LARGE:
                            await self._large.acquire()
                            large = True
                return Answer(response.status_code, plain, bytes(found))
        finally:
            if large:
                self._large.release()

    def _client(self, url: str) -> httpx.AsyncClient:
        if url.startswith("https:"):
            if self._multiplexed is None:
                self._multiplexed = self._new(http2=True, connections=_LANES)
            return self._multiplexed
        if len(self._lanes) < _LANES:
            self._lanes.append(self._new(http2=False, connections=IN_FLIGHT // _LANES))
        self._next += 1
        return self._lanes[self._next % len(self._lanes)]

    def _new(self, *, http2: bool, connections: int) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            http2=http2,
            verify=context(self._config) if http2 else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=httpx.Timeout(30.0, connect=10.0, pool=None),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            mounts=self._proxies(),
            trust_env=False,
            follow_redirects=False,
        )

    def _proxies(self) -> dict[str, httpx.AsyncBaseTransport | None] | None:
        """npm's proxy settings, else the environment's, as mounts of httpx."""
        plain, secure, without = proxies(self._config)
        if not plain and not secure:
            return None
        found: dict[str, httpx.AsyncBaseTransport | None] = {}
        for scheme, proxy in (("http://", plain), ("https://", secure)):
            if proxy:
                found[scheme] = httpx.AsyncHTTPTransport(
                    proxy=proxy, verify=context(self._config), http2=scheme == "https://"
                )
        for host in without:
            found[f"all://*{host}" if host.startswith(".") else f"all://{host}"] = None
        return found


def is_private(url: str) -> bool:
    """Can nobody on the way read or change what comes from there: is it https, or this machine's own?"""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def proxies(config: NpmConfig) -> tuple[str | None, str | None, list[str]]:
    """(the proxy for http, the one for https, the hosts that go without)."""
    import os

    env = {key.lower(): value for key, value in os.environ.items() if value}

    def setting(key: str) -> str | None:
        value = config.get(key)
        return value if value and value not in ("null", "false") else None

    plain = setting("proxy") or env.get("http_proxy")
    secure = setting("https-proxy") or setting("proxy") or env.get("https_proxy")
    without = setting("noproxy") or env.get("no_proxy") or ""
    hosts = [host.strip() for host in without.split(",") if host.strip()]
    if "*" in hosts:
        return None, None, []
    return plain, secure, hosts


def _pause(attempt: int, answer: Answer) -> float:
    """Seconds to wait before the next try: what the server asks for, else longer each time."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isdigit():
        return min(float(asked), _LONGEST_WAIT)
    if asked:
        from email.utils import parsedate_to_datetime

        try:
            return min(max(0.0, parsedate_to_datetime(asked).timestamp() - time.time()), _LONGEST_WAIT)
        except (ValueError, TypeError):
            pass
    return float(0.25 * 2**attempt) * (1 + random.random() / 2)  # noqa: S311


def _failed(problem: str) -> Answer:
    return Answer(0, {}, b"", problem)


def _shown(host: str) -> str:
    """A host fit to be printed: without whatever stood before it."""
    return host.rpartition("@")[2] or "the registry"


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())[:120]
    return "".join(c if c.isprintable() else "?" for c in text) or type(error).__name__
