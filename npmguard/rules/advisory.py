"""A locked version has a known vulnerability.

Looks every locked version up in advisories: from the registry's bulk endpoint, in one request, and from OSV
records given with --advisories. Says the lowest version that fixes each one, who asks for the package, and
whether a direct upgrade gets there.

Why it matters
    What is known can be used by anybody. The flaw in React's server components of December 2025
    (CVE-2025-55182) was tried on the internet within hours of its disclosure; the fixed versions had been
    published with it.

Bad
    "node_modules/lodash": {"version": "4.17.15", ...}

Good
    "node_modules/lodash": {"version": "4.17.21", ...}

How to fix
    Run the command beside the finding: it goes to a version that clears the package of all that is known,
    and stays within the current major version where that is enough.
    Where another package holds the fixed version back, take a newer one of that, or force it in package.json
    until there is one: "overrides": {"lodash": "4.17.21"}
    Where nothing can be done, say so in npmguard.toml, with a reason and a date: see [[ignore]].
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
