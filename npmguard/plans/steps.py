"""From changes of a tree to steps that a person takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from npmguard import commands, specs, versions
from npmguard.model import DependencyKind, Edit, Finding, Project, Step
from npmguard.plans.search import Found, Search, Trouble, exactly, restyled
from npmguard.plans.tree import Change, Force, Move, Refresh
from npmguard.text import some


class Steps:
    """The steps of one project's plan, as they are made."""

    def __init__(self, project: Project, search: Search, ways: Found) -> None:
        assert project.graph is not None
        self.project = project
        self.graph = project.graph
        self.search = search
        self.market = search.market
        self.ways = ways
        self.commands = commands.of(project.manager)

    def all(self, behind: Sequence[Finding]) -> list[Step]:
        """The steps for what the search found, and for the dependencies that are `behind` (outdated)."""
        found = [*self._refreshes(), *self._moves(), *self._forces()]
        found = self._to_latest(found, behind)
        found += self._hopeless()
        every = [*behind, *(f for t in self.search.troubles for f in (*t.mendable, *t.hopeless))]
        marks = {f.fingerprint: (f.rule == "malware", f.severity) for f in every}

        def order(step: Step) -> tuple[object, ...]:
            malware, worst = max((marks[mark] for mark in step.mends), default=(False, 0))
            return (
                step.kind == "none",
                not step.urgent,
                not malware,
                -worst,
                ("refresh", "upgrade", "override", "remove", "none").index(step.kind),
                -len(step.mends),
                step.package,
                step.before or "",
            )

        return sorted(found, key=order)

    def _mends(self, change: Change) -> tuple[Trouble, ...]:
        return self.ways.mended[change]

    # -- within the ranges

    def _refreshes(self) -> Iterable[Step]:
        groups: dict[frozenset[Trouble], list[Refresh]] = {}
        for change in self.ways.changes:
            if isinstance(change, Refresh):
                groups.setdefault(frozenset(self._mends(change)), []).append(change)
        for troubles, group in groups.items():
            names = sorted(c.name for c in group)
            own = {t.name for t in troubles}
            head = next((name for name in names if name in own), names[0])
            copies = {n.version for n in self.graph.foreign if n.name == head and n.version}
            locked = sorted(
                {t.version for t in troubles if t.name == head} or copies,
                key=lambda v: versions.key(v, loose=True) or (),
            )
            ways = [(version, self._taken(head, version)) for version in locked]
            to = ways[0][1]
            beside = [name for name in names if name != head]
            words = f"Only the lockfile changes{f', for {some(beside)} too' if beside else ''}."
            if len(ways) > 1:
                words += f" Also {some(f'{one} to {other}' for one, other in ways[1:])}."
            command = self._refresh(names, troubles)
            if command is None:
                words += f" Delete the entries of {', '.join(names)} from the lockfile, then install."
            yield Step(
                "refresh",
                head,
                locked[0],
                to,
                _by(locked[0], to),
                command,
                words,
                _fingerprints(troubles),
                urgent=any(t.urgent for t in troubles),
            )

    def _taken(self, name: str, locked: str) -> str | None:
        """The version that those get who have this one now; the highest of several."""
        found = []
        for node in self.graph.foreign:
            if node.name == name and node.version == locked:
                for edge in self.graph.asking.get(node.key, ()):
                    text = self.search.tree.text(edge)
                    picked = self.market.pick(specs.parse(edge.name, text)) if text is not None else None
                    found += [picked] if picked is not None else []
        return versions.highest(found, loose=True)

    def _refresh(self, names: Collection[str], troubles: Collection[Trouble]) -> str | None:
        from npmguard.upgrades import Ways

        graph = self.graph
        asked = {  # the names under which they are installed
            node.alias or node.name for node in graph.foreign if node.name in names
        }
        keys = [key for trouble in troubles for key in trouble.keys]
        tops = Ways(self.project, graph).bringing(keys)
        own = {edge.name for root in graph.roots for edge in graph.edges.get(root, ())}
        return self.commands.refresh(asked, tops, own, workspaces=bool(self.project.workspaces))

    # -- the project's own dependencies

    def _moves(self) -> Iterable[Step]:
        groups: dict[tuple[str, str, str], list[Move]] = {}
        for change in self.ways.changes:
            if isinstance(change, Move):
                groups.setdefault((change.name, change.least, change.version), []).append(change)
        for moves in groups.values():
            troubles = dict.fromkeys(t for move in moves for t in self._mends(move))
            yield self._move(
                [(m.root, m.text) for m in moves],
                moves[0].name,
                moves[0].least,
                _fingerprints(troubles),
                urgent=any(t.urgent for t in troubles),
            )

    def _move(
        self,
        places: Sequence[tuple[str, str]],
        name: str,
        to: str,
        mends: tuple[str, ...],
        *,
        urgent: bool,
        words: str = "",
    ) -> Step:
        """The step that has `name` asked for by other words at some package.jsons: (root, text)."""
        project, graph = self.project, self.graph
        edits = []
        kinds = set()
        current: list[str] = []
        real = name
        catalog = False
        for root, text in places:
            manifest = project.manifest_of(root)
            asked = manifest.asks(name) if manifest is not None else None
            for edge in graph.edges.get(root, ()):
                if edge.name == name and edge.target is not None:
                    kinds.add(edge.kind)
                    current += [graph.nodes[edge.target].version or ""]
                    real = graph.nodes[edge.target].name
            if manifest is None or asked is None:
                continue
            if asked[1].startswith("catalog:"):
                catalog = True
            elif asked[1] != text:
                edits.append(Edit(manifest.file, (asked[0], name), asked[1], text))
        command = None
        if catalog:
            words = "Its range stands in the catalog: change it there." + (f" {words}" if words else "")
        else:
            kind = kinds.pop() if len(kinds) == 1 else DependencyKind.PROD
            target = f"npm:{real}@{to}" if real != name else to
            folders = {root for root, _ in places if root}
            command = self.commands.install(
                name, target, kind, folders, root=any(not root for root, _ in places)
            )
        before = min(current, key=lambda v: versions.key(v, loose=True) or (), default=None)
        return Step(
            "upgrade",
            name,
            before,
            to,
            _by(before, to),
            command,
            words or "The lowest version that will do.",
            mends,
            tuple(edits),
            urgent,
        )

    def _to_latest(self, steps: list[Step], behind: Sequence[Finding]) -> list[Step]:
        """The steps with those that bring a dependency to its latest version, which some may do already."""
        groups: dict[tuple[str, str], list[tuple[Finding, str, str, str]]] = {}
        refresh: dict[str, list[tuple[Finding, str]]] = {}
        for finding in behind:
            latest = finding.fix.to if finding.fix is not None else None
            if latest is None or finding.version is None or finding.package is None:
                continue
            faults = self.market.faults(finding.package, latest)
            if faults - self.market.faults(finding.package, finding.version):
                steps.append(_none(finding, f"{latest} is no better: {', '.join(sorted(faults))}."))
                continue
            for root in self.graph.roots:
                for edge in self.graph.edges.get(root, ()):
                    if edge.target not in finding.keys or finding.subject != f"{root} {edge.spec}":
                        continue
                    if self.market.pick(specs.parse(edge.name, edge.spec)) == latest:
                        refresh.setdefault(edge.name, []).append((finding, latest))
                    else:
                        groups.setdefault((edge.name, latest), []).append((finding, root, edge.spec, latest))
        for (name, latest), found in groups.items():
            mends = tuple(dict.fromkeys(f.fingerprint for f, *_ in found))
            steps = self._joined(steps, name, latest, mends) or [
                *steps,
                self._move(
                    [(root, self._written(name, text, latest)) for _, root, text, _ in found],
                    name,
                    latest,
                    mends,
                    urgent=False,
                    words=self._crowded(name, latest, [root for _, root, *_ in found]),
                ),
            ]
        for name, wanted in refresh.items():
            latest = wanted[0][1]
            mends = tuple(dict.fromkeys(f.fingerprint for f, _ in wanted))
            joined = self._joined(steps, name, latest, mends)
            if joined is None:
                finding = wanted[0][0]
                command = finding.fix.command if finding.fix is not None else None
                words = "Its range takes that: only the lockfile changes."
                by = _by(finding.version, latest)
                joined = [
                    *steps,
                    Step("refresh", name, finding.version, latest, by, command, words, mends),
                ]
            steps = joined
        return steps

    def _joined(
        self, steps: Sequence[Step], name: str, latest: str, mends: tuple[str, ...]
    ) -> list[Step] | None:
        """The steps, where one of them brings that version already; else None."""
        for place, step in enumerate(steps):
            if step.package == name and step.to == latest and step.kind in ("refresh", "upgrade"):
                more = tuple(dict.fromkeys((*step.mends, *mends)))
                return [*steps[:place], step._replace(mends=more), *steps[place + 1 :]]
        return None

    def _written(self, name: str, text: str, version: str) -> str:
        written = restyled(text, version)
        taken = self.market.pick(specs.parse(name, written))
        return written if taken == version else exactly(text, version)

    def _crowded(self, name: str, version: str, roots: Collection[str]) -> str:
        """Who wants the dependency beside it in another version than this, in words; "" for nobody."""
        found = set()
        for root in roots:
            for edge in self.graph.edges.get(root, ()):
                if edge.name != name or edge.target is None:
                    continue
                for other in self.graph.asking.get(edge.target, ()):
                    text = self.search.tree.text(other) if other.peer else None
                    spec = specs.parse(other.name, text or "*")
                    range = spec.range if spec.kind in ("range", "version") else "*"
                    if not versions.satisfies(version, range or "*", loose=True):
                        found.add(f"{self.graph.nodes[other.source].label} (asks for {spec.range})")
        who = some(sorted(found))
        return f"Move it together with {who}, or the install will not have it." if who else "The latest."

    # -- by force

    def _forces(self) -> Iterable[Step]:
        for change in self.ways.changes:
            if not isinstance(change, Force):
                continue
            troubles = self._mends(change)
            real = change.real
            before = troubles[0].version if troubles else None
            value = f"npm:{real}@{change.version}" if real != change.name else change.version
            edits, words = self._overrides(change, value)
            command = None
            if edits and all(edit.before == edit.value for edit in edits):
                # npm now and then keeps what is locked in spite of what is forced
                edits, words = (), "It is forced already, but the lockfile does not have it."
                command = self.commands.refresh([change.name], (), ()) or self.commands.relock
            yield Step(
                "override",
                change.name,
                before,
                change.version,
                _by(before, change.version),
                command,
                words,
                _fingerprints(troubles),
                edits,
                urgent=any(t.urgent for t in troubles),
            )

    def _overrides(self, force: Force, value: str) -> tuple[tuple[Edit, ...], str]:
        """What forces a version, as edits of package.json where it stands there, and in words."""
        project, data = self.project, self.project.manifest.data
        who = f" for {some(force.holders)}" if force.holders else ""
        manager = project.manager
        words = f"Nothing that asks for it takes a better one: force it{who}, and test."
        if manager == "bun" and force.holders:
            return (), f"{words} bun forces a version for all or for none: see whether all can take it."
        if manager == "npm":
            paths: list[tuple[str, ...]] = [
                ("overrides", holder, force.name) for holder in force.holders
            ] or [("overrides", force.name)]
        elif manager == "pnpm":
            if not self._pnpm_in_manifest():
                names = [f"{holder}>{force.name}" for holder in force.holders] or [force.name]
                rules = ", ".join(f'"{name}": "{value}"' for name in names)
                return (), f"{words} Put overrides: {{{rules}}} into pnpm-workspace.yaml."
            paths = [("pnpm", "overrides", f"{h}>{force.name}") for h in force.holders] or [
                ("pnpm", "overrides", force.name)
            ]
        elif manager == "bun":
            paths = [("overrides", force.name)]
        else:
            deep = "**/" if manager == "yarn" else ""
            paths = [("resolutions", f"{deep}{h}/{force.name}") for h in force.holders] or [
                ("resolutions", force.name)
            ]
        edits = []
        for path in paths:
            there = _there(data, path)
            if isinstance(there, dict):
                path, there = (*path, "."), there.get(".")
            edits.append(Edit(project.manifest.file, path, there if isinstance(there, str) else None, value))
        return tuple(edits), words

    def _pnpm_in_manifest(self) -> bool:
        """Does this pnpm read overrides from package.json, and nothing from elsewhere in their stead?"""
        from npmguard.installs.ages import PNPM_9, PNPM_10, in_use

        ages = in_use(self.project)
        return not self.project.manager_config.get("overrides") and set(ages) <= {PNPM_9, PNPM_10}

    # -- no fix

    def _hopeless(self) -> Iterable[Step]:
        for trouble in self.search.troubles:
            why = self.ways.left.get(trouble.label)
            found = [*trouble.hopeless, *(trouble.mendable if why is not None else ())]
            if not found or not (trouble.urgent or found[0].direct):
                continue
            if trouble.malware and not trouble.mendable:
                yield self._removal(trouble, found)
                continue
            if why is None:
                why = "No published version above it is free of this."
            yield Step(
                "none",
                trouble.name,
                trouble.version,
                None,
                None,
                None,
                why,
                tuple(f.fingerprint for f in found),
                urgent=trouble.urgent,
            )

    def _removal(self, trouble: Trouble, found: Sequence[Finding]) -> Step:
        from npmguard.upgrades import Ways

        node = self.graph.nodes[trouble.keys[0]]
        direct = not self.graph.direct.isdisjoint(trouble.keys)
        name = node.alias or node.name
        tops = Ways(self.project, self.graph).bringing(trouble.keys)
        return Step(
            "remove",
            name,
            trouble.version,
            None,
            None,
            self.commands.uninstall(name) if direct else None,
            "No version of it is harmless." if direct else f"Remove what brings it: {some(tops)}.",
            tuple(f.fingerprint for f in found),
            urgent=True,
        )


def _none(finding: Finding, words: str) -> Step:
    return Step(
        "none", finding.package or "", finding.version, None, None, None, words, (finding.fingerprint,)
    )


def _there(data: object, path: Sequence[str]) -> object:
    """What stands at a chain of keys, or None."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _fingerprints(troubles: Iterable[Trouble]) -> tuple[str, ...]:
    """The findings that go with these troubles, in the order of the report as far as that is known."""
    found = (f.fingerprint for t in troubles for f in t.mendable)
    return tuple(dict.fromkeys(found))


def _by(before: str | None, to: str | None) -> str | None:
    """How far it is: major, minor, patch, prerelease, or downgrade."""
    if before is None or to is None:
        return None
    now, then = versions.key(before, loose=True), versions.key(to, loose=True)
    if now is not None and then is not None and then < now:
        return "downgrade"
    return versions.difference(before, to)
