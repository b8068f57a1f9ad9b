"""`npmguard check --since`: what a change brings."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.server import registry

from npmguard.__main__ import main

FOUR = Path(__file__).parents[1] / "fixtures" / "four"
BEFORE = {"once": "1.4.0", "old": "1.0.0"}


@pytest.fixture
def repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a project in apps/web as it was: with a package over http, and a wildcard."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.test")
    project(here / "apps" / "web", BEFORE, plain=("old",), asks={"old": "*"})
    git("init", "-q", "-b", "main")
    commit()
    return here


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True)


def commit() -> None:
    git("add", "-A")
    git("commit", "-qm", "one")


def project(
    folder: Path, versions: dict[str, str], plain: tuple[str, ...] = (), asks: Any = None, **manifest: Any
) -> None:
    packages = {f"node_modules/{name}": entry(name, version) for name, version in versions.items()}
    for name in plain:
        fields = packages[f"node_modules/{name}"]
        fields["resolved"] = fields["resolved"].replace("https:", "http:")
    asked = {**versions, **(asks or {})}
    write(folder, {"dependencies": asked, **manifest}, packages)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["check", *words])
    out, err = capsys.readouterr()
    return code, out, err


def found(
    capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, list[tuple[str, str | None]], list[str]]:
    """(exit code, rules and packages, sources) of the one project in apps/web."""
    code, out, err = run(capsys, "apps/web", "--format", "json", *words)
    assert err == ""
    (each,) = json.loads(out)["projects"]
    return code, [(f["rule"], f["package"]) for f in each["findings"]], each["sources"]


LOCAL = ("--offline", "--only", "insecure-transport,integrity-missing,wildcard-range")


def test_a_change_of_nothing_brings_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(found(capsys, *LOCAL)[1]) == 2
    assert found(capsys, "--since", "main", *LOCAL) == (
        0,
        [],
        ["since main: 0 packages changed; 2 findings from before left out"],
    )


def test_what_was_asked_for_and_never_locked_is_no_news(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((repository / "apps" / "web" / "package.json").read_text())
    document["dependencies"] = {"once": "1.4.0", "never": "1", "not": "1"}
    (repository / "apps" / "web" / "package.json").write_text(json.dumps(document))
    commit()
    words = ("--offline", "--only", "lockfile-drift,scripts-enabled")
    assert len(found(capsys, *words)[1]) == 3
    assert found(capsys, "--since", "main", *words)[1] == []


def test_no_change_brings_nothing_with_any_manager(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(FOUR, repository / "four")
    commit()
    _, out, _ = run(capsys, "four", "--format", "json", "--offline")
    every = json.loads(out)["projects"]
    assert len(every) == 5
    assert all(each["findings"] for each in every)
    _, out, _ = run(capsys, "four", "--format", "json", "--offline", "--since", "HEAD")
    assert [each["findings"] for each in json.loads(out)["projects"]] == [[]] * 5


def test_what_is_new_is_brought(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(repository / "apps" / "web", {**BEFORE, "new": "1.0.0"}, plain=("old", "new"), asks={"old": "*"})
    code, rules, sources = found(capsys, "--since", "main", *LOCAL, "--fail-on", "low")
    assert (code, rules) == (1, [("insecure-transport", "new")])
    assert sources == ["since main: 1 package changed; 2 findings from before left out"]


def test_it_is_the_same_project_under_another_name(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project(repository / "apps" / "web", BEFORE, plain=("old",), asks={"old": "*"}, name="shop")
    assert found(capsys, "--since", "main", *LOCAL)[1] == []


def test_settings_of_then_are_nobodys_matter(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "apps" / "web" / "npmguard.toml").write_text("nonsense = 1")
    commit()
    (repository / "apps" / "web" / "npmguard.toml").write_text('fail-on = "low"')
    assert found(capsys, "--since", "main", *LOCAL)[:2] == (0, [])


def test_a_project_that_was_not_there_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "apps").rename(repository / "gone")
    commit()
    (repository / "gone").rename(repository / "apps")
    _, rules, sources = found(capsys, "--since", "HEAD", *LOCAL)
    assert len(rules) == 2
    assert sources == ["since HEAD: the project was not there, so that everything counts as new"]


def test_a_lockfile_that_was_broken_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = repository / "apps" / "web" / "package-lock.json"
    good = lock.read_text()
    lock.write_text("<<<<<<< ours\n")
    commit()
    lock.write_text(good)
    _, rules, sources = found(capsys, "--since", "HEAD", *LOCAL)
    assert len(rules) == 2
    (line,) = sources
    assert line.startswith("since HEAD: the project could not be read (package-lock.json:1: ")
    assert line.endswith("), so that everything counts as new")


def test_without_a_lockfile_before_all_packages_are_new(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = repository / "apps" / "web" / "package-lock.json"
    text = lock.read_text()
    lock.unlink()
    commit()
    lock.write_text(text)
    _, rules, _ = found(capsys, "--since", "HEAD", *LOCAL)
    assert ("insecure-transport", "old") in rules


def test_from_another_folder_and_for_several_projects(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project(repository / "apps" / "api", BEFORE, plain=("old",), name="api")
    commit()
    project(repository / "apps" / "api", {**BEFORE, "new": "1.0.0"}, plain=("old", "new"), name="api")
    elsewhere = repository.parent / f"{repository.name}-elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    words = (str(repository / "apps" / "web"), str(repository / "apps" / "api"), "--since", "main")
    _, out, err = run(capsys, *words, "--format", "json", *LOCAL)
    assert err == ""
    projects = json.loads(out)["projects"]
    brought = {p["name"]: [f["package"] for f in p["findings"]] for p in projects}
    assert brought == {"demo": [], "api": ["new"]}


def test_what_the_registry_says_counts_for_what_came(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    advisory = {
        "id": 1,
        "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
        "title": "Bad",
        "severity": "high",
        "vulnerable_versions": "*",
        "cwe": [],
        "cvss": {"score": 7.5, "vectorString": None},
    }
    project(
        repository / "apps" / "web",
        {"once": "1.5.0", "old": "1.0.0"},
        plain=("old",),
        asks={"old": "*", "unheard-of": "1"},
    )
    with registry() as running:
        running.add("once", "1.4.0", "1.5.0")
        running.add("old", "1.0.0")
        running.advisories = {"once": [advisory], "old": [advisory]}
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        words = ("--only", "advisory,nonexistent-package")
        _, every, _ = found(capsys, *words)
        code, rules, sources = found(capsys, *words, "--since", "main")
    assert len(every) == 3
    assert code == 1
    assert rules == [("advisory", "once"), ("nonexistent-package", "unheard-of")]
    assert sources[-1] == "since main: 1 package changed; 1 finding from before left out"


def test_with_a_baseline(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(repository / "apps" / "web", {**BEFORE, "new": "1.0.0"}, plain=("old", "new"))
    main(["baseline", "apps/web", "-o", "known.json", "-q", *LOCAL])
    code, rules, sources = found(capsys, "--since", "main", "--baseline", "known.json", *LOCAL)
    assert (code, rules) == (0, [("insecure-transport", "new")])
    assert sources[-1] == "baseline: 1 finding held back by known.json"


@pytest.mark.parametrize(
    ("revision", "reason"),
    [
        ("nowhere", "no such git revision"),
        ("--output=x", "no such git revision"),
        ("main:apps/web", "no such git revision"),
        ("", "no such git revision"),
    ],
)
def test_what_is_no_revision(
    repository: Path, capsys: pytest.CaptureFixture[str], revision: str, reason: str
) -> None:
    code, out, err = run(capsys, "apps/web", f"--since={revision}", *LOCAL)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert reason in err


def test_outside_of_a_repository(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, BEFORE)
    code, out, err = run(capsys, "--since", "main", *LOCAL)
    assert (code, out) == (2, "")
    assert "not in a git repository" in err
