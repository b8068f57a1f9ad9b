"""A sheet of text for a terminal: lines folded at a width, with colours or without."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text

from npmguard import text


class Sheet:
    """Lines as they are written, one below the other."""

    def __init__(self, *, color: bool, width: int) -> None:
        self._sink = io.StringIO()
        self._color = color
        self.console = Console(
            file=self._sink,
            width=width,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    def line(self, *parts: str | tuple[str, str], indent: str = "", hang: str = "") -> None:
        """One line, folded at the width: `indent` before it, `indent` and `hang` before what follows."""
        whole = Text()
        for part in parts:
            whole.append(*((part,) if isinstance(part, str) else part))
        room = max(20, self.console.width - len(indent))
        if whole.cell_len <= room:
            lines = [whole]
        else:
            lines = [whole.wrap(self.console, room)[0]]
            rest = whole[len(lines[0]) :]
            rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
            lines += rest.wrap(self.console, max(20, room - len(hang)))
        for number, folded in enumerate(lines):
            folded.rstrip()
            before = indent if not number else indent + hang
            if self._color:
                self.console.print(Text(before) + folded, soft_wrap=True)
            else:  # the same, at half the cost
                self._sink.write(f"{before}{folded.plain}\n")

    def title(self, words: str) -> None:
        self.line()
        self.line((words, "bold"))

    @property
    def height(self) -> int:
        """How many lines there are."""
        return self._sink.getvalue().count("\n")

    @property
    def written(self) -> str:
        """All lines, without the spaces at their ends."""
        return text.lines("\n".join(line.rstrip() for line in self._sink.getvalue().split("\n")))
