"""The commands of docs/cookbook.md, to be run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"
_MARKED = re.compile(
    r"^<!-- run(?: (?P<where>[^:>]+?))?(?:: (?P<code>\d+))? -->\n```sh\n(?P<text>.*?)^```$", re.M | re.S
)


class Block(NamedTuple):
    """Lines of a shell, the place that they are run in, and the exit code that they end with."""

    where: str
    text: str
    code: int


def blocks(where: str | None = None) -> list[Block]:
    """Those that are marked to be run (in that place)."""
    found = [
        Block(m["where"] or "", m["text"], int(m["code"] or 0)) for m in _MARKED.finditer(PAGE.read_text())
    ]
    return [block for block in found if where is None or block.where == where]


def run(text: str, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The lines as a shell runs them that stops at the first failure, with this npmguard on its path."""
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "npmguard"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m npmguard "$@"\n')
    program.chmod(0o755)
    env = {
        **env,
        "PATH": f"{programs}{os.pathsep}{env['PATH']}",
        "PYTHONPATH": str(PAGE.parents[1]),
    }
    return subprocess.run(
        ["sh", "-ec", text], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
