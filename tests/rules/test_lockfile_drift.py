"""Drift, against what `npm ci` of npm 11 said of the same files (fixtures/drift)."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write

from npmguard.errors import InputError
from npmguard.model import Evidence, Finding, Needs, Project, Severity, VersionManifest
from npmguard.project import load
from npmguard.rules.lockfile_drift import check, needs
from npmguard.settings import Settings

DRIFT = Path(__file__).parents[2] / "fixtures" / "drift"
VERDICTS: dict[str, dict[str, dict[str, Any]]] = json.loads((DRIFT / "verdicts.json").read_text())
# What npm asks the registry again for, as it does for version 1 lockfiles.
TRUTH = {("once", "1.4.0"): VersionManifest({}, {"wrappy": "1"})}


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(DRIFT / form / name, verdict, id=f"{form}-{name}")
        for form, names in VERDICTS.items()
        for name, verdict in names.items()
        if verdict["kind"] == kind
    ]


def found(folder: Path, evidence: Evidence | None = None) -> tuple[Project, list[Finding]]:
    project = load.load(load.Found(str(folder)))
    return project, list(check(project, evidence or Evidence(), Settings()))


def high(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity >= Severity.HIGH]


@pytest.mark.parametrize(("folder", "verdict"), cases("drift") + cases("in-sync"))
def test_what_npm_refuses_is_high_and_what_it_accepts_is_not(folder: Path, verdict: dict[str, Any]) -> None:
    _, findings = found(folder)
    assert bool(high(findings)) is verdict["refused"], [f.title for f in findings]
    for finding in high(findings):
        assert finding.package
        assert finding.package in finding.title
        assert finding.location is not None
        assert finding.location.pointer
        assert "asks for" in finding.detail or "names the workspace" in finding.detail


@pytest.mark.parametrize(("folder", "verdict"), cases("tamper"))
def test_tampering_that_drifts_is_high_too(folder: Path, verdict: dict[str, Any]) -> None:
    project, findings = found(folder, Evidence(manifests=TRUTH))
    seen = ("lock-entry-dep-range", "lock-entry-peer-range", "lock-version-string-only")
    assert bool(high(findings)) is (verdict["refused"] and folder.name in seen)
    if folder.parent.name == "v1" and folder.name == "lock-entry-dep-range":
        assert needs(project, Settings()) == Needs(manifests=frozenset(TRUTH))
        assert [f.severity for f in findings] == [Severity.LOW]


@pytest.mark.parametrize("name", ["dep-removed", "devdep-removed", "optdep-removed", "workspace-dep-removed"])
@pytest.mark.parametrize("form", ["v3", "v2"])
def test_a_dropped_dependency_leaves_a_stale_lockfile(form: str, name: str) -> None:
    _, findings = found(DRIFT / form / name)
    assert [f.severity for f in findings] == [Severity.LOW]
    assert "does not" in findings[0].title


def test_a_dropped_workspace_leaves_a_stale_lockfile() -> None:
    _, findings = found(DRIFT / "v3" / "workspace-removed")
    assert {f.severity for f in findings} == {Severity.LOW}


def test_what_nothing_asks_for_is_stale() -> None:
    _, findings = found(DRIFT / "v3" / "lock-extraneous")
    assert [f.severity for f in findings] == [Severity.LOW]
    assert "left-pad" in findings[0].title


@pytest.mark.parametrize("form", ["v1", "v2", "v3"])
def test_a_lockfile_with_conflict_markers_is_no_lockfile(form: str) -> None:
    with pytest.raises(InputError, match="merge-conflict markers") as caught:
        found(DRIFT / form / "lock-conflict")
    assert caught.value.line


def test_a_lockfile_of_the_future_is_no_lockfile() -> None:
    with pytest.raises(InputError, match="lockfileVersion 99 is unknown"):
        found(DRIFT / "v3" / "lock-version-up")


def test_legacy_peer_deps_leaves_peers_alone() -> None:
    project = load.load(
        load.Found(str(DRIFT / "v3" / "peer-missing-in-lock")), config={"legacy-peer-deps": "true"}
    )
    assert not high(list(check(project, Evidence(), Settings())))


def test_what_several_ask_for_is_one_finding(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"dependencies": {"a": "^1.0.0", "b": "^1.0.0"}},
        {
            "node_modules/a": entry("a", "1.0.0", dependencies={"c": "^2.0.0"}),
            "node_modules/b": entry("b", "1.0.0", dependencies={"c": "^2.0.0"}),
            "node_modules/c": entry("c", "1.0.0"),
        },
    )
    _, findings = found(tmp_path)
    assert len(findings) == 1
    assert "So do 1 more: b@1.0.0" in findings[0].detail


def test_bundled_dependencies_are_taken_as_they_are(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"dependencies": {"a": "^1.0.0"}},
        {
            "node_modules/a": entry("a", "1.0.0", dependencies={"c": "^2.0.0"}, bundleDependencies=["c"]),
            "node_modules/a/node_modules/c": {"version": "1.0.0", "inBundle": True},
        },
    )
    assert found(tmp_path)[1] == []


def test_nested_overrides(tmp_path: Path) -> None:
    packages = {
        "node_modules/a": entry("a", "1.0.0", dependencies={"c": "^2.0.0"}),
        "node_modules/b": entry("b", "1.0.0", dependencies={"c": "^2.0.0"}),
        "node_modules/c": entry("c", "2.0.0"),
        "node_modules/a/node_modules/c": entry("c", "3.1.0"),
    }
    manifest = {"dependencies": {"a": "1", "b": "1"}, "overrides": {"a": {"c": "3.1.0"}}}
    write(tmp_path, manifest, packages)
    assert found(tmp_path)[1] == []
    manifest["overrides"] = {"a": {"c": "$d"}}
    write(
        tmp_path,
        {**manifest, "devDependencies": {"d": "4.0.0"}},
        {**packages, "node_modules/d": entry("d", "4.0.0")},
    )
    assert [f.package for f in high(found(tmp_path)[1])] == ["c"]
