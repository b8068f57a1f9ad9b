"""The shape of a drift finding, the same for every manager."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from npmguard import commands
from npmguard.model import Finding, Fix, Location, Package, Project, Severity
from npmguard.text import some


def refused(
    project: Project,
    title: str,
    detail: str,
    *,
    package: str | None = None,
    version: str | None = None,
    location: Location | None = None,
    keys: tuple[str, ...] = (),
    subject: str,
) -> Finding:
    """What the manager's frozen install refuses. `detail` says what is asked and what the lockfile gives."""
    asking = commands.of(project.manager)
    return _finding(
        project,
        Severity.HIGH,
        title,
        f"{detail} `{asking.frozen}` refuses this lockfile.",
        package,
        version,
        location,
        keys,
        subject,
    )


def stale(
    project: Project,
    title: str,
    detail: str,
    *,
    package: str | None = None,
    version: str | None = None,
    location: Location | None = None,
    keys: tuple[str, ...] = (),
    subject: str,
) -> Finding:
    """What the manager lets pass, though the lockfile is no longer what an install would write."""
    return _finding(project, Severity.LOW, title, detail, package, version, location, keys, subject)


def loose(
    project: Project,
    title: str,
    detail: str,
    *,
    package: str | None = None,
    version: str | None = None,
    location: Location | None = None,
    keys: tuple[str, ...] = (),
    subject: str,
) -> Finding:
    """What the manager installs all the same, though it is not what is asked for."""
    return _finding(project, Severity.MODERATE, title, detail, package, version, location, keys, subject)


def unused(project: Project, packages: Sequence[Package]) -> Iterator[Finding]:
    """What nothing leads to and the manager leaves out, as one finding; nothing where there is none."""
    labels = sorted({package.label for package in packages})
    if not labels:
        return
    assert project.lockfile is not None
    lock = posixpath.basename(project.lockfile.file)
    count = "1 package" if len(labels) == 1 else f"{len(labels)} packages"
    yield stale(
        project,
        f"{lock} holds {count} that nothing asks for: {some(labels)}",
        f"No chain of dependencies leads to {some(labels, 5)}. An install works, and leaves them out.",
        location=Location(project.lockfile.file, packages[0].pointer),
        subject=" ".join(labels),
    )


def _finding(
    project: Project,
    severity: Severity,
    title: str,
    detail: str,
    package: str | None,
    version: str | None,
    location: Location | None,
    keys: tuple[str, ...],
    subject: str,
) -> Finding:
    assert project.lockfile is not None
    return Finding(
        "lockfile-drift",
        severity,
        title,
        detail,
        package=package,
        version=version,
        fix=Fix("regenerate", None, commands.of(project.manager).relock),
        location=location or Location(project.lockfile.file, ""),
        keys=keys,
        subject=subject,
    )
