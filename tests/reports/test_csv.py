"""The table for spreadsheets."""

import csv
import io
import re
from typing import Any

import pytest
from support.hostile import HOSTILE, spoilt
from support.reports import report, sample
from support.snapshots import same

from npmguard.model import Finding, ProjectReport, Severity
from npmguard.reports.csv import HEADER, render

STARTS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"


def rows(text: str) -> list[dict[str, str]]:
    """The rows, read as RFC 4180 has them."""
    assert text.endswith("\r\n")
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert found[0] == list(HEADER)
    assert all(len(row) == len(HEADER) for row in found)
    return [dict(zip(HEADER, row, strict=True)) for row in found[1:]]


def of(**fields: Any) -> dict[str, str]:
    """The row of a finding with these texts."""
    finding = Finding("outdated", Severity.LOW, "title", "detail")._replace(**fields)
    found = ProjectReport(".", "demo", "1.0.0", "npm", None, None, 0, (finding,), ())
    (row,) = rows(render(report(found)))
    return row


def test_a_sample() -> None:
    found = rows(render(sample()))
    projects = sample().projects
    assert len(found) == sum(len(project.findings) + len(project.incomplete) for project in projects)
    same(render(sample()).replace("\r\n", "\n"), "sample.csv")


def test_the_header_stays() -> None:
    """Users' scripts go by it: a column may be added at its end, and none may go."""
    assert ",".join(HEADER) == (
        "project,rule,severity,confidence,package,version,direct,dev,title,detail,fix,fix_to,command,file,line,"
        "ids,url,path,path_count,fingerprint,suppressed_by,reason,until"
    )


def test_every_line_is_a_row() -> None:
    lines = render(sample()).split("\r\n")
    assert len(lines) == len(rows(render(sample()))) + 2
    assert all(re.fullmatch(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*', line) for line in lines[:-1])


def test_what_is_hidden_is_there_with_its_reason() -> None:
    hidden = [row for row in rows(render(sample())) if row["suppressed_by"]]
    assert {(row["suppressed_by"], row["until"]) for row in hidden} == {
        ("config", "2026-12-31"),
        ("baseline", ""),
    }
    assert all(row["reason"] for row in hidden)


def test_what_is_not_known_has_a_row() -> None:
    found = [row for row in rows(render(sample())) if row["rule"] == "incomplete"]
    assert [row["title"] for row in found] == [
        "advisories: the registry answered 405 to POST /-/npm/v1/security",
        "registry: no answer about once in 30 s",
    ]
    assert found[0]["detail"] == "Not known because of that: advisory, malware"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("  =1", "'=1"),
        ("\t=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ('a,"=1', "a,\"'=1"),
        ("a; -1", "a; '-1"),
        ("a|=1", "a|'=1"),
        ("a\t=1", "a =1"),
        ("a\n=1", "a =1"),
        ("1.0.0 - 2.0.0 || >=3 <=4", "1.0.0 - 2.0.0 || >=3 <=4"),
        ("a-b@c=d+e", "a-b@c=d+e"),
        ('say "a"', 'say "a"'),
    ],
)
def test_no_cell_is_a_formula(text: str, expected: str) -> None:
    assert of(title=text)["title"] == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_from_outside(text: str) -> None:
    rendered = render(spoilt(sample(), text))
    rendered.encode()
    for row in rows(rendered):
        for cell in row.values():
            assert not cell.startswith(tuple(STARTS)), cell[:100]
            assert not re.search(r"[;,|]\s*[\"']*\s*(?=[=+@-])(?<!')", cell), cell[:100]
            assert len(cell) <= 32_767


def test_a_long_text_is_cut() -> None:
    assert of(detail="x" * 100_000)["detail"].endswith("x…")
    assert len(of(detail=";=" * 50_000)["detail"]) == 32_767
