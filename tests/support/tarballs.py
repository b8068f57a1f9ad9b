"""Tarballs made by hand, block for block: what no program for it would write."""

from __future__ import annotations

import gzip

MANIFEST = b'{"name":"demo","version":"1.0.0"}'
END = bytes(1024)
USTAR, GNU, V7 = b"ustar\x0000", b"ustar  \0", bytes(8)


def header(
    name: str | bytes,
    size: int = 0,
    type: bytes = b"0",
    *,
    mode: int = 0o644,
    link: bytes = b"",
    prefix: bytes = b"",
    magic: bytes = USTAR,
    size_field: bytes | None = None,
    checksum: int | None = None,
) -> bytes:
    """One header block."""
    found = bytearray(512)

    def put(at: int, data: bytes) -> None:
        found[at : at + len(data)] = data

    put(0, name.encode() if isinstance(name, str) else name)
    put(100, b"%07o\0" % mode)
    put(108, b"0000000\x000000000\0")
    put(124, b"%011o\0" % size if size_field is None else size_field)
    put(136, b"%011o\0" % 0)
    put(156, type)
    put(157, link)
    put(257, magic)
    put(345, prefix)
    put(148, b" " * 8)
    put(148, b"%06o\0 " % (sum(found) if checksum is None else checksum))
    return bytes(found)


def filled(data: bytes) -> bytes:
    """Data up to the end of its last block."""
    return data + bytes(-len(data) % 512)


def entry(name: str | bytes, data: bytes = b"x", type: bytes = b"0", **more: object) -> bytes:
    """A header and its content."""
    return header(name, len(data), type, **more) + filled(data)  # type: ignore[arg-type]


def record(key: bytes, value: bytes) -> bytes:
    """One record of a pax header."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest)
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def pax(*records: bytes, type: bytes = b"x") -> bytes:
    """An extended header."""
    return entry("PaxHeader/x", b"".join(records), type)


def tar(*parts: bytes, end: bytes = END, manifest: bool = True) -> bytes:
    """An archive of these parts, a package.json before them."""
    first = entry("package/package.json", MANIFEST) if manifest else b""
    return first + b"".join(parts) + end


def tgz(*parts: bytes, end: bytes = END, manifest: bool = True) -> bytes:
    """The same, packed."""
    return gzip.compress(tar(*parts, end=end, manifest=manifest), 6, mtime=0)
