"""Checks that a secret's own format allows: they tell a real one from what only looks like one."""

from __future__ import annotations

from zlib import crc32

from npmguard.secrets.shape import Candidate

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
