"""Checks that a secret's own format allows: they tell a real one from what only looks like one."""

from __future__ import annotations

import re
from zlib import crc32

from npmguard.secrets.noise import entropy
from npmguard.secrets.shape import Candidate, Check

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def crc32_base62(candidate: Candidate) -> bool | None:
    """Are the last six characters the CRC-32 of what stands between the prefix and them, in base 62?

    GitHub's and npm's tokens end so (GitHub, "Behind GitHub's new authentication token formats", 2021).
    """
    _, _, body = candidate.secret.partition(b"_")
    return body[-6:].decode("latin-1") == base62(crc32(body[:-6])).rjust(6, "0") or None


def base62(number: int) -> str:
    """A number in base 62, digits before capital and small letters."""
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = _BASE62[digit] + text
    return text


def crc32_hex(candidate: Candidate) -> bool | None:
    """Are the last eight characters the CRC-32 of what stands between the prefix and them, in hex?

    Cloudflare's tokens end so.
    """
    _, _, body = candidate.secret.rpartition(b"_")
    return body[-8:].decode("latin-1") == f"{crc32(body[:-8]):08x}" or None


def crc32_of_all(candidate: Candidate) -> bool | None:
    """Is what follows the last underscore the CRC-32 of all before it, in hex, the low byte first?

    Grafana's tokens of service accounts end so.
    """
    body, _, end = candidate.secret.rpartition(b"_")
    return end.decode("latin-1") == crc32(body).to_bytes(4, "little").hex() or None


def varied(bits: float) -> Check:
    """Does each character tell at least so much? Words and filling tell less than chance does."""

    def check(candidate: Candidate) -> bool | None:
        return entropy(candidate.secret) >= bits

    return check


def with_digit(candidate: Candidate) -> bool | None:
    """Has it a digit? A secret of this length has; a word has none."""
    return any(48 <= byte < 58 for byte in candidate.secret)


def with_digit_or_doubt(candidate: Candidate) -> bool | None:
    """Has it a digit? Most secrets of this length have."""
    return with_digit(candidate) or None


def no_hash(candidate: Candidate) -> bool | None:
    """Is the name one of a secret, and not of a checksum, a commit or an identifier?"""
    name = candidate.data[candidate.match.start() : candidate.start]
    return not _HASH.search(name)


_HASH = re.compile(
    rb"(?i)sha(?:\d|[-_]|\b)|hash|commit|integrity|digest|checksum|revision|etag|fingerprint|md5"
)


def no_filling(candidate: Candidate) -> bool | None:
    """Is it more than a row of x, stars or zeros?"""
    return max(map(candidate.secret.lower().count, b"xX*0.")) * 2 <= len(candidate.secret)
