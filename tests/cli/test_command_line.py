"""How a command line is read, and what a wrong one says."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.projects import entry, write

import npmguard
from npmguard.__main__ import main
from npmguard.cli import app, quick
from npmguard.cli.options import COMMANDS, Command
from npmguard.errors import UsageError
from npmguard.rules import IDS


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "--format", "xml"], "--format xml: choose from console, json"),
        (["check", "--nonsense"], "no such option: --nonsense"),
        (["check", "--fail-on", "terrible"], "--fail-on terrible: not a severity"),
        (["check", "--fail-on"], "--fail-on"),
        (["check", "--only", "lockfile-drfit"], "did you mean lockfile-drift?"),
        (["check", "--skip", "x"], "--skip x: no such rule"),
        (["check", "nowhere"], "nowhere: no such file or folder"),
        (["check", "--advisories", "nowhere.json"], "nowhere.json"),
        (["check", "--config", "nowhere.toml"], "nowhere.toml"),
        (["check", "--color", "sometimes"], "choose from auto, always, never"),
        (["explain", "lockfile-drfit"], "did you mean lockfile-drift?"),
        (["explain", "one", "two"], "two"),
        (["frobnicate"], "frobnicate"),
        (["--frobnicate"], "--frobnicate"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_line_and_2(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    write(here, {"dependencies": {"a": "1"}}, {"node_modules/a": entry("a", "1.0.0")})
    assert main(words) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert says in found.err
    assert found.err.startswith("npmguard: ")
    assert found.err.count("\n") == 1


def test_a_folder_without_a_project_is_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "npmguard: .: no package.json here or below\n"


@pytest.mark.parametrize("words", [["--version"], ["check", "--help"], ["-h"], ["explain", "-h"]])
def test_help_and_version_are_0(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(words) == 0
    assert "npmguard" in capsys.readouterr().out


def test_help_fits_80_columns() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "npmguard", "check", "-h"], capture_output=True, text=True, check=True
    )
    assert max(map(len, done.stdout.split("\n"))) <= 80
    for command in COMMANDS:
        if command.name == "check":
            for option in command.options:
                assert option.flags[-1] in done.stdout


def test_explain_knows_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert [rule["id"] for rule in rules] == list(IDS)
    for rule in rules:
        assert main(["explain", rule["id"]]) == 0
        page = capsys.readouterr().out
        assert all(f"\n{section}\n" in page for section in ("Why it matters", "Bad", "Good", "How to fix"))
        assert max(map(len, page.split("\n"))) <= 110


def test_the_page_of_rules_is_what_explain_says(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "--format", "markdown"])
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    assert capsys.readouterr().out == page.read_text()


FLAGS = [flag for command in COMMANDS for option in command.options for flag in option.flags]
OTHERS = (
    "-- - check explain json console x --format=json --color=always -fjson -qv --only=a --quiet=1 --no-such"
)
WORD = st.sampled_from([*FLAGS, *OTHERS.split(), "", "a b", "--output=", "high"])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.lists(WORD, max_size=6).map(lambda words: ["check", *words]))
def test_the_quick_reader_reads_as_typer_does(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    try:
        found = quick.read(words)
    except UsageError as complaint:
        with pytest.raises(UsageError, match=re.escape(str(complaint))):
            app.run(words, lambda command, values: 0)
        return
    if found is None:
        return
    calls: list[tuple[str, dict[str, Any]]] = []

    def call(command: Command, values: quick.Values) -> int:
        calls.append((command.name, dict(values)))
        return 0

    assert app.run(words, call) == 0
    name, values = calls[0]
    assert name == found[0].name
    assert {k: v or None for k, v in values.items()} == {k: v or None for k, v in found[1].items()}


@pytest.mark.parametrize(
    ("words", "reports"),
    [
        ("", [("console", "-")]),
        ("-o a", [("console", "a")]),
        ("-o a -f json", [("json", "a")]),
        ("-f json", [("json", "-")]),
        ("-f json -o a -f markdown -o b", [("json", "a"), ("markdown", "b")]),
        ("-f json -f markdown -o a -o b", [("json", "a"), ("markdown", "b")]),
        ("-f json -o a -f console", [("json", "a"), ("console", "-")]),
        ("--format=console --format=json --output=a", [("console", "-"), ("json", "a")]),
    ],
)
def test_every_format_has_its_place(words: str, reports: list[tuple[str, str]]) -> None:
    found = quick.read(["check", *words.split()])
    assert found is not None
    values = found[1]
    formats, places = values["format"], values["output"]
    assert isinstance(formats, list)
    assert isinstance(places, list)
    assert list(zip(formats, places, strict=True)) == reports


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("-f json -f markdown", "several reports to one place"),
        ("-f json -o a -f markdown -o a", "several reports to one place"),
        ("-o a -o b", "more --output than --format"),
        ("-o a -f json -f markdown", "--output a: no --format stands before it"),
        ("-f json -o a -o b", "more --output than --format"),
    ],
)
def test_formats_without_a_place_of_their_own(
    capsys: pytest.CaptureFixture[str], words: str, reason: str
) -> None:
    assert main(["check", *words.split()]) == 2
    assert capsys.readouterr().err.startswith(f"npmguard: {reason}")


def imported(code: str, *modules: str) -> list[str]:
    """Which of the modules a run imports."""
    script = f"import sys\n{code}\nprint([m for m in {modules!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return list(json.loads(done.stderr.strip().split("\n")[-1].replace("'", '"')))


def test_the_version_loads_next_to_nothing() -> None:
    code = "from npmguard.__main__ import main; main(['--version'])"
    assert imported(code, "httpx", "rich", "typer", "json", "re", "npmguard.model", "asyncio") == []


def test_rules_about_the_lockfile_load_no_library(here: Path) -> None:
    write(here, {"dependencies": {"a": "1"}}, {"node_modules/a": entry("a", "1.0.0")})
    code = (
        "from npmguard.__main__ import main\n"
        "main(['check', '--format', 'json', '--only', 'lockfile-drift,integrity-missing'])"
    )
    heavy = ("httpx", "rich", "typer", "click", "asyncio", "sqlite3", "ssl", "msgspec", "packaging", "semver")
    assert imported(code, *heavy) == []


def test_the_package_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--version"])
    assert capsys.readouterr().out == f"npmguard {npmguard.__version__}\n"
