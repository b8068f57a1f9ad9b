"""The keys with which a registry signs releases: its answer to GET -/npm/v1/keys, and the cache's."""

from __future__ import annotations

import msgspec

from npmguard.dates import seconds
from npmguard.model import Key, Keys
from npmguard.registry.packument import document, text

PATH = "-/npm/v1/keys"
_MOST = 1000  # the public npm registry lists two

_encode = msgspec.msgpack.Encoder().encode
_decode_kept = msgspec.msgpack.Decoder(tuple[str, list[tuple[str, str, str | None, float | None]]]).decode


def read(data: bytes, registry: str, fetched: float) -> Keys:
    """The keys of that answer. Raises ValueError with a plain reason; an entry that is no key is left out."""
    listed = document(data).get("keys")
    if not isinstance(listed, list):
        raise ValueError("the registry's list of keys is none")
    found = {}
    for entry in listed[:_MOST]:
        if not isinstance(entry, dict):
            continue
        id, public, expires = text(entry.get("keyid")), text(entry.get("key")), text(entry.get("expires"))
        if id is not None and public is not None:
            kind = text(entry.get("scheme")) or text(entry.get("keytype"))
            found[id] = Key(id, public, kind, seconds(expires) if expires else None)
    return Keys(registry, found, fetched)


def packed(keys: Keys) -> bytes:
    """The keys as the cache keeps them."""
    return _encode((keys.registry, list(map(tuple, keys.by_id.values()))))


def unpacked(data: bytes, fetched: float) -> Keys:
    """The keys that `packed` wrote. Raises ValueError for anything else."""
    try:
        registry, rows = _decode_kept(data)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError("not keys") from error
    return Keys(registry, {row[0]: Key(*row) for row in rows}, fetched)
