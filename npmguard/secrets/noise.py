"""What only looks like a secret: placeholders, well-known examples, words, code, hashes.

`placeholder` is asked of every candidate of every detector; the rest helps detectors whose secrets no issuer
marks, where chance alone tells a secret from a word.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from hashlib import sha256
from math import log2

from npmguard.secrets.shape import Candidate

# Words of which no issuer makes a secret, and which chance puts into one of 40 characters less than once in
# 10,000 times.
_WORDS = re.compile(
    rb"example|sample|dummy|placeholder|change[_-]?(?:me|this|it)|replace[_-]?(?:me|with|this)|redacted|censored"
    rb"|insert[_-]|your[_-]?(?:\w|$)|xxxx|fake|foobar|lorem|notreal"
    rb"|not[ _-](?:a|my)?[ _-]?real|hidden|\.\.\.|\xe2\x80\xa6|\*\*\*|qwerty|asdfgh|1q2w3e|zxcvb",
)
_LONG_WORDS = re.compile(rb"example|placeholder|redacted|changeme|xxxxxxxx|\*\*\*\*")
_TEMPLATE = re.compile(
    rb"\$\{[\w.\s()'\"\[\]|:?!-]*\}|\$\([^)]*\)|\{\{[\w.\s$|-]+\}\}|<%|\#\{[\w.\s]+\}|%\(\w+\)s"
    rb"|<[\w .:/-]{2,60}>|^\{[\w.\s-]*\}$|^\$[A-Za-z_]\w*$|^%\w*%$|%[sd]\b"
    rb"|^__\w+__$|^\[[\w -]*\]$|^@\w+@$|^<|^&lt;"
)


def placeholder(candidate: Candidate) -> bool:
    """Does the text stand for a secret, is it a well-known one, or a piece of something larger?"""
    secret = candidate.secret
    return (
        stands_for_one(secret)
        or documented(secret)
        or _within_encoded_data(candidate)
        or bool(_WORDS.search(_plain(secret)))
    )


def _plain(secret: bytes) -> bytes:
    """The text that the secret is the base64 of, or nothing."""
    try:
        text = base64.b64decode(secret, validate=True) if len(secret) <= 256 and len(secret) % 4 == 0 else b""
    except binascii.Error:
        return b""
    return text.lower() if text.isascii() else b""


def stands_for_one(secret: bytes) -> bool:
    """Is it a word, a template, a sequence or a repetition where a secret would stand?"""
    if len(secret) > 256:  # chance puts any short word into something as long as a key
        return bool(_LONG_WORDS.search(secret[:4096].lower()))
    return bool(_WORDS.search(secret.lower()) or _TEMPLATE.search(secret)) or monotonous(secret)


def monotonous(text: bytes) -> bool:
    """Is more than half of it one character, or runs like `aaaa`, `1234`, `fedcba`, or is it a repetition?"""
    if len(text) < 4:
        return False
    if max(Counter(text).values()) * 2 > len(text):
        return True
    if 0 < (text + text).find(text, 1) <= len(text) // 2:
        return True
    in_runs, length, step = 0, 1, 2
    for before, here in zip(text, text[1:] + b"\0", strict=True):
        if here - before == step:
            length += 1
            continue
        if length >= 4:
            in_runs += length
        step = here - before
        length = 2 if step in (-1, 0, 1) else 1
    return in_runs * 2 > len(text)


# The first 16 digits of the SHA-256 of the first 40 characters of secrets that are printed in documentation
# and standards, and are nobody's.
_DOCUMENTED = frozenset(
    (
        "2cafc0970149a84f",  # Stripe's documentation, four test keys
        "f2d6ca16515033e5",
        "7e8de44ea9ecf6d5",
        "78314b11be2e5815",  # AWS' documentation
        "cf4d418ed3de92d7",  # HTTP basic authentication: Aladdin (RFC 7617), user:pass and the like
        "73f71af093fdf154",
        "e4da07ad200089ce",
        "0e9d220616f08345",
        "ca7459e2b26776de",  # OAuth 2.0 (RFC 6749, RFC 6750)
        "9ce1f67c6ff12835",
        "e9974c507d2a8021",
        "6c96130f130ab0d6",
        "00cf4c781dc37003",
        "b8e148545b13c78b",
        "cb87c87e4a138d9a",  # OAuth 1.0 (RFC 5849's forerunner), and Twitter's documentation of it
        "649e1f5c769e718b",
        "6c13cc3ffa3d439c",
        "c79bceb1300156f6",
        "f67cc2b34519d34d",  # the storage and database emulators of Azure
        "60d47d036167b785",
        "455db29fb1af8981",  # the first account of local Ethereum nodes, and web3's documentation
        "8bb3a95a65ca9f16",
        "00701b3384c3cf5e",  # JSON web keys (RFC 7515, RFC 7517, RFC 8037)
        "98d30327cd110d4f",
        "a4cbfbc3eb39653c",
        "3e5d95c30a759886",
        "016633c92ad49b8c",
        "d737d787aed3d234",  # the JSON web token of RFC 7519
        "dba72c00f41f4e4c",  # NuGet's documentation
        "a0702bc91d699f60",
        "99c1e406a539c6ed",  # Telegram's documentation
        "0a6b1e97de012e9e",
        "86da1fcbbdc81668",  # Discord's documentation
        "ac9265e56c79b234",  # Google's documentation of Maps
        "e4902a0b38812b15",
        "f7e7896182dcde5d",  # Algolia's demonstration index
    )
)


def documented(secret: bytes) -> bool:
    """Is it a secret that everybody knows, from a standard or an issuer's documentation?"""
    return sha256(secret[:40]).hexdigest()[:16] in _DOCUMENTED


_ENCODED = re.compile(rb"[A-Za-z0-9+/]{48}")


def _within_encoded_data(candidate: Candidate) -> bool:
    """Does it stand in the middle of base64, such as a picture's, rather than by itself?"""
    data, start = candidate.data, candidate.start
    return (
        start >= 48
        and data[start - 1 : start] in (b"+", b"/")
        and bool(_ENCODED.fullmatch(data, start - 48, start))
    )


# What follows is for secrets that no issuer marks.

_FILLERS = frozenset(
    (
        b"password passwd passwort pass pwd passw0rd p@ssw0rd p@ssword p@ss pa$$word pa55word s3cret "
        b"s3cr3t pa$$ pa55 secret secretpassword mysecret mysecretpassword mypassword mypass mypwd "
        b"topsecret supersecret thepassword newpassword oldpassword userpassword dbpassword pswd admin "
        b"administrator root user username guest test tests testing tester test123 testpass testpassword "
        b"demo default none null undefined true false empty foo bar baz qux foobar foobaz abc abc123 "
        b"abcd1234 hunter2 letmein welcome monkey dragon love god sex trustno1 token mytoken key mykey "
        b"apikey api_key api-key secretkey secret_key secret123 password1 password12 password123 "
        b"password1234 admin123 root123 pass123 pass1234 pass word hello helloworld world something "
        b"anything value string text postgres postgresql mysql mongo mongodb redis rabbitmq sa oracle "
        b"minio minioadmin keycloak elastic grafana jenkins vagrant docker toor changeit x-oauth-basic "
        b"x-access-token oauth oauth2 bearer basic credentials credential login me you"
    ).split()
)
_EDGES = re.compile(rb"^[\W_]+|[\W_]+$")


def filler(value: bytes) -> bool:
    """Is it one of the words that people write where a password would stand, or nothing but digits?"""
    word = _EDGES.sub(b"", value.lower())
    return len(word) < 4 or word in _FILLERS or word.rstrip(b"0123456789!") in _FILLERS or word.isdigit()


# The commonest pairs of letters in English words and in the names of programs: nine in ten of theirs, and
# one in four of those that chance makes.
_FOLLOWERS = (
    "a:bcdgilmnprstuy b:aelou c:aehiklortu d:aeiosu e:acdeflmnpqrstvx f:aeiou g:ei h:aeiot "
    "i:acdefglmnoprstvz k:e l:adeilostuy m:aeiop n:acdegiostu o:bcdlmnoprstuvw p:aeloprst q:u "
    "r:acdegimnorstuy s:acehiopstu t:aehiorstuy u:eilmnprst v:aei w:ahi x:pt y:p z:e"
)
_PAIRS = frozenset(f"{word[0]}{then}".encode() for word in _FOLLOWERS.split() for then in word[2:])
_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def wordy(value: bytes) -> bool:
    """Is it made of words, as names and sentences are, rather than of letters that chance chose?"""
    if _HEX.fullmatch(value):
        return False
    usual = pairs = 0
    for word in _WORD.findall(value):
        small = word.lower()
        pairs += len(small) - 1
        usual += sum(small[at : at + 2] in _PAIRS for at in range(len(small) - 1))
    return usual >= 1 + pairs * 0.6


def entropy(value: bytes) -> float:
    """Shannon's, in bits for each character."""
    return -sum(n / len(value) * log2(n / len(value)) for n in Counter(value).values())


_UUID = re.compile(rb"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?")
_PIECES = re.compile(rb"[-_.:/]")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(rb"[\d.,:_+-]+")
_CODE = re.compile(
    rb"[\s(){}\[\]\"'`,;]|=>|::|->|&&|\|\||^(?:https?|file|data|blob|urn|arn|s3|ssh|git|npm):|^[./~@#\\]|^[A-Z]:\\"
    rb"|\.(?:js|ts|jsx|tsx|json|ya?ml|html?|css|svg|png|pem|key|crt|txt|md|xml|com|org|net|io|dev)\b"
    rb"|^[A-Za-z_$]+(?:\.[A-Za-z_$]+)+$|^(?:sha\d+|md5)[-:]|(.)\1{5}"
)


def by_chance(value: bytes) -> bool:
    """Was it made by chance, as keys are, rather than by a person or by a naming rule?

    No identifier, word, path, address, number, date or UUID is; hexadecimal digits are where there are many
    and all kinds of them; everything else needs letters and digits, and of many kinds.
    """
    if len(value) < 12 or _NUMBER.fullmatch(value) or _UUID.fullmatch(value) or _DATE.search(value):
        return False
    if _HEX.fullmatch(value):
        return len(value) >= 16 and entropy(value) >= 3 and not monotonous(value)
    if _CODE.search(value) or wordy(value) or monotonous(value):
        return False
    piece = max(_PIECES.split(value), key=len)  # of a slug or a version, all pieces are short
    digits = sum(48 <= letter <= 57 for letter in piece)
    mixed = piece.lower() != piece != piece.upper()
    return (
        len(piece) >= 8
        and entropy(value) >= 3.3
        and (1 < digits < len(piece) or (mixed and len(value) >= 24))
    )


# Words beside a value that say that it is no secret: the hash of something, or the name of it.
_HASH_NEAR = re.compile(
    rb"(?i)integrity|checksum|\bsha-?\d{1,3}\b|\bmd5\b|\bhash(?:es|ed)?\b|digest|\betag\b|fingerprint"
    rb"|\bcommit(?:[_-]?(?:id|sha|hash))?\b|revision|\bgithead\b|srcrev|chksum|thumbprint|nonce\b|\bcsrf|xsrf|captcha|(?:hmac|signature)\w*\(|public[_-]?(?:key|token)"
)


def hash_beside(candidate: Candidate) -> bool:
    """Does the line, up to the value, say that this is a hash, a revision, or meant for everybody?"""
    low = max(candidate.data.rfind(b"\n", 0, candidate.start) + 1, candidate.start - 80)
    return bool(_HASH_NEAR.search(candidate.data, low, candidate.start))


_QUIET_FILE = re.compile(
    r"(?i)(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|composer\.lock"
    r"|cargo\.lock|go\.sum|poetry\.lock)$"
    r"|(?:^|/)(?:locales?|i18n|l10n|lang|langs|languages|translations?|messages|nls)/"
    r"|\.(?:svg|css|scss|less|d\.[cm]?ts|map|po|pot|xlf|xliff|strings|resx|flow|lock|snap|log|csv|geojson|wat)$"
)
_EXAMPLE_FILE = re.compile(
    r"(?i)(?:^|/)(?:tests?|__tests__|__mocks__|spec|specs|e2e|fixtures?|mocks?|examples?|samples?|demos?|docs?"
    r"|documentation|stories|benchmarks?|test-?data)/"
    r"|[._-](?:test|spec|stories|mock|fixture|example|sample)s?\.\w+$|(?:^|/)(?:readme|changelog|changes|history)\b[^/]*$"
    r"|\.(?:md|mdx|markdown|rst|adoc|d\.[cm]?ts)$"
)


def quiet_file(path: str) -> bool:
    """Is it a file of hashes, drawings, styles, types or translations, which hold no settings?"""
    return bool(_QUIET_FILE.search(path))


def example_file(path: str) -> bool:
    """Is it a test, an example or documentation, where people write secrets that are none?"""
    return bool(_EXAMPLE_FILE.search(path))
