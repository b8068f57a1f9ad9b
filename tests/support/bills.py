"""Bills of materials in tests: the official schemas, real lockfiles of every manager, and odd packages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from npmguard.model import Dependency, DependencyGraph, DependencyKind, Package, ProjectReport, Source

TOP = Path(__file__).parents[2]
LOCKED = sorted(
    str(path.parent.relative_to(TOP))
    for path in (TOP / "fixtures").rglob("*")
    if path.parent.parts[-2] in ("four", "bun", "yarn-classic", "pnpm", "fixtures")
    and path.name in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock")
)
"""Folders with real lockfiles: workspaces, aliases, git, URLs, files, links, peers, optional packages."""


def schema(path: str) -> Any:
    """One of the official schemas that lib4sbom brings: `cyclonedx/NAME` or `spdx/NAME`."""
    lib4sbom = pytest.importorskip("lib4sbom", reason="lib4sbom is not installed")
    return json.loads((Path(lib4sbom.__path__[0]) / "schemas" / path).read_text())


def complaints(document: object, path: str) -> list[str]:
    """What a schema has to say against a document."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    from referencing import Registry, Resource

    others = ("jsf-0.82.schema.json", "spdx.schema.json")  # that CycloneDX refers to
    registry: Any = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{name}", Resource.from_contents(schema(f"cyclonedx/{name}")))
        for name in others
    )
    validator = jsonschema.Draft7Validator(schema(path), registry=registry)
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
