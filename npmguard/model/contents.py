"""What the tarball of a release holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from npmguard.model.code import CodeFacts
from npmguard.model.packed import Oddity, PackedFile


class Contents(NamedTuple):
    """A release as its tarball has it: its files, its own package.json, what is odd, what its code does."""

    files: tuple[PackedFile, ...]
    manifest: Mapping[str, Any]
    oddities: tuple[Oddity, ...]
    code: CodeFacts
