"""The rules by which npm packs one package: its own, and those that nobody can change."""

from __future__ import annotations

import os
import posixpath
import re
from typing import NamedTuple

from npmguard.errors import InputError
from npmguard.packing import globs
from npmguard.packing.braces import TooMany
from npmguard.packing.declared import Declared
from npmguard.packing.disk import Disk
from npmguard.packing.ignores import Places, Rules, Text
from npmguard.packing.patterns import BadPattern

# What stays out unless `files` or an ignore file brings it back (npm-packlist/lib/index.js).
DEFAULTS = Text(
    "\n".join(
        (
            ".npmignore",
            ".gitignore",
            "**/.git",
            "**/.svn",
            "**/.hg",
            "**/CVS",
            "**/.git/**",
            "**/.svn/**",
            "**/.hg/**",
            "**/CVS/**",
            "/.lock-wscript",
            "/.wafpickle-*",
            "/build/config.gypi",
            "npm-debug.log",
            "**/.npmrc",
            ".*.swp",
            ".DS_Store",
            "**/.DS_Store/**",
            "._*",
            "**/._*/**",
            "*.orig",
            "/archived-packages/**",
        )
    )
)
BELOW = Text("/.git")

# What always goes in, and what never does, in a package's own folder.
_ALWAYS = (
    "/.git",
    "!/package.json",
    "!/readme{,.*[^~$]}",
    "!/copying{,.*[^~$]}",
    "!/license{,.*[^~$]}",
    "!/licence{,.*[^~$]}",
    "/.git",
    "/node_modules",
    ".npmrc",
    "/package-lock.json",
    "/yarn.lock",
    "/pnpm-lock.yaml",
    "/bun.lockb",
)
_ALWAYS_12 = ("/npm-shrinkwrap.json", "/bun.lock", "/.npm-extension.mjs", "/.npm-extension.cjs")


class Own(NamedTuple):
    """What a package.json makes of rules: those of `files` (None without), those that cannot be changed,
    and the files that npm 11 wants whatever an ignore file beside them says."""

    files: Text | None
    strict: Text
    wanted: tuple[str, ...] = ()


def own(declared: Declared, path: str, disk: Disk, npm: int, root: bool) -> Own:
    """The rules of the package at `path`, which is packed itself (`root`) or bundled with another.

    Raises InputError for globs without end.
    """
    entries = list(declared.entries)
    if declared.bin_folder:
        top = posixpath.join(path, declared.bin_folder)
        named = {posixpath.basename(below): f"{declared.bin_folder}/{below}" for below, _ in disk.below(top)}
        entries += named.values()
    strict = [*_ALWAYS, *(_ALWAYS_12 if npm >= 12 else ()), *(f"!/{entry}" for entry in entries)]
    shown = disk.shown_path(posixpath.join(path, "package.json"))
    if npm >= 12 and root:
        strict += [f"/{patch}" for patch in map(_inside, declared.patches) if patch]
    if declared.files is None:
        return Own(None, Text("\n".join(strict), shown))
    if npm < 12:
        return _eleven(declared.files, path, strict, shown)
    try:
        lines = _twelve(declared.files, path, disk, Text("\n".join(strict), shown))
    except (TooMany, BadPattern) as error:
        raise InputError(shown, f'"files": {error}') from None
    return Own(Text("\n".join(("*", *lines)), shown), Text("\n".join(strict), shown))


def _inside(path: str) -> str:
    """The path of a patch below the package, or "" for one that leads out of it."""
    path = re.sub(r"^\.?/", "", path.replace("\\", "/")).rstrip("/")
    return "" if path == ".." or path.startswith(("/", "../")) or "/../" in path else path


def _twelve(entries: tuple[str, ...], path: str, disk: Disk, strict: Text) -> list[str]:
    """npm 12: each entry of `files` is a glob, and what it finds on the disk becomes the rules."""
    always_out = Places().top(Rules((strict,)))

    def look(folder: str) -> globs.Folder | None:
        first = folder.partition("/")[0]
        if first and not always_out.verdict(first).folder:
            return None  # npm looks there too, but never goes in when it packs
        return disk.look(posixpath.join(path, folder) if folder else path)

    lines: list[str] = []
    root = [name for name in path.split("/") if name]
    for entry in entries:
        negated = entry.startswith("!")
        pattern = re.sub(r"^\.?/", "", entry.lstrip("!") if negated else entry).rstrip("/")
        if not pattern:
            continue
        mark = "" if negated else "!"
        try:
            for found, is_folder in globs.found(pattern, look, root):
                lines.append(f"{mark}/{found}")
                if is_folder:
                    lines.append(f"{mark}/{found}/**")
        except BadPattern:
            continue  # npm lets such a one pass without a word
    return lines


def _eleven(entries: tuple[str, ...], path: str, strict: list[str], shown: str) -> Own:
    """npm 11: an entry is a pattern, unless it is the path of a file or folder."""
    lines = ["*"]
    forced: list[str] = []
    wanted: list[str] = []
    for entry in entries:
        if entry.startswith("./"):
            entry = entry[1:]
        if entry.endswith("/*"):
            entry += "*"
        kind = _kind(path, entry.lstrip("!"))
        if kind is None:
            lines.append(f"!{entry}")
        elif kind == "file":
            forced.insert(0, f"!{entry}")
            wanted.append(entry.removeprefix("/"))
        elif kind == "folder":
            lines += [f"!{entry}", f"!{entry}/**"]
    return Own(Text("\n".join(lines), shown), Text("\n".join((*forced, *strict)), shown), tuple(wanted))


def _kind(path: str, entry: str) -> str | None:
    """What an entry of `files` is on the disk; None where there is no such thing in the package."""
    inside = posixpath.normpath(entry.lstrip("/").replace("\\", "/") or ".")
    if inside == ".." or inside.startswith("../"):
        return None
    place = posixpath.join(path, inside)
    try:
        if os.path.islink(place):
            return "other"
        slash = "/" if entry.endswith(("/", "\\")) and inside != "." else ""
        found = os.stat(place + slash)
    except (OSError, ValueError):
        return None
    import stat

    return "file" if stat.S_ISREG(found.st_mode) else ("folder" if stat.S_ISDIR(found.st_mode) else "other")
