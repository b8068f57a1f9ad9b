"""yarn classic's drift, against what a frozen install of yarn 1.22.22 said of the same files."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from npmguard.lockfiles import yarn_classic
from npmguard.model import Evidence, Finding, Lockfile, Project, Severity
from npmguard.project import load
from npmguard.project import manifest as manifests
from npmguard.rules.lockfile_drift import check
from npmguard.settings import Settings

FIXTURES = Path(__file__).parents[3] / "fixtures"
DRIFT = FIXTURES / "drift" / "yarn_classic"
VERDICTS: dict[str, dict[str, Any]] = json.loads((DRIFT.parent / "verdicts-yarn_classic.json").read_text())


def found(folder: Path) -> list[Finding]:
    project = load.load(load.Found(str(folder)))
    return [f for f in check(project, Evidence(), Settings()) if isinstance(f, Finding)]


def project(package: dict[str, Any], lock: str, workspaces: dict[str, Any] | None = None) -> Project:
    manifest = manifests.of({"name": "x", "version": "1.0.0", **package}, "package.json")
    members = {
        folder: manifests.of(document, f"{folder}/package.json")
        for folder, document in (workspaces or {}).items()
    }
    graph = yarn_classic.parse(lock.encode(), "yarn.lock", manifest, members)
    return Project(".", manifest, members, "yarn", Lockfile("yarn.lock", graph.format, graph))


def judged(given: Project) -> list[Finding]:
    return [f for f in check(given, Evidence(), Settings()) if isinstance(f, Finding)]


def lock(*entries: tuple[str, str, dict[str, str]]) -> str:
    """A yarn.lock of (key line, version, dependencies)."""
    text = ""
    for key, version, asks in entries:
        text += f'{key}:\n  version "{version}"\n'
        if asks:
            text += "  dependencies:\n" + "".join(f'    "{n}" "{r}"\n' for n, r in asks.items())
        text += "\n"
    return text or "# yarn lockfile v1\n"


@pytest.mark.parametrize("name", [n for n, v in VERDICTS.items() if v["kind"] in ("drift", "in-sync")])
def test_what_yarn_refuses_is_high_and_what_it_accepts_is_not(name: str) -> None:
    findings = found(DRIFT / name)
    high = [f for f in findings if f.severity >= Severity.HIGH]
    assert bool(high) is VERDICTS[name]["refused"], [f.title for f in findings]
    for finding in high:
        assert finding.package
        assert finding.package in finding.title
        assert "asks for" in finding.detail
        assert "`yarn install --frozen-lockfile` refuses" in finding.detail
        assert finding.location is not None
        assert finding.location.file.endswith("package.json")
        assert finding.location.pointer


LET_THROUGH = {
    "alias-out-of-range": [
        "num: package.json asks for npm:is-number@^6.0.0, yarn.lock gives is-number@5.0.0"
    ],
    "file-dir-dep-added": ["left-pad: local/package.json asks for ^1.3.0, missing from yarn.lock"],
    "lock-entry-dep-range": ["wrappy: once@1.4.0 asks for ^2.0.0, missing from yarn.lock"],
    "lock-optional-platforms-missing": ["22 dependencies of esbuild@0.21.5 are missing from yarn.lock"],
    "lock-transitive-missing": ["wrappy: once@1.4.0 asks for 1, missing from yarn.lock"],
    "lock-transitive-out-of-range": [
        "is-number: is-odd@3.0.1 asks for ^6.0.0, yarn.lock gives is-number@5.0.0"
    ],
    "override-added": ["ms: the resolution ms asks for 2.1.2, yarn.lock gives ms@2.1.3"],
    "override-changed": ["ms: the resolution ms asks for 2.1.1, yarn.lock gives ms@2.1.2"],
    "override-removed": ["ms: debug@4.3.7 asks for ^2.1.3, yarn.lock gives ms@2.1.2"],
    "resolution-range-that-fits": ["ms: the resolution ms asks for ^2.1.0, yarn.lock gives ms@2.1.3"],
    "workspace-added-deps": ["left-pad: packages/c/package.json asks for ^1.3.0, missing from yarn.lock"],
    "workspace-dep-added": ["left-pad: packages/a/package.json asks for ^1.3.0, missing from yarn.lock"],
    "workspace-dep-out-of-range": [
        "once: packages/a/package.json asks for ^1.4.0, yarn.lock gives once@1.3.3"
    ],
    "workspace-range-satisfied": ["once: packages/a/package.json asks for ^1.3.0, missing from yarn.lock"],
    "workspace-version": ["a: packages/b/package.json asks for 1.0.0, missing from yarn.lock"],
    "workspace-version-out-of-range": ["b: packages/a/package.json asks for ^1.0.0, missing from yarn.lock"],
    "workspaces-resolution-below-a-member": [
        "once: the resolution **/a/once asks for 1.3.3, yarn.lock gives once@1.4.0"
    ],
}
STALE = (
    "dep-removed",
    "range-bumped-major",
    "override-added-noop",
    "override-added-unused",
    "workspace-dep-removed",
    "resolution-of-an-own-dependency",
    "resolution-below-another-parent",
)


@pytest.mark.parametrize(
    "name", [n for n, v in VERDICTS.items() if not v["refused"]] + ["lock-entry-dep-range"]
)
def test_what_yarn_lets_through_though_nobody_locked_it(name: str) -> None:
    moderate = [f for f in found(DRIFT / name) if f.severity is Severity.MODERATE]
    assert [f.title for f in moderate] == LET_THROUGH.get(name, [])
    for finding in moderate:
        assert finding.location is not None
        assert finding.location.pointer


@pytest.mark.parametrize("name", STALE)
def test_stale(name: str) -> None:
    assert {f.severity for f in found(DRIFT / name)} <= {Severity.LOW}


@pytest.mark.parametrize(
    "name", ["baseline", "asked-for-twice", "entry-without-range", "link-dir", "file-dir"]
)
def test_nothing_to_say(name: str) -> None:
    assert found(DRIFT / name) == []


@pytest.mark.parametrize("folder", sorted((FIXTURES / "lockfiles" / "yarn-classic").glob("*/")), ids=str)
def test_odd_lockfiles_are_no_drift(folder: Path) -> None:
    assert found(folder) == []


def test_what_is_there_instead_is_said() -> None:
    (finding,) = found(DRIFT / "range-spelt-otherwise")
    assert "only js-tokens@^3.0.0 || ^4.0.0" in finding.detail
    (finding,) = found(DRIFT / "workspace-asked-for-out-of-range")
    assert "the workspace packages/a is 2.0.0" in finding.detail


def test_the_lines_of_the_lockfile() -> None:
    (finding,) = found(DRIFT / "lock-transitive-missing")
    assert finding.location is not None
    assert finding.location.file.endswith("yarn.lock")
    assert finding.location.pointer == "/once@^1.4.0"


def test_a_resolution_of_a_parent_s_own_dependency_in_a_scope() -> None:
    given = project(
        {"dependencies": {"@s/a": "1", "b": "^1.0.0"}, "resolutions": {"@s/a/b": "1.5.0"}},
        lock(('"@s/a@1"', "1.0.0", {"b": "^1.0.0"}), ("b@^1.0.0", "1.4.0", {})),
    )
    assert [(f.severity, f.package) for f in judged(given)] == [
        (Severity.HIGH, "b"),
        (Severity.MODERATE, "b"),
    ]


def test_a_resolution_that_is_locked_explains_what_is_out_of_range() -> None:
    given = project(
        {"dependencies": {"a": "1"}, "resolutions": {"**/b": "2.0.0"}},
        lock(("a@1", "1.0.0", {"b": "^1.0.0"}), ("b@2.0.0, b@^1.0.0", "2.0.0", {})),
    )
    assert judged(given) == []


@pytest.mark.parametrize("odd", [[], "x", {"a": 1}, {"": "1"}, {"/": "1"}, {"a/": "1"}, {"a": "some tag"}])
def test_resolutions_that_yarn_does_not_understand(odd: Any) -> None:
    given = project({"dependencies": {"a": "1"}, "resolutions": odd}, lock(("a@1", "1.0.0", {})))
    assert judged(given) == []


def test_a_member_s_package_for_one_system() -> None:
    member = {"name": "m", "version": "1.0.0", "dependencies": {"fsevents": "2"}}
    given = project({"workspaces": ["m"]}, lock(("fsevents@2", "2.3.3", {})), {"m": member})
    (finding,) = judged(given)
    assert finding.severity is Severity.HIGH
    assert finding.location is not None
    assert finding.location.file == "m/package.json"


def test_many_resolutions_and_a_deep_tree_take_bounded_time() -> None:
    deep = [(f"n{n}@1", "1.0.0", {f"n{n + 1}": "1", f"n{n + 2}": "1"}) for n in range(3000)]
    paths = {f"**/n{n}/**/n{n + 5}/n{n + 6}": "2.0.0" for n in range(2000)}
    given = project({"dependencies": {"n0": "1"}, "resolutions": paths}, lock(*deep))
    start = time.process_time()
    assert judged(given)
    assert time.process_time() - start < 20
