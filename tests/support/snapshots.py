"""Texts kept beside the tests.

After a wanted change: UPDATE_SNAPSHOTS=1 pytest tests/reports, and read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

REPORTS = Path(__file__).parents[1] / "reports"


def same(text: str, name: str) -> None:
    """The text is the one that tests/reports keeps under this name."""
    path = REPORTS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
