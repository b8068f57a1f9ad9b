"""Under which licence a locked package is cannot be told.

Runs where `[licences]` of npmguard.toml has an `allow` or a `deny` list. It speaks of packages that name no
licence, that name one in words that are no SPDX expression (`BSD`, which is four licences; `SEE LICENSE IN
...`), and of licences of an author's own (`LicenseRef-...`) that neither list names.

Why it matters
    Without a licence nobody but the author has any right to copy the package, whatever it does. A licence
    that a machine cannot read is one that a person has to read.

Bad
    "license": "BSD"
    no "license" at all

Good
    "license": "BSD-3-Clause"

How to fix
    Read the licence in the package, and note what you found: an [[ignore]] with the package, the version and
    the reason.
    For a licence of the author's own: name its LicenseRef-... in the list where it belongs.
    Ask the author to name it: most are glad of a pull request of one line.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.licence_terms import Verdict
from npmguard.model import Evidence, Finding, Gap, Project, Severity
from npmguard.rules import licensing
from npmguard.rules.base import Rule
from npmguard.rules.grouping import one_or_all, some
from npmguard.settings import Settings
from npmguard.text import one_line


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    if project.lockfile is None:
        return
    unknown = []
    for found in licensing.judged(project, evidence, settings, "licence-unknown"):
        if isinstance(found, Gap):
            yield found
        elif found.verdict is Verdict.UNKNOWN:
            unknown.append(found)
    for words, group in licensing.by_words(unknown).items():
        says, why = _said(words, own=group[0].expression is not None)
        yield from one_or_all(
            project,
            (found.package for found in group),
            rule="licence-unknown",
            severity=Severity.MODERATE,
            subject=words,
            one=lambda package, says=says, why=why: (f"{package.label} {says[0]}", why),  # type: ignore[misc]
            all=lambda groups, says=says, why=why: (  # type: ignore[misc]
                f"{len(groups)} packages {says[1]}",
                f"{why} They are {some(groups)}.",
            ),
        )


def _said(words: str, *, own: bool) -> tuple[tuple[str, str], str]:
    """What a package says, of one and of several, and what to think of it."""
    if not words:
        return ("names no licence", "name no licence"), "Nobody but the author may use what is under none."
    told = one_line(words, 80)
    says = (f'says "{told}" of its licence', f'say "{told}" of their licence')
    if own:
        return says, "That is a licence of an author's own, which the settings do not name."
    return says, "That is no SPDX expression, so that only a person can tell what it allows."


RULE = Rule(
    "licence-unknown",
    "licences",
    Severity.MODERATE,
    "Under which licence a locked package is cannot be told.",
    __doc__ or "",
    check,
    licensing.needs,
)
