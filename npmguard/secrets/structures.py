"""Checks of how a secret is built: what it decodes to, its checksum, whether it looks drawn at random."""

from __future__ import annotations

import re
from zlib import crc32

from npmguard.secrets import payloads
from npmguard.secrets.checks import base62
from npmguard.secrets.shape import Candidate


def random_text(candidate: Candidate) -> bool | None:
    """Does it look drawn at random: letters and digits, few of them twice?

    Words and names in camel case are not (False); one or two digits, or none, leave a doubt (None).
    """
    text = candidate.secret
    letters = sum(map(_LETTERS.__contains__, text))
    digits = sum(map(_DIGITS.__contains__, text))
    if len(set(text)) < min(len(text) // 2, 8) or _CAMEL_CASE.fullmatch(text):
        return False
    if not digits:
        return None if len(re.findall(rb"[a-z][A-Z]", text)) * 6 >= len(text) else False
    if not letters:
        return None if len(text) >= 30 else False
    return True if digits > 2 or len(text) < 20 else None


def random_both_cases(candidate: Candidate) -> bool:
    """Does it hold capital letters, small letters and digits, as random text in base 62 or 64 does?"""
    text = candidate.secret
    return bool(
        re.search(rb"[A-Z]", text) and re.search(rb"[a-z]", text[4:]) and re.search(rb"[0-9]", text[4:])
    )


def live(candidate: Candidate) -> bool | None:
    """Is it a key for the real thing? One for a sandbox opens less."""
    return None if re.search(rb"(?i)test|sandbox|preprod", candidate.secret[:28]) else True


def discord_user(candidate: Candidate) -> bool | None:
    """Is the first part of a Discord token the number of a user in base 64?"""
    number = decoded(candidate.secret.partition(b".")[0])
    return (number.isdigit() and 15 <= len(number) <= 20) or None


def atlassian_checksum(candidate: Candidate) -> bool | None:
    """Is what follows the last `=` the CRC-32 of all before it, that sign among it, in hexadecimal?"""
    text = candidate.secret
    return text[-8:] == b"%08X" % crc32(text[:-8]) or None


def matrix_checksum(candidate: Candidate) -> bool | None:
    """Is what follows the last `_` the CRC-32 of all before it, in base 62 (Synapse's access tokens)?"""
    text, _, last = candidate.secret.rpartition(b"_")
    return last.decode("latin-1") == base62(crc32(text)).rjust(6, "0") or None


def meta_escapes(candidate: Candidate) -> bool | None:
    """Does it hold one of the pairs by which Meta's tokens write what base 62 lacks?"""
    return bool(re.search(rb"Z[A-D]", candidate.secret)) or None


def names_its_user(candidate: Candidate) -> bool | None:
    """Is the middle part JSON that names a user (`u`), as in Mapbox's tokens?"""
    return decoded(candidate.secret.split(b".")[1]).startswith(b'{"u":"') or None


def decoded(text: bytes) -> bytes:
    """What a text stands for in base 64; nothing where it is not in base 64."""
    return payloads.decoded(text) or b""


_CAMEL_CASE = re.compile(rb"[A-Z]?[a-z]+(?:[A-Z][a-z]+)+[A-Z]{0,3}[0-9]{0,3}")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset(b"0123456789")
