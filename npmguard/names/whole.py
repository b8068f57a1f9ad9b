"""Names that hold a popular one whole: without its scope, with an idle word, or in a scope a slip off.

Real names do the same more often than they come a slip near, so nothing of this is ever sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from npmguard.names.edits import slips
from npmguard.names.likeness import SEPARATORS, allowance, bare, cost

# Words that tell nothing of what a package does, which real names hardly ever add to a popular one.
# -cli, -utils, -core, -ts and react- are not among them: hundreds of real packages are named so.
_IDLE = "node nodejs js npm lib official original real new latest security support dev secure"
_IDLE_AFTER = (
    "fixed patched stable beta lts update helper toolkit utility package pkg module install installer setup "
    "example sample demo free 1 v1 v2 v3"
)
_BEFORE = frozenset(_IDLE.split())
_AFTER = _BEFORE.union(_IDLE_AFTER.split())
# Services whose names malware likes to borrow: accounts and money are behind them.
_SERVICES = (
    "amazon aws azure binance coinbase discord dropbox ethereum facebook github gitlab google instagram "
    "metamask microsoft minecraft netflix openai paypal roblox shopify slack solana spotify steam stripe "
    "telegram tiktok twilio twitter uniswap vercel whatsapp youtube"
)
_BRANDS = frozenset(_SERVICES.split())
_LEAST_LETTERS = 4
_LAST_RANK = 5000  # beyond, names are so many that whole words meet by chance
_FAMILY = 4  # so many popular names that begin alike, all in one scope, are its family
_SCOPE = 3  # so many popular names make a scope popular
_SCOPE_ALLOWED = 0.6  # of what a name of that length allows: @storyblok and @eggjs are as real as @egjs
_CARRIED_LETTERS, _CARRIED_RANK = 5, 2500

_SPACED = {ord(character): " " for character in SEPARATORS}


class Held(NamedTuple):
    """What a name holds whole: the name meant, how, and the popular name's place (0 is the first)."""

    name: str
    how: str
    place: int


class Whole:
    """What is needed to find popular names held whole.

    `ranks` has the popular names, the most popular first; `by_bare` the place of a bare spelling among them.
    """

    def __init__(self, ranks: Mapping[str, int], by_bare: Mapping[str, int]) -> None:
        from collections import Counter

        self._names, self._by_bare = list(ranks), by_bare
        scoped = [(name, *name.partition("/")[::2]) for name in self._names if name[0] == "@"]
        counted = Counter(scope for _, scope, _ in scoped)
        first = {scope: name for name, scope, _ in reversed(scoped)}
        self._scopes = {scope: ranks[first[scope]] - 1 for scope, n in counted.items() if n >= _SCOPE}
        rests = Counter(rest for *_, rest in scoped)
        self._rests = {rest: ranks[name] - 1 for name, _, rest in scoped if "-" in rest and rests[rest] == 1}
        self._families = _families([(scope, rest) for _, scope, rest in scoped], by_bare)
        self._others: dict[str, int] = {}
        self._near: dict[str, list[str]] = {}

    def held(self, name: str) -> Held | None:
        """What the name holds, where hardly any real name does so."""
        if name.startswith("@"):
            scope, slash, rest = name.partition("/")
            return self._beside(scope, rest) if slash and rest else None
        words = _words(name)
        return self._without_scope(name, words) or self._decorated(words)

    def carried(self, name: str) -> Held | None:
        """The popular name, or scope, among the words of this one; many real names do that."""
        if name.startswith("@"):
            return None
        words = _words(name)
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                part = "".join(words[start : start + length])
                index = self._by_bare.get(part, _CARRIED_RANK)
                if index < _CARRIED_RANK and len(part) >= _CARRIED_LETTERS:
                    return Held(self._names[index], "word", index)
        if len(words) < 2:
            return None
        brand = "@" + words[0]
        place = self._scopes.get(brand) if len(brand) > _CARRIED_LETTERS else None
        if place is None:
            brand = next((word for word in words if word in _BRANDS), "")
            starts = (brand, "@" + brand)
            place = next(
                (at for at, known in enumerate(self._names) if brand and known.startswith(starts)), None
            )
        return Held(self._names[place], "brand", place) if place is not None else None

    def _without_scope(self, name: str, words: Sequence[str]) -> Held | None:
        if len(words) < 2:
            return None
        index = self._rests.get(name, -1)
        if index >= 0:
            return Held(self._names[index], "unscoped", index)
        first, dash, _ = name.partition("-")
        scope = self._family(first) if dash else None
        if scope is not None:
            return Held(f"{scope}/{name}", "family", self._scopes[scope])
        return None

    def _family(self, first: str) -> str | None:
        """The scope in which nearly all popular names stand that begin with that word."""
        family = self._families.get(first)
        if family is None:
            return None
        if first not in self._others:
            # for the few words that are met: for all of them it would take longer than all the rest
            self._others[first] = sum(name.startswith(f"{first}-") for name in self._names)
        return family.scope if self._others[first] < family.members else None

    def _decorated(self, words: Sequence[str]) -> Held | None:
        found = []
        if len(words) > 1:
            if words[0] in _BEFORE:
                found.append("".join(words[1:]))
            if words[-1] in _AFTER:
                found.append("".join(words[:-1]))
        elif words:
            word = words[0]
            found += [word.removesuffix("js"), word.removesuffix("node"), word.removeprefix("node")]
            found = [core for core in found if core != word]
        places = (
            self._by_bare[core] for core in found if len(core) >= _LEAST_LETTERS and core in self._by_bare
        )
        index = min(places, default=_LAST_RANK)
        return Held(self._names[index], "decorated", index) if index < _LAST_RANK else None

    def _beside(self, scope: str, rest: str) -> Held | None:
        """The popular scope that this one is a slip off."""
        best: tuple[float, str] | None = None
        written = bare(scope)
        for meant in self._neighbours(written):
            letters = bare(meant)
            found = slips(written, letters, 2.0)
            if found is None or len(found) > 1 or scope == meant:
                continue
            allowed = allowance(len(letters), self._scopes[meant] + 1) * _SCOPE_ALLOWED
            price = cost(found, scope, meant)
            if price <= allowed and allowed and (best is None or price / allowed < best[0]):
                best = (price / allowed, meant)
        return Held(f"{best[1]}/{rest}", "scope-slip", self._scopes[best[1]]) if best else None

    def _neighbours(self, written: str) -> Iterable[str]:
        """Popular scopes that are at most a slip off: with one letter out, both can be made the same."""
        if not self._near:
            for scope in self._scopes:
                for key in _thinned(bare(scope)):
                    self._near.setdefault(key, []).append(scope)
        return sorted({scope for key in _thinned(written) for scope in self._near.get(key, ())})


class _Family(NamedTuple):
    scope: str
    members: int


def _families(scoped: Sequence[tuple[str, str]], by_bare: Mapping[str, int]) -> dict[str, _Family]:
    """First words of scoped names that stand in one scope alone: each with that scope.

    A word that is a popular name or scope itself begins names of all kinds.
    """
    members: dict[str, list[str]] = {}
    for scope, rest in scoped:
        if "-" in rest:
            members.setdefault(rest.partition("-")[0], []).append(scope)
    scopes = {scope for scope, _ in scoped}
    return {
        first: _Family(found[0], len(found))
        for first, found in members.items()
        if len(found) >= _FAMILY
        and found.count(found[0]) == len(found)
        and first not in by_bare
        and "@" + first not in scopes
    }


def _words(name: str) -> list[str]:
    return name.lower().translate(_SPACED).split()


def _thinned(spelling: str) -> set[str]:
    """The spelling, and what is left of it without one of its letters."""
    return {spelling} | {spelling[:at] + spelling[at + 1 :] for at in range(len(spelling))}
