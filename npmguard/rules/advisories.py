"""What the rules `advisory` and `malware` have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npmguard import upgrades
from npmguard.commands import of
from npmguard.model import (
    Advisory,
    Confidence,
    Evidence,
    Finding,
    Fix,
    Needs,
    Project,
    Severity,
    Source,
)
from npmguard.rules import places
from npmguard.rules.grouping import Group, by_version, in_force
from npmguard.settings import Settings
from npmguard.upgrades import Targets, Way, Ways

_LONGEST_TITLE = 100
_LONGEST_RANGE = 200


def needs(project: Project, settings: Settings) -> Needs:
    """Advisories alone: the fixed version comes from them, not from a packument for every hit."""
    return Needs(advisories=project.graph is not None)


def check(project: Project, evidence: Evidence, settings: Settings, *, malware: bool) -> Iterator[Finding]:
    """A finding for each advisory that a locked version is in: the malware ones, or the others."""
    if project.graph is None or not evidence.advisories:
        return
    about: dict[str, list[Advisory]] = {}
    for advisory in evidence.advisories:
        about.setdefault(advisory.package, []).append(advisory)
    ways = Ways(project, project.graph)
    suspects = (p for p in in_force(project, settings.production) if p.name in about)
    for group in by_version(suspects):
        every = about[group.package.name]
        holds = [(a, upgrades.matches(a, group.package.version)) for a in every if a.malware is malware]
        hits = [(advisory, hit) for advisory, hit in holds if hit is not False]
        if hits:
            yield from _Group(project, ways, evidence, group, hits, every).findings()


class _Group:
    """One name@version, and the advisories that hold for it."""

    def __init__(
        self,
        project: Project,
        ways: Ways,
        evidence: Evidence,
        group: Group,
        hits: Sequence[tuple[Advisory, bool | None]],
        about: Sequence[Advisory],
    ) -> None:
        self.project = project
        self.ways = ways
        self.package = group.package
        self.keys = group.keys
        self.hits = hits
        packument = evidence.packument(self.package.name)
        self.targets: Targets = upgrades.targets([a for a, _ in hits], self.package, packument, about)
        self.known: dict[str, Way] = {}

    def findings(self) -> Iterator[Finding]:
        package = self.package
        for advisory, hit in self.hits:
            fix, words = self.fix(advisory, hit)
            yield Finding(
                "malware" if advisory.malware else "advisory",
                Severity.CRITICAL if advisory.malware else advisory.severity,
                self.title(advisory),
                " ".join([self.what(advisory), *self.doubts(advisory, hit), words, *self.reached()]),
                self.confidence(hit),
                package=package.name,
                version=package.version,
                fix=fix,
                location=places.locked(self.project, package),
                ids=advisory.ids,
                url=advisory.url,
                keys=self.keys,
                subject=advisory.id,
                cwe=advisory.cwe,
                score=advisory.score,
            )

    # -- words

    def title(self, advisory: Advisory) -> str:
        words = _cut(advisory.title, _LONGEST_TITLE)
        named = f" ({advisory.ids[0]})" if advisory.ids and advisory.ids[0] not in words else ""
        return f"{self.package.label}: {words}{named}"

    def what(self, advisory: Advisory) -> str:
        versions = [advisory.vulnerable] if advisory.vulnerable else []
        versions += sorted(advisory.versions)[:10]
        which = _cut(" || ".join(versions), _LONGEST_RANGE)
        also = f" Also {', '.join(advisory.ids[1:4])}." if len(advisory.ids) > 1 else ""
        return f"{'Malicious' if advisory.malware else 'Vulnerable'}: {which}.{also}"

    def doubts(self, advisory: Advisory, hit: bool | None) -> Iterator[str]:
        if hit is None:
            yield f"Whether {self.package.version} is meant cannot be told from that."
        if self.package.source is not Source.REGISTRY:
            yield f"This copy is not the registry's ({self.package.source.value}), so it may differ."

    def confidence(self, hit: bool | None) -> Confidence:
        if hit is None:
            return Confidence.LOW
        return Confidence.HIGH if self.package.source is Source.REGISTRY else Confidence.MEDIUM

    def reached(self) -> Iterator[str]:
        graph = self.project.graph
        if graph is not None and all(graph.is_dev(key) for key in self.keys):
            yield "Only development brings it."

    # -- the fix

    def fix(self, advisory: Advisory, hit: bool | None) -> tuple[Fix, str]:
        """(what to do, the same in words)."""
        fixed = self.targets.fixed.get(advisory.id)
        if fixed is None:
            return self.without_fix(advisory, hit)
        goal = self.targets.goals[advisory.id]
        found = self.way(goal)
        if not found.open and goal != fixed and self.way(fixed).open:
            goal, found = fixed, self.way(fixed)
        said = "Not malicious" if advisory.malware else "Fixed"
        words = f"{said} in {fixed}."
        if goal != fixed:
            words = f"{said} in {fixed}; {goal} fixes what else is known, too."
        return Fix(found.fix.kind, fixed, found.fix.command), f"{words} {found.words}".rstrip()

    def way(self, goal: str) -> Way:
        if goal not in self.known:
            self.known[goal] = self.ways.to(goal, self.package, self.keys)
        return self.known[goal]

    def without_fix(self, advisory: Advisory, hit: bool | None) -> tuple[Fix, str]:
        if advisory.malware:
            return self.removal()
        if hit is None:
            return Fix("review"), "Read the advisory."
        last = upgrades.reach(advisory, self.package.version or "")
        if self.targets.listed:
            words = "No published version above it is free of this."
        elif last is not None:
            words = f"Known in every version up to {last}; a later one, where there is one, is free of this."
        else:
            words = "No fixed version is known."
        return Fix("review"), words

    def removal(self) -> tuple[Fix, str]:
        name = self.package.alias or self.package.name
        graph = self.project.graph
        if graph is not None and not graph.direct.isdisjoint(self.keys):
            return Fix("remove", None, of(self.project.manager).uninstall(name)), "Remove it."
        tops = ", ".join(self.ways.bringing(self.keys)[:3])
        return Fix("remove"), f"Remove what brings it: {tops}." if tops else "Remove it."


def _cut(text: str, most: int) -> str:
    """The text on one line, as it is otherwise."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
