"""Forcing a version: what a project forces for a package, and how to write it, for each manager.

npm and bun call it overrides, both yarns resolutions, pnpm keeps its overrides in pnpm-workspace.yaml (before
version 10 in package.json, under "pnpm").
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from npmguard import versions
from npmguard.model import Project


def found(project: Project, name: str) -> tuple[str, str] | None:
    """(the version that the project forces for this name, where it says so), as far as it does so plainly."""
    for place, texts in _places(project):
        for key in (name, f"**/{name}"):
            value = texts.get(key)
            if isinstance(value, dict):
                value = value.get(".")
            if isinstance(value, str):
                text = value.removeprefix("npm:")
                if not text.startswith("$") and versions.valid_range(text, loose=True):
                    return text, place
    return None


def written(project: Project, name: str, goal: str, holders: Sequence[str]) -> str:
    """How to force `goal` for `name`, in words that end a sentence.

    With `holders` it is bound to the packages of these names that hold the old version back, where the
    manager has a way to say that.
    """
    file = project.manifest.file
    if project.manager == "pnpm":
        rules = {f"{holder}>{name}": goal for holder in holders} or {name: goal}
        if _is_old_pnpm(project):
            return f'put "pnpm": {_json({"overrides": rules})} into {file}.'
        return f"put overrides: {_json(rules)} into pnpm-workspace.yaml."
    if project.manager in ("yarn", "yarn-berry"):
        rules = {f"{holder}/{name}": goal for holder in holders} or {name: goal}
        return f'put "resolutions": {_json(rules)} into {file}.'
    nested: dict[str, Any] = {name: goal}
    if project.manager == "npm" and holders:
        nested = {holder: {name: goal} for holder in holders}
    return f'put "overrides": {_json(nested)} into {file}.'


def _places(project: Project) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Where the project's manager looks for what is forced: (file and field, what stands there)."""
    data, file = project.manifest.data, project.manifest.file
    fields = {"npm": ["overrides"], "bun": ["overrides", "resolutions"], "pnpm": ["resolutions"]}
    places: list[tuple[str, Any]] = [
        (f'"{field}" in {file}', data.get(field)) for field in fields.get(project.manager, ["resolutions"])
    ]
    if project.manager == "pnpm":
        old = data.get("pnpm")
        places.insert(0, (f'"pnpm" in {file}', old.get("overrides") if isinstance(old, dict) else None))
        places.insert(0, ("overrides in pnpm-workspace.yaml", project.manager_config.get("overrides")))
    return [(place, texts) for place, texts in places if isinstance(texts, dict)]


def _is_old_pnpm(project: Project) -> bool:
    said = re.match(r"\D*(\d+)", project.declared[1]) if project.declared else None
    return said is not None and int(said[1]) < 10


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
