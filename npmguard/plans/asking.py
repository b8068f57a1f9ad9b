"""Asks registries for what a plan needs to know: a plan is made over and over until it has no more to ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set

from npmguard.brought import Answer
from npmguard.model import Advisory, Evidence, Finding, History, Needs, Offers, Plan, Project, Unanswered
from npmguard.plans import mendable, plan
from npmguard.plans.market import Market
from npmguard.project.npmrc import NpmConfig
from npmguard.rules.release_too_new import is_exempt
from npmguard.settings import Settings
from npmguard.text import some

MOST = 3_000  # names that are looked up for one plan
_ROUNDS = 4  # times that what was learnt of advisories changes what there is to ask

Progress = Callable[[int, int], None]


def made(
    project: Project,
    config: NpmConfig,
    findings: Sequence[Finding],
    evidence: Evidence,
    settings: Settings,
    progress: Progress | None = None,
) -> Plan:
    """The plan for a project, with what it takes to make it asked of the registries."""
    found = mendable(findings)
    if not found or project.graph is None:
        return Plan(())
    return _Planner(project, config, found, findings, evidence, settings, progress).plan()


class _Planner:
    def __init__(
        self,
        project: Project,
        config: NpmConfig,
        findings: Sequence[Finding],
        every: Sequence[Finding],
        evidence: Evidence,
        settings: Settings,
        progress: Progress | None,
    ) -> None:
        self.project = project
        self.config = config
        self.findings = findings
        self.settings = settings
        self.progress = progress
        self.ignored = frozenset(
            (f.package, f.subject)
            for f in every
            if f.suppressed is not None and f.package is not None and f.rule in ("advisory", "malware")
        )
        self.advisories: dict[str, Advisory] = {f"{a.package} {a.id}": a for a in evidence.advisories or ()}
        self.vetted: set[str] = set()
        self.known: Mapping[str, Answer] = {}
        self.refused: dict[str, Answer] = {}
        self.histories: dict[str, History | None] = {}
        self.gaps: dict[str, None] = {}
        self.made = Plan(())
        self.now = evidence.now or time.time()
        self.patient = False
        if settings.minimum_release_age:
            from npmguard import installs

            own = installs.minimum_release_age(project)
            self.patient = own is not None and own >= settings.minimum_release_age

    def plan(self) -> Plan:
        for _ in range(_ROUNDS):
            self._offers()
            if not self._vet():
                break
        unanswered = [
            n for n, a in sorted(self.known.items()) if isinstance(a, Unanswered) and n not in self.refused
        ]
        if unanswered:
            self.gaps[f"nothing could be learnt of {some(unanswered)}"] = None
        return self.made._replace(gaps=tuple(self.gaps))

    def _offers(self) -> None:
        """Makes the plan, with all that it asks for looked up meanwhile."""
        from npmguard.registry import offers

        had = self.known

        def level(found: Mapping[str, Answer]) -> Set[str]:
            self.known = {**had, **found, **self.refused}
            while True:
                names = self._again()
                room = max(0, MOST - len(self.known))
                if len(names) <= room:
                    return names
                self.gaps[f"it takes more than the {MOST:,} packages that were looked at"] = None
                self.refused |= {name: Unanswered(name, "not looked up") for name in sorted(names)[room:]}
                self.known = {**self.known, **self.refused}

        offers.levels(self.config, level, Needs, offline=self.settings.offline, progress=self.progress)

    def _again(self) -> Set[str]:
        """Makes the plan with what is known; gives the names that are still to be looked up."""
        market = Market(
            self.known,
            self.advisories.values(),
            ignored=self.ignored,
            young=self._young,
            patient=self.patient,
        )
        self.made = plan(self.project, self.findings, market)
        return market.wanted - self.known.keys()

    def _vet(self) -> bool:
        """Asks for advisories about what came to be known, and for dates; was there anything to ask?"""
        names = {n for n, a in self.known.items() if isinstance(a, Offers)} - self.vetted
        if not names:
            return False
        self.vetted |= names
        from npmguard.evidence import about

        published = {n: list(a.versions) for n in names if isinstance(a := self.known[n], Offers)}
        found, problems = about(self.config, published, self.settings)
        for advisory in found:
            self.advisories.setdefault(f"{advisory.package} {advisory.id}", advisory)
        self.gaps.update(dict.fromkeys(problems))
        if self.settings.minimum_release_age:
            from npmguard.registry import fetch

            needs = Needs(histories=frozenset(names))
            answers = fetch(self.config, needs, offline=self.settings.offline).histories
            self.histories |= {n: h if isinstance(h, History) else None for n, h in answers.items()}
        return True

    def _young(self, name: str, version: str) -> bool:
        least = self.settings.minimum_release_age
        history = self.histories.get(name)
        if not least or history is None or not history.real:
            return False
        if is_exempt(name, version, self.settings.minimum_release_age_exclude):
            return False
        release = history.of(version)
        return release is not None and release.time is not None and self.now - release.time < least
