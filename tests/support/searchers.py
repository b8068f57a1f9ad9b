"""The engine with each of its searchers, and one that leaves everything to the patterns."""

from __future__ import annotations

from collections.abc import Sequence

from npmguard.secrets import encoded, hyper, plain
from npmguard.secrets.engine import Engine
from npmguard.secrets.shape import Detector
from npmguard.secrets.windows import Searcher, Window


class Everywhere:
    """Every pattern may match anywhere."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.count = len(patterns)

    def windows(self, data: bytes) -> dict[int, list[Window]]:
        return {index: [(0, len(data) + 1)] for index in range(self.count)}


def engines(detectors: Sequence[Detector]) -> dict[str, Engine]:
    """By the searcher's name. Hyperscan is among them where it is there."""
    patterns = [*(detector.pattern for detector in detectors), *encoded.PATTERNS]
    searchers: dict[str, Searcher | None] = {
        "everywhere": Everywhere(patterns),
        "plain": plain.searcher(patterns),
        "hyperscan": hyper.searcher(patterns),
    }
    return {name: Engine(detectors, searcher) for name, searcher in searchers.items() if searcher is not None}
