"""One pass over a text finds the candidates of all detectors; each is then confirmed by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from npmguard.secrets.detectors import catalogue
from npmguard.secrets.noise import placeholder
from npmguard.secrets.shape import Candidate, Detector, Match, redacted


def scan(data: bytes, path: str) -> list[Match]:
    """The secrets in `data`, the content of the file at `path`, in the order in which they stand there."""
    found: list[Match] = []
    lower = data.lower()
    for detector in catalogue():
        for start, end in _near(lower, detector):
            for candidate, confidence in _confirmed(detector, data, path, start, end):
                if not any(m.start < candidate.end and candidate.start < m.end for m in found):
                    found.append(
                        Match(
                            detector.id,
                            detector.issuer,
                            detector.what,
                            candidate.start,
                            candidate.end,
                            confidence,
                            redacted(candidate.secret),
                        )
                    )
    return sorted(found, key=lambda match: (match.start, match.end))


@cache
def compiled(detector: Detector) -> tuple[re.Pattern[bytes], int]:
    """A detector's pattern with its borders, and how long a match can be."""
    before = f"(?<![{detector.before}])" if detector.before else ""
    after = f"(?![{detector.after}])" if detector.after else ""
    pattern = re.compile(f"{before}{detector.pattern}{after}".encode(), re.MULTILINE)
    import re._parser as parser  # type: ignore[import-not-found]

    return pattern, min(parser.parse(detector.pattern).getwidth()[1], 20_000)


def _near(lower: bytes, detector: Detector) -> Iterator[tuple[int, int]]:
    reach = compiled(detector)[1]
    for keyword in detector.keywords:
        word = keyword.encode()
        at = lower.find(word)
        while at >= 0:
            yield max(0, at - reach), min(len(lower), at + len(word) + reach)
            at = lower.find(word, at + len(word))


def _confirmed(
    detector: Detector, data: bytes, path: str, start: int, end: int
) -> Iterator[tuple[Candidate, str]]:
    pattern, _ = compiled(detector)
    for match in pattern.finditer(data, start, end):
        group = "secret" if "secret" in pattern.groupindex else 0
        candidate = Candidate(match[group], match.start(group), match.end(group), data, path, match)
        if not detector.plain and placeholder(candidate):
            continue
        verdicts = [check(candidate) for check in detector.checks]
        if False not in verdicts:
            yield candidate, _LOWER[detector.confidence] if None in verdicts else detector.confidence


_LOWER = {"high": "medium", "medium": "low", "low": "low"}
