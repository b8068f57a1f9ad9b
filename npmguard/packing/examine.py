"""Goes through the contents of a package once: secrets in them, source maps, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from npmguard.model.packed import Leak, PackedFile, SourceMap
from npmguard.packing.nested import Unreadable, is_archive, members
from npmguard.secrets.confirming import MOST
from npmguard.secrets.engine import engine
from npmguard.secrets.shape import Match


class Examined(NamedTuple):
    """What was seen in the files of a package, in their order."""

    leaks: tuple[Leak, ...]
    maps: tuple[SourceMap, ...]
    unread: tuple[tuple[str, str], ...]  # paths, and why not all of them was looked at


def examine(contents: Iterable[tuple[PackedFile, bytes | str | None]]) -> Examined:
    """What is seen in the files, each given with its content, or with the reason why there is none.

    None as content is for a file that is too large.
    """
    examination = Examination()
    for file, content in contents:
        examination.add(file, content)
    return examination.result()


class Examination:
    """The same, file by file, for who has not all of them in a row."""

    def __init__(self) -> None:
        self._look = engine().look
        self._leaks: list[Leak] = []
        self._maps: list[SourceMap] = []
        self._unread: list[tuple[str, str]] = []

    def add(self, file: PackedFile, content: bytes | str | None) -> None:
        """Look at a file."""
        path = file.path
        if not isinstance(content, bytes):
            self._unread.append((path, content or "too large"))
            return
        if is_archive(content):
            self._archive(path, content)
            return
        seen = self._look(content, path)
        if seen.matches:
            self._leaks += _leaks(path, content, seen.matches)
        if seen.cut:
            self._unread.append((path, _too_many(seen.cut)))
        if seen.map is not None:
            sources = seen.map.sources
            names = tuple(source.name for source in sources)
            self._maps.append(SourceMap(path, names, sum(len(source.text) for source in sources)))

    def _archive(self, path: str, content: bytes) -> None:
        try:
            for member in members(content, path):
                if member.data is None:
                    self._unread.append((path, f"{member.path} in it: {member.reason}"))
                    continue
                seen = self._look(member.data, member.path)
                self._leaks += _leaks(path, member.data, seen.matches, member.path)
                if seen.cut:
                    self._unread.append((path, f"{member.path} in it: {_too_many(seen.cut)}"))
        except Unreadable as reason:
            self._unread.append((path, str(reason)))

    def result(self) -> Examined:
        """What was seen."""
        return Examined(tuple(self._leaks), tuple(self._maps), tuple(self._unread))


def _leaks(path: str, data: bytes, matches: Sequence[Match], member: str | None = None) -> Iterator[Leak]:
    """The secrets of a file, each with its line, or of a member of an archive, with its line in that."""
    line, at = 1, 0
    for match in matches:
        line += data.count(b"\n", at, match.start)
        at = match.start
        within = match.within
        if member is not None:
            within = f"{within} in {member}" if within else member
        yield Leak(
            path,
            line,
            match.detector,
            match.issuer,
            match.what,
            match.confidence,
            match.redacted,
            within,
        )


def _too_many(detectors: Sequence[str]) -> str:
    names = ", ".join(sorted(set(detectors)))
    return f"more than {MOST:,} places in it look like a secret ({names}): the rest was not looked at"
