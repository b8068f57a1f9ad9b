"""How bun lays packages out as folders of node_modules.

From the project down, one package after the other, each dependency goes to the very top, unless another of
its name lies on the way there: then it stays beside the one that asks. What lies there already is not placed
again, and a peer makes do with what its range takes, or with what the project chose itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from npmguard import specs, versions
from npmguard.lockfiles.bun import split
from npmguard.model import DependencyKind

Id = str  # name@what was resolved: one of bun's packages, wherever it lies; "" is the project

MOST_PLACED = 250_000
PEERS = (DependencyKind.PEER, DependencyKind.PEER_OPTIONAL)
# the order in which bun takes what one package asks for
_ORDER = {
    DependencyKind.WORKSPACE: 0,
    DependencyKind.DEV: 1,
    DependencyKind.OPTIONAL: 2,
    DependencyKind.PROD: 3,
    DependencyKind.PEER: 4,
    DependencyKind.PEER_OPTIONAL: 5,
}


class Ask(NamedTuple):
    """One dependency of a package: what is asked for, and which package answers it (None: none does)."""

    name: str
    spec: str
    kind: DependencyKind
    target: Id | None
    bundled: bool = False


class _Folder(NamedTuple):
    """One node_modules: its path, the package it belongs to, and what lies in it by name.

    `above` is the one above it; `top` one that nothing from here may pass, as what a package brings in its
    own tarball stays with it. What is held is (the package, whether the project itself chose it).
    """

    path: str
    owner: Id
    holds: dict[str, tuple[Id, bool]]
    above: _Folder | None
    top: _Folder | None


def lay_out(asks: Mapping[Id, Sequence[Ask]]) -> list[tuple[str, Id]] | None:
    """(path, package) of everything that an install lays out, in order, from what each package asks for.

    None where that is too much to be real.
    """
    placed: list[tuple[str, Id]] = []
    waiting = deque([_Folder("", "", {}, None, None)])
    while waiting:
        here = waiting.popleft()
        for ask in sorted(asks.get(here.owner, ()), key=lambda ask: (_ORDER[ask.kind], ask.name)):
            if ask.target is None:
                continue
            folder = _place(here, ask, ask.target)
            if folder is None:
                continue
            folder.holds[ask.name] = (ask.target, here.owner == "")
            placed.append((folder.path, ask.target))
            if len(placed) > MOST_PLACED:
                return None
            if asks.get(ask.target):
                path = f"{folder.path}/{ask.name}" if folder.path else ask.name
                top = folder if ask.bundled else here.top
                waiting.append(_Folder(path, ask.target, {}, folder, top))
    placed.sort()
    return placed


def _place(here: _Folder, ask: Ask, target: Id) -> _Folder | None:
    """The folder that a dependency goes to, or None where it need not be placed."""
    if ask.bundled:
        return here
    if not split(target)[2].startswith("file:"):
        return _highest(here, ask, target)
    # a folder on disk never goes up, so a circle of them would never end
    if ask.kind in PEERS and _highest(here, ask, target) is None:
        return None
    folder: _Folder | None = here
    while folder is not None:
        if folder.owner == target:
            return None
        folder = folder.above
    return here


def _highest(here: _Folder, ask: Ask, target: Id) -> _Folder | None:
    folder = here
    while True:
        found = folder.holds.get(ask.name)
        if found is not None:
            id, chosen = found
            done = (
                id == target
                or folder is here
                or (ask.kind in PEERS and (chosen or fits(id, ask.name, ask.spec)))
            )
            return None if done else here
        if folder.above is None or folder is here.top:
            return folder
        folder = folder.above


def fits(id: Id, name: str, spec: str) -> bool:
    """Is this package what a range, or an alias with one, asks for?"""
    asked = specs.parse(name, spec)
    real, _, version = split(id)
    if asked.kind not in ("range", "version") or real != asked.name:
        return False
    range = asked.range or "*"
    return range == "*" or versions.satisfies(version, range, loose=True)
