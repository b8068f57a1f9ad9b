"""npm's ignore rules: which of a folder's entries they take, in which order.

npm asks every rule of every folder above about every path. Here a folder remembers how far its path has
come in each rule, as a matcher of regular expressions does (`Live`), so that a name is looked up rather
than tried; folders that stand at the same place share that (`Place`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from npmguard.errors import InputError
from npmguard.packing.braces import TooMany, expand
from npmguard.packing.patterns import ANY, GLOBSTAR, LITERAL, SUFFIX, BadPattern, Part, fold, lower, part

LONGEST = 65_536
_MOST = 250_000
_MOST_WORK = 100_000_000

# What JavaScript trims.
BLANKS = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

# How far a path has come in a pattern: how many of its parts are behind, or, for a pattern that winds, the
# names of the path (folded, in lower case).
Reached = int | tuple[tuple[str, str], ...]
Item = tuple[int, Reached]


class Text(NamedTuple):
    """The text of an ignore file, and the file's name for errors."""

    text: str
    file: str = "package.json"


class Rules:
    """Rules in order, of which the last that fits decides. Patterns are numbered as they come."""

    def __init__(self, texts: Iterable[Text]) -> None:
        """Raises InputError with file and line for what npm would stop at, and for what has no end."""
        self.brings_back: list[bool] = []  # of each rule, by rank: a `!` before it
        self.names = Names()
        self.paths: list[tuple[int, tuple[Part, ...]]] = []
        relative: list[int] = []
        for text, file in texts:
            for number, line in enumerate(re.split(r"\r?\n", text), 1):
                line = line.strip(BLANKS)
                if line and not line.startswith("#"):
                    try:
                        self._add(line, relative)
                    except (TooMany, BadPattern) as error:
                        raise InputError(file, f"{_shown(line)}: {error}", number) from None
        self._lives: dict[tuple[Item, ...], Live] = {}
        starts = [item for number in range(len(self.paths)) for item in self._start(number)]
        self.start = self.live(starts)
        wanted = frozenset(relative)
        self.relative = self.live([item for item in starts if item[0] in wanted]) if wanted else None
        self.only_excludes = not any(self.brings_back)

    def _add(self, line: str, relative: list[int]) -> None:
        if len(line) > LONGEST:
            raise TooMany("longer than npm takes a pattern")
        plain = line.lstrip("!")
        rank = len(self.brings_back)
        self.brings_back.append((len(line) - len(plain)) % 2 == 1)
        alternatives = [parts(choice) for choice in dict.fromkeys(expand(plain))]
        if len(alternatives) + len(self.paths) > _MOST or rank > _MOST:
            raise TooMany("more than 250,000 patterns")
        # npm holds such a rule against the names of folders far below, too
        is_relative = any(len(texts) <= (1 if texts[-1] else 2) for texts in alternatives)
        for texts in alternatives:
            ready = tuple(map(part, texts))
            if len(ready) == 1:
                self.names.add(rank, ready[0])
            else:
                if is_relative:
                    relative.append(len(self.paths))
                self.paths.append((rank, ready))

    def _start(self, number: int) -> list[Item]:
        """Where a path is before its first name: with a slash in front or without."""
        pattern = self.paths[number][1]
        if _winds(pattern):
            return [(number, ())]
        found = _closed(pattern, 0)
        if pattern[0].kind == GLOBSTAR:
            return [(number, place) for place in found]
        return [
            (number, place) for place in (found + _closed(pattern, 1) if pattern[0].fits_nothing else found)
        ]

    def _all(self, number: int) -> int:
        """The place in a pattern from which on it fits everything; -1 where there is none."""
        pattern = self.paths[number][1]
        return len(pattern) - 1 if pattern[-1].kind == GLOBSTAR else -1

    def live(self, items: Iterable[Item]) -> Live:
        """What is left of the patterns at these places; the same object for the same places."""
        key = tuple(dict.fromkeys(items))
        if len(key) > 1:  # what comes before a pattern that fits everything from here on has no say any more
            floor = max(
                self.names.always, max((self.paths[n][0] for n, p in key if p == self._all(n)), default=-1)
            )
            key = tuple(item for item in key if self.paths[item[0]][0] >= floor)
        found = self._lives.get(key)
        if found is None:
            found = self._lives[key] = Live(self, key)
        return found


def parts(pattern: str) -> list[str]:
    """The texts between a pattern's slashes, double ones taken out and `..` followed, as npm does that."""
    found: list[str] = []
    for text in re.split("/+", pattern):
        last = found[-1] if found else ""
        if text == "**" == last:
            continue
        if text == ".." and last not in ("", ".", "..", "**"):
            found.pop()
        else:
            found.append(text)
    return found or [""]


class Names:
    """Parts to hold against a name, with ranks; a look-up finds the highest that fits."""

    def __init__(self) -> None:
        self.literals: dict[str, int] = {}
        self.endings: list[tuple[int, str]] = []
        self.tests: list[tuple[int, Callable[[str, str], bool]]] = []
        self.always = -1

    def add(self, rank: int, one: Part) -> None:
        """Adds a part. Ranks never fall."""
        if one.kind == LITERAL:
            self.literals[one.text] = rank
        elif one.kind in (ANY, GLOBSTAR):
            self.always = rank
        elif one.kind == SUFFIX:
            self.endings.append((rank, one.text))
        elif one.test is not None:
            self.tests.append((rank, one.test))

    def best(self, folded: str, lowered: str) -> int:
        """The highest rank of a part that this name fits, or -1."""
        found = max(self.always, self.literals.get(folded, -1))
        for rank, ending in reversed(self.endings):
            if rank <= found:
                break
            if lowered.endswith(ending):
                found = rank
        for rank, test in reversed(self.tests):
            if rank <= found:
                break
            if test(folded, lowered):
                found = rank
        return found


class Step(NamedTuple):
    """What patterns say of a name: the highest ranks of those that fit it, that fit it with a slash after
    it, and that bring back and may yet fit something below it; and where they are then."""

    fits: int
    fits_folder: int
    leads_on: int
    items: tuple[Item, ...]


class Live:
    """Patterns of several parts, at the places that a folder's path has reached."""

    def __init__(self, rules: Rules, items: tuple[Item, ...]) -> None:
        self.rules = rules
        self.items = items
        self.literals: dict[str, list[Item]] = {}
        self._always: list[Item] = []
        self._others: list[tuple[Item, Part | None]] = []
        self._passed: Step | None = None
        endings: list[str] = []
        self.tests: list[Callable[[str, str], bool]] = []
        for item in items:
            number, place = item
            if not isinstance(place, int):
                self._others.append((item, None))
                self.tests.append(lambda folded, lowered: True)
                continue
            next_part = rules.paths[number][1][place]
            if next_part.kind == LITERAL:
                self.literals.setdefault(next_part.text, []).append(item)
            elif next_part.kind in (ANY, GLOBSTAR):
                self._always.append(item)
            elif next_part.kind == SUFFIX:
                endings.append(next_part.text)
                self._others.append((item, next_part))
            elif next_part.test is not None:
                self.tests.append(next_part.test)
                self._others.append((item, next_part))
        self.endings = tuple(endings)

    def step(self, folded: str, lowered: str) -> Step:
        """What a name does."""
        hits = list(self.literals.get(folded, ()))
        for item, next_part in self._others:
            if next_part is None or next_part.fits(folded, lowered):
                hits.append(item)
        passed = self.pass_by()
        if not hits:
            return passed
        step = self._after(hits, folded, lowered)
        return Step(
            max(step.fits, passed.fits),
            max(step.fits_folder, passed.fits_folder),
            max(step.leads_on, passed.leads_on),
            passed.items + step.items,
        )

    def pass_by(self) -> Step:
        """What a name does that fits nothing but stars."""
        if self._passed is None:
            self._passed = self._after(self._always, "", "")
        return self._passed

    def _after(self, hits: list[Item], folded: str, lowered: str) -> Step:
        fits = fits_folder = leads_on = -1
        items: list[Item] = []
        for number, place in hits:
            rank, pattern = self.rules.paths[number]
            if isinstance(place, int):
                end = len(pattern)
                if pattern[place].kind == GLOBSTAR:
                    reached = (*_closed(pattern, place), end) if place == end - 1 else _closed(pattern, place)
                else:
                    reached = _closed(pattern, place + 1)
                for following in reached:
                    if following == end:
                        fits = max(fits, rank)
                    else:
                        items.append((number, following))
                        if following == end - 1 and (
                            pattern[following].kind == GLOBSTAR or pattern[following].fits_nothing
                        ):
                            fits_folder = max(fits_folder, rank)
                alive = True
            else:
                path = (*place, (folded, lowered))
                items.append((number, path))
                plain, folder, alive = _wound(pattern, path)
                fits = max(fits, rank if plain else -1)
                fits_folder = max(fits_folder, rank if folder else -1)
            if alive and self.rules.brings_back[rank]:
                leads_on = max(leads_on, rank)
        return Step(fits, max(fits, fits_folder), leads_on, tuple(items))


def _closed(pattern: tuple[Part, ...], place: int) -> tuple[int, ...]:
    """A place, and the one after it where a `**` may stand for nothing."""
    if place < len(pattern) - 1 and pattern[place].kind == GLOBSTAR:
        return place, place + 1
    return (place,)


def _winds(pattern: tuple[Part, ...]) -> bool:
    """Has it three `**` or more? npm looks for what is between them in a way of its own."""
    return sum(one.kind == GLOBSTAR for one in pattern) > 2


def _wound(pattern: tuple[Part, ...], path: tuple[tuple[str, str], ...]) -> tuple[bool, bool, bool]:
    """Of a pattern that winds: does a path fit, does it with a slash after it, may something below it?"""
    nothing = ("", "")
    plain = (path, (nothing, *path))
    head = [one.kind for one in pattern].index(GLOBSTAR)
    return (
        any(_fits_winding(pattern, names) for names in plain),
        any(_fits_winding(pattern, (*names, nothing)) for names in plain),
        any(_fits_all(pattern[:head], names[:head]) for names in plain),
    )


def _fits_all(pattern: tuple[Part, ...], names: tuple[tuple[str, str], ...]) -> bool:
    return all(one.fits(*name) for one, name in zip(pattern, names, strict=False))


def _fits_winding(pattern: tuple[Part, ...], names: tuple[tuple[str, str], ...]) -> bool:
    stars = [n for n, one in enumerate(pattern) if one.kind == GLOBSTAR]
    head, tail = pattern[: stars[0]], pattern[stars[-1] + 1 :]
    if len(names) < len(head) + len(tail) or not _fits_all(head, names):
        return False
    ends = len(names)
    if tail:
        ends -= len(tail)
        if not _fits_all(tail, names[ends:]):
            if names[-1] != ("", "") or ends == len(head):
                return False
            ends -= 1
            if not _fits_all(tail, names[ends:]):
                return False
    sections = [pattern[low + 1 : high] for low, high in pairwise(stars)]
    # minimatch reckons how much room the later sections need from the lengths of the first ones
    room = [ends - sum(map(len, sections[: len(sections) - 1 - n])) - len(s) for n, s in enumerate(sections)]
    here = len(head)
    for number, section in enumerate(sections):
        last = number == len(sections) - 1
        while True:
            if here > room[number]:
                return False
            found = _fits_all(section, names[here : here + len(section)])
            if found and not (last and not tail and here + len(section) == len(names)):
                break
            here += 1
        here += len(section)
    return True


class Level(NamedTuple):
    """The rules of one of the folders above a name, how far the path has come in them since, and whether
    that folder was itself named by a pattern, so that they may bring back what those above it left out."""

    rules: Rules
    live: Live
    exact: bool


class Verdict(NamedTuple):
    """What the rules say of a name: is it in as a file, and is it looked into as a folder?"""

    file: bool
    folder: bool


class Place:
    """Where a folder stands in all rules that concern it. The last level holds its own."""

    def __init__(self, levels: tuple[Level, ...], places: Places) -> None:
        self.levels = levels
        self._places = places
        self._known: dict[str, Verdict] = {}
        names = [level.rules.names for level in levels]
        lives = [level.live for level in levels]
        lives += [level.rules.relative for level in levels[:-1] if level.rules.relative is not None]
        literals = [n.literals for n in names] + [live.literals for live in lives]
        # what a name is looked up in, to see whether any rule cares about it
        self._literals = list({id(found): found for found in literals if found}.values())
        self._endings = tuple(
            {e for n in names for _, e in n.endings}.union(*(live.endings for live in lives))
        )
        tests = [test for n in names for _, test in n.tests] + [test for live in lives for test in live.tests]
        self._tests = tuple(dict.fromkeys(tests))
        self._usual = self._verdict(None, None)[0]

    def verdict(self, name: str) -> Verdict:
        """What the rules say of an entry of the folder."""
        found = self._known.get(name)
        if found is None:
            folded, lowered = _cased(name)
            found = self._verdict(folded, lowered)[0] if self._interests(folded, lowered) else self._usual
            self._known[name] = found
        return found

    def below(self, name: str, rules: Rules) -> Place:
        """Where the folder `name` in this one stands, which has rules of its own."""
        cased = _cased(name)
        verdict, exact, steps = self._verdict(*(cased if self._interests(*cased) else (None, None)))
        levels: list[Level] = []
        for level, step in zip(self.levels, steps, strict=True):
            _append(levels, Level(level.rules, level.rules.live(step.items), level.exact))
        _append(levels, Level(rules, rules.start, exact or verdict.file))
        return self._places.at(tuple(levels))

    def _interests(self, folded: str, lowered: str) -> bool:
        """Does a name fit more than stars?"""
        self._places.work += 1 + len(self._tests)
        if self._places.work > _MOST_WORK:
            raise TooMany("more patterns than npmguard holds against so many files")
        if lowered.endswith(self._endings):
            return True
        for literals in self._literals:
            if folded in literals:
                return True
        return any(test(folded, lowered) for test in self._tests)

    def _verdict(self, folded: str | None, lowered: str | None) -> tuple[Verdict, bool, list[Step]]:
        """The verdict on a name (None for one that fits nothing but stars); is it named by a pattern as a
        folder; and what it does on each level."""
        file = folder = exact = True
        steps: list[Step] = []
        own = len(self.levels) - 1
        for number, (rules, live, open_again) in enumerate(self.levels):
            if folded is None or lowered is None:
                step, name = live.pass_by(), rules.names.always
                relative = rules.relative.pass_by() if rules.relative is not None else None
            else:
                step, name = live.step(folded, lowered), rules.names.best(folded, lowered)
                relative = rules.relative.step(folded, lowered) if rules.relative is not None else None
            steps.append(step)
            as_file, as_path = max(name, step.fits), max(name, step.fits_folder)
            as_folder = max(as_path, step.leads_on)
            if relative is not None and number != own:
                as_folder = max(as_folder, relative.fits_folder, relative.leads_on)
            free = open_again or number == 0
            if as_file >= 0 and (file or free):
                file = rules.brings_back[as_file]
            if as_folder >= 0 and (folder or free):
                folder = rules.brings_back[as_folder]
            if as_path >= 0 and (exact or free):
                exact = rules.brings_back[as_path]
        return Verdict(file, folder), exact, steps


def _append(levels: list[Level], level: Level) -> None:
    """Adds a level, unless it cannot change anything."""
    rules, live, _ = level
    if (
        not live.items
        and not (rules.names.literals or rules.names.endings or rules.names.tests)
        and rules.names.always < 0
    ):
        return
    if levels and rules.only_excludes and levels[-1].rules is rules and levels[-1].live is live:
        return
    levels.append(level)


class Places:
    """The places of a walk: the same object for folders that stand at the same place."""

    def __init__(self) -> None:
        self.work = 0
        self._places: dict[tuple[Level, ...], Place] = {}

    def top(self, rules: Rules) -> Place:
        """The place of the walk's first folder."""
        return self.at((Level(rules, rules.start, False),))

    def at(self, levels: tuple[Level, ...]) -> Place:
        """The place with these levels."""
        found = self._places.get(levels)
        if found is None:
            found = self._places[levels] = Place(levels, self)
        return found


@lru_cache(maxsize=1024)
def _cased_otherwise(name: str) -> tuple[str, str]:
    return fold(name), lower(name)


def _cased(name: str) -> tuple[str, str]:
    return (name.upper(), name.lower()) if name.isascii() else _cased_otherwise(name)


def _shown(line: str) -> str:
    return f'"{line[:60]}{"..." if len(line) > 60 else ""}"'
