"""Makes secrets that belong to nobody, at test time: no file holds one."""

from __future__ import annotations

import base64
import json
import random
import re
import string
from collections.abc import Callable
from typing import NamedTuple
from zlib import crc32

from npmguard.secrets.checks import base62

_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "letter": string.ascii_letters,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "digit": string.digits,
    "b32": string.ascii_uppercase + "234567",
    "b64": string.ascii_letters + string.digits + "+/",
    "url": string.ascii_letters + string.digits + "-_",
    "b32low": string.ascii_lowercase + "234567",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_PART = re.compile(r"\{(\w+)(?::(\d+))?\}")


class Examples(NamedTuple):
    """Of one detector: texts in which it finds something, and texts in which nothing is found at all.

    They are templates for `filled`. In a positive one, what stands between « and » is what must be found.
    `path` is where they stand.
    """

    positive: tuple[str, ...]
    negative: tuple[str, ...]
    path: str = "lib/settings.js"


def filled(template: str, seed: int = 1) -> str:
    """The template with its parts made up: {alnum:36}, {hex:32}, {uuid}, {jwt}, {basic}, {crc} and the like.

    {crc} is the checksum that ends a token of GitHub's or npm's, of the part before it.
    """
    rng = random.Random(f"{template}{seed}")
    last = ""

    def part(match: re.Match[str]) -> str:
        nonlocal last
        kind, count = match[1], int(match[2] or 0)
        if kind == "crc":
            return base62(crc32(last.encode())).rjust(6, "0")
        made = _SPECIAL.get(kind)
        last = made(rng) if made else "".join(rng.choice(_ALPHABETS[kind]) for _ in range(count))
        return last

    return _PART.sub(part, template)


def _uuid(rng: random.Random) -> str:
    text = "".join(rng.choice("0123456789abcdef") for _ in range(32))
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _jwt(rng: random.Random) -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    body = {"sub": str(rng.randrange(10**9, 10**10)), "iat": 1700000000 + rng.randrange(10**7)}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(body)}.{filled('{url:43}', rng.randrange(10**6))}"


def _basic(rng: random.Random) -> str:
    return base64.b64encode(filled("{lower:5}:{alnum:13}", rng.randrange(10**6)).encode()).decode()


_SPECIAL: dict[str, Callable[[random.Random], str]] = {"uuid": _uuid, "jwt": _jwt, "basic": _basic}
