"""action.yml and the script that it runs."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from support import checkout
from support.projects import entry, write

TOP = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
MORE = " --deep --skip outdated -- ."
UNREACHED = re.compile("connection|timed out|No matching distribution", re.IGNORECASE)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("action", TOP / "scripts" / "action.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


action = script()


def words(**inputs: str) -> list[str]:
    """The command line of those inputs; all others are as action.yml has them."""
    given = {name: about["default"] for name, about in ACTION["inputs"].items()}
    given.update((name.replace("_", "-"), value) for name, value in inputs.items())
    env = {f"NPMGUARD_{name.upper().replace('-', '_')}": value for name, value in given.items()}
    found: list[str] = action.command(env)
    return found


def test_no_input_is_written_into_a_line_of_a_shell() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert "${{" not in step.get("shell", "")


def test_every_input_reaches_the_script_and_no_other() -> None:
    env = STEPS[1]["env"]
    text = (TOP / "scripts" / "action.py").read_text()
    for name in ACTION["inputs"]:
        assert env[f"NPMGUARD_{name.upper().replace('-', '_')}"] == f"${{{{ inputs.{name} }}}}"
        assert f'"{name}"' in text
    assert len(env) == len(ACTION["inputs"]) + 1
    for name, about in ACTION["outputs"].items():
        assert about["value"] == f"${{{{ steps.check.outputs.{name} }}}}"


def test_other_actions_are_pinned_by_their_commit() -> None:
    used = re.findall(r"uses: (\S+)( # v\d+\.\d+\.\d+)?$", (TOP / "action.yml").read_text(), re.MULTILINE)
    assert used
    for name, comment in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)
        assert comment


def test_it_asks_for_no_secret_and_no_right() -> None:
    text = (TOP / "action.yml").read_text()
    for word in ("secrets", "token", "permissions", "github.event"):
        assert word not in text.lower()


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, "check --format github -- ."),
        ({"paths": "apps/web\n\n  apps/api  \n"}, "check --format github -- apps/web apps/api"),
        ({"format": "console"}, "check --format console -- ."),
        ({"fail_on": "moderate"}, "check --format github --fail-on moderate -- ."),
        (
            {"sarif": "a.sarif", "markdown": "b.md", "args": "--deep --skip outdated"},
            "check --format github --format sarif --output a.sarif --format markdown --output b.md" + MORE,
        ),
    ],
)
def test_the_command_line(inputs: dict[str, str], expected: str) -> None:
    assert words(**inputs) == expected.split()


def test_a_path_is_a_path_and_a_word_is_a_word() -> None:
    assert words(paths="--registry=https://evil.example.test")[-2:] == [
        "--",
        "--registry=https://evil.example.test",
    ]
    assert words(paths="a b; $(touch x)")[-1] == "a b; $(touch x)"
    assert words(args="--only 'a b' \"$(touch x)\" `y`")[3:-2] == ["--only", "a b", "$(touch x)", "`y`"]
    assert words(fail_on="low --strict")[3:5] == ["--fail-on", "low --strict"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"sarif": "a\nexit-code=0"},
        {"fail_on": "low\r\nx"},
        {"format": "json\x00"},
        {"args": "'"},
    ],
)
def test_an_input_that_makes_no_sense_is_refused(inputs: dict[str, str]) -> None:
    with pytest.raises(action.Mistake):
        words(**inputs)


@pytest.mark.parametrize("version", ["--index-url=x", "0.1.0 --pre", "0.1.0;x", "latest", "../x", "[js]"])
def test_a_version_is_a_version(version: str, tmp_path: Path) -> None:
    with pytest.raises(action.Mistake):
        action.installed({"NPMGUARD_VERSION": version, "RUNNER_TEMP": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_ends_with_2_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    output = tmp_path / "output"
    assert action.main({"NPMGUARD_SARIF": "a\nsarif=b", "GITHUB_OUTPUT": str(output)}) == 2
    assert capsys.readouterr().out == "::error title=npmguard::sarif: must be of one line\n"
    assert output.read_text() == "exit-code=2\n"


def test_the_outputs_are_what_was_written(here: Path) -> None:
    Path("a.sarif").write_text("{}")
    env = {"NPMGUARD_SARIF": "a.sarif", "NPMGUARD_MARKDOWN": "b.md", "GITHUB_OUTPUT": "output"}
    action.tell(env, 1)
    assert Path("output").read_text() == "exit-code=1\nsarif=a.sarif\n"
    action.tell({}, 0)  # outside of Actions


def hostile(folder: Path) -> None:
    """Modules in the working directory that nobody may import."""
    for name in ("pip", "venv", "shlex", "npmguard", "sitecustomize", "ensurepip", "typing"):
        (folder / f"{name}.py").write_text("open('pwned', 'w')\n")


@pytest.mark.oracle
def test_the_whole_step(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Installed with pip from a checkout, in a folder whose owner would like to be run."""
    home = checkout.copy(tmp_path_factory.mktemp("action"))
    hostile(here)
    write(here, {"dependencies": {"once": "1"}}, {"node_modules/once": entry("once", "1.4.0")})
    env = {
        **os.environ,
        "RUNNER_TEMP": str(here / "temp"),
        "GITHUB_OUTPUT": str(here / "output"),
        "NPMGUARD_ARGS": "--offline --only insecure-transport,foreign-host",
        "NPMGUARD_SARIF": "npmguard.sarif",
    }
    step = [sys.executable, "-I", str(home / "scripts" / "action.py")]
    done = subprocess.run(step, env=env, capture_output=True, text=True, check=False)
    if "could not be installed" in done.stdout and UNREACHED.search(done.stderr):
        pytest.skip("pip reaches no index here")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=package-lock.json" in done.stdout
    assert Path("output").read_text() == "exit-code=1\nsarif=npmguard.sarif\n"
    assert '"version": "2.1.0"' in Path("npmguard.sarif").read_text()
    assert not Path("pwned").exists()
