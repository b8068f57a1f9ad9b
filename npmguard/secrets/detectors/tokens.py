"""Tokens and keys that are of nobody's in particular: JSON web tokens, keys of web frameworks, OAuth."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from npmguard.secrets.noise import by_chance, documented, example_file, hash_beside, quiet_file, wordy
from npmguard.secrets.shape import Candidate, Detector, assigned


def web_token(candidate: Candidate) -> bool | None:
    """Do header and payload of a JSON web token (RFC 7519) decode, and is it signed?

    jwt.io's example, and those of its kind, are none. One that anybody may see (a role `anon`), that has
    expired at the turn of the millennium or stands in an example leaves a doubt.
    """
    header, payload = (_decoded(part) for part in candidate.secret.split(b".")[:2])
    if not header or not payload or str(header.get("alg")).lower() == "none" or documented(candidate.secret):
        return False
    if payload.get("sub") == "1234567890" or payload.get("name") in ("John Doe", "Jane Doe"):
        return False
    claims = json.dumps(payload)
    if re.search(r"(?i)john ?doe|foobar|\bdummy\b|\"[^\"]*(\d)\1{7}[^\"]*\"", claims):
        return False
    if "alg" not in header or "example" in claims:
        return None
    return None if payload.get("role") == "anon" or example_file(candidate.path) else True


def _decoded(part: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def made_key(candidate: Candidate) -> bool | None:
    """Was the key made by chance, and does the place not belong to an example?"""
    if wordy(candidate.secret) or quiet_file(candidate.path):
        return False
    return None if example_file(candidate.path) else True


def client_secret(candidate: Candidate) -> bool | None:
    """Was the secret made by chance?"""
    if not by_chance(candidate.secret) or hash_beside(candidate):
        return False
    return not (quiet_file(candidate.path) or example_file(candidate.path))


_CLIENTS = r"(?:client|consumer|oauth|app(?:lication)?)[_\-. ]?secret"

DETECTORS = (
    Detector(
        "json-web-token",
        "JSON web token",
        "signed token",
        r"eyJ[A-Za-z0-9_\-]{14,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{20,1400}",
        ("eyj",),
        "medium",
        checks=(web_token,),
        before="A-Za-z0-9_.-",
        after="A-Za-z0-9_-",
        plain=True,
    ),
    Detector(
        "laravel-app-key",
        "Laravel",
        "application key",
        r"APP_KEY[\"' ]{0,2}(?:=>|[=:,])[\"' ]{0,2}(?P<secret>base64:[A-Za-z0-9+/]{43}=)",
        ("app_key",),
        checks=(made_key,),
    ),
    Detector(
        "django-secret-key",
        "Django",
        "secret key",
        r"SECRET_KEY[\"']?\]?[ \t]{0,4}[=:,][ \t]{0,4}"
        r"(?:os\.\w{1,12}[.(\w]{0,16}[\"']\w{1,40}[\"'],[ \t]{0,4})?[ru]{0,2}[\"']"
        r"(?P<secret>(?:django-insecure-)?[a-z0-9!@#$%^&*(\-_=+)]{50})[\"']",
        ("secret_key",),
        checks=(made_key,),
        before="A-Za-z0-9",
        after="",
    ),
    Detector(
        "rails-secret-key-base",
        "Rails",
        "secret key base",
        r"(?i:secret_key_base|secret_token)[\"']?\s{0,4}(?:[:=,]|=>|\|\|=)\s{0,4}[\"']?(?P<secret>[0-9a-f]{64,128})",
        ("secret_key_base", "secret_token"),
        checks=(made_key,),
        before="",
    ),
    Detector(
        "rails-master-key",
        "Rails",
        "master key",
        r"RAILS_MASTER_KEY[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?(?P<secret>[0-9a-f]{32})",
        ("rails_master_key",),
        checks=(made_key,),
        before="",
    ),
    Detector(
        "oauth-client-secret",
        "OAuth",
        "client secret",
        assigned(_CLIENTS, r"[A-Za-z0-9_\-~.+/=]{16,100}"),
        (
            *(
                f"{word}{join}secret"
                for word in ("client", "consumer", "oauth", "app", "application")
                for join in ("", "_", "-", ".", " ")
            ),
        ),
        "medium",
        checks=(client_secret,),
        before="",
        after="",
    ),
)
