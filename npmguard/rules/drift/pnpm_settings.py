"""The settings of pnpm that shape a lockfile, and what a package.json asks for under them.

Up to pnpm 10 they stand in package.json (`pnpm`, `resolutions`) and .npmrc, from pnpm 10 on in
pnpm-workspace.yaml; pnpm 10 reads both. A frozen install refuses a lockfile that records other ones.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from npmguard import managers, versions
from npmguard.jsontext import pointer
from npmguard.model import DependencyGraph, DependencyKind, Finding, Location, Manifest, Project
from npmguard.rules.drift import pnpm_hash
from npmguard.rules.drift.findings import refused, stale

_SHAPING = ("overrides", "packageExtensions", "patchedDependencies", "ignoredOptionalDependencies")
_FILE = managers.CONFIG_FILES["pnpm"]
_SUFFIX_LENGTH = "1000"


class Wish(NamedTuple):
    """What a package.json asks for under one name: the text, the field, and the text before overrides."""

    spec: str
    kind: DependencyKind
    own: str


class Override(NamedTuple):
    """One rule of `overrides`: `parent>name@range: value`. `selector` is its key as written."""

    selector: str
    parent: str | None
    parent_range: str
    name: str
    range: str
    value: str


class Place(NamedTuple):
    """Where a setting stands: the file and the pointer above its entries."""

    file: str
    pointer: str

    def of(self, key: str = "") -> Location:
        return Location(self.file, self.pointer + (pointer(key) if key else ""))


def in_manifest(project: Project) -> bool:
    """Does package.json hold settings that pnpm 11 no longer reads there?"""
    data = project.manifest.data
    own = data.get("pnpm")
    return (isinstance(own, dict) and any(own.get(key) for key in _SHAPING)) or bool(data.get("resolutions"))


class Settings:
    """The settings in force for one major version of pnpm."""

    def __init__(self, project: Project, major: int) -> None:
        self.project = project
        self.major = major
        self.data = project.manifest.data
        assert project.lockfile is not None
        self.file = posixpath.join(posixpath.dirname(project.lockfile.file), _FILE)
        own = self.data.get("pnpm")
        self.own: Mapping[str, Any] = own if isinstance(own, dict) and major <= 10 else {}
        self.yaml: Mapping[str, Any] = project.manager_config if major >= 10 else {}
        self.peers = self.flag("autoInstallPeers", major >= 8)
        self.exclude_links = self.flag("excludeLinksFromLockfile", False)
        self.inject = self.flag("injectWorkspacePackages", False)
        self.catalogs = managers.catalogs("pnpm", self.data, project.manager_config)
        self.overrides_in, overrides = self._overrides()
        self.overrides = {
            selector.strip(): self._value(selector, str(value)) for selector, value in overrides.items()
        }
        self.rules = [rule for item in self.overrides.items() if (rule := _override(*item)) is not None]
        self.extensions_in, self.extensions = self.mapping("packageExtensions")
        self.patches_in, self.patches = self.mapping("patchedDependencies")
        found = self.yaml.get("ignoredOptionalDependencies", self.own.get("ignoredOptionalDependencies"))
        self.ignored = [name for name in found if isinstance(name, str)] if isinstance(found, list) else []

    def flag(self, name: str, otherwise: bool) -> bool:
        """A setting that is true or false: pnpm-workspace.yaml's, else .npmrc's."""
        return self.text(name, "true" if otherwise else "false") == "true"

    def text(self, name: str, otherwise: str) -> str:
        if name in self.yaml:
            return _text(self.yaml[name])
        kebab = re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name)
        found = self.project.config.get(kebab) if self.major <= 10 else None
        return found if found is not None else otherwise

    def mapping(self, name: str) -> tuple[Place, Mapping[str, Any]]:
        """(where it stands, a setting that holds a mapping)."""
        for file, above, holder in (
            (self.file, "", self.yaml),
            (self.project.manifest.file, "/pnpm", self.own),
        ):
            found = holder.get(name)
            if isinstance(found, dict) and found:
                return Place(file, f"{above}/{name}"), found
        if self.major >= 11 or (self.major == 10 and not self.own):
            return Place(self.file, f"/{name}"), {}
        return Place(self.project.manifest.file, f"/pnpm/{name}"), {}

    def _overrides(self) -> tuple[Place, Mapping[str, Any]]:
        place, found = self.mapping("overrides")
        old = self.data.get("resolutions") if self.major <= 10 else None
        if isinstance(old, dict) and old and not self.yaml.get("overrides"):
            if not found:
                return Place(self.project.manifest.file, "/resolutions"), old
            return place, {**old, **found}
        return place, found

    def _value(self, selector: str, value: str) -> str:
        """What an override asks for: `$name` is the project's own text, `catalog:` the catalog's."""
        manifest = self.project.manifest
        if value.startswith("$"):
            for asked in (manifest.optional_dependencies, manifest.dependencies, manifest.dev_dependencies):
                if value[1:] in asked:
                    return asked[value[1:]]
        if value.startswith("catalog:"):
            rule = _override(selector, value)
            ranges = self.catalogs.get(value[8:].strip() or "default", {})
            return ranges.get(rule.name if rule else "", value)
        return value

    # -- what a package.json asks for

    def wishes(self, key: str, manifest: Manifest) -> dict[str, Wish]:
        """What pnpm reads in a package.json, after extensions, overrides and ignored names, by name."""
        fields: dict[DependencyKind, dict[str, str]] = {
            DependencyKind.PEER: dict(manifest.peer_dependencies),
            DependencyKind.DEV: dict(manifest.dev_dependencies),
            DependencyKind.PROD: dict(manifest.dependencies),
            DependencyKind.OPTIONAL: dict(manifest.optional_dependencies),
        }
        if self.major >= 10:
            _add_runtimes(manifest, fields)
        self._extend(manifest, fields)
        own = {kind: dict(specs) for kind, specs in fields.items()}
        self._override(key, manifest, fields)
        for name in [name for name in fields[DependencyKind.OPTIONAL] if self._is_ignored(name)]:
            del fields[DependencyKind.OPTIONAL][name]
            fields[DependencyKind.PROD].pop(name, None)
        found: dict[str, Wish] = {}
        for kind, specs in fields.items():
            if kind is not DependencyKind.PEER or self.peers:
                for name, spec in specs.items():
                    found[name] = Wish(spec, kind, own[kind].get(name, spec))
        return found

    def _extend(self, manifest: Manifest, fields: dict[DependencyKind, dict[str, str]]) -> None:
        for selector, extension in self.extensions.items():
            name, range = _selector(selector)
            if name != manifest.name or not isinstance(extension, dict):
                continue
            if range and not versions.satisfies(manifest.version or "", range):
                continue
            for field, kind in (
                ("dependencies", DependencyKind.PROD),
                ("optionalDependencies", DependencyKind.OPTIONAL),
                ("peerDependencies", DependencyKind.PEER),
            ):
                added = extension.get(field)
                for dependency, spec in added.items() if isinstance(added, dict) else ():
                    fields[kind].setdefault(dependency, str(spec))

    def _override(self, key: str, manifest: Manifest, fields: dict[DependencyKind, dict[str, str]]) -> None:
        rules = [
            rule
            for rule in self.rules
            if rule.parent is None
            or (
                rule.parent == manifest.name
                and (not rule.parent_range or versions.satisfies(manifest.version or "", rule.parent_range))
            )
        ]
        if not rules:
            return
        for kind, specs in fields.items():
            for name, spec in list(specs.items()):
                rule = _nearest(rules, name, spec, self.major)
                if rule is None:
                    continue
                value = _placed(rule.value, key)
                if value == "-":
                    del specs[name]
                elif kind is not DependencyKind.PEER or _is_peer_range(value):
                    specs[name] = value
                else:
                    fields[DependencyKind.PROD][name] = value

    def _is_ignored(self, name: str) -> bool:
        if self.major < 9:
            return False
        ignored = False
        for pattern in self.ignored:
            text = pattern.removeprefix("!")
            if re.fullmatch(".*".join(re.escape(part) for part in text.split("*")), name):
                ignored = not pattern.startswith("!")
        return ignored


def _add_runtimes(manifest: Manifest, fields: dict[DependencyKind, dict[str, str]]) -> None:
    """Runtimes that `devEngines` and `engines` let pnpm download count as dependencies."""
    for field, kind in (("devEngines", DependencyKind.DEV), ("engines", DependencyKind.PROD)):
        engines = manifest.data.get(field)
        found = engines.get("runtime") if isinstance(engines, dict) else None
        for runtime in found if isinstance(found, list) else [found]:
            if isinstance(runtime, dict) and runtime.get("onFail") == "download":
                name = runtime.get("name")
                if isinstance(name, str) and name in ("node", "deno", "bun"):
                    fields[kind].setdefault(name, f"runtime:{runtime.get('version')}")


def _selector(text: str) -> tuple[str, str]:
    """(name, range) of `name@range`."""
    at = text.find("@", 1)
    return (text[:at], text[at + 1 :]) if at > 0 else (text, "")


def _override(selector: str, value: str) -> Override | None:
    # a > that stands between two names, not the one of a range
    match = re.search(r"[^ |@]>", selector)
    parent, child = (
        (selector[: match.start() + 1], selector[match.end() :]) if match is not None else (None, selector)
    )
    name, range = _selector(child.strip())
    if child.strip().endswith("@") or not name:
        return None  # converges versions, without a say on what is asked
    above, above_range = _selector(parent.strip()) if parent is not None else (None, "")
    return Override(selector, above, above_range, name, range, value)


def _nearest(rules: Sequence[Override], name: str, spec: str, major: int) -> Override | None:
    """The rule in force: of those bound to the asking package, else of all others, the last whose range is
    not apart from the one before it; so pnpm sorts them. Of two with one range, pnpm 12 takes the first."""
    best: Override | None = None
    for rule in rules:
        if rule.name != name or not _meets(rule.range, spec):
            continue
        if best is not None and (best.parent is None) != (rule.parent is None):
            if rule.parent is not None:
                best = rule
        elif best is None or (_meets(best.range, rule.range) and (major < 12 or best.range != rule.range)):
            best = rule
    return best


def _meets(range: str, spec: str) -> bool:
    if not range or range == spec:
        return True
    return versions.valid_range(spec) and versions.valid_range(range) and versions.intersects(spec, range)


def _placed(value: str, key: str) -> str:
    """A folder that an override names is relative to the project; a workspace sees it from its own."""
    for protocol in ("file:", "link:"):
        if value.startswith(protocol) and not value.startswith((f"{protocol}/", f"{protocol}~")):
            return protocol + posixpath.relpath(posixpath.normpath(value[len(protocol) :]), key or ".")
    return value


def _is_peer_range(value: str) -> bool:
    return versions.valid_range(value) or value.startswith(("workspace:", "catalog:"))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- what the lockfile records of them


def recorded_catalogs(notes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The catalogs as the lockfile holds them: name to dependency to {specifier, version}."""
    settings = notes.get("settings")
    found = notes.get("catalogs") or (settings.get("catalogs") if isinstance(settings, dict) else None)
    return found if isinstance(found, dict) else {}


def differences(project: Project, graph: DependencyGraph, settings: Settings) -> Iterator[Finding]:
    """The settings that the lockfile was written with and that are others today."""
    assert project.lockfile is not None
    yield from _maps(project, graph.notes, settings)
    yield from _checksums(project, graph.notes, settings)
    yield from _catalogs(project, graph.notes, settings)
    yield from _flags(project, graph.notes, settings)


def _differs(
    project: Project, what: str, name: str | None, asked: Any, given: Any, place: Location, file: str
) -> Finding:
    """A setting that package.json or pnpm-workspace.yaml gives otherwise than the lockfile."""
    assert project.lockfile is not None
    lock = project.lockfile.name
    wanted = f"asks for {asked}" if asked is not None else "asks for none"
    seen = f"gives {given}" if given is not None else "gives none"
    about = f"{name}: " if name else ""
    return refused(
        project,
        f"{about}{file} {wanted} in {what}, {lock} {seen}",
        f"{file} {wanted}{f' of {name}' if name else ''} in {what}; {lock} {seen}.",
        package=name,
        location=place,
        subject=f"{what} {name} {asked}",
    )


def _maps(project: Project, notes: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    assert project.lockfile is not None
    recorded = _mapping(notes.get("overrides"))
    for selector in {**settings.overrides, **recorded}:
        asked, given = settings.overrides.get(selector), recorded.get(selector)
        if asked != (_text(given) if given is not None else None):
            rule = _override(selector, "")
            place = (
                settings.overrides_in.of(selector)
                if asked is not None
                else _at(project, "overrides", selector)
            )
            name = rule.name if rule else _selector(selector)[0]
            yield _differs(project, "overrides", name, asked, given, place, settings.overrides_in.file)
    patches = _mapping(notes.get("patchedDependencies"))
    for key in {**settings.patches, **patches}:
        path, patch = settings.patches.get(key), patches.get(key)
        wanted = posixpath.normpath(str(path)) if path is not None else None
        if isinstance(patch, dict) and "path" in patch and settings.major <= 10:
            seen: str | None = str(patch["path"])
        else:
            seen = (
                wanted if patch is not None and wanted is not None else None if patch is None else "a patch"
            )
        place = settings.patches_in.of(key) if path is not None else _at(project, "patchedDependencies", key)
        name = _selector(key)[0]
        if wanted != seen:
            what = "patchedDependencies"
            yield _differs(project, what, name, wanted, seen, place, settings.patches_in.file)
        elif wanted is not None:
            yield from _patch(project, settings, name, wanted, patch, place)
    if settings.major >= 9:
        listed = notes.get("ignoredOptionalDependencies")
        given_names = sorted(_text(name) for name in listed) if isinstance(listed, list) else []
        if given_names != sorted(settings.ignored):
            what = "ignoredOptionalDependencies"
            place = _at(project, what) if listed else Location(settings.file, f"/{what}")
            asked, given = ", ".join(settings.ignored) or None, ", ".join(given_names) or None
            yield _differs(project, what, None, asked, given, place, settings.file)


def _patch(
    project: Project, settings: Settings, name: str, path: str, patch: Any, place: Location
) -> Iterator[Finding]:
    """Is the patch on disk the one that was locked?"""
    data = (project.held or {}).get(path)
    given = patch.get("hash") if isinstance(patch, dict) else patch
    if data is None or not isinstance(given, str):
        return
    found = data.sha256 if settings.major >= 10 else pnpm_hash.base32(data.md5)
    if given != found:
        asked = f"{path} (now {found[:16]})"
        yield _differs(project, "patchedDependencies", name, asked, given[:16], place, place.file)


def _checksums(project: Project, notes: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    assert project.lockfile is not None
    what = "packageExtensions"
    given = notes.get("packageExtensionsChecksum")
    possible = pnpm_hash.of_extensions(settings.extensions, settings.major) if settings.extensions else ()
    if (given is None) != (not settings.extensions) or (given is not None and given not in possible):
        place = settings.extensions_in.of() if settings.extensions else _at(project, f"{what}Checksum")
        names = ", ".join(sorted({_selector(selector)[0] for selector in settings.extensions})) or None
        yield _differs(project, what, None, names, given, place, settings.extensions_in.file)
    yield from _hooks(project, notes, settings)


def _hooks(project: Project, notes: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    """Is the file of hooks on disk the one that the lockfile was made with?"""
    elsewhere = any(settings.text(name, "") for name in ("pnpmfile", "globalPnpmfile", "ignorePnpmfile"))
    if settings.major < 9 or project.held is None or elsewhere or "configDependencies" in settings.yaml:
        return
    assert project.lockfile is not None
    files = [
        name
        for name in managers.PNPM_HOOKS
        if name in project.held and (settings.major >= 11 or name.endswith(".cjs"))
    ]
    asked = None
    if files:
        digest = project.held[files[0]]
        asked = pnpm_hash.base64(digest.sha256) if settings.major >= 10 else pnpm_hash.base32(digest.md5)
    given = notes.get("pnpmfileChecksum")
    patches = [posixpath.normpath(str(path)) for path in settings.patches.values()]
    if not files and patches and not any(path in project.held for path in patches):
        return  # only a part of the project lies here
    if asked != given:
        file = files[0] if files else managers.PNPM_HOOKS[-1]
        place = _at(project, *(["pnpmfileChecksum"] if given is not None else []))
        yield _differs(project, "pnpmfileChecksum", None, asked, given, place, file)


def _catalogs(project: Project, notes: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    for catalog, entries in recorded_catalogs(notes).items():
        for name, entry in _mapping(entries).items():
            given = entry.get("specifier") if isinstance(entry, dict) else entry
            asked = settings.catalogs.get(catalog, {}).get(name)
            if given == asked:
                continue
            assert project.lockfile is not None
            keys = ("catalog", name) if catalog == "default" else ("catalogs", catalog, name)
            if catalog == "default" and "catalogs" in project.manager_config:
                named = _mapping(project.manager_config["catalogs"]).get("default")
                keys = ("catalogs", "default", name) if isinstance(named, dict) and name in named else keys
            place = Location(settings.file, pointer(*keys))
            if asked is None:
                place = _at(project, "catalogs", catalog, name)
            what = "the catalog" if catalog == "default" else f"the catalog {catalog}"
            if settings.major >= 10:
                yield _differs(project, what, name, asked, given, place, settings.file)
            else:
                yield stale(
                    project,
                    f"{name}: {settings.file} asks for {asked} in {what}, the lockfile gives {given}",
                    f"{settings.file} asks for {asked} of {name} in {what}; the lockfile gives {given}."
                    f" pnpm {settings.major} installs it all the same.",
                    package=name,
                    location=place,
                    subject=f"{what} {name} {asked}",
                )


def _flags(project: Project, notes: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    recorded = _mapping(notes.get("settings"))
    found: list[tuple[str, str, str]] = []  # name, asked, given
    given = recorded.get("autoInstallPeers")
    if given is not None and settings.major >= 7:
        found.append(("autoInstallPeers", _text(settings.peers), _text(given)))
    given = recorded.get("excludeLinksFromLockfile")
    if given is not None and settings.major >= 7:
        found.append(("excludeLinksFromLockfile", _text(settings.exclude_links), _text(given)))
    if settings.major >= 9:
        length = _text(recorded.get("peersSuffixMaxLength", _SUFFIX_LENGTH))
        found.append(("peersSuffixMaxLength", settings.text("peersSuffixMaxLength", _SUFFIX_LENGTH), length))
    if settings.major >= 10:
        for name in ("dedupePeers", "injectWorkspacePackages"):
            asked = _text(settings.flag(name, False))
            found.append((name, asked, _text(recorded.get(name, "false"))))
    assert project.lockfile is not None
    for name, asked, seen in found:
        if asked != seen:
            place = _at(project, "settings", *([name] if name in recorded else []))
            if name in settings.yaml:
                place = Location(settings.file, f"/{name}")
            yield _differs(project, f"the setting {name}", None, asked, seen, place, "the project")
    if settings.major <= 8:
        for name in ("neverBuiltDependencies", "onlyBuiltDependencies"):
            wanted, kept = settings.own.get(name), notes.get(name)
            if sorted(map(str, wanted or [])) != sorted(map(str, kept or [])):
                place = _at(project, name)
                yield _differs(project, name, None, wanted, kept, place, project.manifest.file)


def _at(project: Project, *keys: str) -> Location:
    """Where the lockfile records a setting."""
    assert project.lockfile is not None
    above = project.lockfile.graph.notes["above"] if keys[:1] != ("settings",) else ""
    return Location(project.lockfile.file, above + pointer(*keys))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
