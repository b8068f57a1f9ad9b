"""Source maps that carry the sources they were made of: each is a text of its own, written as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from npmguard.secrets.encoded import Spans, Text, by_pieces

_KEY = b'"sourcesContent"'
_LIST = re.compile(rb'"(sources|sourcesContent)"\s*:\s*\[')
_ITEM = re.compile(rb'[\s,]*+(?:("[^"\\]*+(?:\\.[^"\\]*+)*+")|null)', re.DOTALL)
_ESCAPED = re.compile(rb"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.")
_BETWEEN = 8  # bytes between two sources that are not worth a look


class Source(NamedTuple):
    """A source in a map: its path as the map names it, its text, and where that stands in the map."""

    name: str
    text: bytes
    start: int
    end: int


class Map(NamedTuple):
    """A source map and those of its sources that come with their text."""

    data: bytes
    sources: tuple[Source, ...]

    def texts(self) -> Iterator[Text]:
        """The texts in it: those of its sources, and what stands around them."""
        at = 0
        for source in self.sources:
            if source.start - at > _BETWEEN:
                yield _part(self.data, at, source.start)
            raw = self.data[source.start : source.end]
            yield Text(source.text, f"sourcesContent of {source.name}", _unescaped(raw, source.start))
            at = source.end
        if len(self.data) - at > _BETWEEN:
            yield _part(self.data, at, len(self.data))


def read(data: bytes) -> Map | None:
    """The map with its sources, or None where the file carries none.

    It is read for its texts alone, so it need not be whole. A map of several sections has a list of sources
    in each.
    """
    if _KEY not in data:
        return None
    lists: dict[bytes, list[list[tuple[int, int]]]] = {b"sources": [], b"sourcesContent": []}
    at = 0
    while match := _LIST.search(data, at):
        items, at = _items(data, match.end())
        lists[match[1]].append(items)
    sources: list[Source] = []
    for place, contents in enumerate(lists[b"sourcesContent"]):
        names = lists[b"sources"][place] if place < len(lists[b"sources"]) else []
        for number, (start, end) in enumerate(contents):
            text = _string(data[start:end])
            if text:
                name = _string(data[slice(*names[number])]) if number < len(names) else b""
                shown = name.decode(errors="replace") or f"source {number + 1}"
                sources.append(Source(shown, text, start + 1, end - 1))
    return Map(data, tuple(sources)) if sources else None


def _items(data: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    """Where the strings of a list stand, (0, 0) for each null among them, and where the list ends."""
    items: list[tuple[int, int]] = []
    while match := _ITEM.match(data, at):
        items.append(match.span(1) if match[1] is not None else (0, 0))
        at = match.end()
    return items, at


def _string(raw: bytes) -> bytes:
    """What a JSON string says, or nothing where it is none."""
    try:
        return str(json.loads(raw, strict=False)).encode("utf-8", "replace") if raw else b""
    except ValueError:
        return b""


def _part(data: bytes, start: int, end: int) -> Text:
    return Text(data[start:end], None, lambda: lambda first, last: (start + first, start + last))


def _unescaped(raw: bytes, start: int) -> Callable[[], Spans]:
    """The spans of a string's text among its escapes."""

    def spans() -> Spans:
        begins, stands = [0], [start]
        said = read = 0
        for match in _ESCAPED.finditer(raw):
            said += match.start() - read
            begins.append(said)
            stands.append(start + match.start())
            said += len(_string(b'"' + match[0] + b'"'))
            read = match.end()
            begins.append(said)
            stands.append(start + read)

        return by_pieces(begins, stands)

    return spans
