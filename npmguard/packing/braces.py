"""Braces in the patterns of npm's ignore files: `{a,b}` and `{1..3}` stand for several patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 10_000
_MOST_CHARACTERS = 4_000_000
_LONGEST = 4096
_DEEPEST = 100
_MOST_RESTARTS = 1000

_PAIR = re.compile(r"\{[^{\n\r\u2028\u2029]*\}")
_NUMBERS = re.compile(r"-?\d+\.\.-?\d+(?:\.\.-?\d+)?", re.ASCII)
_LETTERS = re.compile(r"[a-zA-Z]\.\.[a-zA-Z](?:\.\.-?\d+)?", re.ASCII)
_PADDED = re.compile(r"-?0\d", re.ASCII)
_MORE = re.compile(r",(?!,)[^\n\r\u2028\u2029]*\}")

# What a backslash protects, while braces are looked at. No file's name holds a NUL.
_HIDDEN = {"\\\\": "\0s\0", "\\{": "\0o\0", "\\}": "\0c\0", "\\,": "\0m\0", "\\.": "\0p\0"}
_CLOSED = _HIDDEN["\\}"]
_SHOWN = {hidden: escaped[1] for escaped, hidden in _HIDDEN.items()}


class TooMany(ValueError):
    """A pattern with more, longer or deeper braces than npmguard expands."""


def expand(pattern: str) -> list[str]:
    """The patterns that one with braces stands for, in bash's order, which npm's brace-expansion keeps.

    Raises TooMany for more than 10,000 of them, for a pattern of more than 4,096 characters, and for
    braces in braces a hundred times over.
    """
    if not _PAIR.search(pattern):
        return [pattern]
    if len(pattern) > _LONGEST:
        raise TooMany("a pattern with braces of more than 4,096 characters")
    if pattern.startswith("{}"):  # bash leaves these alone at the very beginning
        pattern = "\\{\\}" + pattern[2:]
    hidden = re.sub(r"\\[\\{},.]", lambda found: _HIDDEN[found[0]], pattern)
    return [
        re.sub("\0[socmp]\0", lambda found: _SHOWN[found[0]], text)
        for text in _Expansion().of(hidden, outermost=True)
    ]


class _Expansion:
    def __init__(self) -> None:
        self._depth = 0
        self._restarts = 0

    def of(self, text: str, outermost: bool) -> list[str]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TooMany("braces nested more than a hundred times")
        found = self._of(text, outermost)
        self._depth -= 1
        return found

    def _of(self, text: str, outermost: bool) -> list[str]:
        """Reads `text` from left to right: each group multiplies what was there before it."""
        done = [""]
        drop, first = False, True  # a list that begins a pattern makes no empty ones
        while True:
            group = _group(text)
            if group is None:
                return _joined(done, text, [""], drop)
            before, body, after = text[: group[0]], text[group[0] + 1 : group[1]], text[group[1] + 1 :]
            if before.endswith("$"):
                first = False
                done = _joined(done, before + "{" + body + "}", [""], drop and not after)
            else:
                sequence = bool(_NUMBERS.fullmatch(body) or _LETTERS.fullmatch(body))
                if not sequence and "," not in body:
                    if self._restarts < _MOST_RESTARTS and _MORE.search(after):  # {a},b} is one group
                        self._restarts += 1
                        text = before + "{" + body + _CLOSED + after
                        outermost = True
                        continue
                    return _joined(done, text, [""], drop)
                if first:
                    drop, first = outermost and not sequence, False
                values = list(_sequence(body)) if sequence else self._choices(body)
                done = _joined(done, before, values, drop and not after)
            if not after:
                return done
            text = after

    def _choices(self, body: str) -> list[str]:
        choices = _choices(body)
        if len(choices) == 1:  # x{{a,b}}y is x{a}y and x{b}y
            choices = ["{" + text + "}" for text in self.of(choices[0], outermost=False)]
            if len(choices) == 1:
                return choices
        found: list[str] = []
        for choice in choices:
            found += self.of(choice, outermost=False)
            if len(found) > MOST:
                raise TooMany("a pattern that stands for more than 10,000")
        return found


def _joined(starts: list[str], middle: str, ends: list[str], drop: bool) -> list[str]:
    if len(starts) * len(ends) > MOST:
        raise TooMany("a pattern that stands for more than 10,000")
    found = [text for start in starts for end in ends if (text := start + middle + end) or not drop]
    if sum(map(len, found)) > _MOST_CHARACTERS:
        raise TooMany("a pattern that stands for more than 4 million characters")
    return found


def _group(text: str) -> tuple[int, int] | None:
    """Where the first group begins and ends; where braces do not pair, the leftmost that do."""
    opened: list[int] = []
    leftmost: tuple[int, int] | None = None
    for mark in re.finditer(r"[{}]", text):
        here = mark.start()
        if mark[0] == "{":
            opened.append(here)
        elif len(opened) == 1:
            return opened[0], here
        elif opened:
            start = opened.pop()
            if leftmost is None or start < leftmost[0]:
                leftmost = (start, here)
    return leftmost


def _choices(body: str) -> list[str]:
    """What stands between the commas of a group, groups within it left whole."""
    found = [""]
    while True:
        group = _group(body)
        plain = body if group is None else body[: group[0]]
        head, *others = plain.split(",")
        found[-1] += head
        found += others
        if group is None:
            return found
        found[-1] += body[group[0] : group[1] + 1]
        body = body[group[1] + 1 :]


def _sequence(body: str) -> Iterator[str]:
    """The members of `1..5`, `a..e` or `01..10..2`."""
    first, last, *by = body.split("..")
    letters = first[-1].isalpha()
    start, end = (ord(first), ord(last)) if letters else (int(first), int(last))
    step = max(abs(int(by[0])), 1) if by else 1
    if abs(end - start) // step >= MOST:
        raise TooMany("a pattern that stands for more than 10,000")
    width = max(len(first), len(last)) if any(_PADDED.match(n) for n in (first, last, *by)) else 0
    for value in range(start, end + 1, step) if end >= start else range(start, end - 1, -step):
        if letters:
            yield "" if chr(value) == "\\" else chr(value)
        else:
            text = str(abs(value))
            sign = "-" if value < 0 else ""
            yield sign + text.rjust(width - len(sign), "0")
