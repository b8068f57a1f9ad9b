"""The package has changed more since its last release than releases do.

Compares with the latest published version: the size of the files, which came and which went, new
dependencies, new commands. What an ordinary release changes is for information; tenfold size is not.

Why it matters
    What slips into a package shows in its size first: a source map, a folder of videos, node_modules. And a
    new dependency may be all that an attack adds: event-stream 3.3.6 (2018) differed from 3.3.5 by
    flatmap-stream, which some weeks later stole the keys of bitcoin wallets.

Bad
    1.4.0   1.2 MB, 31 files
    1.4.1    58 MB, 32 files

Good
    A release whose size everybody who looks at it can explain

How to fix
    Look at what came: npmguard prepublish --list
    Leave out what does not belong ("files" in package.json); say in the changelog what does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from npmguard import text
from npmguard.model import Evidence, Finding, Fix, Packed, PackedFile, Project, Release, Severity
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.publishing import mapping, shown, size
from npmguard.settings import Settings
from npmguard.text import count

_MUCH = 1_000_000  # bytes: less is never told of as more than low
_SOME = 100_000
# Commands that nobody expects a package to bring: one in its place runs instead.
_COMMANDS = (
    "node npm npx yarn pnpm bun corepack git sh bash zsh ls cat cp rm sudo ssh curl wget python python3 make "
    "docker which env"
)


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    previous = packed.previous if packed is not None else None
    if packed is None or previous is None:
        return
    yield from _size(project, packed, previous)
    yield from _dependencies(project, previous)
    yield from _commands(project, previous)


def _size(project: Project, packed: Packed, previous: Release) -> Iterator[Finding]:
    before, after = previous.unpacked_size, packed.unpacked_size
    version = text.one_line(previous.version, 60)
    added, removed, grown = _compared(packed, previous)
    if before:
        more = after - before
        if more >= _MUCH and after >= 10 * before:
            severity = Severity.HIGH
        elif more >= _MUCH and after >= 3 * before:
            severity = Severity.MODERATE
        elif more >= _SOME and 2 * after >= 3 * before:
            severity = Severity.LOW
        else:
            severity = None
        if severity is not None:
            yield Finding(
                "package-growth",
                severity,
                f"The package is {_times(after, before)} the size of {version}: "
                f"{size(after)}, and it had {size(before)}",
                _what(added, removed, grown) or "Which files came is not known: no earlier tarball was read.",
                fix=Fix("review"),
                location=publishing.field(project),
                subject="size",
            )
            return
    kept = len(previous.files or ()) - len(removed)
    if len(removed) >= 10 and kept < len(removed):
        yield Finding(
            "package-growth",
            Severity.LOW,
            f"{count(len(removed), 'file')} of the {len(previous.files or ())} in {version} are gone",
            _what(added, removed, []),
            fix=Fix("review"),
            location=publishing.field(project),
            subject="removed",
        )


def _compared(
    packed: Packed, previous: Release
) -> tuple[list[PackedFile], list[PackedFile], list[tuple[PackedFile, int]]]:
    """(files that came, files that went, files that are larger, with by how much), the largest first."""
    since, then = packed.since, previous.files
    if since is None or then is None:
        return [], [], []
    sizes = {file.path: file.size for file in then}
    added = [file for file in packed.files if file.path in since[0]]
    removed = [file for file in then if file.path in since[1]]
    grown = [
        (file, file.size - sizes[file.path])
        for file in packed.files
        if file.path in sizes and file.size > sizes[file.path]
    ]
    for files in (added, removed):
        files.sort(key=lambda file: (-file.size, file.path))
    grown.sort(key=lambda pair: (-pair[1], pair[0].path))
    return added, removed, grown


def _what(
    added: Sequence[PackedFile], removed: Sequence[PackedFile], grown: Sequence[tuple[PackedFile, int]]
) -> str:
    parts = []
    for verb, files in (("came", added), ("went", removed)):
        if files:
            listed = text.some((f"{shown(f.path)} ({size(f.size)})" for f in files), 4)
            parts.append(f"{count(len(files), 'file')} {verb}: {listed}.")
    if grown:
        listed = text.some((f"{shown(f.path)} (by {size(more)})" for f, more in grown), 4)
        parts.append(f"{count(len(grown), 'file')} grew: {listed}.")
    return " ".join(parts)


def _times(after: int, before: int) -> str:
    times = after / before
    return f"{times:.1f} times" if times < 10 else f"{times:,.0f} times"


def _dependencies(project: Project, previous: Release) -> Iterator[Finding]:
    old = _names(previous.manifest)
    new = {name: spec for name, spec in _names(project.manifest.data).items() if name not in old}
    if not new:
        return
    first = next(iter(new))
    field = next(f for f in _FIELDS if first in mapping(project.manifest.data.get(f)))
    listed = text.some(
        (f"{text.name(name)} {text.one_line(spec, 60)}".strip() for name, spec in new.items()), 8
    )
    yield Finding(
        "package-growth",
        Severity.INFO,
        f"{len(new)} new {'dependency' if len(new) == 1 else 'dependencies'} since "
        f"{text.one_line(previous.version, 60)}",
        f"{listed}. Everybody who installs the package gets them too.",
        fix=Fix("review"),
        location=publishing.field(project, field, first),
        subject="dependencies",
    )


_FIELDS = ("dependencies", "optionalDependencies")


def _names(data: Mapping[str, Any]) -> dict[str, str]:
    """What an install brings along: name to what is asked for."""
    return {
        name: publishing.words(spec) for field in _FIELDS for name, spec in mapping(data.get(field)).items()
    }


def _commands(project: Project, previous: Release) -> Iterator[Finding]:
    old = _bins(previous.manifest)
    new = [name for name in _bins(project.manifest.data) if name not in old]
    if not new:
        return
    taken = [name for name in new if name in _COMMANDS.split()]
    own = project.manifest.data.get("bin")
    before = "before the system's own of that name" if taken else "or of the whole machine with -g"
    yield Finding(
        "package-growth",
        Severity.HIGH if taken else Severity.LOW,
        f"The package now brings the command {shown((taken or new)[0])}"
        + (f" and {len(new) - 1} more" if len(new) > 1 else ""),
        f"New since {text.one_line(previous.version, 60)}: {text.some(map(shown, new), 8)}. npm puts them on "
        f"the path of scripts, {before}.",
        fix=Fix("review"),
        location=publishing.field(project, "bin") if own else publishing.field(project),
        subject="commands",
    )


def _bins(data: Mapping[str, Any]) -> list[str]:
    bin = data.get("bin")
    if isinstance(bin, str) and bin:
        return [publishing.words(data.get("name")).rpartition("/")[2]]
    if isinstance(bin, list):
        return [path.rpartition("/")[2] for path in bin if isinstance(path, str) and path]
    return [name for name, path in mapping(bin).items() if isinstance(path, str) and path]


RULE = Rule(
    "package-growth",
    "publish",
    Severity.MODERATE,
    "The package has changed more since its last release than releases do.",
    __doc__ or "",
    check,
)
