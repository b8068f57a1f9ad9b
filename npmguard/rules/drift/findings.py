"""The shape of a drift finding, the same for every manager."""

from __future__ import annotations

from npmguard import commands
from npmguard.model import Finding, Fix, Location, Project, Severity


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
