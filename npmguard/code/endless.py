"""A loop without end that begins as soon as a file is loaded: what colors 1.4.1 did to everybody (2022)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard.model.code import Deed, Kind

# at the beginning of a line, so in no function
_LOOP = re.compile(
    rb"^for\s{0,2}\(\s{0,2}(?:let|var)\s{1,2}(\w{1,20})\s{0,2}=[^;\n]{0,40};\s{0,2}\1\s{0,2}<=?\s{0,2}Infinity\b",
    re.MULTILINE,
)


def deeds(data: bytes, path: str) -> Iterator[Deed]:
    """The first such loop of a JavaScript text."""
    match = _LOOP.search(data) if b"Infinity" in data else None
    if match is not None:
        line = data.count(b"\n", 0, match.start()) + 1
        yield Deed(Kind.HANGS, path, line, "it loops without end as soon as it is loaded")
