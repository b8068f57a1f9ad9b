"""A plainer look at a JavaScript text, without a parser: what is written out, comments left aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from npmguard.code import lexer, script, values, words
from npmguard.model.code import Deed, Kind

if TYPE_CHECKING:
    from npmguard.code.javascript import Reading

_STRING = r"""(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)'|`((?:[^`\\]|\\(?s:.))*+)`)"""
_REQUIRED = re.compile(
    rf"""\b(?:require|import)\s{{0,9}}\(\s{{0,9}}{_STRING}\s{{0,9}}\)|\bfrom\s{{0,9}}{_STRING}|\bimport\s{{0,9}}{_STRING}"""
)
_RUN = re.compile(rf"""\b(?:exec|execSync)\s{{0,9}}\(\s{{0,9}}{_STRING}""")
_SPAWNED = re.compile(
    rf"""\b(?:spawn|spawnSync|execFile|execFileSync)\s{{0,9}}\(\s{{0,9}}{_STRING}\s{{0,9}}(?:,\s{{0,9}}\[([^\]]{{0,2000}}+)\])?"""
)
_EVALUATED = re.compile(r"(?<![\w$.])(?:eval|Function)\s{0,9}\(([^;\n]{0,300})")
_DECODING = re.compile(r"\batob\b|base64|fromCharCode|createDecipher|'hex'|\"hex\"")
_FETCHING = re.compile(r"\bhttps?\.(?:get|request)\b|\bfetch\s?\(|\baxios\b|\bXMLHttpRequest\b")
_NAMED = re.compile(r"(?<![\w$.])eval\s{0,9}\(\s{0,9}[A-Za-z_$][\w$.]{0,40}\s{0,9}\)")
_LISTENING = re.compile(r"\.on\(\s{0,9}['\"](?:data|end)['\"]|\.then\(|\bawait\b")
_SENDING = re.compile(
    r"\bmethod\s{0,9}:\s{0,9}['\"](?:POST|PUT)['\"]|\b(?:axios|got|request)\.(?:post|put)\("
)
_SMALL = 20_000  # bytes
_ENVIRONMENT = re.compile(r"\bJSON\.stringify\(\s{0,9}process\.env\s{0,9}\)")


def read(data: bytes, path: str) -> Reading:
    """What a JavaScript text does, as far as it is written out."""
    from npmguard.code import javascript

    bare = lexer.bare(data)
    text = bare.decode("utf-8", "replace")
    deeds: dict[Deed, None] = {}
    needs: dict[str, None] = {}
    used: dict[str, int] = {}
    starts: dict[script.Start, None] = {}
    hosts: dict[str, None] = {}
    counter = _Lines(text)
    for match in _REQUIRED.finditer(text):
        name = values.unescaped(_inside(match)).removeprefix("node:")
        if name.startswith("."):
            needs.setdefault(name)
        else:
            capability = _CAPABILITY.get(name) or ("network" if name in words.NETWORK else None)
            if capability is not None:
                used.setdefault(capability, counter.at(match.start()))
    if match_ := _FETCHING.search(text):
        used.setdefault("network", counter.at(match_.start()))
    if "processes" in used:
        for command, at in _commands(text):
            line = counter.at(at)
            found = script.read(command, path, None, line)
            deeds.update(dict.fromkeys(found.deeds))
            starts.update(dict.fromkeys(found.starts))
            hosts.update(dict.fromkeys(found.hosts))
    for match in _EVALUATED.finditer(text):
        used.setdefault("evaluation", counter.at(match.start()))
        if _DECODING.search(match[1]):
            what = f"evaluates what it decodes: {words.shown(match[0])}"
            deeds.setdefault(Deed(Kind.DECODES, path, counter.at(match.start()), what))
    for match in _ENVIRONMENT.finditer(text):
        what = f"makes a text of the whole environment: {match[0]}"
        deeds.setdefault(Deed(Kind.ENVIRONMENT, path, counter.at(match.start()), what))
        used.setdefault("environment", counter.at(match.start()))
    if "network" in used:
        sent = _SENDING.search(text)
        kind, what = (Kind.SENDS, "sends data") if sent else (Kind.FETCHES, "uses the network")
        line = counter.at(sent.start()) if sent else used["network"]
        deeds.setdefault(Deed(kind, path, line, f"{what}{': ' + words.shown(sent[0]) if sent else ''}"))
        named = _NAMED.search(text)
        if named and len(data) < _SMALL and _LISTENING.search(text):
            what = f"evaluates a text, in a file that downloads: {words.shown(named[0])}"
            deeds.setdefault(Deed(Kind.EVALUATES_FETCHED, path, counter.at(named.start()), what))
        hosts.update(dict.fromkeys(script.hosts(text[: 1 << 22])[:100]))
    idle = "processes" not in used
    javascript.told(bare, path, lambda _, kind: idle and kind in javascript.COMMANDS, deeds)
    return javascript.Reading(tuple(deeds), tuple(needs), tuple(starts), tuple(hosts), tuple(used.items()))


_CAPABILITY = {
    "child_process": "processes",
    "execa": "processes",
    "cross-spawn": "processes",
    "fs": "reads",
    "fs/promises": "reads",
    "fs-extra": "reads",
    "graceful-fs": "reads",
    "vm": "evaluation",
}


def _inside(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")


def _commands(text: str) -> Iterator[tuple[str, int]]:
    for match in _RUN.finditer(text):
        yield values.unescaped(_inside(match)), match.start()
    for match in _SPAWNED.finditer(text):
        first = next((group for group in match.groups()[:3] if group is not None), "")
        rest = re.findall(r"""["'`]([^"'`]*)["'`]""", match[4] or "")
        yield " ".join((first, *(f"'{word}'" if " " in word else word for word in rest))), match.start()


class _Lines:
    """The lines of places that come in any order."""

    def __init__(self, text: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def at(self, place: int) -> int:
        from bisect import bisect_left

        return bisect_left(self._ends, place) + 1
