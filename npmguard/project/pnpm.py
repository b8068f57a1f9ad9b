"""The files beside a pnpm project that its lockfile is held to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from npmguard.errors import InputError
from npmguard.managers import PNPM_HOOKS
from npmguard.model import Digest
from npmguard.project.files import read

_MOST_PATCHES = 1_000


def held(folder: str, data: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Digest]:
    """The hashes of the patches and of the file of hooks, by path; what cannot be read is left out.

    `data` is the project's package.json, `settings` its pnpm-workspace.yaml. No hook is ever run.
    """
    own = data.get("pnpm")
    paths = dict.fromkeys(PNPM_HOOKS)
    for place in (settings, own if isinstance(own, dict) else {}):
        patches = place.get("patchedDependencies")
        for path in list(patches.values())[:_MOST_PATCHES] if isinstance(patches, dict) else ():
            if isinstance(path, str):
                paths.setdefault(os.path.normpath(path).replace(os.sep, "/"))
    found = {}
    for path in paths:
        if path.startswith(("/", "../")) or not os.path.isfile(os.path.join(folder, path)):
            continue
        try:
            text = read(os.path.join(folder, path), path).replace(b"\r\n", b"\n")
        except (InputError, ValueError):
            continue
        if path in PNPM_HOOKS and b"hooks" not in text:
            continue  # pnpm looks past a file that exports none
        from hashlib import md5, sha256

        found[path] = Digest(sha256(text).hexdigest(), md5(text, usedforsecurity=False).hexdigest())
    return found
