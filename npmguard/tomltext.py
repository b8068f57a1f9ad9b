"""TOML, with an error that a person can act on."""

from __future__ import annotations

import re
from typing import Any

from npmguard.errors import InputError
from npmguard.jsontext import escape


def loads(data: bytes, file: str, error: type[InputError] = InputError) -> tuple[dict[str, Any], str]:
    """(the document, its text). `file` names it in errors.

    Raises `error` with the line for what is no TOML.
    """
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        if _DEEP.search(text):  # the standard library's parser takes time and memory by the square of that
            raise error(file, "nested too deeply")
        return tomllib.loads(text), text
    except UnicodeDecodeError:
        raise error(file, "not UTF-8 text") from None
    except tomllib.TOMLDecodeError as fault:
        where = re.search(r"\(at line (\d+), column \d+\)", str(fault))
        reason = str(fault).partition(" (at ")[0]
        line = int(where[1]) if where else text.count("\n") + 1
        raise error(file, f"not TOML: {reason[:1].lower()}{reason[1:]}", line) from None
    except RecursionError:
        raise error(file, "nested too deeply") from None


# a key of a hundred parts
_DEEP = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){99}""")
_TABLE = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?")
_KEY = re.compile(r"\s*((?:\"[^\"]*\"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:\"[^\"]*\"|'[^']*'|[\w-]+))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w@/-]+)")


def lines(text: str, pointers: frozenset[str]) -> dict[str, int]:
    """The 1-based lines of JSON pointers to tables and keys that begin a line; the first of several."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        head, key = _TABLE.match(line), _KEY.match(line)
        if head is not None:
            table = pointer = _pointer(head[1])
        elif key is not None:
            pointer = table + _pointer(key[1])
        else:
            continue
        if pointer in pointers:
            found.setdefault(pointer, number)
    return found


def _pointer(dotted: str) -> str:
    return "".join("/" + escape(m[1] or m[2] or m[3] or "") for m in _PART.finditer(dotted))
