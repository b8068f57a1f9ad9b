"""Projects that are about to be published, for the tests of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npmguard.model import Evidence, Finding, Packed, PackedFile, Project, Release
from npmguard.project import manifest as manifests
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_USUAL = {
    "name": "lib",
    "version": "1.2.3",
    "license": "MIT",
    "repository": "github:acme/lib",
    "files": ["."],
}


def files(*paths: str, size: int = 100) -> tuple[PackedFile, ...]:
    """Files of these paths, all of one size."""
    return tuple(PackedFile(path, size, 0o644) for path in sorted(paths))


def publishable(
    *paths: str,
    data: Mapping[str, Any] | None = None,
    folder: str = ".",
    source: str = "folder",
    **packed: Any,
) -> Project:
    """A project whose tarball would hold these files. `data` is put over a package.json without fault;
    `packed` are fields of `Packed`."""
    document = {key: value for key, value in {**_USUAL, **(data or {})}.items() if value is not None}
    file = "package.json" if folder == "." else f"{folder}/package.json"
    held = packed.pop("files", None) or files("package.json", *paths)
    manifest = manifests.of(document, file)
    return Project(folder, manifest, {}, "npm", None, packed=Packed(source, held, **packed))


def released(version: str = "1.2.2", held: tuple[PackedFile, ...] | None = None, **manifest: Any) -> Release:
    """The release before."""
    return Release("lib", version, {"name": "lib", "version": version, **manifest}, held)


def run(rule: Rule, project: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    """What the rule finds there."""
    return [item for item in rule.check(project, Evidence(), settings) if isinstance(item, Finding)]
