"""From places where a secret may begin to secrets: the exact pattern, the common tests, the own checks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from npmguard.secrets.expressions import LETTERS, Sought, read, width
from npmguard.secrets.noise import placeholder
from npmguard.secrets.shape import Candidate, Detector, Match, redacted
from npmguard.secrets.windows import Window

MOST = 10_000  # matches of one detector's pattern in one file that are looked at
_LOWER = {"high": "medium", "medium": "low", "low": "low"}
_PIECE = 1 << 16  # bytes of a text that are lower-cased at once
_NARROW = 16  # places in a window that the pattern itself may try one after the other
_BINARY_HEAD = 8000  # where git looks for a NUL


def confirmed(
    detectors: Sequence[Detector], windows: Mapping[int, Sequence[Window]], data: bytes, path: str
) -> tuple[list[Match], list[str]]:
    """The secrets that begin in the windows, detector by detector, and the detectors that had too many.

    In what is no text, such as pictures and programs, only what is sure by its form counts.
    """
    found: list[Match] = []
    cut: list[str] = []
    binary = is_binary(data)
    for index in sorted(windows):
        detector = detectors[index] if index < len(detectors) else None
        if detector is None or (binary and detector.confidence != "high"):
            continue
        if _confirm(detector, windows[index], data, path, found):
            cut.append(detector.id)
    return found, cut


def is_binary(data: bytes) -> bool:
    """Is it no text, as git judges it?"""
    return b"\0" in data[:_BINARY_HEAD]


def _confirm(
    detector: Detector, windows: Sequence[Window], data: bytes, path: str, found: list[Match]
) -> bool:
    """Add what one detector finds; True where it was stopped.

    The result is that of going through the whole text with the pattern, from the end of each secret or
    from where what is none would begin: so it does not matter how narrow the windows are.
    """
    pattern, reach, group, sought = exact(detector)
    looked = 0
    after = 0
    for low, high in _narrowed(sought, windows, data):
        start = max(low, after)
        stop = high + reach
        while start < high:
            if high - start == 1:
                match = pattern.match(data, start, stop)
            else:
                match = pattern.search(data, start, stop)
            if match is None or match.start() >= high:
                break
            if looked == MOST:
                return True
            looked += 1
            begin, end = match.span(group)
            candidate = Candidate(match[group], begin, end, data, path, match)
            confidence = _verdict(detector, candidate)
            if confidence:
                found.append(
                    Match(
                        detector.id,
                        detector.issuer,
                        detector.what,
                        begin,
                        end,
                        confidence,
                        redacted(candidate.secret),
                    )
                )
            start = after = max(end if confidence else begin, match.start() + 1)
    return False


def _verdict(detector: Detector, candidate: Candidate) -> str | None:
    """How sure it is that the candidate is a secret, or None where it is none."""
    if not detector.plain and placeholder(candidate):
        return None
    confidence = detector.confidence
    for check in detector.checks:
        verdict = check(candidate)
        if verdict is False:
            return None
        if verdict is None:
            confidence = _LOWER[detector.confidence]
    return confidence


def _narrowed(sought: Sought, windows: Sequence[Window], data: bytes) -> Iterator[Window]:
    """The windows without the places from which on there is none of the literals that every match has.

    To look for those is much cheaper than to try the pattern everywhere.
    """
    for low, high in windows:
        if high - low <= _NARROW or not sought.literals:
            yield low, high
        else:
            for start in range(low, high, _PIECE):
                yield from _by_literals(sought, start, min(start + _PIECE, high), data)


def _by_literals(sought: Sought, low: int, high: int, data: bytes) -> Iterator[Window]:
    lower = data[low + sought.low : high + sought.high + LETTERS].lower()
    places: list[int] = []
    for literal in sought.literals:
        at = lower.find(literal)
        while at >= 0:
            places.append(low + at)
            at = lower.find(literal, at + 1)
    done = low
    for last in sorted(places):  # a match begins here at the latest
        first = max(last + sought.low - sought.high, done)
        done = min(last + 1, high)
        if first < done:
            yield first, done


class Exact(NamedTuple):
    """What a detector is asked for: its pattern with its borders, how far behind its start that must see,
    the group of the secret, and what every match has.
    """

    pattern: re.Pattern[bytes]
    reach: int
    group: str | int
    sought: Sought


@cache
def exact(detector: Detector) -> Exact:
    """What is asked for."""
    before = f"(?<![{detector.before}])" if detector.before else ""
    after = f"(?![{detector.after}])" if detector.after else ""
    pattern = re.compile(f"{before}{detector.pattern}{after}".encode(), re.MULTILINE)
    group = "secret" if "secret" in pattern.groupindex else 0
    return Exact(pattern, width(detector.pattern) + 1, group, read(detector.pattern))


def told_once(found: Iterable[Match], order: Mapping[str, int]) -> list[Match]:
    """One match for the same bytes: of the detector that is believed first, and of the plain text.

    They come in the order in which they stand.
    """
    kept: list[Match] = []
    starts: list[int] = []
    for match in sorted(found, key=lambda m: (order[m.detector], m.within is not None, m.start, -m.end)):
        at = bisect_left(starts, match.end)  # the first that begins behind it
        if at == 0 or kept[at - 1].end <= match.start:
            kept.insert(at, match)
            starts.insert(at, match.start)
    return kept


def ranks(detectors: Sequence[Detector]) -> dict[str, int]:
    """Which detector is believed before which: who is sure, then the others, in their order."""
    ordered = sorted(detectors, key=lambda detector: detector.confidence != "high")
    return {detector.id: place for place, detector in enumerate(ordered)}
