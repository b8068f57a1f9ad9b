"""Three real projects at four points in time: the trends are what they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import ages

from npmguard.__main__ import main

Past = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ages")
    ages.run(folder, "--format", "json", "--output", "report.json")
    return folder


@pytest.fixture
def past(out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Past:
    monkeypatch.chdir(out)
    assert main(["health", *ages.PROJECTS, "--history", "history.sqlite", "--export", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return dict(zip(ages.PROJECTS, found["projects"], strict=True))


def series(past: Past, project: str, key: str) -> list[Any]:
    return [snapshot[key] for snapshot in past[project]["snapshots"]]


def test_one_is_brought_up_to_date_one_is_never_touched(past: Past) -> None:
    assert series(past, "api", "libyears") == [32.88, 18.11, 8.03, 5.11]
    assert series(past, "api", "score") == [59, 63, 89, 85]
    assert series(past, "tools", "libyears") == [8.41, 22.29, 33.13, 40.96]
    assert series(past, "tools", "score") == [79, 77, 77, 71]
    assert series(past, "site", "score") == [93, 91, 89, 89]


def test_what_was_mended_and_when(past: Past) -> None:
    ended = [i for i in past["api"]["issues"] if i["rule"] == "advisory" and i["ended"] == "mended"]
    assert {issue["until"][:10] for issue in ended} <= set(ages.TIMES)
    assert [i for i in past["api"]["issues"] if i["rule"] == "advisory" and i["ended"] is None] == []


def test_the_last_report(out: Path) -> None:
    report = json.loads((out / "report.json").read_text())
    tools = next(project for project in report["projects"] if project["path"] == "tools")
    assert tools["trend"]["against"] == "2019-12-01T06:00:00Z"
    assert tools["trend"]["regressions"] == ["the score fell by 6 points, from 77 to 71"]
    assert {lag["package"]: lag["libyears"] for lag in tools["health"]["lags"]}["json3"] == 4.93
    assert tools["health"]["libyears"] == 40.96
    assert tools["incomplete"] == []
