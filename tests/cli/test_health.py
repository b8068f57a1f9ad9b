"""`npmguard health` from end to end, against a registry on loopback."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.registries import DAY, lived
from support.server import Server, registry

from npmguard.__main__ import main
from npmguard.registry import http

ADVISORY = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
    "title": "Wraps too well",
    "severity": "high",
    "vulnerable_versions": "<1.1.0",
    "cwe": [],
    "cvss": {"score": 7.5, "vectorString": None},
}
RECORD = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "modified": "2024-01-01T00:00:00Z",
    "published": "2024-01-01T00:00:00Z",
    "summary": "Wraps too well",
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "wrappy"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}],
        }
    ],
    "database_specific": {"severity": "HIGH"},
}
HISTORY = "history.sqlite"


def locked(server: Server, wrappy: str) -> dict[str, dict[str, Any]]:
    def integrity(name: str, version: str) -> str:
        return str(server.packuments[name]["versions"][version]["dist"]["integrity"])

    once, other = integrity("once", "1.4.0"), integrity("wrappy", wrappy)
    return {
        "node_modules/once": entry("once", "1.4.0", dependencies={"wrappy": "1"}, integrity=once),
        "node_modules/wrappy": entry("wrappy", wrappy, integrity=other),
    }


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A registry with two packages that have lived, one of them vulnerable in the project here."""
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    monkeypatch.setenv("NPMGUARD_DATA_DIR", str(here / "data"))
    (here / "npmguard.toml").write_text('allowed-hosts = ["registry.example.test"]\n')
    with registry() as running:
        lived(running, "once", "1.3.0", "1.4.0", "2.0.0", age=100)
        lived(running, "wrappy", "1.0.2", "1.1.0", age=1200, step=365.25)
        running.advisories = {"wrappy": [ADVISORY]}
        write(here, {"dependencies": {"once": "^1.4.0"}}, locked(running, "1.0.2"))
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


def run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any], str]:
    code = main(["health", "--format", "json", "--history", HISTORY, *options])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["summary"]["exit_code"] == code
    return code, found, err


def project(report: dict[str, Any]) -> dict[str, Any]:
    (found,) = report["projects"]
    assert isinstance(found, dict)
    return found


def test_what_is_measured(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "osv.json").write_text(json.dumps(RECORD))
    code, report, _ = run(capsys, "--advisories", "osv.json")
    assert (code, report["command"]) == (1, "health")
    health = project(report)["health"]
    assert health["score"] == 100 - sum(part["lost"] for part in health["parts"])
    assert health["libyears"] == round(1.0 + 40 / 365.25, 2)
    assert [(lag["package"], lag["libyears"], lag["minors"]) for lag in health["lags"]] == [
        ("wrappy", 1.0, 1),
        ("once", 0.11, 0),
    ]
    (hole,) = health["advisories"]
    assert (hole["id"], hole["disclosed"], hole["fix"]) == (
        "GHSA-aaaa-bbbb-cccc",
        "2024-01-01T00:00:00Z",
        "1.1.0",
    )
    assert hole["mended"] is not None
    assert health["unmaintained"] == ["wrappy@1.0.2"]
    assert health["single_maintainer"] == ["once@1.4.0", "wrappy@1.0.2"]
    assert health["licences"] == {"MIT": 2}
    assert health["counts"]["without_provenance"] == 2
    assert health["weights"] == {"once@1.4.0": 2, "wrappy@1.0.2": 1}
    trend = project(report)["trend"]
    assert (trend["against"], trend["new"], trend["mended"]) == (None, [], [])
    assert "advisory" in [issue["rule"] for issue in trend["open"]]
    assert len(trend["snapshots"]) == 1


def test_a_warm_run_asks_only_for_advisories(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.max_age = 600
    first = run(capsys)[1]
    asked = len(server.requests)
    again = run(capsys)[1]
    assert [request.method for request in server.requests[asked:]] == ["POST"]
    assert project(again)["health"] == project(first)["health"]


def test_what_changed(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys)[0] == 1
    write(here, {"dependencies": {"once": "^1.4.0"}}, locked(server, "1.1.0"))
    code, report, _ = run(capsys, "--fail-on-regression")
    assert code == 0
    trend = project(report)["trend"]
    assert [issue["package"] for issue in trend["mended"] if issue["rule"] == "advisory"] == ["wrappy"]
    assert trend["regressions"] == []
    write(here, {"dependencies": {"once": "^1.4.0"}}, locked(server, "1.0.2"))
    code, report, _ = run(capsys, "--fail-on", "none", "--fail-on-regression")
    assert code == 1
    assert "1 new finding of high" in project(report)["trend"]["regressions"][0]
    code, report, _ = run(capsys, "--fail-on", "none")
    assert code == 0


def test_a_regression_is_said_to_be_one(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.advisories = {}
    run(capsys)
    server.advisories = {"wrappy": [{**ADVISORY, "severity": "critical"}]}
    options = ["--history", HISTORY, "--fail-on", "none", "--fail-on-regression"]
    assert main(["health", *options, "--format", "markdown"]) == 1
    assert "npmguard: Worse than before" in capsys.readouterr().out
    server.advisories = {}
    main(["health", *options])
    server.advisories = {"wrappy": [{**ADVISORY, "severity": "critical"}]}
    capsys.readouterr()
    assert main(["health", *options]) == 1
    assert "Worse than before: 1 new finding of critical" in capsys.readouterr().out


def test_what_no_source_answered_is_not_mended(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    server.advisories = None
    code, report, _ = run(capsys)
    assert code == 3
    trend = project(report)["trend"]
    assert trend["mended"] == []
    assert "advisory" in [issue["rule"] for issue in trend["open"]]
    assert trend["snapshots"][-1]["parts"]["advisories"] is None


def test_the_default_history_lies_in_the_data_folder(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["health", "--fail-on", "none"])
    assert "Health " in capsys.readouterr().out
    assert (here / "data" / "history.sqlite").is_file()


def test_list_and_export(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    run(capsys)
    asked = len(server.requests)
    assert main(["health", "--history", HISTORY, "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(": 2 runs")
    assert len(lines) == 4
    assert main(["health", "--history", HISTORY, "--export", "csv"]) == 0
    rows = capsys.readouterr().out.split("\r\n")
    assert rows[0].startswith('"project","time","npmguard","packages","score","libyears"')
    assert len(rows) == 4
    assert main(["health", "--history", HISTORY, "--export", "json", "--output", "out.json"]) == 0
    found = json.loads(Path("out.json").read_text())
    assert found["schema"] == "npmguard-history/1"
    (exported,) = found["projects"]
    assert len(exported["snapshots"]) == 2
    assert {issue["ended"] for issue in exported["issues"]} == {None}
    assert len(server.requests) == asked
    assert main(["health", "--history", HISTORY, "--list", "--export", "csv"]) == 2


def test_the_same_history_gives_the_same_bytes(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    run(capsys)
    for form in ("csv", "json"):
        written = []
        for _ in range(2):
            main(["health", "--history", HISTORY, "--export", form])
            written.append(capsys.readouterr().out)
        assert written[0] == written[1]


def test_compare(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    with sqlite3.connect(HISTORY) as db:
        db.execute("UPDATE snapshots SET time=?", (1_767_225_600,))  # 2026-01-01
    db.close()
    write(here, {"dependencies": {"once": "^1.4.0"}}, locked(server, "1.1.0"))
    run(capsys)
    for date, against, mended in (
        ("last", None, False),
        ("2026-01-01", "2026-01-01T00:00:00Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ):
        trend = project(run(capsys, "--compare", date)[1])["trend"]
        assert against is None or trend["against"] == against
        assert bool([i for i in trend["mended"] if i["rule"] == "advisory"]) == mended
    _, report, err = run(capsys, "--compare", "2025-12-31")
    assert project(report)["trend"]["against"] is None
    assert "no snapshot is that old" in err
    assert main(["health", "--history", HISTORY, "--compare", "yesterday"]) == 2
    assert "not a date" in capsys.readouterr().err


def test_several_projects(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "apps" / "web", {"name": "web", "dependencies": {"once": "^1.4.0"}}, locked(server, "1.0.2"))
    write(here / "apps" / "api", {"name": "api", "dependencies": {"once": "^1.4.0"}}, locked(server, "1.1.0"))
    for name in ("web", "api"):
        (here / "apps" / name / "npmguard.toml").write_text((here / "npmguard.toml").read_text())
    _, report, _ = run(capsys, "apps/web", "apps/api")
    assert [len(p["trend"]["snapshots"]) for p in report["projects"]] == [1, 1]
    main(["health", "--history", HISTORY, "apps/web", "apps/api"])
    out = capsys.readouterr().out
    assert out.startswith("Projects\n")
    assert out.index("apps/web") < out.index("apps/api")
    main(["health", "--history", HISTORY, "--format", "markdown", "apps/web", "apps/api"])
    assert "| project | health |" in capsys.readouterr().out
    assert main(["health", "--project-id", "x", "apps/web", "apps/api"]) == 2


def test_one_of_several_that_cannot_be_read(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "good", {"name": "good"}, {})
    write(here / "bad", {"name": "bad"}, {})
    (here / "bad" / "package-lock.json").write_text("{")
    code, report, err = run(capsys, "good", "bad")
    assert code == 2
    assert "bad/package-lock.json" in err
    found = {p["path"]: p.get("trend") for p in report["projects"]}
    assert found["good"] is not None
    assert found["bad"] is None


def test_two_projects_of_one_name_are_refused(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("one/app", "two/app"):
        write(here / folder, {"name": "app"}, {})
    assert main(["health", "--history", HISTORY, "one/app", "two/app"]) == 2
    assert "both go by 'app app'" in capsys.readouterr().err
    assert main(["health", "--history", HISTORY, "--project-id", "first", "one/app"]) in (0, 3)


# -- whatever is wrong with the history, the report is given


def spoilt(here: Path, how: str) -> None:
    if how == "no SQLite":
        (here / HISTORY).write_text("{}")
    elif how == "a folder":
        (here / HISTORY).mkdir()
    else:
        with sqlite3.connect(here / HISTORY) as db:
            db.execute(f"PRAGMA application_id={0x6E706D67}")
            db.execute("PRAGMA user_version=99")
        db.close()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("no SQLite", "not a history file"),
        ("a folder", "not a regular file"),
        ("newer", "written by a newer npmguard (version 99"),
    ],
)
def test_a_history_that_cannot_be_used(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str], how: str, words: str
) -> None:
    spoilt(here, how)
    code, report, err = run(capsys, "--fail-on", "none")
    assert code == 2
    assert words in err
    assert len(err.splitlines()) == 1
    found = project(report)
    assert found["trend"] is None
    assert found["health"]["score"] < 100
    assert [gap["affects"] for gap in found["incomplete"] if gap["source"] == "history"] == [["health"]]
    assert run(capsys)[0] == 2
    assert main(["health", "--history", HISTORY]) == 2
    assert "Not safe as it is" in capsys.readouterr().out  # what fails a run is said all the same
    assert main(["health", "--history", HISTORY, "--list"]) == 2
    assert words in capsys.readouterr().err


def test_a_run_killed_at_any_moment_loses_nothing(server: Server, here: Path) -> None:
    server.max_age = 600
    words = [sys.executable, "-m", "npmguard", "health", "--history", HISTORY, "-o", "out.txt"]
    top = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONPATH": top, "NPMGUARD_CACHE_DIR": str(here / "cache")}
    start = time.perf_counter()
    assert subprocess.run(words, env=env, check=False).returncode == 1
    whole = time.perf_counter() - start
    runs = 1
    for number in range(8):
        process = subprocess.Popen(words, env=env)
        time.sleep(whole * (0.3 + 0.1 * number))
        process.send_signal(signal.SIGKILL)
        process.wait()
        with sqlite3.connect(HISTORY) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = db.execute("SELECT open FROM snapshots ORDER BY id").fetchall()
        db.close()
        assert len(kept) >= runs
        assert len(set(kept)) == 1
        runs = len(kept)
    assert subprocess.run(words, env=env, check=False).returncode == 1
    assert "Health " in Path("out.txt").read_text()


def test_dates_of_the_future_are_not_believed(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    found = server.packuments["wrappy"]
    found["time"]["1.1.0"] = "9999-12-31T23:59:59.999Z"
    lag = project(run(capsys)[1])["health"]["lags"]
    assert [each["libyears"] for each in lag if each["package"] == "wrappy"] == [None]
    assert DAY == 86_400
