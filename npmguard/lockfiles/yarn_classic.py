"""yarn classic's lockfile: yarn.lock of yarn 0.x and 1.x.

The file is a list of entries. An entry begins with the patterns (`name@range`) that it answers; below it, two
spaces further in, stand its fields, and two more the dependencies that the package asks for. Yarn's own
parser takes more than it writes, and stops without a word where the indentation is odd: what it would not
read whole is refused here, so that nothing can hide behind such a line.

The project and its workspaces have no entries: what they ask for stands in their package.json alone.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, NoReturn

from npmguard import specs, versions
from npmguard.errors import InputError
from npmguard.jsontext import escape
from npmguard.lockfiles import Catalogs
from npmguard.lockfiles.fields import folder as folder_key
from npmguard.lockfiles.npm import MOST_PACKAGES
from npmguard.model import Dependency, DependencyGraph, DependencyKind, Edges, Manifest, Package, Source
from npmguard.yamltext import decode

NEWEST = 1
_CROWD = 100_000  # patterns times dependencies of one entry that has several names
_LONGEST = 8192  # a field that needs reading character by character
_ELSEWHERE = {"git": Source.GIT, "url": Source.URL, "file": Source.FILE}
_SECTIONS = {"dependencies": DependencyKind.PROD, "optionalDependencies": DependencyKind.OPTIONAL}
_BARE = r"(?!true|false)[A-Za-z/.-][^\s:\",]*+"
# `name value`, each in quotes or bare; a number stands bare too
_PAIR = re.compile(rf'(?:"([^"\\]+)"|({_BARE})):? (?:"([^"\\]*)"|({_BARE}|0|[1-9]\d{{0,14}}))', re.ASCII)
_ESCAPED_PAIR = re.compile(rf'("(?:[^"\\]|\\.)+"|{_BARE}):? ("(?:[^"\\]|\\.)*")', re.ASCII)
_PATTERN = re.compile(rf'"((?:[^"\\]|\\.)+)"|({_BARE})', re.ASCII)
_BARE_PATTERNS = re.compile(rf"{_BARE}(?:, {_BARE})*+:", re.ASCII)
_VERSION = re.compile(r"^# *yarn lockfile v(\S*)[ \t]*$", re.MULTILINE)
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_GIT = re.compile(r"git(?:\+[a-z0-9]+)?:|ssh:|[^/:@]+@[^/:]+:|https?:.+\.git(?:#|$)", re.IGNORECASE)
_PLAIN_RANGE = re.compile(r"[\^~<>=v]{0,2}\d[\w.+-]*", re.ASCII)


class Entry(NamedTuple):
    """One entry: the patterns it answers, its fields, what it asks for (name, range, kind), its line."""

    patterns: list[str]
    fields: dict[str, str]
    asks: list[tuple[str, str, DependencyKind]]
    line: int

    @property
    def pointer(self) -> str:
        return "/" + escape(", ".join(self.patterns))


def parse(
    data: bytes,
    file: str,
    manifest: Manifest | None = None,
    workspaces: Mapping[str, Manifest] | None = None,
    linked: Callable[[str], Manifest | None] = lambda folder: None,
    catalogs: Catalogs | None = None,  # yarn classic has none
) -> DependencyGraph:
    """The dependency graph of a yarn.lock's bytes.

    `notes["patterns"]` has the key of the package that answers each pattern. Without a `manifest`, what no
    entry asks for is taken to be what the project asks for. Raises InputError for what is no such lockfile.
    """
    text = decode(data, file)
    version = _version(text, file)
    entries = _entries(text, file)
    return _Reader(entries, manifest, workspaces or {}, linked).graph(version)


def named(pattern: str) -> tuple[str, str]:
    """The name and the range of a pattern; a name alone asks for the tag `latest`."""
    at = pattern.find("@", 1)
    return (pattern, "latest") if at < 0 else (pattern[:at], pattern[at + 1 :] or "*")


def asked(manifest: Manifest, folder: str = "", *, dev: bool = True) -> dict[str, tuple[str, DependencyKind]]:
    """What a package.json in a folder asks for, as yarn reads it: name to (range, kind).

    Of several fields the first counts, optional ones before the others, and the first range that is not
    empty or `*`. Paths become relative to the project. Peers are not installed, and come last.
    """
    found: dict[str, tuple[str, DependencyKind]] = {}
    fields = [
        (manifest.optional_dependencies, DependencyKind.OPTIONAL),
        (manifest.dependencies, DependencyKind.PROD),
        (manifest.dev_dependencies, DependencyKind.DEV),
    ]
    for names, kind in fields if dev else fields[:2]:
        for name, spec in names.items():
            before = found.get(name)
            if before is None:
                found[name] = (_placed(spec, folder), kind)
            elif before[0] in ("", "*") and spec:
                found[name] = (_placed(spec, folder), before[1])
    for name, spec in manifest.peer_dependencies.items():
        soft = name in manifest.optional_peers
        found.setdefault(name, (spec, DependencyKind.PEER_OPTIONAL if soft else DependencyKind.PEER))
    return found


def _placed(spec: str, folder: str) -> str:
    """A `file:` or `link:` path as yarn writes it: relative to the project, with ./ where it had that."""
    prefix = spec[:5]
    if prefix not in ("file:", "link:") or spec[5:6] == "/":
        return spec
    path = spec[5:]
    plain = posixpath.normpath(posixpath.join(folder, path))
    if (path.startswith("./") or path == ".") and not plain.startswith("."):
        plain = f"./{plain}"
    return prefix + plain


def _version(text: str, file: str) -> int | str:
    found = _VERSION.search(text)
    if found is None:
        return NEWEST
    if not found[1].isdecimal() or not found[1].isascii():
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(file, f"yarn lockfile v{found[1][:20]}: the version is no number", line)
    return int(found[1]) if len(found[1]) < 6 else found[1]


# -- the lines


def _entries(text: str, file: str) -> list[Entry]:
    """The entries of the file, in order. Raises InputError with the line."""

    def refuse(reason: str) -> NoReturn:
        raise InputError(file, reason, number)

    found: list[Entry] = []
    seen: set[str] = set()
    entry: Entry | None = None
    section: str | None = None  # the open one of the entry's, and what stands in it so far
    inside: set[str] = set()
    number = 0
    for number, line in enumerate((*text.split("\n"), ""), 1):
        if line[:2] == "  ":
            if line[:4] == "    ":
                if section is None or line[4:5] == " ":
                    if line.isspace():
                        continue
                    refuse("indented without anything that it could belong to")
                name, value = _pair(line[4:]) or refuse("not a name and a range")
                if name in inside:
                    refuse(f"the key {json.dumps(name)} stands twice in one section")
                inside.add(name)
                kind = _SECTIONS.get(section)
                if kind is not None and entry is not None:
                    entry.asks.append((name, value, kind))
                continue
            if line.isspace():
                continue
            if entry is None or line[2] == " ":
                refuse("indented without anything that it could belong to")
            if section is not None and not inside:
                refuse(f'"{section}" holds nothing')
            if line[-1] == ":":
                section = line[2:-1]
                if not section.isalpha():
                    refuse("not a field of an entry")
                inside = set()
                name, value = section, ""
            else:
                section = None
                name, value = _pair(line[2:]) or refuse("not a field of an entry")
            if name in entry.fields:
                refuse(f"the key {json.dumps(name)} stands twice in one entry")
            entry.fields[name] = value
            continue
        if line[:1] in (" ", "\t") and not line.isspace():
            refuse("indented by what is not two spaces a step")
        if entry is not None:
            _look_over(entry, file)
        if section is not None and not inside:
            refuse(f'"{section}" holds nothing: the file ends too early')
        entry = section = None
        if not line or line[0] == "#" or line.isspace():
            continue
        patterns = _patterns(line)
        if patterns is None:
            refuse("not a yarn lockfile: neither an entry nor a field of one")
        for pattern in patterns:
            if pattern in seen:
                refuse(f"the key {json.dumps(pattern)} stands twice")
            seen.add(pattern)
        entry = Entry(patterns, {}, [], number)
        found.append(entry)
        if len(seen) > MOST_PACKAGES:
            refuse(f"more than {MOST_PACKAGES:,} patterns in one lockfile")
    return found


def _look_over(entry: Entry, file: str) -> None:
    """Refuses an entry that yarn never writes: one without a version, or one for a crowd."""
    if "version" not in entry.fields:
        raise InputError(file, f"the entry of {entry.patterns[0]!r} has no version", entry.line)
    if len(entry.patterns) * len(entry.asks) > _CROWD and len({named(p)[0] for p in entry.patterns}) > 1:
        raise InputError(file, "one entry for too many packages of different names", entry.line)


def _pair(text: str) -> tuple[str, str] | None:
    match = _PAIR.fullmatch(text)
    if match is not None:
        name = match[1] if match[1] is not None else match[2]
        return name, match[3] if match[3] is not None else match[4]
    if text.endswith(" "):
        return _pair(text.rstrip(" "))
    match = _ESCAPED_PAIR.fullmatch(text) if len(text) < _LONGEST else None
    if match is None:
        return None
    name = _unquoted(match[1]) if match[1][0] == '"' else match[1]
    value = _unquoted(match[2])
    return (name, value) if name and value is not None else None


def _patterns(line: str) -> list[str] | None:
    """The patterns of an entry's first line, or None where it is none."""
    if _BARE_PATTERNS.fullmatch(line):
        return line[:-1].split(", ")
    found = []
    at = 0
    while (match := _PATTERN.match(line, at)) is not None:
        pattern = match[2] if match[2] is not None else _unquoted(match[0])
        if not pattern:
            return None
        found.append(pattern)
        at = match.end()
        rest = line[at:].strip(" ") if len(line) - at < 8 else ""
        if rest == ":":
            return found
        if line[at : at + 1] != ",":
            return None
        at += 2 if line[at + 1 : at + 2] == " " else 1
    return None


def _unquoted(text: str) -> str | None:
    if "\\" not in text:
        return text[1:-1]
    try:
        found = json.loads(text)
    except ValueError:
        return None
    assert isinstance(found, str)
    return found


# -- the packages


class _Reader:
    def __init__(
        self,
        entries: list[Entry],
        manifest: Manifest | None,
        workspaces: Mapping[str, Manifest],
        linked: Callable[[str], Manifest | None],
    ) -> None:
        self.entries = entries
        self.manifest = manifest
        self.workspaces = workspaces
        self.linked = linked
        self.folders: dict[str, Manifest] = {}  # the package.json of linked folders
        self.nodes: dict[str, Package] = {}
        self.asks: dict[str, list[tuple[str, str, DependencyKind]]] = {}  # by the key of a package
        self.patterns: dict[str, str] = {}  # pattern -> key
        # a member that has no name or no version is none to yarn
        self.members = {
            m.name: (folder, m.version) for folder, m in workspaces.items() if m.name and m.version
        }

    def graph(self, version: int | str) -> DependencyGraph:
        root = self.manifest
        self.nodes[""] = Package(
            "", (root.name or "") if root else "", root.version if root else None, Source.PROJECT
        )
        for folder, member in self.workspaces.items():
            name = member.name or posixpath.basename(folder)
            self.nodes[folder] = Package(folder, name, member.version, Source.WORKSPACE)
        for entry in self.entries:
            self._add(entry)
        newer = str(version) if isinstance(version, str) or version > NEWEST else None
        return DependencyGraph(
            self.nodes,
            self._link,
            format=f"yarn-{newer or NEWEST}",
            roots=("", *self.workspaces),
            notes={"patterns": self.patterns},
            newer=newer,
            locate=self._locate,
        )

    def _locate(self, pointers: frozenset[str]) -> dict[str, int]:
        known = {entry.pointer: entry.line for entry in self.entries}
        return {p: known.get("/" + p[1:].partition("/")[0], 1) for p in pointers}

    def _add(self, entry: Entry) -> None:
        """Keeps an entry's package: once for each name that its patterns install it under."""
        if len(entry.patterns) == 1:
            pattern = entry.patterns[0]
            self.patterns[pattern] = self._keep(entry, entry.pointer, pattern, *named(pattern))
            return
        pointer = entry.pointer
        elsewhere = _elsewhere(entry)
        keys: dict[str, str] = {}
        for pattern in entry.patterns:
            name, wanted = named(pattern)
            if name not in keys:
                keys[name] = self._keep(entry, pointer, pattern, name, wanted, elsewhere)
            self.patterns[pattern] = keys[name]

    def _keep(
        self, entry: Entry, pointer: str, pattern: str, name: str, wanted: str, elsewhere: str | None = None
    ) -> str:
        fields = entry.fields
        resolved: str | None = fields.get("resolved") or None
        alias = None
        if _PLAIN_RANGE.fullmatch(wanted):
            kind = "range"
        else:
            spec = specs.parse(name, wanted)
            kind = spec.kind
            if spec.alias:
                name, alias = spec.name, name if spec.name != name else None
            elif kind == "directory" and resolved is None and spec.location is not None:
                return self._folder(entry, pointer, name, spec.location)
        if elsewhere is not None and kind in ("range", "version", "tag"):
            kind = elsewhere
        name = fields.get("name", name) if alias is None else name
        source, resolved, integrity = _origin(kind, resolved, fields.get("integrity"))
        self.nodes[pattern] = Package(
            pattern, name, fields["version"], source, resolved, integrity, alias, pointer=pointer
        )
        self.asks[pattern] = entry.asks
        return pattern

    def _folder(self, entry: Entry, pointer: str, name: str, location: str) -> str:
        """Keeps a folder that is linked to or copied."""
        folder = folder_key(location)
        if folder not in self.nodes:
            manifest = self.linked(folder)
            if manifest is not None:
                self.folders[folder] = manifest
            version = manifest.version if manifest is not None else None
            self.nodes[folder] = Package(
                folder,
                (manifest.name if manifest is not None else None) or name,
                version or entry.fields["version"],
                Source.LINK,
                pointer=pointer,
                copied=True,
            )
            self.asks[folder] = entry.asks
        return folder

    # -- edges

    def _link(self, names: frozenset[str] | None) -> Edges:
        edges: dict[str, tuple[Dependency, ...]] = {}
        for key, asks in self._asked():
            found = [
                Dependency(key, name, spec, kind, self._target(key, name, spec, kind))
                for name, spec, kind in asks
                if names is None or name in names
            ]
            if not key:
                found += [
                    Dependency(
                        "", self.nodes[folder].name, f"file:{folder}", DependencyKind.WORKSPACE, folder
                    )
                    for folder in self.workspaces
                ]
            if found:
                edges[key] = tuple(found)
        return edges

    def _asked(self) -> Iterator[tuple[str, list[tuple[str, str, DependencyKind]]]]:
        """What each package asks for, by key: the project first."""
        own = {"": self.manifest, **self.workspaces} if self.manifest is not None else {}
        for folder, manifest in (*own.items(), *self.folders.items()):
            assert manifest is not None
            dev = folder not in self.folders
            yield folder, [(n, s, kind) for n, (s, kind) in asked(manifest, folder, dev=dev).items()]
        if self.manifest is None:
            within = {f"{name}@{spec}" for asks in self.asks.values() for name, spec, _ in asks}
            outer = [named(pattern) for pattern in self.patterns if pattern not in within]
            yield "", [(name, spec, DependencyKind.PROD) for name, spec in outer]
        for key, asks in self.asks.items():
            if key not in self.folders or self.nodes[key].source is not Source.LINK:
                yield key, asks

    def _target(self, key: str, name: str, spec: str, kind: DependencyKind) -> str | None:
        member = self.members.get(name) if self.members else None
        if member is not None and versions.satisfies(member[1], spec or "*", loose=True):
            return member[0]
        found = self.patterns.get(f"{name}@{spec}")
        if found is None and (not key or spec == "latest"):
            found = self.patterns.get(name)  # old ones hold what was asked for without a range
        if found is None and kind in (DependencyKind.PEER, DependencyKind.PEER_OPTIONAL):
            return self._provided(name, spec)
        return found

    def _provided(self, name: str, spec: str) -> str | None:
        """The newest package of that name that a peer dependency accepts."""
        held = {node.version: node.key for node in self._by_name.get(name, ()) if node.version}
        newest = versions.max_satisfying(held, spec, loose=True)
        return held[newest] if newest is not None else None

    @cached_property
    def _by_name(self) -> dict[str, list[Package]]:
        found: dict[str, list[Package]] = {}
        for node in self.nodes.values():
            found.setdefault(node.alias or node.name, []).append(node)
        return found


def _elsewhere(entry: Entry) -> str | None:
    """The kind of the pattern that is no registry's, where a resolution put one beside those that are."""
    for pattern in entry.patterns:
        name, wanted = named(pattern)
        if ("/" in wanted or ":" in wanted) and not (spec := specs.parse(name, wanted)).registry:
            return spec.kind
    return None


def _origin(kind: str, resolved: str | None, integrity: str | None) -> tuple[Source, str | None, str | None]:
    """Where a package comes from: (source, where from, SRI), by what asks for it and what was locked."""
    if resolved is None:
        return _ELSEWHERE.get(kind, Source.REGISTRY), None, integrity
    place, _, fragment = resolved.partition("#")
    if _GIT.match(resolved):
        return Source.GIT, resolved, integrity
    if integrity is None and _SHA1.fullmatch(fragment):
        from base64 import b64encode

        integrity = f"sha1-{b64encode(bytes.fromhex(fragment)).decode()}"
    if place[:8].lower().startswith(("https://", "http://")):
        return _ELSEWHERE.get(kind, Source.REGISTRY), resolved, integrity
    if place.startswith("file:"):
        return Source.FILE, place, integrity
    if place.startswith((".", "/")):
        return Source.FILE, f"file:{place}", integrity
    if "/" not in place and ":" not in place:
        # the name of a file in yarn's offline mirror
        return _ELSEWHERE.get(kind, Source.REGISTRY), resolved, integrity
    return Source.URL, resolved, integrity
