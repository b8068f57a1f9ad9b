"""Writes the folders of fixtures/packing and of the tests to the disk."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "packing"


def lay(top: Path, layout: Mapping[str, Any]) -> Path:
    """Writes files: a path and its text (an object is written as JSON), or `{"link": target}`; a path that
    ends in a slash is an empty folder."""
    for path, text in layout.items():
        place = os.path.join(top, path)
        os.makedirs(place if path.endswith("/") else os.path.dirname(place), exist_ok=True)
        if path.endswith("/"):
            continue
        if isinstance(text, Mapping) and set(text) == {"link"}:
            os.symlink(text["link"], place)
        else:
            with open(place, "w", encoding="utf-8", newline="") as file:
                file.write(text if isinstance(text, str) else json.dumps(text))
    return top
