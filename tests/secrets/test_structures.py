"""What the structure of a secret tells: a checksum that holds, a user's number, mere words."""

from __future__ import annotations

import re
from zlib import crc32

import pytest
from support.fakes import filled

from npmguard.secrets.checks import base62
from npmguard.secrets.shape import Candidate, Check
from npmguard.secrets.structures import (
    atlassian_checksum,
    decoded,
    discord_user,
    live,
    matrix_checksum,
    meta_escapes,
    names_its_user,
    random_both_cases,
    random_text,
)


def candidate(secret: str) -> Candidate:
    data = secret.encode()
    match = re.match(b"(?s).*", data)
    assert match
    return Candidate(data, 0, len(data), data, "lib/settings.js", match)


ATLASSIAN = filled("ATATT3xFfGF0{alnum:170}=")
MATRIX = filled("syt_Ym90_{letter:20}")


@pytest.mark.parametrize(
    ("check", "secret", "verdict"),
    [
        (random_text, filled("{hex:32}"), True),
        (random_text, filled("{alnum:40}"), True),
        (random_text, "searchConfluenceUsingCql", False),
        (random_text, "DocumentTypeUsStudentI20", False),
        (random_text, "getLongNameOf2_Things_at1", None),
        (random_text, "authorization_code_flow", False),
        (random_text, "12121212121212121212121212", False),
        (random_text, "02784600302401329147899455362419", None),
        (random_text, "FcabIaFipAhFOJqbFzTRaYyEL", None),
        (random_both_cases, filled("re_{alnum:20}aB7"), True),
        (random_both_cases, filled("md-toolbar-{lower:20}"), False),
        (live, "sk_live_1", True),
        (live, "sk_test_1", None),
        (live, "access_token$sandbox$1", None),
        (discord_user, "MTAxMjM0NTY3ODkwMTIzNDU2.a.b", True),
        (discord_user, "MZ1yGvKTjE0rY0cV8i47CjAa.a.b", None),
        (atlassian_checksum, f"{ATLASSIAN}{crc32(ATLASSIAN.encode()):08X}", True),
        (atlassian_checksum, f"{ATLASSIAN}00000000", None),
        (matrix_checksum, f"{MATRIX}_{base62(crc32(MATRIX.encode())).rjust(6, '0')}", True),
        (matrix_checksum, f"{MATRIX}_000000", None),
        (meta_escapes, "EAACxZBy", True),
        (meta_escapes, "EAACxy", None),
        (names_its_user, "pk.eyJ1Ijoic29tZWJvZHkiLCJhIjoiY2tq.x", True),
        (names_its_user, "pk.w09apmoacrk4j9z97mo13q2enidi.x", None),
    ],
)
def test_what_a_structure_tells(check: Check, secret: str, verdict: bool | None) -> None:
    assert check(candidate(secret)) is verdict


@pytest.mark.parametrize("text", [b"a", b"\xff\xfe", b"a===", b""])
def test_what_is_not_base64_decodes_to_nothing(text: bytes) -> None:
    assert decoded(text) == b""
