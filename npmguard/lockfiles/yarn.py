"""yarn.lock: yarn classic's (version 1) and yarn berry's (2 and later), told apart by what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from npmguard.lockfiles import Catalogs, Parse
from npmguard.model import DependencyGraph, Manifest

_METADATA = re.compile(rb"^__metadata:", re.MULTILINE)


def is_berry(data: bytes) -> bool:
    """Was this yarn.lock written by yarn 2 or later?"""
    return _METADATA.search(data) is not None


def parse(
    data: bytes,
    file: str,
    manifest: Manifest | None = None,
    workspaces: Mapping[str, Manifest] | None = None,
    linked: Callable[[str], Manifest | None] = lambda folder: None,
    catalogs: Catalogs | None = None,
) -> DependencyGraph:
    """The dependency graph of a yarn.lock's bytes. Raises InputError."""
    module = "yarn_berry" if is_berry(data) else "yarn_classic"
    reader: Parse = import_module(f"npmguard.lockfiles.{module}").parse
    return reader(data, file, manifest, workspaces, linked, catalogs)
