"""What the code of a release does that the release before it did not, and how odd that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from npmguard import text, versions
from npmguard.code.gain import compared
from npmguard.model import CAPABILITIES, Bulk, CodeFacts, Gain, Kind, Severity

_ACTS = frozenset(("processes", "environment", "evaluation", "native"))
_VAST = 1_000_000  # bytes of a file that nobody can read


class Oddity(NamedTuple):
    """Something odd about a release: how odd, what it is called, the end of a title, the evidence."""

    severity: Severity
    kind: str
    title: str
    detail: str


def step(old: str | None, new: str) -> str:
    """Is it a major, a minor or a patch release, after that one?"""
    before = versions.key(old, loose=True) if old else None
    after = versions.key(new, loose=True)
    if before is None or after is None or before[0] != after[0]:
        return "major"
    return "minor" if before[1] != after[1] else "patch"


def gained(old: CodeFacts, new: CodeFacts, before: str, version: str) -> Iterator[Oddity]:
    """What is odd about what the code of `version` does and that of `before` did not.

    What a release does that no honest one does is another rule's (suspicious-script): here it is the change
    that is telling, and in a patch more than in a minor or major release.
    """
    found = compared(old, new)
    size = step(before, version)
    shown = text.one_line(before, 60)
    yield from _keys(found, size, shown)
    yield from _hosts(found, size, shown)
    yield from _capabilities(found, size, shown)
    yield from _bulky(old.bulky, found.bulky, size, shown)


def _keys(found: Gain, size: str, before: str) -> Iterator[Oddity]:
    deeds = [deed for deed in found.deeds if deed.kind is Kind.KEYS]
    if deeds:
        first = deeds[0]
        yield Oddity(
            Severity.MODERATE if size == "major" else Severity.HIGH,
            "keys",
            "calls a host where it handles secret keys",
            f"{text.one_line(first.path, 100)}:{first.line} {text.one_line(first.what, 200)}; "
            f"{before} did not.",
        )


def _hosts(found: Gain, size: str, before: str) -> Iterator[Oddity]:
    if found.hosts and size != "major":
        listed = text.some((text.one_line(host, 80) for host in found.hosts), 5)
        yield Oddity(
            Severity.MODERATE if size == "patch" else Severity.LOW,
            "hosts",
            f"uses {'a host' if len(found.hosts) == 1 else 'hosts'} that it did not use before",
            f"New in code that uses the network, since {before}: {listed}.",
        )


def _capabilities(found: Gain, size: str, before: str) -> Iterator[Oddity]:
    names = [name for name, _ in found.capabilities]
    telling = [name for name in names if name in _ACTS or name == "network"]
    if size != "patch" or not telling:
        return
    both = "network" in telling and not _ACTS.isdisjoint(telling)
    places = "; ".join(
        f"{CAPABILITIES.get(name, name)} at {text.one_line(place.path, 100)}:{place.line}"
        for name, place in found.capabilities
        if name in telling
    )
    yield Oddity(
        Severity.MODERATE if both else Severity.LOW,
        "capabilities",
        f"uses {words(telling)} now",
        f"A patch after {before}, which did not: {places}.",
    )


def words(names: Sequence[str]) -> str:
    """Capabilities as people call them."""
    called = [CAPABILITIES.get(name, name) for name in names]
    return " and ".join([", ".join(called[:-1]), called[-1]] if len(called) > 1 else called)


def _bulky(old: Sequence[Bulk], found: Sequence[Bulk], size: str, before: str) -> Iterator[Oddity]:
    """A large file that nobody can read, where there was none of its kind.

    Obfuscated ones are suspicious-script's.
    """
    kinds = {bulk.kind for bulk in old}
    paths = {bulk.path for bulk in old}
    for bulk in sorted(found, key=lambda b: -b.size):
        grown = bulk.path in paths
        if bulk.kind == "obfuscated" or (bulk.kind in kinds and not grown):
            continue
        vast = bulk.size >= _VAST or (grown and bulk.kind == "minified")
        if bulk.kind == "minified" and size != "patch":
            continue  # builds change
        yield Oddity(
            Severity.MODERATE if size == "patch" and (vast or bulk.kind != "minified") else Severity.LOW,
            "bulk",
            f"holds a large {bulk.kind} file that has {'grown much' if grown else 'not been there'}",
            f"{text.one_line(bulk.path, 100)}, {text.size(bulk.size)}; in {before} "
            + ("it was a third of that at most." if grown else "there was none like it."),
        )
        return
