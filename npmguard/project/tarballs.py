"""The hashes of tarballs on disk that a project depends on by `file:`."""

from __future__ import annotations

import os

from npmguard.errors import InputError
from npmguard.model import DependencyGraph, Source
from npmguard.project.files import read


def hashes(folder: str, graph: DependencyGraph) -> dict[str, tuple[str, str]]:
    """(SRI with SHA-512, hex SHA-1) of each locked `file:` tarball, by its place in the lockfile.

    What is missing or cannot be read is left out.
    """
    found: dict[str, tuple[str, str]] = {}
    checksums = graph.notes.get("checksums", {})  # yarn berry's: its own hashes stand elsewhere
    for package in graph.foreign:
        if package.source is not Source.FILE or not package.resolved:
            continue
        if not package.integrity and package.key not in checksums:
            continue
        path = os.path.join(folder, package.resolved.removeprefix("file:"))
        try:
            data = read(path, path)
        except (InputError, ValueError):
            continue
        from base64 import b64encode
        from hashlib import sha1, sha512

        digest = b64encode(sha512(data).digest()).decode()
        found[package.key] = (f"sha512-{digest}", sha1(data, usedforsecurity=False).hexdigest())
    return found
