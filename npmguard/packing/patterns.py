"""One part of a pattern of npm's, the text between two slashes, made ready to be held against names.

npm matches with minimatch, which is neither git nor a shell: what it does is told in docs/packing.md.
Every test takes time that grows with the name's length times the pattern's, whatever the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

GLOBSTAR, EMPTY, ANY, LITERAL, SUFFIX, TEST = range(6)

_EXTGLOB = re.compile(r"[!?+*@]\(")
_SUFFIX = re.compile(r"\*+([^+@!?*\[(]+)", re.DOTALL)
_QUESTIONS = re.compile(r"\?+([^+@!?*\[(]*)", re.DOTALL)

STAR = "*"
OR = "|="  # minimatch leaves an escaped bar to the regular expression that it makes
_AWKWARD = "-,# \t\n\v\f\r"


class BadPattern(ValueError):
    """A pattern that npm's matcher throws an error at."""


class Part(NamedTuple):
    """A part of a pattern: of which kind, its text (folded), and its test where the kind needs one.

    A test gets a name folded and a name in lower case, as `fold` and `lower` make them.
    """

    kind: int
    text: str = ""
    test: Callable[[str, str], bool] | None = None

    def fits(self, folded: str, lowered: str) -> bool:
        """Does a name fit this part?"""
        kind = self.kind
        if kind in (LITERAL, EMPTY):
            return folded == self.text
        if kind == SUFFIX:
            return lowered.endswith(self.text)
        if kind == TEST:
            return self.test is not None and self.test(folded, lowered)
        return folded != ""

    @property
    def fits_nothing(self) -> bool:
        """Does the empty text fit, which stands before a leading slash and after a trailing one?"""
        return self.kind == EMPTY or (self.kind == TEST and self.fits("", ""))


def fold(text: str) -> str:
    """A text such that two are equal where JavaScript's case-blind comparison says so."""
    return text.upper() if text.isascii() else "".join(map(_folded, units(text)))


def lower(text: str) -> str:
    """JavaScript's lower case of a text."""
    return text.lower() if text.isascii() else units(text).lower()


def units(text: str) -> str:
    """A text as JavaScript counts it: characters beyond the 65,536 first are two each."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(int.from_bytes(data[n : n + 2], "little")) for n in range(0, len(data), 2))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    upper = character.upper()
    return character if len(upper) != 1 or (upper < "\x80" <= character) else upper


@lru_cache(maxsize=4096)
def part(text: str, blind: bool = True) -> Part:
    """A part, made ready. `blind` is case-blind: as ignore files are, and the globs of `files` are not.

    Raises BadPattern where npm would stop with an error.
    """
    if text == "**":
        return Part(GLOBSTAR)
    if text == "":
        return Part(EMPTY)
    if not set(text) - {"*"}:
        return Part(ANY)
    lowering = lower if blind else units
    # These short cuts of minimatch's differ from what it does otherwise: a backslash stands for itself.
    if match := _SUFFIX.fullmatch(text):
        return Part(SUFFIX, lowering(match[1]))
    if match := _QUESTIONS.fullmatch(text):
        length, ending = len(units(text)), lowering(match[1])
        return Part(TEST, "", lambda name, low: len(name) == length and low.endswith(ending))
    if re.fullmatch(r"\*+\.\*+", text):
        return Part(TEST, "", lambda name, low: "." in name)
    if re.fullmatch(r"\.\*+", text):
        return Part(TEST, "", lambda name, low: name.startswith("."))
    if _EXTGLOB.search(text):
        from npmguard.packing.extglobs import extglob

        found = extglob(text, blind)
        if found is not None:
            return Part(TEST, "", found)
    reader = Reader(blind)
    tokens = reader.tokens(text)
    reader.check()
    if all(len(token) == 2 for token in tokens if token != OR):  # plain characters only
        plain = "".join(token[1] for token in tokens)
        if OR not in tokens or not (reader.blind and plain.upper() != plain.lower()):
            return Part(LITERAL, plain)
    return Part(TEST, "", test(tokens))


class Reader:
    """Makes tokens of the text of a part; knows whether npm's matcher would stop at what it makes of it."""

    def __init__(self, blind: bool) -> None:
        self.blind = blind
        # npm's regular expression has the flag `u`, under which some of its escapes are errors
        self._unicode = False
        self._awkward = False

    def check(self) -> None:
        """Raises BadPattern where npm makes a regular expression that is none."""
        if self._unicode and self._awkward:
            raise BadPattern("npm makes no regular expression of it")

    def tokens(self, text: str) -> list[str]:
        """A text without extglobs as STAR, OR, `=c` for a character c (folded), or an expression for one."""
        text = units(text)
        tokens: list[str] = []
        here = 0
        while here < len(text):
            character = text[here]
            here += 1
            if character == "*":
                if not tokens or tokens[-1] != STAR:
                    tokens.append(STAR)
            elif character == "\\" and here < len(text):
                self._awkward = self._awkward or text[here] == "!"
                tokens.append(OR if text[here] == "|" else "=" + text[here])
                here += 1
            elif character == "?":
                tokens.append(".")
            elif character == "[" and (found := _set(text, here - 1, self.blind)):
                token, here, unicode = found
                self._unicode = self._unicode or unicode
                self._awkward = self._awkward or (len(token) == 2 and token[1] in _AWKWARD)
                tokens.append(token)
            else:
                self._awkward = self._awkward or character in _AWKWARD
                tokens.append("=" + character)
        return [("=" + fold(token[1])) if self.blind and token[0] == "=" else token for token in tokens]


def expression(tokens: list[str]) -> str:
    """The regular expression of tokens without stars."""
    return "".join(re.escape(token[1]) if len(token) == 2 else token for token in tokens)


def test(tokens: list[str]) -> Callable[[str, str], bool]:
    """A test for tokens. Those between the first and the last OR are looked for anywhere in the name."""
    branches: list[list[str]] = [[]]
    for token in tokens:
        if token == OR:
            branches.append([])
        else:
            branches[-1].append(token)
    last = len(branches) - 1
    patterns = [_pattern(branch, n == 0, n == last) for n, branch in enumerate(branches)]
    search = re.compile("|".join(patterns), re.DOTALL).search
    return lambda name, low: search(name) is not None


def _pattern(tokens: list[str], first: bool, last: bool) -> str:
    """A regular expression for tokens.

    Between two stars the first place that fits is as good as any later one, so nothing is ever tried
    twice: the groups are atomic.
    """
    pieces: list[list[str]] = [[]]
    for token in tokens:
        if token == STAR:
            pieces.append([])
        else:
            pieces[-1].append(token)
    head, *middle = map(expression, pieces)
    pattern = (r"\A" if first else "") + head
    if middle:
        pattern += "".join(f"(?>.*?{piece})" for piece in middle[:-1])
        pattern += ".*" + middle[-1] if last else f"(?>.*?{middle[-1]})"
    return pattern + (r"\Z" if last else "")


# The classes of `[[:alpha:]]`, as minimatch has them: Unicode categories, and one that it turns round.
_CLASSES: dict[str, tuple[tuple[str, ...], str]] = {
    "[:alnum:]": (("L", "Nl", "Nd"), ""),
    "[:alpha:]": (("L", "Nl"), ""),
    "[:ascii:]": ((), "".join(map(chr, range(128)))),
    "[:blank:]": (("Zs",), "\t"),
    "[:cntrl:]": (("Cc",), ""),
    "[:digit:]": (("Nd",), ""),
    "[:graph:]": (("Z", "C"), ""),
    "[:lower:]": (("Ll",), ""),
    "[:print:]": (("C",), ""),
    "[:punct:]": (("P",), ""),
    "[:space:]": (("Z",), "\t\r\n\v\f"),
    "[:upper:]": (("Lu",), ""),
    "[:word:]": (("L", "Nl", "Nd", "Pc"), ""),
    "[:xdigit:]": ((), "ABCDEFabcdef0123456789"),
}
_TURNED = "[:graph:]"
_NOT_UNICODE = ("[:ascii:]", "[:xdigit:]")
_NEVER = r"(?!)"


def _set(text: str, start: int, blind: bool) -> tuple[str, int, bool] | None:
    """The set `[...]` that begins at `start`: its token, where it ends, and is it of Unicode's kind.

    None where nothing closes it: then the bracket is a bracket.
    """
    here = start + 1
    negated = text[here : here + 1] in ("!", "^") and here < len(text)
    here += negated
    members: list[tuple[str, str]] = []  # (first, last) of each range
    classes: list[str] = []
    low = ""
    seen = escaped = unicode = closed = False
    while here < len(text):
        character = text[here]
        if character == "]" and seen and not escaped:
            closed = True
            here += 1
            break
        seen = True
        if character == "\\" and not escaped:
            escaped = True
            here += 1
            continue
        if character == "[" and not escaped:
            name = next((name for name in _CLASSES if text.startswith(name, here)), None)
            if name:
                if low:
                    return _NEVER, len(text), False
                classes.append(name)
                unicode = unicode or name not in _NOT_UNICODE
                here += len(name)
                continue
        escaped = False
        if low:
            if character >= low:
                members.append((low, character))
            low = ""
            here += 1
        elif text.startswith("-]", here + 1):
            members += [(character, character), ("-", "-")]
            here += 2
        elif text.startswith("-", here + 1):
            low = character
            here += 2
        else:
            members.append((character, character))
            here += 1
    if not closed:
        return None
    if not members and not classes:
        return _NEVER, len(text), False
    if len(members) == 1 and not classes and not negated and members[0][0] == members[0][1]:
        return "=" + members[0][0], here, False
    if not negated and members and members[0][0] == "^" and not classes:
        # the regular expression that npm makes begins with [^, and means the opposite
        rest = members[1:] if members[0][1] == "^" else [("-", "-"), (members[0][1],) * 2, *members[1:]]
        return _one_of(_characters(rest, [], blind), True), here, unicode
    positive = [name for name in classes if name != _TURNED]
    token = _one_of(_characters(members, positive, blind), negated) if members or positive else ""
    if len(positive) < len(classes):
        turned = _one_of(_characters([], [_TURNED], blind), not negated)
        token = f"(?:{token}|{turned})" if token else turned
    return token, here, unicode


def _characters(members: list[tuple[str, str]], classes: list[str], blind: bool) -> str:
    """The inside of a regular expression's set: these ranges and classes, folded where that is asked for."""
    ranges = [(ord(first), ord(last)) for first, last in members]
    for name in classes:
        ranges += _class(name)
    if blind:
        ranges = [*_folded_ranges(tuple(ranges))]
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


def _one_of(characters: str, negated: bool) -> str:
    if not characters:
        return "(?:.)" if negated else _NEVER
    return f"[{'^' if negated else ''}{characters}]"


@lru_cache(maxsize=256)
def _folded_ranges(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return _together(sorted({ord(_folded(chr(n))) for first, last in ranges for n in range(first, last + 1)}))


@lru_cache(maxsize=32)
def _class(name: str) -> tuple[tuple[int, int], ...]:
    import unicodedata

    categories, others = _CLASSES[name]
    category = unicodedata.category
    return _together(
        [
            n
            for n in range(0x10000)
            if chr(n) in others or (categories and category(chr(n)).startswith(categories))
        ]
    )


def _together(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """Sorted numbers as ranges."""
    found: list[tuple[int, int]] = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1] = (found[-1][0], n)
        else:
            found.append((n, n))
    return tuple(found)
