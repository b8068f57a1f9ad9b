"""A locked version has a known vulnerability.

Looks every locked version up in advisories: from the registry's bulk endpoint, in one request, and from OSV
records given with --advisories. Says which version fixes it, and whether the project can get there by itself.

Why it matters
    What is known can be used by anybody. The range of those who scan for it is wide: a week after a
    proof of concept appears, servers are tried for it at random.

Bad
    "node_modules/lodash": {"version": "4.17.15", ...}

Good
    "node_modules/lodash": {"version": "4.17.21", ...}

How to fix
    The command stands beside each finding. Where another package holds the fixed version back, update that
    one, or say so in package.json: "overrides": {"lodash": "4.17.21"}
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.rules import advisories
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    return advisories.check(project, evidence, settings, malware=False)


RULE = Rule(
    "advisory",
    "advisories",
    Severity.HIGH,
    "A locked version has a known vulnerability.",
    __doc__ or "",
    check,
    advisories.needs,
)
