"""A copy of what npmguard is built from, so that a test can build it and disturb nobody."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

TOP = Path(__file__).parents[2]
BUILT_FROM = (
    "npmguard",
    "requirements",
    "scripts",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
)


def copy(folder: Path, names: Iterable[str] = BUILT_FROM) -> Path:
    """Copies files and folders of the repository into a folder; without what Python or a build left there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        source, target = TOP / name, folder / name
        if source.is_dir():
            left = shutil.ignore_patterns("__pycache__", "_default_registry.py")
            shutil.copytree(source, target, ignore=left)
        else:
            shutil.copy(source, target)
    return folder
