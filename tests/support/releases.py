"""Histories of packages, told in days."""

from __future__ import annotations

from typing import Any

from npmguard.model import Evidence, History, Packument, Publication, VersionFacts

DAY = 86_400.0
START = 1_700_000_000.0


def release(version: str, day: float, publisher: str | None = "maintainer-a", **fields: Any) -> Publication:
    """A release on that day, by maintainer-a, who alone may publish, with no scripts and no dependencies."""
    given: dict[str, Any] = {"maintainers": ("maintainer-a",), "scripts": {}, "dependencies": {}, **fields}
    return Publication(version, START + day * DAY, publisher, **given)


def history(name: str, *releases: Publication, **fields: Any) -> History:
    return History(name, releases, dist_tags={"latest": releases[-1].version}, **fields)


def evidence(*histories: History, day: float = 400) -> Evidence:
    """What the registry says on that day, the short packuments with it."""
    packuments = {
        h.name: Packument(
            h.name,
            h.dist_tags,
            {p.version: VersionFacts(p.version) for p in h.publications},
            tuple(p.version for p in h.publications),
        )
        for h in histories
    }
    return Evidence(packuments, histories={h.name: h for h in histories}, now=START + day * DAY)
