"""From a full packument's bytes to a package's history, and in and out of the cache."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from npmguard.dates import seconds
from npmguard.licences import worded
from npmguard.model import History, Publication
from npmguard.registry.packument import deprecated, install_scripts, loosely, text, texts


class _Version(msgspec.Struct):
    version: Any = None
    dist: Any = None
    scripts: Any = None
    gypfile: Any = None
    hasInstallScript: Any = None
    dependencies: Any = None
    optionalDependencies: Any = None
    maintainers: Any = None
    deprecated: Any = None
    gitHead: Any = None
    bin: Any = None
    repository: Any = None
    license: Any = None
    licenses: Any = None  # of old
    npm_user: Any = msgspec.field(name="_npmUser", default=None)
    npm_operations: msgspec.Raw = msgspec.field(
        name="_npmOperationalInternal", default=msgspec.Raw(b"")
    )  # only a registry writes it


class _Document(msgspec.Struct):
    name: Any = None
    dist_tags: Any = msgspec.field(name="dist-tags", default=None)
    versions: dict[str, _Version] | None = None
    time: Any = None
    maintainers: Any = None


_decode = msgspec.json.Decoder(_Document).decode


def read(data: bytes, name: str) -> History:
    """The history that a full packument tells. Raises ValueError with a plain reason."""
    document = _document(data)
    if document.name is not None and document.name != name:
        raise ValueError("the registry answered with another package")
    if document.versions is None:
        raise ValueError("the registry answered without any versions")
    times = {
        version: when
        for version, written in texts(document.time).items()
        if version not in ("created", "modified") and (when := seconds(written)) is not None
    }
    found = [
        _publication(name, number, version, times.get(number))
        for number, version in document.versions.items()
    ]
    if all(publication.time is not None for publication in found):
        found.sort(key=lambda publication: publication.time or 0)
    return History(
        name,
        tuple(found),
        _names(document.maintainers),
        dict(texts(document.dist_tags)),
        {version: when for version, when in times.items() if version not in document.versions},
        any(_real(version) for version in document.versions.values()),
    )


def _document(data: bytes) -> _Document:
    try:
        return _decode(data)
    except (msgspec.DecodeError, RecursionError):
        raw = loosely(data)
    kept = {number: version for number, version in raw["versions"].items() if isinstance(version, dict)}
    return msgspec.convert({**raw, "versions": kept}, _Document)


def _publication(name: str, number: str, found: _Version, when: float | None) -> Publication:
    dist = found.dist if isinstance(found.dist, dict) else {}
    user = found.npm_user if isinstance(found.npm_user, dict) else {}
    scripts: Mapping[str, str] | None = install_scripts(found.scripts, found.gypfile)
    if not scripts and found.hasInstallScript is True:
        scripts = None  # there is one, and its text was left out
    return Publication(
        number,
        when,
        text(user.get("name")),
        isinstance(user.get("trustedPublisher"), dict),
        bool(dist.get("attestations")),
        scripts,
        {**texts(found.dependencies), **texts(found.optionalDependencies)},
        _names(found.maintainers),
        _signatures(dist.get("signatures")),
        text(dist.get("integrity")),
        text(dist.get("tarball")),
        _count(dist.get("unpackedSize")),
        _count(dist.get("fileCount")),
        isinstance(found.gitHead, str),
        deprecated(found.deprecated),
        commands(found.bin, name),
        source(found.repository),
        worded(found.license or found.licenses),
    )


def _real(found: _Version) -> bool:
    """Does it carry what only a registry adds?"""
    dist = found.dist if isinstance(found.dist, dict) else {}
    return (
        isinstance(found.npm_user, dict)
        or bool(bytes(found.npm_operations))
        or any(key in dist for key in ("signatures", "npm-signature", "attestations"))
    )


def commands(bin: object, name: str) -> dict[str, str]:
    """The commands that a manifest's `bin` names: a text stands for one by the package's name."""
    if isinstance(bin, str):
        return {name.rpartition("/")[2]: bin} if bin else {}
    return dict(texts(bin))


def source(repository: object) -> str | None:
    """Where a manifest says that its source is: `repository` is a text, or an object with a URL."""
    return text(repository.get("url") if isinstance(repository, dict) else repository)


def _names(found: object) -> tuple[str, ...]:
    """Accounts: objects with a name as a rule, in old documents `name <address>`."""
    if not isinstance(found, list):
        return ()
    names = [item.get("name") if isinstance(item, dict) else item for item in found]
    return tuple(name.partition(" <")[0] for name in names if isinstance(name, str) and name)


def _signatures(found: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(found, list):
        return ()
    pairs = [(item.get("keyid"), item.get("sig")) for item in found if isinstance(item, dict)]
    return tuple((key, sig) for key, sig in pairs if isinstance(key, str) and isinstance(sig, str))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


# -- in the cache

_encode = msgspec.msgpack.Encoder().encode
_decode_kept = msgspec.msgpack.Decoder(
    tuple[str, tuple[Publication, ...], tuple[str, ...], dict[str, str], dict[str, float], bool]
).decode


def packed(history: History) -> bytes:
    """A history as the cache keeps it."""
    return zlib.compress(_encode(tuple(history)), 1)


def unpacked(data: bytes) -> History:
    """The history that `packed` wrote. Raises ValueError for anything else."""
    try:
        return History(*_decode_kept(zlib.decompress(data)))
    except (msgspec.MsgspecError, zlib.error, ValueError, TypeError) as error:
        raise ValueError("not a history") from error
