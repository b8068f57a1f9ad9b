"""How one spelling differs from another: the slips that lead from the name meant to the name written."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Slip(NamedTuple):
    """One slip. `at` is its place in the meant spelling, `written_at` in the written one (0 is the first).

    `how` is one of transposition, doubling (a letter doubled, or a doubled one halved), omission,
    insertion, confusable, neighbouring-key, substitution, digit (one digit for another).
    """

    how: str
    at: int
    written_at: int
    meant: str  # the characters meant, "" for an insertion
    written: str  # the characters written instead, "" for an omission


# What each slip weighs. The heavier, the more often it leads from one real name to another real name:
# swapped neighbours hardly ever do, an exchanged letter does often, and another digit is another version.
COST = {
    "transposition": 0.45,
    "doubling": 0.6,
    "confusable": 0.6,
    "neighbouring-key": 0.8,
    "omission": 0.85,
    "insertion": 0.9,
    "substitution": 1.1,
    "digit": 1.6,
}

# Characters that a reader takes for each other, and the digits that stand in for letters.
_ALIKE = frozenset(
    pair
    for a, b in ("0o", "1l", "1i", "li", "5s", "3e", "4a", "8b", "9g", "2z", "7t")
    for pair in (a + b, b + a)
)

# Keys within one key of each other on a QWERTY keyboard, its rows shifted as they are under the fingers.
_ROWS = (("1234567890", 0.0), ("qwertyuiop", 0.5), ("asdfghjkl", 0.75), ("zxcvbnm", 1.25))
_PLACES = {key: (x + shift, y) for y, (row, shift) in enumerate(_ROWS) for x, key in enumerate(row)}


def _exchange(written: str, meant: str) -> str:
    """What kind of slip it is to write one character for another."""
    if written + meant in _ALIKE:
        return "confusable"
    if written.isdigit() and meant.isdigit():
        return "digit"
    if written in _PLACES and meant in _PLACES:
        (x, y), (u, v) = _PLACES[written], _PLACES[meant]
        if abs(x - u) <= 1 and abs(y - v) <= 1:
            return "neighbouring-key"
    return "substitution"


def nearer_than(spelling: str, most: int) -> Callable[[str], bool]:
    """A quick test for other spellings: do at most that many slips of any kind lead from them to this one?

    The columns of the alignment table are held in the bits of integers (Hyyrö's form of Myers' algorithm
    for optimal string alignment), so that most candidates cost a few microseconds.
    """
    places: dict[str, int] = {}
    for at, character in enumerate(spelling):
        places[character] = places.get(character, 0) | 1 << at
    length = len(spelling)
    every = (1 << length) - 1
    lowest = 1 << length - 1

    def near(other: str) -> bool:
        up, down, diagonal, before, distance = every, 0, 0, 0, length
        for character in other:
            here = places.get(character, 0)
            swap = ((~diagonal & here) << 1) & before
            diagonal = (((here & up) + up) ^ up) | here | down | swap
            more = down | ~(diagonal | up) & every
            less = diagonal & up
            if more & lowest:
                distance += 1
            elif less & lowest:
                distance -= 1
            more = more << 1 | 1
            up = (less << 1 | ~(diagonal | more)) & every
            down = more & diagonal & every
            before = here
        return distance <= most

    return near


def slips(written: str, meant: str, most: float) -> tuple[Slip, ...] | None:
    """The likeliest slips that turn `meant` into `written`, in order; None where they weigh more than `most`.

    This is an optimal string alignment with the weights of `COST`. Its time grows with the product of
    the two lengths between the first and the last difference.
    """
    short = min(len(written), len(meant))
    start = 0
    while start < short and written[start] == meant[start]:
        start += 1
    end = 0
    while end < short - start and written[-1 - end] == meant[-1 - end]:
        end += 1
    # table[i][j]: what it weighs to make written[start:start + i] out of meant[start:start + j], and the
    # last slip on the way
    table: list[list[_Cell]] = []
    for i in range(len(written) - end - start + 1):
        row: list[_Cell] = []
        table.append(row)  # before it is full: a cell is reached from its left neighbour, too
        for j in range(len(meant) - end - start + 1):
            cell = min(_ways(table, written, meant, start, i, j), key=_weight)
            row.append(cell)
        # a swap reaches over one row, so a single hopeless row does not end it
        if i and min(map(_weight, row)) > most and min(map(_weight, table[i - 1])) > most:
            return None
    if table[-1][-1][0] > most:
        return None
    found = []
    i, j = len(table) - 1, len(table[0]) - 1
    while i or j:
        slip = table[i][j][1]
        if slip is None:
            i, j = i - 1, j - 1
        else:
            found.append(slip)
            i, j = slip.written_at - start, slip.at - start
    return tuple(reversed(found))


_Cell = tuple[float, Slip | None]


def _weight(cell: _Cell) -> float:
    return cell[0]


def _ways(table: list[list[_Cell]], written: str, meant: str, start: int, i: int, j: int) -> list[_Cell]:
    """The ways to that cell of the table: what each weighs, and the slip that it takes (None: no slip)."""
    if not i and not j:
        return [(0.0, None)]
    x, y = start + i, start + j
    a, b = written[x - 1 : x], meant[y - 1 : y]
    ways: list[_Cell] = []

    def add(how: str, up: int, left: int) -> None:
        slip = Slip(how, y - left, x - up, meant[y - left : y], written[x - up : x])
        ways.append((table[i - up][j - left][0] + COST[how], slip))

    if i and j and a == b:
        ways.append((table[i - 1][j - 1][0], None))
    if i and j and a != b:
        add(_exchange(a, b), 1, 1)
    if i > 1 and j > 1 and a != b and a == meant[y - 2] and b == written[x - 2]:
        add("transposition", 2, 2)
    if i:
        add("doubling" if x > 1 and written[x - 2] == a else "insertion", 1, 0)
    if j:
        add("doubling" if y > 1 and meant[y - 2] == b else "omission", 0, 1)
    return ways
