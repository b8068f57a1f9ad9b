"""Bills of materials in tests: the official schemas, real lockfiles of every manager, and odd packages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from npmguard.model import Dependency, DependencyGraph, DependencyKind, Package, ProjectReport, Source

TOP = Path(__file__).parents[2]
SCHEMAS = TOP / "fixtures" / "schemas"
LOCKED = sorted(
    str(path.parent.relative_to(TOP))
    for path in (TOP / "fixtures").rglob("*")
    if path.parent.parts[-2] in ("four", "bun", "yarn-classic", "pnpm", "fixtures")
    and path.name in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock")
)
"""Folders with real lockfiles: workspaces, aliases, git, URLs, files, links, peers, optional packages."""


def complaints(document: object, schema: str) -> list[str]:
    """What a schema has to say against a document."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    from referencing import Registry, Resource

    known = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}
    registry: Any = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{name}", Resource.from_contents(found))
        for name, found in known.items()
        if "cyclonedx" in found.get("$id", "")
    )
    validator = jsonschema.Draft7Validator(known[schema], registry=registry)
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(document)]


def project(
    *packages: Package,
    asks: Mapping[str, Mapping[str, DependencyKind]] | None = None,
    path: str = ".",
    name: str | None = "demo",
    version: str | None = "1.0.0",
    **fields: Any,
) -> ProjectReport:
    """The report on a project with these packages; without `asks`, it asks for all of them itself."""
    asks = asks if asks is not None else {"": {p.key: DependencyKind.PROD for p in packages}}
    nodes = {"": Package("", name or "", version, Source.PROJECT), **{p.key: p for p in packages}}
    edges = {
        source: tuple(Dependency(source, nodes[key].name, "*", kind, key) for key, kind in found.items())
        for source, found in asks.items()
    }
    graph = DependencyGraph(nodes, lambda names: edges, format="npm-3")
    known: dict[str, Any] = {
        "lockfile": "package-lock.json",
        "lockfile_format": "npm-3",
        "findings": (),
        "incomplete": (),
        **fields,
    }
    return ProjectReport(path, name, version, "npm", packages=len(packages), graph=graph, **known)


def package(name: str, version: str | None = "1.0.0", **fields: Any) -> Package:
    """A package that lies at the top of node_modules."""
    key = fields.pop("key", f"node_modules/{name}")
    return Package(key, name, version, fields.pop("source", Source.REGISTRY), **fields)
