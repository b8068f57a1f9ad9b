"""Where in a text the matches of a pattern can begin: windows, each [low, high), in order and apart.

Two searchers give them, Hyperscan and a plain one. They may differ, but neither leaves out a place where a
match begins: so what is confirmed in the windows of either is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

JOINED = 256  # hits so near to one another make one window: their number stays small, whatever the text

Window = tuple[int, int]
# By a pattern's index, a flat list: the first and the last place of each row of hits.
Rows = Mapping[int, list[int]]


class Searcher(Protocol):
    """Knows the patterns by their indexes."""

    def windows(self, data: bytes) -> Mapping[int, Sequence[Window]]:
        """Of every pattern that may match in `data`, where such matches begin."""


def note(rows: dict[int, list[int]], index: int, place: int) -> None:
    """Add a hit of a pattern to its rows."""
    row = rows.get(index)
    if row is None:
        rows[index] = [place, place]
    elif -JOINED < place - row[-1] < JOINED:
        row[-1] = max(row[-1], place)
        row[-2] = min(row[-2], place)
    else:
        row += (place, place)


def from_rows(row: Sequence[int], before: int, after: int) -> list[Window]:
    """The windows of rows of hits; a match begins from `before` in front of a hit to `after` behind it."""
    pairs = list(zip(row[::2], row[1::2], strict=True))
    if len(pairs) > 1:
        pairs.sort()
    windows: list[Window] = []
    for first, last in pairs:
        low, high = max(0, first - before), last + after + 1
        if windows and low <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], high))
        else:
            windows.append((low, high))
    return windows
