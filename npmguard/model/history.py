"""How a package was published, release by release: what the full packument tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Publication(NamedTuple):
    """One release as the registry has it. None where the registry does not say.

    `scripts` are those that an install runs, npm's implicit `node-gyp rebuild` among them. `dependencies`
    hold the optional ones too. `publisher` is the account that sent it, or the name that a trusted publisher
    (a CI workflow that the registry knows, no stored token) goes by: then `trusted` is True. `attested` tells
    of a provenance attestation, which names repository, workflow and commit.
    """

    version: str
    time: float | None = None  # seconds since 1970
    publisher: str | None = None
    trusted: bool = False
    attested: bool = False
    scripts: Mapping[str, str] | None = None
    dependencies: Mapping[str, str] | None = None
    maintainers: tuple[str, ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()  # (key id, signature in base64)
    integrity: str | None = None
    tarball: str | None = None  # its URL
    unpacked_size: int | None = None
    file_count: int | None = None
    git_head: bool = False  # does it name a commit?
    deprecated: str | None = None
    bin: Mapping[str, str] | None = None  # the commands that it brings: name to file
    repository: str | None = None  # where its source is said to be, as package.json writes it
    licence: str | None = None  # as package.json writes it, an SPDX expression as a rule


class Calm(NamedTuple):
    """What is still to be known of a release that nothing in its package's history speaks against.

    `first` and `newest` are the times of the package's first and newest release, of `releases` in all.
    `scripted` tells that an install runs something of it. `key` stands for the registry's key that signed it
    over `integrity`, as far as that was looked at: None where it is not signed or the registry lists no keys;
    `verified` that the arithmetic was done. `vouched` tells that what is attested about it was read and fits.
    """

    time: float | None
    first: float | None
    newest: float | None
    releases: int
    scripted: bool
    integrity: str | None
    signed: bool
    key: str | None
    verified: bool
    attested: bool
    vouched: bool


class History(NamedTuple):
    """A package's releases in the order in which they were published, the oldest first.

    `withdrawn` are versions that the packument dates and has no more, with the time. `real` is False for a
    mirror that rebuilds metadata from tarballs: it knows of no publisher and no true date.
    """

    name: str
    publications: tuple[Publication, ...]
    maintainers: tuple[str, ...] = ()
    dist_tags: Mapping[str, str] = {}
    withdrawn: Mapping[str, float] = {}
    real: bool = True

    def of(self, version: str | None) -> Publication | None:
        """That version's publication, or None."""
        return next((p for p in self.publications if p.version == version), None)

    def before(self, version: str) -> tuple[Publication, ...]:
        """What had been published when that version was."""
        found: list[Publication] = []
        for publication in self.publications:
            if publication.version == version:
                return tuple(found)
            found.append(publication)
        return ()


class Brief(NamedTuple):
    """What is still to be known of one release, where a whole project's are weighed up. None: nobody says.

    `proven` tells that the registry knows where it was built; `scripted` that an install runs something.
    """

    version: str
    time: float | None
    deprecated: bool
    scripted: bool | None
    proven: bool
    licence: str | None


class Outline(NamedTuple):
    """A package's history in short, a hundredth of it: thousands of them find room in memory.

    `releases` are in the order of the history; `maintainers` is how many accounts may publish the package,
    None where the registry does not say; `real` is as in the history.
    """

    name: str
    releases: tuple[Brief, ...]
    maintainers: int | None
    latest: str | None
    real: bool

    def of(self, version: str | None) -> Brief | None:
        """That version's release, or None."""
        return next((r for r in self.releases if r.version == version), None)
