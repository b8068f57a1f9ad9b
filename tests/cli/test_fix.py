"""`npmguard fix` and `npmguard check --fix-plan`, against a registry on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.registries import lived
from support.server import Server, registry

from npmguard.__main__ import main
from npmguard.registry import http

ASKING = {"dependencies": {"once": "^1.3.0", "glob": "7.0.0"}}
LOCKED = {
    "node_modules/once": entry("once", "1.3.0"),
    "node_modules/glob": entry("glob", "7.0.0", dependencies={"path": "1.0.0"}),
    "node_modules/path": entry("path", "1.0.0"),
}


def advisory(name: str, vulnerable: str, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "url": f"https://github.com/advisories/GHSA-aaaa-bbbb-ccc{number}",
        "title": f"{name} does what it should not",
        "severity": "high",
        "vulnerable_versions": vulnerable,
    }


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    write(here, ASKING, LOCKED)
    with registry() as running:
        lived(running, "once", "1.3.0", "1.4.0")
        lived(running, "path", "1.0.0", "1.0.1")
        lived(running, "glob", "7.0.0", "7.1.0", "8.0.0")
        for version, path in (("7.0.0", "1.0.0"), ("7.1.0", "1.0.1"), ("8.0.0", "1.0.1")):
            running.packuments["glob"]["versions"][version]["dependencies"] = {"path": path}
        running.advisories = {
            "once": [advisory("once", "<1.4.0", 1)],
            "path": [advisory("path", "<1.0.1", 2)],
        }
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    code = main([*words, "--format", "json"])
    out, err = capsys.readouterr()
    return code, json.loads(out)["projects"][0], err


def test_the_plan_is_made_of_what_the_registry_says(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    code, project, _ = run(capsys, "check", "--fix-plan", "--only", "advisory")
    assert code == 1
    steps = project["fix_plan"]["steps"]
    assert [(s["kind"], s["package"], s["from"], s["to"], s["by"]) for s in steps] == [
        ("refresh", "once", "1.3.0", "1.4.0", "minor"),
        ("upgrade", "glob", "7.0.0", "7.1.0", "minor"),
    ]
    assert steps[1]["edits"] == [
        {"file": "package.json", "pointer": "/dependencies/glob", "from": "7.0.0", "to": "7.1.0"}
    ]
    marks = {f["fingerprint"]: f["package"] for f in project["findings"]}
    assert [[marks[mark] for mark in s["mends"]] for s in steps] == [["once"], ["path"]]
    # what the versions to go to have against them was asked too
    asked = [r for r in server.requests if r.method == "POST"]
    assert len(asked) == 2


def test_without_being_asked_there_is_no_plan(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    _, project, _ = run(capsys, "check", "--only", "advisory")
    assert project["fix_plan"] is None


def test_nothing_is_written_unless_told_so(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (here / "package.json").read_bytes()
    assert main(["fix"]) == 0
    out, err = capsys.readouterr()
    assert "upgrade glob 7.0.0 to 7.1.0 (minor)" in out
    assert "npm update once" in out
    assert err == "nothing was written: npmguard fix --write edits package.json\n"
    assert (here / "package.json").read_bytes() == before


def test_package_json_alone_is_written_and_what_to_run_is_said(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, lock = (here / "package.json").read_text(), (here / "package-lock.json").read_bytes()
    code, _, err = run(capsys, "fix", "--write")
    assert code == 0
    assert (here / "package.json").read_text() == before.replace('"glob": "7.0.0"', '"glob": "7.1.0"')
    assert (here / "package-lock.json").read_bytes() == lock
    assert err.splitlines() == [
        "wrote package.json",
        "then run: npm install --package-lock-only",
        "then run: npm update once",
    ]


def test_what_is_behind_is_written_where_it_is_named(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "fix", "--write", "--only", "outdated")
    assert json.loads((here / "package.json").read_text())["dependencies"] == {
        "once": "^1.3.0",
        "glob": "8.0.0",
    }


def test_what_has_no_fix_is_1_and_an_answer_missing_is_3(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.advisories = {"once": [advisory("once", "*", 1)]}
    assert run(capsys, "fix")[0] == 1
    assert run(capsys, "fix", "--fail-on", "critical")[0] == 0
    server.advisories = None
    assert run(capsys, "fix")[0] == 3
    assert run(capsys, "fix", "--allow-incomplete")[0] == 0


def test_a_version_too_young_is_passed_over(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(server, "glob", "7.0.0", "7.1.0", "7.1.1", "7.1.2", age=1, step=1)
    for version, path in (("7.0.0", "1.0.0"), ("7.1.0", "1.0.0"), ("7.1.1", "1.0.1"), ("7.1.2", "1.0.1")):
        server.packuments["glob"]["versions"][version]["dependencies"] = {"path": path}
    (here / "npmguard.toml").write_text('minimum-release-age = "36h"\n')
    _, project, _ = run(capsys, "fix", "--only", "advisory")
    assert [(s["kind"], s["to"]) for s in project["fix_plan"]["steps"]] == [
        ("refresh", "1.4.0"),
        ("upgrade", "7.1.1"),
    ]


def test_a_version_with_an_advisory_of_its_own_is_passed_over(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.advisories is not None
    server.advisories["glob"] = [advisory("glob", "=7.1.0", 3)]
    _, project, _ = run(capsys, "fix", "--only", "advisory")
    steps = project["fix_plan"]["steps"]
    assert [(s["package"], s["to"]) for s in steps if s["kind"] == "upgrade"] == [("glob", "8.0.0")]


def test_in_markdown(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    main(["fix", "--format", "markdown"])
    out = capsys.readouterr().out
    assert "| 1. | update once 1.3.0 to 1.4.0 \\(minor\\) | 2 | `npm update once` |" in out
