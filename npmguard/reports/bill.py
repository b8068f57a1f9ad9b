"""What bills of materials have in common: the parts of all projects, each once, and who asks for whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from npmguard import integrity, purls
from npmguard.model import (
    DependencyGraph,
    DependencyKind,
    Finding,
    Package,
    ProjectReport,
    Report,
    Source,
)
from npmguard.text import in_json

RULES = ("advisory", "malware")  # of what is known against a part; all else is about how it is used


class Part(NamedTuple):
    """One thing that is installed, or one of the user's own projects (`own`).

    `ref` names it in the bill: its purl, as a rule. `needed` is "required", "optional" (an install goes on
    without it) or "excluded" (nothing but development brings it). `hashes` are (algorithm, hexadecimal) as
    lockfiles have them.
    """

    ref: str
    name: str
    version: str | None
    purl: str | None
    own: bool = False
    root: bool = False
    needed: str = "required"
    hashes: tuple[tuple[str, str], ...] = ()
    source: Source = Source.REGISTRY
    address: str | None = None  # where it is downloaded
    licence: str | None = None
    bundled: bool = False
    stray: bool = False  # locked, but nothing asks for it


class Bill(NamedTuple):
    """`roots` are the projects; `parts` all else, by ref; `asks` who asks for whom and how, by ref.

    `accused` are the findings about parts, each with the part's ref; `unknown` the refs of projects of which
    it is not known what they bring; `gaps` what else could not be known, a line each.
    """

    roots: tuple[Part, ...]
    parts: tuple[Part, ...]
    asks: Mapping[str, tuple[tuple[str, DependencyKind], ...]]
    accused: tuple[tuple[Finding, str], ...]
    unknown: tuple[str, ...]
    gaps: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the bill is about."""
        return self.roots[0].name if len(self.roots) == 1 else "projects"


def bill(report: Report) -> Bill:
    """The bill of materials of all projects of a report.

    A package that lies in several places, or in several projects, is one part, unless its hashes disagree.
    """
    return _Reader(report).bill()


def written(document: Mapping[str, Any]) -> str:
    """The object as JSON in ASCII, what is in its lists an item a line; half characters are replaced."""
    return in_json(
        "{\n" + ",\n".join(f"  {json.dumps(k)}: {_value(v)}" for k, v in document.items()) + "\n}\n"
    )


def cleaned(text: str) -> str:
    """The text without half characters, which no JSON may hold."""
    return _HALF.sub("\ufffd", text)


_HALF = re.compile("[\ud800-\udfff]")
_RANK = ("required", "optional", "excluded")


def _value(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n    " + ",\n    ".join(map(json.dumps, value)) + "\n  ]"
    return json.dumps(value)


class _Reader:
    def __init__(self, report: Report) -> None:
        self.projects = sorted(report.projects, key=lambda project: project.path)
        self.copies: list[tuple[int, str, Part]] = []  # (which project, the place in its lockfile, it)

    def bill(self) -> Bill:
        for number, project in enumerate(self.projects):
            self.copies += ((number, key, part) for key, part in _copies(project))
            self.copies += ((number, key, part) for key, part in _asked(project))
        own = self.own()
        refs = own | self.others(frozenset(own.values()))
        merged: dict[str, Part] = {}
        for number, key, part in self.copies:
            ref = refs[number, key]
            merged[ref] = _merged(merged[ref], part) if ref in merged else part._replace(ref=ref)
        asks: dict[str, set[tuple[str, DependencyKind]]] = {ref: set() for ref in merged}
        accused: list[tuple[Finding, str]] = []
        for number, project in enumerate(self.projects):
            for edges in project.graph.edges.values() if project.graph is not None else ():
                for edge in edges:
                    source, target = refs.get((number, edge.source)), refs.get((number, edge.target or ""))
                    if edge.target is not None and source and target and source != target:
                        asks[source].add((target, edge.kind))
            accused += (
                (finding, ref)
                for finding, keys in _accused(project)
                for ref in sorted({refs[number, key] for key in keys})
            )
        parts = [merged[ref] for ref in sorted(merged)]
        return Bill(
            tuple(part for part in parts if part.root),
            tuple(part for part in parts if not part.root),
            {ref: tuple(sorted(asks[ref])) for ref in sorted(asks)},
            tuple(accused),
            tuple(
                refs[number, ""]
                for number, project in enumerate(self.projects)
                if project.graph is None or project.graph.newer is not None
            ),
            tuple(
                f"{project.path}: {gap.source}: {gap.reason} ({', '.join(gap.affects)})"
                for project in self.projects
                for gap in project.incomplete
            ),
        )

    def own(self) -> dict[tuple[int, str], str]:
        """The refs of the user's own projects: the purl, with the folder where that is another's as well."""
        taken = {part.purl: 0 for _, _, part in self.copies}
        for _, _, part in self.copies:
            taken[part.purl] += 1
        found: dict[tuple[int, str], str] = {}
        used: set[str] = set()
        for number, key, part in self.copies:
            if part.own:
                folder = key or "."
                if len(self.projects) > 1:
                    folder = f"{self.projects[number].path}/{key}".rstrip("/")
                start = part.purl or "pkg:npm"
                alone = part.purl is not None and taken[part.purl] == 1
                ref = _unlike(used, start if alone else cleaned(f"{start}#{folder}"))
                used.add(ref)
                found[number, key] = ref
        return found

    def others(self, own: frozenset[str]) -> dict[tuple[int, str], str]:
        """The refs of packages: the purl, numbered where hashes tell that it stands for several things."""
        kinds: dict[str, list[dict[str, str]]] = {}
        found: dict[tuple[int, str], str] = {}
        # those that have a hash first, so that one without belongs to them
        ordered = sorted(
            (not part.hashes, part.hashes, number, key, part)
            for number, key, part in self.copies
            if not part.own
        )
        for _, _, number, key, part in ordered:
            purl = part.purl or "pkg:npm"
            known = kinds.setdefault(purl, [])
            mine = dict(part.hashes)
            place = next((n for n, kind in enumerate(known) if _agree(kind, mine)), len(known))
            if place == len(known):
                known.append({})
            known[place].update(mine)
            found[number, key] = _unlike(own, purl if place == 0 else f"{purl}#{place + 1}")
        return found


def _unlike(taken: Set[str], ref: str) -> str:
    """The ref, made another where it is taken."""
    while ref in taken:
        ref += "#"
    return ref


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(other.get(algorithm, digest) == digest for algorithm, digest in one.items())


def _copies(project: ProjectReport) -> Iterator[tuple[str, Part]]:
    """What a project has locked, by its place in the lockfile, the project itself first."""
    name = project.name or project.path.rpartition("/")[2].strip(".") or "project"
    purl = purls.purl(project.name, project.version) if project.name else None
    licence = project.licences.get(f"{project.name}@{project.version}")
    yield "", Part("", cleaned(name), project.version, purl, own=True, root=True, licence=licence)
    graph = project.graph
    for key, package in graph.nodes.items() if graph is not None else ():
        if graph is not None and package.source is not Source.PROJECT:
            yield key, _part(package, graph, project.licences)


def _part(package: Package, graph: DependencyGraph, licences: Mapping[str, str]) -> Part:
    key = package.key
    needed = "required" if key in graph.required else "optional" if key in graph.production else "excluded"
    return Part(
        "",
        cleaned(package.name),
        cleaned(package.version) if package.version else None,
        purls.of(package) if package.name else None,
        own=not package.third_party,
        needed=needed,
        hashes=tuple(integrity.digests(package.integrity or "")),
        source=package.source,
        address=purls.place(package) if package.third_party else None,
        licence=licences.get(package.label),
        bundled=package.bundled,
        stray=key not in graph.reachable,
    )


def _asked(project: ProjectReport) -> Iterator[tuple[str, Part]]:
    """What findings speak of that is in no lockfile: a package that may be installed."""
    known = project.graph.nodes if project.graph is not None else {}
    unlocked = {keys[0]: finding for finding, keys in _accused(project) if keys[0] not in known}
    for key, finding in unlocked.items():
        version = cleaned(finding.version) if finding.version else None
        name = finding.package or ""
        yield key, Part("", cleaned(name), version, purls.purl(name, finding.version))


def _accused(project: ProjectReport) -> Iterator[tuple[Finding, Sequence[str]]]:
    """The findings about parts, each with where those are locked; of one that is not, a place of its own."""
    known = project.graph.nodes if project.graph is not None else {}
    found = [finding for finding in project.findings if finding.rule in RULES and finding.package]
    labels: dict[tuple[str, str | None], list[str]] = {}
    for package in known.values() if found else ():
        labels.setdefault((package.name, package.version), []).append(package.key)
    for finding in found:
        name, version = finding.package or "", finding.version
        keys = [key for key in finding.keys if key in known] or labels.get((name, version))
        # no lockfile has a place with a NUL
        yield finding, keys or [f"\0{name}\0{version}"]


def _merged(one: Part, other: Part) -> Part:
    """One part of two copies: as needed as the one that is needed most."""
    return one._replace(
        needed=min(one.needed, other.needed, key=_RANK.index),
        hashes=tuple(sorted({*one.hashes, *other.hashes})),
        address=min(filter(None, (one.address, other.address)), default=None),
        licence=one.licence or other.licence,
        bundled=one.bundled and other.bundled,
        stray=one.stray and other.stray,
    )
