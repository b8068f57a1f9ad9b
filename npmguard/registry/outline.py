"""A package's history in short: made of the whole one, and in and out of the cache."""

from __future__ import annotations

import zlib

import msgspec

from npmguard.model import Brief, History, Outline, Publication

_LONGEST = 200  # characters of a licence


def of(history: History) -> Outline:
    """The outline of a history."""
    return Outline(
        history.name,
        tuple(map(_brief, history.publications)),
        len(set(history.maintainers)) or None,
        history.dist_tags.get("latest"),
        history.real,
    )


def _brief(found: Publication) -> Brief:
    return Brief(
        found.version,
        found.time,
        found.deprecated is not None,
        # an absent script says nothing where the document was rebuilt, but there `real` is False
        True if found.scripts is None else bool(found.scripts),
        found.trusted or found.attested,
        found.licence[:_LONGEST] if found.licence is not None else None,
    )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, tuple[Brief, ...], int | None, str | None, bool]).decode


def packed(outline: Outline) -> bytes:
    """An outline as the cache keeps it."""
    return zlib.compress(_encode(tuple(outline)), 1)


def unpacked(data: bytes) -> Outline:
    """The outline that `packed` wrote. Raises ValueError for anything else."""
    try:
        return Outline(*_decode(zlib.decompress(data)))
    except (msgspec.MsgspecError, zlib.error, ValueError, TypeError) as error:
        raise ValueError("not an outline") from error
