"""The scripts by which a package changes what it packs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# In the order in which npm publish runs them, all before it lists and packs the files (npm's publish command,
# libnpmpack, pacote). `postpack` runs when the tarball is made, and changes nothing in it.
_BEFORE = ("prepublishOnly", "prepack", "prepare")


def before_packing(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The scripts of a package.json that npm publish runs before it packs, in that order.

    What they write is not on the disk yet, so that a list made without them may lack it.
    """
    scripts = manifest.get("scripts")
    if not isinstance(scripts, Mapping):
        return ()
    return tuple(name for name in _BEFORE if isinstance(scripts.get(name), str) and scripts[name])
