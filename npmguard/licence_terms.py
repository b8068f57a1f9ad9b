"""What a policy says of licences: which it allows, which it denies, and what that makes of a package's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from fnmatch import fnmatchcase
from importlib import import_module
from typing import NamedTuple

UNLICENSED = "UNLICENSED"  # npm's word for: nobody may use it


class UnknownLicence(ValueError):
    """A text that is no licence's identifier; says which is near."""


# What authors of old wrote, as far as it can mean one licence alone. "BSD" is four of them.
_SPELT = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache v2": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apachev2": "Apache-2.0",
    "bsd 2-clause": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd-2": "BSD-2-Clause",
    "bsd-3": "BSD-3-Clause",
    "bsd2": "BSD-2-Clause",
    "bsd3": "BSD-3-Clause",
    "cc0": "CC0-1.0",
    "expat": "MIT",
    "gplv2": "GPL-2.0",
    "gplv3": "GPL-3.0",
    "isc license": "ISC",
    "lgplv3": "LGPL-3.0",
    "mit license": "MIT",
    "mit/x11": "MIT",
    "mpl 2.0": "MPL-2.0",
    "mplv2": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "the mit license": "MIT",
    "the unlicense": "Unlicense",
    "zlib license": "Zlib",
}


def expression(text: str) -> str | None:
    """The SPDX expression that a package's words are, identifiers spelt as the list has them; None for none.

    UNLICENSED stands for itself.
    """
    from npmguard.licences import spdx

    if text.strip("() ").upper() == UNLICENSED:
        return UNLICENSED
    plain = " ".join(text.replace(",", " ").lower().split()).strip("() ")
    return spdx(text) or _SPELT.get(plain)


def term(text: str) -> str:
    """One entry of a policy's list, spelt as the SPDX list has it.

    It is an identifier, one WITH an exception, LicenseRef-..., UNLICENSED, or a pattern with *. Raises
    UnknownLicence.
    """
    from npmguard.licences import spdx

    if len(text) > 100:
        raise UnknownLicence(f"{text!r} is longer than any licence of the SPDX list")
    if "*" in text:
        known = _listed()
        if known and not any(fnmatchcase(each, text.lower()) for each in known):
            raise UnknownLicence(f"{text!r} stands for no licence of the SPDX list")
        return text
    if text.upper() == UNLICENSED:
        return UNLICENSED
    found = spdx(text)
    if found is None:
        from npmguard.settings import near

        raise UnknownLicence(f"{text!r} is no licence of the SPDX list{near(text, set(_listed().values()))}")
    if len(_WORD.findall(found)) > 1:
        raise UnknownLicence(f"{text!r} is more than one licence: name each for itself")
    return found


def _listed() -> dict[str, str]:
    """The identifiers of the SPDX list, by their lower case; none where `packaging` keeps no such list."""
    try:
        licenses = import_module("packaging.licenses._spdx").LICENSES
    except (ImportError, AttributeError):
        return {}
    return {key: licence["id"] for key, licence in licenses.items()}


class Verdict(IntEnum):
    """What a policy makes of a licence. Of `A OR B` the best counts, of `A AND B` the worst."""

    REFUSED = 0
    UNKNOWN = 1  # the author's own (LicenseRef-...), which the policy does not name
    FINE = 2


class Terms(NamedTuple):
    """A policy's lists: the licences that it allows (all, where it names none) and those that it denies."""

    allow: Sequence[str]
    deny: Sequence[str]

    def of(self, expression: str) -> Verdict:
        """The verdict on an SPDX expression that is one."""
        values: list[Verdict] = []
        operators: list[str] = []

        def apply() -> None:
            one, other = values.pop(), values.pop()
            values.append(max(one, other) if operators.pop() == "OR" else min(one, other))

        for word in _WORD.findall(expression):
            if word == "(":
                operators.append(word)
            elif word == ")":
                while operators[-1] != "(":
                    apply()
                operators.pop()
            elif word in _BINDS:
                while operators and _BINDS.get(operators[-1], -1) >= _BINDS[word]:
                    apply()
                operators.append(word)
            else:
                values.append(self.one(word))
        while operators:
            apply()
        return values[0]

    def one(self, licence: str) -> Verdict:
        """The verdict on one licence, or one WITH an exception.

        An exception only adds to what a licence permits: it is fine where the licence alone is. Where both
        together are allowed, it does not matter that the licence alone is denied. Whoever may choose a later
        version may choose the one that is allowed, too.
        """
        licence = _modern(licence)
        base, _, exception = licence.partition(" WITH ")
        if exception and any(_modern(entry) == licence for entry in self.allow):
            return Verdict.FINE
        if any(_covers(entry, licence) or _covers(entry, base) for entry in self.deny):
            return Verdict.REFUSED
        chosen = f"{base.removesuffix('-or-later')}-only" if base.endswith("-or-later") else base
        if any(_covers(entry, base) or _covers(entry, chosen) for entry in self.allow):
            return Verdict.FINE
        if licence.startswith("LicenseRef-"):
            return Verdict.UNKNOWN
        return Verdict.REFUSED if self.allow or licence == UNLICENSED else Verdict.FINE


_WORD = re.compile(r"[()]|(?!(?:AND|OR)\b)[^\s()]+(?: WITH [^\s()]+)?|AND|OR")
_BINDS = {"OR": 0, "AND": 1}
_GNU = re.compile(r"([AL]?GPL|GFDL)-\d[\d.]*")
_WITH = {
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-or-later WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
}


def _modern(licence: str) -> str:
    """The identifier that the list has now for a deprecated one: GPL-2.0-or-later for GPL-2.0+."""
    base, word, exception = _WITH.get(licence, licence).partition(" WITH ")
    if _GNU.fullmatch(base.removesuffix("+")):
        base = f"{base[:-1]}-or-later" if base.endswith("+") else f"{base}-only"
    return base + word + exception


def _covers(entry: str, licence: str) -> bool:
    """Does an entry of a list mean this licence?

    A deprecated GPL-2.0 means what it always meant to people: that version, with or without later ones.
    """
    if "*" in entry:
        return fnmatchcase(licence.lower(), entry.lower())
    if _GNU.fullmatch(entry):
        return licence in (f"{entry}-only", f"{entry}-or-later")
    return licence.removesuffix("+") == _modern(entry)
