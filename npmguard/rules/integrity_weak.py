"""A locked package is held by a weak hash alone.

Looks for entries whose integrity is SHA-1 or MD5 and nothing stronger, or is no hash at all.

Why it matters
    Two files with the same SHA-1 can be made on purpose (SHAttered, 2017; chosen prefixes, 2020): a
    publisher can hand out one and swap in the other, and every lockfile agrees. Old lockfiles carry SHA-1
    for packages published before 2017, though the registry has had SHA-512 for all of them since.

Bad
    "integrity": "sha1-S0SNSRuXlQXLSXsQvYMNIgCyhqs="

Good
    "integrity": "sha512-lNaJgI+2Q5URQBkccEKHTQOPaXdUxnZZElQTZY0MFUAuaEqe1E+Nyvgdz/aIyNi6Z9MzO5dv1H8n..."

How to fix
    Delete those entries' "integrity" and "resolved" and run: npm install --package-lock-only
    npm asks the registry again and writes SHA-512.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import integrity
from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.rules.base import Rule
from npmguard.rules.grouping import in_force, one_or_all, some
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.lockfile is None:
        return
    weak = [
        p
        for p in in_force(project, settings.production)
        if p.integrity and not integrity.is_strong(p.integrity) and integrity.hashes(p.integrity)
    ]
    yield from one_or_all(
        project,
        weak,
        rule="integrity-weak",
        severity=Severity.LOW,
        subject="",
        one=lambda package: (
            f"{package.label} is held by {integrity.kind(package.integrity or '')} alone",
            f"Its integrity is {package.integrity}; SHA-512 is what npm writes today.",
        ),
        all=lambda groups: (
            f"{len(groups)} packages are held by SHA-1 or weaker alone",
            f"SHA-512 is what npm writes today. Weaker: {some(groups)}.",
        ),
    )


RULE = Rule(
    "integrity-weak",
    "lockfile",
    Severity.LOW,
    "A locked package is held by a weak hash alone.",
    __doc__ or "",
    check,
)
