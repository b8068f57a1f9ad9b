"""The texts of yarn berry: descriptors, locators, resolutions, conditions.

A descriptor is what is asked for (`once@npm:^1.4.0`), a locator what it became (`once@npm:1.4.0`). Both are a
name, an @, and a protocol with its own form of the rest; parameters follow after `::`. What a text means here
is what yarn 2 to 4 make of it, found by running them.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from npmguard import versions

_TAG = re.compile(r"(?!v)[a-z0-9._-]+", re.IGNORECASE)
_PATH = re.compile(r"(?:[a-zA-Z]:[\\/]|\.{0,2}/)")
_TARBALL = re.compile(r"[^?]*\.(?:tar\.gz|tgz)(?:::.*)?")
_BOUND = ("link:", "portal:", "file:", "exec:")
_SPECIFIER = r"(?:@[^/@]+/)?[^/@]+"
_RESOLUTION = re.compile(
    rf"(?:(?P<parent>{_SPECIFIER})(?:@(?P<parent_range>[^/]+))?/)?(?P<name>{_SPECIFIER})(?:@(?P<range>.+))?"
)
_DEEPEST_PATCH = 8
_CONDITION = re.compile(r"(!?)(os|cpu|libc)=([\w-]+)", re.ASCII)


class Locator(NamedTuple):
    """A package as yarn names it: `name` and `reference` (protocol and all)."""

    name: str
    reference: str

    def __str__(self) -> str:
        return f"{self.name}@{self.reference}"


class Resolution(NamedTuple):
    """One of package.json's `resolutions`: `name` is to be had by `text`, where parent and range fit."""

    parent: str | None
    parent_range: str | None
    name: str
    range: str | None
    text: str


def split(text: str) -> tuple[str, str] | None:
    """(name, range or reference) of a descriptor or locator, or None where it is neither."""
    at = text.find("@", 1)
    if at < 1 or at + 1 == len(text):
        return None
    return text[:at], text[at + 1 :]


@lru_cache(maxsize=16384)
def normal(range: str) -> str:
    """A range with its protocol: plain ranges and tags are npm's; the source of a patch likewise."""
    if range.startswith("npm:"):
        return range
    if range.startswith("patch:"):
        return _normal_patch(range)
    if ":" not in range and (versions.valid_range(range, loose=True) or _TAG.fullmatch(range)):
        return f"npm:{range}"
    return range


def _normal_patch(range: str) -> str:
    source, mark, rest = range[6:].partition("#")
    parts = split(unquote(source))
    if parts is None:
        return range
    return f"patch:{encoded(f'{parts[0]}@{normal(parts[1])}')}{mark}{rest}"


def encoded(text: str) -> str:
    """A descriptor as it stands inside another one's text; only what would end it is escaped."""
    return text.replace("%", "%25").replace("#", "%23").replace(":", "%3A")


def bind(range: str, asker: Locator) -> str:
    """The range, with the asker noted where it means a path that is relative to it."""
    if "::" in range:
        return range
    if range.startswith("patch:"):
        paths = range.partition("#")[2].split("&")
        if not any(_relative(path) for path in paths):
            return range
    elif ":" not in range[:12] and (_PATH.match(range) or _TARBALL.fullmatch(range)):
        range = f"file:{range}"
    elif not range.startswith(_BOUND):
        return range
    return f"{range}::locator={quote(str(asker), safe=_PLAIN)}"


_PLAIN = "-_.!~*'()"


def _relative(path: str) -> bool:
    """Is this path of a patch meant from the folder of the package that asks for it?"""
    path = path.removeprefix("optional!").removeprefix("~") if "builtin<" in path else path
    path = path.removeprefix("optional!")
    return not path.startswith(("builtin<", "/", "~/")) and bool(path)


def parameters(text: str) -> tuple[str, dict[str, str]]:
    """(the text before `::`, the parameters after it)."""
    before, _, after = text.partition("::")
    pairs = (pair.partition("=") for pair in after.split("&") if pair)
    return before, {unquote(key): unquote(value) for key, _, value in pairs}


def source_of(range: str) -> str | None:
    """The descriptor or locator that a `patch:` is made from, or None where the range is no patch."""
    if not range.startswith("patch:"):
        return None
    return unquote(range[6:].partition("#")[0])


def unpatched(locator: Locator) -> Locator:
    """What a patched package was before: the locator at the bottom of any patches upon patches."""
    for _ in range(_DEEPEST_PATCH):
        source = source_of(locator.reference)
        parts = split(source) if source is not None else None
        if parts is None:
            break
        locator = Locator(*parts)
    return locator


def is_builtin(range: str) -> bool:
    """Is this a patch that yarn itself brings, for packages that do not work with it otherwise?"""
    return range.startswith("patch:") and "builtin<compat/" in range.partition("#")[2]


def folder_of(reference: str, folders: Mapping[str, str]) -> str | None:
    """The path of a `link:`, `portal:`, `file:` or `exec:`, relative to the project; None where the one who
    asks is no workspace. `folders` are those of the workspaces, by locator."""
    place, named = parameters(reference)
    path = place.partition(":")[2].partition("#")[0]
    asker = named.get("locator", "")
    above = folders.get(asker)
    if above is None:
        parts = split(asker)
        if parts is None or not parts[1].startswith("workspace:"):
            return None
        above = folder(parts[1])
    return tidy(posixpath.join(above, unquote(path)))


def folder(reference: str) -> str:
    """The folder of a `workspace:` reference, "" for the project's own."""
    return tidy(reference.removeprefix("workspace:"))


def tidy(path: str) -> str:
    found = posixpath.normpath(path)
    return "" if found == "." else found


def unnamed(folder: str) -> str:
    """What yarn calls a workspace whose package.json has no name."""
    place = folder or "."
    name = posixpath.basename(folder) or "root-workspace"
    return f"{name}-{hashlib.sha512(place.encode()).hexdigest()[:6]}"


def resolutions(data: Mapping[str, Any]) -> tuple[Resolution, ...]:
    """The `resolutions` of the project's package.json. Those that yarn cannot read it ignores: globs."""
    return tuple(_resolutions(data.get("resolutions")))


def _resolutions(found: Any) -> Iterator[Resolution]:
    for pattern, text in found.items() if isinstance(found, dict) else ():
        match = _RESOLUTION.fullmatch(pattern) if isinstance(text, str) and len(pattern) < 2048 else None
        if match is not None and "*" not in (match["parent"] or "") + match["name"]:
            yield Resolution(match["parent"], match["parent_range"], match["name"], match["range"], text)


def conditions(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(os, cpu) of `os=linux & (cpu=x64 | cpu=arm64)`, in the form of package.json."""
    found: dict[str, list[str]] = {"os": [], "cpu": [], "libc": []}
    for no, what, value in _CONDITION.findall(text):
        found[what].append(no + value)
    return tuple(found["os"]), tuple(found["cpu"])


def platforms(data: Mapping[str, Any]) -> str | None:
    """The conditions that the platforms of a package.json are written as, or None where it is for any."""
    found = []
    for what in ("os", "cpu", "libc"):
        listed = data.get(what)
        named = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
        parts = [f"!{what}={text[1:]}" if text.startswith("!") else f"{what}={text}" for text in named]
        if parts:
            found.append(parts[0] if len(parts) == 1 else f"({' | '.join(parts)})")
    return " & ".join(found) or None


def is_workspace_range(range: str) -> bool:
    """Does `workspace:` stand before a range, rather than a folder?"""
    text = range.removeprefix("workspace:")
    return text in ("*", "^", "~") or versions.valid_range(text, loose=True)


def plain(range: str) -> str:
    """A range as package.json has it: without the `npm:` that is no alias."""
    text = range.removeprefix("npm:")
    return range if "@" in text[1:] else text
