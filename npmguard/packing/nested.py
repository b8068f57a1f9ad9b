"""The members of archives that lie in a package: read in memory, within bounds, one level deep."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b\x08"
_TAR = b"ustar"
_TAR_AT = 257

MOST_MEMBERS = 10_000
LARGEST_MEMBER = 16 << 20
LARGEST = 128 << 20  # bytes of all members together
_RATIO = 200  # of unpacked to packed, once _GRACE bytes are unpacked
_GRACE = 4 << 20
_DIRECTORY = 4 << 20  # bytes of a zip's list of its members, looked at before it is read
_PIECE = 1 << 20


class Member(NamedTuple):
    """A file in an archive; `data` is None, and `reason` says why, where it is not read."""

    path: str
    data: bytes | None
    reason: str = ""


class Unreadable(Exception):
    """An archive, or the rest of one, that is not looked into; `str()` says why."""


def is_archive(data: bytes) -> bool:
    """Is it a zip, a gzip or a tar file, by what it begins with?"""
    return data[:4] == _ZIP or data[:3] == _GZIP or data[_TAR_AT : _TAR_AT + 5] == _TAR


def members(data: bytes, path: str) -> Iterator[Member]:
    """The files in the archive at `path`. Raises Unreadable where it is broken or beyond the bounds."""
    if data[:4] == _ZIP:
        yield from _zipped(data)
        return
    name = path.rpartition("/")[2]
    if data[:3] == _GZIP:
        data = _gunzipped(data)
        if data[_TAR_AT : _TAR_AT + 5] != _TAR:
            yield Member(name.removesuffix(".gz"), data)
            return
    yield from _tarred(data)


# -- gzip and tar


def _gunzipped(data: bytes) -> bytes:
    unpacked = bytearray()
    unpacker = zlib.decompressobj(31)
    rest = data
    while rest and not unpacker.eof:
        try:
            unpacked += unpacker.decompress(rest, _PIECE)
        except zlib.error:
            raise Unreadable("a broken gzip file") from None
        rest = unpacker.unconsumed_tail
        _bounded(len(unpacked), len(data))
        if unpacker.eof and unpacker.unused_data[:3] == _GZIP:
            rest, unpacker = unpacker.unused_data, zlib.decompressobj(31)
    if not unpacker.eof:
        raise Unreadable("a gzip file that is cut off")
    return bytes(unpacked)


def _tarred(data: bytes) -> Iterator[Member]:
    import tarfile

    seen = 0
    try:
        with tarfile.open(fileobj=BytesIO(data), mode="r:") as archive:
            for entry in archive:
                seen += 1
                if seen > MOST_MEMBERS:
                    raise Unreadable(f"more than {MOST_MEMBERS:,} files")
                if not entry.isreg() or entry.issparse():
                    continue
                if entry.size > LARGEST_MEMBER:
                    yield _too_large(entry.name)
                    continue
                file = archive.extractfile(entry)
                yield Member(entry.name, file.read() if file else b"")
    except (tarfile.TarError, OSError, EOFError, ValueError, RecursionError):
        raise Unreadable("a broken tar file") from None


# -- zip


def _zipped(data: bytes) -> Iterator[Member]:
    import zipfile

    _directory_bounded(data)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except Exception:  # for what is broken zipfile has many names, and those of the modules that it uses
        raise Unreadable("a broken zip file") from None
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if len(infos) > MOST_MEMBERS:
        raise Unreadable(f"more than {MOST_MEMBERS:,} files")
    if _overlap(infos):
        raise Unreadable("its members overlap, as in a zip bomb")
    total = 0
    for info in infos:
        if info.flag_bits & 1:
            yield Member(info.filename, None, "it is encrypted")
        elif info.file_size > LARGEST_MEMBER:
            yield _too_large(info.filename)
        else:
            member = _unzipped(archive, info)
            total += len(member.data or b"")
            _bounded(total, len(data))
            yield member


def _unzipped(archive: ZipFile, info: ZipInfo) -> Member:
    try:
        with archive.open(info) as file:
            data = file.read(LARGEST_MEMBER + 1)
    except Exception:  # see above
        return Member(info.filename, None, "it cannot be unpacked")
    return _too_large(info.filename) if len(data) > LARGEST_MEMBER else Member(info.filename, data)


def _directory_bounded(data: bytes) -> None:
    """A zip's end tells how long its list of members is; each of them takes half a kilobyte of memory."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - (1 << 16) - 22))
    if at < 0 or int.from_bytes(data[at + 12 : at + 16], "little") > _DIRECTORY:
        # also where the length stands elsewhere, in the large form of the format
        raise Unreadable("a zip file that is cut off" if at < 0 else f"more than {MOST_MEMBERS:,} files")


def _overlap(infos: list[ZipInfo]) -> bool:
    end = -1
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + 30 + info.compress_size
    return False


def _too_large(path: str) -> Member:
    return Member(path, None, f"larger than {LARGEST_MEMBER >> 20} MiB")


def _bounded(unpacked: int, packed: int) -> None:
    if unpacked > LARGEST:
        raise Unreadable(f"it unpacks to more than {LARGEST >> 20} MiB")
    if unpacked > _GRACE and unpacked > packed * _RATIO:
        raise Unreadable(f"it unpacks to more than {_RATIO} times its size")
