"""Workflow commands, read as the runner of GitHub Actions reads them, and the summary of a job."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from support.hostile import HOSTILE, spoilt
from support.projects import write
from support.reports import many, report, sample
from support.snapshots import same

from npmguard.__main__ import main
from npmguard.model import Report
from npmguard.reports.github import render, summary


class Command(NamedTuple):
    kind: str
    properties: dict[str, str]
    message: str


def commands(found: Report) -> list[Command]:
    """The annotations: every line but the last is a command, and no line is anything else."""
    *lines, last, end = render(found).split("\n")
    assert end == ""
    assert re.fullmatch(r"npmguard: [a-z0-9, ;:]+", last)
    return [read(line) for line in lines]


def read(line: str) -> Command:
    """As the runner reads a command: up to the second ::, properties by commas, then each unescaped."""
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    kind, _, rest = head.partition(" ")
    assert kind in ("error", "warning", "notice")
    properties = {}
    for pair in rest.split(","):
        key, equals, value = pair.partition("=")
        assert key in ("file", "line", "title")
        assert equals
        for escaped, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(escaped, meant)
        properties[key] = value
    for escaped, meant in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        message = message.replace(escaped, meant)
    return Command(kind, properties, message)


def test_the_sample() -> None:
    same(render(sample()), "sample.github.txt")


def test_the_worst_first_with_its_line() -> None:
    found = commands(sample())
    assert [c.kind for c in found] == ["warning", *["error"] * 8, "warning", "notice", "notice"]
    assert found[1].properties == {
        "file": "apps/web/package-lock.json",
        "line": "2433",
        "title": "npmguard: critical advisory",
    }
    assert found[1].message.startswith("minimist@1.2.0: Prototype pollution by constructor keys")


def test_advisories_of_one_package_are_one_annotation() -> None:
    (lodash,) = [c for c in commands(sample()) if "lodash@" in c.message]
    assert lodash.properties["title"] == "npmguard: high advisory and 3 more"
    assert lodash.message.count("lodash@4.17.15: ") == 4
    assert lodash.message.count("Fix: ") == 1


def test_no_more_of_a_kind_than_github_shows() -> None:
    found = commands(many(3000))
    assert Counter(c.kind for c in found) == {"error": 10, "warning": 10, "notice": 10}
    last = found[-1]
    assert last.properties == {"title": "npmguard"}
    number = int(last.message.replace(",", "").split()[0])
    shown = sum(
        1 + int((re.search(r"and (\d+) more$", c.properties["title"]) or ["", "0"])[1]) for c in found[:-1]
    )
    assert number + shown == sum(many(3000).counts.values())


def test_hidden_findings_are_not_annotated() -> None:
    assert "GHSA-vh95-rmgr-6w4m" not in render(sample())


def test_nothing_found_is_said() -> None:
    assert render(report()) == "npmguard: nothing found in 0 packages\n"


def test_hostile_texts() -> None:
    for text in HOSTILE:
        found = commands(spoilt(sample(), text))
        assert len(found) <= 30
        for command in found:
            assert command.properties["title"].startswith("npmguard")
            assert command.properties.get("line", "1").isdigit()


def test_properties_come_out_as_they_went_in() -> None:
    for text in ("a,b:c%d", "100%0A::error::x", "title=a,line=2::b"):
        files = [c.properties["file"] for c in commands(spoilt(sample(), text))[1:]]
        assert set(files) == {text}


def test_the_summary_is_cut_at_a_line() -> None:
    whole = summary(sample())
    room = 1024 * 1024
    assert summary(sample(), room - len(whole)) == whole
    cut = summary(sample(), room - len(whole) + 1)
    assert len(cut) < len(whole)
    head, _, rest = cut.partition(b"\n\nThis is not all")
    assert whole.startswith(head)
    assert head.endswith(b"\n")
    assert rest
    assert summary(sample(), room) == b""


def test_the_job_gets_its_summary(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {}, {})
    there = here / "summary.md"
    there.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(there))
    assert main(["check", "--offline", "--format", "json", "--output", "a.json"]) in (0, 3)
    assert there.read_text() == "before\n"
    assert main(["check", "--offline", "--format", "github", "--output", "a.txt"]) in (0, 3)
    text = there.read_text()
    assert text.startswith("before\n<!-- npmguard check -->\n## ")
    assert "npmguard: " in (here / "a.txt").read_text()


def test_a_summary_that_cannot_be_written_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {}, {})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "no" / "where"))
    assert main(["check", "--offline", "--format", "github"]) == 2
    assert "GITHUB_STEP_SUMMARY" in capsys.readouterr().err
