"""The report for machines: schema npmguard-report/1 (docs/json.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from npmguard import __version__
from npmguard.dates import iso
from npmguard.model import Finding, Packed, ProjectReport, Report, Severity
from npmguard.text import in_json

if TYPE_CHECKING:
    from npmguard.model import Inspected, Plan


def render(report: Report) -> str:
    """The report as one JSON object, the keys always in the same order, a finding a line."""
    projects = [_lines(project) for project in sorted(report.projects, key=lambda p: p.path)]
    found = {
        "schema": "npmguard-report/1",
        "tool": {"name": "npmguard", "version": __version__},
        "command": report.command,
        "started_at": report.started_at,
        "duration_ms": report.duration_ms,
        "projects": _PLACE,
        "summary": {
            "projects": len(report.projects),
            "packages": report.packages,
            "findings": {
                severity.word: report.counts[severity] for severity in sorted(Severity, reverse=True)
            },
            "suppressed": report.suppressed,
            "incomplete": report.incomplete,
            "exit_code": report.exit_code,
        },
    }
    # ASCII, so that what a registry or a lockfile smuggled into a name cannot break the output's encoding
    return in_json(_filled(found, "projects", projects)) + "\n"


# Indenting is slow work in Python, and a report can have thousands of findings: each is written flat
_PLACE = "\0"


def _lines(project: ProjectReport) -> str:
    found: dict[str, Any] = {
        "path": project.path,
        "name": project.name,
        "version": project.version,
        "manager": project.manager,
        "lockfile": project.lockfile,
        "lockfile_format": project.lockfile_format,
        "packages": project.packages,
        "findings": _PLACE,
        "incomplete": [
            {"source": gap.source, "reason": gap.reason, "affects": list(gap.affects)}
            for gap in project.incomplete
        ],
        "sources": list(project.sources),
    }
    found["fix_plan"] = _plan(project.plan) if project.plan is not None else None
    if project.capabilities is not None:
        found["capabilities"] = _PLACE
    if project.changes is not None:
        found["changes"] = [
            {
                "package": c.package,
                "from": c.before,
                "to": c.after,
                "kind": c.kind,
                "capabilities_gained": list(c.capabilities) if c.capabilities is not None else None,
                "hosts_gained": list(c.hosts) if c.hosts is not None else None,
            }
            for c in project.changes
        ]
        found["new_direct"] = sorted({c.package for c in project.changes if c.direct})
        found["new_scripts"] = sorted({f"{c.package}@{c.after}" for c in project.changes if c.script})
    if project.packed is not None:
        found |= _packed(project.packed)
    if project.inspected is not None:
        found["inspected"] = _inspected(project.inspected)
    lists: dict[str, list[str]] = {}
    if project.health is not None:
        from npmguard.reports import healthy

        found["health"] = _emptied(healthy.health_object(project.health), lists)
        trend = project.trend
        found["trend"] = _emptied(healthy.trend_object(trend), lists) if trend is not None else None
    text = _filled(found, "findings", [json.dumps(_finding(finding)) for finding in project.findings])
    if project.capabilities is not None:
        able = [f"{json.dumps(label)}: {json.dumps(names)}" for label, names in project.capabilities.items()]
        text = _filled(text, "capabilities", able, "{}")
    if project.packed is not None:
        files = [json.dumps({"path": f.path, "size": f.size, "mode": f.mode}) for f in project.packed.files]
        text = _filled(text, "files", files)
    for key, items in lists.items():
        text = _filled(text, key, items, "{}" if key == "weights" else "[]")
    return text.replace("\n", "\n    ")


def _plan(plan: Plan) -> dict[str, Any]:
    """What `--fix-plan` adds."""
    from npmguard.jsontext import pointer

    return {
        "steps": [
            {
                "kind": step.kind,
                "package": step.package,
                "from": step.before,
                "to": step.to,
                "by": step.by,
                "urgent": step.urgent,
                "command": step.command,
                "detail": step.words,
                "mends": list(step.mends),
                "edits": [
                    {"file": e.file, "pointer": pointer(*e.keys), "from": e.before, "to": e.value}
                    for e in step.edits
                ],
            }
            for step in plan.steps
        ],
        "incomplete": list(plan.gaps),
    }


_LONG = ("lags", "weights", "advisories", "new", "mended", "open", "snapshots")


def _emptied(found: dict[str, Any], lists: dict[str, list[str]]) -> dict[str, Any]:
    """The object with its long lists taken out, into `lists`."""
    for key in _LONG:
        items = found.get(key)
        if isinstance(items, dict):
            lists[key] = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in items.items()]
        elif items is not None:
            lists[key] = [json.dumps(item) for item in items]
        if items is not None:
            found[key] = _PLACE
    return found


def _packed(packed: Packed) -> dict[str, Any]:
    """What `prepublish` adds."""
    previous, since = packed.previous, packed.since
    return {
        "files": _PLACE,
        "unpacked_size": packed.unpacked_size,
        "packed_size": packed.packed_size,
        "previous": {
            "version": previous.version,
            "added": sorted(since[0]) if since is not None else None,
            "removed": sorted(since[1]) if since is not None else None,
            "unpacked_size": previous.unpacked_size,
        }
        if previous is not None
        else None,
    }


def _inspected(facts: Inspected) -> dict[str, Any]:
    """What `inspect` adds."""
    runs, similar = facts.runs, facts.similar
    return {
        "asked": facts.asked,
        "range": facts.range,
        "version": facts.version,
        "latest": facts.latest,
        "here": facts.here,
        "published": iso(facts.published),
        "first_published": iso(facts.first_published),
        "releases": facts.releases,
        "publisher": facts.publisher,
        "maintainers": list(facts.maintainers) if facts.maintainers is not None else None,
        "provenance": {
            "attested": facts.attested,
            "trusted_publisher": facts.trusted_publisher,
            "verified": False,
            "attestation": dict(facts.attestation) or None,
        },
        "licence": facts.licence,
        "repository": facts.repository,
        "unpacked_size": facts.unpacked_size,
        "file_count": facts.file_count,
        "scripts": dict(facts.scripts) if facts.scripts is not None else None,
        "scripts_run": {"runs": runs.runs, "why": runs.why} if runs is not None else None,
        "dependencies": list(facts.dependencies) if facts.dependencies is not None else None,
        "peers": [peer._asdict() for peer in facts.peers],
        "brings": list(facts.brings) if facts.brings is not None else None,
        "brings_optional": facts.brings_optional,
        "has": list(facts.has),
        "elsewhere": list(facts.elsewhere),
        "cut": facts.cut,
        "deprecated": facts.deprecated,
        "capabilities": list(facts.capabilities) if facts.capabilities is not None else None,
        "rank": facts.rank,
        "similar": {"name": similar.name, "rank": similar.rank} if similar is not None else None,
        "verdict": facts.advice.word,
        "reason": facts.advice.reason,
    }


def _filled(found: dict[str, Any] | str, key: str, items: Sequence[str], ends: str = "[]") -> str:
    """The object as JSON, the list (or the object, by its `ends`) of items in the place of its key."""
    text = found if isinstance(found, str) else json.dumps(found, indent=2)
    # no text can hold the key and its quotation marks unescaped
    head, mark, tail = text.partition(f'"{key}": {json.dumps(_PLACE)}')
    return f"{head}{mark.removesuffix(json.dumps(_PLACE))}{_list(items, '    ', ends)}{tail}"


def _list(items: Sequence[str], indent: str, ends: str) -> str:
    """A JSON list (or object) of what is JSON already, an item a line."""
    if not items:
        return ends
    between = f",\n{indent}"
    return f"{ends[0]}\n{indent}{between.join(items)}\n{indent[2:]}{ends[1]}"


def _finding(finding: Finding) -> dict[str, Any]:
    fix, place, hidden = finding.fix, finding.location, finding.suppressed
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "confidence": finding.confidence.value,
        "package": finding.package,
        "version": finding.version,
        "dev": finding.dev,
        "direct": finding.direct,
        "title": finding.title,
        "detail": finding.detail,
        "fix": {"kind": fix.kind, "to": fix.to, "command": fix.command} if fix else None,
        "location": {"file": place.file, "line": place.line, "pointer": place.pointer} if place else None,
        "paths": [list(path) for path in finding.paths],
        "path_count": finding.path_count,
        "ids": list(finding.ids),
        "url": finding.url,
        "fingerprint": finding.fingerprint,
        "suppressed": {"by": hidden.by, "reason": hidden.reason, "until": hidden.until} if hidden else None,
    }
