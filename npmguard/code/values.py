"""What expressions are worth, as far as a text tells: constants, modules, and where a value comes from."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Stands in a text for a part that is not known.
HOLE = "…"
_LONG = 1 << 20

# where a value comes from
DECODED = "decoded"  # base64, hex, character codes, a cipher
INFLATED = "inflated"  # a compressed file
PIECED = "pieced"  # constants put together
FETCHED = "fetched"  # the network
ENVIRONMENT = "environment"  # the whole of process.env
IDENTITY = "identity"  # user, machine
KEYS = "keys"  # a file or a variable that holds such
FILE = "file"  # a file


class Value(NamedTuple):
    """What is known of a value.

    `text` is its text, with HOLE for unknown parts; None where nothing is known. `ref` names what it is in
    Node.js ("child_process.exec", "process.env"). `items` and `props` are those of arrays and objects.
    """

    text: str | None = None
    ref: str | None = None
    marks: frozenset[str] = frozenset()
    items: tuple[Value, ...] | None = None
    props: Mapping[str, Value] | None = None

    @property
    def known(self) -> str | None:
        """The text, where all of it is known."""
        return self.text if self.text is not None and HOLE not in self.text else None

    def marked(self, *marks: str) -> Value:
        """The same with further marks."""
        return self._replace(marks=self.marks.union(marks))

    @property
    def all_marks(self) -> frozenset[str]:
        """Its marks and those of what it holds."""
        found = self.marks
        for inner in (*(self.items or ()), *(self.props or {}).values()):
            found |= inner.all_marks
        return found


UNKNOWN = Value()


def joined(parts: Sequence[Value], between: str = "") -> Value:
    """The values put together into one text."""
    marks = frozenset().union(*(part.marks for part in parts)) if parts else frozenset()
    if len(parts) > 1 and all(part.known is not None for part in parts):
        marks |= {PIECED}
    if not any(part.text for part in parts):
        return Value("" if parts and all(p.text == "" for p in parts) else None, marks=marks)
    text = between.join(HOLE if part.text is None else part.text for part in parts)
    return Value(text[:_LONG], marks=marks)


def merged(values: Sequence[Value]) -> Value:
    """What one of several values is: the first that is known, with the marks of all."""
    if not values:
        return UNKNOWN
    if len(values) == 1:
        return values[0]
    marks = frozenset().union(*(value.marks for value in values))
    best = next(
        (v for v in values if v.ref or v.text or v.items is not None or v.props is not None), values[0]
    )
    return best._replace(marks=marks)


_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(\r\n|.))", re.DOTALL
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r\n": ""}


def unescaped(body: str) -> str:
    """The text of a JavaScript string's inside."""
    return _ESCAPE.sub(_escape, body) if "\\" in body else body


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    if match[4]:
        return chr(int(match[4], 8))
    return _SIMPLE.get(match[5], match[5])


def decoded(text: str, encoding: str) -> str | None:
    """The text that is encoded in base64 or hex, or None where it is not."""
    packed = text.strip()
    try:
        if encoding in ("base64", "base64url"):
            packed = re.sub(r"[^A-Za-z0-9+/]", "", packed.replace("-", "+").replace("_", "/"))
            found = base64.b64decode(packed + "=" * (-len(packed) % 4))
        elif encoding == "hex":
            found = bytes.fromhex(packed)
        else:
            return None
    except (binascii.Error, ValueError):
        return None
    return found.decode("utf-8", "replace")
