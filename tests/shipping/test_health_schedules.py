"""docs/health.md: the ways to run it every Monday are run here, as far as that goes without the hosts."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from support.projects import entry, write
from support.server import Server, registry

from npmguard import __version__
from npmguard.__main__ import main
from npmguard.cli import quick

TOP = Path(__file__).parents[2]
TEXT = (TOP / "docs" / "health.md").read_text()

_GH = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1 $2" in
  "issue list") cat "$CALLS.open" 2>/dev/null ;;
  "issue create") echo 7 > "$CALLS.open" ;;
esac
exit 0
"""


def fenced(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def workflow() -> dict[Any, Any]:
    found: dict[Any, Any] = next(each for each in map(yaml.safe_load, fenced("yaml")) if "jobs" in each)
    return found


def script(name: str) -> str:
    (found,) = [s["run"] for s in workflow()["jobs"]["health"]["steps"] if s.get("name") == name]
    return str(found)


@pytest.fixture
def place(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A clone of a repository with a project, a registry, and stand-ins for gh, pipx and pip."""
    if os.name != "posix" or shutil.which("git") is None:
        pytest.skip("needs git and a shell")
    tools = here / "tools"
    tools.mkdir()
    guard = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m npmguard "$@"\n'
    for name, text in (
        ("gh", _GH),
        ("npmguard", guard),
        ("pipx", '#!/bin/sh\nshift 3\nexec "$@"\n'),  # run --spec SPEC
        ("pip", "#!/bin/sh\n"),
    ):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    git(here, "init", "--quiet", "--bare", "acme/shop")
    work = here / "runner" / "shop"
    git(here, "init", "--quiet", str(work))
    with registry() as server:
        published(server, work)
        for name, value in {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(TOP),
            "CALLS": str(here / "calls"),
            "GITHUB_SERVER_URL": f"file://{here}",
            "GITHUB_REPOSITORY": "acme/shop",
            "NPM_CONFIG_REGISTRY": server.url,
            "NPMGUARD_CACHE_DIR": str(here / "cache"),
            "NPMGUARD_DATA_DIR": str(here / "data"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(work)
        yield work


def published(server: Server, work: Path) -> None:
    server.add("once", "1.4.0")
    write(work, {"dependencies": {"once": "^1.4.0"}}, {"node_modules/once": entry("once", "1.4.0")})
    (work / "npmguard.toml").write_text('allowed-hosts = ["registry.example.test"]\n')


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def shell(text: str) -> subprocess.CompletedProcess[str]:
    """As a runner does: bash, which stops at what fails."""
    return subprocess.run(["bash", "-e", "-c", text], capture_output=True, text=True, check=False)


def monday() -> None:
    """All steps of the workflow, each of which must go well."""
    for name in (
        "Fetch the history",
        "Look",
        "Keep the history",
        "Open the issue, or bring it up to date",
    ):
        done = shell(script(name))
        assert done.returncode == 0, f"{name}: {done.stderr}"
    shutil.rmtree("../kept")
    for file in ("health.md", "health.html"):
        assert Path(file).stat().st_size > 0
        Path(file).unlink()


def test_three_mondays_on_github(place: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        monday()
    calls = (here / "calls").read_text().splitlines()
    assert sum(call.startswith("issue create") for call in calls) == 1
    assert [call for call in calls if call.startswith("issue edit")] == [
        "issue edit 7 --body-file health.md"
    ] * 2
    shown = subprocess.run(
        ["git", "-C", str(here / "acme" / "shop"), "show", "npmguard-history:history.sqlite"],
        capture_output=True,
        check=True,
    )
    (here / "history.sqlite").write_bytes(shown.stdout)
    assert main(["health", "--history", str(here / "history.sqlite"), "--list"]) == 0
    assert ": 3 runs" in capsys.readouterr().out
    log = ["git", "-C", str(here / "acme" / "shop"), "rev-list", "--count", "npmguard-history"]
    assert subprocess.run(log, capture_output=True, check=True).stdout == b"1\n"


def test_a_host_that_does_not_answer_costs_no_history(
    place: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday()
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/none")
    assert shell(script("Fetch the history")).returncode != 0
    assert not (place.parent / "kept" / "history.sqlite").exists()


def test_the_workflow_is_pinned_and_asks_for_no_more_than_it_needs() -> None:
    found = workflow()
    assert found["permissions"] == {"contents": "write", "issues": "write"}
    assert "schedule" in found[True]  # YAML 1.1 reads `on` so
    for step in found["jobs"]["health"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
        assert "${{" not in step.get("run", "")


def test_the_job_of_gitlab(place: Path) -> None:
    found = next(each for each in map(yaml.safe_load, fenced("yaml")) if "npmguard-health" in each)
    job = found["npmguard-health"]
    for _ in range(2):
        for line in job["script"]:
            done = shell(line)
            assert done.returncode == 0, done.stderr
    assert all(Path(path).is_file() for path in job["artifacts"]["paths"])
    assert Path(job["cache"]["paths"][0], "history.sqlite").is_file()
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]


def test_the_line_of_cron(place: Path, here: Path) -> None:
    (text,) = fenced("crontab")
    *when, command = text.strip().split(None, 5)
    assert all(re.fullmatch(r"[\d*]+", field) for field in when)
    assert "%" not in command  # to cron the end of the line
    done = shell(command.replace("/srv/shop", str(place)).replace("/srv/www", str(here)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (here / "health.html").is_file()
    assert (here / "data" / "history.sqlite").is_file()


def test_the_units_of_systemd(tmp_path: Path) -> None:
    service, timer = fenced("ini")
    parsed = configparser.ConfigParser(strict=True)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(service)
    _, *words = shlex.split(parsed["Service"]["ExecStart"])
    found = quick.read(words)
    assert found is not None
    assert found[0].name == "health"
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    service = service.replace("/usr/local/bin/npmguard", "/bin/true").replace("/srv/shop", "/")
    (tmp_path / "npmguard-health.service").write_text(service)
    (tmp_path / "npmguard-health.timer").write_text(timer)
    for name in ("npmguard-health.service", "npmguard-health.timer"):
        done = subprocess.run(
            [analyze, "verify", str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), name
    calendar = parsed_timer(timer)["Timer"]["OnCalendar"]
    done = subprocess.run([analyze, "calendar", calendar], capture_output=True, text=True, check=False)
    assert done.returncode == 0


def parsed_timer(text: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=True)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(text)
    return parsed


@pytest.mark.parametrize("text", fenced("sh"))
def test_every_command_of_the_page_is_one(text: str) -> None:
    for line in text.strip().splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "npmguard"
        assert quick.read(words[1:]) is not None, line


def test_the_version_is_this_one() -> None:
    assert set(re.findall(r'npmguard==([\d.]+)"', TEXT)) == {__version__}
