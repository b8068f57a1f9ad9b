"""Where the comments, strings, templates and regular expressions of a JavaScript text stand.

A plain reading, token by token, in linear time on any input. It errs where only a grammar can tell a
division from a regular expression, so that nothing may rest on it that a parser could say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

# Every alternative takes something and ends, closed or not; possessive repeats keep it linear.
_TOKEN = re.compile(
    rb"""(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|\A\#![^\n]*+)"""
    rb"""|(?P<string>"(?:[^"\\\n]|\\(?s:.))*+"?|'(?:[^'\\\n]|\\(?s:.))*+'?)"""
    rb"""|(?P<template>`(?:[^`\\]|\\(?s:.))*+`?)"""
    rb"""|(?:[=(,:;!&|?{}\[+~^<>%*-]|\breturn|\btypeof|\bcase)\s{0,40}+"""
    rb"""(?P<regex>/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/\w*+)"""
)


def tokens(data: bytes) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of each comment, string, template and regular expression, in order."""
    for match in _TOKEN.finditer(data):
        kind = match.lastgroup or ""
        yield kind, match.start(kind), match.end(kind)


class Spans:
    """The comments and strings of a text, to be asked about places in it."""

    def __init__(self, data: bytes) -> None:
        self._spans = [(a, b, kind) for kind, a, b in tokens(data)]
        self._starts = [a for a, _, _ in self._spans]

    def kind(self, place: int) -> str:
        """What stands at that place: "comment", "string", "template", "regex", or "code"."""
        at = bisect_right(self._starts, place) - 1
        if at >= 0 and place < self._spans[at][1]:
            return self._spans[at][2]
        return "code"

    def length(self, place: int) -> int:
        """How long the token at that place is."""
        at = bisect_right(self._starts, place) - 1
        return self._spans[at][1] - self._spans[at][0] if at >= 0 else 0


def bare(data: bytes) -> bytes:
    """The text without its comments: blanks in their place, its lines kept."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m.lastgroup == "comment" else m[0], data)


def _blank(comment: bytes) -> bytes:
    return re.sub(rb"[^\n]", b" ", comment)
