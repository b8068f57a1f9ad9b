"""Many projects in one run: each is judged by itself, and the outside is asked for all of them at once.

They are read a batch at a time. What a batch needs to know first is asked together, and everything that the
run has been told is remembered, so that a registry is asked about each package once; each project is let go
of when it has been judged, so that memory holds a batch, the distinct packages, and the findings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from npmguard import audit, rules
from npmguard.errors import InputError
from npmguard.model import Gap, ProjectReport
from npmguard.policy import UNREADABLE
from npmguard.project import load
from npmguard.registry.memory import Memory
from npmguard.settings import Options, Settings

if TYPE_CHECKING:
    from npmguard.since import Past

_BATCH = 4 * 1024 * 1024  # bytes of lockfiles that are read at once: some ten projects of 1,000 packages


def check(
    found: Sequence[load.Found],
    options: Options,
    progress: audit.Progress | None,
    started: audit.Started | None,
    past: Past | None = None,
) -> tuple[list[ProjectReport], list[Settings], int]:
    """(the reports on the projects, in their order; the settings for each; how many packages they have)."""
    memory = Memory()
    reports: list[ProjectReport] = []
    used: list[Settings] = []
    seen: set[tuple[str, str | None]] = set()
    for batch in _batches(found):
        read = [_read(each, options) for each in batch]
        asking = [each for each in read if isinstance(each, audit.Ready)]
        if len(asking) > 1:
            from npmguard.evidence import ahead

            ahead(
                ((each.project, each.config, each.rules, each.settings) for each in asking), memory, progress
            )
        asking.clear()
        for each in batch:
            if started is not None:
                started(len(reports) + 1, len(found))
            ready = read.pop(0)
            if isinstance(ready, audit.Ready):
                report = audit.one(each, ready, progress, memory, past)
                seen |= report.graph.labels if report.graph is not None else set()
                reports.append(report if options.licences else report._replace(graph=None))
                used.append(ready.settings)
            else:
                reports.append(_unreadable(each, ready))
                used.append(Settings())
    return reports, used, len(seen)


def _batches(found: Sequence[load.Found]) -> Iterator[Sequence[load.Found]]:
    """The projects in order, as many at a time as their lockfiles are small."""
    batch: list[load.Found] = []
    size = 0
    for each in found:
        size += _size(each)
        if batch and size > _BATCH:
            yield batch
            batch, size = [], _size(each)
        batch.append(each)
    yield batch


def _size(found: load.Found) -> int:
    names = [found.lockfile] if found.lockfile is not None else load.LOCKFILES
    paths = (os.path.join(found.folder, name) for name in names)
    return sum(os.path.getsize(path) for path in paths if os.path.isfile(path))


def _read(found: load.Found, options: Options) -> audit.Ready | InputError:
    """The project, ready to be judged, or why it cannot be read."""
    try:
        project, config, mine = audit.opened(found, options)
    except InputError as error:
        if error.file == options.config:
            raise  # which is no project's own fault
        return error
    return audit.ready(project, found.folder, config, mine)


def _unreadable(found: load.Found, error: InputError) -> ProjectReport:
    """The report on a project of which nothing can be said, by any rule."""
    gap = Gap(UNREADABLE, str(error), tuple(sorted(rules.CHECK)))
    return ProjectReport(load.shown(found.folder), None, None, "npm", None, None, 0, (), (gap,))
