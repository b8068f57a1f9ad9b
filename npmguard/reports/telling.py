"""What formats say in words that have no fields for it: where, what was seen, what to do, who brings it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from npmguard.model import Confidence, Finding, ProjectReport, Severity
from npmguard.text import count, one_line

_WAYS = 3  # of the paths to a package


def place(finding: Finding, project: ProjectReport) -> tuple[str, int]:
    """The file and line to point to.

    What is about no place in particular is about the lockfile, or package.json.
    """
    where = finding.location
    if where is not None and where.file:
        return where.file, max(1, where.line or 1)
    return home(project), 1


def home(project: ProjectReport) -> str:
    """The file that stands for a project as a whole."""
    if project.lockfile:
        return project.lockfile
    # of a package that is only thought of, or of a tarball, there is no folder here
    if project.inspected is not None or not project.path:
        return "package.json"
    if project.packed is not None and project.packed.source == "tarball":
        return project.path
    return posixpath.normpath(posixpath.join(project.path, "package.json"))


def subject(finding: Finding) -> str:
    """The title without the version that it was found in: what all versions have in common."""
    name = finding.package or ""
    title = finding.title.removeprefix(f"{name}@{finding.version}: ")
    return one_line(f"{name}: {title}" if name and title != finding.title else title) or finding.rule


def fix(finding: Finding) -> str:
    """What to do, on one line: a command where there is one. Empty where the detail says it all."""
    found = finding.fix
    if found is None:
        return ""
    if found.command:
        return one_line(found.command, 1000)
    return f"{found.kind} to {one_line(found.to, 100)}" if found.to else ""


def ways(finding: Finding) -> Iterator[str]:
    """The shortest paths to the package, one a line, and how many more there are."""
    shown = finding.paths[:_WAYS]
    for path in shown:
        if len(path) > 2:  # a project that asks for it itself is told by `direct`
            yield one_line(" > ".join(path), 1000)
    more = finding.path_count - len(shown)
    if more > 0:
        yield f"and {count(more, 'more path')}"


def lines(finding: Finding) -> Iterator[str]:
    """All that is to be said beside the title, plain text, a line each."""
    if finding.detail:
        yield one_line(finding.detail, 4000)
    if finding.dev:
        yield "Only development brings it."
    if found := fix(finding):
        yield f"Fix: {found}"
    brought = "; ".join(ways(finding))
    if brought:
        yield f"Brought by: {brought}"
    if finding.confidence is not Confidence.HIGH:
        yield f"Confidence: {finding.confidence.value}"


def link(url: str | None) -> str | None:
    """The URL where it is one that can be put anywhere as it stands; else None."""
    return url if url is not None and len(url) <= 2000 and _LINK.fullmatch(url) else None


# no quotation mark, bracket or backslash in it, so that it ends where it should in every format
_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&*+,;=:@%/?#-]*)?")


def verdict(counts: dict[Severity, int]) -> str:
    """The number of findings by severity, in words: `1 critical, 2 high`, or `nothing found`."""
    return (
        ", ".join(f"{number:,} {level.word}" for level, number in counts.items() if number) or "nothing found"
    )
