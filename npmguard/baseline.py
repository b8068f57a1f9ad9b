"""A baseline: the findings that are known already, in a file, so that only new ones fail a run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from npmguard.errors import InputError
from npmguard.model import Finding, ProjectReport, Report, Suppressed
from npmguard.policy import fingerprint
from npmguard.text import count

SCHEMA = "npmguard-baseline/1"
_KNOWN = "known when the baseline was made"
_KEYS = frozenset(("fingerprint", "rule", "project", "package", "version", "title", "reason", "until"))


class Entry(NamedTuple):
    """One finding that is known. `reason` and `until` are what somebody wrote beside it, if anything."""

    fingerprint: str
    rule: str
    project: str | None
    package: str | None
    version: str | None
    title: str
    reason: str | None = None
    until: str | None = None


class Baseline(NamedTuple):
    """A file of them, by fingerprint."""

    file: str
    entries: Mapping[str, Entry]

    def hold(self, reports: Sequence[ProjectReport], ran: Sequence[frozenset[str]]) -> list[ProjectReport]:
        """The reports with what is known held back, and a line in each on how much that is.

        `ran` are the rules that had their say in each: an entry of one of them that fits nothing is told as
        idle.
        """
        today = time.strftime("%Y-%m-%d", time.gmtime())
        alive = {key: e for key, e in self.entries.items() if e.until is None or e.until >= today}
        met: set[str] = set()
        held = []
        for report in reports:
            findings = [self._held(finding, report, alive, met) for finding in report.findings]
            hidden = sum(f.suppressed is not None and f.suppressed.by == "baseline" for f in findings)
            line = f"baseline: {count(hidden, 'finding')} held back by {self.file}"
            held.append(report._replace(findings=tuple(findings), sources=(*report.sources, line)))
        lines = [*self._ended(met - alive.keys()), *self._idle(met, reports, ran)]
        held[-1] = held[-1]._replace(sources=(*held[-1].sources, *lines))
        return held

    def _held(
        self, finding: Finding, report: ProjectReport, alive: Mapping[str, Entry], met: set[str]
    ) -> Finding:
        parts = [part for part, _, _ in _parts(finding, report)]
        met |= self.entries.keys() & set(parts)
        if finding.suppressed is not None or not all(part in alive for part in parts):
            return finding
        entry = alive[parts[0]]
        return finding._replace(suppressed=Suppressed("baseline", entry.reason or _KNOWN, entry.until))

    def _ended(self, met: set[str]) -> Iterator[str]:
        if met:
            yield f"baseline: {len(met)} of its entries ended and hold back nothing any more"

    def _idle(
        self, met: set[str], reports: Sequence[ProjectReport], ran: Sequence[frozenset[str]]
    ) -> Iterator[str]:
        spoken = {(report.name, rule) for report, rules in zip(reports, ran, strict=True) for rule in rules}
        idle = [e for key, e in self.entries.items() if key not in met and (e.project, e.rule) in spoken]
        if idle:
            yield (
                f"baseline: {len(idle)} of its entries fit nothing any more; "
                f"npmguard baseline -o {self.file} leaves them out"
            )


def read(path: str) -> Baseline:
    """The baseline in a file. Raises InputError with the line for what is none."""
    from npmguard import jsontext
    from npmguard.project import files

    shown = path.replace(os.sep, "/")
    data = files.read(path, shown)
    document = jsontext.loads(data, shown)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(shown, f"no baseline of npmguard ({SCHEMA})", 1)
    listed = document.get("findings")
    if not isinstance(listed, list):
        raise InputError(shown, "findings is not a list", 1)
    found: dict[str, Entry] = {}
    for number, item in enumerate(listed):
        try:
            entry = _entry(item)
        except ValueError as error:
            places = ("/findings", f"/findings/{number}")
            lines = jsontext.Places(jsontext.decoded(data, shown)).lines(frozenset(places))
            raise InputError(shown, str(error), max(lines.values(), default=None)) from None
        found[entry.fingerprint] = entry
    return Baseline(shown, found)


def _entry(item: object) -> Entry:
    from datetime import date

    from npmguard.settings import near

    if not isinstance(item, dict):
        raise ValueError("a finding is not an object")
    for key in item:
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r} of a finding{near(key, _KEYS)}")
    values: dict[str, Any] = {field: item.get(field) for field in Entry._fields}
    for key, value in values.items():
        if not isinstance(value, str) and (value is not None or key in ("fingerprint", "rule", "title")):
            raise ValueError(f"{key} of a finding is not text")
    if values["until"] is not None:
        try:
            values["until"] = date.fromisoformat(values["until"]).isoformat()
        except ValueError:
            raise ValueError(f"until {values['until']!r} is not a date such as 2027-01-31") from None
    return Entry(**values)


def render(report: Report, before: Baseline | None = None) -> str:
    """The file for all findings of a report that nothing else hides: an entry a line, sorted.

    What was written beside an entry `before` is kept.
    """
    found: dict[str, Entry] = {}
    for project in report.projects:
        for entry in _entries(project):
            known = before.entries.get(entry.fingerprint) if before is not None else None
            if known is not None:
                entry = entry._replace(reason=known.reason, until=known.until)
            found[entry.fingerprint] = entry
    order = sorted(found.values(), key=lambda e: tuple(part or "" for part in (*e[1:], e[0])))
    lines = ",\n".join(f"    {json.dumps(_written(entry))}" for entry in order)
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": [\n{lines}\n  ]\n}}\n'.replace("[\n\n  ]", "[]")


def _written(entry: Entry) -> dict[str, str | None]:
    fields = entry._asdict()
    return {
        key: value for key, value in fields.items() if value is not None or key not in ("reason", "until")
    }


def _entries(report: ProjectReport) -> Iterator[Entry]:
    for finding in report.findings:
        if finding.suppressed is not None and finding.suppressed.by != "baseline":
            continue
        parts = _parts(finding, report)
        for part, package, version in parts:
            # the title of a finding about many counts them: every line would change when one comes or goes
            title = finding.title if len(parts) == 1 else _summary(finding.rule)
            yield Entry(part, finding.rule, report.name, package, version, title)


def _summary(rule: str) -> str:
    from npmguard.rules import load

    return load([rule])[0].summary


def _parts(finding: Finding, report: ProjectReport) -> list[tuple[str, str | None, str | None]]:
    """(fingerprint, package, version) of the finding, or of each package where it is about several.

    Whether packages with the same trouble make one finding or several is a matter of how many there are: each
    of them is known or new for itself.
    """
    graph = report.graph
    if finding.package is not None or not finding.keys or graph is None:
        return [(finding.fingerprint, finding.package, finding.version)]
    labels = {(graph.nodes[key].name, graph.nodes[key].version) for key in finding.keys if key in graph.nodes}
    return [
        (fingerprint(finding, report.name, name, version), name, version)
        for name, version in sorted(labels, key=lambda label: (label[0], label[1] or ""))
    ] or [(finding.fingerprint, None, None)]


def summary(report: Report, place: str) -> str:
    """What was noted, in one line."""
    words = ", ".join(f"{number} {severity.word}" for severity, number in report.counts.items() if number)
    found = count(sum(report.counts.values()), "finding")
    line = f"{place}: {found}{f' ({words})' if words else ''} noted as known"
    if report.incomplete:
        line += f"; {count(report.incomplete, 'answer')} missing, so that more may turn up as new"
    return line
