"""package.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.model import Manifest

_MAPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def parse(data: bytes, file: str) -> Manifest:
    """A package.json's bytes, typed. `file` is its path as the user knows it.

    Raises InputError where it is no JSON object, or where a field that npmguard looks at has a type that
    npm would stumble over.
    """
    document = jsontext.loads(data, file)
    if not isinstance(document, dict):
        raise InputError(file, "not a package.json: the file holds no JSON object", 1)
    return of(document, file, data)


def of(document: Mapping[str, Any], file: str, data: bytes = b"") -> Manifest:
    """The manifest that a JSON object is; `data` is its text, for the line numbers of errors."""

    def refuse(pointer: str, reason: str) -> InputError:
        lines = jsontext.Places(data.decode(errors="replace")).lines(frozenset([pointer]))
        return InputError(file, reason, lines.get(pointer))

    for field in ("name", "version"):
        if not isinstance(document.get(field, ""), str | None):
            raise refuse(f"/{field}", f'"{field}" is not text')
    maps: dict[str, dict[str, str]] = {}
    for field in _MAPS:
        value = document.get(field)
        if value is None or value == []:
            value = {}
        if not isinstance(value, dict):
            raise refuse(f"/{field}", f'"{field}" is not an object')
        for name, spec in value.items():
            if not isinstance(spec, str):
                raise refuse(jsontext.pointer(field, name), f"the range of {name!r} is not text")
        maps[field] = value
    meta = document.get("peerDependenciesMeta")
    soft = (
        frozenset(name for name, about in meta.items() if isinstance(about, dict) and about.get("optional"))
        if isinstance(meta, dict)
        else frozenset()
    )
    return Manifest(
        file,
        document.get("name") or None,
        document.get("version") or None,
        maps["dependencies"],
        maps["devDependencies"],
        maps["optionalDependencies"],
        maps["peerDependencies"],
        soft,
        document,
    )
