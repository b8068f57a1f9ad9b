"""YAML as package managers write it, and as people edit it.

Lockfiles are written by machines in a narrow form: mappings and lists in blocks, scalars and `{a: b}` on one
line. That form is read here, every scalar as the text that stands there (`1.10` stays "1.10", `on` stays
"on"), the way yarn reads its own file. Whatever steps outside is given to a full reader, yaml_rs, which loads
plain data alone and bounds aliases and nesting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from npmguard.errors import InputError
from npmguard.jsontext import conflict_line, decoded, escape

_DEEPEST = 40
_ALIASES = 1_000  # expansions in a hand-edited file; lockfiles have none
_LONGEST_FOREIGN = 4 * 1024 * 1024  # bytes that the full reader is given
_FLOW = re.compile(
    r"""[ \t]*(?:
        (?P<mark>[\[\]{},])
      | '(?P<single>(?:[^']|'')*)'
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | (?P<colon>:(?=[ \t,\]}]|$))
      | (?P<plain>(?:[^ \t,\[\]{}#'":&*!|>%@`?-]|[:?-](?=[^ \t,\[\]{}]))
                  (?:[^,\[\]{}:\#]|:(?![ \t,\[\]{}]|$)|(?<![ \t])\#)*)
    )""",
    re.VERBOSE,
)
_ONE_FIELD = re.compile(r"\{([a-zA-Z]+): ([\w./+=<>~^][\w./+=<>~^-]*)\}", re.ASCII)
_BLANK = " \t"
_OPENERS = frozenset("\"'[]{}#&*!|>%@`,")


class _Outside(Exception):
    """The text steps outside the narrow form."""


def loads(data: bytes, file: str) -> Any:
    """The value of a YAML text that holds one document: dicts, lists and texts; None where nothing stands.

    Raises InputError with the line for what is no YAML, or holds several documents.
    """
    found = documents(data, file)
    if len(found) > 1:
        raise InputError(file, f"{len(found)} YAML documents where one is expected")
    return found[0] if found else None


def documents(data: bytes, file: str) -> list[Any]:
    """The values of the documents of a YAML text, those that hold nothing left out.

    Raises InputError with the line for what is no YAML: merge-conflict markers, a key that stands twice in
    one mapping, a tab that indents, aliases that multiply, nesting that no package manager writes.
    """
    text = decode(data, file)
    found = []
    for lines, first in _split(text):
        try:
            value = _narrow(lines, first, file)
        except _Outside:
            value = _foreign(lines, first, file)
        if value is not None:
            found.append(value)
    return found


def decode(data: bytes, file: str) -> str:
    """The text of a file: UTF-8, with or without a byte order mark, its lines ended by line feeds.

    Raises InputError for other bytes, an empty file and merge-conflict markers.
    """
    text = decoded(data, file)
    line = conflict_line(data)
    if line is not None:
        raise InputError(file, "merge-conflict markers: resolve the conflict first", line)
    if "\0" in text:
        raise InputError(
            file, "not text: it holds a NUL character", text.count("\n", 0, text.index("\0")) + 1
        )
    return text.replace("\r\n", "\n") if "\r" in text else text


def _split(text: str) -> Iterator[tuple[list[str], int]]:
    """The lines of each document, and the number of its first line (from 1)."""
    lines = text.split("\n")
    if "\n---" not in text and not text.startswith("---"):
        yield lines, 1
        return
    start = 0
    for number, line in enumerate(lines):
        if line.startswith("---") and line[3:].strip() == "":
            yield lines[start:number], start + 1
            start = number + 1
    yield lines[start:], start + 1


def _narrow(lines: Sequence[str], first: int, file: str) -> Any:
    """The value of a document in the narrow form. Raises _Outside where it is in another."""
    root: dict[str, Any] = {}
    # the open containers, outermost first, each with the indent of what stands in it
    stack: list[tuple[int, Any]] = [(0, root)]
    waiting: tuple[dict[str, Any], str, int] | None = None  # a key whose value may follow
    count = len(lines)
    at = 0
    while at < count:
        line = lines[at]
        at += 1
        body = line.strip(_BLANK)
        if not body or body[0] == "#":
            continue
        indent = len(line) - len(line.lstrip(" "))
        if line[indent] == "\t":
            raise _Outside
        item = body[0] == "-" and (len(body) == 1 or body[1] == " ")
        if waiting is not None:
            parent, key, above = waiting
            waiting = None
            if indent > above or (item and indent == above):
                if len(stack) > _DEEPEST:
                    raise _Outside
                child: Any = [] if item else {}
                parent[key] = child
                stack.append((indent, child))
        while indent < stack[-1][0]:
            stack.pop()
        top = stack[-1][1]
        if not item and type(top) is list and len(stack) > 1:
            stack.pop()
            top = stack[-1][1]
        if indent != stack[-1][0]:
            raise _Outside
        if item:
            if type(top) is not list:
                raise _Outside
            top.append(_item(body[1:].lstrip(_BLANK)))
            continue
        if type(top) is not dict:
            raise _Outside
        if body[0] in "\"'":
            key, rest = _quoted_key(body)
        elif body.startswith("? "):
            # a key too long for one line: its value follows after a colon
            key = _one_line(body[2:].strip(_BLANK))
            following = lines[at].strip(_BLANK) if at < count else ""
            if following[:1] != ":":
                raise _Outside
            rest = following[1:].strip(_BLANK)
            at += 1
        else:
            if body[0] in _OPENERS:
                raise _Outside
            key, colon, rest = body.partition(": ")
            if not colon:
                if body[-1] != ":":
                    raise _Outside
                key = body[:-1]
            if " #" in key:
                raise _Outside
            key = key.rstrip(_BLANK)
            rest = rest.lstrip(_BLANK)
        if key in top:
            raise InputError(file, f"the key {json.dumps(key)} stands twice in one mapping", first + at - 1)
        if not rest:
            top[key] = None
            waiting = (top, key, indent)
        elif rest[0] in "|>":
            top[key], at = _block(lines, at, indent, rest)
        elif rest[0] == "{" and (simple := _ONE_FIELD.fullmatch(rest)) is not None:
            top[key] = {simple[1]: simple[2]}
        else:
            top[key] = _one_line(rest)
    return root or None


def _item(text: str) -> Any:
    """An item of a block list; lists of mappings and lists are not of the narrow form."""
    if not text or (text[0] not in "\"'{[" and (": " in text or text[-1] == ":" or text.startswith("- "))):
        raise _Outside
    return _one_line(text)


def _quoted_key(body: str) -> tuple[str, str]:
    match = _FLOW.match(body)
    if match is None or body[match.end() : match.end() + 1] != ":":
        raise _Outside
    rest = body[match.end() + 1 :]
    if rest and rest[0] != " ":
        raise _Outside
    return _text(match), rest.lstrip(_BLANK)


def _text(match: re.Match[str]) -> str:
    """The text of a quoted or plain scalar."""
    if match["single"] is not None:
        return match["single"].replace("''", "'")
    if match["double"] is not None:
        return _unescaped(match["double"])
    return (match["plain"] or "").rstrip(_BLANK)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        found = json.loads(f'"{text}"')
    except ValueError:
        raise _Outside from None  # YAML knows more escapes than JSON
    assert isinstance(found, str)
    return found


def _one_line(text: str) -> Any:
    """A scalar or a flow collection that stands whole on its line."""
    first = text[0]
    if first in "{[":
        value, end = _flow(text, 0, 0)
        if text[end:].strip(_BLANK):
            raise _Outside
        return value
    if first in "\"'":
        match = _FLOW.fullmatch(text)
        if match is None:
            raise _Outside
        return _text(match)
    if first in _OPENERS or " #" in text or ": " in text or text[-1] == ":" or text[:2] in ("- ", "? "):
        raise _Outside
    return text


def _flow(text: str, at: int, depth: int) -> tuple[Any, int]:
    """The flow collection that begins at `at`, and where it ends."""
    if depth > _DEEPEST:
        raise _Outside
    is_map = text[at] == "{"
    close = "}" if is_map else "]"
    found_map: dict[str, Any] = {}
    found_list: list[Any] = []
    at += 1
    while True:
        match = _FLOW.match(text, at)
        if match is None:
            raise _Outside
        mark = match["mark"]
        if mark == close:
            return (found_map if is_map else found_list), match.end()
        if mark is not None and (is_map or mark not in "{["):
            raise _Outside
        key = ""
        if is_map:
            if match["colon"] is not None:
                raise _Outside
            key = _text(match)
            match = _FLOW.match(text, match.end())
            if match is None or match["colon"] is None or key in found_map:
                raise _Outside
            match = _FLOW.match(text, match.end())
            if match is None:
                raise _Outside
            mark = match["mark"]
        value: Any
        if mark in ("{", "["):
            value, at = _flow(text, match.end() - 1, depth + 1)
        elif mark in (",", "}") and is_map:
            value, at = None, match.end() - 1
        elif mark is not None or match["colon"] is not None:
            raise _Outside
        else:
            value, at = _text(match), match.end()
        if is_map:
            found_map[key] = value
        else:
            found_list.append(value)
        match = _FLOW.match(text, at)
        if match is None or match["mark"] not in (",", close):
            raise _Outside
        at = match.end() if match["mark"] == "," else match.end() - 1


def _block(lines: Sequence[str], at: int, indent: int, header: str) -> tuple[str, int]:
    """A block scalar (`|` keeps its lines, `>` folds them), and the number of the line after it."""
    if header not in ("|", "|-", ">", ">-"):
        raise _Outside
    taken: list[str] = []
    while at < len(lines):
        line = lines[at]
        if line.strip(_BLANK) and len(line) - len(line.lstrip(" ")) <= indent:
            break
        taken.append(line)
        at += 1
    while taken and not taken[-1].strip(_BLANK):
        taken.pop()
    inner = min((len(line) - len(line.lstrip(" ")) for line in taken if line.strip(_BLANK)), default=0)
    texts = [line[inner:] for line in taken]
    if header[0] == "|":
        return "\n".join(texts) + ("" if header.endswith("-") else "\n"), at
    if any(text.startswith((" ", "\t")) for text in texts):
        raise _Outside  # lines that are indented more are not folded
    out = ""
    for number, text in enumerate(texts):
        if not text:
            out += "\n"
        else:
            out += (" " if number and texts[number - 1] else "") + text
    return out + ("" if header.endswith("-") else "\n"), at


def _foreign(lines: Sequence[str], first: int, file: str) -> Any:
    """The value of a document in any form of YAML. Raises InputError."""
    text = "\n".join(lines)
    if len(text) > _LONGEST_FOREIGN:
        raise InputError(
            file, "not written the way a package manager writes it, and too large to be read otherwise"
        )
    import yaml_rs

    limits = yaml_rs.AliasLimits(max_total_replayed_events=_ALIASES, max_replay_stack_depth=8)
    try:
        value = yaml_rs.loads(text, parse_datetime=False, alias_limits=limits)
    except (yaml_rs.YAMLDecodeError, TypeError, ValueError) as error:  # TypeError: a key that is a mapping
        raise _explained(str(error), first, file) from None
    return _texts(value, file, 0)


def _explained(message: str, first: int, file: str) -> InputError:
    where = re.search(r"line (\d+)", message)
    reason = message.rstrip().rpartition("\n")[2][:200]  # after the line it is about, and a mark below it
    return InputError(file, f"not YAML: {reason}", int(where[1]) + first - 1 if where else None)


def _texts(value: Any, file: str, depth: int) -> Any:
    """What a full reader gave, its scalars as texts, as the narrow reader gives them."""
    if depth > _DEEPEST:
        raise InputError(file, "nested too deeply to be a package manager's file")
    if isinstance(value, dict):
        return {str(_texts(key, file, depth)): _texts(item, file, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_texts(item, file, depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


# -- where things stand


def lines(text: str, pointers: frozenset[str], document: int = 0) -> dict[str, int]:
    """The 1-based lines of JSON pointers into the document of that number.

    A pointer that leads into a `{a: b}`, or to nothing, has the line of the nearest key above it.
    """
    wanted = {above for pointer in pointers for above in _chain(pointer)}
    known: dict[str, int] = {"": 1}
    for number, (taken, first) in enumerate(_nonempty(text)):
        if number == document:
            known[""] = first
            for pointer, line in _walk(taken, first):
                if pointer in wanted and pointer not in known:
                    known[pointer] = line
            break
    return {
        pointer: next(known[above] for above in _chain(pointer) if above in known) for pointer in pointers
    }


def _nonempty(text: str) -> Iterator[tuple[list[str], int]]:
    for taken, first in _split(text):
        if any(line.strip() and not line.lstrip().startswith("#") for line in taken):
            yield taken, first


def _chain(pointer: str) -> Iterator[str]:
    """The pointer, and all those above it, the nearest first."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]
    yield ""


def _walk(taken: Sequence[str], first: int) -> Iterator[tuple[str, int]]:
    """Every (pointer, line) of the keys and items in blocks."""
    stack: list[tuple[int, str]] = [(-1, "")]
    counts: dict[str, int] = {}
    for number, line in enumerate(taken, first):
        body = line.strip(_BLANK)
        if not body or body[0] == "#":
            continue
        indent = len(line) - len(line.lstrip(" "))
        item = body.startswith("- ")
        while indent < stack[-1][0] or (indent == stack[-1][0] and not item):
            stack.pop()
        above = stack[-1][1]
        if item:
            counts[above] = counts.get(above, -1) + 1
            yield f"{above}/{counts[above]}", number
            continue
        if body.startswith("? "):
            body = f"{body[2:]}:"
        try:
            if body[0] in "\"'":
                key = _quoted_key(body)[0]
            else:
                key = (body.partition(": ")[0] if ": " in body else body.removesuffix(":")).rstrip(_BLANK)
        except _Outside:
            continue
        pointer = f"{above}/{escape(key)}"
        stack.append((indent, pointer))
        yield pointer, number
