"""What a package.json says about packing, read as npm reads it before it packs."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple


class Declared(NamedTuple):
    """The fields of a package.json that decide what is packed.

    `files` is None where there is none. `entries` are `browser`, `main` and the targets of `bin`, in npm's
    order, as the texts that its rules are made of: an object under `browser` becomes JavaScript's
    "[object Object]". `bin_folder` stands for `bin` where that is missing. `bundled` are the names of
    bundled dependencies, which count in the package that is packed; `needed` are those of dependencies,
    which come along where the package is itself bundled.
    """

    name: str = ""
    files: tuple[str, ...] | None = None
    entries: tuple[str, ...] = ()
    bins: tuple[str, ...] = ()
    bin_folder: str = ""
    bundled: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    dev: frozenset[str] = frozenset()
    patches: tuple[str, ...] = ()


def declared(manifest: Mapping[str, Any]) -> Declared:
    """What a manifest says. Raises ValueError for `files` that npm cannot go through."""
    name = manifest.get("name")
    name = name if isinstance(name, str) else ""
    files = manifest.get("files")
    optional = _keys(manifest.get("optionalDependencies"))
    dependencies = [key for key in _keys(manifest.get("dependencies")) if key not in optional]
    bins = _bins(manifest.get("bin"), name)
    patches = manifest.get("patchedDependencies")
    folders = manifest.get("directories")
    bin_folder = folders.get("bin") if isinstance(folders, dict) and not _true(manifest.get("bin")) else None
    return Declared(
        name,
        None if not _true(files) else _files(files),
        (*(_text(field) for key in ("browser", "main") if _true(field := manifest.get(key))), *bins),
        bins,
        _secured(bin_folder) if isinstance(bin_folder, str) else "",
        _bundled(manifest),
        (*dependencies, *optional),
        frozenset(_keys(manifest.get("devDependencies"))),
        tuple(p for p in patches.values() if isinstance(p, str)) if isinstance(patches, dict) else (),
    )


def _files(value: object) -> tuple[str, ...]:
    if isinstance(value, str):  # npm goes through its letters
        return tuple(value)
    if not isinstance(value, list):
        raise ValueError('"files" is no list')
    if not all(isinstance(entry, str) for entry in value):
        raise ValueError('"files" holds something that is not text')
    return tuple(value)


def _bundled(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    value = manifest.get("bundleDependencies", manifest.get("bundledDependencies"))
    if value is True:
        return tuple(_keys(manifest.get("dependencies")))
    if isinstance(value, dict):
        return tuple(value)
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _bins(value: object, name: str) -> tuple[str, ...]:
    """The targets of `bin`, made safe as npm does it: none leads out of the package."""
    if isinstance(value, str) and value and name:
        value = {name: value}
    elif isinstance(value, list):
        value = {posixpath.basename(target): target for target in value if isinstance(target, str)}
    if not isinstance(value, dict):
        return ()
    found: dict[str, str] = {key: target for key, target in value.items() if isinstance(target, str)}
    for key, target in list(found.items()):
        base, safe = posixpath.basename(_secured(key)), _secured(target)
        if not base or not safe or base != key:
            del found[key]
        if base and safe:
            found[base] = safe
    return tuple(found.values())


def _secured(path: str) -> str:
    """A path from the package's own folder, with `..` followed no further than there."""
    joined = posixpath.normpath("/" + path.replace("\\", "/").replace(":", "/")).lstrip("/")
    slash = "/" if path.endswith(("/", "\\", ":")) and joined else ""
    return joined + slash


def _true(value: object) -> bool:
    """Is it true to JavaScript?"""
    return isinstance(value, list | dict) or (value is not None and value not in (False, 0, ""))


def _text(value: object) -> str:
    """What JavaScript makes of a value in a text."""
    if isinstance(value, list):
        return ",".join("" if item is None else _text(item) for item in value)
    if isinstance(value, dict):
        return "[object Object]"
    return str(value).lower() if isinstance(value, bool) else str(value)
