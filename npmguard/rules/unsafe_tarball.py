"""The tarball holds entries that no package needs.

Looks at the entries of the tarball as they stand there: paths that lead out of the package, absolute paths,
links, devices, one path twice, paths that differ in the case of letters alone, names that Windows keeps for
devices, control characters. Nothing of it is ever unpacked or followed. Of a locked package whose tarball was
fetched it is also told that it cannot be read at all: it is broken, made to be read in two ways, or beyond
all bounds.

Why it matters
    Whoever unpacks such a tarball may write outside the folder: npm's own unpacker, node-tar, had five holes
    of that kind in August 2021 (CVE-2021-32803, -32804, -37701, -37712, -37713) and another one by hard links
    in 2026 (CVE-2026-26960). And a package.json that stands twice is one that is read and another that is
    installed.

Bad
    package/../../.bashrc
    package/package.json, twice

Good
    Regular files below package/, each path once

How to fix
    Make the tarball with npm pack from a clean folder. If it came from somebody else, do not install it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from npmguard import text
from npmguard.model import (
    Contents,
    Deceptive,
    Evidence,
    Finding,
    Fix,
    Needs,
    Oddity,
    Package,
    Project,
    Severity,
)
from npmguard.rules import held, opening, places, publishing
from npmguard.rules.base import Rule
from npmguard.rules.grouping import groups
from npmguard.rules.publishing import shown
from npmguard.settings import Settings

_MOST_ALONE = 5  # of one kind

_KINDS = {
    "traversal": (Severity.CRITICAL, "leads out of the package"),
    "absolute": (Severity.CRITICAL, "is an absolute path"),
    "outside": (Severity.HIGH, "lies outside the package's folder"),
    "link": (Severity.HIGH, "is a link"),
    "device": (Severity.HIGH, "is a device"),
    "duplicate": (Severity.HIGH, "stands in the tarball twice"),
    "control": (Severity.HIGH, "has control characters in its path"),
    "device-name": (Severity.MODERATE, "is a name that Windows keeps for a device"),
    "case-clash": (Severity.MODERATE, "differs from another path in the case of letters alone"),
}
# a link's target in the words about it, where it is absolute or goes up
_LEADS_OUT = re.compile(r" to (?:[/\\]|[A-Za-z]:|(?:\S*[/\\])?\.\.(?:[/\\;]|$))")
_OTHER = (Severity.MODERATE, "is an entry that no package needs")


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    if packed is not None:
        for severity, found, subject in _alike(packed.oddities, packed.source == "folder"):
            yield _finding(project, severity, found, subject)
        return
    for package, keys in groups(project, settings.production) if evidence.contents else ():
        contents = evidence.contents.get((package.name, package.version or ""))
        if not held.has_tarball(package):
            continue
        if isinstance(contents, Deceptive):
            yield _locked(project, package, keys, Severity.HIGH, *_unreadable(contents))
        elif isinstance(contents, Contents):
            for severity, found, subject in _alike(contents.oddities, False):
                title, detail = _words(found)
                title = f"in its tarball {title[:1].lower()}{title[1:]}"
                yield _locked(project, package, keys, severity, title, detail, subject)


def needs(project: Project, settings: Settings) -> Needs:
    return opening.needs(project, settings) if project.packed is None else Needs()


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    return opening.then(project, evidence, settings) if project.packed is None else Needs()


def _alike(oddities: Iterable[Oddity], folder: bool) -> Iterator[tuple[Severity, list[Oddity], str]]:
    """(severity, oddities, subject): each for itself, or those of one kind where they are many."""
    alike: dict[tuple[str, Severity], list[Oddity]] = {}
    for oddity in oddities:
        alike.setdefault((oddity.kind, _severity(oddity, folder)), []).append(oddity)
    for (kind, severity), found in alike.items():
        if len(found) <= _MOST_ALONE:
            for oddity in found:
                yield severity, [oddity], f"{oddity.kind} {oddity.path}"
        else:
            yield severity, found, kind


def _unreadable(found: Deceptive) -> tuple[str, str, str]:
    return (
        "has a tarball that no package should have",
        f"It cannot be read: {text.one_line(found.reason, 300)}. What comes of it depends on who unpacks it.",
        "unreadable",
    )


def _locked(
    project: Project,
    package: Package,
    keys: tuple[str, ...],
    severity: Severity,
    title: str,
    detail: str,
    subject: str,
) -> Finding:
    return Finding(
        "unsafe-tarball",
        severity,
        f"{package.label}: {title}",
        detail,
        package=package.name,
        version=package.version,
        fix=Fix("review"),
        location=places.locked(project, package),
        keys=keys,
        subject=subject,
    )


def _severity(oddity: Oddity, folder: bool) -> Severity:
    if folder and oddity.kind in ("link", "outside"):
        return Severity.LOW  # npm leaves links out
    if oddity.kind == "duplicate" and oddity.path.lower() == "package.json":
        return Severity.CRITICAL
    if oddity.kind == "link" and _LEADS_OUT.search(oddity.detail):
        return Severity.CRITICAL
    return _KINDS.get(oddity.kind, _OTHER)[0]


def _words(found: list[Oddity]) -> tuple[str, str]:
    """(title, detail) of what is alike."""
    first = found[0]
    what = _KINDS.get(first.kind, _OTHER)[1]
    name = shown(first.path) if first.path else "something"
    if len(found) == 1:
        title = f"{name} {what}" if first.path else f"Something {what}"
        detail = text.one_line(first.detail, 300) or "Nothing here follows it."
    else:
        title = f"{len(found):,} entries: {name} {what}, and so do others"
        detail = (
            f"{text.some((shown(oddity.path) for oddity in found), 5)}. {text.one_line(first.detail, 300)}"
        )
    return title, detail.strip()


def _finding(project: Project, severity: Severity, found: list[Oddity], subject: str) -> Finding:
    title, detail = _words(found)
    return Finding(
        "unsafe-tarball",
        severity,
        title,
        detail,
        fix=Fix("review"),
        location=publishing.place(project, found[0].path),
        subject=subject,
    )


RULE = Rule(
    "unsafe-tarball",
    "publish",
    Severity.HIGH,
    "The tarball holds entries that no package needs.",
    __doc__ or "",
    check,
    needs,
    then,
)
