"""What is known of a package that somebody thinks of installing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from npmguard.model.installs import Verdict


class Peer(NamedTuple):
    """What a package wants beside it. `here` is what the project has of that, `fits` whether it will do."""

    name: str
    range: str
    optional: bool = False
    here: str | None = None
    fits: bool | None = None


class Popular(NamedTuple):
    """One of the most used packages, and its place among them, 1 for the first."""

    name: str
    rank: int


class Advice(NamedTuple):
    """May it be installed? `word` is one of nothing-against, look-first, do-not-install."""

    word: str
    reason: str | None = None


class Inspected(NamedTuple):
    """The facts about one release and its package. None where nobody says.

    `asked` is the argument as it was given. Times are seconds since 1970, `age` and `package_age` seconds.
    `scripts` are those that an install runs, with their text, {} for none; `runs` is what the project's
    manager makes of them. `brings` are the packages that come new with it, `brings_optional` those of them
    that may fail, `elsewhere` optional ones for other systems, `has` those that the project has already.
    `similar` is a popular package with nearly that name, `rank` its own place among the popular ones. `here`
    is the version that the project has of it.
    """

    asked: str
    name: str
    range: str | None = None
    version: str | None = None
    latest: str | None = None
    here: str | None = None
    published: float | None = None
    age: float | None = None
    first_published: float | None = None
    package_age: float | None = None
    releases: int | None = None
    publisher: str | None = None
    trusted_publisher: bool | None = None
    attested: bool | None = None
    attestation: Mapping[
        str, str
    ] = {}  # repository, commit and the like, as the attestation says, unverified
    maintainers: tuple[str, ...] | None = None
    licence: str | None = None
    repository: str | None = None
    unpacked_size: int | None = None
    file_count: int | None = None
    scripts: Mapping[str, str] | None = None
    runs: Verdict | None = None
    dependencies: tuple[str, ...] | None = None
    peers: tuple[Peer, ...] = ()
    brings: tuple[str, ...] | None = None
    brings_optional: int = 0
    has: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    cut: bool = False
    deprecated: str | None = None
    capabilities: tuple[str, ...] | None = None
    rank: int | None = None
    similar: Popular | None = None
    advice: Advice = Advice("look-first")
