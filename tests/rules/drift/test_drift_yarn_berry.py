"""Drift, against what `yarn install --immutable` of yarn 4.18 and 3.8 said of the same files."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from npmguard.errors import InputError
from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.project import load, tarballs
from npmguard.rules.lockfile_drift import check
from npmguard.settings import Settings

DRIFT = Path(__file__).parents[3] / "fixtures" / "drift"
BASES = DRIFT / "yarn-berry"
CASES: dict[str, dict[str, dict[str, Any]]] = json.loads((DRIFT / "verdicts-yarn-berry.json").read_text())
# what the files alone do not show: it needs the network, or has its own rule
ELSEWHERE = ("tamper-integrity", "tamper-resolved-host", "lock-version-up", "lock-conflict")


def cases(*kinds: str) -> list[Any]:
    return [
        pytest.param(base, name, id=f"{base}-{name}")
        for base, names in CASES.items()
        for name, case in names.items()
        if case["kind"] in kinds and name not in ELSEWHERE
    ]


def unfold(base: str, name: str, folder: Path) -> Path:
    """Writes a scenario: its base, with what was changed in it."""
    case = CASES[base][name]
    files: dict[str, Any] = {
        str(path.relative_to(BASES / base)): path.read_text()
        for path in (BASES / base).rglob("*")
        if path.is_file()
    }
    for path, changes in case.get("lines", {}).items():
        lines = files[path].split("\n")
        for start, end, new in reversed(changes):
            lines[start:end] = new
        files[path] = "\n".join(lines)
    for path, content in (files | case.get("files", {})).items():
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            data = b64decode(content["base64"]) if isinstance(content, dict) else content.encode()
            (folder / path).write_bytes(data)
    return folder


def found(folder: Path) -> tuple[Project, list[Finding]]:
    project = load.load(load.Found(str(folder)))
    assert project.graph is not None
    project = project._replace(tarballs=tarballs.hashes(str(folder), project.graph))
    return project, list(check(project, Evidence(), Settings()))


def high(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity >= Severity.HIGH]


@pytest.mark.parametrize(("base", "name"), cases("drift", "in-sync", "format", "tamper"))
def test_what_yarn_refuses_is_high_and_what_it_accepts_is_not(base: str, name: str, tmp_path: Path) -> None:
    if (base, name) == ("plain-3", "file-tgz-changed"):
        pytest.skip("yarn 3 notes no hash of a tarball, but one of the archive that it makes from it")
    _, findings = found(unfold(base, name, tmp_path))
    refused = CASES[base][name]["refused"]
    assert bool(high(findings)) is refused, [f"{f.title}: {f.detail}" for f in findings]
    for finding in high(findings):
        assert finding.location is not None
        assert finding.location.pointer
        assert "--immutable" in finding.detail
        if "version" not in finding.subject:
            assert finding.package
            assert finding.package in finding.title


@pytest.mark.parametrize("base", ["plain-4", "plain-3"])
def test_conflict_markers_are_no_lockfile(base: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="merge-conflict markers") as caught:
        found(unfold(base, "lock-conflict", tmp_path))
    assert caught.value.line


@pytest.mark.parametrize("base", ["plain-4", "plain-3"])
def test_a_lockfile_of_the_future_is_read(base: str, tmp_path: Path) -> None:
    project, findings = found(unfold(base, "lock-version-up", tmp_path))
    assert project.graph is not None
    assert project.graph.newer == "99"
    assert [f.subject for f in findings] == ["newer 99"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("lock-dep-out-of-range", "once: package.json asks for ^1.4.0, yarn.lock gives 1.3.3"),
        ("lock-transitive-out-of-range", "is-number: is-odd@3.0.1 asks for ^6.0.0, yarn.lock gives 5.0.0"),
        ("lock-version-string-only", "once: yarn.lock says version 1.3.3, and takes 1.4.0"),
    ],
)
def test_what_yarn_looks_at_in_hardened_mode_alone(name: str, says: str, tmp_path: Path) -> None:
    folder = unfold("plain-4", name, tmp_path)
    _, findings = found(folder)
    assert [(f.severity, f.title) for f in findings] == [(Severity.MODERATE, says)]
    with (folder / ".yarnrc.yml").open("a") as file:
        file.write("enableHardenedMode: true\n")
    assert [f.severity for f in found(folder)[1]] == [Severity.HIGH]


@pytest.mark.parametrize(
    ("yarn", "version", "refused"),
    [
        ("yarn@4.18.1", "10", False),
        ("yarn@4.15.0+sha224.abc", "10", False),
        ("yarn@4.14.1", "10", True),
        ("yarn@4.14.1", "9", False),
        ("yarn@4.0.2", "8", False),
        ("yarn@4.0.2", "6", True),
        ("yarn@99.0.0", "11", False),
        ("yarn@99.0.0", "8", True),
        ("yarn@4.0.0-rc.35", "7", False),
        ("pnpm@9.0.0", "10", False),
    ],
)
def test_a_yarn_that_is_named_writes_its_own_version(
    yarn: str, version: str, refused: bool, tmp_path: Path
) -> None:
    folder = unfold("plain-4", "baseline", tmp_path)
    lock = (folder / "yarn.lock").read_text().replace("version: 10\n  cacheKey: 10c0", f"version: {version}")
    (folder / "yarn.lock").write_text(lock)
    document = json.loads((folder / "package.json").read_text())
    (folder / "package.json").write_text(json.dumps({**document, "packageManager": yarn}))
    pointers = [f.location.pointer for f in high(found(folder)[1]) if f.location]
    assert ("/__metadata/version" in pointers) is refused
    with (folder / ".yarnrc.yml").open("a") as file:
        file.write("yarnPath: .yarn/releases/yarn-3.2.0.cjs\n")
    assert bool(high(found(folder)[1]))


def test_a_missing_entry_is_one_finding_whoever_asks(tmp_path: Path) -> None:
    folder = unfold("plain-4", "baseline", tmp_path)
    entries = (folder / "yarn.lock").read_text().split("\n\n")
    (folder / "yarn.lock").write_text(
        "\n\n".join(e for e in entries if "loose-envify@npm:^1" not in e.split("\n")[0])
    )
    findings = found(folder)[1]
    assert [f.package for f in high(findings)] == ["loose-envify"]
    assert "So do 2 more" in findings[0].detail


def test_a_lockfile_that_lies_alone_drifts_from_nothing(tmp_path: Path) -> None:
    folder = unfold("plain-4", "baseline", tmp_path)
    (folder / "package.json").unlink()
    assert list(check(load.load(load.Found(str(folder), "yarn.lock")), Evidence(), Settings())) == []
