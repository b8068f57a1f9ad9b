"""What tokens hold inside, where that can be read: JSON, a user and a password, macaroons, bech32."""

from __future__ import annotations

import base64
import binascii
import re

from npmguard.secrets.shape import Candidate, Check


def decoded(text: bytes) -> bytes | None:
    """What base64 of either alphabet stands for, padded or not; None where it is none."""
    try:
        text = text.rstrip(b"=")
        return base64.b64decode(text.translate(_ONE_ALPHABET) + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None


_ONE_ALPHABET = bytes.maketrans(b"-_", b"+/")


def json_with(*keys: str) -> Check:
    """Is what follows the prefix base64 of a JSON object that begins with a key, and has these keys?"""

    def check(candidate: Candidate) -> bool | None:
        _, ey, rest = candidate.secret.partition(b"ey")
        value = decoded(re.split(rb"[_.]", ey + rest)[0]) if ey else None
        return (value is not None and all(f'"{key}"'.encode() in value for key in keys)) or None

    return check


def user_and_password(candidate: Candidate) -> bool | None:
    """Is it base64 of `user:password`, both printable and without spaces?"""
    value = decoded(candidate.secret)
    return bool(value and re.fullmatch(rb"[!-9;-~]{1,200}:[!-~]{3,800}", value))


def macaroon(candidate: Candidate) -> bool | None:
    """Is what follows `pypi-` a macaroon of version 2, which begins with the name of a host?"""
    body = candidate.secret.partition(b"-")[2]
    head = decoded(body[:80]) or b""
    return bool(head[:2] == b"\2\1" and re.fullmatch(rb"[\w.-]+", head[3 : 3 + head[2]])) or None


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(candidate: Candidate) -> bool | None:
    """Does the checksum of bech32 (BIP 173) hold, which ends age's keys?"""
    human, _, data = candidate.secret.decode("latin-1").lower().rpartition("1")
    return bech32_sum([*_expanded(human), *map(_BECH32.index, data)]) == 1 or None


def bech32_sum(values: list[int]) -> int:
    """The checksum of bech32 over values of five bits: 1 where it holds."""
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                total ^= term
    return total


def _expanded(human: str) -> list[int]:
    return [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
