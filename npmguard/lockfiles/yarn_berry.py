"""yarn berry's lockfile: the yarn.lock of yarn 2 and later (`__metadata` version 4 to 10).

Every entry stands under the descriptors that lead to it and says what they became: its `resolution`. What a
package asks for is looked up among the descriptors, after package.json's `resolutions`, catalogs and yarn's
own patches had their say. A patched package is its source at that version: it counts as one of the registry,
and the entry of the source that lies beside it is another copy of the same package.

Checksums are of the archives that yarn makes itself, so they are no integrity that a registry could confirm:
they are kept in the graph's notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from npmguard import versions, yamltext
from npmguard.errors import InputError
from npmguard.jsontext import escape
from npmguard.lockfiles import yarn_descriptors as texts
from npmguard.lockfiles.npm import MOST_PACKAGES, asked
from npmguard.lockfiles.yarn_descriptors import Locator
from npmguard.lockfiles.yarn_extensions import ADDED
from npmguard.model import (
    Dependency,
    DependencyGraph,
    DependencyKind,
    Edges,
    Manifest,
    Package,
    Source,
)

NEWEST = 10  # yarn 4.15 and later
METADATA = "__metadata"
# what yarn patches by itself, whoever asks for it
_PATCHED = frozenset(("fsevents", "resolve", "typescript"))
_MAPS = ("dependencies", "peerDependencies", "bin")
_METAS = ("dependenciesMeta", "peerDependenciesMeta")
_GIT = ("git:", "git+", "git@", "ssh:", "github:")
_MOST_WISHES = 200  # resolutions of one name
_MOST_COPIES = 16  # of one name, to choose the best of
_LOCAL = "0.0.0-use.local"  # the version of all that is not installed from an archive


class Entry(NamedTuple):
    """One entry: its key line taken apart, what it is resolved to, and its fields as they stand."""

    key: str
    descriptors: tuple[str, ...]
    locator: Locator
    fields: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        return f"/{escape(self.key)}"

    @property
    def soft(self) -> bool:
        """Is it a folder that is used where it lies?"""
        return self.fields.get("linkType") == "soft"

    @property
    def optional(self) -> frozenset[str]:
        """The names that it does not need to be there."""
        meta = self.fields.get("dependenciesMeta") or {}
        return frozenset(name for name, about in meta.items() if about.get("optional") == "true")


class Lock:
    """A yarn.lock, and what yarn would look up in it for whom.

    `places` has the key of the entry that each descriptor leads to, each descriptor in its full form.
    `wishes` are the project's `resolutions`, `manifest` its package.json (None where the lockfile lies
    alone), `linked` the package.json of every folder that is linked to, by entry.
    """

    def __init__(
        self, version: int, metadata: Mapping[str, Any], manifest: Manifest | None, catalogs: Any
    ) -> None:
        self.version = version
        self.metadata = metadata
        self.manifest = manifest
        self.wishes: dict[str, list[texts.Resolution]] = {}
        for wish in texts.resolutions(manifest.data) if manifest is not None else ():
            of_name = self.wishes.setdefault(wish.name, [])
            if len(of_name) < _MOST_WISHES:
                of_name.append(wish)
        self.catalogs: Mapping[str, Mapping[str, str]] = catalogs or {}
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, str] = {}
        self.builtin: dict[str, str] = {}  # a descriptor, and that of yarn's own patch of it
        self.linked: dict[str, Manifest | None] = {}
        root = (manifest.name if manifest is not None else None) or texts.unnamed("")
        self.top = Locator(root, "workspace:.")

    def add(self, entry: Entry) -> None:
        self.entries[entry.key] = entry
        for descriptor in entry.descriptors:
            name, range = texts.split(descriptor) or ("", "")
            full = f"{name}@{texts.normal(range)}"
            self.places[full] = entry.key
            if texts.is_builtin(range) and (source := texts.source_of(texts.normal(range))) is not None:
                self.builtin[source] = full

    def effective(self, asker: Locator, name: str, range: str) -> tuple[str, Locator]:
        """(what is asked for, who asks): a resolution of the project's or a catalog may stand for `range`."""
        for wish in self.wishes.get(name, ()):
            if self._holds(wish, asker, range):
                range, asker = wish.text, self.top
                break
        if range.startswith("catalog:"):
            range = self.catalogs.get(range[8:] or "default", {}).get(name, range)
        return range, asker

    def _holds(self, wish: texts.Resolution, asker: Locator, range: str) -> bool:
        # yarn 4 compares ranges with their protocols, yarn 3 the texts as they stand
        same = texts.normal if self.version > 6 else str
        if wish.parent is not None and wish.parent != asker.name:
            return False
        if wish.parent_range is not None and same(wish.parent_range) != same(asker.reference):
            return False
        return wish.range is None or same(wish.range) == same(range)

    def wanted(self, asker: Locator, name: str, range: str) -> str:
        """The full descriptor of what `asker` asks for as `name`, yarn's own patches apart."""
        text, asker = self.effective(asker, name, range)
        return f"{name}@{texts.bind(texts.normal(text), asker)}"

    def patched(self, descriptor: str) -> str:
        """The descriptor of yarn's own patch of what is asked for, where there has to be one."""
        found = self.builtin.get(descriptor)
        if found is not None:
            return found
        name, _, range = descriptor.partition("@")
        if name in _PATCHED and range.startswith("npm:"):
            return (
                f"{descriptor.replace('@npm:', f'@patch:{name}@npm%3A', 1)}#optional!builtin<compat/{name}>"
            )
        return descriptor

    def find(self, descriptor: str) -> str | None:
        """The key of the entry that a full descriptor leads to."""
        return self.places.get(self.patched(descriptor)) or self.places.get(descriptor)


def parse(
    data: bytes,
    file: str,
    manifest: Manifest | None = None,
    workspaces: Mapping[str, Manifest] | None = None,
    linked: Callable[[str], Manifest | None] = lambda folder: None,
    catalogs: Mapping[str, Mapping[str, str]] | None = None,
) -> DependencyGraph:
    """The dependency graph of a yarn.lock's bytes; its `notes` hold the `Lock`. Raises InputError."""
    document = yamltext.loads(data, file)
    if not isinstance(document, dict):
        raise InputError(file, "not a lockfile: the file holds no mapping", 1)
    metadata = document.get(METADATA)
    if not isinstance(metadata, dict):
        raise InputError(file, f'not a lockfile of yarn 2 or later: it has no "{METADATA}"', 1)
    if len(document) > MOST_PACKAGES:
        raise InputError(
            file, f"{len(document):,} packages; npmguard reads up to {MOST_PACKAGES:,} in one lockfile"
        )
    version = _version(metadata, file)
    reader = _Reader(
        data, file, Lock(version, metadata, manifest, catalogs), manifest, workspaces or {}, linked
    )
    for key, fields in document.items():
        if key != METADATA:
            reader.read(key, fields)
    return reader.graph()


def _version(metadata: Mapping[str, Any], file: str) -> int:
    text = metadata.get("version")
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InputError(file, f"its {METADATA} has the version {text!r}, which is no number", 1)
    return int(text)


class _Reader:
    def __init__(
        self,
        data: bytes,
        file: str,
        lock: Lock,
        manifest: Manifest | None,
        workspaces: Mapping[str, Manifest],
        linked: Callable[[str], Manifest | None],
    ) -> None:
        self.data = data
        self.file = file
        self.lock = lock
        self.manifests: dict[str, Manifest] = {"": manifest, **workspaces} if manifest is not None else {}
        self.linked = linked
        self.nodes: dict[str, Package] = {}
        self.keys: dict[
            str, dict[str, str]
        ] = {}  # an entry, and its node for each name it is installed under
        self.copies: dict[str, list[Package]] | None = None
        self.folders: dict[str, str] = {}  # workspaces by locator
        self.notes: dict[str, dict[str, str]] = {"checksums": {}, "patches": {}}

    def error(self, key: str, reason: str) -> InputError:
        return InputError(self.file, reason, self.locate(frozenset([f"/{escape(key)}"]))[f"/{escape(key)}"])

    def locate(self, pointers: frozenset[str]) -> Mapping[str, int]:
        return yamltext.lines(yamltext.decode(self.data, self.file), pointers)

    def read(self, key: str, fields: Any) -> None:
        if not isinstance(fields, dict):
            raise self.error(key, f"the entry of {key!r} is not a mapping")
        resolution = fields.get("resolution")
        parts = texts.split(resolution) if isinstance(resolution, str) else None
        if parts is None:
            raise self.error(key, f"the entry of {key!r} does not say what it is resolved to")
        for field in ("version", "checksum", "conditions"):
            if not isinstance(fields.get(field), str | None):
                raise self.error(key, f'"{field}" is not text')
        for field in _MAPS:
            value = fields.get(field)
            if value and (type(value) is not dict or {*map(type, value.values())} != {str}):
                raise self.error(key, f'"{field}" is not a mapping of texts')
        for field in _METAS:
            value = fields.get(field)
            if value and (type(value) is not dict or {*map(type, value.values())} != {dict}):
                raise self.error(key, f'"{field}" is not a mapping of mappings')
        descriptors = tuple(part.strip(" ") for part in key.split(",")) if "," in key else (key,)
        if not all(map(texts.split, descriptors)):
            raise self.error(key, f"{key!r} is not what a dependency could ask for")
        name, reference = parts
        if reference.startswith("virtual:"):
            reference = reference.partition("#")[2] or reference
        entry = Entry(key, descriptors, Locator(name, reference), fields)
        self.lock.add(entry)
        if reference.startswith("workspace:"):
            self.folders[str(entry.locator)] = texts.folder(reference)

    # -- packages

    def graph(self) -> DependencyGraph:
        for entry in self.lock.entries.values():
            if entry.locator.reference.startswith("workspace:"):
                self._workspace(entry)
        for folder, manifest in self.manifests.items():
            if folder not in self.nodes:
                name = manifest.name or texts.unnamed(folder)
                source = Source.WORKSPACE if folder else Source.PROJECT
                self.nodes[folder] = Package(folder, name, manifest.version, source)
        if "" not in self.nodes:
            self.nodes[""] = Package("", "", None, Source.PROJECT)
        for entry in self.lock.entries.values():
            if entry.key not in self.keys:
                self._entry(entry)
        roots = [key for key, node in self.nodes.items() if node.source in (Source.PROJECT, Source.WORKSPACE)]
        return DependencyGraph(
            self.nodes,
            self._link,
            format=f"yarn-berry-{self.lock.version}",
            roots=sorted(roots),
            recorded={
                self.folders[str(entry.locator)]: {
                    name: (spec, kind) for name, spec, kind in self._recorded(entry)
                }
                for entry in self.lock.entries.values()
                if str(entry.locator) in self.folders
            },
            notes={"lock": self.lock, METADATA: self.lock.metadata, **self.notes},
            newer=str(self.lock.version) if self.lock.version > NEWEST else None,
            locate=self.locate,
        )

    def _workspace(self, entry: Entry) -> None:
        folder = self.folders[str(entry.locator)]
        manifest = self.manifests.get(folder)
        self.keys[entry.key] = {}
        if folder in self.nodes or (self.manifests and manifest is None):
            return  # it is gone, and so is what it asked for
        name = (manifest.name if manifest is not None else None) or entry.locator.name
        version = manifest.version if manifest is not None else None
        source = Source.WORKSPACE if folder else Source.PROJECT
        self.nodes[folder] = Package(folder, name, version, source, pointer=entry.pointer)
        self.keys[entry.key] = {name: folder for name, _ in map(_split, entry.descriptors)}

    def _entry(self, entry: Entry) -> None:
        """The nodes of an entry: one for each name that it is installed under."""
        folder = self._folder(entry)
        names: dict[str, str] = {}
        for descriptor in entry.descriptors:
            names.setdefault(_split(descriptor)[0], descriptor)
        if folder is not None:
            if folder not in self.nodes:
                self._linked(entry, folder)
            self.keys[entry.key] = dict.fromkeys(names, folder)
            return
        package = self._package(entry)
        keys = self.keys[entry.key] = {}
        for name, descriptor in names.items():
            alias = name if name != package.name else None
            key = package.key if alias is None else descriptor
            if key in self.nodes:
                key = entry.key  # an entry of its own, whatever else is called like that
            keys[name] = key
            self.nodes[key] = package if key == package.key else package._replace(key=key, alias=alias)
            if entry.fields.get("checksum"):
                self.notes["checksums"][key] = entry.fields["checksum"]
            if entry.locator.reference.startswith("patch:"):
                self.notes["patches"][key] = entry.locator.reference

    def _folder(self, entry: Entry) -> str | None:
        """The folder or script of the project's own that an entry stands for, or None."""
        reference = entry.locator.reference
        protocol = reference.partition(":")[0]
        if protocol in ("link", "portal", "exec") or (protocol == "file" and not _is_tarball(reference)):
            return texts.folder_of(reference, self.folders)
        return None

    def _linked(self, entry: Entry, folder: str) -> None:
        manifest = self.linked(folder)
        self.lock.linked[entry.key] = manifest
        version = entry.fields.get("version")
        self.nodes[folder] = Package(
            folder,
            (manifest.name if manifest is not None else None) or entry.locator.name,
            (manifest.version if manifest is not None else None) or (version if version != _LOCAL else None),
            Source.LINK,
            pointer=entry.pointer,
            copied=entry.locator.reference.startswith("file:"),
        )

    def _package(self, entry: Entry) -> Package:
        name, reference = texts.unpatched(entry.locator)
        before, named = texts.parameters(reference)
        protocol = before.partition(":")[0]
        version = entry.fields.get("version")
        os, cpu = texts.conditions(entry.fields.get("conditions") or "")
        source, resolved = Source.LINK, None  # what a plugin made up
        if protocol == "npm":
            source, resolved = Source.REGISTRY, named.get("__archiveUrl")
            real, _, found = before[4:].rpartition("@")
            name = real or name
            # what is fetched is what it is resolved to, whatever the version beside it says
            version = found if versions.is_version(found, loose=True) else version
        elif protocol == "jsr":
            source = Source.REGISTRY
        elif protocol == "workspace":
            version = None if version == _LOCAL else version
        elif "#commit=" in reference or before.startswith(_GIT):
            source, resolved = Source.GIT, _repository(reference)
        elif protocol in ("http", "https"):
            source, resolved = Source.URL, before
        elif protocol == "file":
            source, resolved = Source.FILE, self._file(reference)
        elif protocol in ("link", "portal", "exec"):
            source, resolved = Source.FILE, before  # of a package that is not the project's own
        key, place, made = str(entry.locator), entry.pointer, source is Source.LINK
        return Package(key, name, version, source, resolved, os=os, cpu=cpu, pointer=place, copied=made)

    def _file(self, reference: str) -> str:
        path = texts.folder_of(reference, self.folders)
        return f"file:{path}" if path is not None else texts.parameters(reference)[0]

    # -- edges

    def _link(self, names: frozenset[str] | None) -> Edges:
        edges: dict[str, tuple[Dependency, ...]] = {}
        seen: set[str] = set()
        for entry in self.lock.entries.values():
            for key in self.keys[entry.key].values():
                if key not in seen:
                    seen.add(key)
                    edges[key] = tuple(self._of(key, entry, names))
        for key in self.manifests:
            if key not in seen:
                edges[key] = tuple(self._of(key, None, names))
        members = tuple(
            Dependency("", node.name, f"workspace:{key}", DependencyKind.WORKSPACE, key)
            for key, node in self.nodes.items()
            if node.source is Source.WORKSPACE
        )
        if members:
            edges[""] = (*edges.get("", ()), *members)
        return {key: found for key, found in edges.items() if found}

    def _of(self, key: str, entry: Entry | None, names: frozenset[str] | None) -> Iterator[Dependency]:
        """The dependencies that start at a node."""
        node = self.nodes[key]
        asker = entry.locator if entry is not None else Locator(node.name, f"workspace:{key or '.'}")
        for name, spec, kind in self._asked(key, entry, node):
            if names is not None and name not in names:
                continue
            if kind in (DependencyKind.PEER, DependencyKind.PEER_OPTIONAL):
                yield Dependency(key, name, texts.plain(spec), kind, self._nearest(name, spec))
                continue
            found = self.lock.find(self.lock.wanted(asker, name, spec))
            target = self.keys[found].get(name) if found is not None else self._nearest(name, spec)
            yield Dependency(key, name, texts.plain(self.lock.effective(asker, name, spec)[0]), kind, target)

        for added in ADDED.get(asker.name, ()):
            name, range = _split(added)
            found = self.lock.find(self.lock.wanted(asker, name, range))
            if found is not None and (names is None or name in names):
                yield Dependency(key, name, range, DependencyKind.PROD, self.keys[found].get(name))

    def _asked(
        self, key: str, entry: Entry | None, node: Package
    ) -> Iterator[tuple[str, str, DependencyKind]]:
        if entry is not None and entry.locator.reference.startswith("link:"):
            return  # a mere link: what lies there is installed by whoever keeps it
        manifest = self.manifests.get(key)
        if manifest is None and node.source is Source.LINK and entry is not None:
            manifest = self.lock.linked.get(entry.key)
        if manifest is not None:
            dev = node.source is not Source.LINK
            for name, (spec, kind) in asked(manifest).items():
                if kind is DependencyKind.DEV and not dev:
                    continue
                yield name, spec, kind
        elif entry is not None:
            yield from self._recorded(entry)

    def _recorded(self, entry: Entry) -> Iterator[tuple[str, str, DependencyKind]]:
        fields = entry.fields
        found = fields.get("dependencies")
        if found:
            optional = entry.optional if fields.get("dependenciesMeta") else ()
            for name, spec in found.items():
                yield name, spec, DependencyKind.OPTIONAL if name in optional else DependencyKind.PROD
        peers = fields.get("peerDependencies")
        if peers:
            meta = fields.get("peerDependenciesMeta") or {}
            for name, spec in peers.items():
                if found and name in found:
                    continue
                soft = meta.get(name, {}).get("optional") == "true"
                yield name, spec, DependencyKind.PEER_OPTIONAL if soft else DependencyKind.PEER

    def _nearest(self, name: str, spec: str) -> str | None:
        """The package that a peer finds, or a dependency that the lockfile does not know: one of that name,
        if possible one that fits, the newest of them."""
        if self.copies is None:
            self.copies = {}
            for node in self.nodes.values():
                self.copies.setdefault(node.alias or node.name, []).append(node)
        found = self.copies.get(name)
        if not found:
            return None
        if len(found) == 1:
            return found[0].key
        range = texts.plain(spec)
        known = {node.version: node for node in found[:_MOST_COPIES] if node.version is not None}
        best = versions.max_satisfying(list(known), range, loose=True) or versions.max_satisfying(
            list(known), "*", loose=True, include_prerelease=True
        )
        return (known[best] if best is not None else found[0]).key


def _split(descriptor: str) -> tuple[str, str]:
    name, _, range = descriptor[1:].partition("@")
    return descriptor[0] + name, range


def _is_tarball(reference: str) -> bool:
    path = texts.parameters(reference)[0].partition("#")[0]
    return path.endswith((".tgz", ".tar.gz", ".tar"))


def _repository(reference: str) -> str:
    """A git reference as npm writes one: `git+URL#COMMIT`."""
    url, _, rest = reference.partition("#")
    named = dict(pair.partition("=")[::2] for pair in rest.split("&"))
    commit = named.get("commit") or named.get("tag") or named.get("head") or named.get("semver") or rest
    if url.startswith(("http:", "https:", "ssh:", "file:")):
        url = f"git+{url}"
    return f"{url}#{commit}"
