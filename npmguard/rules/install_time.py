"""What an install runs of a package, and how that differs between two releases of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from npmguard.rules.publishing import scripts

HOOKS = ("preinstall", "install", "postinstall")
REBUILD = "node-gyp rebuild"
_UNKNOWN = "not known"

# What native add-ons are compiled or fetched with, what sets up git hooks, and what only says something.
_KNOWN = frozenset(
    (
        *(
            "node-gyp",
            "node-gyp-build",
            "node-gyp-build-optional-packages",
            "node-pre-gyp",
            "node-waf",
            "make",
        ),
        *("prebuild-install", "prebuild", "cmake-js", "neon", "napi-postinstall", "ngcc", "patch-package"),
        *(
            "husky",
            "yorkie",
            "is-ci",
            "is-in-ci",
            "only-allow",
            "opencollective",
            "opencollective-postinstall",
        ),
        *("echo", "true", "exit", ":"),
    )
)
_QUOTED = re.compile(r"""'[^']*'|"(?:[^"$`\\]|\\.)*\"""")
_REDIRECTS = re.compile(r"(?:\d|&)?>>?\s*(?:&\d|[\w./-]+)")
_STEPS = re.compile(r"&&|\|\||[;()\n]")
_RISKY = re.compile(r"[|&<>`$]")
_ENDING = re.compile(r"\.[cm]?js$")
_LONGEST = 10_000


class Difference(NamedTuple):
    """Of two releases: the hooks that are new, and those whose command is another, with the new command."""

    new: Mapping[str, str]
    changed: Mapping[str, str]
    first: bool  # the earlier release ran nothing at all


def runs(data: Mapping[str, Any], paths: Iterable[str] | None = None) -> dict[str, str]:
    """What an install of that package.json runs: hook to command, in npm's order.

    `paths` are the package's files, where they are known: npm compiles what has a binding.gyp and neither an
    install nor a preinstall script, unless `gypfile` is false. What a registry says of its own accord
    (`hasInstallScript`) counts where nothing else is known.
    """
    found = scripts(data)
    hooks = {hook: found[hook] for hook in HOOKS if hook in found}
    gyp = data.get("gypfile") is True or (paths is not None and "binding.gyp" in paths)
    if gyp and data.get("gypfile") is not False and "install" not in hooks and "preinstall" not in hooks:
        hooks = {"install": REBUILD, **hooks}
    if not hooks and data.get("hasInstallScript") is True:
        hooks = {"install": _UNKNOWN}
    return hooks


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    """What `after` runs and `before` did not."""
    if _UNKNOWN in before.values():
        return Difference({}, {}, False)  # it ran something, and nobody says what
    return Difference(
        {hook: command for hook, command in after.items() if hook not in before},
        {hook: command for hook, command in after.items() if hook in before and before[hook] != command},
        not before,
    )


def is_known(command: str) -> bool:
    """Is it all of a well-known kind: building, fetching what was prebuilt, git hooks, a message?"""
    if len(command) > _LONGEST:
        return False
    for step in _STEPS.split(_REDIRECTS.sub(" ", _QUOTED.sub("text", command))):
        words = step.split()
        if words[:1] == ["npx"]:
            words = [word for word in words[1:] if not word.startswith("-")]
        if words and (words[0] not in _KNOWN or _RISKY.search(step)):
            return False
    return True


def alike(one: str, other: str) -> bool:
    """Do two commands start the same, but for spelling?"""
    return _bare(one) == _bare(other)


def _bare(command: str) -> list[str]:
    return [_ENDING.sub("", word.removeprefix("./")) for word in command[:_LONGEST].split()]
