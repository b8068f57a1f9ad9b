"""How to get from a vulnerable version to a fixed one."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from npmguard import specs, versions
from npmguard.model import Advisory, Dependency, DependencyGraph, DependencyKind, Fix, Package, Packument


class Way(NamedTuple):
    """The way out, and what a person should know about it in one sentence."""

    fix: Fix | None
    words: str


def matches(advisory: Advisory, package: Package) -> bool | None:
    """Is this version vulnerable? None where the advisory's range makes no sense."""
    if package.version is None:
        return False
    if package.version in advisory.versions:
        return True
    if not versions.valid_range(advisory.vulnerable, loose=True):
        return None if advisory.vulnerable or not advisory.versions else False
    if not advisory.vulnerable and advisory.versions:
        return False
    return versions.satisfies(package.version, advisory.vulnerable, loose=True, include_prerelease=True)


def fixed_version(advisory: Advisory, package: Package, packument: Packument | None) -> str | None:
    """The lowest version above this one that the advisory leaves out, as far as that can be told."""
    current = package.version or "0.0.0"
    if packument is not None and packument.all_versions:
        return versions.minimal_fix(packument.all_versions, advisory.vulnerable, current)
    ends = advisory.patched or versions.bounds_above(advisory.vulnerable)
    return versions.minimal_fix(ends, advisory.vulnerable, current)


def way(
    graph: DependencyGraph, package: Package, keys: Collection[str], fixed: str | None, manager: str = "npm"
) -> Way:
    """How the project gets to `fixed`.

    A direct dependency is installed anew. A transitive one is updated where everybody who asks for it would
    take the fixed version; where somebody would not, that one is named, and an override is the way.
    """
    if fixed is None:
        return Way(Fix("review"), "No fixed version is known.")
    wanted = set(keys)
    asking = [
        edge for edges in graph.edges.values() for edge in edges if edge.target in wanted and not edge.settled
    ]
    own = [e for e in asking if not graph.nodes[e.source].third_party]
    holding = [e for e in asking if graph.nodes[e.source].third_party and not _takes(e, fixed)]
    if own and not holding:
        edge = own[0]
        option = " --save-dev" if edge.kind is DependencyKind.DEV else ""
        where = f" -w {edge.source}" if edge.source else ""
        target = f"npm:{package.name}@{fixed}" if package.alias else fixed
        words = f"Fixed in {fixed}: a direct dependency, so installing that is enough."
        return Way(Fix("upgrade", fixed, f"npm install{option}{where} {edge.name}@{target}"), words)
    if asking and not holding:
        words = f"Fixed in {fixed}, which everything that asks for it would take."
        return Way(Fix("upgrade", fixed, f"npm update {package.name}"), words)
    if not holding:
        return Way(Fix("upgrade", fixed), f"Fixed in {fixed}.")
    names = list(dict.fromkeys(f"{graph.nodes[e.source].label} ({e.spec})" for e in holding))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    tops = _tops(graph, {e.source for e in holding})
    words = (
        f"Fixed in {fixed}, held back by {', '.join(names[:3])}{more}. "
        f"Update {', '.join(tops[:3])} to a version that takes it, or override it: "
        f'"overrides": {{"{package.name}": "{fixed}"}}.'
    )
    return Way(Fix("override", fixed), words)


def _takes(edge: Dependency, version: str) -> bool:
    spec = specs.parse(edge.name, edge.spec)
    return spec.kind == "tag" or (
        spec.registry and versions.satisfies(version, spec.range or "*", loose=True)
    )


def _tops(graph: DependencyGraph, keys: set[str]) -> list[str]:
    """The project's own dependencies that bring these packages, nearest first."""
    parents: dict[str, set[str]] = {}
    for key, edges in graph.edges.items():
        for edge in edges:
            if edge.target is not None:
                parents.setdefault(edge.target, set()).add(key)
    found: dict[str, None] = {}
    seen = set(keys)
    level = sorted(keys)
    while level:
        following = set()
        for key in level:
            if key in graph.direct:
                found.setdefault(graph.nodes[key].name)
                continue
            following |= parents.get(key, set()) - seen
        seen |= following
        level = sorted(following)
    return list(found)
