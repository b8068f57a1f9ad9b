"""Changes to a JSON text that leave everything else in it as it is: blanks, line ends, the order of keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)

Value = str | Mapping[str, object]


class _Node:
    """A value's place in a text; of an object also the places of its keys, by key."""

    __slots__ = ("end", "keys", "members", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.keys: dict[str, int] = {}
        self.members: dict[str, _Node] = {}


class _Style(NamedTuple):
    newline: str
    unit: str  # of indentation
    colon: str


def put(text: str, keys: Sequence[str], value: Value) -> str:
    """The text with `value` at that chain of keys of objects.

    A value that is there is replaced; what is missing on the way is added at the end of its object, as the
    text around it is written. A text that stands where an object is needed goes into that as ".", which is
    what npm's overrides call the package itself. `text` has to be whole JSON with an object at its top; a
    ValueError tells of a way that leads through something else.
    """
    node, style = _read(text), _style(text)
    for depth, key in enumerate(keys):
        child = node.members.get(key)
        if text[node.start] != "{":
            raise ValueError(f"{'/'.join(keys[:depth])} is no object")
        if child is None:
            return _added(text, node, key, _wrapped(keys[depth + 1 :], value), style)
        if depth == len(keys) - 1:
            return (
                text[: child.start] + _written(value, _indent(text, child.start), style) + text[child.end :]
            )
        if text[child.start] == '"':
            old = json.loads(text[child.start : child.end])
            inner = {".": old, keys[depth + 1]: _wrapped(keys[depth + 2 :], value)}
            return (
                text[: child.start] + _written(inner, _indent(text, child.start), style) + text[child.end :]
            )
        node = child
    raise ValueError("no key")


def _wrapped(keys: Sequence[str], value: Value) -> Value:
    for key in reversed(keys):
        value = {key: value}
    return value


def _read(text: str) -> _Node:
    """The places of all values of a text."""
    top: _Node | None = None
    stack: list[_Node] = []
    key: str | None = None
    at = 0
    expect_key = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first in "}]":
            done = stack.pop()
            done.end = match.end()
            expect_key = False
        elif first == ",":
            expect_key = bool(stack) and text[stack[-1].start] == "{"
        elif first == ":":
            expect_key = False
        elif expect_key:
            key, at = json.loads(token), match.start()
            expect_key = False
        else:
            node = _Node(match.start())
            node.end = match.end()
            if stack and text[stack[-1].start] == "{" and key is not None:
                stack[-1].members[key] = node
                stack[-1].keys[key] = at
            top = top or node
            if first in "{[":
                stack.append(node)
                expect_key = first == "{"
    if top is None:
        raise ValueError("no JSON")
    return top


def _style(text: str) -> _Style:
    newline = "\r\n" if "\r\n" in text else "\n"
    indented = re.search(r"\n([ \t]+)\S", text)
    colon = re.search(r'"\s*(:\s*)\S', text)
    return _Style(newline, indented[1] if indented else "", colon[1] if colon else ": ")


def _indent(text: str, position: int) -> str:
    """The blanks at the beginning of the line that a position is in."""
    line = text.rfind("\n", 0, position) + 1
    found = re.match(r"[ \t]*", text[line:position])
    return found[0] if found else ""


def _added(text: str, node: _Node, key: str, value: Value, style: _Style) -> str:
    if not node.members:
        inner = _written({key: value}, _indent(text, node.start), style)
        return text[: node.start] + inner + text[node.end :]
    last = max(node.keys.values())
    end = max(member.end for member in node.members.values())
    # what stands before the last key, back to the comma or the brace
    before = re.search(r"\s*\Z", text[:last])
    blanks = before[0] if before else ""
    where = _indent(text, last) if "\n" in blanks else _indent(text, node.start)
    one_line = style._replace(newline="", unit="") if "\n" not in blanks else style
    member = json.dumps(key, ensure_ascii=False) + style.colon + _written(value, where, one_line)
    return f"{text[:end]},{blanks or ('' if style.colon == ':' else ' ')}{member}{text[end:]}"


def _written(value: object, indent: str, style: _Style) -> str:
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    inner = indent + style.unit
    parts = [
        json.dumps(key, ensure_ascii=False) + style.colon + _written(each, inner, style)
        for key, each in value.items()
    ]
    if not style.unit:
        return "{" + ("," if style.colon == ":" else ", ").join(parts) + "}"
    between = f",{style.newline}{inner}"
    return f"{{{style.newline}{inner}{between.join(parts)}{style.newline}{indent}}}"
