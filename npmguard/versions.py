"""npm's version ranges, with the meaning of node-semver 7.

A version is compared through its sort key, a tuple: comparing `semver.Version` objects costs forty times as
much, and a lockfile asks for thousands of comparisons. `parse` gives a `semver.Version` where one is wanted.
Nothing here raises on foreign text: what is no version or no range satisfies nothing.
"""

from __future__ import annotations

import re
from builtins import range as range_
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import semver

Key = tuple[object, ...]  # (major, minor, patch, 1), or (major, minor, patch, 0, identifier, ...)

_MOST = 2**53 - 1  # JavaScript's largest exact integer; node-semver takes no number above it
_LONGEST_VERSION = 256
_LONGEST_RANGE = 16_384  # node-semver has no limit; no real range comes near these two
_LONGEST_ALTERNATIVE = 1_024

# node-semver bounds neither; no real range comes near
_SIGNS = r"[v=\s]{0,32}"
_NUMBER = r"(?:0|[1-9]\d{0,255})"
_WORD = r"(?:\d*[a-zA-Z-][a-zA-Z0-9-]*)"
_PRE = rf"(?:-((?:{_WORD}|{_NUMBER})(?:\.(?:{_WORD}|{_NUMBER}))*))"
_PRE_LOOSE = rf"(?:-?((?:{_WORD}|\d+)(?:\.(?:{_WORD}|\d+))*))"
_BUILD = r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)"
_FULL = rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER}){_PRE}?{_BUILD}?"
_LOOSE = rf"{_SIGNS}(\d{{1,256}})\.(\d{{1,256}})\.(\d{{1,256}}){_PRE_LOOSE}?{_BUILD}?"
_X = rf"{_NUMBER}|x|X|\*"
_X_LOOSE = r"\d{1,256}|x|X|\*"


def _xrange(part: str, pre: str) -> str:
    return rf"{_SIGNS}({part})(?:\.({part})(?:\.({part}){pre}?{_BUILD}?)?)?"


class _Grammar:
    """The patterns of one strictness, compiled when first needed."""

    def __init__(self, version: str, part: str, pre: str) -> None:
        xrange = _xrange(part, pre)
        self.version = re.compile(version, re.ASCII)
        self.caret = re.compile(rf"\^{xrange}", re.ASCII)
        self.tilde = re.compile(rf"~>?{xrange}", re.ASCII)
        self.xrange = re.compile(rf"((?:<|>)?=?)\s?{xrange}", re.ASCII)
        self.comparator = re.compile(rf"((?:<|>)?=?)\s?({version})", re.ASCII)
        self.hyphen = re.compile(rf"\s?({xrange})\s-\s({xrange})\s?", re.ASCII)


@lru_cache(maxsize=2)
def _grammar(loose: bool) -> _Grammar:
    return _Grammar(_LOOSE, _X_LOOSE, _PRE_LOOSE) if loose else _Grammar(_FULL, _X, _PRE)


# What nearly every version looks like: it takes no grammar to read.
_PLAIN = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)
_NO_START = frozenset("^~<>*xX")  # what ranges begin with, and versions do not
_PLAIN_PRE = re.compile(r"[0-9A-Za-z.-]{1,99}", re.ASCII)
_TOKEN = re.compile(
    r"([~^]|[<>]?=?)(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*])(?:-([0-9A-Za-z.-]{1,99}))?)?)?"
)
# One space at most between the parts, here as in node-semver: the text has no two in a row to begin with.
_BUILD_ANYWHERE = re.compile(_BUILD, re.ASCII)
_STAR = re.compile(r"[<>]?=?\s?\*")


class _Comparator(NamedTuple):
    op: str  # "", "<", "<=", ">", ">="; "" asks for equality
    key: Key


_Set = tuple[_Comparator, ...]  # all must hold; an empty one holds for anything

_NOTHING: _Set = (_Comparator("<", (0, 0, 0, 0, (0, 0))),)


# -- versions


def parse(version: str, *, loose: bool = False) -> semver.Version | None:
    """The version as a `semver.Version`, or None where npm takes it for none.

    Loose input is npm's: `v1.2.3`, `=1.2.3`, `1.2.3beta`, numbers with leading zeros.
    """
    from semver import Version

    match = _match(version, loose)
    if match is None:
        return None
    build = version.partition("+")[2].strip() or None
    pre = match[4]
    if pre is not None and loose:
        # semver.Version wants no leading zeros
        pre = ".".join(str(int(part)) if part.isdigit() else part for part in pre.split("."))
    return Version(int(match[1]), int(match[2]), int(match[3]), pre, build)


def _match(version: str, loose: bool) -> re.Match[str] | None:
    if len(version) > _LONGEST_VERSION:
        return None
    match = _grammar(loose).version.fullmatch(version.strip())
    if match is None or any(int(match[n]) > _MOST for n in (1, 2, 3)):
        return None
    return match


@lru_cache(maxsize=65_536)
def key(version: str, *, loose: bool = False) -> Key | None:
    """The sort key of a version, or None for what is none. Build metadata does not count."""
    plain = _PLAIN.fullmatch(version)
    if plain is not None:
        major, minor, patch = plain.groups()
        return (int(major), int(minor), int(patch), 1)
    if version[:1] in _NO_START:
        return None
    start, _, pre = version.partition("-")
    plain = _PLAIN.fullmatch(start)
    if plain is not None and _PLAIN_PRE.fullmatch(pre):
        found = _bound([int(n) for n in plain.groups()], pre)
        if found is not None:
            return found
    match = _match(version, loose)
    return _key(match[1], match[2], match[3], match[4]) if match is not None else None


def _key(major: str, minor: str, patch: str, pre: str | None) -> Key:
    numbers = (int(major), int(minor), int(patch))
    if not pre:
        return (*numbers, 1)
    return (*numbers, 0, *(_identifier(part) for part in pre.split(".")))


def _identifier(part: str) -> tuple[int, int | str]:
    """Numbers come before words, and compare as numbers (as JavaScript's, beyond the exact ones)."""
    if part.isdigit():
        number = int(part)
        return (0, number if number <= _MOST else int(float(number)))
    return (1, part)


def is_version(text: str, *, loose: bool = False) -> bool:
    """Is it a version for npm?"""
    return key(text, loose=loose) is not None


def is_prerelease(version: str, *, loose: bool = False) -> bool:
    """Is it a version with a prerelease part, such as 1.0.0-beta.1?"""
    found = key(version, loose=loose)
    return found is not None and found[3] == 0


def compare(one: str, other: str, *, loose: bool = False) -> int:
    """-1, 0 or 1 as `one` is lower than, equal to or higher than `other`.

    Raises ValueError where one of them is no version.
    """
    a, b = key(one, loose=loose), key(other, loose=loose)
    if a is None or b is None:
        raise ValueError(f"not a version: {one if a is None else other}")
    return (a > b) - (a < b)


def highest(versions: Iterable[str], *, loose: bool = False) -> str | None:
    """The highest of the versions, what is none left out; None for none at all."""
    known = [(found, v) for v in versions if (found := key(v, loose=loose)) is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def difference(one: str, other: str) -> str | None:
    """The part in which two versions differ first: major, minor, patch or prerelease; None where equal."""
    a, b = key(one, loose=True), key(other, loose=True)
    if a is None or b is None or a == b:
        return None
    for position, word in enumerate(("major", "minor", "patch")):
        if a[position] != b[position]:
            return word
    return "prerelease"


# -- ranges


def satisfies(version: str, range: str, *, loose: bool = False, include_prerelease: bool = False) -> bool:
    """Is the version in the range, as npm's semver package decides?

    An invalid version or range is False. A prerelease is only in a range that names a prerelease of the
    same major.minor.patch, unless `include_prerelease`.
    """
    sets = _sets(range, loose, include_prerelease)
    if not sets:
        return False
    found = key(version, loose=loose)
    return found is not None and _in(found, sets, include_prerelease)


def max_satisfying(
    versions: Iterable[str], range: str, *, loose: bool = False, include_prerelease: bool = False
) -> str | None:
    """The highest version that fits, or None."""
    fitting = _fitting(versions, range, loose, include_prerelease)
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def min_satisfying(
    versions: Iterable[str], range: str, *, loose: bool = False, include_prerelease: bool = False
) -> str | None:
    """The lowest version that fits, or None."""
    fitting = _fitting(versions, range, loose, include_prerelease)
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _fitting(
    versions: Iterable[str], range: str, loose: bool, include_prerelease: bool
) -> list[tuple[Key, str]]:
    sets = _sets(range, loose, include_prerelease)
    if not sets:
        return []
    majors = _majors(sets)
    return [
        (found, version)
        for version in versions
        if (majors is None or version.partition(".")[0] in majors)
        and (found := key(version, loose=loose)) is not None
        and _in(found, sets, include_prerelease)
    ]


def _majors(sets: tuple[_Set, ...]) -> frozenset[str] | None:
    """The first numbers that a plain version in the range can have, as text; None where they are many."""
    found: set[str] = set()
    for comparators in sets:
        low = [bound[0] for op, bound in comparators if op in ("", ">", ">=")]
        high = [bound[0] for op, bound in comparators if op in ("", "<", "<=")]
        if not low or not high:
            return None
        first, last = max(low), min(high)  # type: ignore[type-var]
        if not isinstance(first, int) or not isinstance(last, int) or last - first > 20:
            return None
        found.update(str(number) for number in range_(first, last + 1))
    # and what loose reading takes before a number
    return frozenset(found | {f"{sign}{number}" for number in found for sign in ("v", "=", " ")})


def valid_range(text: str, *, loose: bool = False) -> bool:
    """Is it a version range for npm? The empty text is one: it stands for any version."""
    return _sets(text, loose, False) is not None


def is_tag(spec: str) -> bool:
    """Does npm take this for a dist-tag: neither a version nor a range, and plain enough for a URL?"""
    return (
        bool(spec)
        and not valid_range(spec, loose=True)
        and re.fullmatch(r"[A-Za-z0-9_.!~*'()-]+", spec) is not None
    )


def intersects(one: str, other: str, *, loose: bool = False) -> bool:
    """Is there a version that both ranges could hold, as npm's semver decides? Invalid ranges hold none."""
    first, second = _sets(one, loose, False), _sets(other, loose, False)
    return any(
        _possible(a) and _possible(b) and all(_meet(x, y) for x in a or (None,) for y in b or (None,))
        for a in first or ()
        for b in second or ()
    )


def _possible(comparators: _Set) -> bool:
    return all(
        _meet(one, other) for position, one in enumerate(comparators) for other in comparators[position + 1 :]
    )


def _meet(one: _Comparator | None, other: _Comparator | None) -> bool:
    if one is None or other is None:
        return True
    if not one.op:
        return _in(one.key, ((other,),), False)
    if not other.op:
        return _in(other.key, ((one,),), False)
    for each in (one, other):
        if each.op[0] == "<" and each.key[:3] == (0, 0, 0):
            return False
    if one.op[0] == other.op[0]:
        return True
    low, high = (one, other) if one.op[0] == ">" else (other, one)
    if low.key == high.key:
        return "=" in low.op and "=" in high.op
    return low.key < high.key


def _in(version: Key, sets: tuple[_Set, ...], include_prerelease: bool) -> bool:
    for comparators in sets:
        for op, bound in comparators:
            if op == ">=":
                if version < bound:
                    break
            elif op == "<":
                if version >= bound:
                    break
            elif op == "":
                if version != bound:
                    break
            elif op == ">":
                if version <= bound:
                    break
            elif version > bound:
                break
        else:
            if include_prerelease or version[3] == 1:
                return True
            if any(bound[3] == 0 and bound[:3] == version[:3] for _, bound in comparators):
                return True
    return False


@lru_cache(maxsize=32_768)
def _sets(text: str, loose: bool, include_prerelease: bool) -> tuple[_Set, ...] | None:
    """The alternatives of a range, or None for what is no range."""
    if len(text) > _LONGEST_RANGE:
        return None
    if not include_prerelease:
        simple = _simple(text)
        if simple is not None:
            return simple
    sets: list[_Set] = []
    for part in " ".join(text.split()).split("||"):
        try:
            found = _alternative(part.strip(), loose, include_prerelease)
        except _OutOfRange:
            return None
        if found is None:
            if loose:
                continue
            return None
        sets.append(found)
    if not sets:
        return None
    return tuple(s for s in sets if s != _NOTHING) or (_NOTHING,)


def _simple(text: str) -> tuple[_Set, ...] | None:
    """The short way for the ranges that nearly everybody writes; None for all others.

    It takes the same meaning a tenth of the time, and spares compiling the whole grammar.
    """
    sets: list[_Set] = []
    for part in text.split("||"):
        found: dict[_Comparator, None] = {}
        tokens = part.split()
        for token in tokens:
            match = _TOKEN.fullmatch(token)
            comparators = _of_token(match) if match is not None else None
            if comparators is None:
                return None
            for comparator in comparators:
                found[comparator] = None
        if not tokens and text.strip():
            return None
        sets.append(tuple(found))
    return tuple(sets)


def _of_token(match: re.Match[str]) -> _Set | None:
    """`^1.2.3`, `~1.2`, `>=1.2.3-beta.1`, `1.x`, `*` as comparators."""
    op, first, second, third, pre = match.groups()
    parts = [first, second, third]
    numbers: list[int] = []
    for part in parts:
        if _is_x(part):
            break
        if part[0] == "0" and part != "0":
            return None
        numbers.append(int(part))
    if any(not _is_x(part) for part in parts[len(numbers) :]):
        return None
    if len(numbers) < 3 and (pre or op not in ("", "^", "~")):
        return None
    if not numbers:
        return ()
    if len(numbers) < 3 or op in ("^", "~"):
        at = 0 if len(numbers) == 1 else 1
        if op == "^" and len(numbers) > 1:
            # the first number that is not zero, of those that are given
            at = next((n for n, number in enumerate(numbers) if number), len(numbers) - 1)
        top = [*numbers[:at], numbers[at] + 1, 0, 0][:3]
        high = _Comparator("<", (*top, 0, (0, 0)))
        numbers += [0] * (3 - len(numbers))
        low = _bound(numbers, pre)
        if low is None:
            return None
        # >=0.0.0 holds for anything
        return (high,) if low == (0, 0, 0, 1) else (_Comparator(">=", low), high)
    bound = _bound(numbers, pre)
    if bound is None:
        return None
    if op == ">=" and bound == (0, 0, 0, 1):
        return ()
    return (_Comparator("" if op == "=" else op, bound),)


def _bound(numbers: list[int], pre: str | None) -> Key | None:
    if not pre:
        return (*numbers, 1)
    parts = pre.split(".")
    if any(not part or (part.isdigit() and part[0] == "0" and part != "0") for part in parts):
        return None
    return (*numbers, 0, *(_identifier(part) for part in parts))


def _is_x(part: str | None) -> bool:
    return not part or part in ("x", "X", "*")


def _alternative(text: str, loose: bool, include_prerelease: bool) -> _Set | None:
    """One alternative of a range, between the `||`; None where nothing of it is understood.

    Strict reading wants to understand all of it; loose reading drops what it does not.
    """
    if len(text) > _LONGEST_ALTERNATIVE:
        return None
    grammar = _grammar(loose)
    text = _BUILD_ANYWHERE.sub("", text)
    low = "-0" if include_prerelease else ""
    hyphen = grammar.hyphen.fullmatch(text)
    if hyphen is not None:
        text = _hyphen(hyphen, include_prerelease)
    text = _closed_up(text)
    found: dict[_Comparator, None] = {}
    # an empty token at either end stands for any version, one in between for nothing
    plain = re.split(r"\s+", " ".join(_plain(token, grammar, low) for token in text.split(" ")))
    lowest = ">=0.0.0-0" if include_prerelease else ">=0.0.0"
    understood = nothing = False
    for token in plain:
        if token in ("", lowest):
            understood = True
            continue
        match = grammar.comparator.fullmatch(token)
        if match is None:
            if loose:
                continue
            return None
        bound = key(match[2], loose=loose)
        if bound is None:
            raise _OutOfRange
        understood = True
        comparator = _Comparator("" if match[1] == "=" else match[1], bound)
        nothing = nothing or (comparator,) == _NOTHING
        found[comparator] = None
    if nothing:
        return _NOTHING
    return tuple(found) if understood else None


class _OutOfRange(ValueError):
    """A number that JavaScript cannot hold: there is no range at all, not even in loose reading."""


@lru_cache(maxsize=1)
def _spaced() -> re.Pattern[str]:
    """An operator and its version, with what spaces there are."""
    bare = rf"{_SIGNS}(?:{_X})(?:\.(?:{_X})(?:\.(?:{_X})(?:{_PRE})?{_BUILD}?)?)?"
    return re.compile(rf"(\s?)((?:<|>)?=?)\s?({_LOOSE}|{bare})", re.ASCII)


def _closed_up(text: str) -> str:
    """The range without the spaces between an operator and its version: `> 1.2.3` becomes `>1.2.3`."""
    if " " not in text:
        return text
    text = _spaced().sub(lambda match: match[1] + match[2] + match[3], text)
    text = re.sub(r"~>?\s", "~", text)
    return re.sub(r"\^\s", "^", text)


def _hyphen(match: re.Match[str], include_prerelease: bool) -> str:
    low = "-0" if include_prerelease else ""
    start, major, minor, patch, pre = match[1], match[2], match[3], match[4], match[5]
    if _is_x(major):
        start = ""
    elif _is_x(minor):
        start = f">={major}.0.0{low}"
    elif _is_x(patch):
        start = f">={major}.{minor}.0{low}"
    else:
        start = f">={start}" if pre else f">={start}{low}"
    end, major, minor, patch, pre = match[6], match[7], match[8], match[9], match[10]
    if _is_x(major):
        end = ""
    elif _is_x(minor):
        end = f"<{int(major) + 1}.0.0-0"
    elif _is_x(patch):
        end = f"<{major}.{int(minor) + 1}.0-0"
    elif pre:
        end = f"<={major}.{minor}.{patch}-{pre}"
    elif include_prerelease:
        end = f"<{major}.{minor}.{int(patch) + 1}-0"
    else:
        end = f"<={end}"
    return f"{start} {end}".strip()


def _plain(token: str, grammar: _Grammar, low: str) -> str:
    """A token as plain comparators: no caret, tilde, x or star in them."""
    match = grammar.caret.fullmatch(token)
    if match is not None:
        return _caret(match, low)
    match = grammar.tilde.fullmatch(token)
    if match is not None:
        return _tilde(match, low)
    match = grammar.xrange.fullmatch(token)
    if match is not None:
        token = _x(match, token, low)
    return _STAR.sub("", token, count=1)


def _caret(match: re.Match[str], low: str) -> str:
    major, minor, patch, pre = match[1], match[2], match[3], match[4]
    if _is_x(major):
        return ""
    if _is_x(minor):
        return f">={major}.0.0{low} <{int(major) + 1}.0.0-0"
    if major != "0":
        top = f"{int(major) + 1}.0.0-0"
    elif minor != "0" or _is_x(patch):
        top = f"0.{int(minor) + 1}.0-0"
    else:
        top = f"0.0.{int(patch) + 1}-0"
    if _is_x(patch):
        return f">={major}.{minor}.0{low} <{top}"
    return f">={major}.{minor}.{patch}{'-' + pre if pre else ''} <{top}"


def _tilde(match: re.Match[str], low: str) -> str:
    major, minor, patch, pre = match[1], match[2], match[3], match[4]
    if _is_x(major):
        return ""
    if _is_x(minor):
        return f">={major}.0.0{low} <{int(major) + 1}.0.0-0"
    top = f"{major}.{int(minor) + 1}.0-0"
    if _is_x(patch):
        return f">={major}.{minor}.0{low} <{top}"
    return f">={major}.{minor}.{patch}{'-' + pre if pre else ''} <{top}"


def _x(match: re.Match[str], token: str, low: str) -> str:
    """`1.x`, `>1`, `<=1.2.*`; a full version is left as it is."""
    op, major, minor, patch = match[1], match[2], match[3], match[4]
    if (_is_x(major) and not _is_x(minor)) or (_is_x(minor) and patch and not _is_x(patch)):
        return token
    no_major = _is_x(major)
    no_minor = no_major or _is_x(minor)
    if not (no_minor or _is_x(patch)):
        return token
    if no_major:
        return "<0.0.0-0" if op in (">", "<") else "*"
    first, second = int(major), 0 if no_minor else int(minor)
    if op in ("", "="):
        if no_minor:
            return f">={major}.0.0{low} <{first + 1}.0.0-0"
        return f">={major}.{minor}.0{low} <{major}.{second + 1}.0-0"
    if op in (">", "<="):
        # past the last version that the x stands for
        op = ">=" if op == ">" else "<"
        first, second = (first + 1, 0) if no_minor else (first, second + 1)
    return f"{op}{first}.{second}.0{'-0' if op == '<' else low}"


# -- fixes


def bounds_above(range: str) -> tuple[str, ...]:
    """The versions at which the range ends, lowest first: `<1.2.3 || >=2 <2.1.0` gives 1.2.3 and 2.1.0.

    They are the first ones outside, so for a vulnerable range the ones that fix. `<=1.2.3` tells of none.
    """
    found: set[Key] = set()
    for comparators in _sets(range, True, True) or ():
        ends = [bound for op, bound in comparators if op == "<"]
        if ends:
            found.add(min(ends))
    # a prerelease of nothing, -0, is how an end is written
    names = [(_written(bound), bound) for bound in sorted(found)]
    return tuple(name for name, _ in names)


def _written(bound: Key) -> str:
    numbers = f"{bound[0]}.{bound[1]}.{bound[2]}"
    if bound[3] == 1 or bound[4:] == ((0, 0),):
        return numbers
    return numbers + "-" + ".".join(str(part[1]) for part in bound[4:])  # type: ignore[index]


def minimal_fix(versions: Iterable[str], vulnerable: str, current: str) -> str | None:
    """The lowest of the versions above `current` that is outside the `vulnerable` range, or None.

    A prerelease is only offered to who runs one of the same major.minor.patch already.
    """
    now = key(current, loose=True)
    sets = _sets(vulnerable, True, True)
    if now is None or sets is None:
        return None
    best: tuple[Key, str] | None = None
    for version in versions:
        found = key(version, loose=True)
        if found is None or found <= now or (best is not None and found >= best[0]):
            continue
        if found[3] == 0 and (now[3] == 1 or found[:3] != now[:3]):
            continue
        if not _in(found, sets, True):
            best = (found, version)
    return best[1] if best else None
