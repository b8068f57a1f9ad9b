"""A locked package is under a licence that the settings do not allow.

Runs where `[licences]` of npmguard.toml has an `allow` or a `deny` list, and looks at every locked package,
at any depth: at the licence that npm's lockfile notes, that its package.json in node_modules names, or that
the registry tells. Of `A OR B` one that is allowed is enough, of `A AND B` all must be; an exception (`WITH`)
only adds to what a licence permits. UNLICENSED, npm's word for "nobody may use it", is denied too, unless
`allow` names it or the package's scope is one of `internal-scopes`.

Why it matters
    Under some licences a product that ships the package must publish its own source (GPL, and AGPL for a
    service as well), under others it may not be sold (CC-BY-NC), or only a court knows (JSON: "for Good, not
    Evil"). Thousands of packages come with one install, and their licences change from release to release.

Bad
    [licences]
    allow = ["MIT", "ISC"]
    and a locked package under GPL-3.0-only

Good
    Every locked package under MIT, ISC, or a choice that has one of them.

How to fix
    Replace the package, or ask its author for another licence: npm ls NAME says what brings it.
    What is never shipped: dev-severity = "info" under [rules.licence-denied].
    What somebody has looked at: an [[ignore]] with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.licence_terms import Verdict
from npmguard.model import Evidence, Finding, Gap, Project, Severity
from npmguard.rules import licensing
from npmguard.rules.base import Rule
from npmguard.rules.grouping import one_or_all, some
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    if project.lockfile is None:
        return
    refused = []
    for found in licensing.judged(project, evidence, settings, "licence-denied"):
        if isinstance(found, Gap):
            yield found
        elif found.verdict is Verdict.REFUSED:
            refused.append(found)
    lists = licensing.lists(settings)
    for words, group in licensing.by_words(refused).items():
        yield from one_or_all(
            project,
            (found.package for found in group),
            rule="licence-denied",
            severity=Severity.HIGH,
            subject=words,
            one=lambda package, words=words: (  # type: ignore[misc]
                f"{package.label} is under {words}, which is not allowed",
                lists,
            ),
            all=lambda groups, words=words: (  # type: ignore[misc]
                f"{len(groups)} packages are under {words}, which is not allowed",
                f"{lists} Under {words}: {some(groups)}.",
            ),
        )


RULE = Rule(
    "licence-denied",
    "licences",
    Severity.HIGH,
    "A locked package is under a licence that the settings do not allow.",
    __doc__ or "",
    check,
    licensing.needs,
)
