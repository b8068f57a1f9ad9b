"""The bytes of an archive, unpacked piece by piece and within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any, BinaryIO

from npmguard.errors import InputError
from npmguard.packing.bounds import Bounds

_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"PK\x03\x04": "ZIP",
}
_READ = 128 * 1024  # bytes at a time, packed
_WRITE = 1024 * 1024  # and unpacked


@cache
def inflater() -> ModuleType:
    """isal, which is more than twice as fast, or zlib where it is missing."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


class Unpacked:
    """The bytes of a gzip file, or those of any other file as they are.

    To be gone through once. Several gzip members count as one, zero bytes after the last as none, as Node.js
    and npm have it. `packed` and `unpacked` tell how many bytes were read and given so far. Raises InputError
    for a file that is empty, no archive, broken, cut off, or beyond `bounds`.
    """

    def __init__(self, source: bytes | BinaryIO, shown: str, bounds: Bounds) -> None:
        self._source = source
        self._shown = shown
        self._bounds = bounds
        self.packed = 0
        self.unpacked = 0

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._pieces()
        first = next(pieces, b"")
        if not first:
            raise InputError(self._shown, "the file is empty")
        if first.startswith(_GZIP):
            yield from self._counted(self._inflated(first, pieces))
            return
        for mark, name in _OTHERS.items():
            if first.startswith(mark):
                raise InputError(self._shown, f"{name} is not what npm packs: a gzip file was expected")
        yield from self._counted(self._plain(first, pieces))

    def _pieces(self) -> Iterator[bytes]:
        """The file as it is."""
        source = self._source
        while True:
            if isinstance(source, bytes):
                piece = source[self.packed : self.packed + _READ]
            else:
                try:
                    piece = source.read(_READ)
                except OSError as error:
                    raise InputError(self._shown, f"cannot be read: {error.strerror or error}") from None
            self.packed += len(piece)
            if self.packed > self._bounds.packed:
                raise InputError(self._shown, f"larger than npmguard reads ({self._bounds.packed >> 20} MiB)")
            if not piece:
                return
            yield piece

    @staticmethod
    def _plain(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield first
        yield from pieces

    def _inflated(self, piece: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
        member: Any = inflater().decompressobj(wbits=31)
        whole = False  # is the last member at its end?
        members = 1
        while True:
            if whole:
                if piece[:1] == b"\0":
                    for _ in pieces:
                        pass
                    return
                member, whole = inflater().decompressobj(wbits=31), False
                members += 1
                if members > self._bounds.members:
                    raise InputError(self._shown, f"more than {self._bounds.members:,} gzip files in one")
            try:
                found = member.decompress(piece, _WRITE)
            except Exception as error:  # zlib.error or isal's own
                raise InputError(self._shown, f"broken gzip: {_reason(error, self.unpacked)}") from None
            if found:
                yield found
            whole = member.eof
            piece = member.unused_data if whole else member.unconsumed_tail
            if not piece and (whole or len(found) < _WRITE):
                piece = next(pieces, b"")
                if not piece:
                    break
        if not whole:
            raise InputError(self._shown, "broken gzip: the file ends too early")

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        bounds = self._bounds
        for piece in pieces:
            self.unpacked += len(piece)
            if self.unpacked > bounds.grace and self.unpacked > self.packed * bounds.ratio:
                raise InputError(
                    self._shown,
                    f"unpacks to more than {bounds.ratio} times its size, as no package does: not read on",
                )
            if self.unpacked > bounds.unpacked:
                raise InputError(
                    self._shown, f"unpacks to more than npmguard reads ({bounds.unpacked >> 20} MiB)"
                )
            yield piece


def _reason(error: Exception, unpacked: int) -> str:
    """What is wrong, in the same words whichever library found it."""
    text = str(error).lower()
    if "check" in text or "crc" in text:
        return "its checksum is wrong"
    return "not what was packed" if unpacked else "it cannot be unpacked"
