"""The keys of the managers' allow-lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npmguard import specs
from npmguard.globs import UNSCOPED
from npmguard.model import Package, Source


class Entry(NamedTuple):
    """A key as it stands there, understood: a name, perhaps with versions, or where something comes from.

    `name` is "" for a source, `versions` None for any.
    """

    text: str
    name: str = ""
    versions: frozenset[str] | None = None

    def means(self, package: Package, *, anywhere: bool = False) -> bool:
        """Is this package meant? A name means those of a registry, or whatever bears it where `anywhere`."""
        if not self.name:
            resolved = package.resolved or ""
            whole = f"{package.name}@{resolved}"
            return self.text in (resolved, resolved.partition("#")[0], whole, package.key)
        if self.name != package.name or not (anywhere or package.source is Source.REGISTRY):
            return False
        return self.versions is None or package.version in self.versions


def entries(texts: Iterable[object]) -> list[Entry]:
    """The entries of a list. What no manager takes (a range, a pattern) means nothing and is left out."""
    known = (text.strip() for text in texts if isinstance(text, str) and len(text) <= _LONGEST)
    found = (_entry(text) for text in known if text)
    return [entry for entry in found if entry is not None]


def split(table: object) -> tuple[list[Entry], list[Entry]]:
    """(those that a table of texts to yes or no allows, those that it denies)."""
    if not isinstance(table, dict):
        return [], []
    yes = entries(key for key, value in table.items() if value in (True, "true"))
    return yes, entries(key for key, value in table.items() if value in (False, "false"))


_LONGEST = 500


def _entry(text: str) -> Entry | None:
    name, at, wanted = text[1:].partition("@")
    name = text[:1] + name
    if ":" in name or ":" in wanted:
        return Entry(text)
    if not at or wanted in ("", "*"):
        return Entry(text, name)
    versions = frozenset(part.strip().removeprefix("v") for part in wanted.split("||"))
    if all(specs.parse(name, version).kind == "version" for version in versions):
        return Entry(text, name, versions)
    return None


def texts(listed: object) -> list[str]:
    """The texts of a list; a text alone is one of one. What is too long to be a pattern is left out."""
    found = listed if isinstance(listed, list) else [listed]
    return [text for text in found if isinstance(text, str) and 0 < len(text) <= _LONGEST]


def unscoped(pattern: str) -> str:
    """A pattern of a manager whose * stands for no slash, where ours stands for everything."""
    return f"{UNSCOPED}{pattern}" if pattern.startswith("*") else pattern
