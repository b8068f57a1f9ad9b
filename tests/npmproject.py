"""Projects for tests, read by npmguard's own readers from small documents."""

from __future__ import annotations

import json
from typing import Any

from npmguard.lockfiles import npm
from npmguard.model import Lockfile, Project
from npmguard.project import manifest as manifests


def project(
    package: dict[str, Any],
    entries: dict[str, dict[str, Any]],
    workspaces: dict[str, dict[str, Any]] | None = None,
) -> Project:
    """A project of that package.json and those entries of a package-lock.json (install path to entry).

    What an entry does not say is filled in: a `version` alone is a package of the registry.
    """
    members = {
        folder: manifests.parse(json.dumps(document).encode(), f"{folder}/package.json")
        for folder, document in (workspaces or {}).items()
    }
    root = {"name": "shop", "version": "1.0.0", **package}
    if members:
        root["workspaces"] = list(members)
    manifest = manifests.parse(json.dumps(root).encode(), "package.json")
    packages: dict[str, Any] = {"": root, **(workspaces or {})}
    for folder, member in members.items():
        packages[f"node_modules/{member.name}"] = {"resolved": folder, "link": True}
    packages |= entries
    lock = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest, members)
    return Project(".", manifest, members, "npm", Lockfile("package-lock.json", "npm-3", graph))
