"""Signs that are weak alone and strong together make one finding, not five.

A new account, a new install script and a young dependency each have their ordinary reasons. All three in one
release are how packages were taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from npmguard.model import Confidence, Finding, Severity

# Rules that speak of one release among its package's, the most telling first.
TRUST = (
    "signature-invalid",
    "manifest-confusion",
    "suspicious-script",
    "new-install-script",
    "provenance-lost",
    "odd-release",
    "maintainer-change",
    "release-too-new",
)
# The severities' sum from which several signs are high, and critical.
_HIGH = Severity.LOW * 3
_CRITICAL = Severity.HIGH * 2


def combined(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with those about the trust in one release made one."""
    signs: dict[tuple[str | None, str | None], list[Finding]] = {}
    rest: list[Finding] = []
    for finding in findings:
        if finding.rule in TRUST and finding.package is not None:
            signs.setdefault((finding.package, finding.version), []).append(finding)
        else:
            rest.append(finding)
    return rest + [found[0] if len(found) == 1 else _one(found) for found in signs.values()]


def _one(signs: Sequence[Finding]) -> Finding:
    ordered = sorted(signs, key=lambda f: (-f.severity, TRUST.index(f.rule)))
    head = ordered[0]
    total = sum(sign.severity for sign in signs)
    severity = head.severity
    if total >= _CRITICAL:
        severity = Severity.CRITICAL
    elif total >= _HIGH:
        severity = max(severity, Severity.HIGH)
    label = f"{head.package}@{head.version}"
    others = "; ".join(_sign(sign, label) for sign in ordered[1:])
    return head._replace(
        severity=severity,
        confidence=Confidence.HIGH if severity >= Severity.HIGH else head.confidence,
        title=f"{head.title}, and {len(ordered) - 1} more sign{'s' if len(ordered) > 2 else ''} of a takeover"
        if severity >= Severity.HIGH
        else head.title,
        detail=f"{head.detail} Also: {others}.",
    )


def _sign(sign: Finding, label: str) -> str:
    return sign.title.removeprefix(label).strip()
