"""What a registry offers under a name: of each version, what an install goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Offer(NamedTuple):
    """One version, as the short packument has it.

    `dependencies` are those that must be there, `optional` those that may fail, both without the `bundled`
    ones, which lie in the tarball. `peers` are what the package wants beside it.
    """

    dependencies: Mapping[str, str] = {}
    optional: Mapping[str, str] = {}
    peers: Mapping[str, str] = {}
    optional_peers: tuple[str, ...] = ()
    bundled: tuple[str, ...] = ()
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    deprecated: str | None = None
    has_install_script: bool | None = None
    integrity: str | None = None
    tarball: str | None = None
    attested: bool = False
    libc: tuple[str, ...] = ()


class Offers(NamedTuple):
    """All versions of a package, in the packument's order.

    `real` is False for a mirror that rebuilds metadata from tarballs.
    """

    name: str
    dist_tags: Mapping[str, str]
    versions: Mapping[str, Offer]
    real: bool = True
