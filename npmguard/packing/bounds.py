"""What an archive may take: bounds that no real package comes near, and a bomb passes at once."""

from __future__ import annotations

from typing import NamedTuple

_MIB = 1024 * 1024


class Bounds(NamedTuple):
    """The most of everything. Sizes are in bytes.

    The largest real packages have some 60,000 files and 700 MB; what compresses best among them shrinks to a
    fortieth.
    """

    packed: int = 256 * _MIB
    unpacked: int = 1024 * _MIB
    ratio: int = 200  # of unpacked to packed, looked at once `grace` bytes are unpacked
    grace: int = 16 * _MIB
    entries: int = 200_000  # headers of every kind
    file: int = 32 * _MIB  # what is larger is listed, and its content passed over
    path: int = 4096  # of one path
    name: int = 255  # of one name in it: file systems take no more, and npm leaves such a file out
    depth: int = 1024  # folders in one path, as node-tar has it
    paths: int = 16 * _MIB  # of all paths together
    extension: int = 1 * _MIB  # of one extended header, as node-tar has it
    extensions: int = 64 * _MIB  # of all of them together
    records: int = 2_000_000  # in all extended headers together
    members: int = 20_000  # gzip members, one after the other


USUAL = Bounds()
