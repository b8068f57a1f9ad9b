"""A release was published by somebody who never published the package before.

Compares who published the locked release with who published all releases before it, and the accounts that
could publish then with those before. A release that a CI workflow published as a trusted publisher is no
change of hands; nor is an account that went on publishing for a month afterwards.

Why it matters
    event-stream went to a stranger who had offered to help (2018); eslint-scope and ua-parser-js were
    published with stolen tokens and passwords of their own maintainers (2018, 2021), which this rule cannot
    see: it is one sign among others. Alone it is `low`, as projects do change hands; all maintainers replaced
    at once is `moderate`. Together with a new install script, a new dependency or lost provenance it makes
    one finding of a higher severity.

Bad
    chalk-like 2.4.1, published by maintainer-a; 2.4.2, published by maintainer-z, an hour ago

Good
    The new account is named in the project's own repository, and has published before.

How to fix
    Stay on the release before it until the project confirms the change: in its repository, its release notes,
    or its issues, not in the package itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import text
from npmguard.model import Confidence, Evidence, Finding, Gap, Project, Severity
from npmguard.rules import lineage, places
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_ENOUGH = 3  # releases that tell who publishes a package


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    yield from lineage.mirrored(evidence, "maintainer-change")
    for found in lineage.lineages(project, evidence, settings):
        change = changed(found)
        if change is None:
            continue
        severity, title, detail = change
        fix, words = lineage.back(project, found)
        yield Finding(
            "maintainer-change",
            severity,
            f"{found.package.label} {title}",
            f"{detail} {words}".rstrip(),
            Confidence.MEDIUM,
            package=found.package.name,
            version=found.package.version,
            fix=fix,
            location=places.locked(project, found.package),
            keys=found.keys,
        )


def changed(found: lineage.Lineage) -> tuple[Severity, str, str] | None:
    """(severity, the end of a title, detail) where the release came from other hands, else None."""
    publisher = found.release.publisher
    known = [p.publisher for p in found.before if p.publisher is not None]
    if publisher is None or found.release.trusted or len(known) < _ENOUGH or publisher in known:
        return None
    if found.settled(lambda later: later.publisher == publisher):
        return None
    last = found.before[-1]
    old, new = set(last.maintainers), set(found.release.maintainers)
    who = text.one_line(publisher, 80)
    accounts = text.some(text.one_line(name, 60) for name in dict.fromkeys(reversed(known)))
    detail = (
        f"Published by {who}, who published none of the {len(known)} releases up to "
        f"{text.one_line(last.version, 60)} ({accounts} did)."
    )
    if old and new and old.isdisjoint(new):
        return (
            Severity.MODERATE,
            "comes from entirely new maintainers",
            f"{detail} None of those who could publish {last.version} can publish it now.",
        )
    fresh = publisher not in old
    standing = " The account could not publish the release before it." if old and fresh else ""
    return Severity.LOW, "was published by a new account", detail + standing


RULE = Rule(
    "maintainer-change",
    "trust",
    Severity.LOW,
    "A release was published by somebody who never published the package before.",
    __doc__ or "",
    check,
    lineage.needs,
    lineage.then,
)
