"""A registry's key, made at test time, and statements like those that registries attest."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from npmguard.integrity import hashes
from npmguard.model import Key
from npmguard.signatures import SCHEME

PUBLISH = "https://attestation.example.test/specs/publish/v0.1"


class Signer:
    """Signs releases as a registry does."""

    def __init__(self, id: str = "SHA256:made-at-test-time") -> None:
        self.id = id
        self._key = generate_private_key(SECP256R1())
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public = base64.b64encode(der).decode()

    def key(self, expires: float | None = None) -> Key:
        return Key(self.id, self.public, SCHEME, expires)

    def listed(self, expires: str | None = None) -> dict[str, Any]:
        """Its entry in a registry's list."""
        return {
            "expires": expires,
            "keyid": self.id,
            "keytype": SCHEME,
            "scheme": SCHEME,
            "key": self.public,
        }

    def sign(self, name: str, version: str, integrity: str) -> str:
        signature = self._key.sign(f"{name}@{version}:{integrity}".encode(), ECDSA(SHA256()))
        return base64.b64encode(signature).decode()


def sha512(integrity: str) -> str:
    """The hash of an integrity, in hexadecimal."""
    (found,) = hashes(integrity)["sha512"]
    return base64.b64decode(found + "==").hex()


def statement(purl: str, digest: str, predicate: dict[str, Any], kind: str) -> dict[str, Any]:
    """One attestation as a registry gives it."""
    payload = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": purl, "digest": {"sha512": digest}}],
        "predicateType": kind,
        "predicate": predicate,
    }
    envelope = {
        "payload": base64.b64encode(json.dumps(payload).encode()).decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"sig": "", "keyid": ""}],
    }
    return {"predicateType": kind, "bundle": {"verificationMaterial": {}, "dsseEnvelope": envelope}}


def provenance(purl: str, digest: str, repository: str = "https://git.example.test/shop/a") -> dict[str, Any]:
    """SLSA provenance v1, as a hosted workflow makes it."""
    predicate = {
        "buildDefinition": {
            "buildType": "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": {
                    "ref": "refs/heads/main",
                    "repository": repository,
                    "path": ".github/workflows/release.yml",
                }
            },
            "resolvedDependencies": [
                {"uri": f"git+{repository}@refs/heads/main", "digest": {"gitCommit": "c0ffee" * 6 + "c0ff"}}
            ],
        },
        "runDetails": {
            "builder": {"id": "https://ci.example.test/runner/hosted"},
            "metadata": {"invocationId": f"{repository}/actions/runs/1/attempts/1"},
        },
    }
    return statement(purl, digest, predicate, "https://slsa.dev/provenance/v1")
