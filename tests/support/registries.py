"""Packages in the registry on loopback that have lived for a while."""

from __future__ import annotations

import time
from typing import Any

from support.server import Server

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


def stamp(seconds: float) -> str:
    """A time as the registry writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
