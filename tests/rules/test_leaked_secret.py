from __future__ import annotations

import pytest
from support.publishing import publishable, run

from npmguard.model import Confidence, Leak, Severity
from npmguard.rules import revoking
from npmguard.rules.leaked_secret import RULE


def leak(path: str = "dist/config.js", line: int = 3, **fields: str) -> Leak:
    given = {
        "detector": "github-personal-token",
        "issuer": "GitHub",
        "what": "personal access token",
        "confidence": "high",
        "redacted": "ghp_… (40 characters)",
        **fields,
    }
    return Leak(path, line, **given)


def test_a_secret_is_told_by_issuer_place_first_characters_and_length() -> None:
    (found,) = run(RULE, publishable("dist/config.js", folder="packages/a", leaks=(leak(),)))
    assert (found.rule, found.severity, found.confidence) == (
        "leaked-secret",
        Severity.CRITICAL,
        Confidence.HIGH,
    )
    assert found.title == "GitHub personal access token in dist/config.js"
    assert found.detail == (
        "Line 3: ghp_… (40 characters). First delete it on GitHub under Settings, Developer settings, then "
        "look at its security log; then take it out of the file; then publish."
    )
    assert found.location == ("packages/a/dist/config.js", None, 3)
    assert found.ids == ("github-personal-token",)
    assert found.fix == ("remove", None, None)


@pytest.mark.parametrize(
    ("confidence", "severity"),
    [
        ("high", Severity.CRITICAL),
        ("medium", Severity.HIGH),
        ("low", Severity.MODERATE),
        ("odd", Severity.MODERATE),
    ],
)
def test_doubt_is_said(confidence: str, severity: Severity) -> None:
    (found,) = run(RULE, publishable(leaks=(leak(confidence=confidence),)))
    assert found.severity is severity
    assert ("may be none" in found.detail) is (severity is Severity.MODERATE)


def test_several_lines_of_one_file_are_one_finding_and_files_are_not() -> None:
    leaks = (leak(line=9), leak(line=3), leak(line=3), leak("src/config.js"))
    one, other = run(RULE, publishable(leaks=leaks))
    assert one.detail.startswith("Lines 3, 9 (the same one, or several that begin alike): ghp_")
    assert one.location is not None
    assert one.location.line == 3
    assert one.subject != other.subject


def test_what_it_was_taken_out_of_is_said() -> None:
    (found,) = run(RULE, publishable(leaks=(leak(within="sourcesContent of src/a.ts"),)))
    assert found.detail.startswith("Line 3, in sourcesContent of src/a.ts: ")


def test_a_private_key_among_tests_is_moderate_and_a_token_there_is_not() -> None:
    key = leak(
        "test/fixtures/key.pem", detector="private-key-rsa", issuer="Private key", what="RSA private key"
    )
    (found,) = run(RULE, publishable(leaks=(key,)))
    assert (found.severity, found.confidence) == (Severity.MODERATE, Confidence.LOW)
    assert found.title == "RSA private key in test/fixtures/key.pem"
    assert "First make a new key pair" in found.detail
    (token,) = run(RULE, publishable(leaks=(leak("test/a.js"),)))
    assert token.severity is Severity.CRITICAL


def test_paths_cannot_lead_out_of_the_package_or_write_to_a_terminal() -> None:
    (found,) = run(RULE, publishable(leaks=(leak("../../etc/\x1b[31mpasswd"),), folder="a"))
    assert found.location is not None
    assert found.location.file.startswith("a/etc/")
    assert "\x1b" not in found.title + found.detail


def test_who_is_not_known_is_told_in_general_words() -> None:
    assert (
        revoking.how("Nobody", "token")
        == "revoke it where it was issued, and look there at what was done with it"
    )
    assert (
        revoking.how("PostgreSQL", "connection string with a password")
        == "change that password wherever it is in use"
    )
    assert "Slack" in revoking.how("Slack", "bot token")
    assert "Google Cloud console" in revoking.how("Google", "private key of a service account")
    assert revoking.how("Private key", "JSON web key").startswith("make a new key pair")
