"""Detectors of secrets that look like any random text: only the name of a setting tells whose they are."""

from __future__ import annotations

from npmguard.secrets.shape import Check, Detector, assigned
from npmguard.secrets.structures import random_text

UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"


def hexadecimal(length: int) -> str:
    """The pattern of so many small hexadecimal digits."""
    return f"[0-9a-f]{{{length}}}"


def named(
    id: str,
    issuer: str,
    what: str,
    names: str,
    secret: str,
    *keywords: str,
    confidence: str = "medium",
    checks: tuple[Check, ...] = (random_text,),
    plain: bool = False,
) -> Detector:
    """A detector of what is assigned to a setting with one of `names` in its name.

    `names` and `secret` are patterns as `assigned` takes them. `keywords` are needed where `names` is more
    than a word.
    """
    return Detector(
        id,
        issuer,
        what,
        assigned(names, secret),
        keywords or (names,),
        confidence,
        checks,
        before="",
        after="",
        plain=plain,
    )
