"""A release says nothing of where it was built, while those before it did.

Many packages are published by a CI workflow: the registry then has a provenance attestation that names the
repository, the workflow and the commit, or knows the workflow as a trusted publisher. A release of such a
package that has neither was sent by somebody with a token. It is `high` where at least five releases in a row
had it, `moderate` where two to four had. Where later releases did without for a month, the project has
changed its ways, and nothing is said.

Why it matters
    A stolen token publishes from anywhere but from the project's own workflow. In March 2026 two releases of
    axios were published so; in August 2025 so were those of nx. Every earlier release had come from the
    workflow, and nothing else about the metadata was out of order.

Bad
    axios-like 1.14.0, with provenance; 1.14.1, published by hand with a token

Good
    1.14.1 comes from the same workflow, with its attestation.

How to fix
    Stay on the last release that has it. Look for the release in the project's repository: a tag, a commit, a
    workflow run. If there is none, tell the maintainers by a way that does not go through the registry.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import text
from npmguard.model import Evidence, Finding, Gap, Project, Publication, Severity
from npmguard.rules import lineage, places
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_CERTAIN = 5  # releases in a row
_ENOUGH = 2


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    yield from lineage.mirrored(evidence, "provenance-lost")
    for found in lineage.lineages(project, evidence, settings):
        row = lost(found)
        if not row:
            continue
        last = row[-1]
        what = "a trusted publisher" if last.trusted else "a workflow that attested where it was built"
        publisher = found.release.publisher
        fix, words = lineage.back(project, found, last.version)
        who = f"by {text.one_line(publisher, 80)} " if publisher else ""
        yield Finding(
            "provenance-lost",
            Severity.HIGH if len(row) >= _CERTAIN else Severity.MODERATE,
            f"{found.package.label} was not published the way the releases before it were",
            f"The last {len(row)} releases before it, up to {last.version}, came from {what}. "
            f"This one was published {who}with no such proof. {words}".rstrip(),
            package=found.package.name,
            version=found.package.version,
            fix=fix,
            location=places.locked(project, found.package),
            keys=found.keys,
        )


def lost(found: lineage.Lineage) -> list[Publication]:
    """The proven releases in a row right before one that is not, the oldest first; else none."""
    if lineage.proven(found.release) or found.settled(lambda later: not lineage.proven(later)):
        return []
    row: list[Publication] = []
    for earlier in reversed(found.line or found.before):
        if not lineage.proven(earlier):
            break
        row.append(earlier)
    return row[::-1] if len(row) >= _ENOUGH else []


RULE = Rule(
    "provenance-lost",
    "trust",
    Severity.HIGH,
    "A release says nothing of where it was built, while those before it did.",
    __doc__ or "",
    check,
    lineage.needs,
    lineage.then,
)
