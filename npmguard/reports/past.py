"""What a history has of projects: as a table for people, and as CSV and JSON (schema npmguard-history/1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from json import dumps
from typing import TYPE_CHECKING

from npmguard.dates import iso
from npmguard.model import Snapshot
from npmguard.reports.csv import cell
from npmguard.reports.healthy import issue_object, snapshot_object
from npmguard.text import count, one_line

if TYPE_CHECKING:
    from npmguard.checkup import Past

_HEADER = (
    *("project", "time", "npmguard", "packages", "score", "libyears", "open", "incomplete"),
    *("critical", "high", "moderate", "low", "info"),
    *("direct", "transitive", "depth", "duplicates", "deprecated", "unmaintained", "single_maintainer"),
    *("install_scripts", "without_provenance"),
)


def table(found: Sequence[Past]) -> str:
    """A line for each run of each project, the oldest first."""
    return "\n".join(line for past in found for line in _lines(past)) + "\n"


def _lines(past: Past) -> Iterator[str]:
    yield f"{one_line(past.identity)}: {count(len(past.snapshots), 'run')}"
    if past.snapshots:
        yield f"  {'when':<20}  {'score':>5}  {'libyears':>9}  {'open':>5}  critical  high  packages"
    for found in past.snapshots:
        years = found.health.libyears
        severities = list(found.severities.values())
        yield (
            f"  {iso(found.time)}  {found.health.score:>5}  "
            f"{f'{years:,.2f}' if years is not None else '-':>9}  {len(found.open):>5}  "
            f"{severities[0]:>8}  {severities[1]:>4}  {found.packages:>8}"
            + (f"  {count(found.incomplete, 'answer')} missing" if found.incomplete else "")
        )


def csv(found: Sequence[Past]) -> str:
    """A row for each run of each project; a cell is empty where something is not known."""
    rows: list[Iterable[object]] = [_HEADER]
    rows += (_row(past.identity, snapshot) for past in found for snapshot in past.snapshots)
    return "".join(
        ",".join(cell("" if value is None else str(value)) for value in row) + "\r\n" for row in rows
    )


def _row(identity: str, found: Snapshot) -> tuple[object, ...]:
    health = found.health
    return (
        identity,
        iso(found.time),
        found.version,
        found.packages,
        health.score,
        health.libyears,
        len(found.open),
        found.incomplete,
        *found.severities.values(),
        *health.counts,
    )


def json(found: Sequence[Past]) -> str:
    """All of it, a snapshot and an issue a line."""
    projects = []
    for past in found:
        snapshots = [dumps(snapshot_object(snapshot)) for snapshot in past.snapshots]
        issues = [dumps({**issue_object(each.issue), "ended": each.how or None}) for each in past.issues]
        projects.append(
            f'    {{\n      "project": {dumps(past.identity)},\n'
            f'      "snapshots": {_list(snapshots)},\n      "issues": {_list(issues)}\n    }}'
        )
    return '{\n  "schema": "npmguard-history/1",\n  "projects": [\n' + ",\n".join(projects) + "\n  ]\n}\n"


def _list(items: Sequence[str]) -> str:
    return "[\n        " + ",\n        ".join(items) + "\n      ]" if items else "[]"
