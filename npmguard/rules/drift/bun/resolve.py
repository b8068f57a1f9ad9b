"""What bun makes of a dependency with the lockfile and without the registry: a locked package, or nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from npmguard import specs, versions
from npmguard.lockfiles import Catalogs, bun
from npmguard.lockfiles.fields import folder as folder_key
from npmguard.model import DependencyKind, Manifest
from npmguard.rules.drift.bun import overrides
from npmguard.rules.drift.bun.layout import PEERS, Ask, Id, fits
from npmguard.rules.drift.bun.lock import Lock, Rows, folder_of, is_workspace

ANEW = "bun would resolve it anew"


class Answer(NamedTuple):
    """The locked package that answers a dependency, and what is wrong with that, if anything is."""

    id: Id | None
    problem: str = ""


class Resolver:
    """Answers for one project. `manifests` are its own ("") and its workspaces' by folder.

    `modern` is bun 1.4, which keeps what is locked where it still fits, and looks whether it does; before it,
    what was changed got the highest that is locked.
    """

    def __init__(
        self,
        lock: Lock,
        manifests: Mapping[str, Manifest],
        wanted: Mapping[str, Rows],
        rules: tuple[Mapping[str, str], Mapping[str, str]],  # overrides then and now
        ranges: tuple[Catalogs, Catalogs],  # catalogs then and now
        modern: bool,
    ) -> None:
        self._lock = lock
        self._manifests = manifests
        self._chosen = {name for name, kind in wanted[""] if kind not in PEERS}
        self._old_rules, self._rules = rules
        self._old_ranges, self._ranges = ranges
        self._modern = modern

    @cached_property
    def forced_anew(self) -> frozenset[str]:
        """The names whose overrides changed."""
        both = self._rules.keys() | self._old_rules.keys()
        changed = {key: "" for key in both if self._rules.get(key) != self._old_rules.get(key)}
        return overrides.names(changed) if self._modern else frozenset(changed)

    @cached_property
    def forced(self) -> frozenset[str]:
        """The names that some override is about, now or when the lockfile was written."""
        return overrides.names(self._rules) | overrides.names(self._old_rules)

    def range(self, name: str, spec: str) -> str:
        """`spec`, or what a catalog of package.json says in its place."""
        return bun.catalog_range(self._ranges, name, spec)

    def own(
        self, folder: str, name: str, kind: DependencyKind, text: str, then: str | None, *, redo: bool
    ) -> Answer:
        """Which package the project ("") or a workspace gets.

        `then` is what the lockfile records of the same field; with `redo` that does not help.
        """
        was = self._lock.find(folder, name) if then is not None else None
        spec = self.range(name, text)
        asked = specs.parse(name, spec)
        if spec.startswith("catalog:"):
            return Answer(was, "its catalog has no such entry" if self._modern or was is None else "")
        if asked.kind == "workspace":
            return self._member(name, asked.range or "*", was)
        if (
            then == text
            and not redo
            and asked.name not in self.forced_anew
            and self._as_then(name, text, spec)
        ):
            checked = self._modern and kind in (DependencyKind.PROD, DependencyKind.DEV) and asked.registry
            if was is None or not checked or self.forced & {name, asked.name} or will_do(was, name, spec):
                return Answer(was)
            return Answer(was, ANEW)
        if not asked.alias and asked.name in self._rules:
            spec = self.range(name, self._rules[asked.name])
            asked = specs.parse(name, spec)
        if asked.registry:
            return self.locked(name, spec, kind, was if self._modern else None)
        return self._elsewhere(folder, asked, was, then)

    def _as_then(self, name: str, text: str, spec: str) -> bool:
        return bun.catalog_range(self._old_ranges, name, text) == spec

    def locked(self, name: str, spec: str, kind: DependencyKind, was: Id | None = None) -> Answer:
        """Of what is locked, what answers a range, alias or tag: `was` if that does, else the highest."""
        if kind is DependencyKind.PEER_OPTIONAL:
            return Answer(None)  # it brings nothing itself
        asked = specs.parse(name, spec)
        known = self._lock.known.get(asked.name, [])
        for member in filter(is_workspace, known):
            manifest = self._manifests.get(folder_of(member))
            version = manifest.version if manifest else None
            if asked.range in ("*", "", None) or (
                version and versions.satisfies(version, asked.range, loose=True)
            ):
                return Answer(member) if manifest else Answer(None, "that workspace is gone")
        known = [id for id in known if not is_workspace(id)]
        if was is not None and (will_do(was, name, spec) if was in known else fits(was, name, spec)):
            return Answer(was)
        for id in known:
            # which version a tag is today only the registry knows
            if asked.kind == "tag" or fits(id, name, spec):
                return Answer(id)
        if kind is DependencyKind.PEER and known and (name in self._chosen or not self._modern):
            return Answer(known[0])
        return Answer(None, ANEW)

    def _member(self, name: str, range: str, was: Id | None) -> Answer:
        """What `workspace:` leads to: the member of that name or folder, whose version has to fit."""
        path = folder_key(range) if range.startswith((".", "/")) else None
        for folder, manifest in self._manifests.items():
            if not folder or (folder != path and (manifest.name or posixpath.basename(folder)) != name):
                continue
            loose = (
                path is not None or range in ("*", "^", "~") or not versions.valid_range(range, loose=True)
            )
            if loose or versions.satisfies(manifest.version or "0.0.0", range, loose=True):
                return Answer(self._lock.member(folder) if folder in self._lock.names else was)
            return Answer(None, f"the workspace has version {manifest.version}")
        return Answer(None, "there is no such workspace")

    def _elsewhere(self, folder: str, asked: specs.Spec, was: Id | None, then: str | None) -> Answer:
        """A repository, a URL, a tarball or a folder on disk: just that one, or it is resolved anew."""
        if asked.kind == "invalid" or (then is not None and asked.text.strip() == then):
            return Answer(was)
        old = specs.parse(asked.name, then) if then is not None else None
        if asked.kind == "git" and old is not None and old[4:] == asked[4:]:
            return Answer(was)
        for id in self._lock.places:
            source = bun.split(id)[2]
            if asked.kind == "url" and source == asked.location:
                return Answer(id)
            if asked.kind in ("file", "directory") and not is_workspace(id):
                path = source.partition(":")[2] if source.startswith(("file:", "link:")) else source
                if folder_key(path) == folder_key(posixpath.join(folder, asked.location or "")):
                    return Answer(id)
        return Answer(None, ANEW)

    def forced_ask(self, ask: Ask) -> tuple[str, Answer] | None:
        """What a changed override makes of a locked package's dependency; None where there is none."""
        if ask.name not in self.forced_anew or specs.parse(ask.name, ask.spec).alias:
            return None
        spec = self.range(ask.name, self._rules.get(ask.name, ask.spec))
        return spec, self.locked(ask.name, spec, ask.kind)


def will_do(id: Id, name: str, spec: str) -> bool:
    """Does a locked package do for a range or a tag, as far as can be told without the registry?"""
    if is_workspace(id):
        return True
    asked = specs.parse(name, spec)
    return bun.split(id)[0] == asked.name if asked.kind == "tag" else fits(id, name, spec)
