"""One pass over a text finds the candidates of all detectors; each is then confirmed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from npmguard.secrets import encoded, hyper, plain, sourcemaps
from npmguard.secrets.confirming import confirmed, is_binary, ranks, told_once
from npmguard.secrets.detectors import catalogue
from npmguard.secrets.shape import Detector, Match
from npmguard.secrets.windows import Searcher, Window


class Seen(NamedTuple):
    """What was seen in a file: its secrets, the detectors that had too much to look at, the map it is."""

    matches: list[Match]
    cut: list[str]
    map: sourcemaps.Map | None = None


def scan(data: bytes, path: str) -> list[Match]:
    """The secrets in `data`, the content of the file at `path`, in the order in which they stand there.

    Those in base64, in URL encoding and in the sources that a source map carries are among them; their
    place is that of the encoded text.
    """
    return engine().look(data, path).matches


@cache
def engine() -> Engine:
    """The engine with the whole catalogue and the fastest searcher that there is."""
    patterns = [*(detector.pattern for detector in catalogue()), *encoded.PATTERNS]
    return Engine(catalogue(), hyper.searcher(patterns) or plain.searcher(patterns))


class Engine:
    """Detectors, and a searcher that knows their patterns and those of encodings, in this order."""

    def __init__(self, detectors: Sequence[Detector], searcher: Searcher) -> None:
        self.detectors = detectors
        self.searcher = searcher
        self.order = ranks(detectors)

    def look(self, data: bytes, path: str) -> Seen:
        """What is seen in a file."""
        wide = encoded.from_utf16(data)
        if wide is not None:
            return _moved(self.look(wide.text, path), wide)
        carried = sourcemaps.read(data) if path.endswith(".map") else None
        if carried:
            return self._sources(carried, path)
        return self._text(data, path)

    def _text(self, data: bytes, path: str) -> Seen:
        windows = self.searcher.windows(data)
        begins_encoded = encoded.at_start(data)
        if not windows and not begins_encoded:
            return Seen([], [])
        matches, cut = confirmed(self.detectors, windows, data, path)
        known = len(self.detectors)
        if (begins_encoded or known in windows or known + 1 in windows) and not is_binary(data):
            seen = self._encoded(data, path, windows)
            matches += seen.matches
            cut += seen.cut
        return Seen(told_once(matches, self.order), cut)

    def _encoded(self, data: bytes, path: str, windows: Mapping[int, Sequence[Window]]) -> Seen:
        matches: list[Match] = []
        cut: list[str] = []
        for inner in encoded.texts(data, windows, len(self.detectors)):
            carried = sourcemaps.read(inner.text)
            seen = self._sources(carried, path) if carried else self._once(inner.text, path)
            matches += _moved(seen, inner).matches
            cut += seen.cut
        return Seen(matches, cut)

    def _once(self, data: bytes, path: str) -> Seen:
        """What is seen in a text that is itself taken out of something: nothing is decoded in it."""
        matches, cut = confirmed(self.detectors, self.searcher.windows(data), data, path)
        return Seen(told_once(matches, self.order), cut)

    def _sources(self, carried: sourcemaps.Map, path: str) -> Seen:
        """What is seen in a source map: in the sources that it carries, and in the rest of it."""
        matches: list[Match] = []
        cut: list[str] = []
        for text in carried.texts():
            seen = self._once(text.text, path)
            matches += _moved(seen, text).matches
            cut += seen.cut
        return Seen(told_once(matches, self.order), cut, carried)


def _moved(seen: Seen, text: encoded.Text) -> Seen:
    """What was seen in a text, at the places in what it was taken out of."""
    if not seen.matches:
        return seen
    spans = text.spans()
    matches: list[Match] = []
    for match in seen.matches:
        start, end = spans(match.start, match.end)
        matches.append(match._replace(start=start, end=end, within=match.within or text.within))
    return seen._replace(matches=matches)
