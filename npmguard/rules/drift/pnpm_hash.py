"""How pnpm names what shaped a lockfile: the hashes of package extensions, patches and hooks."""

from __future__ import annotations

import json
from base64 import b32encode, b64encode
from collections.abc import Mapping
from hashlib import md5, sha256
from typing import Any


def base32(hexadecimal: str) -> str:
    """A hash in the letters of pnpm 7 to 9: base 32, lower case, without padding."""
    return b32encode(bytes.fromhex(hexadecimal)).decode().rstrip("=").lower()


def base64(hexadecimal: str) -> str:
    """A SHA-256 in the letters of pnpm 10 and later."""
    return f"sha256-{b64encode(bytes.fromhex(hexadecimal)).decode()}"


def of_extensions(extensions: Mapping[str, Any], major: int) -> tuple[str, ...]:
    """The checksums that `packageExtensions` may have, as a major version of pnpm writes them.

    There may be several because YAML was read as texts: `1` may have been a number.
    """
    readings = {json.dumps(typed): typed for typed in (_typed(extensions, False), _typed(extensions, True))}
    if major >= 10:
        return tuple(_object_hash(typed) for typed in readings.values())
    return tuple(_json_hash(typed, sort=major >= 8) for typed in readings.values())


def _json_hash(value: Any, *, sort: bool) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=sort)
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _object_hash(value: Any) -> str:
    """As the npm package object-hash does with `respectType: false` and everything unordered."""
    return base64(sha256("".join(_written(value)).encode()).hexdigest())


def _written(value: Any) -> list[str]:
    if isinstance(value, dict):
        parts = [f"object:{len(value)}:"]
        for key in sorted(value):
            parts += [*_written(key), ":", *_written(value[key]), ","]
        return parts
    if isinstance(value, list):
        parts = [f"array:{len(value)}:"]
        if len(value) <= 1:
            return parts + [part for item in value for part in _written(item)]
        parts.append(f"array:{len(value)}:")
        for text in sorted("".join(_written(item)) for item in value):
            parts += _written(text)
        return parts
    if isinstance(value, bool):
        return [f"bool:{str(value).lower()}"]
    if isinstance(value, int | float):
        return [f"number:{value}"]
    if value is None:
        return ["Null"]
    return [f"string:{_length(value)}:", value]


def _length(text: str) -> int:
    """The length of a text as JavaScript counts it."""
    return len(text.encode("utf-16-le")) // 2


def _typed(value: Any, numbers: bool) -> Any:
    """A value with its truths, and on demand its numbers, as YAML has them."""
    if isinstance(value, Mapping):
        return {key: _typed(item, numbers) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item, numbers) for item in value]
    if value in ("true", "false"):
        return value == "true"
    if numbers and isinstance(value, str) and value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value) if "." in value else int(value)
    return value
