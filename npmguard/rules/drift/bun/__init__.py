"""Drift as `bun install --frozen-lockfile` finds it, worked out by running bun 1.2, 1.3 and 1.4.

bun reads the lockfile into a graph of packages, changes that graph by what the package.json files now ask
for, lays both out as folders of node_modules, and refuses where the two differ. So a range that the locked
version still fits, a move between fields, or a dependency that somebody else brings to the same place all
pass. What is not in the lockfile would have to be resolved anew, and that always differs.

bun 1.4 looks at more: overrides and catalogs that changed at all, a direct dependency that is locked outside
its range. It looks past a workspace that is not on disk and past entries that nothing leads to, where bun 1.2
and 1.3 refuse.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from npmguard import specs
from npmguard.jsontext import pointer
from npmguard.lockfiles import Catalogs, bun
from npmguard.model import DependencyGraph, DependencyKind, Evidence, Finding, Location, Manifest, Project
from npmguard.rules.drift import findings
from npmguard.rules.drift.bun import overrides
from npmguard.rules.drift.bun.layout import PEERS, Ask, Id, lay_out
from npmguard.rules.drift.bun.lock import Lock, folder_of, is_workspace, version_of, wanted
from npmguard.rules.drift.bun.resolve import Answer, Resolver, will_do
from npmguard.text import some

_OWN = (DependencyKind.PROD, DependencyKind.DEV)
_FIELDS = {
    DependencyKind.PROD: "dependencies",
    DependencyKind.DEV: "devDependencies",
    DependencyKind.OPTIONAL: "optionalDependencies",
    DependencyKind.PEER: "peerDependencies",
    DependencyKind.PEER_OPTIONAL: "peerDependencies",
}


def check(project: Project, graph: DependencyGraph, evidence: Evidence) -> Iterator[Finding]:
    """What the frozen install refuses (high), lets pass all the same (moderate), or does not mind (low)."""
    drift = _Drift(project, graph)
    missing = list(drift.missing())
    if missing:
        yield from missing  # bun reads no further
        return
    yield from drift.overrides()
    yield from drift.catalogs()
    yield from drift.workspaces()
    yield from drift.dependencies()
    yield from drift.loose()


def _modern(project: Project, graph: DependencyGraph) -> bool:
    """Is this bun 1.4 or later? By packageManager, else by what the lockfile tells."""
    name, version = project.declared or ("", "")
    found = re.match(r"\D*(\d+)\.(\d+)", version)
    if name == "bun" and found:
        return (int(found[1]), int(found[2])) >= (1, 4)
    return not graph.format.endswith(("-0", "-1"))


class _Change(NamedTuple):
    """A dependency of the project's own that the lockfile does not record just so.

    `now` and `then` are what is asked and what is recorded; `moved` tells whether it leads elsewhere now.
    """

    folder: str
    name: str
    kind: DependencyKind
    now: str | None
    then: str | None
    moved: bool


class _Drift:
    def __init__(self, project: Project, graph: DependencyGraph) -> None:
        assert project.lockfile is not None
        self.project = project
        self.graph = graph
        self.lock = Lock(graph)
        self.path = project.lockfile.file
        self.file = posixpath.basename(self.path)
        self.modern = _modern(project, graph)
        self.manifests: Mapping[str, Manifest] = {"": project.manifest, **project.workspaces}
        self.wanted = {
            folder: wanted(manifest, root=not folder, modern=self.modern)
            for folder, manifest in self.manifests.items()
        }
        self.gone = {f for f in self.lock.names if f not in self.manifests and f not in graph.nodes}
        texts = {name: spec for (name, _), spec in self.wanted[""].items()}
        self.rules = overrides.read(project.manifest, texts, modern=self.modern)
        self.old_rules = overrides.recorded(graph.notes)
        self.ranges = _catalogs(project.manifest)
        self.old_ranges = bun.catalogs_of(graph.notes)
        self.resolver = Resolver(
            self.lock,
            self.manifests,
            self.wanted,
            (self.old_rules, self.rules),
            (self.old_ranges, self.ranges),
            self.modern,
        )

    # -- what the lockfile lacks

    def missing(self) -> Iterator[Finding]:
        """What the lockfile's own packages ask for, and it does not have."""
        needed = {DependencyKind.PROD, DependencyKind.DEV} | (set() if self.modern else {DependencyKind.PEER})
        for id, asks in self.lock.asks.items():
            for ask in asks:
                if ask.target is not None or ask.kind not in needed:
                    continue
                who = self._who(id)
                yield findings.refused(
                    self.project,
                    f"{ask.name}: {who} asks for {ask.spec}, missing from {self.file}",
                    f"{who} asks for {ask.name} {ask.spec}; {self.file} gives nothing of that name.",
                    package=ask.name,
                    location=self._asked_in(id, ask.name, ask.kind) or self._entry(id),
                    subject=f"{ask.name} {ask.spec} {id}",
                )

    # -- overrides and catalogs

    def overrides(self) -> Iterator[Finding]:
        """Overrides that are not those of the lockfile.

        bun 1.2 and 1.3 only look at where they lead: out of the lockfile, or elsewhere (see `dependencies`).
        """
        for selector in self._changed_rules():
            if self.modern or selector in self._astray:
                yield self._override(selector, True, self._astray.get(selector))

    def _changed_rules(self) -> list[str]:
        both = sorted(self.rules.keys() | self.old_rules.keys())
        return [selector for selector in both if self.rules.get(selector) != self.old_rules.get(selector)]

    def _override(self, selector: str, refused: bool, ask: Ask | None = None) -> Finding:
        now, then = self.rules.get(selector), self.old_rules.get(selector)
        data = self.project.manifest.data
        field = "overrides" if data.get("overrides") is not None else "resolutions"
        asks = f"asks for {now}" if now else "asks for it no longer"
        gives = (then or "no such override") + (f" and {ask.target}" if ask is not None else "")
        return (findings.refused if refused else findings.stale)(
            self.project,
            f"{selector}: the override in package.json {asks}, {self.file} has {gives}",
            f'"{field}" of {self.project.manifest.file} {asks} as {selector}; {self.file} has {gives}.',
            package=next(iter(overrides.names({selector: ""}))),
            location=Location(self.project.manifest.file, pointer(field))
            if field in data
            else Location(self.path, "/overrides"),
            subject=f"override {selector} {now}",
        )

    @cached_property
    def _astray(self) -> Mapping[str, Ask]:
        """Of bun 1.2: dependencies of locked packages that a changed override leads to what is not locked."""
        found: dict[str, Ask] = {}
        for id, asks in self.lock.asks.items():
            for ask in () if self.modern or is_workspace(id) or not id else asks:
                forced = self.resolver.forced_ask(ask)
                if forced is not None and forced[1].problem:
                    found[ask.name] = ask
        return found

    def catalogs(self) -> Iterator[Finding]:
        """Catalogs that are not those of the lockfile, but for what is new there.

        bun 1.2 and 1.3 only miss an entry that the lockfile's own record asks for.
        """
        used = {
            (spec[8:].strip() or "default", name)
            for rows in self.lock.rows.values()
            for (name, _), spec in rows.items()
            if spec.startswith("catalog:")
        }
        for name, ranges in self.old_ranges.items():
            for package, then in ranges.items():
                now = self.ranges.get(name, {}).get(package)
                if now == then or (not self.modern and (now or (name, package) not in used)):
                    continue
                asks = f"asks for {now}" if now else "asks for it no longer"
                which = "the catalog" if name == "default" else f"the catalog {name}"
                yield findings.refused(
                    self.project,
                    f"{package}: {which} {asks}, {self.file} has {then}",
                    f"In {self.project.manifest.file} {which} {asks}; {self.file} has {package} {then}.",
                    package=package,
                    location=_catalog_place(self.project.manifest, name, package),
                    subject=f"catalog {name} {package} {now}",
                )

    # -- workspaces

    def workspaces(self) -> Iterator[Finding]:
        """Workspaces that are new, renamed, or none any more."""
        for folder, manifest in self.project.workspaces.items():
            name = manifest.name or posixpath.basename(folder)
            then = self.lock.names.get(folder)
            if then == name:
                continue
            yield findings.refused(
                self.project,
                f"{name}: the workspace {folder} is not in {self.file}",
                f"{self.project.manifest.file} names the workspace {folder}; "
                f"{self.file} gives {f'{then} there' if then else 'nothing there'}.",
                package=name,
                location=Location(self.project.manifest.file, "/workspaces"),
                subject=f"workspace {folder} {name}",
            )
        for folder, name in self.lock.names.items():
            if not folder or folder in self.manifests or (self.modern and folder in self.gone):
                continue
            yield findings.refused(
                self.project,
                f"{name}: {self.file} has the workspace {folder}, which is none any more",
                f"{self.project.manifest.file} names the workspace {folder} no longer; {self.file} gives it.",
                package=name,
                location=Location(self.path, pointer("workspaces", folder)),
                subject=f"workspace {folder}",
            )

    # -- what the project and its workspaces ask for

    def dependencies(self) -> Iterator[Finding]:
        """Where what is asked for now is not what the lockfile records, and whether that leads elsewhere."""
        after = {id: self._forced(id, asks) for id, asks in self.lock.asks.items()}
        changes: list[_Change] = []
        settled = self.lock.names.keys() <= self.manifests.keys() | self.gone
        for folder in self.manifests:
            if folder not in self.lock.names:
                settled = False
                continue
            then, now = self.lock.rows[folder], self.wanted[folder]
            asks = list(self.lock.memberships(folder))
            redo = not self.modern and bool(folder) and now != then
            beside: dict[str, Answer] = {}
            for (name, kind), text in now.items():
                recorded = then.get((name, kind))
                if kind in PEERS and name in beside and (self.modern or not folder):
                    answer = beside[name]  # a peer makes do with that
                else:
                    answer = self.resolver.own(folder, name, kind, text, recorded, redo=redo)
                    beside[name] = answer
                    if answer.problem:
                        settled = False
                        yield self._refused(folder, name, kind, text, answer.problem)
                if recorded != text and not _is_path_of(recorded, answer.id):
                    moved = answer.id != self.lock.find(folder, name) or recorded is None
                    changes.append(_Change(folder, name, kind, text, recorded, moved))
                asks.append(Ask(name, self.resolver.range(name, text), kind, answer.id))
            for (name, kind), text in then.items():
                if (name, kind) not in now:
                    changes.append(_Change(folder, name, kind, None, text, True))
            after[self.lock.member(folder)] = tuple(asks)
        if not settled:
            return
        refused = False
        if changes or self.resolver.forced_anew:
            before = lay_out(self.lock.asks)
            refused = before is not None and before != lay_out(after)
        if refused:
            changes = [change for change in changes if change.moved] or changes
        for change in changes:
            yield self._changed(change, refused)
        if not self.modern:
            rest = (selector for selector in self._changed_rules() if selector not in self._astray)
            yield from (self._override(selector, refused) for selector in rest)
        if not refused:
            yield from self._idle(after)

    def _forced(self, id: Id, asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
        """What a locked package gets under overrides that changed (bun 1.4 refuses those as they are)."""
        if self.modern or not id or is_workspace(id) or not self.resolver.forced_anew:
            return asks
        found = []
        for ask in asks:
            forced = self.resolver.forced_ask(ask)
            found.append(ask._replace(target=forced[1].id) if forced is not None else ask)
        return tuple(found)

    def _idle(self, after: Mapping[Id, tuple[Ask, ...]]) -> Iterator[Finding]:
        """Entries that nothing leads to. bun 1.2 and 1.3 count packages, and trip over all but the last."""
        seen = {""}
        waiting = [""]
        while waiting:
            for ask in after.get(waiting.pop(), ()):
                if ask.target is not None and ask.target not in seen:
                    seen.add(ask.target)
                    waiting.append(ask.target)
        order = list(dict.fromkeys((*map(self.lock.member, self.lock.names), *self.lock.places)))
        idle = [id for id in order if id not in seen]
        if not idle:
            return
        refused = not self.modern and any(id in seen for id in order[-len(idle) :])
        count = "1 package" if len(idle) == 1 else f"{len(idle)} packages"
        yield (findings.refused if refused else findings.stale)(
            self.project,
            f"{self.file} holds {count} that nothing asks for: {some(idle)}",
            f"package.json asks for nothing that leads to {some(idle)}; {self.file} gives it all the same.",
            package=bun.split(idle[0])[0],
            version=version_of(idle[0]),
            location=self._entry(idle[0]),
            subject=" ".join(idle),
        )

    # -- what fits badly

    def loose(self) -> Iterator[Finding]:
        """What is locked outside the range that asks for it, and is installed all the same."""
        known: set[tuple[str, str, Id]] = set()
        for id, asks in self.lock.asks.items():
            own = not id or is_workspace(id)
            folder = folder_of(id) if own else None
            for ask in asks:
                name, text, kind, target, bundled = ask
                if target is None or kind in PEERS or kind is DependencyKind.WORKSPACE or bundled:
                    continue
                if (name, text, target) in known or (own and self.modern and kind in _OWN):
                    continue
                spec = self.resolver.range(name, text)
                asked = specs.parse(name, spec)
                if not asked.registry or will_do(target, name, spec):
                    known.add((name, text, target))
                    continue
                if self.resolver.forced & {name, asked.name}:
                    continue
                if folder is not None and self.wanted.get(folder, {}).get((name, kind)) != text:
                    continue  # it is not asked for any more
                who = self._who(id)
                yield findings.loose(
                    self.project,
                    f"{name}: {who} asks for {spec}, {self.file} gives {target}",
                    f"{who} asks for {name} {spec}; {self.file} gives {target}. "
                    "bun installs it all the same.",
                    package=bun.split(target)[0],
                    version=version_of(target),
                    location=self._asked_in(id, name, kind) or self._entry(target),
                    keys=self._keys(target),
                    subject=f"{name} {spec} {id}",
                )

    # -- in words

    def _refused(self, folder: str, name: str, kind: DependencyKind, text: str, why: str) -> Finding:
        who, spec = _file(folder), text or "*"
        target = self.lock.find(folder, name)
        gives = f"{self.file} gives {target}" if target else f"missing from {self.file}"
        return findings.refused(
            self.project,
            f"{name}: {who} asks for {spec}, {gives}",
            f"{who} asks for {name} {spec} in {_FIELDS[kind]}; "
            f"{self.file} gives {target or 'nothing of that name'}: {why}.",
            package=name,
            version=version_of(target),
            location=self._in_field(folder, name, kind),
            keys=self._keys(target),
            subject=f"{name} {text} {folder}",
        )

    def _changed(self, change: _Change, refused: bool) -> Finding:
        folder, name, kind, now, then, _ = change
        who, field = _file(folder), _FIELDS[kind]
        wants = f"asks for {now or '*'}" if now is not None else "asks for it no longer"
        had = (then or "*") if then is not None else "none"
        target = self.lock.find(folder, name)
        got = f" and gives {target}" if target else ""
        ends = (
            "an install would lay out other packages."
            if refused
            else "the install still works, and the lockfile is merely stale."
        )
        return (findings.refused if refused else findings.stale)(
            self.project,
            f"{name}: {who} {wants} in {field}, {self.file} records {had}",
            f"{who} {wants} in {field}; {self.file} records {had} there{got}: {ends}",
            package=name,
            version=version_of(target),
            location=self._in_field(folder, name, kind)
            if now is not None
            else self._recorded(folder, name, kind),
            keys=self._keys(target),
            subject=f"{name} {field} {now} {folder}",
        )

    def _who(self, id: Id) -> str:
        return id if id and not is_workspace(id) else _file(folder_of(id))

    def _asked_in(self, id: Id, name: str, kind: DependencyKind) -> Location | None:
        """Where the project or a workspace asks for it."""
        folder = folder_of(id)
        if (id and not is_workspace(id)) or (name, kind) not in self.wanted.get(folder, {}):
            return None
        return self._in_field(folder, name, kind)

    def _in_field(self, folder: str, name: str, kind: DependencyKind) -> Location:
        return Location(self.manifests[folder].file, pointer(_FIELDS[kind], name))

    def _recorded(self, folder: str, name: str, kind: DependencyKind) -> Location:
        return Location(self.path, pointer("workspaces", folder, _FIELDS[kind], name))

    def _entry(self, id: Id) -> Location | None:
        """Where the lockfile has a package."""
        if not id or is_workspace(id):
            return Location(self.path, pointer("workspaces", folder_of(id)))
        place = self.lock.places.get(id)
        return Location(self.path, pointer("packages", place)) if place is not None else None

    def _keys(self, id: Id | None) -> tuple[str, ...]:
        node = self.graph.nodes.get(self.lock.places.get(id or "", ""))
        return (node.key,) if node is not None and node.third_party else ()


def _is_path_of(recorded: str | None, id: Id | None) -> bool:
    """Does the record say where a workspace lies in place of `workspace:`, as those of version 0 do?"""
    return recorded is not None and id is not None and is_workspace(id) and recorded == folder_of(id)


def _file(folder: str) -> str:
    return f"{folder}/package.json" if folder else "package.json"


def _catalogs(manifest: Manifest) -> Catalogs:
    """The catalogs of a package.json: those beside its workspaces' patterns, else those at the top."""
    inner = manifest.data.get("workspaces")
    found = bun.catalogs_of(inner) if isinstance(inner, dict) else {}
    return found or bun.catalogs_of(manifest.data)


def _catalog_place(manifest: Manifest, name: str, package: str) -> Location:
    """Where package.json says it, or the deepest place that is there of it."""
    inner = manifest.data.get("workspaces")
    inside = ("workspaces",) if isinstance(inner, dict) and bun.catalogs_of(inner) else ()
    there: list[str] = []
    at: Any = manifest.data
    for key in (*inside, *(("catalog",) if name == "default" else ("catalogs", name)), package):
        if not isinstance(at, dict) or key not in at:
            break
        at = at[key]
        there.append(key)
    return Location(manifest.file, pointer(*there))
