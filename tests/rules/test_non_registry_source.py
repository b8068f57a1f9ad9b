import json
from typing import Any

import pytest
from npmproject import project

from npmguard.lockfiles import npm, yarn_classic
from npmguard.model import Evidence, Finding, Lockfile, Project, Severity
from npmguard.project import manifest as manifests
from npmguard.rules.non_registry_source import RULE
from npmguard.settings import Settings

COMMIT = "4c2f0a6d3c1a9f0e5b7d8c6a2e1f3b4d5c6e7f80"
GIT = f"git+ssh://git@git.example.test/a/a.git#{COMMIT}"


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def direct(resolved: str, field: str = "dependencies", **entry: Any) -> Project:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0", "resolved": resolved, **entry}
    }
    return project({field: {"a": resolved}}, entries)


def transitive(resolved: str) -> Project:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {"version": "1.0.0", "dependencies": {"a": resolved}},
        "node_modules/a": {"version": "1.0.0", "resolved": resolved},
    }
    return project({"dependencies": {"top": "1"}}, entries)


@pytest.mark.parametrize(
    ("resolved", "words"),
    [
        (GIT, "a git repository"),
        ("https://files.example.test/a-1.0.0.tgz", "a tarball at a URL"),
        ("file:../a-1.0.0.tgz", "a tarball on disk"),
    ],
)
def test_one_that_the_project_chose_is_low_and_any_other_moderate(resolved: str, words: str) -> None:
    (found,) = check(direct(resolved))
    assert (found.rule, found.severity) == ("non-registry-source", Severity.LOW)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == f"a@1.0.0 comes from {words}"
    assert found.detail.startswith(f"It is taken from {resolved}.")
    assert found.fix == ("replace", None, None)
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")
    (found,) = check(transitive(resolved))
    assert found.severity is Severity.MODERATE
    assert "another package brings it" in found.detail


@pytest.mark.parametrize(
    "resolved",
    [
        "git+ssh://git@git.example.test/a/a.git",
        "git+ssh://git@git.example.test/a/a.git#main",
        "git+ssh://git@git.example.test/a/a.git#v1.0.0",
        f"git+ssh://git@git.example.test/a/a.git#{COMMIT[:7]}",
        "git+https://git.example.test/a/a.git#semver:^1.0.0",
        f"git+https://git.example.test/a/a.git?ref={COMMIT}",
        f"git+https://git.example.test/{COMMIT}/a.git#",
        "github:someone/a",
        "git@git.example.test:a/a.git",
    ],
)
def test_a_git_dependency_without_a_commit_is_high(resolved: str) -> None:
    for found in (*check(direct(resolved)), *check(transitive(resolved))):
        assert found.severity is Severity.HIGH
        assert "No commit is named" in found.detail
    assert len(check(direct(resolved))) == 1


@pytest.mark.parametrize(
    "resolved",
    [
        f"git+https://git.example.test/a/a.git#{COMMIT}",
        f"git+https://git.example.test:8443/a/a.git#{COMMIT.upper()}",
        f"git+ssh://git@git.example.test:a/a.git#{COMMIT}",
        f"github:someone/a#{COMMIT}",
        f"git@git.example.test:a/a.git#{COMMIT}",
        f"git://git.example.test/a.git#{COMMIT}{'0' * 24}",
    ],
)
def test_a_full_commit_is_enough_in_every_spelling(resolved: str) -> None:
    assert [f.severity for f in check(direct(resolved))] == [Severity.LOW]


def test_what_the_registry_serves_is_left_alone() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/b": {"version": "1.0.0", "resolved": "https://registry.example.test/b/-/b-1.0.0.tgz"},
        "node_modules/c": {"version": "1.0.0", "resolved": "https://registry.example.test/files/c.tgz"},
        "node_modules/d": {"name": "e", "version": "1.0.0"},
    }
    asked = {"a": "*", "b": "^1.0.0", "c": "1", "d": "npm:e@1"}
    assert check(project({"dependencies": asked}, entries)) == []


def test_folders_and_workspaces_are_left_alone() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/near": {"resolved": "../near", "link": True},
        "../near": {"version": "1.0.0"},
    }
    members: dict[str, dict[str, Any]] = {"packages/ui": {"name": "ui", "version": "1.0.0"}}
    assert check(project({"dependencies": {"near": "file:../near"}}, entries, members)) == []


def test_what_a_workspace_asks_for_is_chosen_too() -> None:
    members: dict[str, dict[str, Any]] = {
        "packages/ui": {"name": "ui", "version": "1.0.0", "dependencies": {"a": GIT}}
    }
    entries: dict[str, dict[str, Any]] = {"node_modules/a": {"version": "1.0.0", "resolved": GIT}}
    assert [f.severity for f in check(project({}, entries, members))] == [Severity.LOW]


def test_what_comes_inside_another_package_is_left_alone() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/top": {"version": "1.0.0", "dependencies": {"a": GIT}, "bundleDependencies": ["a"]},
        "node_modules/top/node_modules/a": {"version": "1.0.0", "resolved": GIT, "inBundle": True},
    }
    assert check(project({"dependencies": {"top": "1"}}, entries)) == []


def test_what_the_project_itself_bundles_is_told() -> None:
    assert check(direct(GIT, inBundle=True))


def test_development_is_left_out_of_a_production_audit() -> None:
    found = direct(GIT, "devDependencies")
    assert len(check(found)) == 1
    assert check(found, Settings(production=True)) == []


@pytest.mark.parametrize("text", [GIT, "https://files.example.test/a.tgz", "file:../a.tgz"])
def test_version_1_lockfiles_keep_it_in_the_version(text: str) -> None:
    lock = {"lockfileVersion": 1, "dependencies": {"a": {"version": text}}}
    manifest = manifests.parse(json.dumps({"dependencies": {"a": text}}).encode(), "package.json")
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest)
    (found,) = check(Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-1", graph)))
    assert (found.package, found.version, found.severity) == ("a", None, Severity.LOW)
    assert found.location is not None
    assert found.location.pointer == "/dependencies/a"


@pytest.mark.parametrize(
    ("url", "severity"),
    [
        (f"https://codeload.github.com/a/b/tar.gz/{'a' * 40}", Severity.LOW),
        (f"https://gitlab.com/a/b/repository/archive.tar.gz?ref={'a' * 40}", Severity.LOW),
        (f"https://bitbucket.org/a/b/get/{'a' * 40}.tar.gz#{'b' * 40}", Severity.LOW),
        (f"https://git.example.test/a/b.git#{'a' * 40}", Severity.LOW),
        ("https://codeload.github.com/a/b/tar.gz/main", Severity.HIGH),
    ],
)
def test_what_yarn_classic_makes_of_git_dependencies(url: str, severity: Severity) -> None:
    lock = f'a@someone/a:\n  version "1.0.0"\n  resolved "{url}"\n'
    manifest = manifests.parse(b'{"dependencies": {"a": "someone/a"}}', "package.json")
    graph = yarn_classic.parse(lock.encode(), "yarn.lock", manifest)
    (found,) = check(Project(".", manifest, {}, "yarn", Lockfile("yarn.lock", graph.format, graph)))
    assert (found.severity, found.subject) == (severity, "git")


@pytest.mark.parametrize(
    ("manager", "fields", "words"),
    [
        ("npm", {}, "npm 12 and later refuse it: allow-git is none by default."),
        ("npm", {"config": {"allow-git": "none"}}, "npm 11 and later refuse it: allow-git is none."),
        ("npm", {"config": {"allow-git": "root"}}, "allow-git is root, and another package brings it."),
        ("npm", {"config": {"allow-git": "all"}}, ""),
        ("npm", {"declared": ("npm", "12.2.1")}, "npm refuses it: allow-git is none by default."),
        ("pnpm", {"declared": ("pnpm", "12.21.0")}, "when resolving anew (blockExoticSubdeps), and installs"),
        ("pnpm", {"declared": ("pnpm", "10.34.9")}, ""),
        ("pnpm", {"manager_config": {"blockExoticSubdeps": "false"}}, ""),
        ("yarn-berry", {"manager_config": {"approvedGitRepositories": ["**"]}}, ""),
        ("yarn-berry", {"manager_config": {"approvedGitRepositories": []}}, "does not approve it."),
        ("bun", {}, ""),
    ],
)
def test_what_the_manager_refuses_is_said(manager: str, fields: dict[str, Any], words: str) -> None:
    (found,) = check(transitive(GIT)._replace(manager=manager, **fields))
    assert words in found.detail
    assert ("refuse" in found.detail) is (words != "")
