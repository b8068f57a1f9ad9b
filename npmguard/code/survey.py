"""A fast look over many files: what they can do, and which of them call for a closer look.

One pass of Hyperscan (or of `re` where there is none) finds the telling places; those in comments are left
aside. A file without any of them is not looked at further.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from npmguard.code import words
from npmguard.code.lexer import Spans

_IMPORT = r"""(?:\brequire\s{0,3}\(|\bimport\s{0,3}\(|\bfrom|\bimport)\s{0,3}["'`](?:node:)?"""
_END = r"""(?:/[\w./-]{0,60})?["'`]"""


def _imports(names: str) -> str:
    return f"{_IMPORT}(?:{names}){_END}"


class Sign(NamedTuple):
    """A telling place. `name` is a capability's, or else of those below; `often` asks for every place."""

    name: str
    pattern: str
    often: bool = True


_CLIENTS = "|".join(re.escape(name) for name in sorted(words.NETWORK))

# capabilities, and beside them
DECODING = "decoding"
HIDING = "hiding"
TELLING = "telling"
WRITING = "writing"
STARTING = "starting"

SIGNS: tuple[Sign, ...] = (
    Sign("network", _imports(_CLIENTS)),
    Sign(
        "network",
        r"\bfetch\s{0,2}\(|\bnew XMLHttpRequest\b|\bnew WebSocket\b|\.sendBeacon\(|\bnew EventSource\b",
    ),
    Sign("processes", _imports("child_process|execa|cross-spawn|shelljs|zx")),
    Sign("processes", r"\bBun\.spawn|\bDeno\.(?:run|Command)\b|spawn_sync"),
    Sign("reads", _imports("fs|fs/promises|fs-extra|graceful-fs|original-fs")),
    Sign(
        WRITING,
        r"\.(?:writeFile|appendFile|createWriteStream|unlink|rmdir|rm|rename|copyFile|outputFile|chmod|mkdir|symlink)(?:Sync)?\b"
        r"|\b(?:writeFile|appendFile|unlink|copyFile)(?:Sync)?\s{0,2}\(|\bcreateWriteStream\s{0,2}\(",
        False,
    ),
    Sign("environment", r"\bprocess\.env\b"),
    Sign(
        "evaluation",
        r"\beval\s{0,2}\(|\bnew Function\s{0,2}\(|\bFunction\s{0,2}\([\"'`]|\bvm\.runIn|\._compile\(",
    ),
    Sign("evaluation", _imports("vm")),
    Sign(
        "native",
        _imports("bindings|node-gyp-build|ffi-napi|koffi|node-addon-api")
        + r"|\.node[\"'`]\s{0,3}\)|\bprocess\.dlopen\b",
    ),
    Sign(
        DECODING,
        r"\batob\s{0,2}\(|[\"'`](?:base64|hex)[\"'`]|fromCharCode|fromCodePoint|createDecipher|\bunescape\(",
        False,
    ),
    Sign(
        HIDING,
        r"\bdetached\b|\bwindowsHide\b|\bmodule\.constructor\b|\._compile\b|=\s?require[,;]|\[[\"'`]constructor[\"'`]\]|\.constructor\s{0,2}\([\"'`]",
        False,
    ),
    Sign(
        STARTING,
        r"\b(?:curl|wget|powershell|base64 -|/bin/(?:ba|z)?sh|bash -c|cmd\.exe|node -e)\b|[\"'`]-e[\"'`]",
        False,
    ),
    *(Sign(f"{TELLING} {n}", word.hint or word.pattern, False) for n, word in enumerate(words.WORDS)),
)


Seen = dict[str, list[int]]
_LONG = 1_000_000  # bytes
_MOST = 1000  # places of one name that are noted


def look(data: bytes) -> Seen:
    """The telling places in a text, by name, in order; for some names the first place alone."""
    found: Seen = {}
    _scanner()(data, found)
    return found


def telling(seen: Seen) -> list[int]:
    """The numbers of the telling words that a text may hold."""
    return [int(name.rpartition(" ")[2]) for name in seen if name.startswith(TELLING)]


@cache
def _scanner() -> Callable[[bytes, Seen], None]:
    try:
        import hyperscan
    except ImportError:
        return _plain
    return _fast(hyperscan) or _plain


def _fast(hyperscan: Any) -> Callable[[bytes, Seen], None] | None:
    """The scanner of Hyperscan, or None where it does not take the patterns."""
    flags = []
    for sign in SIGNS:
        flag = hyperscan.HS_FLAG_SOM_LEFTMOST if sign.often else hyperscan.HS_FLAG_SINGLEMATCH
        if sign.name.startswith(TELLING):  # looks around, which Hyperscan can only come near: near from above
            flag |= hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_CASELESS
        flags.append(flag)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[sign.pattern.encode("latin-1") for sign in SIGNS],
            ids=list(range(len(SIGNS))),
            elements=len(SIGNS),
            flags=flags,
        )
    except hyperscan.error:
        return None
    names = [sign.name for sign in SIGNS]

    def scan(data: bytes, found: Seen) -> None:
        def note(number: int, start: int, end: int, flags: int, context: object) -> None:
            places = found.setdefault(names[number], [])
            place = start if SIGNS[number].often else end - 1  # the start is known where it was asked for
            if len(places) < _MOST and (not places or places[-1] != place):
                places.append(place)

        database.scan(data, match_event_handler=note)

    return scan


@cache
def _patterns() -> tuple[tuple[Sign, re.Pattern[bytes]], ...]:
    return tuple(
        (
            sign,
            re.compile(sign.pattern.encode("latin-1"), re.IGNORECASE if sign.name.startswith(TELLING) else 0),
        )
        for sign in SIGNS
    )


def _plain(data: bytes, found: Seen) -> None:
    for sign, pattern in _patterns():
        if sign.often:
            places = [match.start() for match in pattern.finditer(data)]
            if places:
                found[sign.name] = sorted((*found.get(sign.name, ()), *places[:_MOST]))
        elif match := pattern.search(data):
            found.setdefault(sign.name, []).append(match.start())


# what reads of the environment tell nothing
_ORDINARY = re.compile(
    rb"""process\.env(?:\.|\[["'])"""
    rb"""(?:NODE_ENV|DEBUG|NODE_DEBUG|CI|FORCE_COLOR|NO_COLOR|TERM|COLORTERM|TEST)\b"""
)
_THIS = re.compile(
    rb"""(?:new )?Function\s{0,2}\(\s{0,2}["'`]\s{0,2}return (?:this|globalThis)"""
    rb"""|Function\s{0,2}\(["'`]["'`]\)"""
)


class File:
    """A file whose telling places are known, and are yet to be told from those in comments."""

    def __init__(self, data: bytes, seen: Seen) -> None:
        self.data = data
        self.seen = seen
        self._spans: Spans | None = None

    def places(self, name: str, most: int) -> Iterator[int]:
        """The first places of that name that stand in code."""
        count = 0
        for place in self.seen.get(name, ()):
            if count >= most:
                return
            if self._real(name, place):
                count += 1
                yield place

    def _real(self, name: str, place: int) -> bool:
        if name == "environment" and _ORDINARY.match(self.data, place):
            return False
        if name == "evaluation" and _THIS.match(self.data, place):
            return False
        if len(self.data) > _LONG:  # comments are few in what is so large, and it takes long to find them
            return True
        self._spans = self._spans or Spans(self.data)
        kind = self._spans.kind(place)
        return kind != "comment" and not (kind == "string" and self._spans.length(place) < 400)
