"""What stays quiet, kind by kind, and what chance makes all the same."""

from __future__ import annotations

import random
import re
import string

import pytest

from npmguard.secrets import noise
from npmguard.secrets.shape import Candidate


def candidate(secret: str, before: str = "", path: str = "lib/a.js") -> Candidate:
    data = f"{before}{secret}".encode()
    match = re.compile(re.escape(secret.encode())).search(data, len(before.encode()))
    assert match
    return Candidate(secret.encode(), match.start(), match.end(), data, path, match)


def made(alphabet: str, length: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


ALNUM = string.ascii_letters + string.digits


@pytest.mark.parametrize(
    "text",
    [
        "xxxxxxxxxxxxxxxxxxxx",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAXXXXXXXXXXXXXXXX",
        "your-api-key-goes-here",
        "YOUR_SECRET_TOKEN",
        "<your-token-here>",
        "${NPM_TOKEN}",
        "prefix-${TOKEN}",
        "{{ secrets.TOKEN }}",
        "#{token}",
        "%(token)s",
        "%TOKEN%",
        "$TOKEN",
        "{token}",
        "[TOKEN HERE]",
        "__TOKEN__",
        "<%= token %>",
        "sk_test_...",
        "sk_test_***",
        "changeme",
        "change-this",
        "replace_with_key",
        "AKIAIOSFODNN7EXAMPLE",
        "dummy-token-for-docs",
        "fake_token_1",
        "foobarfoobar",
        "1234567890123456",
        "abcdef1234567890",
        "0123456789abcdef0123456789abcdef",
        "abcabcabcabcabc",
        "zyxwvuts98765432",
        "00000000-0000-0000-0000-000000000000",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1",
        "bm90IG15IHJlYWwgcGFzc3dvcmQ=",  # base64 of "not my real password"
    ],
)
def test_a_placeholder_is_none(text: str) -> None:
    assert noise.placeholder(candidate(text))


def test_what_documentation_and_standards_print_is_none() -> None:
    for text in (
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ):
        assert noise.placeholder(candidate(text))


def test_a_piece_of_a_picture_is_none() -> None:
    picture = "data:image/png;base64," + made(ALNUM + "+/", 200, 1) + "/"
    secret = made(ALNUM, 40, 2)
    assert noise.placeholder(candidate(secret, picture))
    assert not noise.placeholder(candidate(secret, "https://host.corp/path/"))


@pytest.mark.parametrize("length", [16, 20, 32, 40, 64])
@pytest.mark.parametrize(
    "alphabet",
    [ALNUM, string.ascii_lowercase + string.digits, "0123456789abcdef", ALNUM + "-_"],
    ids=["alnum", "lower", "hex", "url"],
)
def test_what_chance_made_is_told(alphabet: str, length: int) -> None:
    texts = [made(alphabet, length, seed) for seed in range(400)]
    assert sum(noise.placeholder(candidate(text)) for text in texts) <= 1
    told = sum(noise.by_chance(text.encode()) for text in texts)
    assert told >= (300 if length <= 20 else 380)


@pytest.mark.parametrize(
    "text",
    [
        "resetPasswordTokenExpired",
        "REFRESH_TOKEN_COOKIE_NAME",
        "forgot-password-page-title",
        "user.settings.accessToken2",
        "this.props.auth.token1",
        "getAccessToken(config1)",
        "process.env.API_KEY_2",
        "/etc/app/secrets/token1.json",
        "./keys/private-key-2024.pem",
        "https://auth.corp.example/oauth2/token",
        "urn:ietf:params:oauth:token-type:jwt",
        "application/vnd.api.v3+json",
        "2024-01-31T12:00:00.000Z",
        "1706702400000",
        "10.20.30.40:5432/1",
        "9f1b2c3d-4e5f-4a6b-8c7d-0e1f2a3b4c5d",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg",
        "btn-primary-2 mt-4 px-2",
        "text-gray-500-hover-bg-100",
        "Bitte geben Sie Ihr Passwort ein",
        "cmp2-qat-1208358310",
        "v1.2.3-beta.4+build.567",
        "aaaaaaaaaaaaaaaa",
        "Diagnostics._0_expected",
        "short1",
        "M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10",
    ],
)
def test_what_people_and_programs_write_was_not_made_by_chance(text: str) -> None:
    assert not noise.by_chance(text.encode())


@pytest.mark.parametrize(
    "before",
    [
        '"integrity": "',
        "sha256: ",
        "etag = '",
        "# at commit ",
        'checksum="',
        "csrf_token = '",
        "publicKey: '",
        "computeHmac('', 'secret') => '",
    ],
)
def test_a_word_beside_says_that_it_is_a_hash(before: str) -> None:
    assert noise.hash_beside(candidate(made("0123456789abcdef", 40, 1), before))


def test_a_word_on_another_line_says_nothing() -> None:
    assert not noise.hash_beside(candidate(made("0123456789abcdef", 40, 1), "integrity: a\ntoken = "))


@pytest.mark.parametrize(
    "word",
    ["password", "Password123", "changeit", "postgres", "12345678", "abc", "<secret>", "hunter2", "root"],
)
def test_a_filler_is_no_password(word: str) -> None:
    assert noise.filler(word.encode())


@pytest.mark.parametrize("word", ["s3cur3Pass", "compl3xPwd", "Xk9!vQ2z", "correct-horse-battery"])
def test_a_password_is_no_filler(word: str) -> None:
    assert not noise.filler(word.encode())


@pytest.mark.parametrize(
    ("path", "quiet", "example"),
    [
        ("package-lock.json", True, False),
        ("src/locales/de.json", True, False),
        ("dist/app.css", True, False),
        ("lib/types.d.ts", True, True),
        ("test/login.js", False, True),
        ("src/login.test.ts", False, True),
        ("apis/s3.examples.json", False, True),
        ("README.md", False, True),
        ("docs/setup.html", False, True),
        ("lib/settings.js", False, False),
        ("lib/latest.js", False, False),
        (".env", False, False),
    ],
)
def test_files_are_told_apart_by_their_names(path: str, quiet: bool, example: bool) -> None:
    assert (noise.quiet_file(path), noise.example_file(path)) == (quiet, example)


def test_the_tests_take_no_time_on_a_long_text() -> None:
    secret = made(ALNUM, 200_000, 1)
    for _ in range(20):
        noise.placeholder(candidate(secret))
        noise.by_chance(secret.encode()[:4096])
