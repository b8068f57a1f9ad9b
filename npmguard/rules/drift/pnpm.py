"""pnpm's own rule: what `pnpm install --frozen-lockfile` compares before it installs.

pnpm compares texts. Each importer's record must hold the very specifiers of its package.json, in the same
fields, after overrides and extensions were applied to it; the settings that shaped the lockfile must be those
of today; every reference must lead to an entry. It does not ask again whether transitive versions fit.

The rules differ by major version, as found by reading and running pnpm 6.35, 7.33, 8.15, 9.15, 10.34, 11.28
and 12.21. Which one counts is told by package.json (`packageManager`, `devEngines`), else by the marks that
each leaves in a lockfile, else it is the newest.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from npmguard import versions
from npmguard.jsontext import pointer
from npmguard.lockfiles.pnpm import Importer, without_peers
from npmguard.model import (
    Dependency,
    DependencyGraph,
    DependencyKind,
    Evidence,
    Finding,
    Location,
    Manifest,
    Project,
)
from npmguard.rules.drift import pnpm_settings
from npmguard.rules.drift.findings import loose, refused, stale, unused
from npmguard.rules.drift.pnpm_settings import Settings, Wish
from npmguard.text import some

_NEWEST = 12
# the lockfile's major versions that each major version of pnpm installs from when frozen
_READS = {6: (5,), 7: (5, 6), 8: (6,), 9: (6, 7, 9), 10: (9,), 11: (9,), 12: (9, 13)}
_FIELDS = {
    DependencyKind.PROD: "dependencies",
    DependencyKind.DEV: "devDependencies",
    DependencyKind.OPTIONAL: "optionalDependencies",
}
_NO_IMPORTER = Importer({}, {}, "")
_GIT_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_GIT_URL = re.compile(r"(git|git\+https|https)://([^/@?\s]+)/([^@?\s]+)", re.IGNORECASE)


def check(project: Project, graph: DependencyGraph, evidence: Evidence) -> Iterator[Finding]:
    """What pnpm refuses of the project's lockfile (high), lets pass though it should not (moderate), and what
    is merely stale (low)."""
    if project.lockfile is not None:
        yield from _Check(project, graph).findings()


def major(project: Project, graph: DependencyGraph) -> int:
    """The major version of pnpm whose rule counts."""
    said = project.declared
    number = re.match(r"\D{0,3}(\d{1,3})(?!\d)", said[1]) if said is not None and said[0] == "pnpm" else None
    if number is not None:
        return min(max(int(number[1]), 6), _NEWEST)
    notes = graph.notes
    form = notes["form"]
    if form == 5:
        return 7 if str(notes.get("lockfileVersion")) >= "5.4" else 6
    if form == 6:
        return 8
    if form == 13 or notes["env"].locked:
        return _NEWEST
    return _of_nine(project, notes)


def _of_nine(project: Project, notes: Mapping[str, Any]) -> int:
    """Which of those that write version 9 wrote this lockfile, by what it shows."""
    hashes = [notes.get("packageExtensionsChecksum"), notes.get("pnpmfileChecksum")]
    for patch in (notes.get("patchedDependencies") or {}).values():
        if isinstance(patch, str):
            return _NEWEST
        if isinstance(patch, dict):
            return 10 if len(str(patch.get("hash"))) == 64 else 9
    for checksum in hashes:
        if isinstance(checksum, str) and not checksum.startswith("sha256-"):
            return 9
    for importer in notes["importers"].values():
        fields = list(importer.fields)
        if "optionalDependencies" in fields and "devDependencies" in fields:
            # pnpm 9 sorts by another rule than those after it
            if fields.index("optionalDependencies") < fields.index("devDependencies"):
                return 9
            break
    return 10 if pnpm_settings.in_manifest(project) else _NEWEST


class _Check:
    def __init__(self, project: Project, graph: DependencyGraph) -> None:
        assert project.lockfile is not None
        self.project = project
        self.graph = graph
        self.notes = graph.notes
        self.lock = project.lockfile.name
        self.file = project.lockfile.file
        self.major = major(project, graph)
        self.settings = Settings(project, self.major)
        self.importers: Mapping[str, Importer] = graph.notes["importers"]

    def findings(self) -> Iterator[Finding]:
        unread = self._version()
        if unread is not None:
            yield unread
            return
        yield from pnpm_settings.differences(self.project, self.graph, self.settings)
        for key, manifest in (("", self.project.manifest), *self.project.workspaces.items()):
            yield from self._importer(key, manifest)
        yield from self._missing()
        if self.major >= 11:
            yield from self._packed()
            yield from self._own()
            yield from self._patches()
        yield from self._unused()

    def _version(self) -> Finding | None:
        """The lockfile's version, where this pnpm does not read it."""
        if self.graph.newer is not None:
            return None  # told for every manager alike
        version = self.graph.format.removeprefix("pnpm-")
        number, form = int(version.partition(".")[0]), self.notes["form"]
        if number in _READS[self.major] and (form == 13) == (number == 13):
            return None
        wanted = " or ".join(f"{known}.x" for known in _READS[self.major])
        return refused(
            self.project,
            f"{self.lock} is of lockfileVersion {version}, which pnpm {self.major} does not install from",
            f"pnpm {self.major} asks for lockfileVersion {wanted}; {self.lock} gives {version}.",
            location=Location(self.file, "/lockfileVersion"),
            subject=f"lockfileVersion {version}",
        )

    # -- importers

    def _importer(self, key: str, manifest: Manifest) -> Iterator[Finding]:
        wishes = self._wishes(key, manifest)
        if key and key not in self.importers and not wishes:
            text = f"{manifest.file}: this workspace is not in {self.lock}"
            yield stale(
                self.project,
                text,
                f"{text}. It asks for nothing, so that pnpm installs all the same.",
                package=manifest.name,
                location=Location(manifest.file, ""),
                subject=f"new {key}",
            )
            return
        importer = self.importers.get(key, _NO_IMPORTER)
        names = [*wishes, *(name for name in importer.locked if name not in wishes)]
        differing = False
        for name in names:
            found = list(self._dependency(key, manifest, importer, name, wishes.get(name)))
            differing = differing or bool(found)
            yield from found
        if not differing:
            yield from self._details(manifest, importer, key)

    def _dependency(
        self, key: str, manifest: Manifest, importer: Importer, name: str, wish: Wish | None
    ) -> Iterator[Finding]:
        """What is wrong with one name in one importer."""
        locked = importer.locked.get(name)
        if self.settings.exclude_links:
            if wish is not None and wish.spec.startswith("link:"):
                wish = None
            if locked is not None and locked.specifier.startswith("link:"):
                locked = None
        if wish is None and locked is None:
            return
        if wish is None:
            assert locked is not None
            title = f"{name}: {self.lock} gives {locked.specifier}, {manifest.file} no longer asks for it"
            detail = (
                f"{manifest.file} asks for no {name}; {self.lock} gives {locked.reference} for it"
                f" ({locked.specifier})."
            )
            place = self._recorded(key, name, importer)
            yield self._refused(key, name, title, detail, place, f"{key} {name} removed")
            return
        place = Location(manifest.file, pointer(_FIELDS.get(wish.kind, "peerDependencies"), name))
        if wish.kind is DependencyKind.PEER:
            place = Location(manifest.file, pointer("peerDependencies", name))
        if locked is None:
            if wish.kind is DependencyKind.OPTIONAL and self._lets_go(key):
                yield stale(
                    self.project,
                    f"{name}: {manifest.file} asks for {wish.spec}, missing from {self.lock}",
                    f"{manifest.file} asks for {name} {wish.spec} as an optional dependency; {self.lock}"
                    " gives none. pnpm installs without it.",
                    package=name,
                    location=place,
                    subject=f"{key} {name} {wish.spec}",
                )
                return
            title = f"{name}: {manifest.file} asks for {_shown(wish.spec)}, missing from {self.lock}"
            detail = (
                f"{manifest.file} asks for {name} {_asked(wish)}; {self.lock} gives nothing of that name."
            )
            yield self._refused(key, name, title, detail, place, f"{key} {name} {wish.spec}")
            return
        if not self._same(locked.specifier, wish.spec):
            title = (
                f"{name}: {manifest.file} asks for {_shown(wish.spec)}, {self.lock} gives"
                f" {_shown(locked.specifier)}"
            )
            detail = (
                f"{manifest.file} asks for {name} {_asked(wish)}; {self.lock} gives {locked.reference},"
                f" locked for {_shown(locked.specifier)}."
            )
            yield self._refused(key, name, title, detail, place, f"{key} {name} {wish.spec}")
            return
        kind = DependencyKind.PROD if wish.kind is DependencyKind.PEER else wish.kind
        if locked.kind is not kind or not locked.reference:
            title = (
                f"{name}: {manifest.file} asks for it in {_FIELDS[kind]}, {self.lock} gives it in"
                f" {_FIELDS[locked.kind] if locked.reference else 'none'}"
            )
            yield self._refused(key, name, title, f"{title}.", place, f"{key} {name} {kind}")
            return
        yield from self._resolution(key, manifest, name, wish, locked.reference, place)

    def _lets_go(self, key: str) -> bool:
        """Does a frozen install do without an optional dependency that is not locked? pnpm 12 does not where
        the lockfile knows nothing of the workspace."""
        return self.major == 11 or (self.major >= 12 and key in self.importers)

    def _resolution(
        self, key: str, manifest: Manifest, name: str, wish: Wish, reference: str, place: Location
    ) -> Iterator[Finding]:
        """Is what a direct dependency got what its specifier means?"""
        version = without_peers(reference)
        if (
            wish.spec.strip() not in ("*", "")
            and versions.valid_range(wish.spec)
            and versions.is_version(version)
            and not versions.satisfies(version, wish.spec)
        ):
            title = f"{name}: {manifest.file} asks for {_shown(wish.spec)}, {self.lock} gives {version}"
            detail = f"{manifest.file} asks for {name} {_asked(wish)}; {self.lock} gives {version}."
            subject = f"{key} {name} {wish.spec} {version}"
            if self.major >= 10:
                yield self._refused(key, name, title, detail, place, subject, version)
            else:
                yield loose(
                    self.project,
                    title,
                    f"{detail} pnpm {self.major} installs it all the same.",
                    package=name,
                    version=version,
                    location=place,
                    keys=self._keys(key, name),
                    subject=subject,
                )
            return
        if self.major < 11:
            return
        recorded = self._catalogued(name, wish.spec) if self.major == 11 else None
        if recorded and versions.is_version(version) and recorded != version:
            title = f"{name}: {manifest.file} asks for the catalog's {recorded}, {self.lock} gives {version}"
            yield self._refused(
                key, name, title, f"{title}.", place, f"{key} {name} catalog {version}", version
            )
            return
        yield from self._linked(key, manifest, name, wish, reference, place)

    def _catalogued(self, name: str, spec: str) -> str | None:
        """The version that the lockfile's own record of a catalog gives."""
        if not spec.startswith("catalog:"):
            return None
        catalog = pnpm_settings.recorded_catalogs(self.notes).get(spec[8:].strip() or "default")
        entry = catalog.get(name) if isinstance(catalog, dict) else None
        version = entry.get("version") if isinstance(entry, dict) else None
        return version if isinstance(version, str) else None

    def _linked(
        self, key: str, manifest: Manifest, name: str, wish: Wish, reference: str, place: Location
    ) -> Iterator[Finding]:
        """Does a link lead where the specifier says, to a version that it takes?"""
        spec = wish.spec
        title = detail = ""
        if reference.startswith("link:"):
            path = spec[5:] if spec.startswith(("link:", "file:")) else _workspace_path(spec)
            if path is not None:
                if _normal(key, path) == _normal(key, reference[5:]):
                    return
                title = f"{name}: {manifest.file} asks for {spec}, {self.lock} gives {reference}"
            elif spec.startswith("workspace:"):
                folder = _normal(key, reference[5:])
                member = self.project.workspaces.get(folder) if folder else self.project.manifest
                wanted, range = _workspace_range(spec, name)
                if member is None or member.name != wanted:
                    gone = not any(other.name == wanted for other in self.project.workspaces.values())
                    if gone or member is not None:
                        return  # nothing of that name to compare with
                    title = f"{name}: {manifest.file} asks for {spec}, {self.lock} gives {reference}"
                    detail = f"{title}, which is no workspace."
                elif range not in ("*", "^", "~", "") and not versions.is_tag(range):
                    version = member.version or "0.0.0"
                    if versions.satisfies(version, range, loose=True):
                        return
                    title = (
                        f"{name}: {manifest.file} asks for {spec}, {self.lock} gives {reference} ({version})"
                    )
        elif not reference.startswith("workspace:") and spec.startswith("workspace:"):
            wanted, range = _workspace_range(spec, name)
            fitting = [
                folder
                for folder, other in self.project.workspaces.items()
                if other.name == wanted
                and (range in ("*", "^", "~") or versions.satisfies(other.version or "", range, loose=True))
            ]
            if fitting and not self._injected(manifest, name):
                title = f"{name}: {manifest.file} asks for {spec}, {self.lock} gives {reference}"
                detail = f"{title}, not the workspace {fitting[0]}."
        if title:
            detail = detail or f"{title}."
            yield self._refused(key, name, title, detail, place, f"{key} {name} {spec} {reference}")

    def _injected(self, manifest: Manifest, name: str) -> bool:
        meta = manifest.data.get("dependenciesMeta")
        about = meta.get(name) if isinstance(meta, dict) else None
        return self.settings.inject or bool(isinstance(about, dict) and about.get("injected"))

    def _details(self, manifest: Manifest, importer: Importer, key: str) -> Iterator[Finding]:
        """What an importer's record holds beside its dependencies."""
        publishing = manifest.data.get("publishConfig")
        publishing = publishing if isinstance(publishing, dict) else {}
        for kind, field in _FIELDS.items():
            for name in importer.fields.get(field) or ():
                if name in importer.locked and importer.locked[name].kind is not kind:
                    title = f"{name}: {manifest.file} asks for it once, {self.lock} gives it in {field} too"
                    second = Location(self.file, importer.pointer + pointer(field, name))
                    yield self._refused(key, name, title, f"{title}.", second, f"{key} {name} {field} twice")
        pairs = [
            (
                "dependenciesMeta",
                _plain(manifest.data.get("dependenciesMeta") or {}),
                _plain(importer.fields.get("dependenciesMeta") or {}),
                "/dependenciesMeta",
            ),
            (
                "publishConfig.directory",
                publishing.get("directory"),
                importer.fields.get("publishDirectory"),
                "/publishConfig/directory",
            ),
        ]
        for what, asked, given, place in pairs:
            if asked != given:
                title = f"{manifest.file} asks for another {what} than {self.lock} gives"
                yield self._refused(
                    key,
                    None,
                    title,
                    f"{manifest.file} asks for {what} {asked!r}; {self.lock} gives {given!r}.",
                    Location(manifest.file, place),
                    f"{key} {what}",
                )

    def _wishes(self, key: str, manifest: Manifest) -> dict[str, Wish]:
        """What pnpm reads in a package.json, after extensions, overrides and ignored names."""
        return self.settings.wishes(key, manifest)

    def _same(self, recorded: str, asked: str) -> bool:
        if recorded == asked:
            return True
        if self.major < 11:
            return False
        one = _repository(recorded)
        return one is not None and one == _repository(asked)

    # -- the rest

    def _missing(self) -> Iterator[Finding]:
        """References that lead to no entry, as far as an install comes by them."""
        for who, name, reference in self.notes["missing"]:
            if who not in self.graph.reachable:
                continue
            node = self.graph.nodes[who]
            asking = node.label if node.third_party else f"{self.lock} for {who or 'the project'}"
            title = f"{name}: {asking} asks for {reference}, missing from {self.lock}"
            if who in self.importers and name in self.importers[who].locked:
                pointed = self._recorded(who, name, self.importers[who])
            else:
                pointed = Location(self.file, node.pointer)
            yield refused(
                self.project,
                title,
                f"{asking} asks for {name} {reference}; {self.lock} gives no entry of that key.",
                package=name,
                location=pointed,
                subject=f"missing {who} {name} {reference}",
            )

    def _packed(self) -> Iterator[Finding]:
        """Folders that are copied: pnpm 11 reads their package.json again."""
        for folder, (manifest, specifiers) in self.notes["packed"].items():
            if folder not in self.graph.reachable:
                continue
            given = {edge.name: edge for edge in self.graph.edges.get(folder, ())}
            yield from self._packed_peers(folder, manifest, given)
            asked = {**manifest.optional_dependencies, **manifest.dependencies}
            peers = set(manifest.peer_dependencies)
            bundled = (
                manifest.data.get("bundledDependencies") or manifest.data.get("bundleDependencies") or ()
            )
            carried = set(asked) if bundled is True else set(bundled) if isinstance(bundled, list) else set()
            for name, spec in asked.items():
                if name in carried or name in peers:
                    continue
                edge = given.get(name)
                optional = name in manifest.optional_dependencies
                field = "optionalDependencies" if optional else "dependencies"
                if edge is not None and not edge.peer and edge.optional is not optional:
                    kind = "an optional one" if edge.optional else "one that is not optional"
                    yield self._folder_differs(manifest, folder, name, spec, kind)
                    continue
                if edge is None:
                    if not optional:
                        yield self._folder_differs(manifest, folder, name, spec, "nothing of that name")
                    continue
                recorded = (specifiers or {}).get(field)
                then = recorded.get(name) if isinstance(recorded, dict) else None
                if isinstance(then, str) and then != spec:
                    yield self._folder_differs(manifest, folder, name, spec, then)
                    continue
                version = without_peers(edge.spec)
                if (
                    versions.valid_range(spec)
                    and versions.is_version(version)
                    and not versions.satisfies(version, spec, loose=True)
                ):
                    yield self._folder_differs(manifest, folder, name, spec, version)
            for name, edge in given.items():
                if name not in asked and name not in peers and not edge.peer:
                    yield self._folder_differs(manifest, folder, name, None, edge.spec)

    def _packed_peers(
        self, folder: str, manifest: Manifest, given: Mapping[str, Dependency]
    ) -> Iterator[Finding]:
        """The peer dependencies of a folder that is copied: as recorded, and none that is not."""
        own = {manifest.name, *manifest.optional_dependencies}
        for name, spec in manifest.peer_dependencies.items():
            edge = given.get(name)
            recorded = edge is not None and edge.peer
            if name in own or (name in manifest.dependencies and not recorded):
                continue
            if edge is None or not recorded:
                yield self._folder_differs(manifest, folder, name, spec, "no such peer")
            elif edge.spec != spec and not spec.startswith("catalog:"):
                yield self._folder_differs(manifest, folder, name, spec, edge.spec)
            elif edge.optional is not (name in manifest.optional_peers):
                kind = "an optional peer" if edge.optional else "a peer that is not optional"
                yield self._folder_differs(manifest, folder, name, spec, kind)
        for name, edge in given.items():
            if edge.peer and name not in manifest.peer_dependencies and name not in manifest.optional_peers:
                yield self._folder_differs(manifest, folder, name, None, edge.spec)

    def _folder_differs(
        self, manifest: Manifest, folder: str, name: str, spec: str | None, seen: str
    ) -> Finding:
        fields = (
            ("optionalDependencies", manifest.optional_dependencies),
            ("dependencies", manifest.dependencies),
        )
        field = next((field for field, names in fields if name in names), "peerDependencies")
        asked = f"asks for {spec}" if spec is not None else "asks for none"
        return refused(
            self.project,
            f"{name}: {manifest.file} {asked}, {self.lock} gives {seen}",
            f"{manifest.file}, a folder that is copied, {asked} of {name}; {self.lock} gives {seen}.",
            package=name,
            location=Location(manifest.file, pointer(field, name))
            if spec is not None
            else Location(self.file, self.graph.nodes[folder].pointer),
            subject=f"{folder} {name} {spec}",
        )

    def _own(self) -> Iterator[Finding]:
        """The package manager's own packages, which pnpm-workspace.yaml asks for."""
        asked = self.project.manager_config.get("configDependencies")
        asked = asked if isinstance(asked, dict) else {}
        own = self.notes["env"]
        given = {
            name: locked
            for name, locked in own.locked.items()
            if name in own.fields.get("configDependencies", {})
        }
        for name, value in asked.items():
            locked = given.get(name)
            pinned = not isinstance(value, str) or "+" in value
            if locked is not None and (pinned or locked.specifier == value):
                continue
            spec = value if isinstance(value, str) else str((value or {}).get("integrity"))
            seen = f"{self.lock} gives {locked.specifier}" if locked else f"missing from {self.lock}"
            yield refused(
                self.project,
                f"{name}: {self.settings.file} asks for {spec} in configDependencies, {seen}",
                f"{self.settings.file} asks for {name} {spec} in configDependencies; {seen}.",
                package=name,
                location=Location(self.settings.file, pointer("configDependencies", name)),
                subject=f"configDependencies {name} {spec}",
            )
        for name, locked in given.items():
            if name not in asked:
                yield refused(
                    self.project,
                    f"{name}: {self.lock} gives {locked.specifier} in configDependencies, nobody asks for it",
                    f"{self.settings.file} asks for no {name} in configDependencies; {self.lock} gives"
                    f" {locked.specifier}.",
                    package=name,
                    location=Location(
                        self.file, f"/env{pointer('importers', '.', 'configDependencies', name)}"
                    ),
                    subject=f"configDependencies {name} removed",
                )

    def _patches(self) -> Iterator[Finding]:
        """Keys that name another patch than the lockfile's own list of them."""
        known = {
            patch if isinstance(patch, str) else str((patch or {}).get("hash"))
            for patch in (self.notes.get("patchedDependencies") or {}).values()
        }
        for key, node in self.graph.nodes.items():
            found = re.search(r"\(patch_hash=([^)]*)\)", key)
            if found is not None and found[1] not in known:
                yield refused(
                    self.project,
                    f"{node.name}: {self.lock} gives it with a patch that patchedDependencies do not name",
                    f"The entry of {node.label} asks for the patch {found[1][:16]}; patchedDependencies of"
                    f" {self.lock} gives none of that hash.",
                    package=node.name,
                    version=node.version,
                    location=Location(self.file, node.pointer),
                    keys=(key,),
                    subject=f"patch {key}",
                )

    def _unused(self) -> Iterator[Finding]:
        """What the lockfile holds that nothing on disk asks for."""
        gone = [key for key in self.importers if key and key not in self.project.workspaces]
        if gone:
            count = "a workspace" if len(gone) == 1 else f"{len(gone)} workspaces"
            yield stale(
                self.project,
                f"{self.lock} still has {count} that no folder of the project is",
                f"No package.json lies in {some(gone)}. pnpm installs the rest all the same.",
                location=Location(self.file, self.importers[gone[0]].pointer),
                subject=" ".join(gone),
            )
            return
        extra = [p for p in self.graph.foreign if p.key not in self.graph.reachable]
        wished = {"", *self.project.workspaces}
        dropped = any(
            name not in self._wishes(key, self.project.workspaces.get(key, self.project.manifest))
            for key, importer in self.importers.items()
            if key in wished
            for name in importer.locked
        )
        if not dropped:
            yield from unused(self.project, extra)

    def _refused(
        self,
        key: str,
        name: str | None,
        title: str,
        detail: str,
        place: Location,
        subject: str,
        version: str | None = None,
    ) -> Finding:
        return refused(
            self.project,
            title,
            detail,
            package=name,
            version=version,
            location=place,
            keys=self._keys(key, name) if name else (),
            subject=subject,
        )

    def _keys(self, key: str, name: str) -> tuple[str, ...]:
        """The package that an importer is given under a name."""
        for edge in self.graph.edges.get(key, ()):
            if edge.name == name and edge.target is not None and self.graph.nodes[edge.target].third_party:
                return (edge.target,)
        return ()

    def _recorded(self, key: str, name: str, importer: Importer) -> Location:
        """Where the lockfile notes what an importer asked for."""
        field = _FIELDS[importer.locked[name].kind]
        return Location(self.file, importer.pointer + pointer(field, name))


def _shown(spec: str) -> str:
    """A specifier in a sentence: in quotes where it would not be seen."""
    return spec if spec and spec == spec.strip() else f'"{spec}"'


def _asked(wish: Wish) -> str:
    kind = {
        DependencyKind.DEV: " as a development dependency",
        DependencyKind.OPTIONAL: " as an optional dependency",
        DependencyKind.PEER: " as a peer dependency",
    }.get(wish.kind, "")
    changed = f" (an override; its own text is {_shown(wish.own)})" if wish.own != wish.spec else ""
    return f"{_shown(wish.spec)}{kind}{changed}"


def _plain(value: Any) -> Any:
    """A value with its truths as texts, as YAML was read."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value).lower() if isinstance(value, bool) else value


def _normal(key: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(key, path))
    return "" if joined == "." else joined


def _workspace_path(spec: str) -> str | None:
    """The folder that `workspace:./folder` names."""
    path = spec.removeprefix("workspace:")
    return path if path != spec and path.startswith((".", "/", "~/")) else None


def _workspace_range(spec: str, name: str) -> tuple[str, str]:
    """(the workspace's name, the range) of `workspace:range` or `workspace:name@range`."""
    text = spec.removeprefix("workspace:")
    at = text.rfind("@")
    return (text[:at], text[at + 1 :] or "*") if at > 0 else (name, text)


def _repository(spec: str) -> tuple[str, str, str] | None:
    """(host, path, commit) of a git specifier; pnpm 11 takes two spellings of one repository for the same."""
    if spec.count("#") > 1:
        return None
    place, _, commit = spec.partition("#")
    scheme, colon, path = place.partition(":")
    host = _GIT_HOSTS.get(scheme) if colon else None
    if host is None and re.fullmatch(r"[^.\s:@/][^\s:@/]*/[^\s:@/]+", place):
        host, path = "github.com", place
    if host is None:
        url = _GIT_URL.fullmatch(place)
        if url is None:
            return None
        host, path = url[2].lower(), url[3]
        if url[1].lower() == "https" and host not in _GIT_HOSTS.values() and not path.endswith(".git"):
            return None
    path = path.removesuffix(".git")
    if not path or "" in path.split("/"):
        return None
    return host, path, commit
