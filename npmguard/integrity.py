"""Subresource integrity: the hashes that lockfiles and registries record, such as `sha512-BASE64`."""

from __future__ import annotations

import re
from base64 import b64decode

_STRENGTH = {"md5": 0, "sha1": 1, "sha256": 2, "sha384": 3, "sha512": 4}
_HASH = re.compile(r"([a-z0-9]+)-([A-Za-z0-9+/]+={0,2})(?:\?\S*)?")


def hashes(text: str) -> dict[str, set[str]]:
    """The hashes of an integrity text by algorithm; what is no known hash is left out."""
    found: dict[str, set[str]] = {}
    for part in text.split():
        match = _HASH.fullmatch(part)
        if match is not None and match[1] in _STRENGTH:
            found.setdefault(match[1], set()).add(match[2].rstrip("="))
    return found


_SHA512 = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")


def is_strong(text: str) -> bool:
    """Does it hold a hash that cannot be forged (SHA-256 or longer)?"""
    # by far the most are this one, so look no further
    if _SHA512.fullmatch(text):
        return True
    return any(_STRENGTH[algorithm] > 1 for algorithm in hashes(text))


def kind(text: str) -> str:
    """The strongest algorithm in it, as people write it."""
    known = hashes(text)
    if not known:
        return "no readable hash"
    strongest = max(known, key=_STRENGTH.__getitem__)
    return {"sha1": "SHA-1", "md5": "MD5"}.get(strongest, strongest.upper().replace("SHA", "SHA-"))


def agrees(locked: str, given: str | None, shasum: str | None) -> bool | None:
    """Do a lockfile's integrity and a registry's (SRI and hex SHA-1) mean the same file, and no other?

    npm's ssri takes a file that fits any one hash of the strongest algorithm in the lockfile, so each of
    those has to be the registry's. None where the registry gives no such hash: nothing can be said then.
    """
    if locked == given:
        return True
    ours, theirs = hashes(locked), hashes(given or "")
    if shasum and re.fullmatch(r"[0-9a-fA-F]{40}", shasum):
        theirs.setdefault("sha1", set()).add(_base64(bytes.fromhex(shasum)))
    if not ours:
        return None
    strongest = max(ours, key=_STRENGTH.__getitem__)
    if strongest not in theirs:
        return None
    return {_digest(h) for h in ours[strongest]} <= {_digest(h) for h in theirs[strongest]}


def promised(integrity: str | None, shasum: str | None) -> tuple[str, frozenset[str]] | None:
    """(the strongest algorithm, the hex digests of it that will do) of what a registry or a lockfile says.

    `shasum` is a registry's hex SHA-1; it counts where there is no integrity that can be read, as for npm.
    None where neither can.
    """
    known = hashes(integrity or "")
    if known:
        strongest = max(known, key=_STRENGTH.__getitem__)
        return strongest, frozenset(_digest(h).hex() for h in known[strongest])
    if shasum and re.fullmatch(r"[0-9a-fA-F]{40}", shasum):
        return "sha1", frozenset((shasum.lower(),))
    return None


def digest(data: bytes, algorithm: str) -> str:
    """The hexadecimal digest of data."""
    import hashlib

    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def digests(text: str) -> list[tuple[str, str]]:
    """(algorithm, hexadecimal digest) of every hash that is as long as it must be, the weakest first."""
    found = ((algorithm, _digest(h).hex()) for algorithm, several in hashes(text).items() for h in several)
    whole = (
        (algorithm, hexadecimal) for algorithm, hexadecimal in found if len(hexadecimal) == _HEX[algorithm]
    )
    return sorted(whole, key=lambda each: (_STRENGTH[each[0]], each[1]))


_HEX = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}


def spelt(text: str) -> list[str]:
    """The strongest hashes of an integrity text, spelt as npm spells them."""
    known = hashes(text)
    if not known:
        return []
    strongest = max(known, key=_STRENGTH.__getitem__)
    return [f"{strongest}-{h}{'=' * (-len(h) % 4)}" for h in sorted(known[strongest])]


def _digest(text: str) -> bytes:
    try:
        return b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return text.encode()


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode().rstrip("=")
