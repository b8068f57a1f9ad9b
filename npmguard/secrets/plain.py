"""The searcher where there is no Hyperscan: one pass for all the literals of which every match has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npmguard.secrets.expressions import read
from npmguard.secrets.windows import Window, from_rows, note


class Plain(NamedTuple):
    """What finds the literals by their beginnings, and for each beginning its literals with their patterns.

    `reach` tells of a pattern how far before and after a literal a match can begin. A pattern without
    literals may match anywhere.
    """

    any_literal: re.Pattern[bytes]
    literals: dict[bytes, list[tuple[bytes, list[int]]]]
    reach: dict[int, tuple[int, int]]
    anywhere: tuple[int, ...]

    def windows(self, data: bytes) -> dict[int, list[Window]]:
        """Of every pattern that may match in `data`, where such matches begin."""
        rows: dict[int, list[int]] = {}
        lower = data.lower()
        for match in self.any_literal.finditer(lower):
            at = match.start()
            for literal, indexes in self.literals[match[1]]:
                if lower.startswith(literal, at):
                    for index in indexes:
                        note(rows, index, at)
        windows = {index: from_rows(row, *self.reach[index]) for index, row in rows.items()}
        return windows | {index: [(0, len(data))] for index in self.anywhere}


def searcher(patterns: Sequence[str]) -> Plain:
    """A searcher for the patterns."""
    wanted: dict[bytes, list[int]] = {}
    reach: dict[int, tuple[int, int]] = {}
    anywhere: list[int] = []
    for index, pattern in enumerate(patterns):
        sought = read(pattern)
        if not sought.literals:
            anywhere.append(index)
        reach[index] = (sought.high, -sought.low)
        for literal in _beginnings(sought.literals):
            wanted.setdefault(literal, []).append(index)
    beginnings = _beginnings(wanted)
    literals: dict[bytes, list[tuple[bytes, list[int]]]] = {beginning: [] for beginning in beginnings}
    last = b""
    for literal in sorted(wanted):
        last = literal if literal in literals else last
        literals[last].append((literal, wanted[literal]))
    # nothing is taken by a match, so that literals may overlap
    any_literal = re.compile(b"(?=(" + _alternatives(beginnings) + b"))")
    return Plain(any_literal, literals, reach, tuple(anywhere))


def _beginnings(literals: Iterable[bytes]) -> list[bytes]:
    """Those literals that none of the others is the beginning of, in order."""
    kept: list[bytes] = []
    for literal in sorted(set(literals)):
        if not kept or not literal.startswith(kept[-1]):
            kept.append(literal)
    return kept


def _alternatives(literals: Sequence[bytes]) -> bytes:
    """An expression for any of the literals, written so that what several begin with is looked at once."""
    if not literals:
        return b"(?!)"
    if len(literals) == 1:
        return re.escape(literals[0])
    by_first: dict[bytes, list[bytes]] = {}
    for literal in literals:
        by_first.setdefault(literal[:1], []).append(literal[1:])
    choices = [re.escape(first) + _alternatives(rests) for first, rests in by_first.items()]
    return choices[0] if len(choices) == 1 else b"(?:" + b"|".join(choices) + b")"
