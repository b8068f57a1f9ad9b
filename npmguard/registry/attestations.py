"""What is attested about a release: the answer to GET -/npm/v1/attestations/NAME@VERSION, and the cache's.

The answer holds Sigstore bundles (https://docs.sigstore.dev), each with an in-toto statement in a DSSE
envelope: one that the registry published the release, and where a workflow built it one of SLSA provenance
(https://slsa.dev/spec), v0.2 or v1. Statements are read here; nothing is verified.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from npmguard.model import Attestation, Subject
from npmguard.registry.packument import document, text

_MOST = 50  # attestations, and subjects of one: there are two of one
_PURL = re.compile(r"pkg:npm/((?:@[^/@]+/)?[^/@]+)(?:@([^?#]*))?(?:[?#].*)?", re.DOTALL)
# owner/name/.github/workflows/file.yml@ref
_ENTRY = re.compile(r"[^/]+/[^/]+/(\.[^@]+)(?:@(.+))?", re.DOTALL)

_encode = msgspec.msgpack.Encoder().encode
_decode_kept = msgspec.msgpack.Decoder(
    list[
        tuple[
            str,
            list[tuple[str, str | None, str | None]],
            str | None,
            str | None,
            str | None,
            str | None,
            str | None,
            str | None,
        ]
    ]
).decode


def path(name: str, version: str) -> str:
    """Where a registry keeps what is attested about a release."""
    return f"-/npm/v1/attestations/{quote(name, safe='@')}@{quote(version, safe='')}"


def read(data: bytes) -> tuple[Attestation, ...]:
    """The attestations of that answer. Raises ValueError with a plain reason."""
    listed = document(data).get("attestations")
    if not isinstance(listed, list):
        raise ValueError("the registry's attestations are none")
    return tuple(map(_attestation, listed[:_MOST]))


def _attestation(entry: object) -> Attestation:
    statement = _statement(_in(entry, "bundle", "dsseEnvelope", "payload"))
    predicate = text(statement.get("predicateType")) or text(_in(entry, "predicateType")) or ""
    subjects = statement.get("subject")
    return Attestation(
        predicate,
        tuple(map(_subject, subjects[:_MOST])) if isinstance(subjects, list) else (),
        *_built(statement.get("predicate")),
    )


def _statement(payload: object) -> Mapping[str, Any]:
    if not isinstance(payload, str):
        raise ValueError("an attestation holds no statement")
    try:
        return document(b64decode(payload))
    except ValueError:
        raise ValueError("an attestation holds no statement that could be read") from None


def _subject(entry: object) -> Subject:
    purl = unquote(text(_in(entry, "name")) or "")
    found = _PURL.fullmatch(purl)
    sha512 = text(_in(entry, "digest", "sha512"))
    name, version = (found[1], found[2]) if found is not None else (purl, None)
    return Subject(name, version, sha512.lower() if sha512 else None)


def _built(predicate: object) -> tuple[str | None, ...]:
    """(repository, workflow, ref, commit, builder, run) of a provenance, v1 or v0.2; else six times None."""
    definition = _in(predicate, "buildDefinition")
    if definition is not None:
        workflow = _in(definition, "externalParameters", "workflow")
        sources = _in(definition, "resolvedDependencies")
        source = sources[0] if isinstance(sources, list) and sources else None
        repository, ref = _located(text(_in(source, "uri")))
        return (
            text(_in(workflow, "repository")) or repository,
            text(_in(workflow, "path")),
            text(_in(workflow, "ref")) or ref,
            text(_in(source, "digest", "gitCommit")) or text(_in(source, "digest", "sha1")),
            text(_in(predicate, "runDetails", "builder", "id")),
            text(_in(predicate, "runDetails", "metadata", "invocationId")),
        )
    source = _in(predicate, "invocation", "configSource")
    repository, ref = _located(text(_in(source, "uri")))
    entry = text(_in(source, "entryPoint"))
    split = _ENTRY.fullmatch(entry or "")
    return (
        repository,
        split[1] if split else entry,
        (split[2] if split else None) or ref,
        text(_in(source, "digest", "sha1")),
        text(_in(predicate, "builder", "id")),
        None,
    )


def _located(uri: str | None) -> tuple[str | None, str | None]:
    """(URL, ref) of a source: git+https://HOST/OWNER/NAME@REF."""
    if uri is None:
        return None, None
    plain = uri.removeprefix("git+")
    host = plain.find("/", plain.find("://") + 3)
    at = plain.find("@", max(host, 0))
    return (plain, None) if at < 0 else (plain[:at], plain[at + 1 :] or None)


def _in(value: object, *keys: str) -> Any:
    """What lies under these keys, or None where something on the way is no object."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def packed(attestations: tuple[Attestation, ...]) -> bytes:
    """Attestations as the cache keeps them."""
    return _encode(attestations)


def unpacked(data: bytes) -> tuple[Attestation, ...]:
    """The attestations that `packed` wrote. Raises ValueError for anything else."""
    try:
        rows = _decode_kept(data)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError("not attestations") from error
    return tuple(
        Attestation(row[0], tuple(Subject(*subject) for subject in row[1]), *row[2:]) for row in rows
    )
