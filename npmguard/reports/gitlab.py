"""The report for GitLab's dependency scanning: gl-dependency-scanning-report.json, schema version 15.

Each finding about a package is a vulnerability there, known by its GHSA or CVE, else by its rule: GitLab
tells them apart by that, the file and the package. What is about the project itself has no place in that form
(see gitlab-quality), and a message says how much that is; what is hidden stays away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from npmguard import __version__
from npmguard.model import Finding, ProjectReport, Report, Severity
from npmguard.reports import telling
from npmguard.reports.flat import slot, written
from npmguard.reports.sarif import ended
from npmguard.text import code, count, markdown, one_line

VERSION = "15.1.4"
_SCHEMAS = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw"
_SEVERITIES = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MODERATE: "Medium",
    Severity.LOW: "Low",
    Severity.INFO: "Info",
}
_TOOL = {"id": "npmguard", "name": "npmguard", "version": __version__, "vendor": {"name": "npmguard"}}
_IDS = 20  # identifiers of one vulnerability: GitLab refuses one with more
_PAGES = {
    "ghsa": (re.compile(r"GHSA(-[0-9a-z]{4}){3}"), "https://github.com/advisories/"),
    "cve": (re.compile(r"CVE-\d{4}-\d{4,}"), "https://nvd.nist.gov/vuln/detail/"),
    "osv": (re.compile(r"[A-Z]+-[0-9A-Za-z-]{1,100}"), "https://osv.dev/vulnerability/"),
}


def render(report: Report) -> str:
    """One scan with all projects."""
    shown = [
        (finding, project)
        for project in report.projects
        for finding in project.findings
        if finding.suppressed is None
    ]
    found = [(finding, project) for finding, project in shown if finding.package]
    frame = {
        "version": VERSION,
        "schema": f"{_SCHEMAS}/v{VERSION}/dist/dependency-scanning-report-format.json",
        "scan": {
            "type": "dependency_scanning",
            "status": "failure" if report.incomplete else "success",
            "start_time": report.started_at.removesuffix("Z"),
            "end_time": ended(report).removesuffix("Z"),
            "analyzer": _TOOL,
            "scanner": _TOOL,
            "messages": slot("messages"),
        },
        "vulnerabilities": slot("vulnerabilities"),
        "remediations": [],
    }
    return written(
        frame,
        {
            "messages": _messages(report, len(shown) - len(found)),
            "vulnerabilities": (_vulnerability(*pair) for pair in found),
        },
    )


def _messages(report: Report, elsewhere: int) -> Iterator[dict[str, str]]:
    for project in report.projects:
        for gap in project.incomplete:
            words = f"Not checked: {', '.join(gap.affects)}: {one_line(gap.reason, 1000)}"
            yield {"level": "warn", "value": words}
    if elsewhere:
        words = f"{count(elsewhere, 'finding')} about a project rather than a package: see gitlab-quality"
        yield {"level": "info", "value": words}


def _vulnerability(finding: Finding, project: ProjectReport) -> dict[str, Any]:
    file, _ = telling.place(finding, project)
    found: dict[str, Any] = {
        "id": _uuid(project.path, finding.fingerprint),
        "name": one_line(telling.subject(finding), 255),
        "description": markdown(finding.detail, 20_000),
        "severity": _SEVERITIES[finding.severity],
        "identifiers": list(_identifiers(finding)),
        "location": {
            "file": one_line(file, 1000) or "package.json",
            "dependency": {
                "package": {"name": one_line(finding.package or "", 214)},
                "version": one_line(finding.version or "", 200),
                "direct": finding.direct,
            },
        },
    }
    todo = telling.fix(finding)
    if todo:
        found["solution"] = code(todo, 1000)
    if url := telling.link(finding.url):
        found["links"] = [{"url": url}]
    details = {"rule": {"name": "Rule", "type": "text", "value": finding.rule}}
    if brought := list(telling.ways(finding)):
        details["paths"] = {"name": "Brought by", "type": "text", "value": "; ".join(brought)}
    if finding.dev:
        details["dev"] = {"name": "Scope", "type": "text", "value": "only development brings it"}
    found["details"] = details
    return found


def _identifiers(finding: Finding) -> Iterator[dict[str, str]]:
    """Its ids, GHSA first as they stand; the rule where there is none."""
    ids = [id for id in dict.fromkeys(one_line(id, 100) for id in finding.ids) if id]
    for id in ids[:_IDS]:
        kind = next((kind for kind, (form, _) in _PAGES.items() if form.fullmatch(id)), None)
        found = {"type": kind or "other", "name": id, "value": id}
        yield {**found, "url": _PAGES[kind][1] + id} if kind else found
    if not ids:
        yield {"type": "npmguard", "name": f"npmguard {finding.rule}", "value": finding.rule}


def _uuid(*parts: str) -> str:
    """An id in the form of a UUID (version 8: of one's own making), the same for the same finding."""
    digits = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
