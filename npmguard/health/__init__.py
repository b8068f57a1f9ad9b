"""How a project's dependencies fare: measured from what was read, asked and found, and weighed as a score.

Pure, like the rules: the project, the evidence and the findings go in, the health comes out. What nobody
could say is None, and costs no points. docs/health.md says where each measure comes from.
"""

from __future__ import annotations

from collections.abc import Sequence

from npmguard.health import holes, lags, score, shape, upkeep
from npmguard.model import Counts, Evidence, Finding, Health, Project
from npmguard.settings import Settings


def measure(project: Project, evidence: Evidence, findings: Sequence[Finding], settings: Settings) -> Health:
    """The health of a project; `findings` are those of the same run, with the policy applied.

    What the project's ignores hide does not count.
    """
    shown = [finding for finding in findings if finding.suppressed is None and finding.keys]
    behind = lags.lags(project, evidence, settings)
    open = holes.holes(shown, evidence)
    form = shape.shape(project, settings.production)
    kept = upkeep.upkeep(project, evidence, findings, settings)
    counts = Counts(
        form.direct,
        form.transitive,
        form.depth,
        form.duplicates,
        _count(kept.deprecated),
        _count(kept.unmaintained),
        _count(kept.single_maintainer),
        kept.scripts,
        kept.without_provenance,
    )
    libyears = lags.libyears(behind)
    parts = score.parts(
        open if evidence.advisories is not None else None, libyears, behind.undated, counts, evidence.now
    )
    return Health(
        score.score(parts),
        parts,
        libyears,
        behind.lags,
        open,
        counts,
        kept.licences,
        kept.unmaintained or (),
        kept.single_maintainer or (),
        kept.deprecated or (),
        form.weights,
        form.owners,
    )


def _count(found: Sequence[str] | None) -> int | None:
    return len(found) if found is not None else None
