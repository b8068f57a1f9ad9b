"""Popular names of the public npm registry, and the names that could pass for them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache, cached_property
from typing import NamedTuple

from npmguard.names.confusables import fold
from npmguard.names.edits import Slip, nearer_than, slips
from npmguard.names.likeness import allowance, bare, bares, cost, hiding_letters
from npmguard.names.whole import Held, Whole

__all__ = ["Lookalike", "carriers", "lookalike", "lookalikes", "rank"]

# npm has never had longer names
_LONGEST = 214
# By how much less than its allowance an imitation has to cost, to be this sure of it
_HIGH, _MEDIUM = 0.435, 0.575
# The greatest part by which further slips are cheaper than their plain weights tell
_SLACK = 1.6
# Pairs of letters that pass for one
_LIGATURES = (("rn", "m"), ("vv", "w"), ("cl", "d"))


class Lookalike(NamedTuple):
    """A popular name that another one imitates.

    `how` is one of separator, scope, capitals, transposition, doubling, omission, insertion, plural,
    substitution, neighbouring-key, confusable, digit, or mixed for several slips. Of a popular name that is
    held whole it is unscoped (it lacks its scope), decorated (an idle word is added), family or scope-slip;
    with these two `name` is what this one would be called in the popular scope, be there such a package or
    not. `confidence` is low, medium or high. `rank` is the place of the popular name, or of the first one in
    the scope; 1 is the most popular.
    """

    name: str
    how: str
    confidence: str
    rank: int


def lookalike(name: str) -> Lookalike | None:
    """The popular name that this one imitates, with how and how sure, or None.

    A popular name imitates nothing, and neither does a name in a scope that has popular packages: nobody
    else can publish there. Any text will do; what could not be a name gives None.
    """
    return lookalikes((name,)).get(name)


def lookalikes(names: Iterable[str]) -> dict[str, Lookalike]:
    """Those of the names that imitate a popular one, each with what `lookalike` says of it.

    Much faster than asking one by one: the popular names are gone through once for them all. What was said of
    a name is remembered: another project has it too.
    """
    asked = set(names)
    unknown = asked - _said.keys()
    if unknown:
        found = _searched(unknown)
        _said.update((name, found.get(name)) for name in unknown)
    return {name: said for name in asked if (said := _said[name]) is not None}


_said: dict[str, Lookalike | None] = {}


def _searched(names: Iterable[str]) -> dict[str, Lookalike]:
    popular = _popular()
    found: dict[str, Lookalike] = {}
    searched: dict[str, tuple[str, str]] = {}
    for name in names:
        if name in popular.ranks or not name or len(name) > _LONGEST or name.isspace():
            continue
        folded = fold(name)
        if folded in popular.ranks:
            found[name] = Lookalike(folded, "confusable", "high", popular.ranks[folded])
        elif _scope(folded) not in popular.scopes:
            written = bare(folded)
            if written:
                searched[name] = (folded, written)
    candidates = popular.near({written for _, written in searched.values()})
    for name, (folded, written) in searched.items():
        best = _best(folded, written, candidates[written], popular)
        if best is None or best.confidence == "low":
            held = popular.whole.held(folded)
            best = best if held is None else _faint(held)
        if best is not None:
            found[name] = best
    return found


def rank(name: str) -> int | None:
    """The name's place among the popular ones, 1 the most popular, or None where it is not among them."""
    return _popular().ranks.get(name)


def carriers(names: Iterable[str]) -> dict[str, Lookalike]:
    """Those of the names that carry a popular name, or scope, among their words, with `how` word or brand.

    By itself this says nothing: eslint-config-acme is as good a name as any. Of a package that is days old it
    says more.
    """
    popular = _popular()
    found = {}
    for name in set(names):
        if name not in popular.ranks and len(name) <= _LONGEST:
            held = popular.whole.carried(name)
            if held is not None:
                found[name] = _faint(held)
    return found


def _faint(held: Held) -> Lookalike:
    return Lookalike(held.name, held.how, "low", held.place + 1)


def _scope(name: str) -> str:
    """The scope of a name with its at sign, or ""."""
    return name.partition("/")[0] if name.startswith("@") else ""


def _best(name: str, written: str, candidates: Iterable[int], popular: _Popular) -> Lookalike | None:
    """The popular name among the candidates that this one is likeliest to stand for."""
    best: tuple[float, int, tuple[Slip, ...]] | None = None
    exact = popular.by_bare.get(written)
    if exact is not None and cost((), name, popular.names[exact]) <= allowance(len(written), exact + 1):
        candidates = (exact,)
    near = nearer_than(written, _most_slips(written))
    for index in sorted(candidates):
        meant = popular.bares[index]
        if not near(meant):
            continue
        rank = index + 1
        most = allowance(len(meant), rank)
        found = slips(written, meant, most * _SLACK)
        if found is None or len(found) > _most_slips(written):
            continue
        target = popular.names[index]
        allowed = allowance(hiding_letters(target, found), rank)
        price = cost(found, name, target)
        # with too many slips for its few letters a name hides nothing
        if 0 < allowed >= price and (best is None or price / allowed < best[0]):
            best = (price / allowed, index, found)
    for index in _ligatures(written, popular):
        if best is None and len(popular.bares[index]) >= 4:
            return Lookalike(popular.names[index], "confusable", "high", index + 1)
    if best is None:
        return None
    share, index, found = best
    target = popular.names[index]
    confidence = "high" if share <= _HIGH else "medium" if share <= _MEDIUM else "low"
    how = _how(found, name, target)
    if how == "scope" and not target.startswith("@types/"):
        confidence = "low"  # a package that moved into a scope often leaves its old name behind
    elif not found and confidence == "high":
        confidence = "medium"
    return Lookalike(target, how, confidence, index + 1)


def _ligatures(written: str, popular: _Popular) -> Iterable[int]:
    for pair, letter in _LIGATURES:
        if pair in written and (index := popular.by_bare.get(written.replace(pair, letter))) is not None:
            yield index


def _how(found: tuple[Slip, ...], name: str, target: str) -> str:
    if not found:
        if name.lower() == target.lower():
            return "capitals"
        return "scope" if _scope(name) or _scope(target) else "separator"
    if len(found) > 1:
        return "mixed"
    slip = found[0]
    if slip.how in ("insertion", "omission") and (slip.written or slip.meant) == "s":
        longer = name if slip.written else target
        if longer.endswith("s") and slip.at + len(slip.meant) == len(bare(target)):
            return "plural"
    return slip.how


class _Popular:
    """The popular names, most popular first, and what is needed to find those near a spelling."""

    def __init__(self, text: str) -> None:
        self.names = text.split()
        self.ranks = dict(zip(self.names, range(1, len(self.names) + 1), strict=True))
        self.scopes = {name.partition("/")[0] for name in self.names if name[0] == "@"}
        # many names at once: a few times faster than one by one
        self.bares = bares(text).split()
        last = len(self.bares) - 1
        self.by_bare = dict(zip(reversed(self.bares), range(last, -1, -1), strict=True))

    @cached_property
    def whole(self) -> Whole:
        return Whole(self.ranks, self.by_bare)

    def near(self, spellings: set[str]) -> dict[str, set[int]]:
        """For each spelling, the popular names that share its beginning, its middle or its end.

        A slip or two leave one of them whole. In a short spelling a swap may not: swaps are looked up.
        """
        found: dict[str, set[int]] = {spelling: set() for spelling in spellings}
        bares = self.bares
        short = {s for s in spellings if len(s) <= 5}
        if short:
            self._gather(found, [b[:2] for b in bares], {s: (s[:2],) for s in short})
            self._gather(found, [b[-2:] for b in bares], {s: (s[-2:],) for s in short})
        long = spellings - short
        if long:
            self._gather(found, [b[:3] for b in bares], {s: (s[:3],) for s in long})
            self._gather(found, [b[-3:] for b in bares], {s: (s[-3:],) for s in long})
            middles = [b[(m := len(b) // 2 - 1) : m + 3] if len(b) > 5 else "" for b in bares]
            self._gather(found, middles, {s: _middles(s) for s in long if _most_slips(s) > 1})
        for spelling, near in found.items():
            if len(spelling) <= 7:
                for i in range(len(spelling) - 1):
                    swapped = spelling[:i] + spelling[i + 1] + spelling[i] + spelling[i + 2 :]
                    if (index := self.by_bare.get(swapped, -1)) >= 0:
                        near.add(index)
        return found

    def _gather(self, found: dict[str, set[int]], keys: list[str], asked: dict[str, tuple[str, ...]]) -> None:
        """Add to each spelling the names with one of the keys that it asks for, where they can be near.

        `keys` has one key for each popular name. Near is told by the length and the letters used.
        """
        groups: dict[str, list[int]] = {key: [] for wanted in asked.values() for key in wanted}
        for index, key in enumerate(keys):
            if key in groups:
                groups[key].append(index)
        bares = self.bares
        for spelling, wanted in asked.items():
            slips = _most_slips(spelling)
            shortest, longest = len(spelling) - slips, len(spelling) + slips
            unlike = set(spelling).symmetric_difference
            near = found[spelling]
            for key in wanted:
                for index in groups[key]:
                    if shortest <= len(bares[index]) <= longest and len(unlike(bares[index])) <= 2 * slips:
                        near.add(index)


def _most_slips(spelling: str) -> int:
    """How many slips a spelling of that length may hold."""
    return 1 if len(spelling) <= 5 else 2 if len(spelling) <= 8 else 3


def _middles(spelling: str) -> tuple[str, ...]:
    """What the three letters in the middle of the name meant may be, when slips came before them."""
    middle = len(spelling) // 2 - 1
    return tuple({spelling[at : at + 3] for at in range(max(0, middle - 2), middle + 3)})


@cache
def _popular() -> _Popular:
    path = os.path.join(os.path.dirname(__file__), "popular.txt")
    with open(path, encoding="ascii") as file:
        return _Popular(file.read())
