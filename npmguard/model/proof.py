"""What proves a release: the keys with which a registry signs, and the attestations about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Key(NamedTuple):
    """The public half of a key with which a registry signs: base64 of its DER (SPKI).

    `kind` is the scheme in the registry's words, `ecdsa-sha2-nistp256` as a rule. What was published after
    `expires` (seconds since 1970) was not signed with it.
    """

    id: str
    public: str
    kind: str | None = None
    expires: float | None = None


class Keys(NamedTuple):
    """The keys that a registry lists, by id. `fetched` is when it was asked (seconds since 1970)."""

    registry: str
    by_id: Mapping[str, Key]
    fetched: float


class Subject(NamedTuple):
    """What an attestation is about: a package's name and version, and the SHA-512 of its tarball in hex."""

    name: str
    version: str | None
    sha512: str | None


class Attestation(NamedTuple):
    """What one attestation about a release says; None where it does not.

    `predicate` is its type. Only one of provenance names where the release was built: the repository, the
    workflow in it, the commit and the `ref` (a branch or tag), who built it, and the page of that run.
    Neither its signature nor its certificate was verified: whoever can write to the registry can write this.
    """

    predicate: str
    subjects: tuple[Subject, ...]
    repository: str | None = None
    workflow: str | None = None
    ref: str | None = None
    commit: str | None = None
    builder: str | None = None
    run: str | None = None
