"""npm's `overrides`: which text a dependency is really asked for by.

The meaning is that of npm 11 (arborist's OverrideSet): rules nest, the nearest one wins, a rule may be
bound to a range of what it overrides, and `$name` stands for the project's own range of `name`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from npmguard import specs, versions
from npmguard.model import Manifest


class Rule:
    """One override and those nested in it. The outermost one has no name and overrides nothing itself."""

    __slots__ = ("children", "name", "parent", "range", "value")

    def __init__(self, parent: Rule | None, name: str, range: str, value: str) -> None:
        self.parent = parent
        self.name = name
        self.range = range  # of what it overrides; "*" for any
        self.value = value  # what to ask for instead; "*" changes nothing
        self.children: list[Rule] = []

    def inside(self, other: Rule) -> bool:
        """Is this rule `other`, or nested in it?"""
        here: Rule | None = self
        while here is not None:
            if here is other:
                return True
            here = here.parent
        return False

    def _nearest_first(self) -> Iterator[Rule]:
        here: Rule | None = self
        while here is not None:
            yield from here.children
            if here.parent is not None:
                yield here
            here = here.parent

    def match(self, name: str, spec: str) -> Rule:
        """The rule in force for a dependency on `name` that stands inside this rule (itself if none)."""
        for rule in self._nearest_first():
            if rule.name == name and (rule.range == "*" or _meets(name, spec, rule.range)):
                return rule
        return self


def _meets(name: str, spec: str, range: str) -> bool:
    asked = specs.parse(name, spec)
    if asked.kind == "git":
        return asked.range is not None and versions.intersects(asked.range, range)
    if asked.kind in ("range", "version"):
        return versions.intersects(asked.range or "*", range)
    return True


def read(manifest: Manifest) -> Rule | None:
    """The overrides of a project's package.json, or None where it has none (or none that npm could read)."""
    found = manifest.data.get("overrides")
    if not isinstance(found, dict) or not found:
        return None
    root = Rule(None, "", "*", "*")
    waiting: list[tuple[Rule, Mapping[str, Any], int]] = [(root, found, 0)]
    while waiting:
        parent, rules, depth = waiting.pop()
        for key, value in rules.items():
            if key == "." or depth > 50:
                continue
            at = key.find("@", 1)
            name, range = (key, "*") if at < 0 else (key[:at], key[at + 1 :] or "*")
            below = value if isinstance(value, dict) else {".": value}
            text = below.get(".")
            # an empty text is any version, which changes nothing
            rule = Rule(parent, name, range, (text or "*") if isinstance(text, str) else range)
            parent.children.append(rule)
            waiting.append((rule, below, depth + 1))
    return root


def effective(rule: Rule | None, name: str, spec: str, manifest: Manifest) -> str:
    """What is asked for under `rule` (as `match` gave it) instead of `spec`.

    `manifest` is the project's, for `$name`.
    """
    if rule is None or rule.name != name or rule.value == "*":
        return spec
    if rule.value.startswith("$"):
        reference = rule.value[1:]
        for field in (
            manifest.dev_dependencies,
            manifest.optional_dependencies,
            manifest.dependencies,
            manifest.peer_dependencies,
        ):
            if reference in field:
                return field[reference]
        return spec
    return rule.value
