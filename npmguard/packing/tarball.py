"""Reads the tarball of a package: as a stream, in memory, within bounds, and as npm reads it.

Nothing is ever written to disk, and no link is followed. Where npm (its node-tar), other programs and the
format's standard differ about what an archive holds, somebody may be hiding something: such an archive is
refused with an InputError. What npm takes, but no package needs, is an `Oddity`. docs/tarballs.md has both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple
from zlib import adler32

from npmguard.errors import InputError
from npmguard.model import Oddity, PackedFile
from npmguard.packing.bounds import USUAL, Bounds
from npmguard.packing.gunzip import Unpacked
from npmguard.packing.oddities import Oddities
from npmguard.text import one_line

_BLOCK = 512
_ZERO = bytes(_BLOCK)
_USTAR = b"ustar\x0000"
_LARGEST_SIZE = 2**53 - 1  # JavaScript's largest exact integer
_IN_A_HEADER = 8**11  # what the size's twelve bytes can say in octal digits
_FILES = b"0\x007"  # '7' was to be a file in one piece on the disk, and is a file
_KINDS = {
    ord("1"): "hardlink",
    ord("2"): "symlink",
    ord("3"): "device",
    ord("4"): "device",
    ord("5"): "folder",
    ord("6"): "pipe",
    ord("D"): "folder",
}
_WORDS = {"hardlink": "a hard link", "symlink": "a symbolic link", "device": "a device", "pipe": "a pipe"}
_PAX = b"xX"
_LONG_PATH = b"LN"
_RECORD = re.compile(rb"(\d{1,10}) ([^=]*)=")
_DIGITS = re.compile(rb"\d{1,16}")
# What JavaScript's `.` does not match: node-tar keeps what stands behind one, other programs do not.
_LINE_ENDS = re.compile("[\n\r\u2028\u2029]")


class Entry(NamedTuple):
    """One entry of a tarball.

    `path` is where npm unpacks it in the package (POSIX), or its path in the archive where npm leaves it out:
    `skipped` then. `kind` is file, folder, symlink, hardlink, device, pipe or unknown. `data` is a file's
    content, None where that is larger than `Bounds.file` and for all that is no file.
    """

    path: str
    size: int
    mode: int
    kind: str = "file"
    data: bytes | None = None
    skipped: bool = False
    target: str | None = None  # of a link


class Tarball(NamedTuple):
    """What a tarball holds, as npm would unpack it.

    `files` are sorted by path; of two in one place it is the later, as on disk. `manifest` is the content of
    the package.json among them.
    """

    files: tuple[PackedFile, ...]
    oddities: tuple[Oddity, ...]
    packed_size: int
    manifest: bytes | None


def read(
    source: bytes | BinaryIO,
    shown: str,
    each: Callable[[Entry], object] | None = None,
    bounds: Bounds = USUAL,
) -> Tarball:
    """What a tarball holds. `each` is given every entry as it is read, those that npm leaves out too.

    Raises InputError as `entries` does, and for a package.json that is larger than `Bounds.file`.
    """
    walk = _Walk(source, shown, bounds, Oddities())
    files: dict[str, PackedFile] = {}
    manifest: bytes | None = None
    for entry in walk.entries():
        if entry.kind == "file" and not entry.skipped:
            files[entry.path] = PackedFile(entry.path, entry.size, entry.mode)
            if entry.path == "package.json":
                manifest = entry.data
                if manifest is None:
                    raise InputError(shown, f"its package.json is larger than {bounds.file >> 20} MiB")
        if each is not None:
            each(entry)
    return Tarball(tuple(sorted(files.values())), walk.oddities.found, walk.archive.packed, manifest)


def read_file(
    path: str, shown: str, each: Callable[[Entry], object] | None = None, bounds: Bounds = USUAL
) -> Tarball:
    """What the tarball at `path` holds, as `read`. Raises InputError for what cannot be read, too."""
    import os
    import stat

    try:
        # a pipe would block on open, so look before
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise InputError(shown, "not a regular file")
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise InputError(shown, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL, or half a character, that no path can hold
        raise InputError(shown, f"cannot be read: {error}") from None
    with file:
        return read(file, shown, each, bounds)


def entries(
    source: bytes | BinaryIO, shown: str, bounds: Bounds = USUAL, oddities: Oddities | None = None
) -> Iterator[Entry]:
    """The entries of a tarball in their order, one at a time; what is odd about them goes to `oddities`.

    `source` is the whole file's bytes, or a file to read from; gzip or plain tar. `shown` names it in errors.
    Raises InputError for what is broken, cut off, ambiguous, or beyond `bounds`.
    """
    return _Walk(source, shown, bounds, oddities or Oddities()).entries()


class _Extended(NamedTuple):
    """What the headers before an entry say of it."""

    path: str | None = None
    target: str | None = None
    size: int | None = None
    seen: bytes = b""  # the types of those headers


_NOTHING = _Extended()


class _Walk:
    def __init__(self, source: bytes | BinaryIO, shown: str, bounds: Bounds, oddities: Oddities) -> None:
        self.archive = Unpacked(source, shown, bounds)
        self.oddities = oddities
        self._pieces = iter(self.archive)
        self._shown = shown
        self._bounds = bounds
        self._buffer = b""
        self._at = 0
        self._headers = self._paths = self._extensions = self._records = 0

    # -- the bytes

    def _take(self, size: int) -> bytes:
        """The next bytes; fewer where the archive ends."""
        end = self._at + size
        if end <= len(self._buffer):
            found = self._buffer[self._at : end]
            self._at = end
            return found
        gathered = BytesIO()  # which gives its bytes without a copy
        left = size - gathered.write(self._buffer[self._at :])
        self._buffer, self._at = b"", 0
        for piece in self._pieces:
            if len(piece) >= left:
                gathered.write(piece[:left])
                self._buffer, self._at = piece, left
                break
            left -= gathered.write(piece)
        return gathered.getvalue()

    def _pass(self, size: int) -> int:
        """Passes over bytes; how many the archive lacks."""
        left = size - (len(self._buffer) - self._at)
        if left <= 0:
            self._at += size
            return 0
        self._buffer, self._at = b"", 0
        for piece in self._pieces:
            if len(piece) >= left:
                self._buffer, self._at = piece, left
                return 0
            left -= len(piece)
        return left

    def _content(self, size: int, path: str) -> bytes:
        """An entry's content, and past the zeros that fill its last block."""
        found = self._take(size)
        if len(found) < size or self._pass(-size % _BLOCK):
            raise InputError(self._shown, f"cut off in the middle of {one_line(path)}")
        return found

    def _skip(self, size: int, path: str) -> None:
        if self._pass(size + -size % _BLOCK):
            raise InputError(self._shown, f"cut off in the middle of {one_line(path)}")

    # -- the entries

    def entries(self) -> Iterator[Entry]:
        extended = _NOTHING
        ending = False
        while True:
            header = self._take(_BLOCK)
            if header == _ZERO:
                if ending:
                    self._rest()
                    return
                ending = True
                continue
            if len(header) < _BLOCK:
                self._ended(header, extended)
                return
            ending = False
            kind = self._checked(header)
            if kind in b"xXLNKg":
                extended = self._extension(header, kind, extended)
                continue
            entry = self._entry(header, kind, extended)
            extended = _NOTHING
            if entry is not None:
                yield entry

    def _entry(self, header: bytes, type: int, extended: _Extended) -> Entry | None:
        path = extended.path if extended.path is not None else self._path(header)
        self._bounded(path)
        size = self._size(header, extended)
        if type in _FILES and not path.endswith("/"):
            if header[157]:
                raise self._bad(f"{one_line(path)} is a file with a link's target")
            place, skipped = self.oddities.place(path)
            data: bytes | None = None
            if size <= self._bounds.file:
                data = self._content(size, path)
            else:
                self._skip(size, path)
            if not skipped and not self.oddities.file(place):
                skipped = True
            return Entry(place, size, self._mode(header), "file", data, skipped)
        kind = "folder" if type in _FILES else _KINDS.get(type, "unknown")
        place, skipped = self.oddities.place(path, folder=kind == "folder")
        if kind == "folder":
            if type == ord("D"):
                self._skip(size, path)
            # any other folder has no content, whatever size its header gives
            return Entry(place, 0, self._mode(header), kind, None, skipped) if place else None
        target = None
        if kind in ("symlink", "hardlink"):
            if size:
                # npm passes over it, Python and others read it as the next entry
                raise self._bad(f"{one_line(path)} is a link with content")
            target = extended.target if extended.target is not None else self._text(header[157:257])
            words = f"{_WORDS[kind]} to {one_line(target)}; npm leaves links out"
            self.oddities.add("link", place, words)
        else:
            self._skip(size, path)
            words = _WORDS.get(kind, f"of the unknown type {one_line(chr(type))!r}")
            self.oddities.add("device", place, f"{words}; npm leaves it out")
        return Entry(place, size, self._mode(header), kind, None, True, target)

    def _checked(self, header: bytes) -> int:
        """The type of a header whose checksum is right."""
        self._headers += 1
        if self._headers > self._bounds.entries:
            raise InputError(self._shown, f"more than {self._bounds.entries:,} entries")
        own = header[148:156]
        # plain text cannot sum up to where Adler-32's first half starts over
        total = (adler32(header) & 0xFFFF) - 1 if header.isascii() else sum(header)
        try:
            right = self._number(own, "checksum") == total - sum(own) + 8 * 32
        except InputError:
            right = False
        if not right:
            if self._headers == 1:
                raise InputError(self._shown, "no tar archive")
            raise self._bad("a checksum is wrong")
        if header[156] == ord("S"):
            raise self._bad("it holds a sparse file, which npm cannot unpack")
        return header[156]

    def _path(self, header: bytes) -> str:
        path = self._text(header[:100])
        if header[345] and header[257:265] == _USTAR:
            # what star keeps behind a shorter prefix: times
            prefix = self._text(header[345:500] if header[475] else header[345:475])
            path = f"{prefix}/{path}"
        return path

    def _bounded(self, path: str) -> None:
        if not path:
            raise self._bad("an entry without a name")
        self._paths += len(path)
        if len(path) > self._bounds.path:
            raise InputError(self._shown, f"a path of more than {self._bounds.path:,} characters")
        if len(path) > self._bounds.name and len(max(path.split("/"), key=len)) > self._bounds.name:
            raise InputError(self._shown, f"a name of more than {self._bounds.name:,} characters")
        if path.count("/") > self._bounds.depth:
            raise InputError(self._shown, f"a path of more than {self._bounds.depth:,} folders")
        if self._paths > self._bounds.paths:
            raise InputError(self._shown, f"paths of more than {self._bounds.paths >> 20} MiB")

    def _size(self, header: bytes, extended: _Extended) -> int:
        size = self._number(header[124:136], "size")
        if extended.size is None or extended.size == size:
            return size
        if extended.size < _IN_A_HEADER:
            # nobody has to write that size there, so it is there to make programs disagree
            raise self._bad("an extended header gives another size than the entry's own")
        return extended.size

    @staticmethod
    def _mode(header: bytes) -> int:
        text = header[100:108].rstrip(b" \0")
        return int(text, 8) & 0o7777 if text.isdigit() and not text.strip(b"01234567") else 0o644

    def _number(self, field: bytes, what: str) -> int:
        """A number in octal digits or, where its first bit is set, in base 256."""
        usual = field.rstrip(b" \0")
        if usual.isdigit() and not usual.strip(b"01234567"):
            return int(usual, 8)
        if field[0] & 0x80:
            found = int.from_bytes(field[1:], "big")
            if field[0] != 0x80 or found > _LARGEST_SIZE:
                raise self._bad(f"a {what} is negative or beyond all bounds")
            return found
        text = field.partition(b"\0")[0].strip()
        if text.strip(b"01234567"):
            raise self._bad(f"a {what} is no number")
        return int(text, 8) if text else 0

    def _text(self, field: bytes) -> str:
        """The text before the first NUL."""
        text, _, rest = field.partition(b"\0")
        if rest and _LINE_ENDS.search(rest.decode(errors="replace")):
            raise self._bad("a name goes on behind its end")
        return text.decode(errors="replace")

    # -- extended headers

    def _extension(self, header: bytes, type: int, before: _Extended) -> _Extended:
        """What an extended header adds to what is known of the next entry."""
        size = self._number(header[124:136], "size")
        self._extensions += size
        if size > self._bounds.extension:
            # npm passes over it, as if it said nothing
            raise self._bad(f"an extended header of more than {self._bounds.extension >> 20} MiB")
        if self._extensions > self._bounds.extensions:
            raise InputError(
                self._shown, f"extended headers of more than {self._bounds.extensions >> 20} MiB"
            )
        data = self._content(size, "an extended header")
        if type == ord("g"):
            if self._records_of(data).keys() & {b"path", b"linkpath", b"size"}:
                # of these npm follows the last alone, and others all
                raise self._bad("a header for all entries gives one path or size to all of them")
            return before
        role = b"L" if type in _LONG_PATH else b"K" if type == ord("K") else b"x"
        if role in before.seen:
            # which of them counts is another one with each program
            raise self._bad("an entry has several extended headers of one kind")
        seen = before.seen + role
        if role == b"x":
            found = self._pax(data)._replace(seen=seen)
        else:
            text = self._text(data)
            found = _Extended(path=text, seen=seen) if role == b"L" else _Extended(target=text, seen=seen)
        for one, other in ((before.path, found.path), (before.target, found.target)):
            if one is not None and other is not None and one != other:
                raise self._bad("two extended headers give an entry two names")
        return _Extended(
            found.path if found.path is not None else before.path,
            found.target if found.target is not None else before.target,
            found.size if found.size is not None else before.size,
            seen,
        )

    def _pax(self, data: bytes) -> _Extended:
        found = self._records_of(data)
        size = found.get(b"size")
        if size is not None and not _DIGITS.fullmatch(size):
            raise self._bad("an extended header has a size that is no number")
        path, target = (self._value(found.get(key)) for key in (b"path", b"linkpath"))
        return _Extended(path, target, int(size) if size is not None else None)

    def _value(self, value: bytes | None) -> str | None:
        if value is None:
            return None
        if b"\0" in value or b"\n" in value:
            raise self._bad("an extended header has a path with a NUL or a line's end in it")
        return value.decode(errors="replace")

    def _records_of(self, data: bytes) -> dict[bytes, bytes]:
        """The records of a pax header, `LENGTH KEY=VALUE` and a line's end, that say what npm listens to."""
        found: dict[bytes, bytes] = {}
        at, end = 0, len(data)
        while at < end:
            match = _RECORD.match(data, at)
            length = int(match[1]) if match is not None else 0
            stop = at + length
            if match is None or stop > end or match.end() >= stop or data[stop - 1] != 10:
                raise self._bad("an extended header is broken")
            key = match[2]
            if key in (b"path", b"linkpath", b"size"):
                if key in found:
                    raise self._bad(f"an extended header has two of {key.decode()}")
                found[key] = data[match.end() : stop - 1]
            elif key.startswith(b"GNU.sparse"):
                raise self._bad("it holds a sparse file, which npm cannot unpack")
            at = stop
            self._records += 1
            if self._records > self._bounds.records:
                raise InputError(
                    self._shown, f"more than {self._bounds.records:,} records in extended headers"
                )
        return found

    # -- the end

    def _ended(self, header: bytes, extended: _Extended) -> None:
        """The file ended without the two blocks of zeros, which npm does not miss."""
        if header.strip(b"\0") or extended.seen:
            raise InputError(self._shown, "cut off in the middle of a header")
        self._not_empty()

    def _rest(self) -> None:
        """Reads what is behind the end, for the checksum's sake, and to tell of it."""
        self._not_empty()
        hidden = bool(self._buffer[self._at :].strip(b"\0"))
        for piece in self._pieces:
            hidden = hidden or bool(piece.strip(b"\0"))
        if hidden:
            self.oddities.add(
                "outside", "", "something lies behind the end of the archive, where npm does not look"
            )

    def _not_empty(self) -> None:
        if not self._headers:
            raise InputError(self._shown, "an archive with nothing in it")

    def _bad(self, reason: str) -> InputError:
        return InputError(self._shown, f"a broken or deceptive archive: {reason}")
