"""Where a dependency stands: in a package.json where somebody asked for it, else in the lockfile."""

from __future__ import annotations

from npmguard.jsontext import pointer
from npmguard.model import Dependency, Location, Manifest, Package, Project


def asked_in(manifest: Manifest, name: str) -> Location | None:
    """Where a package.json asks for `name`, or None. Of several fields, the one that npm goes by."""
    found = manifest.asks(name)
    return Location(manifest.file, pointer(found[0], name)) if found is not None else None


def of(project: Project, package: Package) -> Location | None:
    """Where a person finds this package: the package.json that asks for it, else its lockfile entry."""
    graph = project.graph
    for root in graph.roots if graph is not None else ():
        for edge in graph.edges.get(root, ()) if graph is not None else ():
            place = of_edge(project, edge) if edge.target == package.key else None
            if place is not None:
                return place
    return locked(project, package)


def of_edge(project: Project, edge: Dependency) -> Location | None:
    """Where the project or a workspace asks for this; None where somebody else does."""
    manifest = project.manifest_of(edge.source)
    return asked_in(manifest, edge.name) if manifest is not None else None


def locked(project: Project, package: Package) -> Location | None:
    """The package's entry in the lockfile."""
    return Location(project.lockfile.file, package.pointer) if project.lockfile else None
