"""Credentials of package and image registries."""

from __future__ import annotations

import re

from npmguard.secrets.checks import crc32_base62, no_filling, no_hash, varied, with_digit
from npmguard.secrets.named import UUID, named
from npmguard.secrets.payloads import macaroon, user_and_password
from npmguard.secrets.shape import Candidate, Detector

_NPMRC = r"""(?://[\w.\-]{1,100}(?::[0-9]{1,5})?/(?:[\w.\-~%]{1,60}/){0,6}:|^[ \t]{0,8})"""


def _set(candidate: Candidate) -> bool | None:
    """Is it a value, and not the name of a variable or a word for one?"""
    return not re.match(rb"(?i)[$%<{]|your|token|npm_token|process\.|secret|password|x{4}", candidate.secret)


def _reference_token(candidate: Candidate) -> bool | None:
    """Is it base64 of what JFrog's reference tokens begin with?"""
    return candidate.secret.startswith(b"cmVmdGtu") or None


DETECTORS = (
    Detector(
        "npm-token",
        "npm",
        "access token",
        r"npm_[A-Za-z0-9]{36}",
        ("npm_",),
        checks=(crc32_base62, varied(3.0)),
    ),
    Detector(
        "npmrc-auth-token",
        "npm",
        "token in an .npmrc",
        _NPMRC
        + r"""_authToken[ \t]{0,4}=[ \t]{0,4}["']?(?P<secret>[A-Za-z0-9_+/=.\-]{20,2000})(?:["'\s\\]|$)""",
        ("_authtoken",),
        checks=(_set, no_filling),
        before=r"\w:",
        after="",
        plain=True,
    ),
    Detector(
        "npmrc-auth",
        "npm",
        "user and password in an .npmrc",
        r"""_auth["']?[ \t]{0,4}[=:][ \t]{0,4}["']?(?P<secret>[A-Za-z0-9+/]{8,400}={0,2})""",
        ("_auth",),
        checks=(user_and_password,),
        before=r"A-Za-z0-9",
        after=r"A-Za-z0-9+/=_.\-",
    ),
    Detector(
        "npmrc-password",
        "npm",
        "password in an .npmrc",
        r"""/:_password["']?[ \t]{0,4}=[ \t]{0,4}["']?(?P<secret>[A-Za-z0-9+/]{6,400}={0,2})""",
        (":_password",),
        checks=(_set, no_filling),
        before="",
        after=r"A-Za-z0-9+/=_.\-",
    ),
    Detector(
        "yarnrc-auth-token",
        "npm",
        "token in a .yarnrc.yml",
        r"""npmAuth(?:Token|Ident)["']?[ \t]{0,4}:[ \t]{0,4}["']?(?P<secret>[A-Za-z0-9_+/=.:\-]{20,1000})""",
        ("npmauth",),
        checks=(_set, no_filling, varied(3.0)),
        after=r"A-Za-z0-9_+/=.:\-",
    ),
    Detector(
        "pypi-token",
        "PyPI",
        "upload token",
        r"pypi-AgE[A-Za-z0-9_\-]{60,1200}",
        ("pypi-age",),
        checks=(macaroon,),
        after=r"A-Za-z0-9_\-",
    ),
    Detector("rubygems-token", "RubyGems", "API key", r"rubygems_[0-9a-f]{48}", ("rubygems_",)),
    Detector(
        "nuget-key",
        "NuGet",
        "API key",
        r"oy2[a-z0-9]{43}",
        ("oy2",),
        checks=(varied(3.5), with_digit),
        before=r"A-Za-z0-9_+/\-",
        after=r"A-Za-z0-9_+/\-",
    ),
    Detector(
        "crates-token",
        "crates.io",
        "API token",
        r"cio[A-Za-z0-9]{32}",
        ("cio",),
        "medium",
        (varied(4.0), with_digit),
        before=r"A-Za-z0-9_+/.\-",
        after=r"A-Za-z0-9_+/=\-",
    ),
    Detector("clojars-token", "Clojars", "deploy token", r"(?i:CLOJARS_)[A-Za-z0-9]{60}", ("clojars_",)),
    Detector(
        "jfrog-api-key",
        "JFrog",
        "API key",
        r"AKCp[A-Za-z0-9]{66,72}",
        ("akcp",),
        checks=(varied(3.5), with_digit),
        after=r"A-Za-z0-9_+/=",
        before=r"A-Za-z0-9_+/",
    ),
    Detector(
        "jfrog-reference-token",
        "JFrog",
        "reference token",
        r"cmVmd[A-Za-z0-9]{59}",
        ("cmvmd",),
        checks=(_reference_token, varied(3.5), with_digit),
        before=r"A-Za-z0-9_+/",
        after=r"A-Za-z0-9_+/=",
    ),
    named(
        "jfrog-token",
        "JFrog",
        "API key or identity token",
        r"jfrog|artifactory|bintray|xray",
        r"[A-Za-z0-9]{73}|[A-Za-z0-9]{64}|[0-9a-f]{40}",
        "jfrog",
        "artifactory",
        "bintray",
        "xray",
        checks=(varied(3.2), with_digit, no_hash),
    ),
    named(
        "jfrog-encrypted-password",
        "JFrog",
        "encrypted password",
        r"x-jfrog-art-api|artifactory[\w.\-]{0,12}:_password|artif[\w.\-]{0,12}key",
        r"A(?:KC|P[0-9A-F])[A-Za-z0-9]{10,90}",
        "artif",
        "x-jfrog-art-api",
    ),
    Detector(
        "docker-token",
        "Docker",
        "access token",
        r"dckr_(?:pat_[A-Za-z0-9_\-]{27}|oat_[A-Za-z0-9_\-]{32})",
        ("dckr_pat_", "dckr_oat_"),
        checks=(no_filling, varied(3.0)),
        after=r"A-Za-z0-9_\-",
        plain=True,
    ),
    Detector(
        "docker-config-auth",
        "Docker",
        "user and password of an image registry",
        r"""\\?"auth\\?"[ \t]{0,4}:\s{0,4}\\?"(?P<secret>[A-Za-z0-9+/]{8,4000}={0,2})\\?\"""",
        ('auth"', 'auth\\"'),
        checks=(user_and_password,),
        before="",
        after="",
    ),
    Detector(
        "packagist-token",
        "Private Packagist",
        "access token",
        r"packagist_[a-z]{2,4}_[0-9a-f]{68}",
        ("packagist_",),
    ),
    named(
        "cloudsmith-key",
        "Cloudsmith",
        "API key",
        r"cloudsmith",
        r"[0-9a-f]{40}",
        "cloudsmith",
        checks=(varied(3.0), no_hash),
    ),
    named(
        "nexus-token",
        "Sonatype Nexus",
        "user token or API key",
        r"(?:nexus|sonatype|ossrh)[\w.\-]{0,16}(?:pass|token|key|secret)",
        rf"[A-Za-z0-9+/]{{44}}|{UUID}",
        "nexus",
        "sonatype",
        "ossrh",
        checks=(varied(3.2), no_hash),
    ),
    named(
        "hex-key",
        "Hex",
        "API key",
        r"hex[_.\-]?api[_.\-]?key",
        r"[0-9a-f]{32}",
        "hexapi",
        "hex_api",
        "hex-api",
        "hex.api",
        checks=(varied(3.0),),
    ),
    named(
        "quay-robot-token",
        "Quay",
        "robot account's token",
        r"quay",
        r"[A-Z0-9]{64}",
        "quay",
        checks=(varied(3.5), with_digit),
    ),
    Detector(
        "jsr-token",
        "JSR",
        "access token",
        r"jsr[pd]_[A-Za-z0-9_\-]{40,80}",
        ("jsrp_", "jsrd_"),
        checks=(varied(3.5),),
    ),
)
