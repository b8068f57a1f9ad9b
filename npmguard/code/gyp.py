"""What a native build runs: the commands in a binding.gyp.

npm runs `node-gyp rebuild` for a package that holds a binding.gyp and has no install script of its own; gyp
runs the commands in its `<!(...)` expansions while it reads the file, and those of its actions when it
builds. The file's conditions are evaluated as Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from npmguard.code import script, words
from npmguard.code.values import HOLE
from npmguard.model.code import Deed, Kind

_LARGE = 1 << 20
_READ = 100_000  # characters in commands
_EXPANSION = re.compile(r"[<>^](?:!@?|\|)\(")
_ACTION = re.compile(r"""['"]action['"]\s{0,20}:\s{0,20}\[([^\]]{0,4000})""")
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*+)'|"((?:[^"\\]|\\.)*+)\"""", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:U[0-9a-fA-F]{8}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|N\{)")
_VARIABLE = re.compile(r"[<>^]@?\(\w{1,80}\)")
_PYTHON = re.compile(
    r"__(?:import|class|subclasses|globals|builtins|mro|base|bases|init|dict|getattribute)__"
    r"|\bos\s*\.\s*(?:system|popen|exec)|\bsubprocess\b|\b(?:eval|exec|compile)\s*\("
)


def read(data: bytes, path: str = "binding.gyp") -> script.Reading:
    """What the commands in a binding.gyp do."""
    text = data[:_LARGE].decode("utf-8", "replace")
    deeds: list[Deed] = []
    escaped = _ESCAPED.search(text)
    if escaped:
        line = text.count("\n", 0, escaped.start()) + 1
        deeds.append(
            Deed(Kind.OBFUSCATED, path, line, f"it is written in escapes: {words.shown(escaped[0])}")
        )
        text = _ESCAPED.sub(_letter, text)
    reaching = _PYTHON.search(_without_comments(text))
    if reaching:
        line = text.count("\n", 0, reaching.start()) + 1
        what = f"its conditions reach for Python's own functions: {words.shown(reaching[0])}"
        deeds.append(Deed(Kind.OBFUSCATED, path, line, what))
    found = [script.read(command, path, None, line) for command, line in commands(text)]
    return script.Reading(
        tuple(dict.fromkeys((*deeds, *(deed for one in found for deed in one.deeds)))),
        tuple(dict.fromkeys(start for one in found for start in one.starts)),
        tuple(code for one in found for code in one.code),
        tuple(dict.fromkeys(host for one in found for host in one.hosts)),
        any(one.network for one in found),
    )


def commands(text: str) -> Iterator[tuple[str, int]]:
    """The commands that gyp runs for the text of a binding.gyp, and the lines where they begin."""
    text = _without_comments(text)
    at = 0
    left = _READ
    while (match := _EXPANSION.search(text, at)) is not None and left > 0:
        end = _closing(text, match.end())
        left -= end - match.start()
        command = _VARIABLE.sub(HOLE, text[match.end() : end]).replace('\\"', '"').replace("\\'", "'")
        yield command, text.count("\n", 0, match.start()) + 1
        at = match.end()
    for match in islice(_ACTION.finditer(text), 100):
        given = [one or other for one, other in _STRING.findall(match[1])]
        if given:
            yield " ".join(_quoted(word) for word in given), text.count("\n", 0, match.start()) + 1


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)^[ \t]{0,100}#[^\n]*", "", text)


def _closing(text: str, at: int) -> int:
    depth = 1
    for place in range(at, min(len(text), at + 8_000)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if depth == 0:
                return place
    return min(len(text), at + 8_000)


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else "'" + word.replace("'", "'\\''") + "'"


def _letter(match: re.Match[str]) -> str:
    digits = match[0][2:]
    if digits.startswith("{"):
        return match[0]
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else "\ufffd"
