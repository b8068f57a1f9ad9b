"""The tarball holds entries that no package needs.

Looks at the entries of the tarball as they stand there: paths that lead out of the package, absolute paths,
links, devices, one path twice, paths that differ in the case of letters alone, names that Windows keeps for
devices, control characters. Nothing of it is ever unpacked or followed.

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
from collections.abc import Iterator

from npmguard import text
from npmguard.model import Evidence, Finding, Fix, Oddity, Project, Severity
from npmguard.rules import publishing
from npmguard.rules.base import Rule
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
    if packed is None:
        return
    alike: dict[tuple[str, Severity], list[Oddity]] = {}
    for oddity in packed.oddities:
        severity = _severity(oddity, packed.source == "folder")
        alike.setdefault((oddity.kind, severity), []).append(oddity)
    for (kind, severity), found in alike.items():
        if len(found) <= _MOST_ALONE:
            for oddity in found:
                yield _finding(project, severity, [oddity])
        else:
            yield _finding(project, severity, found, kind)


def _severity(oddity: Oddity, folder: bool) -> Severity:
    if folder and oddity.kind in ("link", "outside"):
        return Severity.LOW  # npm leaves links out
    if oddity.kind == "duplicate" and oddity.path.lower() == "package.json":
        return Severity.CRITICAL
    if oddity.kind == "link" and _LEADS_OUT.search(oddity.detail):
        return Severity.CRITICAL
    return _KINDS.get(oddity.kind, _OTHER)[0]


def _finding(project: Project, severity: Severity, found: list[Oddity], subject: str = "") -> Finding:
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
    return Finding(
        "unsafe-tarball",
        severity,
        title,
        detail.strip(),
        fix=Fix("review"),
        location=publishing.place(project, first.path),
        subject=subject or f"{first.kind} {first.path}",
    )


RULE = Rule(
    "unsafe-tarball",
    "publish",
    Severity.HIGH,
    "The tarball holds entries that no package needs.",
    __doc__ or "",
    check,
)
