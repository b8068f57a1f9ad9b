"""One request without the HTTP library, whose import alone costs more than everything else in a warm run.

For the one question that a warm run still has: the advisories. It is asked once, directly; whatever is not a
plain answer (a redirect, a proxy, an error that another try may cure) is left to `http`, with all its care.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from npmguard import __version__
from npmguard.project.npmrc import NpmConfig

_TIMEOUT = 30.0  # seconds
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Answer(NamedTuple):
    """What came back: a status with its body, or `problem` in words. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    problem: str | None = None


def post(config: NpmConfig, url: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer | None:
    """The answer to POST, or None where it takes more than this to get one."""
    parts = urlsplit(url)
    if _through_a_proxy(config) or not parts.hostname:
        return None
    sent = {**headers, "user-agent": f"npmguard/{__version__}", "accept-encoding": "gzip"}
    credentials = config.credentials_for(url)
    if credentials is not None:
        sent["authorization"] = credentials
    connection: HTTPConnection
    if parts.scheme == "https":
        from npmguard.registry.trust import context

        connection = HTTPSConnection(parts.hostname, parts.port, timeout=_TIMEOUT, context=context(config))
    else:
        connection = HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT)
    try:
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
        response = connection.getresponse()
        status = response.status
        if status != 200 and (status in (408, 429) or not 400 <= status < 500):
            return None
        found = response.read(most + 1)
        if len(found) > most or response.length:
            return None  # too much, or less than was promised
        known = {key.lower(): value for key, value in response.getheaders()}
        if known.get("content-encoding", "").lower() in ("gzip", "x-gzip"):
            found = _unpacked(found, most)
        return Answer(status, known, found)
    except (OSError, HTTPException, ValueError, EOFError):
        return None
    finally:
        connection.close()


def _unpacked(data: bytes, most: int) -> bytes:
    import zlib

    reader = zlib.decompressobj(wbits=31)
    try:
        found = reader.decompress(data, most)
    except zlib.error as error:
        raise ValueError("not gzip") from error
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("too long, or cut off")
    return found


def _through_a_proxy(config: NpmConfig) -> bool:
    if any(config.get(key) not in (None, "null", "false", "") for key in ("proxy", "https-proxy")):
        return True
    return any(key.lower() in _PROXIES and value for key, value in os.environ.items())
