"""What an install of a package would bring: its dependencies, as npm would choose them, level by level.

What the project has already, in a version that will do, is there; all else comes new from the registry. Two
things are simpler than in npm: each dependency gets the version that npm would choose for it alone, so that
now and then one more comes than npm makes do with; and peers are not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import NamedTuple

from npmguard import specs, versions
from npmguard.model import (
    Dependency,
    DependencyGraph,
    DependencyKind,
    Missing,
    Offer,
    Offers,
    Package,
    Source,
    Unanswered,
)
from npmguard.registry.releases import pick
from npmguard.specs import Spec

MOST = 1_000  # packages; what has more is cut there
DEEPEST = 100  # levels; real trees have some twenty

Answer = Offers | Missing | Unanswered
Held = Callable[[str, Spec], str | None]

_SOURCES = {"git": Source.GIT, "url": Source.URL, "file": Source.FILE}


class _Wish(NamedTuple):
    """A dependency that has yet to find its package."""

    source: str  # the key of who asks
    name: str
    text: str
    kind: DependencyKind


class Brought:
    """One package and all that comes with it. It grows by a level for each call of `grow`.

    `held` tells which version of a dependency (its name there, what is asked) the project has already, or
    None. `unanswered` are names of which nobody could say anything, with the reason; `cut` tells that there
    is more than was followed.
    """

    def __init__(self, name: str, text: str, held: Held, most: int = MOST, deepest: int = DEEPEST) -> None:
        self.present: set[tuple[str, str]] = set()
        self.unanswered: dict[str, str] = {}
        self.cut = False
        self._held = held
        self._most = most
        self._levels = deepest
        self._nodes: dict[str, Package] = {"": Package("", "", None, Source.PROJECT)}
        self._edges: dict[str, list[Dependency]] = {}
        self._first = _Wish("", name, text, DependencyKind.PROD)
        self._waiting = [self._first]

    def wanted(self) -> Set[str]:
        """The names of which the offers have to be known for the next level."""
        found = set()
        for wish in self._waiting:
            spec = specs.parse(wish.name, wish.text)
            if spec.registry and (wish is self._first or self._there(wish, spec) is None):
                found.add(spec.name)
        return found

    def grow(self, known: Mapping[str, Answer]) -> bool:
        """Gives every waiting dependency its package; False where nothing waits for more."""
        waiting, self._waiting = self._waiting, []
        self._levels -= 1
        for wish in waiting:
            target = self._target(wish, known)
            edge = Dependency(wish.source, wish.name, wish.text, wish.kind, target)
            self._edges.setdefault(wish.source, []).append(edge)
        return bool(self._waiting)

    @property
    def key(self) -> str | None:
        """The key of the asked package in the graph, or None where it is not to be had."""
        return next((edge.target for edge in self._edges.get("", ())), None)

    @property
    def package(self) -> Package | None:
        """The asked package."""
        return self._nodes[self.key] if self.key is not None else None

    @property
    def packages(self) -> list[Package]:
        """What comes, as far as the tree has grown."""
        return [node for key, node in self._nodes.items() if key]

    @property
    def pinned(self) -> str | None:
        """What a package.json says that asks for the package in just this version."""
        found = self.package
        if found is None or found.version is None:
            return None
        return f"npm:{found.name}@{found.version}" if found.alias else found.version

    def graph(self, format: str) -> DependencyGraph:
        """What comes, as a graph: the project asks for this version of the package, and for nothing else."""
        edges = {key: tuple(found) for key, found in self._edges.items()}
        edges[""] = tuple(edge._replace(spec=self.pinned or edge.spec) for edge in edges.get("", ()))
        needed = self._needed()
        nodes = {
            key: node if key in needed else node._replace(optional=True) for key, node in self._nodes.items()
        }

        def link(names: frozenset[str] | None) -> Mapping[str, tuple[Dependency, ...]]:
            if names is None:
                return edges
            return {key: tuple(e for e in found if e.name in names) for key, found in edges.items()}

        return DependencyGraph(nodes, link, format=format)

    def _needed(self) -> set[str]:
        """The keys that come even where everything optional fails."""
        seen = {""}
        waiting = [""]
        while waiting:
            for edge in self._edges.get(waiting.pop(), ()):
                if edge.target is not None and edge.target not in seen and not edge.optional:
                    seen.add(edge.target)
                    waiting.append(edge.target)
        return seen

    def _target(self, wish: _Wish, known: Mapping[str, Answer]) -> str | None:
        """The key of the package that a dependency gets, which is added where it is new."""
        spec = specs.parse(wish.name, wish.text)
        if not spec.registry:
            source = _SOURCES.get(spec.kind)
            return self._add(_foreign(wish, spec, source)) if source is not None else None
        if wish is not self._first:
            there = self._there(wish, spec)
            if there is not None:
                return there or None
        answer = known.get(spec.name)
        if not isinstance(answer, Offers):
            if isinstance(answer, Unanswered):
                self.unanswered[spec.name] = answer.reason
                return None
            if wish is self._first:
                return None
            # the registry has no such package: it stands there with what is asked for in the version's place
            return self._add(_package(wish, spec, spec.range or "*", Offer()))
        number = chosen(answer, spec)
        if number is None:
            if wish is self._first:
                return None
            return self._add(_package(wish, spec, spec.range or "*", Offer()))
        offer = answer.versions[number]
        key = self._add(_package(wish, spec, number, offer))
        if key is not None and key not in self._edges:
            self._edges[key] = []
            self._waiting += _wishes(key, offer)
        return key

    def _there(self, wish: _Wish, spec: Spec) -> str | None:
        """The key of the asked package where that will do; "" for what the project has already, else None.

        npm also shares what it placed for another, which depends on the order of its steps. A version too
        many that is looked at does no harm; one that is not, might.
        """
        held = self._held(wish.name, spec)
        if held is not None:
            self.present.add((spec.name, held))
            return ""
        first = self.package
        if first is None or first.alias or spec.name != first.name or spec.kind == "tag":
            return None
        fits = versions.satisfies(first.version or "", spec.range or "*", loose=True)
        return first.key if fits else None

    def _add(self, package: Package) -> str | None:
        """The package's key; None where there is no more room."""
        if package.key in self._nodes:
            return package.key
        if len(self._nodes) > self._most or self._levels < 0:
            self.cut = True
            return None
        self._nodes[package.key] = package
        return package.key


def chosen(offers: Offers, spec: Spec) -> str | None:
    """The version that npm takes, or None."""
    if spec.kind == "version":
        exact = versions.parse(spec.range or "", loose=True)
        number = str(exact.replace(build=None)) if exact is not None else ""
        return number if number in offers.versions else None
    asked = spec.range if spec.range != "*" else None
    return pick(asked, offers.dist_tags, offers.versions)


def _wishes(key: str, offer: Offer) -> Iterator[_Wish]:
    """What a package asks for, in the order of names, as npm goes."""
    asked = {name: (text, DependencyKind.PROD) for name, text in offer.dependencies.items()}
    asked |= {name: (text, DependencyKind.OPTIONAL) for name, text in offer.optional.items()}
    for name, (text, kind) in sorted(asked.items()):
        yield _Wish(key, name, text, kind)


def _package(wish: _Wish, spec: Spec, version: str, offer: Offer) -> Package:
    return Package(
        f"{spec.name}@{version}",
        spec.name,
        version,
        Source.REGISTRY,
        offer.tarball,
        offer.integrity,
        wish.name if wish.name != spec.name else None,
        has_install_script=offer.has_install_script,
        deprecated=offer.deprecated,
        os=offer.os,
        cpu=offer.cpu,
        requested=wish.text,
    )


def _foreign(wish: _Wish, spec: Spec, source: Source) -> Package:
    """A package that does not come from a registry: what it asks for in turn is not known."""
    return Package(f"{wish.name}@{spec.text}", wish.name, None, source, spec.text, requested=wish.text)
