"""Little npm projects on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.server import integrity

# a lockfile of each manager that holds nothing
EMPTY = {
    "package-lock.json": '{"lockfileVersion": 3, "packages": {}}',
    "npm-shrinkwrap.json": '{"lockfileVersion": 3, "packages": {}}',
    "yarn.lock": "# yarn lockfile v1\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "bun.lock": '{"lockfileVersion": 1, "workspaces": {"": {}}, "packages": {}}',
    "bun.lockb": "#!/usr/bin/env bun\nbun-lockfile-format-v0\n",
}
HOST = "https://registry.example.test"


def entry(name: str, version: str, **fields: Any) -> dict[str, Any]:
    """A lockfile entry as npm writes it."""
    base = name.rpartition("/")[2]
    return {
        "version": version,
        "resolved": f"{HOST}/{name}/-/{base}-{version}.tgz",
        "integrity": integrity(name, version),
        **fields,
    }


def write(folder: Path, manifest: dict[str, Any], packages: dict[str, dict[str, Any]] | None = None) -> Path:
    """Writes package.json, and package-lock.json where there are packages; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"name": "demo", "version": "1.0.0", **manifest}
    (folder / "package.json").write_text(json.dumps(manifest, indent=2))
    if packages is not None:
        root = {
            key: manifest[key]
            for key in (
                "name",
                "version",
                "dependencies",
                "devDependencies",
                "optionalDependencies",
                "peerDependencies",
                "workspaces",
            )
            if key in manifest
        }
        lock = {
            "name": manifest["name"],
            "version": manifest["version"],
            "lockfileVersion": 3,
            "requires": True,
            "packages": {"": root, **packages},
        }
        (folder / "package-lock.json").write_text(json.dumps(lock, indent=2))
    return folder
