"""What package.json and a manager's own settings file say, for each package manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npmguard.globs import workspace_patterns
from npmguard.lockfiles import Catalogs

# where a manager keeps the settings of a project, in its own form
CONFIG_FILES = {
    "pnpm": "pnpm-workspace.yaml",
    "yarn-berry": ".yarnrc.yml",
    "yarn": ".yarnrc",
    "bun": "bunfig.toml",
}
PNPM_HOOKS = (".pnpmfile.mjs", ".pnpmfile.cjs")  # pnpm runs them; npmguard looks whether they changed
_NAMES = ("npm", "pnpm", "yarn", "bun")


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
