"""The rules' own pages, as text, JSON or Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from textwrap import dedent, wrap
from typing import Any

from npmguard.rules.base import Rule

_LONG = 85  # a line of prose that is longer goes on in the next
SECTIONS = ("Why it matters", "Bad", "Good", "How to fix")


def table(rules: Sequence[Rule], format: str, width: int = 80) -> str:
    """Every rule with its severity and summary, by group."""
    if format == "json":
        return json.dumps([_data(rule) for rule in rules], indent=2) + "\n"
    if format == "markdown":
        return _markdown(rules)
    longest = max(len(rule.id) for rule in rules)
    lines: list[str] = []
    group = ""
    for rule in rules:
        if rule.group != group:
            group = rule.group
            lines += ["", group] if lines else [group]
        start = f"  {rule.id:<{longest}}  {rule.severity.word:<8}  "
        lines += wrap(rule.summary, width, initial_indent=start, subsequent_indent=" " * len(start))
    return "\n".join(lines) + "\n\nnpmguard explain RULE tells more of each.\n"


def page(rule: Rule, format: str, width: int = 80) -> str:
    """What a rule looks for, why it matters, bad and good, and how to fix it."""
    if format == "json":
        return json.dumps(_data(rule) | {"page": rule.page.strip()}, indent=2) + "\n"
    if format == "markdown":
        return _page_in_markdown(rule)
    return f"{rule.id} ({rule.group}, {rule.severity.word} by default)\n\n{_folded(rule.page, width)}\n"


def _folded(page: str, width: int) -> str:
    """The page folded anew: prose by paragraphs, examples by lines."""
    found: list[str] = []
    joins = prose = False
    for line in page.strip().split("\n"):
        prose = line not in ("Bad", "Good") and (prose or line in SECTIONS or not found)
        if joins and line.strip() and not re.match(r"\s*\d+\. ", line):
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
        joins = prose and len(line) > _LONG
    lines = []
    for line in found:
        indent = line[: len(line) - len(line.lstrip())]
        lines += wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
    return "\n".join(lines)


def _data(rule: Rule) -> dict[str, Any]:
    return {"id": rule.id, "group": rule.group, "severity": rule.severity.word, "summary": rule.summary}


def _markdown(rules: Sequence[Rule]) -> str:
    lines = [
        "# Rules",
        "",
        "Written by `npmguard explain --format markdown`.",
        "",
        "| rule | group | severity | what it finds |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| [`{r.id}`](#{r.id}) | {r.group} | {r.severity.word} | {r.summary} |" for r in rules]
    return "\n".join(lines) + "\n\n" + "\n".join(_page_in_markdown(rule) for rule in rules)


def _page_in_markdown(rule: Rule) -> str:
    lines = [f"## {rule.id}", "", f"{rule.group}, {rule.severity.word} by default", ""]
    section = ""
    body: list[str] = []

    def close() -> None:
        text = dedent("\n".join(body)).strip("\n")
        body.clear()
        if not text:
            return
        if section in ("Bad", "Good"):
            lines.extend(["```", text, "```", ""])
        else:
            lines.extend([text, ""])

    for line in rule.page.strip().split("\n"):
        if line in SECTIONS:
            close()
            section = line
            lines.extend([f"### {line}", ""])
        else:
            body.append(line)
    close()
    return "\n".join(lines)
