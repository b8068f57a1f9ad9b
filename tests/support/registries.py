"""Packages in the registry on loopback that have lived for a while."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

from support.server import SIGNER, Server
from support.tarballs import entry, tgz

DAY = 86_400.0


def lived(
    server: Server, name: str, *versions: str, age: float = 1000, step: float = 40, **last: Any
) -> None:
    """A package whose newest release is `age` days old, and each before it `step` days older.

    maintainer-a published all of them; `last` are fields of the newest (`dist` is added to).
    """
    found = server.add(
        name,
        *versions,
        license="MIT",
        repository={"type": "git", "url": f"git+https://git.example.test/people/{name.lstrip('@')}.git"},
        maintainers=[{"name": "maintainer-a"}],
        _npmUser={"name": "maintainer-a"},
    )
    found["maintainers"] = [{"name": "maintainer-a"}]
    now = time.time()
    found["time"] = {
        version: stamp(now - (age + step * place) * DAY) for place, version in enumerate(reversed(versions))
    }
    manifest = found["versions"][versions[-1]]
    manifest["dist"] |= last.pop("dist", {})
    manifest |= last
    for manifest in found["versions"].values():
        _packed(server, name, manifest)


def _packed(server: Server, name: str, manifest: dict[str, Any]) -> None:
    """Gives a version the tarball that its manifest speaks of: a package.json, and one file."""
    own = {key: value for key, value in manifest.items() if key != "dist" and not key.startswith("_")}
    parts = (
        entry("package/package.json", json.dumps(own).encode()),
        entry("package/index.js", b"// nothing\n"),
    )
    data = tgz(*parts, manifest=False)
    path = f"/{name}/-/{name.rpartition('/')[2]}-{manifest['version']}.tgz"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    manifest["dist"] |= {
        "integrity": integrity,
        "shasum": hashlib.sha1(data).hexdigest(),
        "tarball": server.url.rstrip("/") + path,
        "signatures": [{"keyid": SIGNER.id, "sig": SIGNER.sign(name, manifest["version"], integrity)}],
    }
    server.tarballs[path] = data


def stamp(seconds: float) -> str:
    """A time as the registry writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
