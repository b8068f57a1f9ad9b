"""Fix plans: for what was found the least changes that mend it.

Data goes one way: what registries offer (`market`), the tree as it would be after some changes (`tree`), the
search for the least of them (`search`), and the steps that a person takes (`steps`). All of this is pure;
`asking` alone talks to registries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from npmguard.model import Finding, Plan, Project
from npmguard.plans.market import Market

RULES = ("malware", "advisory", "deprecated", "outdated")
"""The rules whose findings a plan mends."""


def mendable(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a plan is made for."""
    return [f for f in findings if f.rule in RULES and f.suppressed is None and f.package and f.version]


def plan(project: Project, findings: Sequence[Finding], market: Market) -> Plan:
    """The least changes that mend the findings (`mendable` ones), as far as the market is known.

    What it did not know is in `market.wanted` afterwards: with that looked up, another call tells more.
    """
    from npmguard.plans.search import Search, Trouble
    from npmguard.plans.steps import Steps

    if project.graph is None:
        return Plan(())
    groups: dict[tuple[str | None, str | None], list[Finding]] = {}
    for finding in findings:
        if finding.rule != "outdated":
            groups.setdefault((finding.package, finding.version), []).append(finding)
    troubles = [Trouble(market, found, [k for f in found for k in f.keys]) for found in groups.values()]
    search = Search(project, market, troubles)
    ways = search.found()
    behind = [finding for finding in findings if finding.rule == "outdated"]
    return Plan(tuple(Steps(project, search, ways).all(behind)))
