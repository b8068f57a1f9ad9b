"""invalid-name before publishing, publish-script, new-install-script, no-publish-guard, package-growth."""

from __future__ import annotations

from typing import Any

import pytest
from support.publishing import files, publishable, released, run

from npmguard.model import Finding, PackedFile, Project, Release, Severity
from npmguard.origins import default_registry
from npmguard.rules import (
    invalid_name,
    new_install_script,
    no_publish_guard,
    package_growth,
    publish_script,
)
from npmguard.rules.install_time import difference, runs
from npmguard.settings import Settings

CRITICAL, HIGH, MODERATE = Severity.CRITICAL, Severity.HIGH, Severity.MODERATE
LOW, INFO = Severity.LOW, Severity.INFO


def severities(found: list[Finding]) -> list[Severity]:
    return [finding.severity for finding in found]


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ({"name": None}, "npm publishes nothing that has no name"),
        ({"name": ""}, "npm publishes nothing that has no name"),
        ({"version": None}, "npm publishes nothing that has no version"),
        ({"version": "1.0"}, 'npm does not publish "1.0": it is no version'),
        ({"version": "latest"}, 'npm does not publish "latest": it is no version'),
        ({"name": "node_modules"}, 'npm does not publish under the name "node_modules"'),
        ({"name": "favicon.ico"}, 'npm does not publish under the name "favicon.ico"'),
        ({"name": ".lib"}, 'npm does not publish under the name ".lib"'),
        ({"name": "-lib"}, 'npm does not publish under the name "-lib"'),
        ({"name": "@acme/.lib"}, 'npm does not publish under the name "@acme/.lib"'),
        ({"name": "a/b"}, 'npm does not publish under the name "a/b"'),
        ({"name": "l\u0456b"}, 'npm does not publish under the name "l\\u0456b"'),
        ({"name": "Lib"}, 'npm does not publish under the name "Lib"'),
        ({"name": "lib!"}, 'npm does not publish under the name "lib!"'),
        ({"name": "fs"}, 'npm does not publish under the name "fs"'),
        ({"name": "HTTP2"}, 'npm does not publish under the name "HTTP2"'),
        ({"name": "x" * 215}, f'npm does not publish under the name "{"x" * 47}..."'),
    ],
)
def test_what_stops_a_publish(data: dict[str, Any], title: str) -> None:
    (found,) = run(invalid_name.RULE, publishable(data=data))
    assert (found.severity, found.title) == (HIGH, title)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "@acme/fs"},
        {"name": " lib "},
        {"name": "x" * 214},
        {"version": "v1.0.0"},
        {"version": " 1.0.0-beta.1+build "},
        {"name": "My Lib", "private": True},
    ],
)
def test_what_npm_takes_or_puts_right(data: dict[str, Any]) -> None:
    assert run(invalid_name.RULE, publishable(data=data)) == []


def test_a_package_that_exists_may_keep_its_name() -> None:
    before = Release("JSONStream", "1.0.0", {})
    assert run(invalid_name.RULE, publishable(data={"name": "JSONStream"}, previous=before)) == []


def test_a_script_that_everybody_runs() -> None:
    project = publishable(
        "index.js", "setup.js", data={"scripts": {"postinstall": "node setup.js", "test": "x"}}
    )
    (found,) = run(publish_script.RULE, project)
    assert found.severity is MODERATE
    assert found.title == "The package runs postinstall on every machine that installs it"
    assert found.detail.startswith("postinstall: node setup.js. ")
    assert found.location == ("package.json", "/scripts/postinstall", None)


def test_a_binding_gyp_is_compiled() -> None:
    (found,) = run(publish_script.RULE, publishable("binding.gyp"))
    assert "install: node-gyp rebuild. npm compiles it because there is a binding.gyp." in found.detail
    assert run(publish_script.RULE, publishable("binding.gyp", data={"gypfile": False})) == []
    assert run(publish_script.RULE, publishable("lib/binding.gyp")) == []


@pytest.mark.parametrize(
    ("command", "title"),
    [
        ("node scripts/setup.js", "postinstall runs scripts/setup.js, which is not in the package"),
        ("echo hi && node ./setup", "postinstall runs ./setup, which is not in the package"),
        ("./setup.sh", "postinstall runs ./setup.sh, which is not in the package"),
        ("CI=1 sh setup.sh", "postinstall runs setup.sh, which is not in the package"),
        (
            "husky install",
            "postinstall runs husky, a development dependency, which those who install the package lack",
        ),
    ],
)
def test_a_script_that_cannot_run(command: str, title: str) -> None:
    data = {"scripts": {"postinstall": command}, "devDependencies": {"husky": "^9"}}
    _, found = run(publish_script.RULE, publishable("index.js", data=data))
    assert (found.severity, found.title) == (HIGH, title)


@pytest.mark.parametrize(
    "command",
    [
        "node setup.js",
        "node setup",
        "node -e \"require('./nothing')\"",
        "node --no-warnings ./lib",
        "node -r ./nothing.js setup.js",
        "node $SCRIPT",
        "node ../outside.js",
        "node node_modules/x/y.js",
        "patch-package",
        "node",
    ],
)
def test_a_script_that_may_well_run(command: str) -> None:
    data = {
        "scripts": {"postinstall": command},
        "devDependencies": {"patch-package": "8"},
        "dependencies": {"patch-package": "8"},
    }
    assert len(run(publish_script.RULE, publishable("setup.js", "lib/index.js", data=data))) == 1


def test_a_script_that_goes_on_when_it_fails_is_moderate() -> None:
    data = {"scripts": {"install": "node no.js || true"}}
    assert severities(run(publish_script.RULE, publishable(data=data))) == [MODERATE, MODERATE]


def test_what_an_install_runs() -> None:
    assert runs({"scripts": {"postinstall": "a", "preinstall": "b", "prepare": "c", "install": ""}}) == {
        "preinstall": "b",
        "postinstall": "a",
    }
    assert runs({}, ["binding.gyp"]) == {"install": "node-gyp rebuild"}
    assert runs({"gypfile": True}) == {"install": "node-gyp rebuild"}
    assert runs({"scripts": {"preinstall": "a"}}, ["binding.gyp"]) == {"preinstall": "a"}
    assert list(runs({"hasInstallScript": True})) == ["install"]
    assert runs({"scripts": ["postinstall"], "gypfile": "yes"}) == {}


def test_what_is_new_about_it() -> None:
    assert difference({}, {"install": "a"}) == ({"install": "a"}, {}, True)
    assert difference({"install": "a"}, {"install": "b", "postinstall": "c"}) == (
        {"postinstall": "c"},
        {"install": "b"},
        False,
    )
    assert difference({"install": "a"}, {}) == ({}, {}, False)
    assert difference(runs({"hasInstallScript": True}), {"install": "a"}) == ({}, {}, False)


def scripted(previous: Release, *paths: str, **scripts: str) -> list[Finding]:
    return run(new_install_script.RULE, publishable(*paths, data={"scripts": scripts}, previous=previous))


def test_a_script_that_is_new() -> None:
    (found,) = scripted(released(), postinstall="node setup.js")
    assert (found.severity, found.title) == (
        HIGH,
        "This version runs postinstall, and 1.2.2 had no script on install",
    )
    assert found.detail.startswith("postinstall: node setup.js. ")
    (found,) = scripted(released(held=files("index.js")), "binding.gyp")
    assert (found.severity, "There is a binding.gyp" in found.detail) == (HIGH, True)


def test_a_script_beside_another_and_one_that_changed() -> None:
    before = released(scripts={"install": "a"})
    assert severities(scripted(before, install="a", postinstall="b")) == [MODERATE]
    (found,) = scripted(before, install="b")
    assert (found.severity, found.title) == (LOW, "install runs another command than in 1.2.2")


def test_a_script_that_was_there_and_a_first_release() -> None:
    assert scripted(released(scripts={"install": "a"}), install="a") == []
    assert scripted(released(held=files("binding.gyp")), "binding.gyp") == []
    assert run(new_install_script.RULE, publishable(data={"scripts": {"install": "a"}})) == []


def guard(settings: Settings = Settings(), **data: Any) -> list[Finding]:  # noqa: B008
    return run(no_publish_guard.RULE, publishable(data=data), settings)


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        ({"license": "UNLICENSED"}, HIGH),
        ({"repository": "https://git.corp.example.test/a.git"}, HIGH),
        ({"repository": {"url": "git+ssh://git@gitserver/a.git"}}, HIGH),
        ({"repository": "git@10.0.0.7:team/a.git"}, HIGH),
        ({"license": None, "repository": None}, MODERATE),
        ({"license": "SEE LICENSE IN LICENSE.md", "repository": None}, MODERATE),
        ({"workspaces": ["packages/*"], "version": "0.0.0"}, MODERATE),
        ({"repository": "https://git.example.test/a.git", "license": None}, MODERATE),
    ],
)
def test_a_package_that_looks_private(data: dict[str, Any], severity: Severity) -> None:
    (found,) = guard(**data)
    assert found.severity is severity
    assert found.fix == ("edit", '"private": true', "npm pkg set private=true --json")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"private": True, "license": "UNLICENSED"},
        {"license": "UNLICENSED", "publishConfig": {"registry": "https://npm.corp.example.test/"}},
        {"license": None},
        {"repository": None},
        {"version": "0.0.0"},
        {"workspaces": ["packages/*"]},
        {"license": {"type": "MIT"}},
        {"licenses": [{"type": "MIT"}], "license": None},
        {"repository": {"type": "git", "url": "git+https://github.com/acme/lib.git"}},
        {"publishConfig": {"access": "public", "directory": "dist", "odd": 1}},
    ],
)
def test_a_package_that_does_not(data: dict[str, Any]) -> None:
    assert guard(**data) == []


def test_a_scope_of_ones_own() -> None:
    (found,) = guard(Settings(internal_scopes=("@corp",)), name="@corp/billing")
    assert (found.severity, "@corp is one of your internal scopes" in found.detail) == (HIGH, True)
    assert guard(Settings(internal_scopes=("@corp",)), name="@corporate/billing") == []
    project = publishable(data={"name": "@corp/billing"})
    served = project._replace(registries={"@corp": "https://npm.corp.example.test/"})
    assert severities(run(no_publish_guard.RULE, served)) == [HIGH]
    assert run(no_publish_guard.RULE, project._replace(registries={"@corp": default_registry()})) == []


def test_the_projects_own_npmrc_guards_it() -> None:
    project = publishable(data={"license": "UNLICENSED"})
    assert run(no_publish_guard.RULE, project._replace(own_config=frozenset(["registry"]))) == []


def test_what_was_published_before_weighs_less() -> None:
    before = publishable(data={"license": "UNLICENSED"}, previous=released())
    (found,) = run(no_publish_guard.RULE, before)
    assert (found.severity, "Version 1.2.2 is published already." in found.detail) == (MODERATE, True)


def test_a_registry_over_plain_http() -> None:
    (found,) = guard(publishConfig={"registry": "http://npm.corp.example.test/"})
    assert (found.severity, found.fix) == (HIGH, ("edit", "https://npm.corp.example.test/", None))
    assert found.location == ("package.json", "/publishConfig/registry", None)
    assert guard(publishConfig={"registry": "http://localhost:4873/"}) == []


def grown(now: tuple[PackedFile, ...], then: tuple[PackedFile, ...] | None, **manifest: Any) -> list[Finding]:
    return run(package_growth.RULE, publishable(files=now, previous=released(held=then, **manifest)))


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (1_000_000, 10_000_000, HIGH),
        (1_000_000, 9_900_000, MODERATE),
        (1_000_000, 2_900_000, LOW),
        (1_000_000, 1_400_000, None),
        (200, 90_000, None),
        (200, 900_000, LOW),
        (1_000_000, 100_000, None),
        (0, 50_000_000, None),
    ],
)
def test_growth(before: int, after: int, severity: Severity | None) -> None:
    found = grown((PackedFile("a.js", after, 0o644),), (PackedFile("a.js", before, 0o644),))
    assert severities(found) == ([] if severity is None else [severity])


def test_growth_names_what_came() -> None:
    then = files("index.js", "old.js", size=100_000)
    now = (PackedFile("index.js", 300_000, 0o644), PackedFile("cli.js.map", 60_000_000, 0o644))
    (found,) = grown(now, then)
    assert found.title == "The package is 302 times the size of 1.2.2: 60.3 MB, and it had 200 kB"
    assert found.detail == (
        "1 file came: cli.js.map (60.0 MB). 1 file went: old.js (100 kB). 1 file grew: index.js (by 200 kB)."
    )


def test_growth_by_the_registrys_word() -> None:
    (found,) = grown(files("a.js", size=50_000_000), None, dist={"unpackedSize": 1_000_000})
    assert (found.severity, found.detail) == (
        HIGH,
        "Which files came is not known: no earlier tarball was read.",
    )


def test_files_that_are_gone() -> None:
    then = files("package.json", *(f"dist/{n}.js" for n in range(20)))
    (found,) = grown(files("package.json"), then)
    assert (found.severity, found.title) == (LOW, "20 files of the 21 in 1.2.2 are gone")


def since(previous: Release, **data: Any) -> list[Finding]:
    return run(package_growth.RULE, publishable(data=data, previous=previous))


def test_new_dependencies_are_for_information() -> None:
    before = released(dependencies={"a": "^1"}, optionalDependencies={"b": "^1"})
    (found,) = since(before, dependencies={"a": "^2", "b": "^1", "flatmap-stream": "^0.1.0"})
    assert (found.severity, found.title) == (INFO, "1 new dependency since 1.2.2")
    assert found.detail.startswith("flatmap-stream ^0.1.0. ")
    assert found.location == ("package.json", "/dependencies/flatmap-stream", None)


def test_new_commands() -> None:
    before = released(bin="cli.js")
    assert since(before, bin="./other.js") == []
    (found,) = since(before, bin={"lib": "cli.js", "lib-extra": "x.js"})
    assert (found.severity, found.title) == (LOW, "The package now brings the command lib-extra")
    (found,) = since(before, bin={"lib": "cli.js", "x": "x.js", "node": "x.js"})
    assert (found.severity, found.title) == (HIGH, "The package now brings the command node and 1 more")


def test_an_ordinary_release_says_nothing() -> None:
    same = files("package.json", "index.js")
    assert grown((*same, PackedFile("lib.js", 50_000, 0o644)), same) == []
    project: Project = publishable("index.js")
    assert run(package_growth.RULE, project) == []
