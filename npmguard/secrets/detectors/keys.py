"""Private keys, in the formats in which programs keep them."""

from __future__ import annotations

import base64
import binascii
import re

from npmguard.secrets.noise import documented, example_file
from npmguard.secrets.shape import Candidate, Detector

_BREAK = rb"(?:\\+[rn]|[\s\\\"'`+,])"
_PEM_HEADERS = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]*)-----((?:[^\n\\]{0,100}: [^\n\\]{1,100}|%b){0,24})" % _BREAK
)
_PEM_LINES = re.compile(rb"(?:%b{0,12}[A-Za-z0-9+/=]{2,})+" % _BREAK)


def pem_key(candidate: Candidate) -> bool | None:
    """Does the text between the lines decode to a key? One that is encrypted or cut leaves a doubt."""
    text = candidate.data[candidate.start : candidate.start + 16_000]
    head = _PEM_HEADERS.match(text)
    lines = _PEM_LINES.match(text, head.end()) if head else None
    if not head or not lines:
        return False
    body = b"".join(re.findall(rb"[A-Za-z0-9+/=]+", re.sub(rb"\\+[rn]", b" ", lines[0])))
    key = _decoded(body)
    if len(key) < 32 or len(set(key)) < 16:
        return False
    if b"-----END" in text and len(key) < min(64, _length(key)):
        return False
    if b"ENCRYPTED" in head[0] or b"bcrypt" in key[:64]:
        return None
    whole = key[:1] == b"\x30" or key.startswith(b"openssh-key-v1\0") or (b"PGP" in head[1] and key[0] >= 128)
    return whole or None


def _decoded(body: bytes) -> bytes:
    """What base64 letters stand for, as far as they go (PGP's checksum follows the padding)."""
    letters = body.split(b"=", 1)[0]
    try:
        return base64.b64decode(letters[: len(letters) // 4 * 4])
    except binascii.Error:
        return b""


def _length(key: bytes) -> int:
    """How long a DER sequence says that it is; 0 for what is none."""
    size = key[1] & 127 if key[1] > 127 else 0
    return int.from_bytes(key[2 : 2 + size], "big") if key[0] == 0x30 and size <= 4 else 0


def no_example_key(candidate: Candidate) -> bool | None:
    """Keys beside tests and in documentation are keys, but seldom ones that open anything."""
    return None if example_file(candidate.path) else True


def putty_key(candidate: Candidate) -> bool | None:
    """Is the key of PuTTY's file not encrypted?"""
    before = candidate.data[max(0, candidate.start - 4000) : candidate.start]
    return True if re.search(rb"Encryption: none", before) else None


def web_key(candidate: Candidate) -> bool | None:
    """Do the other members of a JSON web key (RFC 7517) stand around the private one?"""
    low, high = max(0, candidate.start - 3000), candidate.end + 3000
    around = candidate.data[low:high]
    if not re.search(rb"""["'\s,{]kty\\?["']?\s?:""", around) or documented(candidate.secret):
        return False
    return bool(re.search(rb"""["'\s,{](?:n|crv|k)\\?["']?\s?:""", around)) or None


def thirty_two_bytes(candidate: Candidate) -> bool | None:
    """Is it the base64 of a key of Curve25519?"""
    return len(_decoded(candidate.secret.rstrip(b"=") + b"A")) == 33 or False


_PEM_REST = (
    r"-----(?:\\{1,2}[rn]|[\s\"'`+,\\]){0,40}"
    r"(?:[A-Z][A-Za-z\-]{2,20}: [^\n\\]{1,100}(?:\\{1,2}[rn]|[\s\"'`+,\\]){1,12}){0,4}"
    r"[A-Za-z0-9+/]{32,80}"
)


def _pem(id: str, what: str, label: str, *keywords: str) -> Detector:
    return Detector(
        id,
        "Private key",
        what,
        rf"-----BEGIN {label}{_PEM_REST}",
        keywords,
        checks=(pem_key, no_example_key),
        before="",
        after="",
        plain=True,
    )


DETECTORS = (
    _pem("private-key-rsa", "RSA private key", "RSA PRIVATE KEY", "begin rsa private key"),
    _pem("private-key-ec", "elliptic-curve private key", "EC PRIVATE KEY", "begin ec private key"),
    _pem("private-key-dsa", "DSA private key", "DSA PRIVATE KEY", "begin dsa private key"),
    _pem("private-key-openssh", "OpenSSH private key", "OPENSSH PRIVATE KEY", "begin openssh private key"),
    _pem("private-key-pgp", "PGP private key", "PGP PRIVATE KEY BLOCK", "begin pgp private key"),
    _pem(
        "private-key-encrypted", "encrypted private key", "ENCRYPTED PRIVATE KEY", "begin encrypted private"
    ),
    _pem(
        "private-key-pem",
        "private key",
        r"(?:[A-Z0-9]{2,16} ){0,3}PRIVATE KEY",
        "private key-----",
    ),
    Detector(
        "private-key-putty",
        "Private key",
        "PuTTY private key",
        r"Private-Lines: \d{1,3}\s{1,4}(?P<secret>[A-Za-z0-9+/=]{32,80})",
        ("private-lines:",),
        checks=(putty_key, no_example_key),
        after="",
    ),
    Detector(
        "private-key-jwk",
        "Private key",
        "JSON web key",
        r"""\\?"[dk]\\?"\s{0,4}:\s{0,4}\\?"(?P<secret>[A-Za-z0-9_\-]{42,700})\\?\"""",
        ('"d"', '"k"', '"d\\"', '"k\\"'),
        checks=(web_key, no_example_key),
        before="",
        after="",
    ),
    Detector(
        "private-key-jwk-code",
        "Private key",
        "JSON web key",
        r"""kty["']?:\s{0,4}["'][A-Za-z]{2,3}["'][^{}]{0,1500}[\s,]["']?[dk]["']?:\s{0,4}["']"""
        r"""(?P<secret>[A-Za-z0-9_\-]{42,700})["']""",
        ("kty:", "kty':", 'kty":'),
        checks=(web_key, no_example_key),
        before="",
        after="",
    ),
    Detector(
        "private-key-wireguard",
        "Private key",
        "WireGuard key",
        r"(?:PrivateKey|PresharedKey)[ \t]{0,4}=[ \t]{0,4}(?P<secret>[A-Za-z0-9+/]{43}=)",
        ("privatekey", "presharedkey"),
        checks=(thirty_two_bytes,),
        after="",
    ),
)
