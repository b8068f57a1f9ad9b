"""npm's lockfile: package-lock.json and npm-shrinkwrap.json, lockfileVersion 1, 2 and 3, and older.

Version 2 and 3 list every package under `packages`, by its install path; version 1 (npm 5 and 6) and the
shrinkwraps before it nest them under `dependencies`. Both become install paths here. A version 2 file
holds both forms; npm 7 and later look at `packages` alone, and so does npmguard.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.globs import is_member, workspace_patterns
from npmguard.lockfiles.fields import folder as folder_key
from npmguard.lockfiles.fields import texts
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

FILES = ("npm-shrinkwrap.json", "package-lock.json")  # in npm's order of preference
NEWEST = 3
# Far above any real lockfile (the largest known have some 30,000 entries), low enough to stay small.
MOST_PACKAGES = 250_000
_DEEPEST = 500

_FIELDS = (
    ("dependencies", DependencyKind.PROD),
    ("optionalDependencies", DependencyKind.OPTIONAL),
    ("devDependencies", DependencyKind.DEV),
)
_TEXT_FIELDS = ("name", "version", "resolved", "integrity")
_TEXTUAL = {str, type(None)}
_KINDS = frozenset(("dependencies", "optionalDependencies", "devDependencies", "peerDependencies"))
_ASKING = _KINDS | {"requires"}


class Entry(NamedTuple):
    """One package of the lockfile: its fields, and the JSON pointer to it."""

    fields: dict[str, Any]
    pointer: str


def parse(
    data: bytes,
    file: str,
    manifest: Manifest | None = None,
    workspaces: Mapping[str, Manifest] | None = None,
    linked: Callable[[str], Manifest | None] = lambda folder: None,
    catalogs: Mapping[str, Mapping[str, str]] | None = None,  # npm has none
) -> DependencyGraph:
    """The dependency graph of a lockfile's bytes.

    npm reads the package.json of the project, its workspaces and the folders it links to afresh instead
    of trusting the lockfile's record of them: `manifest` is the project's, `workspaces` its members' by
    folder, `linked` gives that of any other folder (relative to the project, POSIX) or None. Without
    them the lockfile's own record is used. Raises InputError for what is no npm lockfile.
    """
    document = jsontext.loads(data, file)
    if not isinstance(document, dict):
        raise InputError(file, "not a lockfile: the file holds no JSON object", 1)
    version = _version(document, file)
    reader = _Reader(data, file, version, manifest, workspaces or {})
    if isinstance(document.get("packages"), dict):
        reader.read_packages(document["packages"])
    elif "packages" in document:
        raise reader.error("/packages", '"packages" is not an object')
    elif version > 1:
        raise InputError(file, f'lockfileVersion {version}, but there is no "packages"', 1)
    else:
        reader.read_nested(document)
    return reader.graph(linked)


def _version(document: dict[str, Any], file: str) -> int:
    version = document.get("lockfileVersion")
    if version is None:
        # npm 4 and older wrote none
        if not isinstance(document.get("dependencies"), dict) and "packages" not in document:
            raise InputError(
                file, 'not an npm lockfile: it has no "lockfileVersion" and no "dependencies"', 1
            )
        return 1
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version <= NEWEST:
        raise InputError(file, f"lockfileVersion {version!r} is unknown: npmguard reads 1, 2 and 3", 1)
    return max(version, 1)


class _Reader:
    def __init__(
        self,
        data: bytes,
        file: str,
        version: int,
        manifest: Manifest | None,
        workspaces: Mapping[str, Manifest],
    ) -> None:
        self.data = data
        self.file = file
        self.version = version
        self.nested = False  # the form of version 1, which says less
        self.manifests = {"": manifest, **workspaces} if manifest else {}
        self.workspaces = workspaces
        self.entries: dict[str, Entry] = {}
        self.links: dict[str, str] = {}  # install path of a link -> the folder it points to
        self.nodes: dict[str, Package] = {}

    def error(self, pointer: str, reason: str) -> InputError:
        lines = jsontext.Places(self.data.decode(errors="replace")).lines(frozenset([pointer]))
        return InputError(self.file, reason, lines.get(pointer))

    # -- version 2 and 3

    def read_packages(self, packages: dict[str, Any]) -> None:
        if len(packages) > MOST_PACKAGES:
            raise InputError(
                self.file,
                f"{len(packages):,} packages; npmguard reads up to {MOST_PACKAGES:,} in one lockfile",
            )
        for key, fields in packages.items():
            place = "/packages/" + jsontext.escape(key)
            if not isinstance(fields, dict):
                raise self.error(place, f"the entry of {key!r} is not an object")
            if fields.get("link"):
                target = fields.get("resolved")
                if not isinstance(target, str):
                    raise self.error(place, f"the link {key!r} does not say where it points to")
                self.links[key] = folder_key(target.removeprefix("file:"))
            self.entries[key] = Entry(fields, place)

    # -- version 1 and older

    def read_nested(self, document: dict[str, Any]) -> None:
        self.nested = True
        self.entries[""] = Entry({"name": document.get("name"), "version": document.get("version")}, "")
        waiting = [("", "", document, 0)]
        while waiting:
            where, pointer, fields, depth = waiting.pop()
            children = fields.get("dependencies")
            if children is None:
                continue
            if not isinstance(children, dict):
                raise self.error(f"{pointer}/dependencies", '"dependencies" is not an object')
            if depth > _DEEPEST:
                raise self.error(pointer, f"packages nested more than {_DEEPEST} deep")
            for name, child in children.items():
                place = f"{pointer}/dependencies/{jsontext.escape(name)}"
                if not isinstance(child, dict):
                    raise self.error(place, f"the entry of {name!r} is not an object")
                key = f"{where}/node_modules/{name}" if where else f"node_modules/{name}"
                inside = self._nested_entry(key, name, child, place)
                waiting.append((inside, place, child, depth + 1))
            if len(self.entries) > MOST_PACKAGES:
                raise InputError(self.file, f"more than {MOST_PACKAGES:,} packages in one lockfile")

    def _nested_entry(self, key: str, name: str, old: dict[str, Any], place: str) -> str:
        """Keeps a version 1 entry in the shape of version 3; gives the path that its children hang from."""
        text = self._text(old, "version", place)
        fields: dict[str, Any] = {
            field: old[field]
            for field in ("resolved", "integrity", "dev", "optional", "requires", "from", "deprecated")
            if field in old
        }
        if old.get("bundled"):
            fields["inBundle"] = True
        if text is not None:
            from npmguard import specs

            spec = specs.parse(name, text)
            if spec.kind == "directory":
                target = folder_key((spec.location or "").removeprefix("file:"))
                self.links[key] = target
                self.entries[key] = Entry({"link": True, "resolved": target}, place)
                self.entries.setdefault(target, Entry({"name": name, **fields}, place))
                return target
            if spec.kind == "version":
                # what npm 4 wrote beside a git URL was the version of that day; npm does not rely on it
                if _source(self._text(old, "resolved", place) or "https:/-/") is not Source.GIT:
                    fields["version"] = spec.range
                if spec.alias:
                    fields["name"] = spec.name
            else:
                # "version" holds where it came from instead
                fields["resolved"] = text
                if spec.kind in ("url", "file"):
                    fields["version"] = None
        self.entries[key] = Entry(fields, place)
        return key

    # -- both

    def _text(self, fields: dict[str, Any], field: str, place: str) -> str | None:
        value = fields.get(field)
        if value is None or isinstance(value, str):
            return value or None
        raise self.error(place, f'"{field}" is not text')

    def graph(self, linked: Callable[[str], Manifest | None]) -> DependencyGraph:
        for folder in self.links.values():
            if folder not in self.manifests and not _in_modules(folder):
                manifest = linked(folder)
                if manifest is not None:
                    self.manifests[folder] = manifest
        for key, (fields, place) in self.entries.items():
            if key not in self.links:
                self.nodes[key] = self._package(key, fields, place)
        if "" not in self.nodes:
            self.nodes[""] = Package("", "", None, Source.PROJECT)
        self._settle_odd_urls()
        roots = [key for key, node in self.nodes.items() if node.source in (Source.PROJECT, Source.WORKSPACE)]
        recorded = {} if self.nested else {key: self._record(key) for key in roots if key in self.entries}
        return DependencyGraph(
            self.nodes,
            self._link,
            format=f"npm-{self.version}",
            roots=roots,
            recorded=recorded,
            licences=self._licences,
        )

    def _licences(self) -> dict[str, object]:
        return {key: fields["license"] for key, (fields, _) in self.entries.items() if "license" in fields}

    def _record(self, key: str) -> Asked:
        return {name: (spec, kind) for _, name, spec, kind in self._recorded(key)}

    def _package(self, key: str, fields: dict[str, Any], place: str) -> Package:
        get = fields.get
        name, version, resolved, integrity = get("name"), get("version"), get("resolved"), get("integrity")
        if {type(name), type(version), type(resolved), type(integrity)} - _TEXTUAL:
            field = next(f for f in _TEXT_FIELDS if not isinstance(get(f), str | None))
            raise self.error(place, f'"{field}" is not text')
        installed = installed_name(key)
        if installed is None:
            manifest = self.manifests.get(key)
            source = Source.PROJECT if not key else self._folder_source(key)
            return Package(
                key,
                (manifest.name if manifest else None) or name or posixpath.basename(key),
                (manifest.version if manifest else None) or version or None,
                source,
                pointer=place,
            )
        return Package(
            key,
            name or installed,
            version or None,
            _source(resolved) if resolved else Source.REGISTRY,
            resolved or None,
            integrity or None,
            installed if name and name != installed else None,
            "dev" in fields and bool(fields["dev"]),
            bool(get("optional") or get("devOptional")),
            "peer" in fields and bool(fields["peer"]),
            "inBundle" in fields and bool(fields["inBundle"]) and self._inside(key),
            None if self.nested else bool(get("hasInstallScript")),
            _message(fields["deprecated"]) if "deprecated" in fields else None,
            texts(fields["os"]) if "os" in fields else (),
            texts(fields["cpu"]) if "cpu" in fields else (),
            place,
            _requested(get("from"), name or installed) if self.nested else None,
        )

    def _inside(self, key: str) -> bool:
        """Does it lie in the folder of a package that may have brought it in its tarball?

        What the project itself bundles is downloaded like all else, and what merely says that it is bundled
        is not to get around the questions that are asked of a download.
        """
        above = key
        while (at := above.rfind("/node_modules/")) > 0:
            above = above[:at]
            if _in_modules(above) and (self.nested or self._bundles(above)):
                return True
        return False

    def _bundles(self, key: str) -> bool:
        return key in self.entries and bool(self.entries[key].fields.get("bundleDependencies"))

    def _folder_source(self, key: str) -> Source:
        """A folder outside node_modules is a member, or merely linked to."""
        if key in self.workspaces:
            return Source.WORKSPACE
        if "" in self.manifests:
            return Source.LINK
        patterns = workspace_patterns(self.entries[""].fields) if "" in self.entries else []
        return Source.WORKSPACE if is_member(key, patterns) else Source.LINK

    def _settle_odd_urls(self) -> None:
        """A tarball URL without npm's `/-/` may still be a registry's: who asks for it decides."""
        odd = [key for key, node in self.nodes.items() if node.source is Source.URL]
        if not odd:
            return
        asked = {installed_name(key): False for key in odd}
        from npmguard import specs

        for _, name, spec, _ in self._asked(frozenset(name for name in asked if name)):
            if name in asked and specs.parse(name, spec).kind == "url":
                asked[name] = True
        for key in odd:
            if not asked[installed_name(key)] and self.nodes[key].version:
                self.nodes[key] = self.nodes[key]._replace(source=Source.REGISTRY)

    # -- edges

    def _link(self, names: frozenset[str] | None) -> Edges:
        edges: dict[str, list[Dependency]] = {}
        entries, links, nodes = self.entries, self.links, self.nodes
        shrinkwrapped = tuple(f"{k}/" for k, (fields, _) in entries.items() if fields.get("hasShrinkwrap"))
        carried = bool(shrinkwrapped) or any(node.bundled for node in nodes.values())
        for key, name, spec, kind in self._asked(names):
            if names is not None and name not in names:
                continue
            place = _find(key, name, entries)
            target = links.get(place, place) if place is not None else None
            if target not in nodes:
                target = None
            settled = carried and self._settled(key, name, target, shrinkwrapped)
            edges.setdefault(key, []).append(Dependency(key, name, spec, kind, target, settled))
        for folder, name in self._members():
            link = f"node_modules/{name}"
            target = links.get(link, link)
            if target not in nodes:
                target = None
            edges.setdefault("", []).append(
                Dependency("", name, f"file:{folder}", DependencyKind.WORKSPACE, target)
            )
        return {key: tuple(found) for key, found in edges.items()}

    def _settled(self, key: str, name: str, target: str | None, shrinkwrapped: tuple[str, ...]) -> bool:
        """Did what this edge leads to come inside a package, so that npm does not question it?"""
        inside = f"{key}/"
        if shrinkwrapped and (inside in shrinkwrapped or (target or "").startswith(shrinkwrapped)):
            return True
        bundled = self.entries[key].fields.get("bundleDependencies") if key else None
        if isinstance(bundled, list):
            return name in bundled
        return bundled is True or bool(
            self.nested and target and self.nodes[target].bundled and not self.nodes[key].bundled
        )

    def _members(self) -> Iterator[tuple[str, str]]:
        """(folder, name) of each workspace: as on disk where that is known, else as recorded."""
        if "" in self.manifests:
            for folder, manifest in self.workspaces.items():
                yield folder, manifest.name or posixpath.basename(folder)
        else:
            for key, node in self.nodes.items():
                if node.source is Source.WORKSPACE:
                    yield key, node.name

    def _asked(self, names: frozenset[str] | None = None) -> Iterator[tuple[str, str, str, DependencyKind]]:
        """(who, name, spec, kind) of every dependency, one for a name, by npm's order of precedence.

        Where `names` are given, those of packages that ask for none of them may be left out.
        """
        for key in self.nodes:
            manifest = self.manifests.get(key)
            if key.startswith("../"):
                # npm links to a folder outside the project and installs nothing for it
                continue
            if manifest is not None:
                for name, (spec, kind) in asked(manifest).items():
                    yield key, name, spec, kind
            elif key in self.entries and (names is None or _may_ask(self.entries[key].fields, names)):
                yield from self._recorded(key)

    def _recorded(self, key: str) -> Iterator[tuple[str, str, str, DependencyKind]]:
        fields, place = self.entries[key]
        if self.nested and "requires" in fields:
            if isinstance(fields["requires"], dict):
                optional = bool(fields.get("optional"))
                for name, spec in fields["requires"].items():
                    found = _find(key, name, self.entries)
                    below = self.entries[found].fields if found is not None else {}
                    soft = bool(below.get("optional")) and not optional
                    kind = DependencyKind.OPTIONAL if soft else DependencyKind.PROD
                    yield key, name, self._spec(spec, name, place), kind
            return
        if len(_KINDS & fields.keys()) == 1 and "dependencies" in fields:
            # by far the most ask for plain dependencies alone
            for name, spec in self._map(fields["dependencies"], "dependencies", place):
                yield key, name, spec, DependencyKind.PROD
            return
        peers = fields.get("peerDependencies")
        found_names: dict[str, tuple[str, DependencyKind]] = {}
        if peers:
            meta = fields.get("peerDependenciesMeta")
            for name, spec in self._map(peers, "peerDependencies", place):
                about = meta.get(name) if isinstance(meta, dict) else None
                soft = isinstance(about, dict) and bool(about.get("optional"))
                found_names[name] = (spec, DependencyKind.PEER_OPTIONAL if soft else DependencyKind.PEER)
        for field, kind in _FIELDS:
            value = fields.get(field)
            if value and (kind is not DependencyKind.DEV or not _in_modules(key)):
                for name, spec in self._map(value, field, place):
                    found_names[name] = (spec, kind)
        for name, (spec, kind) in found_names.items():
            yield key, name, spec, kind

    def _map(self, value: Any, field: str, place: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            if isinstance(value, list):
                return  # some very old packages published a list; npm reads nothing from it
            raise self.error(f"{place}/{field}", f'"{field}" is not an object')
        for name, spec in value.items():
            if not isinstance(spec, str):
                raise self.error(f"{place}/{field}", f"the range of {name!r} is not text")
            yield name, spec

    def _spec(self, spec: Any, name: str, place: str) -> str:
        if isinstance(spec, str):
            return spec
        raise self.error(place, f"the range of {name!r} is not text")


def _may_ask(fields: dict[str, Any], names: frozenset[str]) -> bool:
    """Does an entry ask for one of the names, as far as a quick look tells?"""
    for field in _ASKING & fields.keys():
        value = fields[field]
        if not isinstance(value, dict) or not names.isdisjoint(value):
            return True
    return False


def asked(manifest: Manifest) -> dict[str, tuple[str, DependencyKind]]:
    """What a package.json asks for: name to (spec, kind), one for a name, by npm's order of precedence.

    npm loads peers first, then dependencies, optional and development ones, each replacing an earlier
    one of the same name.
    """
    found: dict[str, tuple[str, DependencyKind]] = {}
    for name, spec in manifest.peer_dependencies.items():
        soft = name in manifest.optional_peers
        found[name] = (spec, DependencyKind.PEER_OPTIONAL if soft else DependencyKind.PEER)
    for name, spec in manifest.dependencies.items():
        found[name] = (spec, DependencyKind.PROD)
    for name, spec in manifest.optional_dependencies.items():
        found[name] = (spec, DependencyKind.OPTIONAL)
    for name, spec in manifest.dev_dependencies.items():
        found[name] = (spec, DependencyKind.DEV)
    return found


def installed_name(key: str) -> str | None:
    """The name a package is installed under, from its install path; None for a folder of its own."""
    before, found, name = key.rpartition("node_modules/")
    return name if found and (not before or before.endswith("/")) else None


def _in_modules(key: str) -> bool:
    return key.startswith("node_modules/") or "/node_modules/" in key


def _find(key: str, name: str, entries: Mapping[str, Entry]) -> str | None:
    """Where Node.js finds `name` from inside `key`: the nearest node_modules, going up."""
    end = f"node_modules/{name}"
    here = key
    while here:
        found = f"{here}/{end}"
        if found in entries:
            return found
        here = _above(here)
    return end if end in entries else None


def _above(key: str) -> str:
    """The next place up to look in: out of node_modules/x, or out of a folder."""
    before, found, _ = key.rpartition("/node_modules/")
    if found:
        return before
    if key.startswith("node_modules/"):
        return ""
    return key.rpartition("/")[0]


def _source(resolved: str) -> Source:
    if resolved.startswith(("https://", "http://")):
        return Source.REGISTRY if "/-/" in resolved else Source.URL
    if resolved.startswith("file:"):
        return Source.FILE
    from npmguard import specs

    spec = specs.parse("", resolved)
    if spec.kind == "git":
        return Source.GIT
    return Source.URL


def _message(value: Any) -> str | None:
    """A deprecation message; some entries hold `true` instead of one."""
    if isinstance(value, str):
        return value or None
    return "deprecated" if value is True else None


def _requested(value: Any, name: str) -> str | None:
    """The range in a version 1 entry's `from`, which reads name@range."""
    return value.removeprefix(f"{name}@") if isinstance(value, str) else None
