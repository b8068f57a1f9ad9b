"""bun's overrides and resolutions: what they say, in one form.

bun 1.4 knows rules for a package below another one and rules bound to a version; before it, rules were plain
names. It takes npm's and pnpm's spelling in "overrides", yarn's in "resolutions", and looks at the second
only where there is no first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from npmguard.model import Manifest

# pnpm's mark between a package and the one below it, not the one of a range
_BELOW = re.compile(r"(?<=[^ |@])>")


def read(manifest: Manifest, wanted: Mapping[str, str], *, modern: bool) -> dict[str, str]:
    """What a project's package.json forces: selector ("name", "name@range", "above>name") to spec.

    `wanted` is what the project asks for itself, for `$name`.
    """
    rules = manifest.data.get("overrides")
    field = "overrides"
    if rules is None:
        rules, field = manifest.data.get("resolutions"), "resolutions"
    if not isinstance(rules, dict):
        return {}
    found = {}
    for selector, spec in _flat(rules) if modern else _plain(rules, field):
        if spec.startswith("$"):
            spec = wanted.get(spec[1:], "")
        if spec and not spec.startswith("patch:"):
            found[selector] = spec
    return found


def recorded(document: Mapping[str, Any]) -> dict[str, str]:
    """What a bun.lock says that was forced when it was written, in the same form."""
    rules = document.get("overrides")
    return dict(_flat(rules)) if isinstance(rules, dict) else {}


def names(selectors: Mapping[str, str]) -> frozenset[str]:
    """The names of the packages that are forced, wherever and in whatever version."""
    return frozenset(_name(selector.rpartition(">")[2]) for selector in selectors)


def _flat(rules: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rules, those one level deeper among them; bun looks no deeper than that."""
    for key, value in rules.items():
        selector = _selector(key)
        if selector is None:
            continue
        if isinstance(value, str):
            yield selector, value
        elif isinstance(value, dict) and ">" not in selector:
            for inner, spec in value.items():
                below = spec.get(".") if isinstance(spec, dict) else spec
                if isinstance(below, str):
                    yield (selector if inner == "." else f"{selector}>{inner}"), below


def _plain(rules: Mapping[str, Any], field: str) -> Iterator[tuple[str, str]]:
    for key, value in rules.items():
        if field == "resolutions":
            key = key.removeprefix("**/")
            if key.count("/") > key.startswith("@"):
                continue
        elif isinstance(value, dict):
            value = value.get(".")
        if key and isinstance(value, str):
            yield key, value


def _selector(key: str) -> str | None:
    """A rule's key as "name" or "above>name", each perhaps with @range; None for one that bun leaves out."""
    if key.startswith("//"):
        return key
    if _BELOW.search(key, 1):
        parts = [part.strip() for part in _BELOW.split(key)]
    else:
        parts = []
        for part in key.split("/"):
            if parts and parts[-1].startswith("@") and "/" not in parts[-1]:
                parts[-1] += f"/{part}"
            elif part != "**":
                parts.append(part)
    return ">".join(parts) if 1 <= len(parts) <= 2 and all(parts) else None


def _name(part: str) -> str:
    at = part.find("@", 1)
    return part if at < 0 else part[:at]
