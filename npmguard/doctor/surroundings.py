"""Where npmguard runs: the project's folder, npm's settings and who says them, the folders of the PATH."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from npmguard.project import npmrc


class Surroundings(NamedTuple):
    """`roots` are the folders that belong to the project, resolved: nothing in them is ever run.

    `layers` are npm's settings by place, highest first; `config` is what npmguard itself follows of them.
    """

    folder: str
    roots: tuple[str, ...]
    home: str
    env: Mapping[str, str]
    layers: tuple[npmrc.Layer, ...]
    config: npmrc.NpmConfig
    now: float

    def said(self, key: str) -> tuple[str, npmrc.Layer] | None:
        """What npm takes for a setting, and which place says so; None where none does."""
        return next(((layer.values[key], layer) for layer in self.layers if key in layer.values), None)

    def belongs(self, path: str) -> bool:
        """Does the path lead into the project, or into what was installed for some project?"""
        real = os.path.realpath(path)
        return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)


def look(folder: str, registry: str | None, env: Mapping[str, str], now: float) -> Surroundings:
    """The surroundings of a project's folder."""
    home = env.get("HOME") or env.get("USERPROFILE") or os.path.expanduser("~")
    return Surroundings(
        folder,
        _roots(folder, home),
        home,
        env,
        npmrc.layers(folder, registry=registry, environ=env),
        npmrc.load(folder, registry=registry, environ=env),
        now,
    )


def _roots(folder: str, home: str) -> tuple[str, ...]:
    """The folder and its repository. The home folder and those above it are no project."""
    here, home = os.path.realpath(folder), os.path.realpath(home)
    top = here
    while not os.path.lexists(os.path.join(top, ".git")):
        above = os.path.dirname(top)
        if above == top:
            break
        top = above
    found = dict.fromkeys((here, top))
    return tuple(r for r in found if not (home + os.sep).startswith(r.rstrip(os.sep) + os.sep))
