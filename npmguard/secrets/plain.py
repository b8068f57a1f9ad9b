"""The searcher where there is no Hyperscan: it looks for the literals that every match has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npmguard.secrets.expressions import read
from npmguard.secrets.windows import Window, from_rows, note


class Plain(NamedTuple):
    """By literal the patterns that need it; by index how far before and after it a match can begin.

    A pattern of which no literal is known may match anywhere.
    """

    literals: dict[bytes, list[int]]
    reach: dict[int, tuple[int, int]]
    anywhere: tuple[int, ...]

    def windows(self, data: bytes) -> dict[int, list[Window]]:
        """Of every pattern that may match in `data`, where such matches begin."""
        rows: dict[int, list[int]] = {}
        lower = data.lower()
        for literal, indexes in self.literals.items():
            at = lower.find(literal)
            while at >= 0:
                for index in indexes:
                    note(rows, index, at)
                at = lower.find(literal, at + 1)
        windows = {index: from_rows(row, *self.reach[index]) for index, row in rows.items()}
        return windows | {index: [(0, len(data))] for index in self.anywhere}


def searcher(patterns: Sequence[str]) -> Plain:
    """A searcher for the patterns."""
    literals: dict[bytes, list[int]] = {}
    reach: dict[int, tuple[int, int]] = {}
    anywhere: list[int] = []
    for index, pattern in enumerate(patterns):
        sought = read(pattern)
        if not sought.literals:
            anywhere.append(index)
        reach[index] = (sought.high, -sought.low)
        for literal in sought.literals:
            literals.setdefault(literal, []).append(index)
    return Plain(literals, reach, tuple(anywhere))
