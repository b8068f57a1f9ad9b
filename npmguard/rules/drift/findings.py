"""The shape of a drift finding, the same for every manager."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from npmguard import commands
from npmguard.model import Finding, Fix, Location, Package, Project, Severity
from npmguard.text import some


class _Maker(Protocol):
    def __call__(
        self,
        project: Project,
        title: str,
        detail: str,
        *,
        package: str | None = None,
        version: str | None = None,
        location: Location | None = None,
        keys: tuple[str, ...] = (),
        subject: str,
    ) -> Finding: ...


def _maker(severity: Severity, verdict: str = "") -> _Maker:
    """Makes findings of one severity. `verdict` ends their detail; `{}` in it is the frozen install."""

    def make(
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
        assert project.lockfile is not None
        asking = commands.of(project.manager)
        return Finding(
            "lockfile-drift",
            severity,
            title,
            detail + verdict.format(asking.frozen),
            package=package,
            version=version,
            fix=Fix("regenerate", None, asking.relock),
            location=location or Location(project.lockfile.file, ""),
            keys=keys,
            subject=subject,
        )

    return make


# What the manager's frozen install refuses. The detail says what is asked and what the lockfile gives.
refused = _maker(Severity.HIGH, " `{}` refuses this lockfile.")
# What the manager installs all the same, though it is not what is asked for.
loose = _maker(Severity.MODERATE)
# What the manager lets pass, though the lockfile is no longer what an install would write.
stale = _maker(Severity.LOW)


def unused(project: Project, packages: Sequence[Package]) -> Iterator[Finding]:
    """What nothing leads to and the manager leaves out, as one finding; nothing where there is none."""
    labels = sorted({package.label for package in packages})
    if not labels:
        return
    assert project.lockfile is not None
    lock = project.lockfile.name
    count = "1 package" if len(labels) == 1 else f"{len(labels)} packages"
    yield stale(
        project,
        f"{lock} holds {count} that nothing asks for: {some(labels)}",
        f"No chain of dependencies leads to {some(labels, 5)}. An install works, and leaves them out.",
        location=Location(project.lockfile.file, packages[0].pointer),
        subject=" ".join(labels),
    )
