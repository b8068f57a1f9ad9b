"""How large the tarball of a folder's files would be."""

from __future__ import annotations

import os
import posixpath
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, BinaryIO

from npmguard.errors import InputError
from npmguard.model.packed import PackedFile

# Up to here all is compressed as npm does it. Beyond, this many pieces of this length are compressed by a
# faster compressor, and every fourth both ways, which shows by how much the faster one is worse.
EXACT = 8 * 1024 * 1024
_PIECES, _LENGTH, _BOTH = 32, 1 << 18, 4

_CHUNK = 1 << 18
_BLOCK = 512
_MTIME = 499162500  # npm dates every file 1985-10-26


def packed_size(folder: str | os.PathLike[str], files: Sequence[PackedFile]) -> int:
    """The bytes of the tarball that npm would make of these files of a folder.

    With up to 8 MiB of content this is npm's own figure to less than a hundredth; above, an estimate from
    pieces of it, to less than a tenth. Raises InputError for a file that cannot be read, or is no plain file
    now.
    """
    shown = os.fspath(folder)
    ordered = sorted(files, key=_order)
    if sum(file.size + 2 * _BLOCK for file in files) <= EXACT:
        return _compressed(_tar(shown, ordered))
    return _estimated(shown, ordered)


def _compressed(pieces: Iterator[bytes]) -> int:
    best = _Counter(_best())
    for piece in pieces:
        best.add(piece)
    return best.size()


def _estimated(folder: str, files: Sequence[PackedFile]) -> int:
    starts = [0, *accumulate(_BLOCK + file.size + -file.size % _BLOCK for file in files)]
    total = starts.pop()
    every, fast, slow = _Counter(_fast()), _Counter(_fast()), _Counter(_best())
    taken = 0
    for number in range(_PIECES):
        piece = _piece(folder, files, starts, number * total // _PIECES)
        every.add(piece)
        taken += len(piece)
        if number % _BOTH == 0:
            fast.add(piece)
            slow.add(piece)
    return every.size() * total // taken * slow.size() // fast.size()


def _piece(folder: str, files: Sequence[PackedFile], starts: Sequence[int], begin: int) -> bytes:
    """So many bytes of the archive from there on, or less at its end."""
    first = max(0, bisect_right(starts, begin) - 1)
    end = begin + _LENGTH
    found = bytearray()
    for file, start in zip(files[first:], starts[first:], strict=True):
        if start >= end:
            break
        skip = max(0, begin - start - _BLOCK)
        wanted = min(file.size - skip, end - start - _BLOCK - skip)
        if start >= begin:
            found += _header(file.path, file.size, file.mode)
        if wanted > 0:
            found += _part(os.path.join(folder, file.path), skip, wanted)
        if skip + wanted >= file.size:
            found += b"\0" * (-file.size % _BLOCK)
    return bytes(found)


def _part(path: str, skip: int, count: int) -> bytes:
    with _source(path) as source:
        source.seek(skip)
        return source.read(count)


@contextmanager
def _source(path: str) -> Iterator[BinaryIO]:
    """The file, open. Raises InputError where it is no plain file or cannot be read."""
    try:
        if os.path.islink(path) or not os.path.isfile(path):
            raise InputError(path, "is no plain file any more")
        with open(path, "rb") as source:
            yield source
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from None


class _Counter:
    """Counts what comes out of a compressor."""

    def __init__(self, compressor: Any) -> None:
        self._compressor = compressor
        self._size = 0

    def add(self, data: bytes) -> None:
        self._size += len(self._compressor.compress(data))

    def size(self) -> int:
        """The bytes of it all. Ends the stream."""
        return self._size + len(self._compressor.flush())


def _best() -> Any:
    return zlib.compressobj(9, zlib.DEFLATED, 31)


def _fast() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(1, zlib.DEFLATED, 31)
    return isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)


def _order(file: PackedFile) -> tuple[str, str, str]:
    """npm's order, which puts like beside like: by ending, by name, by path."""
    name = posixpath.basename(file.path).lower()
    return posixpath.splitext(name)[1], name, file.path


def _tar(folder: str, files: Sequence[PackedFile]) -> Iterator[bytes]:
    """The bytes of a tar archive as npm makes it, in pieces."""
    for path, _, mode in files:
        full = os.path.join(folder, path)
        with _source(full) as source:
            size = os.fstat(source.fileno()).st_size
            yield _header(path, size, mode)
            left = size
            while left:
                data = source.read(min(left, _CHUNK))
                if not data:
                    raise InputError(full, "became shorter while it was read")
                left -= len(data)
                yield data
            yield b"\0" * (-size % _BLOCK)
    yield b"\0" * (2 * _BLOCK)


def _header(path: str, size: int, mode: int) -> bytes:
    name = f"package/{path}".encode()
    before = b""
    prefix = b""
    if len(name) > 100 or not path.isascii():
        cut = name.rfind(b"/", 0, 156) if path.isascii() else -1
        if cut > 0 and len(name) - cut - 1 <= 100:
            prefix, name = name[:cut], name[cut + 1 :]
        else:
            fields = (b"path=" + name, b"mtime=%d" % _MTIME, b"size=%d" % size)
            body = b"".join(map(_record, fields))
            extended = b"PaxHeader/" + posixpath.basename(name)[:80]
            before = _block(extended, 0o644, len(body), b"x") + body + b"\0" * (-len(body) % _BLOCK)
            name = name[:100]
    return before + _block(name, mode, size, b"0", prefix)


def _record(field: bytes) -> bytes:
    """A line of an extended header, which begins with its own length."""
    rest = len(field) + 2
    digits = next(n for n in range(1, 9) if len(str(rest + n)) == n)
    return b"%d %s\n" % (rest + digits, field)


def _block(name: bytes, mode: int, size: int, kind: bytes, prefix: bytes = b"") -> bytes:
    numbers = b"%06o \0" % mode + b"\0" * 16 + b"%011o\0%011o\0" % (size, _MTIME)
    head = name.ljust(100, b"\0") + numbers
    tail = (
        kind
        + b"\0" * 100
        + b"ustar\x0000"
        + b"\0" * 64
        + b"000000 \x00000000 \x00"
        + prefix.ljust(155, b"\0")
    )
    check = sum(head) + sum(tail) + 8 * 32
    return (head + b"%06o \0" % check + tail).ljust(_BLOCK, b"\0")
