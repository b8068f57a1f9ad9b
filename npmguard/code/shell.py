"""The commands of a shell text: those of POSIX shells, of cmd.exe and of PowerShell, near enough.

Taken apart are operators, pipes, quotes, redirections, subshells and substitutions. Nothing is expanded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LONG = 65_536  # characters of one text
_MANY = 2_000  # commands of one text
_DEEP = 6  # substitutions inside each other


class Command(NamedTuple):
    """One simple command: its words without their quotes.

    `piped` tells that it reads what the command before it writes; `writes` are the files that its output
    goes to, without those that swallow it: then `silent` is True. `background` tells that nobody waits for
    it. `inner` are the commands in its substitutions, of which it gets the output. `line` is 1-based.
    """

    words: tuple[str, ...]
    line: int = 1
    piped: bool = False
    background: bool = False
    silent: bool = False
    writes: tuple[str, ...] = ()
    inner: tuple[Command, ...] = ()


_PIECE = re.compile(
    r"""(?P<space>(?:[ \t\r]|\\\n)+)|(?P<newline>\n)|(?P<comment>(?<![^\s;&|(])\#[^\n]*)"""
    r"""|(?P<redirect>(?:[0-9]|&)?(?:>>|>\||>&|<<<|<<-?|<&|>|<)(?:&?[0-9-](?![\w./]))?)"""
    r"""|(?P<operator>&&|\|\||\|&|[|;&()])"""
    r"""|(?P<single>'[^']*'?)|(?P<double>"(?:[^"\\]|\\.)*"?)"""
    r"""|(?P<tick>`[^`]*`?)|(?P<dollar>[$<>]\()"""
    r"""|(?P<plain>(?:[^\s;&|()<>'"`$\\^]|\$(?!\()|\\(?s:.)|\\$|\^.?)+)|(?P<other>.)""",
    re.DOTALL,
)
# where output vanishes
_NOWHERE = {"/dev/null", "nul", "$null", "nul:"}


def commands(text: str, line: int = 1, deep: int = 0) -> list[Command]:
    """The simple commands of a text, in order; those of subshells too."""
    found: list[Command] = []
    text = text[:_LONG]
    building = _Building()
    at = 0
    while at < len(text) and len(found) < _MANY:
        match = _PIECE.match(text, at)
        if match is None:
            break
        at = match.end()
        kind, piece = match.lastgroup, match[0]
        here = line
        line += piece.count("\n")
        if kind == "space":
            building.end()
        elif kind in ("newline", "operator"):
            building.close(found, piece, here)
        elif kind == "redirect":
            building.redirect(piece)
        elif kind == "single":
            building.add(piece.strip("'"))
        elif kind == "double":
            inner = piece[1:].removesuffix('"')
            building.add(re.sub(r'\\(["\\$`\n])', r"\1", inner))
            if deep < _DEEP:
                for match in re.finditer(r"\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|`([^`]*)`", inner):
                    building.inner += commands(match[1] or match[2] or "", here, deep + 1)
        elif kind == "tick":
            if deep < _DEEP:
                building.inner += commands(piece.strip("`"), here, deep + 1)
            building.add(piece)
        elif kind == "dollar":
            end = _closing(text, at)
            if deep < _DEEP:
                building.inner += commands(text[at:end], here, deep + 1)
            line += text.count("\n", at, end + 1)
            building.add(text[match.start() : end + 1])
            at = end + 1
        elif kind == "plain":
            building.add(re.sub(r"\\(?![\w.])(?s:(.))|\^(.)", r"\1\2", piece))
        elif kind == "other":
            building.add(piece)
    building.close(found, "\n", line)
    return found


def _closing(text: str, at: int) -> int:
    """Where the parenthesis that was opened before `at` is closed."""
    depth = 1
    for place in range(at, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if depth == 0:
                return place
    return len(text)


class _Building:
    """The command that is being read."""

    def __init__(self) -> None:
        self.piped = False
        self._fresh()

    def _fresh(self) -> None:
        self.words: list[str] = []
        self.word: list[str] | None = None
        self.to: str | None = None  # the redirection whose target comes next
        self.writes: list[str] = []
        self.silent = False
        self.inner: list[Command] = []

    def add(self, piece: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(piece)

    def end(self) -> None:
        if self.word is None:
            return
        word = "".join(self.word)
        if self.to is None:
            self.words.append(word)
        elif ">" in self.to:
            if word.lower() in _NOWHERE:
                self.silent = self.silent or not self.to.startswith("2")
            else:
                self.writes.append(word)
        self.word, self.to = None, None

    def redirect(self, piece: str) -> None:
        if self.word is not None and "".join(self.word) in ("1", "2", "&"):
            piece, self.word = "".join(self.word) + piece, None
        self.end()
        self.to = None if re.search(r"&[0-9-]$", piece) else piece

    def close(self, found: list[Command], operator: str, line: int) -> None:
        self.end()
        if self.words or self.inner or self.writes:
            found.append(
                Command(
                    tuple(self.words),
                    line,
                    self.piped,
                    operator == "&",
                    self.silent,
                    tuple(self.writes),
                    tuple(self.inner),
                )
            )
            self.piped = operator in ("|", "|&")
        elif operator not in ("(", "\n"):
            self.piped = False
        self._fresh()
