"""Drift of bun's lockfile, against what bun 1.4 and 1.2 said of the same files (fixtures/drift/bun)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.model import DependencyKind, Evidence, Finding, Project, Severity
from npmguard.project import load
from npmguard.rules.drift.bun.layout import Ask, lay_out
from npmguard.rules.lockfile_drift import check
from npmguard.settings import Settings

DRIFT = Path(__file__).parents[3] / "fixtures" / "drift"
VERDICTS: dict[str, dict[str, dict[str, Any]]] = json.loads((DRIFT / "verdicts-bun.json").read_text())[
    "verdicts"
]
MORE: list[dict[str, Any]] = json.loads((DRIFT / "bun" / "more.json").read_text())
# what only the integrity of the download tells
UNSEEN = {("1.2", "lock-version-string-only")}


def cases(*kinds: str) -> list[Any]:
    return [
        pytest.param(version, name, verdict["refused"], id=f"{version}-{name}")
        for version, names in VERDICTS.items()
        for name, verdict in names.items()
        if verdict["kind"] in kinds and (version, name) not in UNSEEN
    ]


def lay(folder: Path, version: str, scenario: str) -> Path:
    """The files of a scenario: the baseline's, and what differs."""
    shutil.copytree(DRIFT / "bun" / version / "baseline", folder)
    if scenario != "baseline":
        shutil.copytree(DRIFT / "bun" / version / scenario, folder, dirs_exist_ok=True)
    return folder


def found(folder: Path) -> tuple[Project, list[Finding]]:
    project = load.load(load.Found(str(folder)))
    return project, list(check(project, Evidence(), Settings()))


def high(findings: list[Finding]) -> list[str]:
    return [finding.title for finding in findings if finding.severity >= Severity.HIGH]


def lines_of(project: Project, findings: list[Finding]) -> list[int | None]:
    """The lines that the findings point to, whichever file they are in."""
    found = []
    for finding in findings:
        place = finding.location
        assert place is not None
        assert place.pointer is not None
        text = jsontext.relaxed(Path(place.file).read_bytes()).decode()
        found.append(jsontext.Places(text).lines(frozenset([place.pointer])).get(place.pointer))
    return found


@pytest.mark.parametrize(("version", "scenario", "refused"), cases("drift", "in-sync", "tamper"))
def test_what_bun_refuses_is_high_and_what_it_accepts_is_not(
    here: Path, version: str, scenario: str, refused: bool
) -> None:
    project, findings = found(lay(here / "it", version, scenario))
    assert bool(high(findings)) is refused, [f.title for f in findings]
    for finding in findings:
        assert finding.package
        assert finding.location is not None
        assert finding.location.file.startswith("it/")
        if finding.severity >= Severity.HIGH:
            assert "asks for" in finding.detail or "names the workspace" in finding.detail
            assert "bun.lock" in finding.detail
    assert all(lines_of(project, findings))


@pytest.mark.parametrize(
    ("version", "files", "refused"),
    [
        pytest.param(version, told["files"], told["refused"], id=f"{version}-{entry['scenario']}")
        for entry in MORE
        for version, told in entry["bun"].items()
    ],
)
def test_more_scenarios(here: Path, version: str, files: dict[str, str], refused: bool) -> None:
    for name, text in files.items():
        path = here / "it" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project, findings = found(here / "it")
    assert bool(high(findings)) is refused, [f.title for f in findings]
    assert all(lines_of(project, findings))


@pytest.mark.parametrize("version", VERDICTS)
def test_conflicts_and_versions(here: Path, version: str) -> None:
    with pytest.raises(
        InputError, match=r"bun\.lock:\d+: merge-conflict markers: resolve the conflict first"
    ):
        found(lay(here / "conflict", version, "lock-conflict"))
    project, findings = found(lay(here / "up", version, "lock-version-up"))
    assert project.graph is not None
    assert project.graph.newer == "99"
    assert [f.title for f in findings if "newer than any" in f.title]
    assert high(found(lay(here / "down", version, "lock-version-down"))[1]) == []


def test_what_is_said_of_a_changed_range(here: Path) -> None:
    _, (finding,) = found(lay(here / "it", "1.4", "range-unsatisfied"))
    assert finding.title == "once: package.json asks for ~1.3.0, bun.lock gives once@1.4.0"
    assert finding.detail == (
        "package.json asks for once ~1.3.0 in dependencies; bun.lock gives once@1.4.0: bun would resolve it "
        "anew. `bun install --frozen-lockfile` refuses this lockfile."
    )
    assert (finding.package, finding.version, finding.keys) == ("once", "1.4.0", ("once",))
    assert finding.location is not None
    assert finding.location[:2] == ("it/package.json", "/dependencies/once")
    assert finding.fix is not None
    assert finding.fix.command == "bun install --lockfile-only"


def test_what_bun_installs_all_the_same_is_moderate(here: Path) -> None:
    _, findings = found(lay(here / "it", "1.4", "lock-transitive-out-of-range"))
    assert [(f.severity, f.title) for f in findings] == [
        (
            Severity.MODERATE,
            "is-number: is-odd@3.0.1 asks for ^6.0.0, bun.lock gives is-number@5.0.0",
        )
    ]


def test_the_version_in_packagemanager_decides(here: Path) -> None:
    folder = lay(here / "it", "1.4", "override-added-unused")
    assert high(found(folder)[1])
    path = folder / "package.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data | {"packageManager": "bun@1.2.23"}))
    assert high(found(folder)[1]) == []


def test_a_peer_makes_do_and_a_conflict_stays_below() -> None:
    asks = {
        "": [
            Ask("a", "^1", DependencyKind.PROD, "a@1.0.0"),
            Ask("b", "^2", DependencyKind.PROD, "b@2.0.0"),
        ],
        "a@1.0.0": [
            Ask("b", "^1", DependencyKind.PROD, "b@1.0.0"),
            Ask("c", "^1", DependencyKind.PROD, "c@1.0.0"),
        ],
        "c@1.0.0": [Ask("b", "^9", DependencyKind.PEER, "b@9.0.0")],
    }
    assert lay_out(asks) == [("", "a@1.0.0"), ("", "b@2.0.0"), ("", "c@1.0.0"), ("a", "b@1.0.0")]


def test_folders_in_a_circle_and_bundles_end() -> None:
    asks = {
        "": [Ask("x", "file:x", DependencyKind.PROD, "x@file:x")],
        "x@file:x": [Ask("y", "file:y", DependencyKind.PROD, "y@file:y")],
        "y@file:y": [
            Ask("x", "file:x", DependencyKind.PROD, "x@file:x"),
            Ask("z", "1", DependencyKind.PROD, "z@1.0.0", bundled=True),
        ],
        "z@1.0.0": [Ask("w", "1", DependencyKind.PROD, "w@1.0.0")],
    }
    assert lay_out(asks) == [("", "x@file:x"), ("x", "y@file:y"), ("x/y", "w@1.0.0"), ("x/y", "z@1.0.0")]


def test_a_layout_that_no_project_has_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npmguard.rules.drift.bun.layout.MOST_PLACED", 50)
    wide = [Ask(f"p{n}", "1", DependencyKind.PROD, f"p{n}@1.0.0") for n in range(60)]
    assert lay_out({"": wide}) is None


BUN = shutil.which("bun")


@pytest.mark.oracle
@pytest.mark.skipif(BUN is None, reason="bun is not installed")
@pytest.mark.parametrize(
    "scenario", ["baseline", "dep-removed", "moved-dep-to-dev", "workspace-removed", "override-added"]
)
def test_bun_itself_says_the_same(here: Path, scenario: str) -> None:
    assert BUN is not None
    version = subprocess.run([BUN, "--version"], capture_output=True, text=True, check=True).stdout
    form = "1.4" if tuple(map(int, version.split(".")[:2])) >= (1, 4) else "1.2"
    folder = lay(here / "it", form, scenario)
    expected = bool(high(found(folder)[1]))
    command = [BUN, "install", "--frozen-lockfile", "--ignore-scripts", "--lockfile-only"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "failed to resolve" in done.stderr or "ConnectionRefused" in done.stderr:
        pytest.skip("no registry to be reached")
    assert bool(done.returncode) is expected, done.stderr
