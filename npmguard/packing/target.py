"""What is to be looked at: a folder, a tarball on disk, or a release in a registry."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from npmguard import specs
from npmguard.errors import UsageError
from npmguard.names.validity import faults
from npmguard.text import one_line

_PATH = re.compile(r"\.{0,2}[/\\]|~[/\\]|\.{1,2}$|[A-Za-z]:[/\\]|file:")


class Target(NamedTuple):
    """One thing to look at.

    `kind` is folder, tarball or registry. The first two have a `path`, the last a `name`, as the registry
    has it, and what is `wanted` of it: a version, a range, a dist-tag, or None for the latest.
    """

    kind: str
    path: str | None = None
    name: str | None = None
    wanted: str | None = None


def is_path(text: str) -> bool:
    """Does it read like a path to a folder or a tarball, rather than like a package of a registry?"""
    return bool(_PATH.match(text) or specs.TARBALL.search(text)) and "://" not in text


def read(text: str) -> Target:
    """What `text` names: what exists on disk, or else `name`, `name@version` or `alias@npm:name@version`.

    A package.json stands for its folder, any other file for a tarball. Raises UsageError for what looks like
    a path and is not there, and for what is neither a path nor a package.
    """
    path = text.removeprefix("file:") if not os.path.lexists(text) else text
    if os.path.isdir(path or "."):
        return Target("folder", path or ".")
    if os.path.lexists(path):
        if os.path.basename(path) == "package.json":
            return Target("folder", os.path.dirname(path) or ".")
        return Target("tarball", path)
    shown = one_line(text)
    slashed = text[:1] != "@" and "/" in text.partition("@")[0]
    if (is_path(text) or slashed) and "://" not in text:
        raise UsageError(f"{shown}: there is no such file or folder")
    at = text.find("@", 1)
    name, wanted = (text, "") if at < 0 or text.startswith("npm:") else (text[:at], text[at + 1 :])
    spec = specs.parse("", text) if text.startswith("npm:") else specs.parse(name, wanted)
    wrong = faults(spec.name) if spec.registry else []
    if not spec.registry or wrong:
        reason = f" ({wrong[0]})" if wrong else ""
        raise UsageError(f"{shown}: neither a file or folder, nor a package of a registry{reason}")
    asked = spec.range if spec.range != "*" or wanted == "*" or wanted.endswith("@*") else None
    return Target("registry", None, spec.name, asked)
