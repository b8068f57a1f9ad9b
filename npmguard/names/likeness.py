"""How likely it is that one name was mistyped, or made to pass, for another.

Two numbers are weighed against each other: what the differences cost (the more often they lead from one
real name to another, the more), and what the popular name allows (the longer and the more popular it is,
the more). They were fitted to half of a set of real malicious names, so that real lockfiles stay quiet,
and checked on the other half: docs/names.md has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from npmguard.names.edits import COST, Slip

SEPARATORS = "-_./@"
_NO_SEPARATORS = {ord(character): None for character in SEPARATORS}

# Names that are the same but for their separators
SCOPE_FLATTENED = 0.6  # types-node for @types/node
SEPARATOR_EXCHANGED = 0.5  # lru_cache for lru-cache
SEPARATOR_MOVED = 2.0  # isbuffer for is-buffer: npm has refused new ones since 2017, real old ones abound

# Slips that come with a change of separators
SEPARATORS_TOO = 0.3
SEPARATOR_EXCHANGED_TOO = 0.15

# What a slip costs more where real names differ in the same way: recharts and echarts, vuex and vue,
# matched and matcher, argon1 and argon2. People look at the first letter, and rarely mistype it.
_FIRST = {"insertion": 1.5, "omission": 0.7, "substitution": 1.3, "neighbouring-key": 0.45, "confusable": 0.3}
_LAST = {"insertion": 1.3, "omission": 0.2, "substitution": 0.6, "neighbouring-key": 1.0, "confusable": 0.7}
_PLURAL = {"insertion": 0.15, "omission": 0.1}
_VERSION = {"insertion": 0.9, "omission": 2.0}  # a digit at the end of a word
_STRAY_DIGIT = -0.5  # a digit within a word, which hardly any real name has
_SIDE_BY_SIDE = 1.0  # two slips on the same spot are another syllable rather than two slips
_SAME_SIDE_BY_SIDE = 0.4
_ANOTHER_VERSION = 2.0  # one digit for another, and nothing else
_FURTHER = 0.55  # further slips cost this part of their price: nobody makes a real name that way

# What a name allows, by the letters that the slips have to hide among
_ALLOWED = (0, 0, 0, 0.57, 0.86, 1.02, 1.49, 1.95, 2.24, 2.47, 2.64, 2.88, 3.1, 3.28, 3.45, 3.56, 3.68)
# Words of the name without a slip count for at most this many letters: eslint-plugin-es and eslint-plugin-n
# are as unlike as es and n.
_OTHER_WORDS = 4
_POPULARITY = ((500, 1.25), (2500, 1.1), (5000, 1.0), (13000, 0.92))
_LEAST_POPULAR = 0.8


def bare(name: str) -> str:
    """The name as it sounds: in small letters, without separators."""
    return name.lower().translate(_NO_SEPARATORS)


def bares(text: str) -> str:
    """The same for many names at once, ASCII, in any number of lines; much faster than one by one."""
    return text.encode("ascii").lower().translate(None, SEPARATORS.encode()).decode("ascii")


def popularity(rank: int) -> float:
    """How much more than usual a name of that rank (1 is the most popular) is worth imitating."""
    for last, factor in _POPULARITY:
        if rank <= last:
            return factor
    return _LEAST_POPULAR


def allowance(letters: int, rank: int) -> float:
    """The greatest cost at which a spelling still passes for a popular name of that rank."""
    return _ALLOWED[max(0, min(letters, len(_ALLOWED) - 1))] * popularity(rank)


def word_ends(name: str) -> list[int]:
    """Where the words of a name end, counted in letters without separators."""
    ends: list[int] = []
    letters = 0
    for character in name:
        if character not in SEPARATORS:
            letters += 1
        elif letters and letters not in ends[-1:]:
            ends.append(letters)
    if letters not in ends[-1:]:
        ends.append(letters)
    return ends


def hiding_letters(meant: str, slips: Sequence[Slip]) -> int:
    """Among how many letters of the popular name the slips have to hide."""
    ends = word_ends(meant)
    length = ends[-1]
    if not slips:
        return length
    start = touched = 0
    for end in ends:
        if any((s.at < end and s.at + max(1, len(s.meant)) > start) or s.at == length == end for s in slips):
            touched += end - start
        start = end
    return min(length, touched + _OTHER_WORDS - 2 * (len(slips) - 1))


def cost(slips: Sequence[Slip], written: str, meant: str) -> float:
    """What it takes to read the name `written` as `meant`, given the slips between their bare forms."""
    written_ends, meant_ends = word_ends(written), word_ends(meant)
    moved = written_ends != meant_ends if not slips else len(written_ends) != len(meant_ends)
    scope = written.startswith("@") != meant.startswith("@")
    exchanged = _separators(written) != _separators(meant)
    if not slips:
        if scope:
            return SCOPE_FLATTENED
        return SEPARATOR_MOVED if moved else SEPARATOR_EXCHANGED if exchanged else 0.0
    prices = sorted((_price(s, written_ends, meant_ends) for s in slips), reverse=True)
    total = prices[0] + _FURTHER * sum(prices[1:]) + sum(map(_crowding, slips, slips[1:]))
    if len(slips) == 1 and slips[0].how == "digit":
        total += _ANOTHER_VERSION
    if scope or moved:
        total += SEPARATORS_TOO
    elif exchanged:
        total += SEPARATOR_EXCHANGED_TOO
    return total


def _separators(name: str) -> list[str]:
    return [character for character in name if character in SEPARATORS]


def _price(slip: Slip, written_ends: list[int], meant_ends: list[int]) -> float:
    """The price of one slip where it stands."""
    how = slip.how
    price = COST[how]
    first = slip.at == 0
    last = (
        slip.written_at + len(slip.written) == written_ends[-1]
        and slip.at + len(slip.meant) == meant_ends[-1]
    )
    digit = (slip.written or slip.meant).isdigit()
    if digit and how in _VERSION:
        ends, place = (written_ends, slip.written_at) if how == "insertion" else (meant_ends, slip.at)
        if place + 1 in ends:
            price += _VERSION[how]
        elif how == "insertion":
            price += _STRAY_DIGIT
    if first:
        price += _FIRST.get(how, 0.0)
    elif last and (slip.written or slip.meant) == "s" and how in _PLURAL:
        price += _PLURAL[how]
    elif last and not (digit and how == "omission"):
        price += _LAST.get(how, 0.0)
    elif digit and how in ("substitution", "neighbouring-key"):
        price += _STRAY_DIGIT
    return price


def _crowding(one: Slip, other: Slip) -> float:
    """What two slips cost more for standing side by side."""
    if one.at + len(one.meant) != other.at or "digit" in (one.how, other.how):
        return 0.0
    if one.how == other.how == "confusable" or (one.written + other.written).strip("0123456789") != (
        one.written + other.written
    ):
        return 0.0
    return _SIDE_BY_SIDE + (_SAME_SIDE_BY_SIDE if one.how == other.how in ("insertion", "omission") else 0.0)
