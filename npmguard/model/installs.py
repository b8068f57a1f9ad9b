"""What an install runs: the scripts of which packages, and which setting says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from npmguard.model.package import Package


class Verdict(NamedTuple):
    """Does an install run the scripts of one package, and why.

    `runs` is None where that cannot be told: it depends on the manager's version, or on a file that is not
    read. `chosen` says that somebody decided it for this very package.
    """

    runs: bool | None
    why: str  # a sentence without its end: "npm 12 and later do not run it: allowScripts does not name it"
    chosen: bool = False


class Opening(NamedTuple):
    """A switch that lets the scripts of every package run, as it stands in the project's files."""

    file: str  # the name of a file in the project's folder
    pointer: str
    text: str  # the setting as people write it


class ScriptPolicy(NamedTuple):
    """Which packages' scripts an install runs, by the manager's defaults and the project's settings.

    `of` speaks for any locked package. `opening` is a switch that was set on purpose; `remedy` the setting
    that closes the door: (the file it belongs into, the line, what else to know or "").
    """

    manager: str  # in words: npm, pnpm, yarn, bun
    of: Callable[[Package], Verdict]
    remedy: tuple[str, str, str]
    opening: Opening | None = None
