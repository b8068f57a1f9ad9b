"""What every source of advisories needs to tell: how bad, whether malware, which id comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable

from npmguard.model import Severity

# The range of an advisory whose versions cannot be told: no range to npm, so that it is reported with doubt.
UNKNOWN = "unknown"

MOST_PROBLEMS = 20  # that are told one by one

# CVSS's own scale of words
_SCALE = (
    (9.0, Severity.CRITICAL),
    (7.0, Severity.HIGH),
    (4.0, Severity.MODERATE),
    (0.0, Severity.LOW),
)
# GHSA's and OSV's own titles of malware; "may run malicious code" is an ordinary vulnerability's
_MALWARE = re.compile(
    r"(?:^|\bembedded )(?:malware|malicious (?:package|code))(?: in\b|$)|\b(?:is|was) malware\b",
    re.IGNORECASE,
)
_MALICIOUS_CODE = "CWE-506"
_ORDER = ("GHSA-", "MAL-", "CVE-")


def by_score(score: float) -> Severity:
    """The severity of a CVSS score between 0 and 10."""
    return next((severity for least, severity in _SCALE if score >= least), Severity.LOW)


def is_malware(title: str, cwes: Iterable[str]) -> bool:
    """Does an advisory say that the package itself is the attack, rather than open to one?"""
    return _MALICIOUS_CODE in cwes or _MALWARE.search(title.strip()) is not None


def ranked(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids, each once, the best known kind first: GHSA, MAL, CVE, others."""
    return tuple(sorted(dict.fromkeys(ids), key=_rank))


def _rank(id: str) -> tuple[int, str]:
    return next((n for n, start in enumerate(_ORDER) if id.startswith(start)), len(_ORDER)), id


def few(problems: Iterable[str]) -> tuple[str, ...]:
    """The problems, each once; of very many the first ones and a count."""
    found = list(dict.fromkeys(problems))
    if len(found) <= MOST_PROBLEMS:
        return tuple(found)
    return (*found[:MOST_PROBLEMS], f"and {len(found) - MOST_PROBLEMS} more of that kind")
