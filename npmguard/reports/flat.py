"""JSON whose long lists have an item a line: quick to write, and one item's change is one line's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def slot(name: str) -> str:
    """What stands in the frame where the list of that name belongs."""
    return f"\0{name}"


def written(frame: Any, lists: Mapping[str, Iterable[Any]]) -> str:
    """The frame as indented JSON, with each list in its slot. ASCII alone, so that no encoding can break it.

    The frame's own texts must hold no NUL: what comes from outside belongs into the lists.
    """
    text = json.dumps(frame, indent=2)
    for name, items in lists.items():
        head, _, tail = text.partition(json.dumps(slot(name)))
        line = head.rpartition("\n")[2]
        indent = " " * (len(line) - len(line.lstrip()))
        found = f",\n{indent}  ".join(map(json.dumps, items))
        text = f"{head}[\n{indent}  {found}\n{indent}]{tail}" if found else f"{head}[]{tail}"
    return text + "\n"
