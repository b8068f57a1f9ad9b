"""What an install runs of a package, and how that differs between two releases of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from npmguard.rules.publishing import scripts

HOOKS = ("preinstall", "install", "postinstall")
REBUILD = "node-gyp rebuild"
_UNKNOWN = "not known"


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
