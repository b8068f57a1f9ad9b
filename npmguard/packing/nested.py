"""The members of archives that lie in a package: read in memory, within bounds, one level deep."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from npmguard.errors import InputError
from npmguard.packing.bounds import USUAL, Bounds
from npmguard.packing.gunzip import Unpacked
from npmguard.packing.tarball import entries

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


class Member(NamedTuple):
    """A file in an archive; `data` is None, and `reason` says why, where it is not read.

    The path in a tar file is without its first folder, as npm unpacks it.
    """

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


def _bounds() -> Bounds:
    return USUAL._replace(
        unpacked=LARGEST, ratio=_RATIO, grace=_GRACE, entries=MOST_MEMBERS, file=LARGEST_MEMBER
    )


def _gunzipped(data: bytes) -> bytes:
    try:
        return b"".join(Unpacked(data, "", _bounds()))
    except InputError as error:
        raise Unreadable(error.reason) from None


def _tarred(data: bytes) -> Iterator[Member]:
    try:
        for entry in entries(data, "", _bounds()):
            if entry.kind != "file":
                continue
            yield _too_large(entry.path) if entry.data is None else Member(entry.path, entry.data)
    except InputError as error:
        raise Unreadable(error.reason) from None


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
        raise Unreadable(f"more than {MOST_MEMBERS:,} entries")
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
        raise Unreadable("a zip file that is cut off" if at < 0 else f"more than {MOST_MEMBERS:,} entries")


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
        raise Unreadable(f"unpacks to more than npmguard reads ({LARGEST >> 20} MiB)")
    if unpacked > _GRACE and unpacked > packed * _RATIO:
        raise Unreadable(f"unpacks to more than {_RATIO} times its size: not read on")
