"""From the bytes of a tarball to what the rules ask of it, and in and out of the cache."""

from __future__ import annotations

import json
import posixpath
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from npmguard.model import Contents

# To be raised with every change of what is read of a package: what was noted before is read anew.
ANALYSIS = 2

# The fields of a package.json that some rule looks at.
_FIELDS = (
    *("name", "version", "type", "main", "module", "browser", "exports", "bin", "directories", "files"),
    *("scripts", "gypfile", "dependencies", "devDependencies", "optionalDependencies", "peerDependencies"),
    *("bundleDependencies", "bundledDependencies", "publishConfig", "engines", "os", "cpu", "repository"),
    *("license", "licence", "licenses"),
)
_LARGEST_FIELDS = 1_000_000  # bytes of them all, as JSON
_DEPTH = 50  # of one in another

_MIB = 1024 * 1024
# What nothing can start, or what is looked at no further than its first line.
_NO_CODE = frozenset(
    (
        *(".map", ".md", ".markdown", ".txt", ".json", ".json5", ".yml", ".yaml", ".toml", ".xml", ".csv"),
        *(".css", ".scss", ".sass", ".less", ".styl", ".html", ".htm", ".svg", ".png", ".jpg", ".jpeg"),
        *(".gif", ".webp", ".ico", ".avif", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".pdf", ".flow"),
        *(".mp3", ".mp4", ".webm", ".wasm", ".node", ".exe", ".dll", ".so", ".dylib", ".a", ".lib"),
        *(".zip", ".gz", ".tgz", ".br", ".bin", ".dat", ".c", ".cc", ".cpp", ".h", ".hpp", ".rs", ".go"),
    )
)
_TYPES = (".d.ts", ".d.mts", ".d.cts")
_HEAD = 4096  # bytes
_MOST = 192 * _MIB  # bytes of code of one package


def read(data: bytes, shown: str) -> Contents:
    """What a tarball holds. Raises InputError as `packing.tarball.read` does."""
    from npmguard.code.package import examine
    from npmguard.packing import tarball

    files: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    held = 0

    def take(entry: tarball.Entry) -> None:
        nonlocal held
        if entry.kind != "file" or entry.skipped:
            return
        content = entry.data
        if content is None:
            unread[entry.path] = "it is too large to be read"
            content = b""
        elif _no_code(entry.path):
            content = content[:_HEAD]
        elif held + len(content) > _MOST:
            unread[entry.path] = "the package holds too much code to read it all"
            content = content[:_HEAD]
        held += len(content)
        files[entry.path] = content

    found = tarball.read(data, shown, take)
    manifest = _manifest(found.manifest)
    code = examine(files.items(), manifest)
    if unread:
        code = code._replace(unread=(*code.unread, *sorted(unread.items())[:20]))
    return Contents(found.files, _kept(manifest), found.oddities, code)


def _no_code(path: str) -> bool:
    lower = path.lower()
    return lower.endswith(_TYPES) or posixpath.splitext(lower)[1] in _NO_CODE


def _manifest(data: bytes | None) -> dict[str, Any]:
    """The package.json; {} for what is none."""
    try:
        found = json.loads((data or b"").decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _kept(manifest: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left = _LARGEST_FIELDS
    for field in _FIELDS:
        if field in manifest and _shallow(manifest[field]):
            left -= len(json.dumps(manifest[field]))
            if left >= 0:
                found[field] = manifest[field]
    return found


def _shallow(value: object, left: int = _DEPTH) -> bool:
    """Is it nested no deeper than that?"""
    if isinstance(value, Mapping):
        return left > 0 and all(_shallow(item, left - 1) for item in value.values())
    return not isinstance(value, list) or (left > 0 and all(_shallow(item, left - 1) for item in value))


# -- in the cache

_encode = msgspec.msgpack.Encoder().encode


@cache
def _decoder() -> msgspec.msgpack.Decoder[Contents]:
    return msgspec.msgpack.Decoder(Contents)


@cache
def edition() -> str:
    """What tells this reading of a package from that of another npmguard, or without a parser."""
    from importlib.util import find_spec

    from npmguard import __version__

    parser = all(find_spec(name) is not None for name in ("tree_sitter", "tree_sitter_javascript"))
    return f"{__version__}-{ANALYSIS}{'+' if parser else ''}"


def packed(contents: Contents) -> bytes:
    """Contents as the cache keeps them."""
    try:
        found = _encode(contents)
    except (UnicodeEncodeError, OverflowError):
        # half characters, and numbers that no JSON has need of
        found = _encode(_plain(contents))
    return zlib.compress(found, 1)


def unpacked(data: bytes) -> Contents:
    """The contents that `packed` wrote. Raises ValueError for anything else."""
    try:
        return _decoder().decode(zlib.decompress(data))
    except (msgspec.DecodeError, zlib.error) as error:
        raise ValueError("not the contents of a package") from error


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -(1 << 63) <= value < 1 << 63:
        return float(value) if abs(value) < 1 << 1000 else 0.0
    return value
