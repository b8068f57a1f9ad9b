"""What a project's health asks of the outside, beside what the rules ask."""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.model import Evidence, Finding, Gap, Needs, Project, Severity
from npmguard.rules import lineage
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    """The history of every package in short, and whether its registry signs what it gives out.

    Not of a registry that knows no dates and no people.
    """
    names = [
        name
        for name in lineage.needs(project, settings).lists
        if (packument := evidence.packument(name)) is not None and packument.registry_facts
    ]
    return Needs(
        outlines=frozenset(name for name in names if name not in evidence.outlines),
        keys=frozenset(name for name in names if name not in evidence.keys),
    )


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    """Finds nothing: what is measured is no finding."""
    yield from lineage.mirrored(evidence, "health")


RULE = Rule(
    "health",
    "health",
    Severity.INFO,
    "How the dependencies fare.",
    __doc__ or "",
    check,
    lineage.needs,
    then,
)
"""Asks like a rule, so that what goes unanswered is a gap like any other. It is in no catalogue."""
