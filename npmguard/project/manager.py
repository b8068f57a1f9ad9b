"""Which package manager a project uses, and what that one's own settings file says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from npmguard import tomltext
from npmguard.errors import InputError
from npmguard.globs import workspace_patterns
from npmguard.lockfiles import BY_FILE, FORMATS, Catalogs
from npmguard.project.files import read

# where a manager keeps the settings of a project, in its own form
CONFIG_FILES = {
    "pnpm": "pnpm-workspace.yaml",
    "yarn-berry": ".yarnrc.yml",
    "yarn": ".yarnrc",
    "bun": "bunfig.toml",
}
_NAMES = ("npm", "pnpm", "yarn", "bun")


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
    said = declared(data)
    hinted = [m.removesuffix("-berry") for m, file in CONFIG_FILES.items() if _has(folder, file)]
    for family in ([said[0]] if said else []) + hinted:
        matching = [name for name in present if families[name] == family]
        if matching:
            return _manager(folder, data, matching[0]), matching[0]
    if present:
        return _manager(folder, data, present[0]), present[0]
    family = said[0] if said else hinted[0] if hinted else "npm"
    return (_yarn(folder, data, None) if family == "yarn" else family), None


def declared(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """(manager, version or "") as package.json names it, or None. Yarn's two are both "yarn" here."""
    pinned = data.get("packageManager")
    if isinstance(pinned, str):
        name, _, pin = pinned.partition("@")
        if name in _NAMES:
            return name, pin.partition("+")[0]
    engines = data.get("devEngines")
    wanted = engines.get("packageManager") if isinstance(engines, dict) else None
    for entry in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(entry, dict) and entry.get("name") in _NAMES:
            version = entry.get("version")
            return str(entry["name"]), version if isinstance(version, str) else ""
    return None


def _manager(folder: str, data: Mapping[str, Any], lockfile: str) -> str:
    family = BY_FILE[os.path.basename(lockfile)].manager
    return _yarn(folder, data, lockfile) if family == "yarn" else family


def _yarn(folder: str, data: Mapping[str, Any], lockfile: str | None) -> str:
    """Which of the two yarns: what its lockfile says, else package.json, else the settings files."""
    if lockfile is not None:
        from npmguard.lockfiles.yarn import is_berry

        path = os.path.join(folder, lockfile)
        return "yarn-berry" if is_berry(read(path, path)) else "yarn"
    said = declared(data)
    if said and said[0] == "yarn" and (major := re.match(r"[^\d]*(\d+)", said[1])):
        return "yarn" if int(major[1]) < 2 else "yarn-berry"
    return "yarn-berry" if _has(folder, CONFIG_FILES["yarn-berry"]) else "yarn"


def config(folder: str, manager: str, shown: str) -> dict[str, Any]:
    """What the manager's own settings file in the folder says; empty where there is none.

    `shown` is the folder as the user knows it. Raises InputError for a file that cannot be read.
    """
    name = CONFIG_FILES.get(manager)
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


def members(manager: str, data: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    """The patterns of the project's workspaces: pnpm's own file names them, for all others package.json."""
    if manager != "pnpm":
        return workspace_patterns(data)
    listed = settings.get("packages")
    found = [p for p in listed if isinstance(p, str)] if isinstance(listed, list) else []
    # pnpm takes away what a ! names wherever it stands
    return sorted(found, key=lambda pattern: pattern.startswith("!"))


def catalogs(manager: str, data: Mapping[str, Any], settings: Mapping[str, Any]) -> Catalogs:
    """The ranges that `catalog:` and `catalog:NAME` stand for, by catalog ("default" for the unnamed one).

    pnpm and yarn keep them in their settings file, bun in package.json, inside `workspaces` or beside it.
    """
    places: list[Mapping[str, Any]] = [settings]
    if manager == "bun":
        inner = data.get("workspaces")
        places = [data, inner] if isinstance(inner, dict) else [data]
    found: dict[str, dict[str, str]] = {}
    for place in places:
        named = place.get("catalogs")
        for name, ranges in (
            *(named.items() if isinstance(named, dict) else ()),
            ("default", place.get("catalog")),
        ):
            if isinstance(ranges, dict):
                texts = {k: v for k, v in ranges.items() if isinstance(v, str)}
                found.setdefault(str(name), {}).update(texts)
    return found


def lockfiles(folder: str) -> tuple[str, ...]:
    """The lockfiles that lie in a folder, in the order of preference."""
    found = [f.file for f in FORMATS if not f.file.startswith(".") and _has(folder, f.file)]
    return tuple(found)


def _has(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))
