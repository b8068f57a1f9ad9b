"""JSON as npm's files hold it: read strictly, with an error that a person can act on.

The standard library's decoder is used rather than a faster one: it is there already, reads a 1.5 MB
lockfile in 15 ms, and importing another costs more than it saves.
"""

from __future__ import annotations

import json
import re
from typing import Any

from npmguard.errors import InputError

_BOM = b"\xef\xbb\xbf"
_CONFLICT = rb"^(?:<{7}|>{7}|={7})(?: |\r?$)"
_DEEPEST = 200


class _Twice(ValueError):
    pass


def loads(data: bytes, file: str) -> Any:
    """The value of a JSON text (UTF-8, with or without a byte order mark).

    `file` names it in errors. Raises InputError with the line for anything that is not plain JSON: cut
    off, merge-conflict markers, NaN, a key that stands twice in one object (readers disagree about
    which one counts), nesting that no package file has.
    """
    text = decoded(data, file)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise _explained(data, file, error) from None
    except _Twice as error:
        key = str(error)
        raise InputError(
            file, f"the key {json.dumps(key)} stands twice in one object", Places(text).twin(key)
        ) from None
    except RecursionError:
        raise InputError(file, "nested too deeply to be a package file") from None
    except ValueError as error:
        raise InputError(file, str(error)) from None


def decoded(data: bytes, file: str) -> str:
    """The text of a file: UTF-8, with or without a byte order mark.

    Raises InputError for other bytes and for an empty file.
    """
    data = data.removeprefix(_BOM)
    if not data.strip():
        raise InputError(file, "the file is empty")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(file, "not UTF-8 text", line) from None


_TRAILING = re.compile(rb",(?=[ \t\r]*\n\s*[\]}])")
# A comment that is never closed reaches to the end, so that each is read once however many begin.
_COMMENT = rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_RELAXED = re.compile(
    rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|' + _COMMENT + rb"|,(?=(?:\s|" + _COMMENT + rb")*+[\]}])", re.DOTALL
)


def relaxed(data: bytes) -> bytes:
    """JSON with trailing commas, as bun and pnpm write it, or with comments, made plain. Lines stay in place.

    A raw line feed cannot stand in a JSON string, so commas before one and a closing bracket are found
    without looking at strings; only what is still not plain is looked at token by token.
    """
    plain = _TRAILING.sub(b"", data)
    try:
        json.loads(plain)
    except (ValueError, RecursionError):
        return _RELAXED.sub(_without, data)
    return plain


def _without(match: re.Match[bytes]) -> bytes:
    text = match[0]
    stays = text[:1] == b'"' or (text[:2] == b"/*" and not text.endswith(b"*/"))
    return text if stays else b"\n" * text.count(b"\n")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def conflict_line(data: bytes) -> int | None:
    """The line of the first merge-conflict marker in a text, or None."""
    data = data.removeprefix(_BOM)
    found = re.search(_CONFLICT, data, re.MULTILINE)
    return data.count(b"\n", 0, found.start()) + 1 if found else None


def _explained(data: bytes, file: str, error: json.JSONDecodeError) -> InputError:
    line = conflict_line(data)
    if line is not None:
        return InputError(file, "merge-conflict markers: resolve the conflict first", line)
    if error.pos >= len(error.doc.rstrip()):
        return InputError(file, "not whole JSON: the file ends too early", error.lineno)
    what = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
    return InputError(file, f"not JSON: {what} at column {error.colno}", error.lineno)


_ENTRY = r'"(node_modules/[^"\\]*)"\s*:'
_MARKS = r'"(?:[^"\\]|\\.)*"|[{}\[\],:]'


class Places:
    """Where things stand in a JSON text: the lines of JSON pointers.

    Made only when there is something to point at: reading a whole lockfile this way costs a few hundred
    milliseconds. A pointer names the line of its key (of the value, in a list).
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def lines(self, pointers: frozenset[str]) -> dict[str, int]:
        """The 1-based lines of those of the pointers that exist."""
        found = self._entries(pointers)
        missing = pointers - found.keys()
        if missing:
            for pointer, _, position in self._walk():
                if pointer in missing and pointer not in found:
                    found[pointer] = position
                    if len(found) == len(pointers):
                        break
        return self._to_lines(found)

    def _entries(self, pointers: frozenset[str]) -> dict[str, int]:
        """The positions of those pointers that are plain entries of an npm lockfile.

        A short cut: a key that begins with node_modules/ and stands only once in the whole text needs no
        walk through the structure.
        """
        wanted = {_entry(p): p for p in pointers if p.startswith("/packages/node_modules~1")}
        found: dict[str, int] = {}
        twice: set[str] = set()
        for match in re.finditer(_ENTRY, self._text) if wanted else ():
            pointer = wanted.get(match[1])
            if pointer is not None:
                if pointer in found:
                    twice.add(pointer)
                found[pointer] = match.start()
        return {pointer: position for pointer, position in found.items() if pointer not in twice}

    def twin(self, key: str) -> int | None:
        """The line where a pointer that ends in `key` stands for the second time."""
        seen: set[str] = set()
        for pointer, last, position in self._walk():
            if last == key:
                if pointer in seen:
                    return self._text.count("\n", 0, position) + 1
                seen.add(pointer)
        return None

    def _to_lines(self, positions: dict[str, int]) -> dict[str, int]:
        lines: dict[str, int] = {}
        line, reached = 1, 0
        for pointer, position in sorted(positions.items(), key=lambda item: item[1]):
            line += self._text.count("\n", reached, position)
            reached = position
            lines[pointer] = line
        return lines

    def _walk(self) -> Any:
        """Every (pointer, last key, position) of the text, in order."""
        stack: list[tuple[str, bool, int]] = []  # (pointer of the container, is it an object, index)
        prefix, is_object, index = "", False, 0
        expect_key, pending, last = False, "", ""
        for match in re.finditer(_MARKS, self._text, re.DOTALL):
            token = match[0]
            first = token[0]
            if first == '"':
                if expect_key:
                    try:
                        last = json.loads(token, strict=False)
                    except ValueError:
                        last = token[1:-1]
                    pending = f"{prefix}/{escape(last)}"
                    expect_key = False
                    yield pending, last, match.start()
                elif not is_object and stack:
                    yield f"{prefix}/{index}", str(index), match.start()
            elif first in "{[":
                if len(stack) > _DEEPEST:
                    return
                here = (pending if is_object else f"{prefix}/{index}") if stack else ""
                if stack and not is_object:
                    yield here, str(index), match.start()
                stack.append((prefix, is_object, index))
                prefix, is_object, index = here, first == "{", 0
                expect_key = is_object
            elif first in "}]":
                if not stack:
                    return
                prefix, is_object, index = stack.pop()
                expect_key = False
            elif first == ",":
                index += 1
                expect_key = is_object


def _entry(pointer: str) -> str:
    """The key of `packages` that a pointer names, or "" where it points deeper."""
    key = pointer.removeprefix("/packages/")
    return "" if "/" in key else key.replace("~1", "/").replace("~0", "~")


def escape(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def pointer(*keys: str) -> str:
    """The JSON pointer of that chain of keys."""
    return "".join(f"/{escape(key)}" for key in keys)
