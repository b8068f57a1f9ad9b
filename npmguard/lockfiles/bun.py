"""bun.lock: bun's lockfile as text, lockfileVersion 0 to 3; its binary ancestor bun.lockb is only recognised.

The text is JSON with trailing commas. `workspaces` repeats what the project ("") and its members ask for;
`packages` holds a list for each place below node_modules, named by the chain of packages that leads there
("a/b" is the b that only a sees, or only the workspace a). The list begins with what was resolved, as
name@version or name@source; what follows depends on the source: a registry package has its URL ("" for the
usual one), what it asks for, and its integrity.

Version 0 (bun 1.1.39) repeats a workspace's dependencies in `packages`; 1 (bun 1.2) does not; 2 (bun 1.4) has
the same form under stricter rules, and 3 is a 2 with overrides bound to who asks. A lockfile keeps its
version when a newer bun saves it.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.lockfiles import Catalogs
from npmguard.lockfiles.fields import folder as folder_key
from npmguard.lockfiles.fields import texts
from npmguard.lockfiles.npm import MOST_PACKAGES, asked
from npmguard.model import (
    Asked,
    Dependency,
    DependencyGraph,
    DependencyKind,
    Edges,
    Manifest,
    Package,
    Source,
)

NEWEST = 3
_BINARY = b"#!/usr/bin/env bun\nbun-lockfile-format"
BINARY_REASON = (
    "bun's binary lockfile, which only bun itself reads: turn it into text with "
    "`bun install --save-text-lockfile --frozen-lockfile --lockfile-only`"
)
_FIELDS = (
    ("dependencies", DependencyKind.PROD),
    ("optionalDependencies", DependencyKind.OPTIONAL),
    ("devDependencies", DependencyKind.DEV),
)
_ASKING = frozenset(("dependencies", "optionalDependencies", "devDependencies", "peerDependencies"))
_FOLDERS = frozenset(("workspace", "file", "link", "root"))
_ENTRY = re.compile(r'^    "([^"\\]+)": \[', re.MULTILINE)
_TARBALL = (".tgz", ".tar.gz", ".tar")
_GIT = ("git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:")


class Entry(NamedTuple):
    """One package of the lockfile: its name, what was resolved, what it asks for and is, its integrity."""

    name: str
    resolution: str  # a version, or a source such as workspace:packages/a
    url: str
    info: Mapping[str, Any]
    integrity: str | None

    @property
    def folder(self) -> str | None:
        """The folder that it stands for, "" for the project's own; None for what is downloaded."""
        kind, colon, path = self.resolution.partition(":")
        if not colon or kind not in _FOLDERS:
            return None
        return "" if kind == "root" else folder_key(path)


def parse(
    data: bytes,
    file: str,
    manifest: Manifest | None = None,
    workspaces: Mapping[str, Manifest] | None = None,
    linked: Callable[[str], Manifest | None] = lambda folder: None,
    catalogs: Catalogs | None = None,
) -> DependencyGraph:
    """The dependency graph of a bun.lock's bytes.

    Where `manifest` is given, it and `workspaces` say what is asked for, else the lockfile's own record does.
    What a linked folder asks for is what the lockfile says, as for bun; of a workspace that is none any more
    `linked` tells whether its folder is still there. `notes` of the graph is the whole document. Raises
    InputError for what is no bun.lock, bun.lockb among it.
    """
    if file.endswith(".lockb") or data.startswith(_BINARY):
        raise InputError(file, BINARY_REASON)
    plain = jsontext.relaxed(data)
    document = jsontext.loads(plain, file)
    if not isinstance(document, dict):
        raise InputError(file, "not a lockfile: the file holds no JSON object", 1)
    return _Reader(plain, file, document, manifest, workspaces, catalogs).graph(linked)


class _Reader:
    def __init__(
        self,
        data: bytes,
        file: str,
        document: dict[str, Any],
        manifest: Manifest | None,
        workspaces: Mapping[str, Manifest] | None,
        catalogs: Catalogs | None,
    ) -> None:
        self.data = data
        self.file = file
        self.document = document
        self.manifests: Mapping[str, Manifest] = {"": manifest, **(workspaces or {})} if manifest else {}
        self.version = self._version()
        self.members = self._members()
        # a migrated lockfile (configVersion 0) says nothing of scripts, one that bun 1.4 made itself does
        self.knows_scripts = self.version >= 2 and bool(document.get("configVersion"))
        self.catalogs = catalogs or catalogs_of(document)
        self.places: dict[str, str] = {}  # the place in `packages` -> the key of the node that lies there
        self.entries: dict[str, Entry] = {}
        self.nodes: dict[str, Package] = {}
        self.folders = {*self.manifests, *self.members}

    def error(self, pointer: str, reason: str) -> InputError:
        lines = self.locate(frozenset([pointer]))
        return InputError(self.file, reason, lines.get(pointer))

    # -- reading

    def _version(self) -> int:
        if "lockfileVersion" not in self.document:
            raise InputError(self.file, 'not a bun.lock: it has no "lockfileVersion"', 1)
        version = self.document["lockfileVersion"]
        if isinstance(version, bool) or not isinstance(version, int) or version < 0:
            raise self.error("/lockfileVersion", f"lockfileVersion {json.dumps(version)} is no version")
        return version

    def _members(self) -> dict[str, dict[str, Any]]:
        """What the lockfile records of the project ("") and its workspaces, by folder."""
        found = self.document.get("workspaces")
        if not isinstance(found, dict):
            raise self.error("/workspaces", 'there is no object "workspaces"')
        for folder, record in found.items():
            place = jsontext.pointer("workspaces", folder)
            if not isinstance(record, dict):
                raise self.error(place, f"the record of {folder!r} is not an object")
            for field in ("name", "version"):
                if not isinstance(record.get(field, ""), str):
                    raise self.error(f"{place}/{field}", f'"{field}" is not text')
        if "" not in found:
            raise self.error("/workspaces", "the project itself is not among the workspaces")
        return found

    def graph(self, linked: Callable[[str], Manifest | None]) -> DependencyGraph:
        for folder in self.manifests or self.members:
            record = self.members.get(folder, {})
            manifest = self.manifests.get(folder)
            self.nodes[folder] = Package(
                folder,
                (manifest.name if manifest else None) or record.get("name") or posixpath.basename(folder),
                (manifest.version if manifest else None) or record.get("version") or None,
                Source.WORKSPACE if folder else Source.PROJECT,
                pointer=jsontext.pointer("workspaces", folder),
            )
        roots = tuple(self.nodes)
        packages = self.document.get("packages", {})
        if not isinstance(packages, dict):
            raise self.error("/packages", '"packages" is not an object')
        if len(packages) > MOST_PACKAGES:
            raise InputError(
                self.file,
                f"{len(packages):,} packages; npmguard reads up to {MOST_PACKAGES:,} in one lockfile",
            )
        for place, found in packages.items():
            self.entries[place] = self._entry(place, found)
        self.folders |= {f for e in self.entries.values() if (f := e.folder) is not None}
        gone = (
            {f for f in self.members if f not in self.nodes and linked(f) is None} if self.manifests else ()
        )
        for place, entry in self.entries.items():
            if entry.folder not in gone:
                self.places[place] = self._node(place, entry)
        return DependencyGraph(
            self.nodes,
            self._link,
            format=f"bun-{self.version}",
            roots=roots,
            recorded={folder: self._record(folder) for folder in self.members},
            notes=self.document,
            newer=str(self.version) if self.version > NEWEST else None,
            locate=self.locate,
        )

    def _entry(self, place: str, found: Any) -> Entry:
        pointer = jsontext.pointer("packages", place)
        if not isinstance(found, list) or not found or not isinstance(found[0], str):
            raise self.error(pointer, f"the entry of {place!r} is not a list that begins with text")
        name, at, resolution = split(found[0])
        if not at or not resolution:
            raise self.error(pointer, f"{found[0]!r} is not a name and what it was resolved to")
        url, info, after = "", {}, found[1:]
        if after and isinstance(after[0], str):
            url, after = after[0], after[1:]
        if after:
            info, after = after[0], after[1:]
        if not isinstance(info, dict):
            raise self.error(pointer, f"what {place!r} asks for is not an object")
        if resolution.startswith(_GIT):
            after = after[1:]  # the commit
        integrity = after[0] if after else None
        if integrity is not None and not isinstance(integrity, str):
            raise self.error(pointer, f"the integrity of {place!r} is not text")
        return Entry(name, resolution, url, info, integrity or None)

    def _node(self, place: str, entry: Entry) -> str:
        """Makes the node of a place, or finds the folder that it stands for; gives the node's key."""
        name, resolution, url, info, integrity = entry
        folder = entry.folder
        if folder is not None:
            if folder not in self.nodes:
                version = self.members.get(folder, {}).get("version")
                pointer = jsontext.pointer("packages", place)
                self.nodes[folder] = Package(folder, name, version, Source.LINK, pointer=pointer)
            return folder
        source, version, resolved = _source(resolution, url)
        installed = place if "/" not in place else steps(place)[-1]
        key = place
        while key in self.folders:
            key = f"node_modules/{key}"
        self.nodes[key] = Package(
            key,
            name,
            version,
            source,
            resolved,
            integrity,
            installed if installed != name else None,
            bundled="bundled" in info and info["bundled"] is True,
            has_install_script=self._script(info, source),
            os=texts(info["os"]) if "os" in info else (),
            cpu=texts(info["cpu"]) if "cpu" in info else (),
            pointer="/packages/" + jsontext.escape(place),
        )
        return key

    def _script(self, info: Mapping[str, Any], source: Source) -> bool | None:
        if info.get("hasInstallScript") is True:
            return True
        return False if self.knows_scripts and source is Source.REGISTRY else None

    def locate(self, pointers: frozenset[str]) -> Mapping[str, int]:
        """The lines of pointers: of the entries in bun's own layout by a short cut, of others by a walk."""
        text = self.data.decode("utf-8-sig", errors="replace")
        found: dict[str, int] = {}
        twice: set[str] = set()
        for match in _ENTRY.finditer(text):
            pointer = "/packages/" + jsontext.escape(match[1])
            if pointer in pointers:
                if pointer in found:
                    twice.add(pointer)
                found[pointer] = match.start()
        line, reached = 1, 0
        lines: dict[str, int] = {}
        for pointer, position in found.items():
            line += text.count("\n", reached, position)
            reached = position
            lines[pointer] = line
        for pointer in twice:
            del lines[pointer]
        missing = pointers - lines.keys()
        return {**lines, **jsontext.Places(text).lines(missing)} if missing else lines

    # -- edges

    def _link(self, names: frozenset[str] | None) -> Edges:
        edges: dict[str, list[Dependency]] = {}
        look = Places(self.entries)
        for folder in self.manifests or self.members:
            above = self._name(folder)
            wanted = asked(self.manifests[folder]) if self.manifests else self._record(folder)
            for name, (spec, kind) in wanted.items():
                if names is None or name in names:
                    place = look.find(above, name)
                    target = self.places.get(place) if place is not None else self._member(name)
                    text = catalog_range(self.catalogs, name, spec)
                    edges.setdefault(folder, []).append(Dependency(folder, name, text, kind, target))
        for place, entry in self.entries.items():
            key = self.places.get(place)
            if key is None or key in self.members or not _ASKING & entry.info.keys():
                continue
            found: list[Dependency] = []
            wanted = self._asked("/packages/" + jsontext.escape(place), entry.info)
            for name, (spec, kind) in wanted.items():
                if names is None or name in names:
                    there = look.find(place, name)
                    target = self.places.get(there) if there is not None else None
                    found.append(Dependency(key, name, spec, kind, target))
            if found and key not in edges:
                edges[key] = found
        for folder in self.manifests or self.members:
            if folder:
                name = self._name(folder)
                edge = Dependency("", name, f"file:{folder}", DependencyKind.WORKSPACE, folder)
                edges.setdefault("", []).append(edge)
        return {key: tuple(found) for key, found in edges.items()}

    def _name(self, folder: str) -> str:
        """The name of the project's ("") or a workspace's place in `packages`: "" for the project."""
        return self.nodes[folder].name if folder else ""

    def _member(self, name: str) -> str | None:
        """The workspace of that name: it may have no place in `packages`."""
        return next(
            (k for k, n in self.nodes.items() if n.source is Source.WORKSPACE and n.name == name), None
        )

    def _record(self, folder: str) -> Asked:
        """What the lockfile says that the project ("") or a workspace asked for."""
        return self._asked(jsontext.pointer("workspaces", folder), self.members.get(folder, {}))

    def _asked(self, pointer: str, info: Mapping[str, Any]) -> Asked:
        try:
            return asking(info)
        except ValueError as error:
            raise self.error(pointer, str(error)) from None


def asking(info: Mapping[str, Any]) -> dict[str, tuple[str, DependencyKind]]:
    """What a package or a workspace's record asks for, one for a name, by bun's order of precedence.

    Raises ValueError with the reason where that is no object of texts.
    """
    found: dict[str, tuple[str, DependencyKind]] = {}
    peers = info.get("peerDependencies")
    if peers:
        soft = info.get("optionalPeers")
        optional = frozenset(v for v in soft if isinstance(v, str)) if isinstance(soft, list) else frozenset()
        for name, spec in _texts_of(peers, "peerDependencies"):
            found[name] = (spec, DependencyKind.PEER_OPTIONAL if name in optional else DependencyKind.PEER)
    for field, kind in _FIELDS:
        value = info.get(field)
        if value:
            for name, spec in _texts_of(value, field):
                found[name] = (spec, kind)
    return found


def _texts_of(value: Any, field: str) -> Iterable[tuple[str, str]]:
    if not isinstance(value, dict):
        raise ValueError(f'"{field}" is not an object')
    for name, spec in value.items():
        if not isinstance(spec, str):
            raise ValueError(f"the range of {name!r} is not text")
    return value.items()


class Places:
    """The places in `packages`, and what is found from each of them."""

    def __init__(self, places: Collection[str]) -> None:
        self._places = places
        self._parents = {above for place in places if "/" in place and (above := _above(place))}

    def find(self, place: str, name: str) -> str | None:
        """The nearest place of `name`, seen from a place, the project ("") or a workspace (its name)."""
        while place:
            if place in self._parents:
                found = f"{place}/{name}"
                if found in self._places:
                    return found
            place = _above(place) if "/" in place else ""
        return name if name in self._places else None


def split(label: str) -> tuple[str, str, str]:
    """(name, "@", what was resolved) of the text that begins an entry; "" for what is not there."""
    at = label.find("@", 1)
    if at < 0:
        # the project itself, which may have no name
        return ("", "@", label[1:]) if label.startswith("@root:") else (label, "", "")
    return label[:at], "@", label[at + 1 :]


def steps(place: str) -> list[str]:
    """The names that a place in `packages` is made of, from the project down."""
    found: list[str] = []
    for part in place.split("/"):
        if found and found[-1].startswith("@") and "/" not in found[-1]:
            found[-1] += f"/{part}"
        else:
            found.append(part)
    return found


def _above(place: str) -> str:
    """The place that another lies in; "" for the project."""
    before = place.rpartition("/")[0]
    if before.startswith("@") and "/" not in before:
        return ""
    scope = before.rfind("/") + 1
    return before[: max(scope - 1, 0)] if before.startswith("@", scope) else before


def catalogs_of(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The catalogs that a bun.lock records, by name ("default" for the unnamed one)."""
    named = document.get("catalogs")
    places = {**(named if isinstance(named, dict) else {}), "default": document.get("catalog")}
    return {
        name: {key: range for key, range in ranges.items() if isinstance(range, str)}
        for name, ranges in places.items()
        if isinstance(ranges, dict)
    }


def catalog_range(catalogs: Catalogs, name: str, spec: str) -> str:
    """`spec`, or what a catalog says in its place."""
    if not spec.startswith("catalog:"):
        return spec
    return catalogs.get(spec[8:].strip() or "default", {}).get(name, spec)


def _source(resolution: str, url: str) -> tuple[Source, str | None, str | None]:
    """(where a package comes from, its version as far as it is told, the URL that it is taken from)."""
    if resolution.startswith(_GIT):
        return Source.GIT, None, resolution
    if resolution.startswith(("https://", "http://")):
        return Source.URL, None, resolution
    if resolution.endswith(_TARBALL) or resolution.startswith(("./", "../", "/")):
        return Source.FILE, None, f"file:{resolution}"
    return Source.REGISTRY, resolution, url or None
