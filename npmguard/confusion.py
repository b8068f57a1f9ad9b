"""Where the registry's manifest of a release and the package.json in its tarball tell different things.

The registry takes the manifest apart from the tarball and never compares them. What publishing itself
changes is no difference: npm adds `node-gyp rebuild` for a binding.gyp and a range for a bundled dependency,
lists optional dependencies among the others, and writes scripts, commands, versions and git addresses its
own way; pnpm and yarn put ranges in the place of `workspace:` and `catalog:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from npmguard import specs, versions
from npmguard.model import Severity

_ON_INSTALL = ("preinstall", "install", "postinstall")
_BIN = re.compile(r"(?:\./)?node_modules/\.bin/")
_WORD = re.compile(r"\s*(@?[^\s@<>=]+)[@\s]*(.*)", re.DOTALL)  # a dependency in the oldest manifests
_NO_RANGE = ("", "*", "x", "latest")


class Difference(NamedTuple):
    """One thing that the two tell differently; None where one of them does not tell it.

    `severity` says what it may hide: what an install runs or brings, and only the tarball tells, is high.
    """

    field: str  # name, version, scripts, dependencies or bin
    key: str  # which script, dependency or command; "" for name and version
    registry: str | None
    tarball: str | None
    severity: Severity


def differences(
    registry: Mapping[str, Any], tarball: Mapping[str, Any], *, full: bool = False
) -> list[Difference]:
    """What the registry's manifest and the tarball's package.json tell differently, the worst first.

    Both are as they stand in JSON, whatever is in them. Of scripts those are compared that an install runs;
    with `full` (the registry's manifest is whole) the others as well.
    """
    found = [
        *_identity(registry, tarball),
        *_scripts(registry, tarball, full),
        *_dependencies(registry, tarball),
        *_commands(registry, tarball),
    ]
    return sorted(found, key=lambda difference: -difference.severity)


def _identity(registry: Mapping[str, Any], tarball: Mapping[str, Any]) -> Iterator[Difference]:
    for field in ("name", "version"):
        ours, theirs = _text(registry.get(field)), _text(tarball.get(field))
        if ours is None or ours == theirs:
            continue
        if field == "version" and theirs is not None:
            known = versions.key(ours, loose=True)
            if known is not None and known == versions.key(theirs, loose=True):
                continue
        yield Difference(field, "", ours, theirs, Severity.HIGH)


def _scripts(registry: Mapping[str, Any], tarball: Mapping[str, Any], full: bool) -> Iterator[Difference]:
    ours, theirs = _commandlines(registry), _commandlines(tarball)
    for key in sorted({*ours, *theirs}):
        listed, packed = ours.get(key), theirs.get(key)
        if listed == packed or (key not in _ON_INSTALL and not full):
            continue
        if packed is None and (listed == "node-gyp rebuild" or key not in _ON_INSTALL):
            continue
        severity = Severity.LOW if packed is None or key not in _ON_INSTALL else Severity.HIGH
        yield Difference("scripts", key, listed, packed, severity)


def _dependencies(registry: Mapping[str, Any], tarball: Mapping[str, Any]) -> Iterator[Difference]:
    ours, theirs = _asked(registry), _asked(tarball)
    bundled = _bundled(tarball)
    for key in sorted({*ours, *theirs}):
        listed, packed = ours.get(key), theirs.get(key)
        if listed == packed or (packed is None and key in bundled):
            continue
        if listed is None:
            yield Difference("dependencies", key, None, packed, Severity.HIGH)
        elif packed is None:
            yield Difference("dependencies", key, listed, None, Severity.MODERATE)
        elif not _same(key, listed, packed):
            yield Difference("dependencies", key, listed, packed, Severity.MODERATE)


def _commands(registry: Mapping[str, Any], tarball: Mapping[str, Any]) -> Iterator[Difference]:
    ours, theirs = _bin(registry, registry), _bin(tarball, registry)
    publish = tarball.get("publishConfig")
    instead = _bin(publish, registry) if isinstance(publish, Mapping) else {}
    for key in sorted({*ours, *theirs}):
        listed, packed = ours.get(key), theirs.get(key)
        if listed == packed or (listed is not None and listed == instead.get(key)):
            continue
        if instead if listed is None else packed is None and _folder(tarball):
            continue
        severity = Severity.MODERATE if listed is None else Severity.LOW
        yield Difference("bin", key, listed, packed, severity)


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {k: v.strip() for k, v in value.items() if isinstance(k, str) and isinstance(v, str)}


def _commandlines(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Its scripts, without the way to node_modules/.bin that publishing strips off."""
    plain = {
        key: _BIN.sub("", line, count=1) if _BIN.match(line) else line
        for key, line in _texts(manifest.get("scripts")).items()
    }
    return {key: line for key, line in plain.items() if line}


def _asked(manifest: Mapping[str, Any]) -> dict[str, str]:
    """All that it depends on. Old manifests list names, or write name and range in one text."""
    found: dict[str, str] = {}
    for field in ("dependencies", "optionalDependencies"):
        value = manifest.get(field)
        if isinstance(value, str):
            value = re.split(r"[\n\r\t ,]+", value)
        if isinstance(value, list):
            words = [match for word in value if isinstance(word, str) and (match := _WORD.fullmatch(word))]
            value = {match[1]: match[2] for match in words}
        found |= _texts(value)
    return found


def _bundled(manifest: Mapping[str, Any]) -> frozenset[str]:
    for field in ("bundleDependencies", "bundledDependencies"):
        value = manifest.get(field)
        if value is True:
            return frozenset(_asked(manifest))
        if isinstance(value, list | Mapping):
            return frozenset(name for name in value if isinstance(name, str))
    return frozenset()


def _same(name: str, listed: str, packed: str) -> bool:
    """Do two texts ask for the same?"""
    if packed.startswith(("workspace:", "catalog:")) or (listed in _NO_RANGE and packed in _NO_RANGE):
        return True
    if "".join(listed.split()) == "".join(packed.split()):
        return True
    ours, theirs = specs.parse(name, listed), specs.parse(name, packed)
    return ours._replace(text="") == theirs._replace(text="")


def _bin(manifest: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, str]:
    """Its commands, with their files as npm writes them: `./bin/x.js` is `bin/x.js`."""
    value = manifest.get("bin")
    if isinstance(value, str):
        name = _text(named.get("name")) or ""
        value = {name.rpartition("/")[2]: value}
    return {
        key.replace("\\", "/").rpartition("/")[2]: _path(path) for key, path in _texts(value).items() if path
    }


def _folder(manifest: Mapping[str, Any]) -> bool:
    """Does it name a folder of commands? Publishing lists what is in it."""
    directories = manifest.get("directories")
    return isinstance(directories, Mapping) and bool(directories.get("bin"))


def _path(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts)
