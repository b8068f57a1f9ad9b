"""The report as SARIF 2.1.0, for GitHub's code scanning and for all else that reads it.

Code scanning takes the title and the severity of an alert from its rule, not from the result. So an advisory
is a rule of its own here (`advisory/GHSA-...`), and a finding that is not as severe as its rule is by default
belongs to a rule that says so (`lockfile-drift/low`): what is before the slash is npmguard's rule, as SARIF's
hierarchical ids are meant. That depends on the finding alone, so that no alert is lost when others come.

GitHub makes out which alert is which from the text of the line. Where that says nothing (a finding about a
whole file, or a second one on the same line) the finding's own fingerprint stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from textwrap import dedent
from typing import Any, NamedTuple
from urllib.parse import quote

from npmguard import __version__
from npmguard.model import Confidence, Finding, Gap, ProjectReport, Report, Severity, Suppressed
from npmguard.reports import telling
from npmguard.reports.flat import slot, written
from npmguard.text import count, markdown, one_line, plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST = 25_000  # results in one run: code scanning refuses a file with more
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MODERATE: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# where code scanning draws its lines: critical from 9.0, high from 7.0, medium from 4.0
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MODERATE: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.1",
}
_SURE = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_EXITS = {
    0: "nothing at or above the severity that fails",
    1: "at least one finding fails",
    3: "incomplete: some answers are missing",
}


class _Rule(NamedTuple):
    """A rule of this report: its place among them, the worst of its findings, how sure the least sure is."""

    id: str
    position: int
    worst: Finding
    confidence: Confidence


def render(report: Report) -> str:
    """One run with all projects: the worst results first within each, those that are hidden as suppressed."""
    found = [(finding, project) for project in report.projects for finding in project.findings]
    left_out = len(found) - _MOST
    if left_out > 0:
        found.sort(key=lambda pair: (pair[0].suppressed is not None, -pair[0].severity))
        del found[_MOST:]
    bases = _bases(finding.rule for finding, _ in found)
    rules = _rules([finding for finding, _ in found], bases)
    notes = [_note(gap, project) for project in report.projects for gap in project.incomplete]
    if left_out > 0:
        notes.append(_notification("limit", f"{count(left_out, 'finding')} left out: the file takes no more"))
    frame = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "npmguard",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": slot("rules"),
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not notes,
                        "exitCode": report.exit_code,
                        "exitCodeDescription": _EXITS.get(report.exit_code, ""),
                        "startTimeUtc": report.started_at,
                        "endTimeUtc": ended(report),
                        "toolExecutionNotifications": slot("notes"),
                    }
                ],
                "results": slot("results"),
            }
        ],
    }
    descriptors = (_descriptor(rule, bases.get(rule.worst.rule)) for rule in rules.values())
    return written(frame, {"rules": descriptors, "notes": notes, "results": _results(found, rules, bases)})


def ended(report: Report) -> str:
    """When the run was over, as ISO 8601 has it, in UTC."""
    began = datetime.fromisoformat(report.started_at)
    return (began + timedelta(milliseconds=report.duration_ms)).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- rules


class _Base(NamedTuple):
    """One of npmguard's own rules: its severity by default, and its page in parts."""

    severity: Severity
    group: str
    summary: str
    about: str
    help: str
    help_markdown: str
    todo: str
    todo_markdown: str


def _bases(ids: Iterable[str]) -> Mapping[str, _Base]:
    """npmguard's own rules of these ids, those that it knows."""
    from npmguard import rules
    from npmguard.reports.explain import page

    found = {}
    for rule in rules.load(sorted(set(ids) & set(rules.IDS))):
        about, _, help = rule.page.partition("Why it matters\n")
        help_markdown = page(rule, "markdown").partition("### Why it matters\n")[2].strip()
        todo = dedent(help.partition("How to fix\n")[2]).strip()
        todo_markdown = help_markdown.partition("### How to fix\n")[2].strip()
        about = " ".join(about.split())
        help = f"Why it matters\n{help}".rstrip()
        help_markdown = f"### Why it matters\n\n{help_markdown}"
        found[rule.id] = _Base(
            rule.severity, rule.group, rule.summary, about, help, help_markdown, todo, todo_markdown
        )
    return found


def _id(finding: Finding, bases: Mapping[str, _Base]) -> str:
    if finding.ids and finding.ids[0].strip():
        return f"{finding.rule}/{one_line(finding.ids[0], 100)}"
    base = bases.get(finding.rule)
    usual = base is None or base.severity == finding.severity
    return finding.rule if usual else f"{finding.rule}/{finding.severity.word}"


def _rules(findings: Iterable[Finding], bases: Mapping[str, _Base]) -> Mapping[str, _Rule]:
    """The rules of these findings by id, in the order of the ids."""
    found: dict[str, tuple[Finding, Confidence]] = {}
    for finding in findings:
        id = _id(finding, bases)
        worst, sure = found.get(id, (finding, finding.confidence))
        if finding.severity > worst.severity:
            worst = finding
        found[id] = (worst, min(sure, finding.confidence, key=_SURE.index))
    return {id: _Rule(id, position, *found[id]) for position, id in enumerate(sorted(found))}


def _descriptor(rule: _Rule, base: _Base | None) -> dict[str, Any]:
    """A rule as SARIF describes one: of an advisory what that says, of another npmguard's page of it."""
    finding = rule.worst
    found: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in finding.rule.split("-")),
    }
    base = base or _Base(finding.severity, "npmguard", *[finding.rule] * 6)
    title, about, help, help_markdown = base.summary, base.about, base.help, base.help_markdown
    if finding.ids:
        title, url = telling.subject(finding), telling.link(finding.url)
        about = f"{title}. {base.summary}"
        head = f"[{markdown(title)}]({url})" if url else markdown(title)
        help = "\n\n".join((title, *((url,) if url else ()), base.todo))
        help_markdown = f"{head}\n\n{base.todo_markdown}"
        if url:
            found["helpUri"] = url
    return {
        **found,
        "shortDescription": {"text": title},
        "fullDescription": {"text": one_line(about, 1000)},
        "help": {"text": help, "markdown": help_markdown},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {
            "tags": ["security", "supply-chain", base.group],
            "precision": rule.confidence.value,
            "security-severity": _SCORES[finding.severity],
        },
    }


# -- results


def _results(
    found: Sequence[tuple[Finding, ProjectReport]], rules: Mapping[str, _Rule], bases: Mapping[str, _Base]
) -> Iterator[dict[str, Any]]:
    taken: set[tuple[str, str, int]] = set()
    for finding, project in found:
        rule = rules[_id(finding, bases)]
        file, line = telling.place(finding, project)
        key = (rule.id, file, line)
        marks = {"npmguard/v1": finding.fingerprint}
        place = finding.location
        if key in taken or place is None or not place.line or not place.pointer:
            marks["primaryLocationLineHash"] = f"{finding.fingerprint}:1"
        taken.add(key)
        result: dict[str, Any] = {
            "ruleId": rule.id,
            "ruleIndex": rule.position,
            "level": _LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [_location(finding, file, line)],
            "partialFingerprints": marks,
            "properties": _properties(finding),
        }
        if finding.suppressed is not None:
            result["suppressions"] = [_suppression(finding.suppressed)]
        yield result


def _message(finding: Finding) -> str:
    found = "\n".join((one_line(finding.title), *telling.lines(finding)))
    # "[text](1)" is a link in SARIF's plain messages
    return found.replace("](", "] (")


def _location(finding: Finding, file: str, line: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line},
        }
    }
    if finding.package is not None:
        name, version = plain(finding.package), plain(finding.version or "")
        whole = f"{name}@{version}" if version else name
        found["logicalLocations"] = [{"name": name, "fullyQualifiedName": whole, "kind": "package"}]
    return found


def uri(path: str) -> str:
    """A path as a relative URI reference: neither a scheme nor a host can come of it."""
    try:
        data = path.encode("utf-8", "surrogateescape")  # the bytes of a name that is no text
    except UnicodeEncodeError:
        data = path.encode("utf-8", "backslashreplace")
    found = quote(data, safe="/@-._~+!()*")
    return f"/{found.lstrip('/')}" if found.startswith("//") else found


def _properties(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "confidence": finding.confidence.value,
        "dev": finding.dev,
        "direct": finding.direct,
    }


def _suppression(hidden: Suppressed) -> dict[str, Any]:
    until = f" (until {plain(hidden.until)})" if hidden.until else ""
    return {
        "kind": "external",
        "status": "accepted",
        "justification": one_line(hidden.reason, 1000) + until,
        "properties": {"by": hidden.by},
    }


# -- what could not be known


def _note(gap: Gap, project: ProjectReport) -> dict[str, Any]:
    file = {"uri": uri(telling.home(project)), "uriBaseId": "%SRCROOT%"}
    words = f"Not checked: {', '.join(gap.affects)}: {one_line(gap.reason, 1000)}"
    return {
        **_notification(one_line(gap.source, 100) or "source", words),
        "locations": [{"physicalLocation": {"artifactLocation": file}}],
    }


def _notification(id: str, words: str) -> dict[str, Any]:
    return {"descriptor": {"id": id}, "level": "error", "message": {"text": words.replace("](", "] (")}}
