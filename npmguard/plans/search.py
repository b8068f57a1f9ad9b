"""The search for the least changes that take a troubled package out of a tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from npmguard import specs, versions
from npmguard.model import Dependency, DependencyKind, Finding, Project
from npmguard.plans.market import DEPRECATED, YOUNG, Market
from npmguard.plans.tree import Change, Force, Label, Move, Refresh, Tree

_TRIES = 6  # versions of one dependency whose whole tree is looked at
_DEEPEST = 60  # steps from a version down to a trouble; real ones have some ten


class Trouble:
    """One locked name@version that is to go away, with the findings about it.

    `mendable` are those of its findings that some version is free of; `clean` versions have none of these
    faults, and no others than the package has already.
    """

    def __init__(self, market: Market, findings: Sequence[Finding], keys: Sequence[str]) -> None:
        head = findings[0]
        assert head.package is not None
        assert head.version is not None
        self.name, self.version = head.package, head.version
        self.keys = tuple(dict.fromkeys(keys))
        self.urgent = any(f.rule in ("advisory", "malware") for f in findings)
        self.malware = any(f.rule == "malware" for f in findings)
        self._market = market
        self.tolerated = self._least(findings)
        gone = () if self.tolerated is None else self._now - self.tolerated
        self.mendable = tuple(f for f in findings if fault(f) in gone)
        self.hopeless = tuple(f for f in findings if fault(f) not in gone)

    @property
    def label(self) -> Label:
        return self.name, self.version

    @cached_property
    def _now(self) -> frozenset[str]:
        return self._market.faults(self.name, self.version)

    @cached_property
    def candidates(self) -> Sequence[str]:
        """The versions to go to, the nearest first; from malware the way may lead back."""
        above = self._market.above(self.name, self.version)
        return [*above, *self._market.below(self.name, self.version)] if self.malware else above

    def _least(self, findings: Sequence[Finding]) -> frozenset[str] | None:
        """The faults to put up with: none, where some version has none; None where nothing gets better."""
        mine = {fault(f) for f in findings}
        found = [self._market.faults(self.name, version) for version in self.candidates]
        if frozenset() in found:
            return frozenset()
        # what is deprecated is no worse to be on than what is vulnerable
        better = [f for f in found if f <= self._now | {DEPRECATED} and (self._now - f) & mine]
        return min(better, key=lambda f: (len(f - {DEPRECATED}), len(f)), default=None)

    def clean(self, version: str) -> bool:
        """Is this version free of what can be mended?"""
        return self.tolerated is not None and self._market.faults(self.name, version) <= self.tolerated

    @cached_property
    def goal(self) -> str | None:
        """The nearest clean version, one that is compatible by its number where there is such."""
        clean = [version for version in self.candidates if self.clean(version)]
        near = (v for v in clean if versions.satisfies(v, f"^{self.version}", loose=True))
        return next(near, None) or next(iter(clean), None)


def fault(finding: Finding) -> str:
    """The fault that a finding is about, as the market names it."""
    return DEPRECATED if finding.rule == "deprecated" else finding.subject


class Found(NamedTuple):
    """What was found: the changes, and for each trouble that they do not mend, why not."""

    changes: tuple[Change, ...]
    mended: Mapping[Change, tuple[Trouble, ...]]
    left: Mapping[Label, str]


class Search:
    """One search, for all troubles of a project at once."""

    def __init__(self, project: Project, market: Market, troubles: Iterable[Trouble]) -> None:
        assert project.graph is not None
        self.project = project
        self.graph = project.graph
        self.market = market
        self.troubles = tuple(troubles)
        self.tree = Tree(project, market)
        self._ok: dict[Label, dict[Label, bool]] = {}
        self._above: dict[Label, frozenset[str]] = {}
        self._mended: dict[tuple[Label, str], frozenset[Change | _Demand] | None] = {}
        self._why: dict[Label, str] = {}

    def found(self) -> Found:
        """The least changes, and what each of them mends."""
        open = [t for t in self.troubles if t.mendable]
        wanted: dict[Trouble, set[Change | _Demand]] = {}
        for trouble in open:
            ways, held = self._ways(trouble)
            wanted[trouble] = ways | self._forced(trouble, held) if held else ways
        chosen = self._moves(wanted)
        changes: set[Change] = set()
        for trouble, some in wanted.items():
            for change in some:
                if not isinstance(change, _Demand):
                    changes.add(change)
                    continue
                move, mends = chosen[change]
                if move is not None and trouble in mends:
                    changes.add(move)
                else:
                    changes |= self._forced(trouble, self._asking(trouble))
        gone = self._gone(open, changes)
        if self.market.wanted:
            return Found((), {}, {})  # not all of it is known yet, so that it is in vain to go on
        for trouble in open:
            # a tree is more than the sum of its ways: what is still there is forced
            if trouble not in gone and trouble.label not in self._why:
                changes |= self._forced(trouble, self._asking(trouble))
        worse = self._worse(changes)
        for each in sorted(changes, key=_cost) if worse else ():
            without = self._worse(changes - {each}) if isinstance(each, Refresh) else worse
            if len(without) < len(worse):
                worse = without
                changes.discard(each)
                for trouble in open:
                    if each in wanted[trouble]:
                        self._why[trouble.label] = f"A newer {each.name} brings what is no better."
        return self._least(open, changes)

    # -- is a version free of a trouble?

    def _names_above(self, trouble: Trouble) -> frozenset[str]:
        """The names of all that leads to a trouble."""
        if trouble.label not in self._above:
            names: set[str] = set()
            seen = set(trouble.keys)
            waiting = list(trouble.keys)
            while waiting:
                for edge in self.graph.asking.get(waiting.pop(), ()):
                    if edge.source not in seen and not edge.peer:
                        seen.add(edge.source)
                        waiting.append(edge.source)
                        names.add(self.graph.nodes[edge.source].name)
            self._above[trouble.label] = frozenset(names | {trouble.name})
        return self._above[trouble.label]

    def _free(self, trouble: Trouble, name: str, version: str) -> bool:
        """Would this version, installed anew, bring nothing of the trouble?"""
        if name == trouble.name:
            return trouble.clean(version)
        known = self._ok.setdefault(trouble.label, {})
        start = (name, version)
        if start not in known:
            seen = {start}
            waiting = [start]
            while waiting:
                below = self._below(trouble, *waiting.pop())
                if below is None or any(known.get(each) is False for each in below):
                    known[start] = False
                    return False
                fresh = [each for each in below if each not in seen and each not in known]
                seen.update(fresh)
                waiting += fresh
            # where nothing of it is found, nothing is found below any of what was passed
            known |= dict.fromkeys(seen, True)
        return known[start]

    def _below(self, trouble: Trouble, name: str, version: str) -> list[Label] | None:
        """What a version brings that may lead to a trouble; None where it brings the trouble itself."""
        offer = self.market.offer(name, version)
        if offer is None or trouble.name in offer.bundled:
            return None
        above = self._names_above(trouble)
        found = []
        for asked in (offer.dependencies, offer.optional):
            for below, text in asked.items():
                spec = specs.parse(below, text)
                if not spec.registry or spec.name not in above:
                    continue
                picked = self.market.pick(spec)
                if picked is None or (spec.name == trouble.name and not trouble.clean(picked)):
                    return None
                if spec.name != trouble.name:
                    found.append((spec.name, picked))
        return found

    def _no_worse(self, name: str, version: str, current: str | None) -> bool:
        faults = self.market.faults(name, version)
        return not faults or faults <= self.market.faults(name, current or "")

    def _refreshed(self, trouble: Trouble, name: str, version: str) -> frozenset[Change | _Demand]:
        """The names to refresh so that nothing old is kept on the way down to the trouble."""
        above = self._names_above(trouble)
        names, waiting = {name}, [(name, version)]
        while waiting:
            here = waiting.pop()
            offer = self.market.offer(*here)
            if here[0] == trouble.name or offer is None:
                continue
            for below, text in (*offer.dependencies.items(), *offer.optional.items()):
                spec = specs.parse(below, text)
                if spec.registry and spec.name in above and spec.name not in names:
                    names.add(spec.name)
                    picked = self.market.pick(spec)
                    if picked is not None:
                        waiting.append((spec.name, picked))
        locked = {node.name for node in self.graph.foreign}
        return frozenset(Refresh(n) for n in names if n in locked)

    # -- the ways

    def _asking(self, trouble: Trouble) -> list[Dependency]:
        return [edge for key in trouble.keys for edge in self.graph.asking.get(key, ())]

    def _ways(self, trouble: Trouble) -> tuple[set[Change | _Demand], list[Dependency]]:
        """(what makes those who ask for a trouble take something else, those that nothing does it for)."""
        changes: set[Change | _Demand] = set()
        held = []
        for edge in self._asking(trouble):
            way = self._edge(trouble, edge, frozenset(trouble.keys))
            if way is None:
                held.append(edge)
            else:
                changes |= way
        return changes, held

    def _edge(
        self, trouble: Trouble, edge: Dependency, path: frozenset[str]
    ) -> frozenset[Change | _Demand] | None:
        if edge.kind is DependencyKind.WORKSPACE:
            return frozenset()
        text = self.tree.text(edge)
        if not edge.settled and text is not None:
            spec = specs.parse(edge.name, text)
            picked = self.market.pick(spec)
            target = self.graph.nodes[edge.target or ""]
            if (
                picked is not None
                and self._free(trouble, spec.name, picked)
                and self._no_worse(spec.name, picked, target.version)
            ):
                return self._refreshed(trouble, spec.name, picked)
        if edge.source in self.graph.roots:
            demand = _Demand(edge.source, edge.name)
            places = self._places(demand, [trouble], 1)
            if not places:
                return None
            name = specs.parse(edge.name, edge.spec).name
            # what lies there already and fits is kept, unless it is refreshed
            return self._refreshed(trouble, name, places[0].taken) - {Refresh(name)} | {demand}
        return self._key(trouble, edge.source, path)

    def _key(self, trouble: Trouble, key: str, path: frozenset[str]) -> frozenset[Change | _Demand] | None:
        """What makes a package that leads to a trouble move to a version that does not."""
        if key in path or len(path) > _DEEPEST:
            return frozenset()
        if (trouble.label, key) not in self._mended:
            found: frozenset[Change | _Demand] | None = frozenset()
            asking = [edge for edge in self.graph.asking.get(key, ()) if not edge.peer]
            for edge in asking:
                way = self._edge(trouble, edge, path | {key})
                if way is None:
                    found = None
                    break
                found = (found or frozenset()) | way
            self._mended[trouble.label, key] = found if asking else None
        return self._mended[trouble.label, key]

    # -- the project's own dependencies

    def asked(self, demand: _Demand) -> tuple[Dependency, str] | None:
        """(the dependency, the text that asks for it); None where it is not the registry's."""
        for edge in self.graph.edges.get(demand.root, ()):
            if edge.name == demand.name and edge.target is not None:
                return (edge, edge.spec) if specs.parse(edge.name, edge.spec).registry else None
        return None

    def _places(self, demand: _Demand, troubles: Collection[Trouble], most: int) -> list[_Place]:
        """The versions of a dependency that would mend most of the troubles, the best and lowest first."""
        found = self.asked(demand)
        if found is None:
            return []
        edge, text = found
        spec = specs.parse(edge.name, text)
        current = self.graph.nodes[edge.target or ""].version
        own = next((t for t in troubles if t.name == spec.name), None)
        versions_ = own.candidates if own is not None else self.market.above(spec.name, current)
        places: list[_Place] = []
        for version in versions_:
            if not self._no_worse(spec.name, version, current) or not self._peers_fit(edge, version):
                continue
            written = restyled(text, version)
            taken = self.market.pick(specs.parse(edge.name, written))
            mends = frozenset(t for t in troubles if self._free(t, spec.name, version))
            if not mends:
                continue
            if (
                taken is None
                or not self._no_worse(spec.name, taken, current)
                or not self._peers_fit(edge, taken)
                or not all(self._free(t, spec.name, taken) for t in mends)
            ):
                taken, written = version, exactly(text, version)
            places.append(_Place(version, taken, written, mends))
            if len(mends) == len(troubles) and len(places) >= most:
                break
        places.sort(key=lambda place: -len(place.mends))  # stable: the lowest of equals stays first
        return places

    def _peers_fit(self, edge: Dependency, version: str) -> bool:
        """Do those who want the dependency beside them take this version, and it what is beside it?"""
        if self.project.config.get("legacy-peer-deps") == "true":
            return True
        target = self.graph.nodes[edge.target or ""]
        for range in self._wanted_beside(edge):
            # who does not take what is there now is in nobody's way
            if not _takes(range, version) and _takes(range, target.version or ""):
                return False
        offer = self.market.offer(target.name, version)
        if offer is None:
            return True
        beside = {e.name: e.target for e in self.graph.edges.get(edge.source, ())}
        for name, text in offer.peers.items():
            node = self.graph.nodes.get(beside.get(name) or "")
            spec = specs.parse(name, text)
            if node is None or name in offer.optional_peers or spec.kind not in ("range", "version"):
                continue
            if node.version and not _takes(spec.range, node.version):
                return False
        return True

    def _wanted_beside(self, edge: Dependency) -> set[str]:
        """The ranges in which others want a dependency of the project beside them."""
        found = set()
        for other in self.graph.asking.get(edge.target or "", ()):
            if other.kind is DependencyKind.PEER and other.source not in self.graph.roots:
                found.add(self.tree.text(other))
        if self.graph.format == "npm-1":  # it does not record them
            for beside in self.graph.edges.get(edge.source, ()):
                node = self.graph.nodes.get(beside.target or "")
                offer = self.market.offer(node.name, node.version) if node is not None else None
                if offer is not None and edge.name not in offer.optional_peers:
                    found.add(offer.peers.get(edge.name))
        parsed = (specs.parse(edge.name, text) for text in found if text is not None)
        return {spec.range or "*" for spec in parsed if spec.kind in ("range", "version")}

    def _moves(
        self, wanted: Mapping[Trouble, Collection[Change | _Demand]]
    ) -> dict[_Demand, tuple[Move | None, frozenset[Trouble]]]:
        """For each dependency that has to move the version to go to, and what that mends."""
        demands: dict[_Demand, list[Trouble]] = {}
        for trouble, changes in wanted.items():
            for change in changes:
                if isinstance(change, _Demand):
                    demands.setdefault(change, []).append(trouble)
        chosen: dict[_Demand, tuple[Move | None, frozenset[Trouble]]] = {}
        for demand, troubles in demands.items():
            chosen[demand] = (None, frozenset())
            for place in self._places(demand, troubles, _TRIES)[:_TRIES]:
                move = Move(*demand, place.taken, place.version, place.text)
                # the rest of what the version brings must not be worse than what was there
                if not self._worse([move]):
                    chosen[demand] = move, place.mends
                    break
        return chosen

    def _worse(self, changes: Collection[Change]) -> list[Label]:
        """The packages that changes bring, and that have faults which nothing in the tree had before."""
        new = sorted(self.tree.after(changes) - self._before)
        known = self._known_faults
        return [
            (name, version)
            for name, version in new
            if self.market.faults(name, version) - known.get(name, set()) - {DEPRECATED, YOUNG}
        ]

    @cached_property
    def _known_faults(self) -> Mapping[str, set[str]]:
        known: dict[str, set[str]] = {}
        for name, version in self._before:
            known.setdefault(name, set()).update(self.market.faults(name, version))
        return known

    @cached_property
    def _before(self) -> frozenset[Label]:
        return self.tree.after(())

    # -- forcing

    def _forced(self, trouble: Trouble, asking: Sequence[Dependency]) -> set[Force]:
        """What forces a clean version upon those who hold on to a trouble; nothing where that cannot be."""
        graph = self.graph
        names = {edge.name for edge in asking}
        if not trouble.urgent:
            self._why[trouble.label] = (
                "What asks for it takes no other version, and to force one is too much."
            )
        elif any(edge.settled for edge in asking):
            inside = sorted({graph.nodes[e.source].label for e in asking if e.settled})
            self._why[trouble.label] = f"It comes inside {', '.join(inside[:3])}, which has to be upgraded."
        elif trouble.goal is None or len(names) != 1:
            self._why[trouble.label] = "No version of it is known that would do."
        elif any(edge.source in graph.roots for edge in asking):
            self._why[trouble.label] = "The project asks for it itself, and no version fits what else it has."
        else:
            name = names.pop()
            return {Force(name, trouble.goal, trouble.name, self._holders(name, asking))}
        return set()

    def _holders(self, name: str, asking: Sequence[Dependency]) -> tuple[str, ...]:
        """Whom to bind a forced version to: nobody in particular, where that changes nothing else."""
        nodes = self.graph.nodes
        copies = {n.version for n in self.graph.foreign if (n.alias or n.name) == name}
        own = any(edge.name == name for root in self.graph.roots for edge in self.graph.edges.get(root, ()))
        if len(copies) < 2 and not own:
            return ()
        return tuple(sorted({nodes[e.source].alias or nodes[e.source].name for e in asking}))

    # -- the least of it

    def _gone(self, troubles: Iterable[Trouble], changes: Collection[Change]) -> set[Trouble]:
        there = self.tree.after(changes)
        versions_: dict[str, list[str]] = {}
        for name, version in there:
            versions_.setdefault(name, []).append(version)
        return {
            t
            for t in troubles
            # nor must another version with the same trouble have come in its place
            if all(
                version != t.version and (t.clean(version) or (t.name, version) in self._before)
                for version in versions_.get(t.name, ())
            )
        }

    def _least(self, open: Sequence[Trouble], changes: Collection[Change]) -> Found:
        kept = sorted(changes, key=_cost, reverse=True)
        gone = self._gone(open, kept)
        for change in list(kept):
            without = [c for c in kept if c is not change]
            if gone <= self._gone(gone, without):
                kept = without
        mended: dict[Change, tuple[Trouble, ...]] = {}
        for change in kept:
            still = self._gone(gone, [c for c in kept if c is not change])
            mended[change] = tuple(t for t in open if t in gone and t not in still)
        # what several of them mend, each by itself, goes with the first
        for trouble in gone.difference(*mended.values()):
            change = next((c for c in kept if self._gone([trouble], [c])), kept[0])
            mended[change] += (trouble,)
        left = {
            t.label: self._why.get(t.label, "No change was found that takes it away.")
            for t in open
            if t not in gone
        }
        return Found(tuple(kept), mended, left)


class _Demand(NamedTuple):
    """A dependency of a package.json that has to move: to where is decided for all troubles at once."""

    root: str
    name: str


class _Place(NamedTuple):
    """A version of a dependency, what asking for it would bring, and the troubles that this mends."""

    version: str
    taken: str
    text: str
    mends: frozenset[Trouble]


def _cost(change: Change) -> tuple[object, ...]:
    """What is the most trouble is the first to be done without."""
    return (("Refresh", "Move", "Force").index(type(change).__name__), *change[:2])


def _takes(range: str | None, version: str) -> bool:
    return versions.satisfies(version, range or "*", loose=True)


def restyled(text: str, version: str) -> str:
    """The text that asks for `version` in the manner of the one that is there: ^1.2.3, ~1.2.3, 1.2.3."""
    head = _head(text)
    found = re.fullmatch(r"\s*([~^]|>=|=|v)?\s*v?\d+\.\d+\.\d+[\w.+-]*\s*", text.removeprefix(head))
    sign = "^" if found is None else {"=": "", "v": "", None: ""}.get(found[1], found[1])
    return f"{head}{sign}{version}"


def exactly(text: str, version: str) -> str:
    """The text that asks for just this version of what `text` asks for."""
    return _head(text) + version


def _head(text: str) -> str:
    """What stands before the range of an alias: npm:other@."""
    alias = re.match(r"npm:@?[^@]+@?", text)
    head = alias[0] if alias else ""
    return head if head.endswith("@") or not head else f"{head}@"
