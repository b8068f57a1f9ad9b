"""Texts that stand encoded in a text: in base64 and in URL encoding; and texts in UTF-16.

Each knows which place of it stands where in what it was taken out of. What is decoded is not decoded again.
"""

from __future__ import annotations

import codecs
import re
from binascii import Error, a2b_base64
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from npmguard.secrets.windows import Window

Spans = Callable[[int, int], tuple[int, int]]


class Text(NamedTuple):
    """A text that was taken out of another; `spans()` gives for a span in it that in the other."""

    text: bytes
    within: str | None
    spans: Callable[[], Spans]


# -- what is searched for, beside the detectors' patterns and behind them

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {chr(c): value for value, c in enumerate(_BASE64)} | {"-": 62, "_": 63}  # of the URL alphabet too
_PRINTED = (9, 10, 13, *range(32, 127))


def _those(fits: Callable[[int, int], bool]) -> str:
    taken = (c for c, value in _VALUES.items() if any(fits(value, byte) for byte in _PRINTED))
    return "[" + "".join(re.escape(c) for c in taken) + "]"


# Four characters that stand for three of a text: this tells encoded text from pictures, hashes and names.
_THREE = (
    _those(lambda value, byte: byte >> 2 == value)
    + _those(lambda value, byte: byte >> 4 == value & 15)
    + _those(lambda value, byte: byte >> 6 == value & 3)
    + r"[A-Za-z0-9+/_\-]"
)
PATTERNS = (
    rf"[^A-Za-z0-9+/_\-](?:{_THREE}){{6}}",
    "%(?:[2-7][0-9A-Fa-f]|0[9AaDd])",
)
_START = re.compile(f"(?:{_THREE}){{6}}".encode())
_FOUND = re.compile(PATTERNS[0].encode())
_ESCAPE = re.compile(PATTERNS[1].encode())


def at_start(data: bytes) -> bool:
    """Does the text begin with base64? The searcher needs a character before it."""
    return _START.match(data) is not None


def texts(data: bytes, windows: Mapping[int, Sequence[Window]], first: int) -> Iterator[Text]:
    """The encoded texts in `data`; `windows` has those of the patterns here from index `first` on."""
    if at_start(data) or first in windows:
        yield from _from_base64(data, windows.get(first, ()))
    if first + 1 in windows:
        yield from _from_urls(data, windows[first + 1])


# -- base64

_RUN = re.compile(
    # lines of the same text, broken by a real or by a written-out line end
    rb"(?:[A-Za-z0-9+/_\-]{60,}+(?:\\r)?(?:\r?\n|\\n)[ \t]{0,32})*+[A-Za-z0-9+/_\-]*+"
)
_LINE = re.compile(rb"(?:\\r)?(?:\r?\n|\\n)[ \t]{0,32}")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def _from_base64(data: bytes, windows: Sequence[Window]) -> Iterator[Text]:
    done = 0
    for start in _starts(data, windows):
        if start < done:
            continue
        match = _RUN.match(data, start)
        done = match.end() if match else start
        run = _joined(data, start, done)
        with_room = len(run.text) - (len(run.text) % 4 == 1)
        text = run.text[:with_room].translate(_STANDARD)
        try:
            decoded = a2b_base64(text + b"=" * (-len(text) % 4))
        except Error:
            continue
        yield Text(decoded, "base64", run.spans)


class _Joined(NamedTuple):
    """Lines put together, with the place at which each begins, in the joined text and in the whole."""

    text: bytes
    begins: list[int]
    places: list[int]

    def spans(self) -> Spans:
        """The spans of decoded text: four characters are three bytes, so its ends may lie in a character."""
        return lambda start, end: (self._place(start * 4 // 3), self._place(-(-end * 4 // 3) - 1) + 1)

    def _place(self, at: int) -> int:
        line = max(bisect_right(self.begins, at) - 1, 0)
        return self.places[line] + min(at, len(self.text)) - self.begins[line]


def _joined(data: bytes, start: int, end: int) -> _Joined:
    parts: list[bytes] = []
    begins: list[int] = []
    places: list[int] = []
    length = 0
    at = start
    lines = data.find(b"\n", start, end) >= 0 or data.find(b"\\n", start, end) >= 0
    while at < end:
        line_end = _LINE.search(data, at, end) if lines else None
        stop = line_end.start() if line_end else end
        parts.append(data[at:stop])
        begins.append(length)
        places.append(at)
        length += stop - at
        at = line_end.end() if line_end else end
    return _Joined(b"".join(parts), begins, places)


def _starts(data: bytes, windows: Sequence[Window]) -> Iterator[int]:
    if at_start(data):
        yield 0
    for low, high in windows:
        for match in _FOUND.finditer(data, low, high + 25):
            if match.start() < high:
                yield match.start() + 1


# -- URL encoding

_LONGEST = 4096  # characters of a URL to both sides of an escape
_URL = re.compile(rb"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|{}^\\]*+")
_CODES = {f"{byte:02x}".encode(): bytes([byte]) for byte in range(256)}


def _from_urls(data: bytes, windows: Sequence[Window]) -> Iterator[Text]:
    done = 0
    for low, high in windows:
        for match in _ESCAPE.finditer(data, low, high + 3):
            if match.start() < done:
                continue
            before = data[max(done, match.start() - _LONGEST) : match.start()][::-1]
            head = _URL.match(before)
            start = match.start() - (head.end() if head else 0)
            tail = _URL.match(data, start, match.start() + _LONGEST)
            done = tail.end() if tail else match.end()
            run = data[start:done]
            pieces = _pieces(run)
            yield Text(b"".join(pieces), "URL encoding", _url_spans(start, pieces, run))


def _pieces(run: bytes) -> list[bytes]:
    """What a run of a URL says, escape by escape."""
    parts = run.split(b"%")
    pieces = [parts[0]]
    for part in parts[1:]:
        code = _CODES.get(part[:2].lower())
        pieces += (b"%", part) if code is None else (code, part[2:])
    return pieces


def _url_spans(start: int, pieces: Sequence[bytes], run: bytes) -> Callable[[], Spans]:
    def spans() -> Spans:
        decoded, encoded = 0, start
        begins: list[int] = []
        stands: list[int] = []
        for odd, piece in enumerate(pieces):
            begins.append(decoded)
            stands.append(encoded)
            decoded += len(piece)
            escaped = odd % 2 and run[encoded - start + 1 : encoded - start + 3].lower() in _CODES
            encoded += 3 if escaped else len(piece)

        return by_pieces(begins, stands)

    return spans


def by_pieces(begins: Sequence[int], stands: Sequence[int]) -> Spans:
    """The spans of a text that is put together of pieces: where each begins in it, and where it stands."""

    def place(at: int) -> int:
        piece = bisect_right(begins, at) - 1
        return stands[piece] + at - begins[piece]

    return lambda start, end: (place(start), place(end))


# -- UTF-16

_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def from_utf16(data: bytes) -> Text | None:
    """The text of a file in UTF-16 that says so, as PowerShell writes them, in UTF-8; else None."""
    name = _WIDE.get(data[:2])
    if name is None or data[2:4] == b"\0\0":
        return None
    text = data[2:].decode(name, "replace").encode()

    def place(at: int) -> int:
        return 2 + len(text[:at].decode("utf-8", "replace").encode("utf-16-le"))

    return Text(text, None, lambda: lambda start, end: (place(start), place(end)))
