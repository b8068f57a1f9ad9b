"""What of a detector's pattern can be searched for quickly, read from the pattern itself.

A search for it finds every place where a match can begin, and more; the pattern itself then decides. As it
is derived from the pattern, it cannot miss what the pattern matches, whoever searches.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

MOST_WIDTH = 40_000  # the longest match of any pattern
_LOOSE = 8  # what varies by more is not spelt out for Hyperscan
_FIRM = 12  # unless it has so many characters at least
_WIDEST = 600  # what varies by more ends the expression
_BEGUN = 3  # so many characters are never left out, however loose they are
_ENOUGH = 64  # and so many characters end it
_SHORTEST = 2  # letters of a literal that is worth looking for
_VARIANTS = 64  # ways to write the beginning of a match, at most
LETTERS = 12  # of a literal that are looked for


class Sought(NamedTuple):
    """What to search for.

    `expression` is for Hyperscan: a match from s on has an end e of it with `least` <= e - s <= `most`.
    `literals` are for `bytes.find` in the lower-cased text: a match that begins at s holds one of them at
    k with `low` <= k - s <= `high`. There are none where no literal is long enough to be worth it.
    """

    expression: str
    least: int
    most: int
    literals: tuple[bytes, ...]
    low: int
    high: int


def read(pattern: str) -> Sought:
    """What to search for when a pattern is sought. Raises ValueError for what only `re` understands."""
    tree = parser.parse(pattern.encode())
    flags = tree.state.flags
    atoms = list(_atoms(tree, bool(flags & re.IGNORECASE), bool(flags & re.DOTALL), last=True))
    return Sought(*_expression(atoms), *_literals(atoms))


def width(pattern: str) -> int:
    """How long a match can be."""
    return min(int(parser.parse(pattern.encode()).getwidth()[1]), MOST_WIDTH)


class _Piece(NamedTuple):
    """A part of an expression, and how long its match can be."""

    text: str
    least: int
    most: int


_NOTHING = _Piece("", 0, 0)


class _Atom(NamedTuple):
    """One piece of a pattern: in full, with as little as it needs, its bytes, and as the parser gave it."""

    full: _Piece
    short: _Piece
    alphabet: frozenset[int]
    node: Any


def _atoms(nodes: Any, folded: bool, dotall: bool, last: bool = False) -> Iterator[_Atom]:
    """The pieces of a sequence. A group without alternatives is no piece, but what it holds.

    `last` is whether nothing follows the sequence: only there Hyperscan can be asked for the end of a line.
    """
    nodes = list(nodes)
    for place, node in enumerate(nodes):
        operation, argument = node
        here = last and place == len(nodes) - 1
        if operation in _WITHOUT_WIDTH and not (here and node == _LINE_END):
            continue  # without it there are more matches, never fewer
        if operation is sre.SUBPATTERN:
            _, added, taken, inner = argument
            yield from _atoms(
                inner,
                _flag(folded, re.IGNORECASE, added, taken),
                _flag(dotall, re.DOTALL, added, taken),
                here,
            )
        elif operation in _REPEATS:
            low, high, inner = argument
            unit = _text(inner, folded, dotall)
            least, most = (int(n) for n in inner.getwidth())
            high = int(high)
            few = min(low, _ENOUGH)
            full = f"{unit}{{{low}}}" if low == high else f"{unit}{{{low},{min(high, MOST_WIDTH)}}}"
            yield _Atom(
                _Piece(full, least * low, min(most * high, MOST_WIDTH)),
                _Piece(f"{unit}{{{few}}}", least * few, most * few) if few and least else _NOTHING,
                _alphabet(inner, folded, dotall),
                node,
            )
        else:
            piece = _Piece(_node(node, folded, dotall, here), *_width(node))
            yield _Atom(
                piece,
                _NOTHING if _can_be_empty(node, here) else piece,
                _alphabet([node], folded, dotall),
                node,
            )


_LINE_END = (sre.AT, sre.AT_END)
_WITHOUT_WIDTH = (sre.AT, sre.ASSERT, sre.ASSERT_NOT)
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def _width(node: Any) -> tuple[int, int]:
    operation, argument = node
    if operation is sre.BRANCH:
        widths = [choice.getwidth() for choice in argument[1]]
        return min(int(low) for low, _ in widths), max(int(high) for _, high in widths)
    if operation is sre.ATOMIC_GROUP:
        low, high = argument.getwidth()
        return int(low), int(high)
    return (0, 1) if operation is sre.AT else (1, 1)


def _can_be_empty(node: Any, last: bool) -> bool:
    """Can it match nothing, whatever follows?"""
    operation, argument = node
    if operation in _WITHOUT_WIDTH:
        return not (last and node == _LINE_END)
    if operation is sre.BRANCH:
        return any(_all_empty(choice, last) for choice in argument[1])
    if operation in _REPEATS:
        return not argument[0] or _all_empty(argument[2], False)
    if operation is sre.SUBPATTERN:
        return _all_empty(argument[3], last)
    return operation is sre.ATOMIC_GROUP and _all_empty(argument, False)


def _all_empty(nodes: Any, last: bool) -> bool:
    nodes = list(nodes)
    return all(_can_be_empty(node, last and place == len(nodes) - 1) for place, node in enumerate(nodes))


def _alphabet(nodes: Any, folded: bool, dotall: bool) -> frozenset[int]:
    """The bytes that a match can hold."""
    held: frozenset[int] = frozenset()
    for operation, argument in nodes:
        if operation in _WITHOUT_WIDTH:
            continue
        if operation is sre.SUBPATTERN:
            _, added, taken, inner = argument
            held |= _alphabet(
                inner, _flag(folded, re.IGNORECASE, added, taken), _flag(dotall, re.DOTALL, added, taken)
            )
        elif operation in _REPEATS:
            held |= _alphabet(argument[2], folded, dotall)
        elif operation is sre.BRANCH:
            held = held.union(*(_alphabet(choice, folded, dotall) for choice in argument[1]))
        elif operation is sre.ATOMIC_GROUP:
            held |= _alphabet(argument, folded, dotall)
        else:
            held |= _characters((operation, argument), folded, dotall)
    return held


def _flag(value: bool, flag: re.RegexFlag, added: int, taken: int) -> bool:
    return bool((value or added & flag) and not taken & flag)


# -- for Hyperscan


def _text(nodes: Iterable[Any], folded: bool, dotall: bool, last: bool = False) -> str:
    texts = [atom.full.text for atom in _atoms(nodes, folded, dotall, last)]
    return texts[0] if len(texts) == 1 and texts[0].startswith(("[", "\\x")) else f"(?:{''.join(texts)})"


def _node(node: Any, folded: bool, dotall: bool, last: bool) -> str:
    operation, argument = node
    if operation is sre.AT:
        return "(?:\\x0a|$)"
    if operation is sre.BRANCH:
        return "(?:" + "|".join(_text(choice, folded, dotall, last) for choice in argument[1]) + ")"
    if operation is sre.ATOMIC_GROUP:
        return _text(argument, folded, dotall)
    return _class(_characters(node, folded, dotall))


def _characters(node: Any, folded: bool, dotall: bool) -> frozenset[int]:
    """The bytes that one position of a pattern takes."""
    operation, argument = node
    if operation is sre.ANY:
        return _EVERY if dotall else _EVERY - {10}
    if operation is sre.LITERAL:
        return _both_cases({argument}) if folded else frozenset([argument])
    if operation is sre.NOT_LITERAL:
        return _EVERY - (_both_cases({argument}) if folded else {argument})
    if operation is not sre.IN:
        raise ValueError(f"a pattern may not have {operation}: it needs more than Hyperscan can do")
    taken: set[int] = set()
    negated = False
    for kind, value in argument:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            taken.add(value)
        elif kind is sre.RANGE:
            taken.update(range(value[0], value[1] + 1))
        else:
            taken |= _CATEGORIES[value]
    characters = _both_cases(taken) if folded else frozenset(taken)
    return _EVERY - characters if negated else characters


def _both_cases(characters: set[int]) -> frozenset[int]:
    return frozenset(other for c in characters for other in (c, bytes([c]).lower()[0], bytes([c]).upper()[0]))


_EVERY = frozenset(range(256))
_DIGITS = frozenset(b"0123456789")
_SPACES = frozenset(b" \t\n\r\f\v")
_WORD = _DIGITS | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_CATEGORIES = {
    sre.CATEGORY_DIGIT: _DIGITS,
    sre.CATEGORY_NOT_DIGIT: _EVERY - _DIGITS,
    sre.CATEGORY_SPACE: _SPACES,
    sre.CATEGORY_NOT_SPACE: _EVERY - _SPACES,
    sre.CATEGORY_WORD: _WORD,
    sre.CATEGORY_NOT_WORD: _EVERY - _WORD,
}


def _class(characters: frozenset[int]) -> str:
    """A set of bytes as Hyperscan reads it."""
    if len(characters) == 1:
        return f"\\x{next(iter(characters)):02x}"
    ranges: list[list[int]] = []
    for c in sorted(characters):
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return "[" + "".join(f"\\x{a:02x}" if a == b else f"\\x{a:02x}-\\x{b:02x}" for a, b in ranges) + "]"


class _Gap:
    """Text of which only its length and its bytes are asked for. `first` is the least that it begins with."""

    def __init__(self, first: _Piece | None = None) -> None:
        self.first = first
        self.alphabet: frozenset[int] = frozenset()
        self.least = 0
        self.most = 0

    def take(self, alphabet: frozenset[int], least: int, most: int) -> None:
        """Let something more be in it."""
        self.alphabet |= alphabet
        self.least += least
        self.most += most

    def piece(self) -> _Piece:
        """What Hyperscan searches for."""
        return _Piece(f"{_class(self.alphabet)}{{{self.least},{self.most}}}", self.least, self.most)


def _expression(atoms: list[_Atom]) -> _Piece:
    """The beginning of a pattern, as much of it as tells its matches from other text.

    Hyperscan reports every end that a match can have, and pays for every way to it. So what varies much is
    any text of that length where more follows, and as short as it can be where it stands last: the matches
    of the beginning begin where those of the whole do.
    """
    kept: list[tuple[_Piece, _Piece]] = []  # with what is left of it where it stands last
    known = 0
    gap = _Gap()
    for atom in atoms:
        full, short = atom.full, atom.short
        loose = full.most - full.least > _LOOSE
        cut = loose or full.least > _ENOUGH  # it goes on long after it is known
        if not known and short.text != full.text:
            # what stands first matters as little in full, but a match may begin so much earlier
            kept.append((full._replace(text=short.text), full._replace(text=short.text)))
            known = min(short.least, _BEGUN)
        elif known >= _BEGUN and short.least < _FIRM and (loose or (gap.most and full.most > full.least)):
            gap = gap if gap.most else _Gap(short)
            gap.take(atom.alphabet, full.least, full.most)
        elif cut and known >= _BEGUN and not gap.most:
            kept.append((short, short))
            break
        else:
            if cut and known >= _BEGUN:
                gap.take(atom.alphabet, full.least - short.least, full.most - short.most)
                full = short
            if gap.most > _WIDEST:
                break
            if gap.most:
                kept.append((gap.piece(), _NOTHING))
                gap = _Gap()
            kept.append((full, short))
            known += full.least
            if known >= _ENOUGH:
                break
    if gap.first:
        kept.append((gap.first, gap.first))
    while len(kept) > 1 and not kept[-1][1].text:
        kept.pop()
    pieces = [piece for piece, _ in kept[:-1]] + [kept[-1][1]]
    return _Piece(
        "".join(piece.text for piece in pieces),
        sum(piece.least for piece in pieces),
        min(sum(piece.most for piece in pieces), MOST_WIDTH),
    )


# -- for a search for literals


def _literals(atoms: list[_Atom]) -> tuple[tuple[bytes, ...], int, int]:
    """The literals of which every match has one, the longest that there are, and where in it they stand."""
    best: tuple[tuple[int, int], tuple[tuple[bytes, ...], int, int]] = ((0, 0), ((), 0, 0))
    low = high = 0
    for i, atom in enumerate(atoms):
        texts = {text for text, _ in _spelt([atom.node for atom in atoms[i:]])}
        rank = (min(min(map(len, texts)), 5), low - high)
        if rank[0] >= _SHORTEST and rank > best[0]:
            best = (rank, (tuple(sorted(texts)), low, high))
        low, high = low + atom.full.least, min(high + atom.full.most, MOST_WIDTH)
    return best[1]


def _spelt(nodes: Iterable[Any]) -> set[tuple[bytes, bool]]:
    """The ways in which the text of a sequence can begin, lower-case; with each whether it ends there."""
    ways: set[tuple[bytes, bool]] = {(b"", True)}
    for node in nodes:
        tails = _ways(node)
        longer = {way for way in ways if not way[1]}
        for text, whole in ways:
            if whole:
                longer.update((text + tail, ends) for tail, ends in tails)
        letters = LETTERS
        ways = {(text[:letters], whole and len(text) <= letters) for text, whole in longer}
        while len(ways) > _VARIANTS:
            letters -= 1
            ways = {(text[:letters], whole and len(text) <= letters) for text, whole in longer}
        if not any(whole for _, whole in ways):
            break
    return ways


def _ways(node: Any) -> set[tuple[bytes, bool]]:
    operation, argument = node
    if operation is sre.LITERAL:
        return {(bytes([argument]).lower(), True)}
    if operation is sre.IN:
        characters = {bytes([c]).lower() for c in _characters(node, False, False)}
        return {(c, True) for c in characters} if len(characters) <= 8 else {(b"", False)}
    if operation is sre.BRANCH:
        return {way for choice in argument[1] for way in _spelt(choice)}
    if operation is sre.SUBPATTERN:
        return _spelt(argument[3])
    if operation is sre.ATOMIC_GROUP:
        return _spelt(argument)
    if operation in _WITHOUT_WIDTH:
        return {(b"", True)}
    if operation in _REPEATS:
        low, high, inner = argument
        few = [node for _ in range(min(low, LETTERS)) for node in inner]
        if low == high:
            return _spelt(few)
        if (low, int(high)) == (0, 1):
            return _spelt(inner) | {(b"", True)}
        return {(text, False) for text, _ in _spelt(few)}
    return {(b"", False)}
