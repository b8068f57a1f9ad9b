"""Drift as yarn berry has it.

`yarn install --immutable` writes the lockfile anew and compares it with the one that lies there. So here:
what each workspace asks for has to stand in its entry, every descriptor that anything asks for has to have
its entry, and nothing else may stand there. What is resolved already is not resolved again: whether a locked
version fits what is asked for, yarn looks at in hardened mode alone.
"""

from __future__ import annotations

import posixpath
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from npmguard import versions
from npmguard.jsontext import pointer
from npmguard.lockfiles import yarn_descriptors as texts
from npmguard.lockfiles.yarn_berry import METADATA, NEWEST, Entry, Lock
from npmguard.lockfiles.yarn_descriptors import Locator
from npmguard.lockfiles.yarn_extensions import ADDED
from npmguard.model import DependencyGraph, Evidence, Finding, Location, Manifest, Project
from npmguard.rules.drift import findings
from npmguard.rules.places import asked_in
from npmguard.text import some

# the version of the lockfile that each yarn writes, from its first release on
_WRITES = (((2, 0), 4), ((3, 1), 5), ((3, 2), 6), ((4, 0), 8), ((4, 14), 9), ((4, 15), NEWEST))
_NEWEST_YARN = (4, 18)
_META = ("built", "optional", "unplugged")
_MOST_EXTENSIONS = 200  # of one package
# what an entry of a patch repeats of its source's
_TAKEN_OVER = (
    "version",
    "dependencies",
    "peerDependencies",
    "dependenciesMeta",
    "peerDependenciesMeta",
    "bin",
    "conditions",
)
_BARE = ("link:", "exec:")  # whatever package.json lies there is not looked at


def check(project: Project, graph: DependencyGraph, evidence: Evidence) -> Iterator[Finding]:
    """The drift of a yarn.lock of yarn 2 or later."""
    lock = graph.notes.get("lock")
    if not isinstance(lock, Lock) or lock.manifest is None or project.lockfile is None:
        return
    yield from _Check(project, graph, lock).findings()


class _Member(NamedTuple):
    """The project itself, one of its workspaces, or a folder that is linked to."""

    folder: str
    manifest: Manifest
    locator: Locator
    entry: Entry | None

    @property
    def file(self) -> str:
        """Its package.json, relative to the project."""
        return f"{self.folder}/package.json" if self.folder else "package.json"

    def asked(self, *, dev: bool = True) -> dict[str, str]:
        """What it asks for; of several fields, the one that yarn goes by."""
        own = self.manifest
        found = {**own.dependencies, **own.optional_dependencies}
        return {**found, **own.dev_dependencies} if dev else found


class _Asked(NamedTuple):
    """Who asks for a descriptor, and how: `text` is what stands there before resolutions and catalogs."""

    who: str
    name: str
    text: str
    place: Location | None


class _Check:
    def __init__(self, project: Project, graph: DependencyGraph, lock: Lock) -> None:
        assert project.lockfile is not None
        self.project = project
        self.graph = graph
        self.lock = lock
        self.file = project.lockfile.file
        self.name = posixpath.basename(self.file)
        self.used: set[str] = set()
        self.back: dict[
            str, frozenset[str]
        ] = {}  # an entry that provides itself, and the ranges it is used by
        self.told: set[tuple[str, str]] = set()  # who asks and what for, where that was reported
        entries = {
            texts.folder(entry.locator.reference): entry
            for entry in lock.entries.values()
            if entry.locator.reference.startswith("workspace:")
        }
        self.gone = {
            folder: entry for folder, entry in entries.items() if folder and folder not in project.workspaces
        }
        self.members = [
            _Member(
                folder,
                manifest,
                Locator(manifest.name or texts.unnamed(folder), f"workspace:{folder or '.'}"),
                entries.get(folder),
            )
            for folder, manifest in {"": project.manifest, **project.workspaces}.items()
        ]
        self.workspaces = {member.locator.name: member for member in self.members}
        # yarn 4 writes ranges with their protocols, yarn 3 the texts as they stand
        self.written: Callable[[str], str] = texts.normal if lock.version > 6 else str
        self.strict = _on(project.manager_config.get("enableHardenedMode"))

    def findings(self) -> Iterator[Finding]:
        refused = [*self._version(), *self._recorded(), *self._missing()]
        yield from refused or self._extra()
        yield from self._loose()

    # -- the version of the lockfile

    def _version(self) -> Iterator[Finding]:
        why = self._why_not_of_this_version()
        if why is not None:
            yield findings.refused(
                self.project,
                f"{self.name} is of version {self.lock.version}, which this project's yarn does not write",
                why,
                location=Location(self.file, f"/{METADATA}/version"),
                subject=f"version {self.lock.version}",
            )

    def _why_not_of_this_version(self) -> str | None:
        version, key = self.lock.version, self.lock.metadata.get("cacheKey")
        yarn = self._yarn()
        if yarn is not None:
            written = max((number for first, number in _WRITES if yarn >= first), default=version)
            if written == version or (yarn > _NEWEST_YARN and version > NEWEST):
                return None
            return f"package.json asks for yarn {yarn[0]}.{yarn[1]}, which writes version {written}."
        if version < 8 and isinstance(key, str) and key.startswith("10"):
            return f"It gives the cacheKey {key} of yarn 4, which writes version 8 or later."
        if version < 5 and any(entry.fields.get("conditions") for entry in self.lock.entries.values()):
            return "It gives conditions, which came with version 5."
        return None

    def _yarn(self) -> tuple[int, int] | None:
        """Major and minor number of the yarn that the project names, if it does."""
        path = self.project.manager_config.get("yarnPath")
        named = self.project.manifest.data.get("packageManager")
        for text, form in (
            (path, r".*yarn-(\d+)\.(\d+)\.\d+\.c?js"),
            (named, r"yarn@(\d+)\.(\d+)\.\d+(?:\+.*)?"),
        ):
            match = re.fullmatch(form, text) if isinstance(text, str) else None
            if match is not None:
                return int(match[1]), int(match[2])
        return None

    # -- what the lockfile notes of the project's own folders

    def _recorded(self) -> Iterator[Finding]:
        for member in self.members:
            if member.entry is None:
                yield self._unknown(member)
            elif member.entry.locator.name != member.locator.name:
                yield self._renamed(member, member.entry)
            else:
                yield from self._compared(member, member.entry)
        for folder, entry in self.gone.items():
            name = entry.locator.name
            yield findings.refused(
                self.project,
                f"{name}: {self.name} still has the workspace {folder}, and there is none",
                f"{self.name} has the workspace {folder}; no package.json asks for it as one.",
                package=name,
                location=Location(self.file, entry.pointer),
                subject=f"workspace {folder}",
            )
        yield from self._tarballs()
        yield from self._patches()
        for key, manifest in self.lock.linked.items():
            entry = self.lock.entries[key]
            if manifest is not None and not entry.locator.reference.startswith(_BARE):
                folder = texts.folder_of(entry.locator.reference, {}) or ""
                yield from self._compared(_Member(folder, manifest, entry.locator, entry), entry, dev=False)

    def _unknown(self, member: _Member) -> Finding:
        name, folder = member.locator.name, member.folder
        place = f"the workspace {folder}" if folder else "the project itself"
        return findings.refused(
            self.project,
            f"{name}: {place} is not in {self.name}",
            f"package.json {'names' if folder else 'is'} {place}; {self.name} has no entry for it.",
            package=name,
            location=Location(self.project.manifest.file, "/workspaces" if member.folder else "/name"),
            subject=f"workspace {member.folder}",
        )

    def _renamed(self, member: _Member, entry: Entry) -> Finding:
        name, other = member.locator.name, entry.locator.name
        return findings.refused(
            self.project,
            f"{name}: {self.name} calls this workspace {other}",
            f"{member.file} asks for the name {name}; {self.name} has {entry.locator}.",
            package=name,
            location=Location(member.manifest.file, "/name")
            if member.manifest.name
            else Location(self.file, entry.pointer),
            subject=f"name {member.folder}",
        )

    def _compared(self, member: _Member, entry: Entry, *, dev: bool = True) -> Iterator[Finding]:
        """Where the entry is not what the package.json would be written as."""
        manifest, fields = member.manifest, entry.fields
        who = member.file
        asked, noted = member.asked(dev=dev), fields.get("dependencies") or {}
        for name in (*asked, *(name for name in noted if name not in asked)):
            now, then = asked.get(name), noted.get(name)
            if now is None:
                self.told.add((who, name))
                title = f"{name}: {self.name} still has this dependency ({then}), {who} does not"
                detail = f"{self.name} has {name} {then} for {entry.locator}; {who} asks for no {name}."
                yield self._differs(member, entry, name, title, detail)
            elif then is None or self.written(now) != self.written(then):
                self.told.add((who, name))
                wanted = now or '""'
                given = f"{self.name} gives {self._given(entry, name, then)}"
                short = given if then is not None else f"missing from {self.name}"
                title = f"{name}: {who} asks for {wanted}, {short}"
                detail = f"{who} asks for {name} {wanted}; {given}."
                yield self._differs(member, entry, name, title, detail)
        yield from self._noted(member, entry, "peerDependencies", _peers(manifest), "as a peer dependency")
        metas = _metas(manifest.data.get("dependenciesMeta"), _META)
        for name in manifest.optional_dependencies:
            metas[name] = {**metas.get(name, {}), "optional": "true"}
        yield from self._noted(member, entry, "dependenciesMeta", metas, "with the settings")
        soft = _metas(manifest.data.get("peerDependenciesMeta"), ("optional",))
        yield from self._noted(member, entry, "peerDependenciesMeta", soft, "as a peer, with the settings")
        yield from self._noted(member, entry, "bin", _commands(member), "as a command")
        yield from self._copied(member, entry)

    def _copied(self, member: _Member, entry: Entry) -> Iterator[Finding]:
        """A folder that is copied, rather than used where it lies, is kept with its version and platforms."""
        who, manifest, version = member.file, member.manifest, entry.fields.get("version")
        if not entry.soft and manifest.version and version != manifest.version:
            title = f"{entry.locator.name}: {who} has version {manifest.version}, {self.name} {version}"
            detail = f"{who} asks for version {manifest.version}; {self.name} has a copy of {version}."
            yield self._differs(member, entry, entry.locator.name, title, detail)
        now, then = texts.platforms(manifest.data), entry.fields.get("conditions")
        workspace = entry.locator.reference.startswith("workspace:")  # there for all platforms
        if self.lock.version > 4 and not workspace and now != then:
            title = f"{entry.locator.name}: {who} is for {now or 'any platform'}, {self.name} says otherwise"
            detail = f"{who} asks for {now or 'no platform'}; {self.name} gives {then or 'no conditions'}."
            yield self._differs(member, entry, entry.locator.name, title, detail)

    def _noted(
        self, member: _Member, entry: Entry, field: str, now: Mapping[str, Any], words: str
    ) -> Iterator[Finding]:
        then = entry.fields.get(field) or {}
        if field.endswith("Meta"):
            then = _metas(then, _META)
        who = member.file
        for name in (*now, *(name for name in then if name not in now)):
            if now.get(name) == then.get(name):
                continue
            if (who, name) in self.told:
                continue
            asks, gives = _words(now.get(name)), _words(then.get(name))
            title = f"{name}: {who} asks for it {words} ({asks}), {self.name} has {gives}"
            detail = f"{who} asks for {name} {words}: {asks}; {self.name} has {gives} in {field}."
            yield self._differs(member, entry, name, title, detail, field)

    def _differs(
        self, member: _Member, entry: Entry, name: str, title: str, detail: str, field: str = ""
    ) -> Finding:
        place = asked_in(member.manifest, name)
        if (
            field
            and isinstance(member.manifest.data.get(field), dict)
            and name in member.manifest.data[field]
        ):
            place = Location(member.manifest.file, pointer(field, name))
        return findings.refused(
            self.project,
            title,
            detail,
            package=name,
            location=place or Location(self.file, entry.pointer),
            subject=f"{member.folder} {name} {field}".rstrip(),
        )

    def _given(self, entry: Entry, name: str, text: str | None) -> str:
        """What the lockfile has for a dependency that is asked for differently now."""
        if text is None:
            return "nothing"
        key = self.lock.find(self.lock.wanted(entry.locator, name, text))
        found = self.lock.entries[key] if key is not None else None
        return f"{found.locator} for {texts.plain(text)}" if found is not None else texts.plain(text)

    def _tarballs(self) -> Iterator[Finding]:
        """The tarballs of `file:` dependencies that are others than when they were locked."""
        for key, (integrity, _) in self.project.tarballs.items():
            package = self.graph.nodes[key]
            noted = texts.parameters(package.key)[1].get("hash")
            found = b64decode(integrity.removeprefix("sha512-")).hex()[:6]
            if noted is not None and noted != found:
                yield findings.refused(
                    self.project,
                    f"{package.label}: the tarball on disk is not the one that was locked",
                    f"{package.resolved} asks for the hash {found}; {self.name} gives {noted}.",
                    package=package.name,
                    version=package.version,
                    location=Location(self.file, package.pointer),
                    keys=(key,),
                    subject=f"tarball {package.name}",
                )

    def _patches(self) -> Iterator[Finding]:
        """A patched package asks for what its source asks for, whatever the patch does to its files."""
        entries = {str(entry.locator): entry for entry in self.lock.entries.values()}
        for entry in entries.values():
            text = texts.source_of(entry.locator.reference)
            source = entries.get(text) if text is not None else None
            if source is None:
                continue
            for field in _TAKEN_OVER:
                now, then = source.fields.get(field), entry.fields.get(field)
                if now != then:
                    name = entry.locator.name
                    given = f"{self.name} gives {_words(then)} for the patched one"
                    yield findings.refused(
                        self.project,
                        f"{name}: the patched package is not like its source in {field}",
                        f"{source.locator} asks for {field}: {_words(now)}; {given}.",
                        package=name,
                        location=Location(self.file, entry.pointer),
                        keys=(str(entry.locator),) if str(entry.locator) in self.graph.nodes else (),
                        subject=f"patch {entry.locator.name} {field}",
                    )

    # -- what is asked for and not there

    def _missing(self) -> Iterator[Finding]:
        missing: dict[str, list[_Asked]] = {}
        strangers: dict[str, tuple[_Asked, str]] = {}
        walked: set[str] = set()
        waiting = [(d, a) for member in self.members for d, a in self._of_member(member)]
        waiting.reverse()
        while waiting:
            descriptor, asked = waiting.pop()
            full = self.lock.patched(descriptor)
            if full in self.used:
                if full in missing:
                    missing[full].append(asked)
                continue
            self.used.add(full)
            range = _range(full)
            source = texts.source_of(range)
            if source is not None and source not in self.used:
                self._follow_source(source, asked, missing)
            key = self.lock.places.get(full)
            if key is None:
                missing[full] = [asked]
                continue
            entry = self.lock.entries[key]
            if entry.locator.reference.startswith("workspace:"):
                why = self._not_accepted(entry, range)
                if why is not None:
                    strangers[full] = (asked, why)
                continue
            if key not in walked:
                walked.add(key)
                waiting += self._of_entry(entry)
        for full, askers in missing.items():
            own = [asked for asked in askers if (asked.who, asked.name) not in self.told]
            if own:
                yield self._not_there(full, own)
        for full, (asked, why) in strangers.items():
            if (asked.who, asked.name) not in self.told:
                yield self._no_longer(full, asked, why)

    def _follow_source(self, source: str, asked: _Asked, missing: dict[str, list[_Asked]]) -> None:
        """The source of a patch has an entry of its own, and so has that one's, if it is patched."""
        while source not in self.used:
            self.used.add(source)
            if source not in self.lock.places:
                missing[source] = [asked]
            inner = texts.source_of(_range(source))
            if inner is None:
                return
            source = inner

    def _of_member(self, member: _Member) -> Iterator[tuple[str, _Asked]]:
        who = member.file
        for name, text in member.asked().items():
            wanted = self.lock.wanted(member.locator, name, text)
            yield wanted, _Asked(who, name, text, asked_in(member.manifest, name))

    def _of_entry(self, entry: Entry) -> Iterator[tuple[str, _Asked]]:
        manifest = self.lock.linked.get(entry.key)
        if manifest is not None and not entry.locator.reference.startswith(_BARE):
            member = _Member("", manifest, entry.locator, entry)
            asked = member.asked(dev=False)
        else:
            asked = dict(entry.fields.get("dependencies") or {})
            asked.update(self._extended(entry, asked))
        who = _shown(entry)
        place = Location(self.file, entry.pointer)
        for name, text in asked.items():
            yield self.lock.wanted(entry.locator, name, text), _Asked(who, name, text, place)
        for added in ADDED.get(entry.locator.name, ()):
            name, text = texts.split(added) or ("", "")
            wanted = self.lock.wanted(entry.locator, name, text)
            if name not in asked and self.lock.find(wanted) is not None:
                yield wanted, _Asked(who, name, text, place)

    @cached_property
    def _extensions(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        """The dependencies that the project's settings give to others' packages: (of which range, them)."""
        found: dict[str, list[tuple[str, dict[str, str]]]] = {}
        given = self.project.manager_config.get("packageExtensions")
        for pattern, fields in given.items() if isinstance(given, dict) else ():
            parts = texts.split(pattern)
            extra = fields.get("dependencies") if isinstance(fields, dict) else None
            if parts is not None and isinstance(extra, dict):
                named = {name: text for name, text in extra.items() if isinstance(text, str)}
                of_name = found.setdefault(parts[0], [])
                if len(of_name) < _MOST_EXTENSIONS:
                    of_name.append((parts[1].removeprefix("npm:"), named))
        return found

    def _extended(self, entry: Entry, asked: Mapping[str, str]) -> dict[str, str]:
        """What the project's settings make somebody else's package ask for besides."""
        version = texts.unpatched(entry.locator).reference.removeprefix("npm:").partition("::")[0]
        return {
            name: text
            for range, named in self._extensions.get(entry.locator.name, ())
            if _fits(version, range)
            for name, text in named.items()
            if name not in asked
        }

    def _not_accepted(self, entry: Entry, range: str) -> str | None:
        """Why a workspace is not what a descriptor asks for any more; None where it is."""
        folder = texts.folder(entry.locator.reference)
        member = self.workspaces.get(entry.locator.name)
        if member is None or member.folder != folder:
            return f"the workspace {folder}, and there is none of that name"
        version = member.manifest.version
        text = range.partition("::")[0]
        if "@workspace:" in text:
            text = text[text.index("@workspace:") + 1 :]  # under another name
        if text.startswith("workspace:"):
            if not texts.is_workspace_range(text):
                return None if texts.folder(text) == folder else f"the workspace {folder}"
            text = text.removeprefix("workspace:")
            if text in ("*", "^", "~") or _fits(version or "0.0.0", text):
                return None
        else:
            setting = self.project.manager_config.get("enableTransparentWorkspaces")
            if setting == "false":
                return f"the workspace {folder}, which the settings do not let stand for it"
            if version is not None and _fits(version, text.removeprefix("npm:")):
                return None
        return f"the workspace {folder}, which has version {version or 'none'}"

    def _not_there(self, full: str, askers: list[_Asked]) -> Finding:
        first = askers[0]
        wanted = first.text or '""'
        instead = "" if texts.plain(_range(full)) == texts.plain(first.text) else f" (as {full})"
        detail = f"{first.who} asks for {first.name} {texts.plain(wanted)}{instead}; "
        detail += f"{self.name} has no entry for {full}."
        others = sorted({asked.who for asked in askers[1:]} - {first.who})
        if others:
            detail += f" So do {len(others)} more: {', '.join(others[:5])}."
        return findings.refused(
            self.project,
            f"{first.name}: {first.who} asks for {texts.plain(wanted)}{instead}, missing from {self.name}",
            detail,
            package=first.name,
            location=first.place,
            subject=f"missing {full}",
        )

    def _no_longer(self, full: str, asked: _Asked, why: str) -> Finding:
        text = texts.plain(asked.text)
        return findings.refused(
            self.project,
            f"{asked.name}: {asked.who} asks for {text}, {self.name} gives {why}",
            f"{asked.who} asks for {asked.name} {text}; {self.name} gives {why}.",
            package=asked.name,
            location=asked.place,
            subject=f"workspace for {full}",
        )

    # -- what is there and not asked for

    def _extra(self) -> Iterator[Finding]:
        found = [
            (full, entry)
            for full, key in self.lock.places.items()
            if full not in self.used and not self._explained(full, entry := self.lock.entries[key])
        ]
        if not found:
            return
        first = found[0][1]
        labels = [full for full, _ in found]
        yield findings.refused(
            self.project,
            f"{self.name} holds what nothing asks for: {some(labels)}",
            f"{self.name} gives {some(labels, 5)}; no package.json and no package in it asks for that.",
            package=first.locator.name,
            location=Location(self.file, first.pointer),
            keys=tuple(dict.fromkeys(str(e.locator) for _, e in found if str(e.locator) in self.graph.nodes)),
            subject=" ".join(labels),
        )

    def _explained(self, full: str, entry: Entry) -> bool:
        """May it be yarn's own doing that a descriptor stands there?"""
        name, range = texts.split(full) or ("", "")
        if range == entry.locator.reference and range.startswith("workspace:"):
            return True  # a workspace stands for itself
        # a package whose dependencies want it as a peer provides itself, and is noted under the range that
        # somebody asked for it by as another name, by old yarns under its version
        if name != entry.locator.name:
            return False
        if entry.key not in self.back:
            full_forms = (
                f"{n}@{texts.normal(r)}" for n, r in filter(None, map(texts.split, entry.descriptors))
            )
            used = [_range(other) for other in full_forms if other in self.used]
            self.back[entry.key] = frozenset(used) if used and self._wanted_back(entry) else frozenset()
        ranges = self.back[entry.key]
        return range in ranges or (bool(ranges) and range == entry.locator.reference)

    def _wanted_back(self, entry: Entry) -> bool:
        """Does any of its dependencies have it for a peer?"""
        for name, text in (entry.fields.get("dependencies") or {}).items():
            key = self.lock.find(self.lock.wanted(entry.locator, name, text))
            peers = self.lock.entries[key].fields.get("peerDependencies") if key is not None else None
            if peers and entry.locator.name in peers:
                return True
        return False

    # -- what is locked and does not fit

    def _loose(self) -> Iterator[Finding]:
        for key in dict.fromkeys(self.lock.places.values()):
            entry = self.lock.entries[key]
            if not entry.locator.reference.startswith("npm:"):
                continue
            version = entry.locator.reference[4:].partition("::")[0].rpartition("@")[2]
            said = entry.fields.get("version")
            name = entry.locator.name
            if said is not None and said != version and not entry.soft:
                yield self._odd(
                    entry,
                    name,
                    version,
                    f"{name}: {self.name} says version {said}, and takes {version}",
                    f"The entry of {key} asks for version {said} and gives {entry.locator}.",
                )
            for descriptor in entry.descriptors:
                asked, range = texts.split(descriptor) or ("", "")
                text = texts.normal(range).removeprefix("npm:").rpartition("@")[2]
                if versions.valid_range(text, loose=True) and not _fits(version, text):
                    who = self._askers.get(f"{asked}@{texts.normal(range)}", "a resolution of package.json")
                    yield self._odd(
                        entry,
                        asked,
                        version,
                        f"{asked}: {who} asks for {text}, {self.name} gives {version}",
                        f"{who} asks for {asked} {text}; {self.name} gives {entry.locator}.",
                    )

    @cached_property
    def _askers(self) -> dict[str, str]:
        """Somebody who asks for each descriptor, in words."""
        found: dict[str, str] = {}
        for entry in self.lock.entries.values():
            for name, text in (entry.fields.get("dependencies") or {}).items():
                found.setdefault(f"{name}@{texts.normal(text)}", _shown(entry))
        for member in self.members:
            for name, text in member.asked().items():
                found[f"{name}@{texts.normal(text)}"] = member.file
        return found

    def _odd(self, entry: Entry, name: str, version: str, title: str, detail: str) -> Finding:
        report = findings.refused if self.strict else findings.loose
        if not self.strict:
            detail += " yarn installs it all the same, unless it is in hardened mode."
        return report(
            self.project,
            title,
            detail,
            package=name,
            version=version,
            location=Location(self.file, entry.pointer),
            keys=(str(entry.locator),) if str(entry.locator) in self.graph.nodes else (),
            subject=f"loose {name} {version}",
        )


def _fits(version: str, range: str) -> bool:
    return versions.satisfies(version, range, loose=True, include_prerelease=True)


def _on(setting: Any) -> bool:
    return setting in (True, "true", "1")


def _range(descriptor: str) -> str:
    return (texts.split(descriptor) or ("", ""))[1]


def _shown(entry: Entry) -> str:
    return f"{entry.locator.name}@{entry.fields.get('version') or entry.locator.reference}"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {text}" for key, text in value.items()) or "none"
    return str(value) if value is not None else "none"


def _peers(manifest: Manifest) -> dict[str, str]:
    """The peers as yarn notes them: what is no range is any version."""
    return {
        name: text
        if text.startswith("workspace:") or (":" not in text and versions.valid_range(text, loose=True))
        else "*"
        for name, text in manifest.peer_dependencies.items()
    }


def _metas(found: Any, kept: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The settings for single dependencies, those that say nothing left out."""
    metas = {}
    for name, about in found.items() if isinstance(found, Mapping) else ():
        settings = {
            key: text
            for key in kept
            if isinstance(about, Mapping)
            and (text := str(about[key]).lower() if key in about else "") in ("true", "false")
        }
        if settings:
            metas[name] = settings
    return metas


def _commands(member: _Member) -> dict[str, str]:
    """The commands of a package.json's `bin`."""
    found = member.manifest.data.get("bin")
    if isinstance(found, str):
        name = member.manifest.name
        found = {name.rpartition("/")[2]: found} if name else {}
    if not isinstance(found, dict):
        return {}
    return {
        key.rpartition("/")[2]: text.replace("\\", "/")
        for key, text in found.items()
        if isinstance(text, str)
    }
