"""Registry signatures: ECDSA over the curve P-256 with SHA-256, of the text `NAME@VERSION:INTEGRITY`.

As the public npm registry documents them ("About registry signatures"). `cryptography` does the arithmetic;
it comes with the extra `signatures`.
"""

from __future__ import annotations

from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING

from npmguard.model import Key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

EXTRA = "pip install 'npmguard[signatures]'"
SCHEME = "ecdsa-sha2-nistp256"


@cache
def available() -> bool:
    """Is there what verifies signatures? Imports nothing."""
    from importlib.util import find_spec

    return find_spec("cryptography") is not None


def verified(key: Key, signature: str, name: str, version: str, integrity: str) -> bool | None:
    """Did this key sign that a release has this integrity? `signature` is base64.

    None where that cannot be told: the extra is missing, or the key is of another kind. A signature that
    cannot be read is none.
    """
    public = _public(key.public) if available() and key.kind in (SCHEME, None) else None
    if public is None:
        return None
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    message = f"{name}@{version}:{integrity}".encode(errors="surrogatepass")
    try:
        public.verify(b64decode(signature), message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _public(text: str) -> EllipticCurvePublicKey | None:
    """A P-256 key from base64 of its DER; None for anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        found = load_der_public_key(b64decode(text))
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(found, EllipticCurvePublicKey) or not isinstance(found.curve, SECP256R1):
        return None
    return found
