"""What a detector is, and what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Candidate(NamedTuple):
    """What a pattern matched: the secret itself, and where it stands in `data`."""

    secret: bytes
    start: int
    end: int
    data: bytes
    path: str  # POSIX, as the package has it
    match: re.Match[bytes]

    def __repr__(self) -> str:  # the secret is in no message and no trace
        return f"Candidate({redacted(self.secret)!r}, {self.path!r}, {self.start}, {self.end})"

    def line(self) -> bytes:
        """The line on which the secret begins, 400 bytes to both sides of it at most."""
        low = max(self.data.rfind(b"\n", 0, self.start) + 1, self.start - 400)
        high = self.data.find(b"\n", self.start)
        high = len(self.data) if high < 0 else high
        return self.data[low : min(high, self.start + 400)]


# True: the format's own check holds. None: it does not, which leaves a doubt. False: it is no secret at all.
Check = Callable[[Candidate], bool | None]


class Detector(NamedTuple):
    """One kind of secret, as data.

    `pattern` is a regular expression over bytes in what `re` and Hyperscan read alike: no look-around, no
    back-reference, every repeat bounded. Where it matches more than the secret, the secret is the group
    `secret`. Every match holds one of `keywords` (lower-case; any case matches). `before` and `after` are
    the characters, as the inside of a class, that may not stand beside the match ("" for any).

    `checks` are asked in turn: False ends the matter, None makes the confidence one step lower. `plain` is
    for a format so exact that no placeholder can have it: the common tests for placeholders are left out.
    """

    id: str  # kebab-case, issuer first: "github-personal-token"
    issuer: str  # "GitHub"
    what: str  # "personal access token"
    pattern: str
    keywords: tuple[str, ...]
    confidence: str = "high"  # low | medium | high
    checks: tuple[Check, ...] = ()
    before: str = "A-Za-z0-9_"
    after: str = "A-Za-z0-9_"
    plain: bool = False


class Match(NamedTuple):
    """A secret that was found: `data[start:end]` holds it, or where it is encoded, the encoded text.

    `redacted` is all that may ever be shown of it: the first four characters and the length. `within` says
    what it was taken out of ("base64", "URL encoding", "sourcesContent of src/a.ts"), or is None.
    """

    detector: str
    issuer: str
    what: str
    start: int
    end: int
    confidence: str
    redacted: str
    within: str | None = None


def redacted(secret: bytes) -> str:
    """The first four characters of a secret and its length."""
    text = secret.decode("utf-8", "replace")
    return f"{text[:4]}… ({len(text)} characters)"


# What stands between a telling name and the value of that setting, in what languages, shells and settings
# files write: JavaScript, JSON, YAML, TOML, .env, Dockerfile, XML, properties, HCL, PHP, Go, Java, C#, ...
_REST_OF_NAME = r"""[\w.\-\[\] \t]{0,32}"""
_INNER_NAME = r"""(?:["'`\])]{0,2}(?:->|[\s:=(\[{]{1,24})["'`]?[\w.\-]{1,24})?"""  # algolia: { apiKey
_NAME_END = r"""(?:\\?["'`])?[\])]{0,2}\s{0,8}"""
_TYPE = r"""(?::\s?[&'\w. ]{3,16}\s)?"""
_SIGN = r"""(?:[:=!?.+|]{0,3}=|=>|,|:(?:\s?[|>][-+]?)?|\|\||\?\?|>|<-|\()"""
_OR_ELSE = r"""(?:\s{0,8}[\w.\[\]"'()]{1,48}\s{1,8}(?:\|\||\?\?|or|\?:))?"""  # = process.env.NAME || value
_VALUE_BESIDE = r"""(?:,|/?>)?\s{0,24}(?:\\?["'<])?(?i:value)(?:\\?["'])?\s?[:=>]"""  # name="a" value="b"
_BARE = r"""(?i:token|secret|passw(?:or)?d|key|pat)["']?[ \t]{1,4}"""  # ENV NAME value, --token value
_VALUE_START = r"""\s{0,32}(?:[\w.:]{1,20}\()?(?:[rbufL@$]{0,2}(?:\\?["'`]){1,3})?"""
_VALUE_END = r"""(?:["'`\s;,<)\]}&#\\]|$)"""


def assigned(names: str, secret: str) -> str:
    """The pattern of a secret that no prefix gives away: it is assigned to something with a telling name.

    `names` is an alternation of what the name holds, in any case; `secret` the pattern of the value. The
    pattern sees to both ends of the match by itself: the detector has `before=""` and `after=""`.
    """
    sign = f"{_NAME_END}(?:{_TYPE}{_SIGN}|{_VALUE_BESIDE})"
    return (
        rf"(?i:{names})(?:{_REST_OF_NAME}{_INNER_NAME}{sign}|{_REST_OF_NAME}{_BARE})"
        rf"{_OR_ELSE}{_VALUE_START}(?P<secret>{secret}){_VALUE_END}"
    )
