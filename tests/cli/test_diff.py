"""`npmguard diff` and `npmguard why`, as they are called."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write

from npmguard.__main__ import main

FOUR = Path(__file__).parents[2] / "fixtures" / "four"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def project(folder: Path, **versions: str) -> Path:
    packages: dict[str, dict[str, Any]] = {
        f"node_modules/{name}": entry(name, version) for name, version in versions.items()
    }
    return write(folder, {"dependencies": dict.fromkeys(versions, "*")}, packages)


def test_what_changed_and_what_of_it_is_risky(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here / "old", once="1.3.3", wrappy="1.0.2")
    new = project(here / "new", once="1.4.0", expres="4.0.0")
    lock = json.loads((new / "package-lock.json").read_text())
    lock["packages"]["node_modules/once"]["resolved"] = "http://evil.example/once/-/once-1.4.0.tgz"
    (new / "package-lock.json").write_text(json.dumps(lock))
    local = ("--offline", "--only", "foreign-host,insecure-transport,wildcard-range")
    code, out, err = run(capsys, "diff", "old", "new", "--format", "json", *local)
    report = json.loads(out)
    (found,) = report["projects"]
    assert (code, err, report["command"]) == (1, "", "diff")
    unread = {"capabilities_gained": None, "hosts_gained": None}
    assert found["changes"] == [
        {"package": "expres", "from": None, "to": "4.0.0", "kind": "added", **unread},
        {"package": "once", "from": "1.3.3", "to": "1.4.0", "kind": "upgraded", **unread},
        {"package": "wrappy", "from": "1.0.2", "to": None, "kind": "removed", **unread},
    ]
    assert found["new_direct"] == ["expres"]
    assert {f["rule"] for f in found["findings"]} >= {"foreign-host", "insecure-transport"}
    code, out, _ = run(capsys, "diff", "new", "new", "--format", "json", *local)
    assert code == 0
    assert json.loads(out)["projects"][0]["changes"] == []
    assert json.loads(out)["projects"][0]["findings"] == []
    code, out, _ = run(capsys, "diff", "old/package-lock.json", "new/package-lock.json", *local)
    assert code == 1
    assert "added          expres 4.0.0  (new direct dependency)" in out
    assert "upgraded       once 1.3.3 > 1.4.0" in out


def test_a_revision_against_what_lies_here(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.test")
    shutil.copytree(FOUR / "npm", here, dirs_exist_ok=True)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run(["git", *words], check=True)
    (here / "package-lock.json").unlink()
    shutil.copytree(FOUR / "bun", here, dirs_exist_ok=True)
    code, out, err = run(capsys, "diff", "main", ".", "--only", "lockfile-drift", "--offline")
    assert (code, err) == (0, "")
    assert "removed        lodash 4.17.21" in out
    code, out, _ = run(capsys, "diff", "bun.lock", "main:package-lock.json", "--offline", "--format", "json")
    found = json.loads(out)["projects"][0]
    assert found["lockfile"] == "main:package-lock.json"
    assert [c["kind"] for c in found["changes"]] == ["added"]
    assert "/main" not in out


def test_markdown_takes_nothing_from_outside_for_its_own(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project(here / "old", once="1.4.0")
    project(here / "new", once="1.4.0", **{"a`|<b>": "1.0.0", "@someone/x": "1.0.0"})
    code, out, _ = run(
        capsys, "diff", "old", "new", "--format", "markdown", "--only", "invalid-name", "--offline"
    )
    assert "| `@someone/x` | added |  | `1.0.0` | new direct dependency |" in out
    assert "| `` a`\\|<b> `` | added |" in out
    assert "<b>" not in out.replace("`` a`\\|<b> ``", "").replace("`` a`|<b> ``", "")
    assert code in (0, 1)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["diff"], "which two?"),
        (["diff", "here"], "which two?"),
        (["diff", "nothing", "nowhere"], "no such"),
        (["diff", "bare", "bare"], "there is no lockfile to compare"),
        (["diff", "bare/odd.txt", "bare"], "not a lockfile that npmguard reads"),
        (["why"], "which package?"),
        (["why", "once", "bare"], "there is no lockfile"),
        (["why", "onec", "here"], "onec: not in here/package-lock.json; did you mean once?"),
        (["why", "once@2", "here"], "once@2: not in"),
    ],
)
def test_what_cannot_be_done(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    project(here / "here", once="1.4.0")
    write(here / "bare", {})
    (here / "bare" / "odd.txt").write_text("")
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert reason in err


def test_every_shortest_path(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tops = [f"p{n}" for n in range(8)]
    packages = {f"node_modules/{n}": entry(n, "1.0.0", dependencies={"deep": "^1"}) for n in tops}
    packages["node_modules/p0"]["dependencies"] = {"p1": "*"}
    packages["node_modules/deep"] = entry("deep", "1.2.0")
    write(here, {"dependencies": dict.fromkeys(tops, "*")}, packages)
    code, out, _ = run(capsys, "why", "deep", "--format", "json")
    (found,) = json.loads(out)["projects"][0]["packages"]
    assert code == 0
    assert (found["version"], found["direct"], found["asked"], found["path_count"]) == (
        "1.2.0",
        False,
        ["^1"],
        7,
    )
    assert found["paths"] == [["demo", f"{n}@1.0.0", "deep@1.2.0"] for n in tops[1:]]
    code, out, _ = run(capsys, "why", "deep@^1.1")
    assert out.startswith(
        "deep@1.2.0  package-lock.json\n  asked for as ^1\n  demo > p1@1.0.0 > deep@1.2.0\n"
    )


@pytest.mark.parametrize("command", ["diff", "why"])
def test_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "--format" in out
