import json
from typing import Any

import pytest
from npmproject import project

from npmguard.lockfiles import npm, yarn_classic
from npmguard.model import Evidence, Finding, Lockfile, Project, Severity
from npmguard.project import manifest as manifests
from npmguard.rules.resolved_mismatch import RULE
from npmguard.settings import Settings

R = "https://registry.example.test"


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def direct(url: str, name: str = "once", version: str = "1.4.0", spec: str = "*", **package: Any) -> Project:
    entries: dict[str, dict[str, Any]] = {f"node_modules/{name}": {"version": version, "resolved": url}}
    return project({"dependencies": {name: spec}, **package}, entries)


def test_another_package_is_critical() -> None:
    (found,) = check(direct(f"{R}/left-pad/-/left-pad-1.3.0.tgz"))
    assert (found.rule, found.severity) == ("resolved-mismatch", Severity.CRITICAL)
    assert (found.package, found.version) == ("once", "1.4.0")
    assert found.title == "once@1.4.0: the lockfile downloads left-pad in its place"
    assert f"{R}/left-pad/-/left-pad-1.3.0.tgz" in found.detail
    assert found.fix == ("review", None, "git log -p -- package-lock.json")
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == (
        "package-lock.json",
        "/packages/node_modules~1once",
    )


def test_another_version_is_high() -> None:
    (found,) = check(direct(f"{R}/once/-/once-1.3.0.tgz"))
    assert found.severity is Severity.HIGH
    assert found.title == "once@1.4.0: the lockfile downloads version 1.3.0 in its place"


@pytest.mark.parametrize(
    ("name", "version", "url"),
    [
        ("once", "1.4.0", f"{R}/once/-/once-1.4.0.tgz"),
        ("once", "1.4.0", f"{R}:8443/npm/all/once/-/once-1.4.0.tgz?x=/-/#left-pad"),
        ("once", "1.4.0", f"{R}/once/-/once.tgz"),
        ("once", "1.4.0", f"{R}/files/once.tgz"),
        ("once", "v1.4.0", f"{R}/once/-/once-1.4.0.tgz"),
        ("once", "1.4.0+build", f"{R}/once/-/once-1.4.0.tgz"),
        ("once", "1.4.0-rc.1", f"{R}/once/-/once-1.4.0-rc.1.tgz"),
        ("once", "1.4.0", f"{R}/once/-/once-latest.tgz"),
        ("Once", "1.4.0", f"{R}/Once/-/Once-1.4.0.tgz"),
        ("@a/once", "1.4.0", f"{R}/@a/once/-/once-1.4.0.tgz"),
        ("@a/once", "1.4.0", f"{R}/@a%2fonce/-/once-1.4.0.tgz"),
        ("@a/once", "1.4.0", f"{R}/%40a%2Fonce/-/once-1.4.0.tgz"),
        ("@a/once", "1.4.0", f"{R}/npm/@a/once/-/@a/once-1.4.0.tgz"),
    ],
)
def test_every_registrys_layout_is_understood(name: str, version: str, url: str) -> None:
    assert check(direct(url, name, version)) == []


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("once", f"{R}/@evil/once/-/once-1.4.0.tgz"),
        ("once", f"{R}/once/-/../../@evil/once/-/once-1.4.0.tgz"),
        ("once", f"{R}/left-pad/-/left-pad-1.3.0.tgz?/once/-/once-1.4.0.tgz"),
        ("once", f"{R}/left-pad/-/left-pad-1.3.0.tgz#/once/-/once-1.4.0.tgz"),
        ("once", f"{R}/once/-/left-pad-1.3.0.tgz"),
        ("once", f"{R}/once/-/%2e%2e/left-pad%2f-%2fleft-pad-1.3.0.tgz"),
        ("once", f"{R}/Once/-/Once-1.4.0.tgz"),
        ("once", f"{R}/onc%65-/-/onc%65--1.4.0.tgz"),
        ("@a/once", f"{R}/@b/once/-/once-1.4.0.tgz"),
        ("@a/once", f"{R}/once/-/once-1.4.0.tgz"),
        ("a-once", f"{R}/once/-/once-1.4.0.tgz"),
    ],
)
def test_no_spelling_hides_the_other_package(name: str, url: str) -> None:
    assert [f.severity for f in check(direct(url, name))] == [Severity.CRITICAL]


@pytest.mark.parametrize(
    "url",
    [
        f"{R}/left-pad/%2d/left-pad-1.3.0.tgz",
        f"{R}/once/-/../../@evil/once/%2d/once-1.4.0.tgz",
        f"{R}/left-pad/-/left-pad-1.3.0.t%67z",
    ],
)
def test_no_encoding_hides_the_other_package(url: str) -> None:
    assert check(direct(url))


def test_a_way_back_up_does_not_hide_the_other_package() -> None:
    assert check(direct(f"{R}/once/-/../../left-pad/evil/once-1.4.0.tgz"))


def test_a_scoped_file_without_a_version_proves_nothing() -> None:
    assert check(direct(f"{R}/@a/once/-/once.tgz", "@a/once")) == []


def test_what_names_no_registry_file_is_for_other_rules() -> None:
    assert check(project({"dependencies": {"once": "*"}}, {"node_modules/once": {"version": "1.4.0"}})) == []
    for text in (f"git+{R}/left-pad.git#{'0' * 40}", f"{R}/left-pad.tgz", "file:../left-pad-1.3.0.tgz"):
        assert check(direct(text, spec=text)) == []


@pytest.mark.parametrize(
    ("url", "source"), [(f"git+{R}/once.git#{'0' * 40}", "git"), ("file:../once-1.4.0.tgz", "file")]
)
def test_what_is_asked_for_from_the_registry_comes_from_there(url: str, source: str) -> None:
    (found,) = check(direct(url, spec="^1.0.0"))
    assert found.severity is Severity.HIGH
    assert found.title == f"once: asked for from the registry, locked from {source}"
    assert check(direct(url, spec="^1.0.0", overrides={"once": url})) == []


def test_the_override_of_another_package_excuses_nothing() -> None:
    assert check(direct("file:../once-1.4.0.tgz", spec="^1.0.0", overrides={"ms": "2.1.3"}))


def test_an_alias_has_to_be_asked_for() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/once": {"name": "evil", "version": "1.4.0", "resolved": f"{R}/evil/-/evil-1.4.0.tgz"}
    }
    (found,) = check(project({"dependencies": {"once": "^1.0.0"}}, entries))
    assert found.severity is Severity.CRITICAL
    assert found.title == "once: the lockfile puts evil@1.4.0 in its place"
    assert found.detail == "package.json asks for ^1.0.0 of once; node_modules/once is evil@1.4.0."
    assert check(project({"dependencies": {"once": "npm:evil@^1.0.0"}}, entries)) == []
    assert len(check(project({"dependencies": {"once": "npm:good@^1.0.0"}}, entries))) == 1


def test_an_override_may_ask_for_an_alias() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {"version": "1.0.0", "dependencies": {"request": "^2.88.0"}},
        "node_modules/request": {"name": "@fork/request", "version": "3.0.0"},
    }
    package = {"dependencies": {"top": "1"}, "overrides": {"request": "npm:@fork/request@^3.0.0"}}
    assert check(project(package, entries)) == []


def test_peers_and_what_comes_inside_another_package_are_taken_as_they_are() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {
            "version": "1.0.0",
            "dependencies": {"once": "1"},
            "peerDependencies": {"ms": "1"},
            "bundleDependencies": ["once"],
        },
        "node_modules/top/node_modules/once": {"name": "evil", "version": "1.4.0", "inBundle": True},
        "node_modules/ms": {"name": "other", "version": "1.0.0"},
    }
    assert check(project({"dependencies": {"top": "1", "ms": "npm:other@1"}}, entries)) == []


def test_links_and_workspaces_are_left_alone() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/near": {"resolved": "../near", "link": True},
        "../near": {"name": "far"},
    }
    members: dict[str, dict[str, Any]] = {"packages/ui": {"name": "ui", "version": "1.0.0"}}
    assert check(project({"dependencies": {"near": "file:../near", "ui": "*"}}, entries, members)) == []


def test_development_is_left_out_of_a_production_audit() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/once": {"version": "1.4.0", "resolved": f"{R}/left-pad/-/left-pad-1.3.0.tgz"}
    }
    found = project({"devDependencies": {"once": "1"}}, entries)
    assert len(check(found)) == 1
    assert check(found, Settings(production=True)) == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_lockfile_version_is_read(version: int) -> None:
    entry = {"version": "1.4.0", "resolved": f"{R}/left-pad/-/left-pad-1.3.0.tgz"}
    lock: dict[str, Any] = {"lockfileVersion": version}
    if version < 3:
        lock["dependencies"] = {"once": entry}
    if version > 1:
        lock["packages"] = {"": {"dependencies": {"once": "1"}}, "node_modules/once": entry}
    manifest = manifests.parse(b'{"dependencies": {"once": "1"}}', "package.json")
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest)
    (found,) = check(Project(".", manifest, {}, "npm", Lockfile("package-lock.json", graph.format, graph)))
    assert found.location is not None
    assert found.location.pointer == (
        "/dependencies/once" if version == 1 else "/packages/node_modules~1once"
    )


@pytest.mark.parametrize("overrides", [{"once": "1.4.0"}, {"once": {"ms": "2"}}, {"top": {"once": "1.4.0"}}])
def test_an_override_that_asks_for_a_version_excuses_no_other_package(overrides: dict[str, Any]) -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {"version": "1.0.0", "dependencies": {"once": "^1.0.0"}},
        "node_modules/once": {"name": "evil", "version": "1.4.0"},
    }
    assert check(project({"dependencies": {"top": "1"}, "overrides": overrides}, entries))


@pytest.mark.parametrize("hash", ["", "#583b1aa775961d4b113ac17d9c50baef9dd76bd1", "#/once/-/once-1.4.0.tgz"])
def test_what_stands_behind_a_url_does_not_count(hash: str) -> None:
    for name, told in (("once-1.4.0", 0), ("left-pad-1.4.0", 1)):
        entries: dict[str, dict[str, Any]] = {
            "node_modules/once": {
                "version": "1.4.0",
                "resolved": f"{R}/{name[:-6]}/-/{name}.tgz{hash}",
            }
        }
        assert len(check(project({"dependencies": {"once": "1"}}, entries))) == told


def test_yarn_s_resolutions_are_overrides_to_all_but_npm() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {"version": "1.0.0", "dependencies": {"once": "^1.0.0"}},
        "node_modules/once": {
            "version": "1.4.0",
            "resolved": f"git+ssh://git@git.example.test/o.git#{'a' * 40}",
        },
    }
    resolutions = {"top/once": "git+ssh://git@git.example.test/o.git#v1"}
    found = project({"dependencies": {"top": "1"}, "resolutions": resolutions}, entries)
    assert len(check(found)) == 1
    assert check(found._replace(manager="yarn")) == []


@pytest.mark.parametrize(
    ("name", "file", "told"),
    [
        ("once", "once-1.4.0.tgz#583b1aa775961d4b113ac17d9c50baef9dd76bd1", None),
        ("once", "once-1.4.0.tgz", None),
        ("@s/once", "@s-once-1.4.0.tgz#583b1aa775961d4b113ac17d9c50baef9dd76bd1", None),
        ("@s/once", "once-1.4.0.tgz", None),
        ("once", "left-pad-1.3.0.tgz", "once@1.4.0: the lockfile downloads left-pad in its place"),
        ("once", "once-more-1.4.0.tgz", "once@1.4.0: the lockfile downloads once-more in its place"),
        ("once", "once-1.3.3.tgz", "once@1.4.0: the lockfile downloads version 1.3.3 in its place"),
    ],
)
def test_yarn_s_offline_mirror(name: str, file: str, told: str | None) -> None:
    lock = f'"{name}@^1.0.0":\n  version "1.4.0"\n  resolved "{file}"\n'
    manifest = manifests.parse(json.dumps({"dependencies": {name: "^1.0.0"}}).encode(), "package.json")
    graph = yarn_classic.parse(lock.encode(), "yarn.lock", manifest)
    found = check(Project(".", manifest, {}, "yarn", Lockfile("yarn.lock", graph.format, graph)))
    assert [f.title for f in found] == ([told] if told else [])
