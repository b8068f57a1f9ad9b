"""The hosts that are written in code, and which of them stand where secret keys are handled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard.model.code import Deed, Kind

_MOST = 200  # of one file
_NEAR = 700  # characters before and after

_URL = re.compile(
    rb"""["'`](?:https?|wss?)://(?:[\w%-]{1,60}@)?((?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,24}|\d{1,3}(?:\.\d{1,3}){3})"""
    rb"""(?=[:/?#"'`])""",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rb"\b(?:fetch|post|put|request|sendBeacon|open|WebSocket|axios|got)\s{0,2}\(.{0,40}$", re.DOTALL
)
_KEYS = re.compile(
    rb"secret_?key|private_?key|mnemonic|passphrase|keypair|(?<![a-z])seed(?!ing|er)|wallet_?seed",
    re.IGNORECASE,
)
# namespaces and licences, which nobody asks
_NAMES = frozenset(("www.w3.org", "json-schema.org", "schema.org", "ns.adobe.com", "purl.org"))


def find(data: bytes) -> list[str]:
    """The hosts of the URLs that begin a text in code, in small letters, in their order."""
    found = dict.fromkeys(host for host, _ in _urls(data))
    return list(found)


def deeds(data: bytes, path: str) -> Iterator[Deed]:
    """The calls to a host that is written out, made where secret keys, seeds or passphrases are handled."""
    told: set[str] = set()
    for host, place in _urls(data):
        if host in told or not _CALLED.search(data, max(0, place - 60), place):
            continue
        if _KEYS.search(data, max(0, place - _NEAR), place + _NEAR):
            told.add(host)
            line = data.count(b"\n", 0, place) + 1
            yield Deed(Kind.KEYS, path, line, f"it calls {host} where secret keys are handled")


def _urls(data: bytes) -> Iterator[tuple[str, int]]:
    if b"://" not in data:
        return
    for number, match in enumerate(_URL.finditer(data)):
        if number >= _MOST:
            return
        host = match[1].decode("latin-1").lower()
        if host not in _NAMES:
            yield host, match.start()
