"""Signatures of registries: real ones, and such as a registry never made."""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signing import Signer

from npmguard import signatures
from npmguard.model import Key
from npmguard.registry import keys

FIXTURES = Path(__file__).parents[1] / "fixtures" / "attestations"
SIGNER = Signer()
KEY = SIGNER.key()
REAL = keys.read((FIXTURES / "keys.json").read_bytes(), "", 0.0).by_id


@pytest.mark.parametrize("real", json.loads((FIXTURES / "signed.json").read_text()), ids=lambda r: r["name"])
def test_what_the_public_registry_signed(real: dict[str, Any]) -> None:
    told = (real["sig"], real["name"], real["version"], real["integrity"])
    assert signatures.verified(REAL[real["keyid"]], *told) is True
    other = next(key for id, key in REAL.items() if id != real["keyid"])
    assert signatures.verified(other, *told) is False
    assert signatures.verified(REAL[real["keyid"]], *told[:2], "1.0.1", told[3]) is False


def test_each_part_of_the_text_counts() -> None:
    signature = SIGNER.sign("a", "1.0.0", "sha512-x")
    assert signatures.verified(KEY, signature, "a", "1.0.0", "sha512-x") is True
    for told in (("b", "1.0.0", "sha512-x"), ("a", "1.0.1", "sha512-x"), ("a", "1.0.0", "sha512-y")):
        assert signatures.verified(KEY, signature, *told) is False
    assert signatures.verified(KEY._replace(kind=None), signature, "a", "1.0.0", "sha512-x") is True


@given(st.text(max_size=30) | st.binary(max_size=80).map(lambda data: base64.b64encode(data).decode()))
def test_no_other_text_is_a_signature(signature: str) -> None:
    assert signatures.verified(KEY, signature, "a", "1.0.0", "sha512-x") is False


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_any_name_can_be_told(name: str, version: str, integrity: str) -> None:
    try:
        signature = SIGNER.sign(name, version, integrity)
    except UnicodeEncodeError:
        return
    assert signatures.verified(KEY, signature, name, version, integrity) is True


@given(st.text(max_size=40) | st.binary(max_size=100).map(lambda data: base64.b64encode(data).decode()))
def test_a_key_that_is_none_tells_nothing(public: str) -> None:
    signature = SIGNER.sign("a", "1.0.0", "x")
    assert signatures.verified(Key("k", public), signature, "a", "1.0.0", "x") is None


def test_keys_of_another_kind_tell_nothing() -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    other = generate_private_key(SECP384R1()).public_key()
    der = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signature = SIGNER.sign("a", "1.0.0", "x")
    assert signatures.verified(Key("k", base64.b64encode(der).decode()), signature, "a", "1.0.0", "x") is None
    assert signatures.verified(KEY._replace(kind="ed25519"), signature, "a", "1.0.0", "x") is None


def test_without_the_extra_nothing_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    signatures.available.cache_clear()
    try:
        assert not signatures.available()
        assert signatures.verified(KEY, SIGNER.sign("a", "1.0.0", "x"), "a", "1.0.0", "x") is None
    finally:
        monkeypatch.undo()
        signatures.available.cache_clear()
    assert signatures.available()


def test_a_whole_lockfile_takes_less_than_a_second() -> None:
    signed = [(f"p{n}", SIGNER.sign(f"p{n}", "1.0.0", "sha512-x")) for n in range(500)]
    began = time.process_time()
    assert all(signatures.verified(KEY, signature, name, "1.0.0", "sha512-x") for name, signature in signed)
    assert (time.process_time() - began) * 7 < 1  # 3,500
