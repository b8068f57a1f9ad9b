"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import NamedTuple
from weakref import WeakKeyDictionary

from npmguard.model import DependencyGraph, Evidence, Finding, Gap, Needs, Project, Severity
from npmguard.settings import Settings


def nothing(project: Project, settings: Settings) -> Needs:
    """The needs of a rule that looks at the disk alone."""
    return Needs()


def nothing_more(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    """What a rule needs once it has what it needed: nothing further."""
    return Needs()


Then = Callable[[Project, Evidence, Settings], Needs]


def once(then: Then) -> Then:
    """The same function, worked out once for each state of the evidence: several rules ask it the same."""
    last: WeakKeyDictionary[DependencyGraph, tuple[Evidence, Settings, Needs]] = WeakKeyDictionary()

    @wraps(then)
    def remembered(project: Project, evidence: Evidence, settings: Settings) -> Needs:
        graph = project.graph
        if graph is None:
            return then(project, evidence, settings)
        known = last.get(graph)
        if known is None or known[0] is not evidence or known[1] is not settings:
            known = last[graph] = evidence, settings, then(project, evidence, settings)
        return known[2]

    return remembered


class Rule(NamedTuple):
    """One rule: a value, not a class tree.

    `check` is pure: it opens no file and no socket; it yields findings, and a gap where it cannot speak.
    `severity` is the default; a finding may carry another. `page` is the module's docstring: what
    `npmguard explain` prints (what, why, bad, good, how to fix). `then` says what is still to be asked once
    `needs` are answered: the costly evidence, for the few packages where the cheap one calls for it.
    """

    id: str
    group: str
    severity: Severity
    summary: str
    page: str
    check: Callable[[Project, Evidence, Settings], Iterable[Finding | Gap]]
    needs: Callable[[Project, Settings], Needs] = nothing
    then: Then = nothing_more


def run(
    rules: Iterable[Rule], project: Project, evidence: Evidence, settings: Settings
) -> tuple[list[Finding], list[Gap]]:
    """What the rules find, and where they cannot speak."""
    findings: list[Finding] = []
    gaps: list[Gap] = []
    for rule in rules:
        for item in rule.check(project, evidence, settings):
            if isinstance(item, Gap):
                gaps.append(item)
            else:
                findings.append(item)
    return findings, gaps
