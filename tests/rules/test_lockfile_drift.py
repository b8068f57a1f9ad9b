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


def severities(findings: list[Finding]) -> list[tuple[str | None, Severity]]:
    return [(finding.package, finding.severity) for finding in findings]


def test_what_lies_behind_a_link_is_not_looked_at_by_npm(tmp_path: Path) -> None:
    member = {"name": "one", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}
    write(
        tmp_path,
        {"workspaces": ["packages/*"]},
        {
            "packages/one": member,
            "node_modules/one": {"resolved": "packages/one", "link": True},
            "node_modules/a": entry("a", "1.0.0", dependencies={"b": "^1.0.0"}),
        },
    )
    write(tmp_path / "packages" / "one", member)
    _, findings = found(tmp_path)
    assert severities(findings) == [("b", Severity.MODERATE)]
    assert "does not look that far behind a link" in findings[0].detail
    # what the workspace itself asks for is looked at, and so is what the project brings as well
    write(tmp_path / "packages" / "one", {**member, "dependencies": {"a": "^2.0.0"}})
    assert ("a", Severity.HIGH) in severities(found(tmp_path)[1])
    write(tmp_path / "packages" / "one", member)
    lock = json.loads((tmp_path / "package-lock.json").read_text())
    (tmp_path / "package.json").write_text(
        json.dumps({"name": "demo", "workspaces": ["packages/*"], "dependencies": {"a": "1"}})
    )
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    assert severities(found(tmp_path)[1]) == [("b", Severity.HIGH)]


@pytest.mark.parametrize("where", ["near", "../beside"])
def test_a_linked_folder_brings_what_it_develops_with_unless_it_lies_outside(
    tmp_path: Path, where: str
) -> None:
    project = tmp_path / "project"
    folder = {"name": "near", "version": "1.0.0", "devDependencies": {"a": "^1.0.0"}}
    packages: dict[str, dict[str, Any]] = {
        where: folder,
        "node_modules/near": {"resolved": where, "link": True},
    }
    write(project, {"dependencies": {"near": f"file:{where}"}}, packages)
    write(project / where, folder)
    missing = [("a", Severity.HIGH)] if where == "near" else []
    assert severities(found(project)[1]) == missing
    packages["node_modules/a"] = entry("a", "1.0.0", dev=True)
    write(project, {"dependencies": {"near": f"file:{where}"}}, packages)
    assert high(found(project)[1]) == []


def test_what_an_old_lockfile_lacks_is_not_the_project_itself(tmp_path: Path) -> None:
    write(tmp_path, {"dependencies": {"a": "^1.0.0"}})
    lock = {"lockfileVersion": 1, "dependencies": {"a": entry("a", "1.0.0", requires={"b": "^1.0.0"})}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    truth = Evidence(manifests={("a", "1.0.0"): VersionManifest({}, {"b": "^1.0.0"})})
    assert severities(found(tmp_path, truth)[1]) == [("b", Severity.HIGH)]


@pytest.mark.parametrize(
    ("asks", "nested", "accepted"),
    [
        ({"a": "1", "peer": "2"}, False, True),  # npm warns, and leaves the project its version
        ({"a": "1", "peer": ">=1"}, False, False),  # there is a version for both: npm would take that
        ({"a": "1", "peer": "2", "b": "1"}, False, False),  # the project brings b itself: npm gives up
        ({"a": "1", "peer": "2"}, True, False),  # beside a nested package there is room for another
    ],
)
def test_a_peer_dependency_that_npm_overrides(
    tmp_path: Path, asks: dict[str, str], nested: bool, accepted: bool
) -> None:
    b = "node_modules/a/node_modules/b" if nested else "node_modules/b"
    packages = {
        "node_modules/a": entry("a", "1.0.0", dependencies={"b": "^1.0.0"}),
        b: entry("b", "1.0.0", peerDependencies={"peer": "^1.0.0"}),
        "node_modules/peer": entry("peer", "2.0.0"),
    }
    write(tmp_path, {"dependencies": asks}, packages)
    assert (high(found(tmp_path)[1]) == []) is accepted


@pytest.mark.parametrize("value", ["1.0.0", "$b"])
def test_an_override_may_not_differ_from_what_the_project_asks_for(tmp_path: Path, value: str) -> None:
    packages = {"node_modules/a": entry("a", "1.0.0"), "node_modules/b": entry("b", "1.0.0")}
    asks = {"a": "1.x", "b": "^1.0.0"}
    write(tmp_path, {"dependencies": asks, "overrides": {"a": value}}, packages)
    (finding,) = high(found(tmp_path)[1])
    assert (
        finding.title == f"a: package.json asks for 1.x, and its overrides for {asks.get(value[1:], value)}"
    )
    assert finding.fix is not None
    assert finding.fix.kind == "edit"
    write(tmp_path, {"dependencies": asks, "overrides": {"a": "$a"}}, packages)
    assert found(tmp_path)[1] == []


def test_an_override_of_what_an_old_lockfile_truly_records_is_drift(tmp_path: Path) -> None:
    write(tmp_path, {"dependencies": {"a": "^1.0.0"}, "overrides": {"b": "1.1.0"}})
    entries = {"a": entry("a", "1.0.0", requires={"b": "^1.0.0"}), "b": entry("b", "1.0.0")}
    (tmp_path / "package-lock.json").write_text(json.dumps({"lockfileVersion": 1, "dependencies": entries}))
    truth = Evidence(manifests={("a", "1.0.0"): VersionManifest({}, {"b": "^1.0.0"})})
    assert severities(found(tmp_path, truth)[1]) == [("b", Severity.HIGH)]


def test_a_peer_dependency_of_a_workspace_may_lie_inside_it(tmp_path: Path) -> None:
    member = {"name": "one", "version": "1.0.0", "peerDependencies": {"a": "^1.0.0"}}
    packages: dict[str, dict[str, Any]] = {
        "packages/one": member,
        "node_modules/one": {"resolved": "packages/one", "link": True},
        "packages/one/node_modules/a": entry("a", "1.0.0"),
    }
    write(tmp_path, {"workspaces": ["packages/*"]}, packages)
    write(tmp_path / "packages" / "one", member)
    assert found(tmp_path)[1] == []


def test_npms_note_of_what_it_installed_does_not_drift(tmp_path: Path) -> None:
    write(tmp_path, {"dependencies": {"a": "^1.0.0"}, "devDependencies": {"b": "1"}})
    (tmp_path / "node_modules").mkdir()
    note = {"lockfileVersion": 3, "packages": {"node_modules/a": entry("a", "1.0.0")}}
    (tmp_path / "node_modules" / ".package-lock.json").write_text(json.dumps(note))
    (place,) = load.find([str(tmp_path / "node_modules" / ".package-lock.json")])
    project = load.load(place)
    assert project.graph is not None
    assert project.graph.labels == {("a", "1.0.0")}
    assert list(check(project, Evidence(), Settings())) == []
