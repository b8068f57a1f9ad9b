"""Secrets of no issuer: what is assigned to a password, a token, a key, and what a .env file sets."""

from __future__ import annotations

import base64
import binascii
import re

from npmguard.secrets.noise import (
    by_chance,
    example_file,
    filler,
    hash_beside,
    monotonous,
    quiet_file,
    stands_for_one,
    wordy,
)
from npmguard.secrets.shape import Candidate, Detector, assigned

_ENV_FILE = re.compile(r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|\.envrc|\.dev\.vars)$")
_TEMPLATE_FILE = re.compile(r"(?i)example|sample|template|dist$|defaults?$|schema|tpl")


def set_in_env_file(candidate: Candidate) -> bool | None:
    """Does a .env file, and no template of one, set it to more than a filler?"""
    if not _ENV_FILE.search(candidate.path) or _TEMPLATE_FILE.search(candidate.path):
        return False
    value = candidate.secret
    if filler(value) or stands_for_one(value) or re.search(rb"^(?:https?:|/|\./)|^[a-z]+$", value):
        return False
    return True if len(value) >= 12 and re.search(rb"\d", value) and not wordy(value) else None


# What follows a telling word and makes it tell something else: tokenType, passwordField, secret_name.
_OTHER_MEANING = re.compile(
    rb"(?i)(?:type|ur[il]|uris?|name|path|file|field|label|placeholder|length|size|pattern|regexp?|error|message"
    rb"|policy|expir\w*|endpoint|header|prefix|suffix|class|id|ids|kind|count|limit|format|version|algorithm|alg"
    rb"|method|provider|strategy|attribute|attr|param|parameter|column|title|text|hint|help|desc\w*|icon|color"
    rb"|scope|issuer|audience|event|action|code|status|state|store|storage|cache|map|list|set|index|selector"
    rb"|input|button|element|ref|info|usage|used|changed|updated|created|at|date|time|arn|host|domain|region|bucket|template|hash|salt|mask|char\w*)"
    rb"[\"'`\]\\\s]*$"
)
_PUBLIC = re.compile(
    rb"(?i)publi(?:c|sh)|csrf|xsrf|authenticity|(?:next|continuation|page|pagination)_?token|site[_-]?key|cache[_-]?key|sort[_-]?key|primary[_-]?key|token_?url"
)


def assigned_by_chance(candidate: Candidate) -> bool | None:
    """Is the value one that chance made, and does its name mean the secret itself?"""
    if not by_chance(candidate.secret) or hash_beside(candidate):
        return False
    if quiet_file(candidate.path) or example_file(candidate.path):
        return False
    name = _name(candidate)
    if _OTHER_MEANING.search(name) or _PUBLIC.search(name):
        return False
    return not _BUNDLED.search(candidate.data, max(0, candidate.start - 16), candidate.end)


# In bundles for browsers: the key of a service that is asked from there, which all may see.
_BUNDLED = re.compile(rb"""[,{]api_?[kK]ey:["'][0-9a-f]+$""")


def _name(candidate: Candidate) -> bytes:
    """What is assigned to: from the word before the telling one up to the sign."""
    before = re.search(
        rb"[\w.-]{0,32}$", candidate.data[max(0, candidate.match.start() - 32) : candidate.match.start()]
    )
    name = re.match(rb"[\w.\-\"'\[\]]*", candidate.match[0])
    return (before[0] if before else b"") + (name[0] if name else b"")


def password(candidate: Candidate) -> bool | None:
    """Is it a password that somebody would use, not a word for one, a label, or a piece of code?"""
    value = candidate.secret
    if quiet_file(candidate.path) or example_file(candidate.path) or filler(value) or monotonous(value):
        return False
    if _OTHER_MEANING.search(_name(candidate)) or re.search(rb"[\s(){}\[\]<>;,]|^[./#@]|://|^\$|=>", value):
        return False
    kinds = sum(bool(re.search(kind, value)) for kind in (rb"[a-z]", rb"[A-Z]", rb"\d", rb"[^\w.\-]"))
    return kinds >= 3 and re.search(rb"\d", value) is not None


def kubernetes_secret(candidate: Candidate) -> bool | None:
    """Does the document around declare a Secret, and does the value decode to more than a filler?"""
    data = candidate.data
    low = max(data.rfind(b"\n---", 0, candidate.start), candidate.start - 4000, 0)
    high = data.find(b"\n---", candidate.end)
    document = data[low : min(high if high >= 0 else len(data), candidate.end + 4000)]
    if not re.search(rb"(?mi)^\s?kind:[ \t]*[\"']?secret[\"']?[ \t]*\r?$", document):
        return False
    try:
        value = base64.b64decode(candidate.secret + b"=" * (-len(candidate.secret) % 4))
    except binascii.Error:
        return False
    return None if len(value) >= 6 and not monotonous(candidate.secret) else False


_STRONG = (
    r"(?:secret|token|passw(?:or)?d|passphrase|api[_\-]?key|access[_\-]?key|auth[_\-]?key|private[_\-]?key"
    r"|encryption[_\-]?key|signing[_\-]?key|master[_\-]?key|service[_\-]?key|account[_\-]?key|credentials?|creds)"
)
_KEYS = ("api", "access", "auth", "private", "encryption", "signing", "master", "service", "account")
_WORDS = (
    "secret",
    "token",
    "passw",
    "passphrase",
    "credential",
    "creds",
    *(f"{word}{join}key" for word in _KEYS for join in ("", "_", "-")),
)
_SET = (
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "KEY",
    "CREDENTIALS",
    "CREDS",
    "AUTH",
)

DETECTORS = (
    Detector(
        "env-file-secret",
        "Environment file",
        "secret setting",
        rf"(?:{'|'.join(_SET)})"
        r"[ \t]?=[ \t]?[\"']?(?P<secret>[^\s\"'#]{6,400})",
        tuple(f"{name.lower()}{space}=" for name in _SET for space in ("", " ", "\t")),
        "medium",
        checks=(set_in_env_file,),
        before="",
        after="",
    ),
    Detector(
        "kubernetes-secret",
        "Kubernetes",
        "Secret",
        r"\n[\"']?data[\"']?:[ \t\r]{0,8}\n(?:[ \t]{0,20}#[^\n]{0,200}\n){0,4}[ \t]{1,20}[\"']?[\w.\-]{1,80}"
        r"[\"']?:[ \t]{1,8}(?:[>|][\-+]?\s{1,40})?[\"']?(?P<secret>[A-Za-z0-9+/]{8,8000}={0,2})",
        ("\ndata:", '"data":', "'data':"),
        "medium",
        checks=(kubernetes_secret,),
        before="",
        after="",
        plain=True,
    ),
    Detector(
        "assigned-secret",
        "Secret",
        "value that chance made",
        assigned(_STRONG, r"[A-Za-z0-9_\-~.+/=]{16,200}"),
        _WORDS,
        "medium",
        checks=(assigned_by_chance,),
        before="",
        after="",
    ),
    Detector(
        "assigned-password",
        "Password",
        "password in quotes",
        r"(?i:passw(?:or)?d|passphrase|pwd|pass)[\w\-]{0,16}[\"'`]?\]?\s{0,4}(?::\s?string\s?)?(?:[:=]{1,3}|=>|,)\s{0,4}"
        r"@?[\"'`](?P<secret>[!-~]{8,64})[\"'`]",
        ("pass", "pwd"),
        "low",
        checks=(password,),
        before="",
        after="",
    ),
)
