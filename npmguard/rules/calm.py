"""Which locked releases are calm: those against which nothing in their package's history speaks.

What a history says of one of its releases stays as it is until the history changes. So a release that was
found calm is known as such in later runs, and its package's history, thousands of releases in a project of
some size, is not read again.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import specs
from npmguard.model import Calm, Evidence, Project
from npmguard.rules import lineage, odd_release, opening, signature_invalid
from npmguard.settings import Settings


def releases(
    project: Project, evidence: Evidence, settings: Settings
) -> Iterator[tuple[tuple[str, str], Calm]]:
    """Each (name, version) that is calm, of those whose histories were read."""
    for found in lineage.lineages(project, evidence, settings):
        calm = of(found, evidence)
        if calm is not None:
            yield (found.package.name, found.release.version), calm


def of(found: lineage.Lineage, evidence: Evidence) -> Calm | None:
    """What is still to be known of a calm release; None where something speaks against it or is missing."""
    release, history = found.release, found.history
    if not _whole(found, evidence) or opening.differs(found, evidence):
        return None
    proof = signature_invalid.proof(found, evidence)
    if proof is None:
        return None
    times = [p.time for p in history.publications if p.time is not None]
    return Calm(
        release.time,
        min([*times, *history.withdrawn.values()]) if times else None,
        max(times) if len(times) > 1 else None,
        len(history.publications),
        release.scripts is None or bool(release.scripts),
        release.integrity,
        bool(release.signatures),
        proof.key,
        proof.verified,
        release.attested,
        proof.vouched,
    )


def _whole(found: lineage.Lineage, evidence: Evidence) -> bool:
    """Are the histories of all its new dependencies known, and the keys of its registry asked for?"""
    asked = (specs.parse(name, spec) for name, spec in odd_release.added(found).items())
    return all(not spec.registry or evidence.history(spec.name) is not None for spec in asked) and (
        not found.release.signatures or found.package.name in evidence.keys
    )
