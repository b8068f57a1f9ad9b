"""Which package manager the project in a folder uses, and what that one's own settings file says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from npmguard import managers, tomltext
from npmguard.errors import InputError
from npmguard.lockfiles import BY_FILE, FORMATS
from npmguard.project.files import read


def choose(
    folder: str, data: Mapping[str, Any], present: Sequence[str], named: str | None = None
) -> tuple[str, str | None]:
    """(the manager: npm, yarn, yarn-berry, pnpm or bun; the name of the lockfile in force or None).

    A lockfile that the user named decides; then what package.json says (`packageManager`, then
    `devEngines.packageManager`), as far as such a lockfile lies there; then a settings file beside a lockfile
    of its manager; then the lockfiles, npm's first.
    """
    if named is not None:
        return _manager(folder, data, named), named
    families = {name: BY_FILE[name].manager for name in present}
    said = managers.declared(data)
    hinted = [m.removesuffix("-berry") for m, file in managers.CONFIG_FILES.items() if _has(folder, file)]
    for family in ([said[0]] if said else []) + hinted:
        matching = [name for name in present if families[name] == family]
        if matching:
            return _manager(folder, data, matching[0]), matching[0]
    if present:
        return _manager(folder, data, present[0]), present[0]
    family = said[0] if said else hinted[0] if hinted else "npm"
    return (_yarn(folder, data, None) if family == "yarn" else family), None


def _manager(folder: str, data: Mapping[str, Any], lockfile: str) -> str:
    family = BY_FILE[os.path.basename(lockfile)].manager
    return _yarn(folder, data, lockfile) if family == "yarn" else family


def _yarn(folder: str, data: Mapping[str, Any], lockfile: str | None) -> str:
    """Which of the two yarns: what its lockfile says, else package.json, else the settings files."""
    if lockfile is not None:
        from npmguard.lockfiles.yarn import is_berry

        path = os.path.join(folder, lockfile)
        return "yarn-berry" if is_berry(read(path, path)) else "yarn"
    said = managers.declared(data)
    if said and said[0] == "yarn" and (major := re.match(r"[^\d]*(\d+)", said[1])):
        return "yarn" if int(major[1]) < 2 else "yarn-berry"
    return "yarn-berry" if _has(folder, managers.CONFIG_FILES["yarn-berry"]) else "yarn"


def config(folder: str, manager: str, shown: str) -> dict[str, Any]:
    """What the manager's own settings file in the folder says; empty where there is none.

    `shown` is the folder as the user knows it. Raises InputError for a file that cannot be read.
    """
    name = managers.CONFIG_FILES.get(manager)
    if name is None or not _has(folder, name):
        return {}
    file = os.path.normpath(os.path.join(shown, name)).replace(os.sep, "/")
    data = read(os.path.join(folder, name), file)
    if manager == "yarn":
        return _yarnrc(data.decode(errors="replace"))
    if not data.strip():
        return {}
    if manager == "bun":
        return tomltext.loads(data, file)[0]
    from npmguard import yamltext

    found = yamltext.loads(data, file)
    if found is not None and not isinstance(found, dict):
        raise InputError(file, "the file holds no mapping", 1)
    return found or {}


def _yarnrc(text: str) -> dict[str, str]:
    """The settings of yarn classic: a key and a value on each line, either of them quoted or not."""
    found = {}
    for line in text.splitlines():
        words = re.fullmatch(r'\s*(?:"([^"]*)":?|([^\s"#]\S*))\s+(?:"([^"]*)"|(\S.*?))\s*', line)
        if words is not None:
            key = words[1] if words[1] is not None else words[2].removesuffix(":")
            found[key] = words[3] if words[3] is not None else words[4]
    return found


def lockfiles(folder: str) -> tuple[str, ...]:
    """The lockfiles that lie in a folder, in the order of preference."""
    found = [f.file for f in FORMATS if not f.file.startswith(".") and _has(folder, f.file)]
    return tuple(found)


def _has(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))
