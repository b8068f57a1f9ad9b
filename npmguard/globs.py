"""Patterns: npm's for workspaces, that name a project's members, and those for packages' names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

UNSCOPED = "[!@]"
_LONGEST = 300


def workspace_patterns(package: Mapping[str, Any]) -> list[str]:
    """The `workspaces` of a package.json: a list of patterns, or an object that holds one as `packages`."""
    found = package.get("workspaces")
    if isinstance(found, dict):
        found = found.get("packages")
    return [p for p in found if isinstance(p, str)] if isinstance(found, list) else []


def fits(name: str, pattern: str) -> bool:
    """Is a package's name the one that is meant, or does it fit a pattern, in which `*` is any text?

    One that begins with `[!@]` fits names without a scope alone.
    """
    if pattern.startswith(UNSCOPED):
        return not name.startswith("@") and fits(name, pattern[len(UNSCOPED) :])
    if "*" not in pattern:
        return name == pattern
    first, *rest = pattern.split("*")
    if len(name) < len(pattern) - len(rest) or not name.startswith(first) or not name.endswith(rest[-1]):
        return False
    here, end = len(first), len(name) - len(rest[-1])
    for part in rest[:-1]:
        found = name.find(part, here, end)
        if found < 0:
            return False
        here = found + len(part)
    return True


def is_member(folder: str, patterns: Sequence[str]) -> bool:
    """Is `folder` (relative to the project, POSIX) named by the patterns?

    As npm reads them: in order, `!` takes away again, and nothing inside a node_modules counts
    (@npmcli/map-workspaces).
    """
    if not folder or folder.startswith("../") or "node_modules" in folder.split("/"):
        return False
    parts = folder.split("/")
    member = False
    for pattern in patterns:
        negated = len(pattern) - len(pattern.lstrip("!"))
        if len(pattern) <= _LONGEST and any(
            _fits(parts, choice.split("/")) for choice in braces(tidy(pattern[negated:]))
        ):
            member = negated % 2 == 0
    return member


def tidy(pattern: str) -> str:
    """A pattern without the leading ./ or / and the closing / that npm looks past."""
    return re.sub(r"^\.?/+", "", pattern.replace("\\", "/")).rstrip("/")


def braces(pattern: str, limit: int = 64) -> list[str]:
    """The patterns that `{a,b}` stands for; no more than `limit` of them."""
    match = re.search(r"\{([^{}]*,[^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    found: list[str] = []
    for choice in match[1].split(","):
        found += braces(pattern[: match.start()] + choice + pattern[match.end() :], limit)
        if len(found) >= limit:
            break
    return found[:limit]


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Do the parts of a path fit those of a pattern? `**` stands for any number of them, none hidden."""
    places = start(pattern)
    for part in parts:
        places = advance(places, part, pattern)
    return len(pattern) in places


def start(pattern: Sequence[str]) -> set[int]:
    """The places in a pattern's parts that an empty path has reached; its length is the end."""
    return _past_globstars({0}, pattern)


def advance(places: set[int], part: str, pattern: Sequence[str]) -> set[int]:
    """The places that are reached with one more part of the path."""
    following: set[int] = set()
    for place in places:
        if place == len(pattern):
            continue
        if pattern[place] == "**":
            if not part.startswith("."):
                following.add(place)
        elif _fits_part(part, pattern[place]):
            following.add(place + 1)
    return _past_globstars(following, pattern)


def _past_globstars(places: set[int], pattern: Sequence[str]) -> set[int]:
    found = set(places)
    for place in places:
        while place < len(pattern) and pattern[place] == "**":
            place += 1
            found.add(place)
    return found


def _fits_part(part: str, pattern: str) -> bool:
    """Does one name fit one part of a pattern? `*` and `?` never stand for a leading dot."""
    tokens = _tokens(pattern)
    if part.startswith(".") and tokens and tokens[0] != ".":
        return False
    # one star may be enough to go back to: the last one
    here = place = 0
    star, resume = -1, 0
    while here < len(part):
        if place < len(tokens) and tokens[place] == "*":
            star, resume = place, here
            place += 1
        elif place < len(tokens) and _fits_character(part[here], tokens[place]):
            here += 1
            place += 1
        elif star >= 0:
            resume += 1
            here, place = resume, star + 1
        else:
            return False
    return all(left == "*" for left in tokens[place:])


@lru_cache(maxsize=1024)
def _tokens(pattern: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\[[!^]?\]?[^\]]*\]|.", pattern, re.DOTALL))


def _fits_character(character: str, token: str) -> bool:
    if len(token) == 1:
        return token in ("?", character)
    inside = token[1:-1]
    negated = inside[:1] in ("!", "^")
    inside = inside[negated:]
    found = any(
        low <= character <= (high or low) for low, high in re.findall(r"(.)(?:-(.))?", inside, re.DOTALL)
    )
    return found is not negated
