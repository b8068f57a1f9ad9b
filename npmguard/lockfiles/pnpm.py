"""pnpm's lockfile: pnpm-lock.yaml, lockfileVersion 5.0 to 5.4, 6.0, 6.1, 7.0, 9.0, and the JSON of 13.0.

What each form looks like was found by running pnpm 6 to 12. Up to version 6 an entry of `packages` says all
of a package, and its key names the peers it was resolved with (`/a/1.0.0_b@2.0.0`, `/a@1.0.0(b@2.0.0)`). From
version 7 on `packages` says what its copies share, and `snapshots` what each of them leads to. Version 13, an
experiment of pnpm 12, is JSON with trailing commas; its `projects` are the importers of the others.

pnpm 11 and 12 may put a document before the lockfile itself: what the package manager needs for its own sake,
`configDependencies` and the pnpm that the project names. Its packages are downloaded and may hold code that
pnpm runs, so they count; their keys begin with `env:`, their pointers with `/env`, and the project asks for
them as for development dependencies.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from npmguard import jsontext, yamltext
from npmguard.errors import InputError
from npmguard.jsontext import escape
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

ENV = "env:"  # what the keys of the package manager's own packages begin with
_OLDEST, _NEWEST, _NEWEST_JSON = (5, 0), (9, 0), (13, 0)
_VERSION = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?(?:-inlineSpecifiers)?", re.ASCII)
# in pnpm's order of precedence
_FIELDS = (
    ("devDependencies", DependencyKind.DEV),
    ("dependencies", DependencyKind.PROD),
    ("optionalDependencies", DependencyKind.OPTIONAL),
)
_OWN_FIELDS = (
    ("configDependencies", DependencyKind.DEV),
    ("packageManagerDependencies", DependencyKind.DEV),
)
_ELSEWHERE = frozenset(("packages", "snapshots", "importers", "projects"))
_GIT_TARBALL = re.compile(
    r"https://(?:codeload\.github\.com/|gitlab\.com/api/v4/projects/|bitbucket\.org/)", re.ASCII
)
_NOTHING: Mapping[str, Any] = {}


class Locked(NamedTuple):
    """What an importer is given: `specifier` is the text it asked with, `reference` what that led to.

    A reference is a version with peers, a whole key, `link:` and a folder; in version 13 it may be a
    `workspace:` text, which leads to the project of that name.
    """

    specifier: str
    reference: str
    kind: DependencyKind


class Importer(NamedTuple):
    """The project or a workspace as recorded: its dependencies, the record itself, and where it stands."""

    locked: Mapping[str, Locked]
    fields: Mapping[str, Any]
    pointer: str


class _Entry(NamedTuple):
    """A package: what is the same for all its copies, what this one leads to, and where that stands."""

    fields: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    pointer: str


def parse(
    data: bytes,
    file: str,
    manifest: Manifest | None = None,
    workspaces: Mapping[str, Manifest] | None = None,
    linked: Callable[[str], Manifest | None] = lambda folder: None,
    catalogs: Catalogs | None = None,
) -> DependencyGraph:
    """The dependency graph of a pnpm-lock.yaml's bytes.

    The nodes are the lockfile's own keys; folders that are linked to or packed from (`link:`, `file:`) have
    the folder's path. Among the graph's notes are `importers` (an Importer for each key, "" for the project),
    `env` (an Importer too: the package manager's own packages), `form` (5, 6, 9 or 13: which version it looks
    like, whatever it says), `above` (the pointer above overrides and the like), `missing` (who, name and
    reference of what leads to no entry) and `packed` (the package.json of folders that are copied, and the
    specifiers that version 13 keeps of it). Raises InputError for what is no pnpm lockfile.
    """
    texts = _Texts(data, file)
    main, env = texts.read()
    if main is None:
        raise InputError(file, "not a pnpm lockfile: the file holds no mapping", 1)
    version, newer = _version(main, file, texts)
    reader = _Reader(main, file, texts.locate, manifest, workspaces or {}, catalogs or {})
    reader.read("", main)
    if env is not None:
        reader.read(ENV, env)
    return reader.graph(linked, version, newer)


class _Texts:
    """The documents of a file as texts, and the lines of pointers into them."""

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        self.text = yamltext.decode(data, file)
        self.before = 0  # lines that stand before the JSON
        self.json = ""
        if self.text[:4096].lstrip().startswith("{"):
            self.json = self.text
        elif self.text.startswith("---\n"):
            end = self.text.find("\n---\n", 3)
            if end >= 0 and self.text[end + 5 : end + 4096].lstrip().startswith("{"):
                self.json = self.text[end + 5 :]
                self.before = self.text.count("\n", 0, end + 5)
        self.documents = 1

    def read(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """(the lockfile itself, the document of the package manager's own packages), as far as there are."""
        if self.json:
            found = [*self._own(), self._relaxed()]
        else:
            found = yamltext.documents(self.text.encode(), self.file)
        if any(not isinstance(document, dict) for document in found) or not found:
            return None, None
        self.documents = len(found)
        if len(found) > 2 or (len(found) == 2 and not _is_own(found[0])):
            raise InputError(self.file, f"{len(found)} documents, of which the first is not pnpm's own")
        if len(found) == 2:
            return found[1], found[0]
        if _is_own(found[0]):
            return {"lockfileVersion": found[0].get("lockfileVersion")}, found[0]
        return found[0], None

    def _own(self) -> list[Any]:
        if not self.before:
            return []
        return yamltext.documents(self.text[: len(self.text) - len(self.json) - 4].encode(), self.file)

    def _relaxed(self) -> Any:
        try:
            return jsontext.loads(jsontext.relaxed(self.json.encode()), self.file)
        except InputError as error:
            line = error.line + self.before if error.line else None
            raise InputError(self.file, error.reason, line) from None

    def locate(self, pointers: frozenset[str]) -> Mapping[str, int]:
        """The lines of pointers; those that begin with /env lead into the document before the lockfile."""
        own = {pointer for pointer in pointers if pointer == "/env" or pointer.startswith("/env/")}
        found: dict[str, int] = {}
        if own:
            inner = yamltext.lines(self.text, frozenset(p[4:] for p in own), 0)
            found |= {f"/env{pointer}": line for pointer, line in inner.items()}
        rest = pointers - own
        if self.json:
            lines = jsontext.Places(self.json).lines(frozenset(rest))
            found |= {pointer: line + self.before for pointer, line in lines.items()}
        elif rest:
            found |= yamltext.lines(self.text, frozenset(rest), self.documents - 1)
        return found


def _is_own(document: Mapping[str, Any]) -> bool:
    """Is this the document of the package manager's own packages?"""
    importers = document.get("importers")
    root = importers.get(".") if isinstance(importers, dict) else None
    return isinstance(root, dict) and any(field in root for field, _ in _OWN_FIELDS)


def _version(document: Mapping[str, Any], file: str, texts: _Texts) -> tuple[str, str | None]:
    """(the lockfile's version, the same again where it is newer than any known)."""
    found = document.get("lockfileVersion")
    if found is None:
        raise InputError(file, 'not a pnpm lockfile: it has no "lockfileVersion"', 1)
    match = _VERSION.fullmatch(str(found)) if isinstance(found, str | int | float) else None
    if match is None or isinstance(found, bool):
        line = texts.locate(frozenset(["/lockfileVersion"])).get("/lockfileVersion")
        raise InputError(file, f"lockfileVersion {str(found)[:40]!r} is no version", line)
    version = (int(match[1]), int(match[2] or 0))
    if version < _OLDEST:
        raise InputError(file, f"lockfileVersion {found} is unknown: npmguard reads 5.0 and later", 1)
    newest = _NEWEST_JSON if "projects" in document or texts.json else max(_NEWEST, (9, 99))
    text = f"{version[0]}.{version[1]}"
    return text, text if version > newest else None


def _form(document: Mapping[str, Any]) -> int:
    """Which version a document looks like, 5 and 6 taken together: an edited number misleads nobody."""
    if "projects" in document:
        return 13
    if "snapshots" in document:
        return 9
    packages = document.get("packages")
    old = isinstance(packages, dict) and any(key.startswith("/") for key in packages)
    return 6 if old or int(str(document["lockfileVersion"]).partition(".")[0]) < 9 else 9


class _Reader:
    """Puts the documents of one file together."""

    def __init__(
        self,
        document: Mapping[str, Any],
        file: str,
        locate: Callable[[frozenset[str]], Mapping[str, int]],
        manifest: Manifest | None,
        workspaces: Mapping[str, Manifest],
        catalogs: Catalogs,
    ) -> None:
        self.document = document
        self.file = file
        self.locate = locate
        self.manifests = {"": manifest, **workspaces} if manifest else {}
        self.workspaces = workspaces
        self.catalogs = catalogs
        self.settings = self._map(document, "settings", "") if "projects" in document else _NOTHING
        self.entries: dict[str, _Entry] = {}
        self.importers: dict[str, Importer] = {}
        self.own = Importer({}, _NOTHING, "")
        self.nodes: dict[str, Package] = {}
        self.folders: dict[str, str] = {}  # key of an entry that is a folder -> key of its node
        self.halves: set[str] = set()  # keys that stand in only one of `packages` and `snapshots`
        self.missing: list[tuple[str, str, str]] = []
        self.packed: dict[str, tuple[Manifest, Mapping[str, Any] | None]] = {}
        self.form = 9

    def error(self, pointer: str, reason: str) -> InputError:
        return InputError(self.file, reason, self.locate(frozenset([pointer])).get(pointer))

    # -- reading

    def read(self, prefix: str, document: Mapping[str, Any]) -> None:
        """Takes in the packages and importers of a document; `prefix` begins the keys of its packages."""
        place = "/env" if prefix else ""
        form = _form(document)
        self._packages(prefix, place, document, form)
        if prefix:
            importers = self._map(document, "importers", place)
            pointer = f"{place}/importers/."
            self.own = self._importer(self._map(importers, ".", f"{place}/importers"), pointer, _OWN_FIELDS)
            return
        field = "projects" if form == 13 else "importers"
        if field in document:
            records = self._map(document, field, place)
            self._count(len(records), "projects")
            for folder, fields in records.items():
                pointer = f"{place}/{field}/{escape(folder)}"
                if not isinstance(fields, dict | None):
                    raise self.error(pointer, f"the importer {folder!r} is not a mapping")
                self.importers[folder_key(folder)] = self._importer(fields or {}, pointer, _FIELDS)
        else:
            self.importers[""] = self._importer(document, place, _FIELDS)
        if form == 6 and any("specifiers" in importer.fields for importer in self.importers.values()):
            form = 5
        self.form = form

    def _packages(self, prefix: str, place: str, document: Mapping[str, Any], form: int) -> None:
        packages = self._map(document, "packages", place)
        snapshots = self._map(document, "snapshots", place) if form == 9 else packages
        self._count(max(len(packages), len(snapshots)), "packages")
        whole = f"{place}/packages/"
        entries = self.entries
        if form != 9:
            for key, fields in packages.items():
                pointer = whole + escape(key)
                if not isinstance(fields, dict | None):
                    raise self.error(pointer, f"the entry of {key!r} is not a mapping")
                fields = fields or _NOTHING
                entries[prefix + key] = _Entry(fields, fields, pointer)
            return
        described = set()
        for key, snapshot in snapshots.items():
            bare = without_peers(key)
            described.add(bare)
            fields = packages.get(bare)
            pointer = whole + escape(bare) if fields is not None else f"{place}/snapshots/{escape(key)}"
            if not isinstance(fields, dict | None) or not isinstance(snapshot, dict | None):
                raise self.error(pointer, f"the entry of {key!r} is not a mapping")
            entries[prefix + key] = _Entry(fields or _NOTHING, snapshot or _NOTHING, pointer)
            if fields is None and "@file:" not in key:
                self.halves.add(prefix + key)
        for key, fields in packages.items():
            if key not in described:  # nothing leads there, but it is in the file
                if not isinstance(fields, dict | None):
                    raise self.error(whole + escape(key), f"the entry of {key!r} is not a mapping")
                self.halves.add(prefix + key)
                entries.setdefault(prefix + key, _Entry(fields or _NOTHING, _NOTHING, whole + escape(key)))

    def _count(self, count: int, what: str) -> None:
        if count > MOST_PACKAGES:
            raise InputError(
                self.file, f"{count:,} {what}; npmguard reads up to {MOST_PACKAGES:,} in one lockfile"
            )

    def _importer(
        self, fields: Mapping[str, Any], pointer: str, kinds: Iterable[tuple[str, DependencyKind]]
    ) -> Importer:
        """An importer's record, whichever way it names what was asked."""
        specifiers = self._map(fields, "specifiers", pointer)
        found: dict[str, Locked] = {}
        for field, kind in kinds:
            for name, value in self._map(fields, field, pointer).items():
                reference: Any
                if isinstance(value, dict):
                    specifier, reference = value.get("specifier"), value.get("version")
                elif name in specifiers or "specifiers" in fields:
                    specifier, reference = specifiers.get(name, ""), value
                else:
                    specifier, reference = value, self._reference(name, value)
                if not isinstance(specifier, str) or not isinstance(reference, str):
                    place = f"{pointer}/{field}/{escape(name)}"
                    raise self.error(place, f"the record of {name!r} does not say what was asked and given")
                found[name] = Locked(specifier, reference, kind)
        for name, specifier in specifiers.items():
            if name not in found:
                if not isinstance(specifier, str):
                    raise self.error(f"{pointer}/specifiers", f"the specifier of {name!r} is not text")
                found[name] = Locked(specifier, "", DependencyKind.PROD)
        return Importer(found, fields, pointer)

    def _reference(self, name: str, value: Any) -> Any:
        """The reference that version 13 leaves out where the specifier says it all."""
        if isinstance(value, str) and value.startswith("catalog:"):
            entry = _catalogued(self.settings.get("catalogs"), name, value)
            return entry.get("version") if isinstance(entry, dict) else None
        return value.removeprefix("npm:") if isinstance(value, str) else value

    def _map(self, fields: Mapping[str, Any], field: str, pointer: str) -> dict[str, Any]:
        value = fields.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(f"{pointer}/{field}", f'"{field}" is not a mapping')
        return value

    # -- nodes

    def graph(
        self, linked: Callable[[str], Manifest | None], version: str, newer: str | None
    ) -> DependencyGraph:
        nodes = self.nodes
        root = self.manifests.get("")
        nodes[""] = Package("", _name(root, ""), root.version if root else None, Source.PROJECT)
        members = self.workspaces if self.manifests else [key for key in self.importers if key]
        for key in members:
            member = self.workspaces.get(key)
            named = self.importers[key].fields.get("name") if key in self.importers else None
            name = _name(member, named if isinstance(named, str) else posixpath.basename(key))
            place = f"/{'projects' if self.form == 13 else 'importers'}/{escape(key)}"
            nodes[key] = Package(
                key, name, member.version if member else None, Source.WORKSPACE, pointer=place
            )
        roots = ["", *members]
        aliases = self._aliases()
        for key, entry in self.entries.items():
            self._add(key, entry, aliases.get(key), linked)
        for folder in self._links():
            if folder not in nodes:
                manifest = linked(folder)
                nodes[folder] = Package(
                    folder,
                    _name(manifest, posixpath.basename(folder)),
                    manifest.version if manifest else None,
                    Source.LINK,
                )
        recorded: dict[str, Asked] = {
            key: {name: (locked.specifier, locked.kind) for name, locked in importer.locked.items()}
            for key, importer in self.importers.items()
        }
        notes = {field: value for field, value in self.document.items() if field not in _ELSEWHERE}
        notes |= self.settings  # where version 13 keeps overrides and the like
        notes |= {
            "above": "/settings" if self.form == 13 else "",
            "importers": self.importers,
            "env": self.own,
            "form": self.form,
            "missing": [(self.folders.get(who, who), name, given) for who, name, given in self.missing],
            "packed": self.packed,
        }
        return DependencyGraph(
            nodes,
            self._link,
            format=f"pnpm-{version}",
            roots=roots,
            recorded=recorded,
            notes=notes,
            newer=newer,
            locate=self.locate,
            records_ranges=False,
        )

    def _add(
        self, key: str, entry: _Entry, alias: str | None, linked: Callable[[str], Manifest | None]
    ) -> None:
        fields, snapshot, pointer = entry
        own = key.removeprefix(ENV)
        name, reference = _parts(own, self.form)
        get = fields.get
        resolution = get("resolution") or _NOTHING
        if not isinstance(resolution, dict | Mapping):
            raise self.error(pointer, f'"resolution" of {own!r} is not a mapping')
        integrity = resolution.get("integrity") or get("integrity")
        tarball = resolution.get("tarball")
        name, version = get("name") or name, get("version")
        if not (
            isinstance(integrity, str | None)
            and isinstance(tarball, str | None)
            and isinstance(name, str | None)
            and isinstance(version, str | None)
        ):
            raise self.error(pointer, f"the entry of {own!r} holds something else than text")
        source, resolved = _origin(reference, resolution, tarball)
        if source is Source.LINK:
            self._add_folder(key, entry, name, reference, linked)
            return
        if not name:
            raise self.error(pointer, f"the entry {own[:100]!r} names no package")
        if version is None:
            version = _plain(reference) if source is Source.REGISTRY or ":" not in reference else None
        if integrity is None and "variants" in resolution:
            integrity = _first_variant(resolution)[1]
        self.nodes[key] = Package(
            key,
            name,
            version or None,
            source,
            resolved,
            integrity,
            alias,
            _flag(get("dev")) or key is not own,
            _flag(snapshot.get("optional")),
            has_install_script=None if self.form > 6 else _flag(get("requiresBuild")),
            deprecated=_message(get("deprecated")),
            os=texts(get("os")),
            cpu=texts(get("cpu")),
            pointer=pointer,
        )

    def _add_folder(
        self,
        key: str,
        entry: _Entry,
        name: str | None,
        reference: str,
        linked: Callable[[str], Manifest | None],
    ) -> None:
        """A folder whose files are packed and copied. It may be there several times, with other peers."""
        resolution = entry.fields.get("resolution") or _NOTHING
        path = resolution.get("directory") or reference.removeprefix("file:")
        folder = folder_key(path) if isinstance(path, str) else ""
        manifest = self.manifests.get(folder) or linked(folder)
        place = folder if folder and folder not in self.nodes else key
        self.folders[key] = place
        if manifest is not None:
            specifiers = entry.fields.get("specifiers")
            self.packed[place] = (manifest, specifiers if isinstance(specifiers, dict) else None)
        version = entry.fields.get("version")
        self.nodes[place] = Package(
            place,
            name or _name(manifest, posixpath.basename(folder)),
            manifest.version if manifest else version if isinstance(version, str) else None,
            Source.LINK,
            pointer=entry.pointer,
            copied=True,
        )

    def _aliases(self) -> dict[str, str]:
        """The names of packages that are only ever installed under one other than their own.

        On the way, notes what leads to no entry.
        """
        found: dict[str, set[str]] = {}
        for who, name, reference, key in self._uses():
            if key is None or key in self.halves:
                if reference and not reference.startswith(("link:", "workspace:")):
                    self.missing.append((who, name, reference))
            elif not key.startswith((f"{name}@", f"/{name}@", f"/{name}/", ENV)):
                own = _parts(key, self.form)[0]
                if own and own != name and "name" not in self.entries[key].fields:
                    found.setdefault(key, set()).add(name)
        if not found:
            return {}
        plain = {
            key for _, name, _, key in self._uses() if key in found and _parts(key, self.form)[0] == name
        }
        return {key: names.pop() for key, names in found.items() if len(names) == 1 and key not in plain}

    def _uses(self) -> Iterator[tuple[str, str, str, str | None]]:
        """(who, installed name, reference, key of the entry or None) of all that somebody is given."""
        for who, importer in self.importers.items():
            for name, locked in importer.locked.items():
                yield who, name, locked.reference, self._entry(name, locked.reference, "")
        for who, entry in self.entries.items():
            prefix = ENV if who.startswith(ENV) else ""
            for name, _, reference, _ in self._wants(entry):
                yield who, name, reference, self._entry(name, reference, prefix)

    # -- edges

    def _given(
        self, names: frozenset[str] | None
    ) -> Iterator[tuple[str, str, str, DependencyKind, str | None]]:
        """(who, name, text, kind, key of an entry or None) of what packages are given.

        The text is the range where the lockfile keeps it (peers), else the reference.
        """
        for who, entry in self.entries.items():
            prefix = ENV if who.startswith(ENV) else ""
            for name, text, reference, kind in self._wants(entry):
                if names is None or name in names:
                    yield who, name, text, kind, self._entry(name, reference, prefix)

    def _wants(self, entry: _Entry) -> Iterator[tuple[str, str, str, DependencyKind]]:
        """(name, text, reference, kind) of what a package asks for."""
        fields, snapshot, pointer = entry
        peers = fields.get("peerDependencies")
        wanted = self._peers(entry) if peers else {}
        given = set()
        for field, kind in (
            ("dependencies", DependencyKind.PROD),
            ("optionalDependencies", DependencyKind.OPTIONAL),
        ):
            found = snapshot.get(field)
            if not found:
                continue
            if not isinstance(found, dict):
                raise self.error(pointer, f'"{field}" is not a mapping')
            for name, reference in found.items():
                if not isinstance(reference, str):
                    raise self.error(pointer, f"the version of {name!r} is not text")
                if name in wanted:
                    given.add(name)
                    yield name, wanted[name][0], reference, wanted[name][1]
                else:
                    yield name, reference, reference, kind
        for name, (spec, kind, references) in wanted.items():
            for reference in references:
                yield name, spec, reference, kind
            if name not in given and not references:
                yield name, spec, "", kind

    def _peers(self, entry: _Entry) -> dict[str, tuple[str, DependencyKind, list[str]]]:
        """Name to (range, kind, references that version 13 notes) of each peer dependency."""
        fields, _, pointer = entry
        peers, meta = fields.get("peerDependencies"), fields.get("peerDependenciesMeta")
        if not isinstance(peers, dict) or not isinstance(meta, dict | None):
            raise self.error(pointer, '"peerDependencies" is not a mapping')
        found: dict[str, tuple[str, DependencyKind, list[str]]] = {}
        for name, value in peers.items():
            about = (meta or _NOTHING).get(name)
            references: list[str] = []
            if isinstance(value, dict):
                about = value
                if isinstance(value.get("version"), str):
                    references.append(value["version"])
                value = value.get("specifier")
            if not isinstance(value, str):
                raise self.error(pointer, f"the range of {name!r} is not text")
            soft = isinstance(about, dict) and _flag(about.get("optional"))
            kind = DependencyKind.PEER_OPTIONAL if soft else DependencyKind.PEER
            found[name] = (value, kind, references)
        variants = fields.get("snapshots")
        for variant in variants if isinstance(variants, list) else ():
            given = variant.get("peerDependencies") if isinstance(variant, dict) else None
            for name, value in given.items() if isinstance(given, dict) else ():
                reference = value.get("version") if isinstance(value, dict) else value
                if name in found and isinstance(reference, str):
                    found[name][2].append(reference)
        return found

    def _entry(self, name: str, reference: str, prefix: str) -> str | None:
        """The key of the entry that a reference leads to."""
        entries = self.entries
        for key in (
            f"{prefix}{name}@{reference}",
            f"{prefix}{reference}",
            f"/{name}@{reference}",
            f"/{name}/{reference}",
        ):
            if key in entries:
                return key
        return None

    def _links(self) -> set[str]:
        """The folders that `link:` references lead to."""
        found = set()
        for key, importer in self.importers.items():
            for locked in importer.locked.values():
                if locked.reference.startswith("link:"):
                    found.add(folder_key(locked.reference[5:], key))
        for entry in self.entries.values():
            for field in ("dependencies", "optionalDependencies"):
                given = entry.snapshot.get(field)
                for reference in given.values() if isinstance(given, dict) else ():
                    if isinstance(reference, str) and reference.startswith("link:"):
                        found.add(folder_key(reference[5:]))
        return {folder for folder in found if folder}

    def _link(self, names: frozenset[str] | None) -> Edges:
        edges: dict[str, list[Dependency]] = {}
        nodes, folders = self.nodes, self.folders

        def add(edge: Dependency) -> None:
            edges.setdefault(edge.source, []).append(edge)

        for key, name, spec, kind in self._roots_ask():
            if names is None or name in names:
                add(Dependency(key, name, spec, kind, self._root_target(key, name, spec)))
        for name, locked in self.own.locked.items():
            if names is None or name in names:
                entry = self._entry(name, locked.reference, ENV)
                add(Dependency("", name, locked.specifier, locked.kind, entry))
        for who, name, spec, kind, entry in self._given(names):
            target = folders.get(entry, entry) if entry is not None else None
            if spec.startswith("link:"):
                folder = folder_key(spec[5:])
                target = folder if folder in nodes else None
            add(Dependency(folders.get(who, who), name, spec, kind, target))
        for folder, node in nodes.items():
            if node.source is Source.WORKSPACE and (names is None or node.name in names):
                add(Dependency("", node.name, f"file:{folder}", DependencyKind.WORKSPACE, folder))
        return {key: tuple(found) for key, found in edges.items()}

    def _roots_ask(self) -> Iterator[tuple[str, str, str, DependencyKind]]:
        """(who, name, spec, kind) of what the project and its workspaces ask for."""
        if self.manifests:
            for key, manifest in self.manifests.items():
                if manifest is not None:
                    for name, (spec, kind) in asked(manifest).items():
                        yield key, name, self._range(name, spec), kind
            return
        for key, importer in self.importers.items():
            for name, locked in importer.locked.items():
                yield key, name, self._range(name, locked.specifier), locked.kind

    def _range(self, name: str, spec: str) -> str:
        """What a dependency is asked for by: the catalog's range instead of `catalog:`."""
        if not spec.startswith("catalog:"):
            return spec
        entry: Any = _catalogued(self.catalogs, name, spec)
        if entry is None:
            recorded = self.document.get("catalogs") or self.settings.get("catalogs")
            entry = _catalogued(recorded, name, spec)
            entry = entry.get("specifier") if isinstance(entry, dict) else None
        return entry if isinstance(entry, str) else spec

    def _root_target(self, key: str, name: str, spec: str) -> str | None:
        importer = self.importers.get(key)
        locked = importer.locked.get(name) if importer else None
        reference = locked.reference if locked else spec if spec.startswith(("workspace:", "link:")) else ""
        if reference.startswith("link:"):
            folder = folder_key(reference[5:], key)
            return folder if folder in self.nodes else None
        if reference.startswith("workspace:"):
            return self._member(key, name, reference[10:])
        entry = self._entry(name, reference, "") if reference else None
        return self.folders.get(entry, entry) if entry is not None else None

    def _member(self, key: str, name: str, range: str) -> str | None:
        """The workspace that a `workspace:` text means: a folder, or the one of that name."""
        if range.startswith((".", "/")):
            folder = folder_key(range, key)
            return folder if folder in self.nodes else None
        at = range.rfind("@")
        wanted = range[:at] if at > 0 else name
        return self._members_by_name.get(wanted)

    @cached_property
    def _members_by_name(self) -> dict[str, str]:
        return {node.name: folder for folder, node in self.nodes.items() if node.source is Source.WORKSPACE}


def _catalogued(catalogs: Any, name: str, spec: str) -> Any:
    """What a catalog holds for a dependency asked for by `catalog:` or `catalog:NAME`, or None."""
    ranges = catalogs.get(spec[8:].strip() or "default") if isinstance(catalogs, Mapping) else None
    return ranges.get(name) if isinstance(ranges, Mapping) else None


def _name(manifest: Manifest | None, otherwise: str) -> str:
    return (manifest.name if manifest else None) or otherwise


def without_peers(key: str) -> str:
    """A key or reference without its peers and patches: the brackets that stand at its end."""
    if not key.endswith(")"):
        return key
    depth = 0
    for at in range(len(key) - 1, -1, -1):
        character = key[at]
        if character == ")":
            depth += 1
        elif character == "(":
            depth -= 1
        elif depth == 0:
            return key[: at + 1]
    return key


def _parts(key: str, form: int) -> tuple[str | None, str]:
    """(name, reference without peers) of a key; no name where the key is a place rather than a package."""
    bare = without_peers(key)
    if form > 6:
        at = bare.find("@", 1)
        return (bare[:at], bare[at + 1 :]) if at > 0 else (None, bare)
    if bare.startswith(("file:", "http:", "https:", "git+", "link:")):
        return None, bare
    # /name@1.0.0, /name/1.0.0_peer@2.0.0, and the same behind the host of another registry
    path = bare.partition("/")[2]
    start = path.find("/") + 1 if path.startswith("@") else 0
    slash, at = path.find("/", start), path.find("@", start)
    if at > 0 and (slash < 0 or at < slash):
        return path[:at], path[at + 1 :]
    if slash > 0:
        return path[:slash], path[slash + 1 :].partition("/")[0].partition("_")[0]
    return None, bare


def _plain(reference: str) -> str:
    """The version in a reference, without the name of the registry (`work:1.0.0`, `runtime:22.0.0`)."""
    return reference.rpartition(":")[2]


def _origin(reference: str, resolution: Mapping[str, Any], tarball: str | None) -> tuple[Source, str | None]:
    """(where a package comes from, its URL as far as it is recorded)."""
    kind = resolution.get("type")
    if kind == "git":
        repository, commit = resolution.get("repo"), resolution.get("commit")
        if not isinstance(repository, str):
            return Source.GIT, None
        url = repository if repository.startswith("git") else f"git+{repository}"
        return Source.GIT, f"{url}#{commit}" if isinstance(commit, str) else url
    if kind == "directory":
        return Source.LINK, None
    if kind is not None:  # a runtime such as Node.js, from its maker's own server
        return Source.URL, _first_variant(resolution)[0]
    if tarball is None:
        if reference.startswith("file:"):
            from npmguard.specs import TARBALL

            return (Source.FILE, reference) if TARBALL.search(reference) else (Source.LINK, None)
        if reference.startswith(("http:", "https:")):
            return Source.URL, reference
        return (Source.GIT, reference) if reference.startswith("git") else (Source.REGISTRY, None)
    if tarball.startswith("file:"):
        return Source.FILE, tarball
    if not tarball.startswith(("http:", "https:")):
        return Source.REGISTRY, None  # relative to the registry, as pnpm once wrote it
    if _flag(resolution.get("gitHosted")) or _GIT_TARBALL.match(tarball):
        return Source.GIT, tarball
    at_url = reference.startswith(("http:", "https:", "@http:", "@https:")) or "/" in reference
    return (Source.URL if at_url else Source.REGISTRY), tarball


def _first_variant(resolution: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """(URL, integrity) of the first of several archives, or of the only one."""
    variants = resolution.get("variants")
    if isinstance(variants, list) and variants and isinstance(variants[0], dict):
        inner = variants[0].get("resolution")
        resolution = inner if isinstance(inner, dict) else _NOTHING
    url, integrity = resolution.get("url"), resolution.get("integrity")
    return url if isinstance(url, str) else None, integrity if isinstance(integrity, str) else None


def _flag(value: Any) -> bool:
    return value is True or value == "true"


def _message(value: Any) -> str | None:
    """A deprecation message; an entry may hold `true` instead of one."""
    if isinstance(value, str):
        return (value if value != "true" else "deprecated") or None
    return "deprecated" if value is True else None
