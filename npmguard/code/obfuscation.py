"""Code that was made unreadable on purpose, told from code that was only made small.

Minifiers (terser, esbuild, webpack and their like) shorten names and drop spaces. Obfuscators do what no
minifier has a reason for: they put strings into a shuffled table, number all names in hexadecimal, write
plain letters as escapes, or use characters that nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard.code.lexer import Spans
from npmguard.model.code import Bulk, Deed, Kind

_LARGE = 100_000  # bytes: from here minified code is listed
_ENCODED = 20_000  # bytes of one literal
_NAMES = re.compile(rb"\b_0x[0-9a-f]{4,6}\b")
_ROTATED = re.compile(
    rb"parseInt\((?:[\w$]{1,20}\.)?[\w$]{1,20}\([^()]{1,60}\)\)\s{0,2}/\s{0,2}\(?-?(?:0x)?[0-9a-f]"
)
_SHIFTS = re.compile(
    rb"""(?:\.push|\[['"](?:push|\\x70\\x75\\x73\\x68)['"]\])\([\w$]{1,20}(?:\.shift|\[['"](?:shift|\\x73\\x68\\x69\\x66\\x74)['"]\])\(\)\)"""
)
_PACKED = re.compile(rb"eval\(function\(p,a,c,k,e,[dr]\)")
# letters and digits that need no escape
_ESCAPES = re.compile(
    rb"\\x(?:3\d|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])|\\u00(?:3\d|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])"
)
_ESCAPED = 12  # in a row: a word
_PLAIN = rb"(?:2[0d-fD-F]|3[0-9aA]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])"
# (each pattern begins with what it can be looked for by)
_RUNS_OF_ESCAPES = tuple(
    re.compile(rb"%s%s(?:%s%s){%d}" % (start, _PLAIN, start, _PLAIN, _ESCAPED - 1))
    for start in (rb"\\x", rb"\\u00")
)
# what nobody sees: variation selectors, tags, blank letters, zero-width marks
_MARKS = rb"(?:\xe2\x80[\x8b-\x8d]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf){48}"
_SELECTORS = rb"(?:\xf3\xa0[\x80-\x87][\x80-\xbf]|\xef\xb8[\x80-\x8f]){23}"
_UNSEEN = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\xef\xb8[\x80-\x8f]" + _SELECTORS,
        rb"\xf3\xa0[\x80-\x87][\x80-\xbf]" + _SELECTORS,
        rb"\xe3\x85\xa4(?:\xe3\x85\xa4|\xef\xbe\xa0){63}",
        rb"\xef\xbe\xa0(?:\xef\xbe\xa0|\xe3\x85\xa4){63}",
        rb"\xe2\x80\x8b" + _MARKS,
        rb"\xe2\x80\x8c" + _MARKS,
        rb"\xe2\x80\x8d" + _MARKS,
        rb"\xef\xbb\xbf" + _MARKS,
    )
)
# private-use characters of the supplementary planes have no shape at all outside a font of one's own
_PRIVATE = re.compile(rb"(?:\xf3[\xb0-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}){64}")
_SPACES = b" " * 160


def _table(characters: bytes) -> bytes:
    """For translate: these characters made "a", all others "-"."""
    return bytes(97 if byte in characters else 45 for byte in range(256))


_BRACKETS = _table(b"[]()!+")
_WORDS = _table(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_")
_NUMBERS = _table(b"0123456789abcdefABCDEFx, \n")


def _run(data: bytes, table: bytes, length: int) -> int:
    """Where a run of that length begins of the table's characters, or -1."""
    return data.translate(table).find(b"a" * length)


def deeds(data: bytes, path: str) -> Iterator[Deed]:
    """How a JavaScript text is obfuscated; nothing for ordinary code, minified or not."""

    def deed(kind: Kind, place: int, what: str) -> Deed:
        return Deed(kind, path, data.count(b"\n", 0, place) + 1, what)

    if data.count(b"_0x") >= 12:
        names = list(_NAMES.finditer(data))
        distinct = {match[0] for match in names}
        if len(distinct) >= 5 and len(names) >= 12 and len(names) * 400 > len(data) // 8:
            yield deed(
                Kind.OBFUSCATED,
                names[0].start(),
                f"its names are numbered in hexadecimal, as javascript-obfuscator does: "
                f"{len(distinct)} like {names[0][0].decode()}",
            )
    if (
        data.count(b"parseInt(") >= 4
        and len(rotated := list(_ROTATED.finditer(data))) >= 4
        and _SHIFTS.search(data)
    ):
        yield deed(
            Kind.OBFUSCATED, rotated[0].start(), "its strings lie in a table that is shuffled at run time"
        )
    if packed := _PACKED.search(data):
        yield deed(Kind.OBFUSCATED, packed.start(), "it is packed: eval(function(p,a,c,k,e,d)")
    at = _run(data, _BRACKETS, 400)
    if at >= 0 and len(set(data[at : at + 400])) > 3:
        yield deed(Kind.OBFUSCATED, at, "it is written in brackets, + and ! alone (JSFuck)")
    first = next((match for pattern in _RUNS_OF_ESCAPES if (match := pattern.search(data))), None)
    if first is not None:
        count = sum(1 for _ in _ESCAPES.finditer(data))
        if count >= 100 and count * 4 > len(data) // 12:
            yield deed(Kind.OBFUSCATED, first.start(), f"it writes plain letters as escapes: {count} of them")
    unseen = next((match for pattern in _UNSEEN if (match := pattern.search(data))), None)
    if unseen is not None:
        yield deed(Kind.INVISIBLE, unseen.start(), "it holds a long run of characters that nobody sees")
    elif data.count(b"\xf3") + data.count(b"\xf4") >= 64 and (private := _PRIVATE.search(data)):
        yield deed(Kind.INVISIBLE, private.start(), "it holds a long run of characters that have no shape")
    place = _afar(data)
    if place is not None:
        yield deed(Kind.INVISIBLE, place, "code stands on it behind a long run of spaces")


def _afar(data: bytes) -> int | None:
    """Where code stands behind so many spaces that no window shows it, or None."""
    spans: Spans | None = None
    at = data.find(_SPACES)
    while at >= 0:
        end = at + len(_SPACES)
        while data[end : end + 1] == b" ":
            end += 1
        if data[at - 1 : at] not in (b"\n", b"", b"\t") and data[end : end + 20].strip(b" \t\r\n/*|\\'\"`"):
            rest = data[end : end + 40].partition(b"\n")[0]
            if len(rest) >= 20 and rest[:1] not in b"\r\n/*|\\'\"`":
                spans = spans or Spans(data)
                if spans.kind(end) == "code" and spans.kind(at) == "code":
                    return at
        at = data.find(_SPACES, end)
    return None


def bulk(data: bytes, path: str) -> Bulk | None:
    """The file as one that nobody can read, where it is large and such."""
    size = len(data)
    if size < 1000:
        return None
    if binary(data):
        return Bulk(path, size, "binary")
    if size < _ENCODED:
        return None
    if any(deed.kind is Kind.OBFUSCATED for deed in deeds(data, path)):
        return Bulk(path, size, "obfuscated")
    if _run(data, _WORDS, _ENCODED) >= 0 or _run(data, _NUMBERS, _ENCODED) >= 0:
        return Bulk(path, size, "encoded")
    lines = data.count(b"\n") + 1
    if size >= _LARGE and size // lines > 400:
        return Bulk(path, size, "minified")
    return None


def binary(data: bytes) -> bool:
    """Is it no text at all?"""
    head = data[:65_536]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return b"\0" in head and head.count(b"\0") * 1000 > len(head)
