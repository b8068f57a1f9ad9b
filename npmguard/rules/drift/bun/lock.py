"""A bun.lock as bun loads it: packages by what was resolved, and what each asks of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from npmguard import versions
from npmguard.lockfiles import bun
from npmguard.model import DependencyGraph, DependencyKind, Manifest
from npmguard.rules.drift.bun.layout import PEERS, Ask, Id

# what a package.json or its record asks for: bun takes the same name in two fields as two dependencies
Rows = Mapping[tuple[str, DependencyKind], str]

_FIELDS = (
    ("devDependencies", DependencyKind.DEV),
    ("optionalDependencies", DependencyKind.OPTIONAL),
    ("dependencies", DependencyKind.PROD),
    ("peerDependencies", DependencyKind.PEER),
)


class Lock:
    """One lockfile.

    By folder: `names` of the project ("") and its workspaces, `rows` of what they asked for. By package:
    `asks` is what each asks for, `places` where it lies first. `known` is what is locked of each name, the
    highest version first.
    """

    def __init__(self, graph: DependencyGraph) -> None:
        members: Mapping[str, Any] = graph.notes["workspaces"]
        packages: Mapping[str, Any] = graph.notes.get("packages", {})
        self.names: dict[str, str] = {f: record.get("name", "") if f else "" for f, record in members.items()}
        self.rows = {folder: rows_of(record) for folder, record in members.items()}
        ids: dict[str, Id] = {place: entry[0] for place, entry in packages.items()}
        for folder, name in self.names.items():
            if folder:
                ids.setdefault(name, self.member(folder))
        self.places: dict[Id, str] = {}
        self.known: dict[str, list[Id]] = {}
        for place, id in ids.items():
            if self.places.setdefault(id, place) == place:
                self.known.setdefault(bun.split(id)[0], []).append(id)
        for found in self.known.values():
            found.sort(key=_height, reverse=True)
        self._ids = ids
        self._look = bun.Places(ids)
        self.asks: dict[Id, tuple[Ask, ...]] = {}
        for place, entry in packages.items():
            if not is_workspace(entry[0]):
                self.asks[entry[0]] = tuple(self._asks(place, _info(entry), packages))
        for folder in members:
            self.asks[self.member(folder)] = (
                *(Ask(n, spec, kind, self.find(folder, n)) for (n, kind), spec in self.rows[folder].items()),
                *self.memberships(folder),
            )

    def _asks(self, place: str, info: Mapping[str, Any], packages: Mapping[str, Any]) -> Iterator[Ask]:
        for name, (spec, kind) in bun.asking(info).items():
            there = self._look.find(place, name)
            bundled = there == f"{place}/{name}" and _info(packages[there]).get("bundled") is True
            yield Ask(name, spec, kind, self._ids[there] if there is not None else None, bundled)

    def memberships(self, folder: str) -> Iterator[Ask]:
        """The project's own edges to its workspaces."""
        if not folder:
            for member, name in self.names.items():
                if member:
                    yield Ask(name, "", DependencyKind.WORKSPACE, self.member(member))

    def member(self, folder: str) -> Id:
        """The package that the project ("") or a workspace is."""
        return f"{self.names.get(folder, '')}@workspace:{folder}" if folder else ""

    def find(self, folder: str, name: str) -> Id | None:
        """What the project ("") or a workspace gets for a name."""
        place = self._look.find(self.names.get(folder, ""), name)
        return self._ids[place] if place is not None else None


def rows_of(record: Mapping[str, Any]) -> Rows:
    """What the lockfile notes that the project or a workspace asked for."""
    soft = record.get("optionalPeers")
    optional = frozenset(soft) if isinstance(soft, list) else frozenset()
    return {(name, kind): spec for name, kind, spec in _rows(record, optional)}


def wanted(manifest: Manifest, *, root: bool, modern: bool) -> Rows:
    """What a package.json asks for.

    Of a name that stands in several fields bun takes one, and the peer beside it: in the project's own
    package.json the optional one before that of development. Before 1.4 it took all in that of a workspace.
    """
    fields = {
        "devDependencies": manifest.dev_dependencies,
        "optionalDependencies": manifest.optional_dependencies,
        "dependencies": manifest.dependencies,
        "peerDependencies": manifest.peer_dependencies,
    }
    found = list(_rows(fields, manifest.optional_peers))
    if root:
        found.sort(key=lambda row: row[1] is not DependencyKind.OPTIONAL)
    rows: dict[tuple[str, DependencyKind], str] = {}
    seen: set[str] = set()
    for name, kind, spec in found:
        if name not in seen or kind in PEERS or not (root or modern):
            seen.add(name)
            rows[name, kind] = spec
    return rows


def _rows(fields: Mapping[str, Any], soft: Collection[str]) -> Iterator[tuple[str, DependencyKind, str]]:
    for field, kind in _FIELDS:
        for name, spec in (fields.get(field) or {}).items():
            if kind is DependencyKind.PEER and name in soft:
                yield name, DependencyKind.PEER_OPTIONAL, spec.strip()
            else:
                yield name, kind, spec.strip()


def is_workspace(id: Id) -> bool:
    return bun.split(id)[2].startswith("workspace:")


def folder_of(id: Id) -> str:
    """The folder of the project ("") or of a workspace."""
    return id.rpartition("@workspace:")[2]


def version_of(id: Id | None) -> str | None:
    found = bun.split(id)[2] if id else ""
    return found if versions.is_version(found, loose=True) else None


def _info(entry: Any) -> Mapping[str, Any]:
    return next((part for part in entry if isinstance(part, dict)), {})


def _height(id: Id) -> tuple[Any, ...]:
    version = version_of(id)
    return (1, versions.key(version, loose=True)) if version else (0,)
