"""The checks of a secret's own format tell what they should."""

from __future__ import annotations

import base64
import json
import re
from zlib import crc32

import pytest
from support.fakes import filled

from npmguard.secrets import checks, payloads
from npmguard.secrets.shape import Candidate, Check


def of(secret: str, before: str = "") -> Candidate:
    data = f"{before}{secret}".encode()
    match = re.search(rb"(?s).*", data)
    assert match
    return Candidate(secret.encode(), len(before.encode()), len(data), data, "lib/a.js", match)


def _json(**fields: object) -> str:
    return base64.b64encode(json.dumps(fields).encode()).decode()


def test_a_checksum_in_hex_is_that_of_the_part_after_the_prefix() -> None:
    body = filled("{alnum:40}")
    assert checks.crc32_hex(of(f"cfut_{body}{crc32(body.encode()):08x}")) is True
    assert checks.crc32_hex(of(f"cfut_{body}00000000")) is None


def test_a_checksum_of_all_has_its_low_byte_first() -> None:
    body = f"glsa_{filled('{alnum:32}')}"
    assert checks.crc32_of_all(of(f"{body}_{crc32(body.encode()).to_bytes(4, 'little').hex()}")) is True
    assert checks.crc32_of_all(of(f"{body}_00000000")) is None


@pytest.mark.parametrize("name", ["sha256", "commit", "gitSha: ", "file_hash", '"integrity": "', "md5sum="])
def test_a_name_tells_a_hash(name: str) -> None:
    assert checks.no_hash(of(filled("{hex:40}"), name)) is False


@pytest.mark.parametrize("name", ["token = ", "acmeKey: ", "SHARED_KEY=", "ashamed: "])
def test_a_name_that_tells_no_hash(name: str) -> None:
    assert checks.no_hash(of(filled("{hex:40}"), name)) is True


@pytest.mark.parametrize(
    ("check", "held", "not_held"),
    [
        (checks.varied(3.0), filled("{hex:40}"), "ab" * 20),
        (checks.with_digit, "abc1", "abcd"),
        (checks.no_filling, filled("{alnum:20}"), "key-" + "x" * 20),
        (
            payloads.user_and_password,
            base64.b64encode(b"me:secret").decode(),
            base64.b64encode(b"me").decode(),
        ),
    ],
)
def test_a_check_that_fails_ends_the_matter(check: Check, held: str, not_held: str) -> None:
    assert check(of(held)) is True
    assert check(of(not_held)) is False


@pytest.mark.parametrize(
    ("check", "held", "not_held"),
    [
        (checks.with_digit_or_doubt, "abc1", "abcd"),
        (payloads.json_with("o", "n"), f"glc_{_json(o='1', n='x')}", f"glc_{_json(o='1')}"),
        (payloads.json_with("iat"), f"sntrys_{_json(iat=1)}_AAAA", "sntrys_eyJpYXQ!"),
        (payloads.json_with("k"), _json(k="x", id=1), "nothing of the kind"),
        (
            payloads.macaroon,
            "pypi-" + base64.urlsafe_b64encode(b"\2\1\x0crepo.example\2\x24" + b"x" * 60).decode(),
            "pypi-AgE" + "x" * 80,
        ),
    ],
)
def test_a_check_that_fails_leaves_a_doubt(check: Check, held: str, not_held: str) -> None:
    assert check(of(held)) is True
    assert check(of(not_held)) is None


def test_the_checksum_of_bech32() -> None:
    human, letters = "age-secret-key-", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    values = [7 * i % 32 for i in range(52)]
    spread = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
    total = payloads.bech32_sum([*spread, *values, *[0] * 6]) ^ 1
    values += [total >> 5 * (5 - i) & 31 for i in range(6)]
    key = f"{human}1{''.join(letters[value] for value in values)}".upper()
    assert payloads.bech32(of(key)) is True
    assert payloads.bech32(of(key[:-1] + ("Q" if key[-1] != "Q" else "P"))) is None


@pytest.mark.parametrize("text", [b"", b"YQ==", b"YQ", b"-_-_", b"+/+/"])
def test_base64_of_either_alphabet_is_read(text: bytes) -> None:
    assert payloads.decoded(text) is not None


@pytest.mark.parametrize("text", [b"Y", b"a b", b"%41"])
def test_what_is_no_base64_is_not_read(text: bytes) -> None:
    assert payloads.decoded(text) is None
