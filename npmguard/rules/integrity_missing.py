"""A locked package has no integrity.

Looks for entries of the registry, or of a tarball, that record no hash of what was downloaded. What comes
inside another package, from git, or from a folder of the project has none by nature.

Why it matters
    Without it npm takes whatever the server sends: npm 6 to 12 install such an entry without a word. Where
    the rest of the lockfile has them, a single missing one is a sign of a hand at work. Lockfiles that
    npm 4 and older wrote have none at all.

Bad
    "node_modules/once": {"version": "1.4.0", "resolved": "https://..."}

Good
    "node_modules/once": {"version": "1.4.0", "resolved": "https://...", "integrity": "sha512-..."}

How to fix
    Delete the entry and let npm write it again:
    npm install --package-lock-only
    For a whole lockfile without hashes: rm package-lock.json, then npm install, and review what changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.commands import of
from npmguard.integrity import hashes, is_strong
from npmguard.model import Evidence, Finding, Project, Severity, Source
from npmguard.rules.base import Rule
from npmguard.rules.grouping import in_force, one_or_all, some
from npmguard.settings import Settings

_HASHED = (Source.REGISTRY, Source.URL, Source.FILE)


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.lockfile is None:
        return
    # before version 2 bun records none for a tarball on disk
    sources = set(_HASHED) - ({Source.FILE} if project.lockfile.format in ("bun-0", "bun-1") else set())
    hashed = [
        p
        for p in in_force(project, settings.production)
        if p.source in sources and not p.bundled and (p.version or p.resolved)
    ]
    # a text that npm cannot read as a hash is checked by nobody
    missing = [p for p in hashed if not p.integrity or not (is_strong(p.integrity) or hashes(p.integrity))]
    checksums = project.graph.notes.get("checksums") if project.graph is not None else None
    if checksums is not None:
        # yarn berry has its own, of the archives that it makes; none of what is for other platforms
        missing = [p for p in missing if p.key not in checksums and not p.os and not p.cpu]
    if not missing:
        return
    program = of(project.manager).program
    # a format without hashes is old; one entry without is odd
    rare = len(missing) * 2 < len(hashed)
    yield from one_or_all(
        project,
        missing,
        rule="integrity-missing",
        severity=Severity.HIGH if rare else Severity.MODERATE,
        subject="",
        one=lambda package: (
            f"{package.label} has no integrity in the lockfile",
            f"{program} installs whatever the server sends for it"
            + (f"; {len(hashed) - len(missing)} other entries do record one." if rare else "."),
        ),
        all=lambda groups: (
            f"{len(groups)} packages have no integrity in the lockfile",
            f"{program} installs whatever the server sends for them: {some(groups)}.",
        ),
    )


RULE = Rule(
    "integrity-missing",
    "lockfile",
    Severity.HIGH,
    "A locked package has no integrity.",
    __doc__ or "",
    check,
)
