"""The known vulnerabilities: since when they are known, and since when they could be mended."""

from __future__ import annotations

from collections.abc import Iterable

from npmguard.health.times import believed
from npmguard.model import Advisory, Evidence, Finding, Hole
from npmguard.text import one_line

_RULES = ("advisory", "malware")
_LONGEST = 200  # characters of a title


def holes(findings: Iterable[Finding], evidence: Evidence) -> tuple[Hole, ...]:
    """A hole for each finding about an advisory, the worst first, the longest known of those first."""
    known = {(a.package, a.id): a for a in evidence.advisories or ()}
    found = [
        _hole(finding, known.get((finding.package or "", finding.subject)), evidence)
        for finding in findings
        if finding.rule in _RULES and finding.package is not None
    ]
    return tuple(
        sorted(
            found,
            key=lambda h: (-h.severity, h.disclosed or evidence.now, h.package, h.version, h.id, h.title),
        )
    )


def _hole(finding: Finding, advisory: Advisory | None, evidence: Evidence) -> Hole:
    name = finding.package or ""
    fix = finding.fix.to if finding.fix is not None else None
    outline = evidence.outline(name)
    release = outline.of(fix) if outline is not None and outline.real else None
    return Hole(
        name,
        finding.version or "",
        finding.ids[0] if finding.ids else one_line(finding.subject or finding.title, _LONGEST),
        finding.severity,
        one_line(advisory.title if advisory is not None else finding.title, _LONGEST),
        finding.dev,
        believed(advisory.published if advisory is not None else None, evidence.now),
        believed(release.time if release is not None else None, evidence.now),
        fix,
        finding.url,
    )
