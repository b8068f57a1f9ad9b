"""Whose install scripts run: what the managers were seen to do."""

from typing import Any

import pytest

from npmguard import installs
from npmguard.lockfiles import npm
from npmguard.model import Lockfile, Package, Project, ScriptPolicy, Source, Verdict
from npmguard.project import manifest as manifests

URL = "https://registry.example.test/a/-/a-1.0.0.tgz"
GIT = "git+https://git.example.test/o/a.git#" + "0" * 40
A = Package("node_modules/a", "a", "1.0.0", Source.REGISTRY, URL)
B = A._replace(key="node_modules/b", name="b")
FROM_GIT = A._replace(source=Source.GIT, resolved=GIT)
FROM_FILE = A._replace(source=Source.FILE, resolved="file:../a.tgz")


def project(
    manager: str,
    package: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    npmrc: dict[str, str] | None = None,
    *,
    version: str = "",
    format: str = "",
) -> Project:
    """A project of that manager, with its package.json, its own settings file and .npmrc."""
    manifest = manifests.of(package or {}, "package.json")
    graph = npm.parse(b'{"lockfileVersion": 3, "packages": {}}', "package-lock.json", manifest, {})
    lockfile = Lockfile("x", format or {"npm": "npm-3", "pnpm": "pnpm-9.0"}.get(manager, ""), graph)
    return Project(
        ".",
        manifest,
        {},
        manager,
        lockfile,
        config=npmrc or {},
        own_config=frozenset(npmrc or {}),
        manager_config=settings or {},
        declared=(manager.removesuffix("-berry"), version) if version else None,
    )


def policy(*args: Any, **more: Any) -> ScriptPolicy:
    return installs.scripts(project(*args, **more))


def of(package: Package, *args: Any, **more: Any) -> Verdict:
    return policy(*args, **more).of(package)


def runs(*args: Any, **more: Any) -> tuple[bool | None, bool | None]:
    """Do the scripts of a and b run?"""
    found = policy(*args, **more)
    return found.of(A).runs, found.of(B).runs


@pytest.mark.parametrize(
    ("version", "package", "npmrc", "expected"),
    [
        ("10.9.9", {}, {}, (True, True)),
        ("11.19.1", {}, {}, (True, True)),
        ("12.2.1", {}, {}, (False, False)),
        ("10.9.9", {"allowScripts": {"a": False}}, {}, (True, True)),
        ("11.15.0", {"allowScripts": {"a": False}}, {}, (True, True)),
        ("11.19.1", {"allowScripts": {"a": False}}, {}, (False, True)),
        ("12.2.1", {"allowScripts": {"a": False}}, {}, (False, False)),
        ("12.2.1", {"allowScripts": {"a": True}}, {}, (True, False)),
        ("12.2.1", {"allowScripts": {"a@1.0.0": True, "b@2.0.0": True}}, {}, (True, False)),
        ("12.2.1", {"allowScripts": {"a@1.0.0 || 2.0.0": True, "b@^1.0.0": True}}, {}, (True, False)),
        ("12.2.1", {"allowScripts": {"a": True, "a@1.0.0": False}}, {}, (False, False)),
        ("12.2.1", {"allowScripts": {"*": True}}, {}, (False, False)),
        ("12.2.1", {}, {"allow-scripts": "a, c"}, (True, False)),
        ("12.2.1", {"allowScripts": {"b": False}}, {"allow-scripts": "a"}, (False, False)),
        ("12.2.1", {"allowScripts": {"a": False}}, {"dangerously-allow-all-scripts": "true"}, (True, True)),
        ("12.2.1", {"allowScripts": {"a": True}}, {"ignore-scripts": "true"}, (False, False)),
        ("11.19.1", {"allowScripts": {"a": True}}, {"strict-allow-scripts": "true"}, (True, False)),
        ("10.9.9", {}, {"ignore-scripts": "true"}, (False, False)),
    ],
)
def test_npm(
    version: str, package: dict[str, Any], npmrc: dict[str, str], expected: tuple[bool, bool]
) -> None:
    assert runs("npm", package, None, npmrc, version=version) == expected


def test_npm_of_any_version() -> None:
    found = of(A, "npm")
    assert found.runs is None
    assert (
        found.why == "npm 11 and older run it; npm 12 and later do not run it: allowScripts does not name it"
    )
    assert of(A, "npm", {"allowScripts": {"b": True}}).runs is None
    assert of(B, "npm", {"allowScripts": {"b": True}}).why == (
        "npm runs it: allowScripts in package.json names it"
    )
    assert of(A, "npm", {"allowScripts": {"a": False}}) == (
        False,
        "npm does not run it: allowScripts in package.json denies it",
        True,
    )
    assert of(A, "npm", None, None, {"ignore-scripts": "true"}).runs is False


def test_npm_believes_no_version_without_a_url() -> None:
    unseen = A._replace(resolved=None)
    pinned = {"allowScripts": {"a@1.0.0": True}}
    assert of(unseen, "npm", pinned, version="12.2.1").runs is False
    assert of(unseen, "npm", {"allowScripts": {"a": True}}, version="12.2.1").runs is True
    assert of(unseen, "npm", {"allowScripts": {"a@9.0.0": False}}, version="11.19.1").runs is False


def test_npm_runs_nothing_of_what_came_inside_another() -> None:
    inside = A._replace(bundled=True)
    assert of(inside, "npm", {"allowScripts": {"a": True}}, version="12.2.1").runs is False
    assert of(inside, "npm", version="11.19.1").runs is True


def test_npm_names_what_comes_from_elsewhere_by_its_place() -> None:
    name, place = {"allowScripts": {"a": True}}, {"allowScripts": {"file:../a.tgz": True}}
    assert of(FROM_FILE, "npm", name, version="12.2.1").runs is False
    assert of(FROM_FILE, "npm", place, version="12.2.1").runs is True


@pytest.mark.parametrize(
    ("version", "npmrc", "expected", "words"),
    [
        ("10.9.9", {}, True, "is built"),
        ("10.9.9", {"ignore-scripts": "true"}, True, "does not stop the prepare script"),
        ("11.19.1", {"ignore-scripts": "true"}, False, "ignore-scripts is set"),
        ("11.19.1", {"allow-git": "none"}, False, "allow-git is none"),
        ("12.2.1", {}, False, "allow-git is none by default"),
        ("12.2.1", {"allow-git": "all"}, True, "no list stops that"),
        ("12.2.1", {"allow-git": "root"}, False, "another package brings it"),
    ],
)
def test_what_npm_builds_from_git(version: str, npmrc: dict[str, str], expected: bool, words: str) -> None:
    found = of(FROM_GIT, "npm", {"allowScripts": {"a": False}}, None, npmrc, version=version)
    assert found.runs is expected
    assert words in found.why


ONLY_A = {"onlyBuiltDependencies": ["a"]}
ALLOW_A = {"allowBuilds": {"a": "true"}}
ALL = {"dangerouslyAllowAllBuilds": "true"}


@pytest.mark.parametrize(
    ("version", "own", "settings", "npmrc", "expected"),
    [
        ("8.15.9", {}, {}, {}, (True, True)),
        ("9.15.9", {}, {}, {}, (True, True)),
        ("10.34.9", {}, {}, {}, (False, False)),
        ("11.28.11", {}, {}, {}, (False, False)),
        ("12.21.0", {}, {}, {}, (False, False)),
        # each major looks elsewhere
        ("9.15.9", ONLY_A, {}, {}, (True, False)),
        ("10.34.9", ONLY_A, {}, {}, (True, False)),
        ("11.28.11", ONLY_A, {}, {}, (False, False)),
        ("9.15.9", {}, ONLY_A, {}, (True, True)),
        ("10.34.9", {}, ONLY_A, {}, (True, False)),
        ("12.21.0", {}, ONLY_A, {}, (False, False)),
        ("9.15.9", {}, ALLOW_A, {}, (True, True)),
        ("10.34.9", {}, ALLOW_A, {}, (True, False)),
        ("12.21.0", {}, ALLOW_A, {}, (True, False)),
        ("10.34.9", {"allowBuilds": {"a": True}}, {}, {}, (True, False)),
        ("11.28.11", {"allowBuilds": {"a": True}}, {}, {}, (False, False)),
        # a list in package.json hides the other file's
        ("10.34.9", {"onlyBuiltDependencies": ["b"]}, ONLY_A, {}, (False, True)),
        ("10.34.9", {"overrides": {}}, ONLY_A, {}, (True, False)),
        ("10.34.9", {}, {**ONLY_A, "allowBuilds": {"b": "true", "a": "false"}}, {}, (True, True)),
        ("9.15.9", {"onlyBuiltDependencies": []}, {}, {}, (False, False)),
        ("9.15.9", {"onlyBuiltDependencies": ["a@1.0.0", "*"]}, {}, {}, (False, False)),
        ("10.34.9", {"onlyBuiltDependencies": ["a@1.0.0", "b@2.0.0"]}, {}, {}, (True, False)),
        ("12.21.0", {}, {"allowBuilds": {"a@1.0.0 || 2.0.0": "true", "*": "true"}}, {}, (True, False)),
        ("12.21.0", {}, {"allowBuilds": {"a": "true", "a@1.0.0": "false"}}, {}, (False, False)),
        ("9.15.9", {"neverBuiltDependencies": ["a"]}, {}, {}, (False, True)),
        ("10.34.9", {}, {"neverBuiltDependencies": []}, {}, (True, True)),
        ("11.28.11", {}, {"neverBuiltDependencies": ["a"]}, {}, (False, False)),
        ("10.34.9", {}, {"onlyBuiltDependenciesFile": "x.json"}, {}, (None, None)),
        # all
        ("9.15.9", {}, ALL, {}, (True, True)),
        ("10.34.9", {}, ALL, {}, (True, True)),
        ("10.34.9", ALL, {}, {}, (False, False)),
        ("10.34.9", {}, {}, {"dangerously-allow-all-builds": "true"}, (True, True)),
        ("11.28.11", {}, {}, {"dangerously-allow-all-builds": "true"}, (False, False)),
        ("11.28.11", {}, {**ALL, "allowBuilds": {"a": "false"}}, {}, (True, True)),
        ("12.21.0", {}, {**ALL, "allowBuilds": {"a": "false"}}, {}, (False, True)),
        # none
        ("9.15.9", {}, {}, {"ignore-scripts": "true"}, (False, False)),
        ("10.34.9", {}, ALL, {"ignore-scripts": "true"}, (False, False)),
        ("11.28.11", {}, ALL, {"ignore-scripts": "true"}, (True, True)),
        ("12.21.0", {}, {**ALL, "ignoreScripts": "true"}, {}, (False, False)),
        ("9.15.9", {}, {}, {"ignore-dep-scripts": "true"}, (False, False)),
        ("11.28.11", {}, {**ALL, "ignoreDepScripts": "true"}, {}, (True, True)),
    ],
)
def test_pnpm(
    version: str,
    own: dict[str, Any],
    settings: dict[str, Any],
    npmrc: dict[str, str],
    expected: tuple[bool | None, bool | None],
) -> None:
    assert runs("pnpm", {"pnpm": own}, settings, npmrc, version=version) == expected


def test_pnpm_of_any_version() -> None:
    assert of(A, "pnpm").why == (
        "pnpm 9 and older run it; pnpm 10 does not run it: onlyBuiltDependencies does not name it; "
        "pnpm 11 and later do not run it: allowBuilds does not name it, so the install fails "
        "(strictDepBuilds)"
    )
    assert of(A, "pnpm", format="pnpm-6.0").why == "pnpm runs it"
    assert of(A, "pnpm", None, ALLOW_A).why == "pnpm runs it: allowBuilds in pnpm-workspace.yaml names it"
    assert of(A, "pnpm", {"engines": {"pnpm": ">=10"}}).runs is False
    assert of(A, "pnpm", version=">=9 <11").runs is None


def test_pnpm_fails_at_what_no_list_names_where_it_is_strict() -> None:
    for version, settings, strict in (
        ("12.21.0", {}, True),
        ("12.21.0", {"strictDepBuilds": "false"}, False),
        ("10.34.9", {}, False),
        ("10.34.9", {"strictDepBuilds": "true"}, True),
    ):
        why = of(A, "pnpm", None, settings, version=version).why
        assert ("the install fails (strictDepBuilds)" in why) is strict


def test_what_pnpm_builds_from_elsewhere() -> None:
    assert of(FROM_GIT, "pnpm", {"pnpm": {"neverBuiltDependencies": ["a"]}}, version="9.15.9").runs is True
    assert of(FROM_GIT, "pnpm", None, None, {"ignore-scripts": "true"}, version="9.15.9").runs is False
    assert of(FROM_GIT, "pnpm", {"pnpm": ONLY_A}, version="10.34.9").runs is False
    assert of(FROM_GIT, "pnpm", None, ALLOW_A, version="12.21.0").runs is False
    whole = {"allowBuilds": {f"a@{GIT}": "true"}}
    assert of(FROM_GIT, "pnpm", None, whole, version="12.21.0").runs is True
    assert of(FROM_FILE, "pnpm", None, ALLOW_A, version="12.21.0").runs is False
    assert of(FROM_FILE, "pnpm", None, {"allowBuilds": {"a@file:../a.tgz": "true"}}, version="12.21.0").runs


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, True), ({"ignore-scripts": "true"}, False), ({"--install.ignore-scripts": "true"}, False)],
)
def test_yarn_classic(settings: dict[str, str], expected: bool) -> None:
    assert of(A, "yarn", None, settings, {"ignore-scripts": "true"}).runs is expected
    assert of(FROM_GIT, "yarn", None, settings).runs is True


def built(**names: bool) -> dict[str, Any]:
    return {"dependenciesMeta": {name: {"built": value} for name, value in names.items()}}


@pytest.mark.parametrize(
    ("format", "package", "settings", "expected"),
    [
        ("yarn-berry-6", {}, {}, (True, True)),
        ("yarn-berry-8", {}, {}, (True, True)),
        ("yarn-berry-9", {}, {}, (False, False)),
        ("yarn-berry-10", {}, {}, (False, False)),
        ("yarn-berry-8", {}, {"enableScripts": "false"}, (False, False)),
        ("yarn-berry-10", {}, {"enableScripts": "true"}, (True, True)),
        ("yarn-berry-10", built(a=True), {}, (True, False)),
        ("yarn-berry-10", built(a=True), {"enableScripts": "false"}, (True, False)),
        ("yarn-berry-8", built(a=False), {}, (False, True)),
        (
            "yarn-berry-10",
            {"dependenciesMeta": {"a@1.0.0": {"built": True}, "b@2.0.0": {"built": True}}},
            {},
            (True, False),
        ),
        (
            "yarn-berry-10",
            {"dependenciesMeta": {"a@1.0.0": {"built": False}, "a": {"built": True}}},
            {},
            (False, False),
        ),
    ],
)
def test_yarn_berry(
    format: str, package: dict[str, Any], settings: dict[str, str], expected: tuple[bool, bool]
) -> None:
    npmrc = {"ignore-scripts": "true"}  # is not yarn's
    assert runs("yarn-berry", package, settings, npmrc, format=format) == expected


@pytest.mark.parametrize(
    ("format", "settings", "expected"),
    [
        ("yarn-berry-8", {}, True),
        ("yarn-berry-8", {"enableScripts": "false"}, False),
        ("yarn-berry-10", {}, False),
        ("yarn-berry-10", {"approvedGitRepositories": ["https://git.example.test/**"]}, True),
        ("yarn-berry-10", {"approvedGitRepositories": ["https://git.example.test/o2/**"]}, False),
        ("yarn-berry-10", {"approvedGitRepositories": ["**"], "enableScripts": "false"}, False),
    ],
)
def test_what_yarn_berry_builds_from_git(format: str, settings: dict[str, Any], expected: bool) -> None:
    assert of(FROM_GIT, "yarn-berry", None, settings, format=format).runs is expected


@pytest.mark.parametrize(
    ("package", "settings", "npmrc", "expected"),
    [
        ({}, {}, {}, (False, False)),
        ({"trustedDependencies": ["a"]}, {}, {}, (True, False)),
        ({"trustedDependencies": ["a@1.0.0", "*"]}, {}, {}, (False, False)),
        ({"trustedDependencies": ["a"]}, {"install": {"ignoreScripts": True}}, {}, (False, False)),
        ({"trustedDependencies": ["a"]}, {}, {"ignore-scripts": "true"}, (False, False)),
    ],
)
def test_bun(
    package: dict[str, Any], settings: dict[str, Any], npmrc: dict[str, str], expected: tuple[bool, bool]
) -> None:
    assert runs("bun", package, settings, npmrc) == expected
    assert of(FROM_GIT, "bun", package, settings, npmrc).runs is expected[0]


def test_the_list_that_bun_brings() -> None:
    known = A._replace(name="esbuild")
    assert of(known, "bun") == (True, "bun runs it: it is on the list that bun itself brings", True)
    assert of(known._replace(source=Source.URL), "bun").runs is False
    assert of(known, "bun", {"trustedDependencies": []}).runs is False


@pytest.mark.parametrize(
    ("manager", "settings", "npmrc", "format", "expected"),
    [
        ("npm", {}, {"min-release-age": "2"}, "", 172_800),
        ("npm", {}, {"min-release-age": "0"}, "", None),
        ("npm", {}, {"min-release-age": "soon"}, "", None),
        ("npm", {}, {}, "", None),
        ("pnpm", {"minimumReleaseAge": "1440"}, {}, "", 86_400),
        ("pnpm", {}, {"minimum-release-age": "60"}, "", 3_600),
        ("pnpm", {}, {}, "", None),
        ("pnpm", {"minimumReleaseAge": "1440"}, {}, "pnpm-6.0", None),
        ("pnpm", {"allowBuilds": {}, "minimumReleaseAge": ["x"]}, {}, "", None),
        ("yarn", {"npmMinimalAgeGate": "1d"}, {}, "yarn-1", None),
        ("yarn-berry", {"npmMinimalAgeGate": "3d"}, {}, "yarn-berry-8", 259_200),
        ("yarn-berry", {"npmMinimalAgeGate": "90"}, {}, "yarn-berry-8", 5_400),
        ("yarn-berry", {"npmMinimalAgeGate": "0"}, {}, "yarn-berry-10", None),
        ("yarn-berry", {}, {}, "yarn-berry-8", None),
        ("yarn-berry", {}, {}, "yarn-berry-10", 86_400),
        ("bun", {"install": {"minimumReleaseAge": 259200}}, {}, "", 259_200),
        ("bun", {"install": "x"}, {}, "", None),
    ],
)
def test_how_old_a_release_must_be(
    manager: str, settings: dict[str, Any], npmrc: dict[str, str], format: str, expected: int | None
) -> None:
    assert installs.minimum_release_age(project(manager, None, settings, npmrc, format=format)) == expected


def test_pnpm_11_waits_for_a_day() -> None:
    assert installs.minimum_release_age(project("pnpm", version="11.28.11")) == 86_400
    assert installs.minimum_release_age(project("pnpm", version="10.34.9")) is None


@pytest.mark.parametrize("manager", ["npm", "pnpm", "yarn", "yarn-berry", "bun"])
def test_settings_of_any_shape_are_borne(manager: str) -> None:
    for odd in ("x", 1, None, [], [1, None], {}, {"a": 1}, {"a": None}, True):
        package = dict.fromkeys(
            ("allowScripts", "pnpm", "dependenciesMeta", "trustedDependencies", "engines"), odd
        )
        lists = dict.fromkeys(("onlyBuiltDependencies", "neverBuiltDependencies", "allowBuilds"), odd)
        settings = {**lists, "install": odd, "enableScripts": odd, "approvedGitRepositories": odd}
        for version in ("", "x", "10", "99999999999.0.0", ">=1 <"):
            found = project(manager, package, settings, version=version)
            for package_ in (A, FROM_GIT, FROM_FILE):
                assert installs.scripts(found).of(package_).why
                installs.refusal(found, package_)
