"""`npmguard health`: from paths to a report with each project's health, and how that changed.

The audit measures; what it measured is written into the history; the trend is read from there. Whatever is
wrong with the history, the report is given: then it says what is missing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from npmguard import audit, policy, rules
from npmguard.errors import UsageError
from npmguard.history import HistoryError, HistoryFile, default_path
from npmguard.history.identity import identity
from npmguard.history.matters import blind, matters
from npmguard.history.trend import trend
from npmguard.model import Gap, Issue, ProjectReport, Report, Severity, Snapshot, Trend
from npmguard.project import load
from npmguard.settings import Options

Progress = audit.Progress


class Asked(NamedTuple):
    """What the command line says of the history.

    `compare` is the time that the run is compared with (seconds since 1970), None for the last run.
    """

    file: str | None = None
    project: str | None = None
    compare: float | None = None
    fail_on_regression: bool = False


class Checkup(NamedTuple):
    """The report, and what is to be said beside it: one line for each thing that was wrong."""

    report: Report
    complaints: tuple[str, ...]


def health(
    paths: Sequence[str | os.PathLike[str]] = (".",),
    settings: Options | None = None,
    asked: Asked = Asked(),  # noqa: B008 - a named tuple does not change
    progress: Progress | None = None,
    started: audit.Started | None = None,
) -> Checkup:
    """Audits every project that the paths name, and writes its health into the history.

    Raises what `audit.check` raises, and UsageError where two projects would share one history.
    """
    options = settings or Options()
    report = audit.check(paths, options._replace(health=True), progress, started)
    names = identities([project.path for project in report.projects], asked.project)
    level = report.fail_on or Severity.HIGH
    projects: list[ProjectReport] = []
    complaints: list[str] = []
    now = float(int(time.time()))
    for project, name in zip(report.projects, names, strict=True):
        if project.health is None:  # it could not be read
            projects.append(project)
            continue
        found, problem = _recorded(project, name, asked, level, now)
        if problem is not None:
            complaints.append(str(problem))
            gap = Gap("history", str(problem), ("health",))
            project = project._replace(incomplete=tuple(sorted((*project.incomplete, gap))))
        elif asked.compare is not None and found is not None and found.against is None:
            complaints.append(f"{project.path}: no snapshot is that old: there is nothing to compare with")
        projects.append(project._replace(trend=found))
    code = report.exit_code
    worse = any(project.trend is not None and project.trend.regressions for project in projects)
    if asked.fail_on_regression and worse:
        code = 1
    broken = any(gap.source == "history" for project in projects for gap in project.incomplete)
    if broken:
        code = 2
    done = report._replace(
        command="health",
        projects=tuple(projects),
        incomplete=sum(len(project.incomplete) for project in projects),
        exit_code=code,
    )
    return Checkup(done, tuple(dict.fromkeys((*policy.unreadable(done), *complaints))))


def identities(folders: Sequence[str], given: str | None) -> list[str]:
    """The identity of each project. Raises UsageError where two have the same."""
    if given is not None and len(folders) > 1:
        raise UsageError("--project-id names one project: give each its own run")
    names = [given if given is not None else identity(folder) for folder in folders]
    known: dict[str, str] = {}
    for folder, name in zip(folders, names, strict=True):
        if name in known:
            raise UsageError(
                f"{known[name]} and {folder} both go by {name!r} in the history: "
                "give each its own run, with --project-id"
            )
        known[name] = folder
    return names


def _recorded(
    project: ProjectReport, name: str, asked: Asked, level: Severity, now: float
) -> tuple[Trend | None, HistoryError | None]:
    """Writes the project's run down. Gives its trend, and what was wrong.

    Where the history can be read and not written, the trend is told all the same.
    """
    path = asked.file or default_path()
    try:
        with HistoryFile(path) as history:
            return _told(history, project, name, asked, level, now), None
    except HistoryError as error:
        problem = error
    try:
        with HistoryFile(path, write=False) as kept, kept.copy() as history:
            return _told(history, project, name, asked, level, now), problem
    except HistoryError:
        return None, problem


def _told(
    history: HistoryFile,
    project: ProjectReport,
    name: str,
    asked: Asked,
    level: Severity,
    now: float,
) -> Trend:
    assert project.health is not None
    shown = project.shown
    number = history.record(
        name,
        now,
        project.packages,
        project.health,
        {severity: sum(f.severity is severity for f in shown) for severity in sorted(Severity, reverse=True)},
        len(project.incomplete),
        matters(project.findings),
        blind(project, rules.CHECK),
    )
    return trend(history, name, number, project.health, asked.compare, level)


class Past(NamedTuple):
    """What the history has of one project."""

    identity: str
    snapshots: tuple[Snapshot, ...]
    issues: tuple[Ended, ...]


class Ended(NamedTuple):
    """An issue, and how it ended: "mended", "hidden" by an ignore, or "" while it is open."""

    issue: Issue
    how: str


def kept(paths: Sequence[str | os.PathLike[str]], asked: Asked) -> tuple[Past, ...]:
    """What the history has of the projects that the paths name.

    Raises HistoryError for one that cannot be read, UsageError where there is no such project.
    """
    folders = [load.shown(found.folder) for found in load.find([os.fspath(path) for path in paths])]
    names = identities(folders, asked.project)
    with HistoryFile(asked.file or default_path(), write=False) as history, history.unchanging():
        return tuple(_past(history, name) for name in names)


def _past(history: HistoryFile, name: str) -> Past:
    issues = history.issues(name)
    snapshots = history.snapshots(name, issues)
    ended = (Ended(t.issue, "" if t.until is None else "mended" if t.mended else "hidden") for t in issues)
    return Past(name, tuple(found.snapshot for found in snapshots), tuple(ended))
