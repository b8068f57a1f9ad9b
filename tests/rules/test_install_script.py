from typing import Any

import pytest
from npmproject import project

from npmguard.lockfiles import npm
from npmguard.model import (
    Confidence,
    Evidence,
    Gap,
    Lockfile,
    Needs,
    Packument,
    Project,
    Severity,
    Unanswered,
    VersionFacts,
    VersionManifest,
)
from npmguard.project import manifest as manifests
from npmguard.rules.install_script import RULE
from npmguard.settings import Settings

GIT = "git+ssh://git@git.example.test/a.git#" + "0" * 40
ANY_NPM = "npm 11 and older run it; npm 12 and later do not run it: allowScripts does not name it"
TEXT = VersionManifest({"postinstall": "node build.js"}, {})


def saying(script: bool | None, **fields: Any) -> Evidence:
    facts = {"1.0.0": VersionFacts("1.0.0", has_install_script=script)}
    return Evidence({"a": Packument("a", {}, facts)}, **fields)


def check(
    found: Project,
    given: Evidence = Evidence(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
) -> list[Any]:
    return list(RULE.check(found, given, settings))


def direct(**entry: Any) -> Project:
    return project({"dependencies": {"a": "*"}}, {"node_modules/a": {"version": "1.0.0", **entry}})


def version_1(**entry: Any) -> Project:
    text = str({"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", **entry}}})
    manifest = manifests.parse(b'{"dependencies": {"a": "1"}}', "package.json")
    graph = npm.parse(text.replace("'", '"').encode(), "package-lock.json", manifest)
    return Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-1", graph))


def test_the_text_of_the_script_is_shown() -> None:
    given = saying(True, manifests={("a", "1.0.0"): TEXT})
    (found,) = check(direct(hasInstallScript=True), given)
    assert (found.rule, found.severity, found.confidence) == (
        "install-script",
        Severity.LOW,
        Confidence.HIGH,
    )
    assert (found.package, found.version, found.fix) == ("a", "1.0.0", ("review", None, None))
    assert found.title == "a@1.0.0 runs postinstall on install"
    assert found.detail == f"{ANY_NPM}. postinstall: node build.js"
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")


def test_without_the_text_the_lockfile_is_believed() -> None:
    (found,) = check(direct(hasInstallScript=True))
    assert found.title == "a@1.0.0 runs a script on install"
    assert found.confidence is Confidence.MEDIUM
    assert "text is not known" in found.detail


def test_what_lies_in_node_modules_comes_first() -> None:
    found = direct(hasInstallScript=True)._replace(installed={"node_modules/a": {"install": "make"}})
    (finding,) = check(found, saying(True, manifests={("a", "1.0.0"): TEXT}))
    assert finding.detail == f"{ANY_NPM}. install: make"
    assert RULE.needs(found, Settings()).manifests == frozenset()


def test_a_script_that_the_lockfile_denies_is_worse() -> None:
    (found,) = check(direct(), saying(True))
    assert found.severity is Severity.MODERATE
    assert found.detail.startswith("The lockfile says that it has none. ")


@pytest.mark.parametrize(
    "given", [saying(False), saying(None), Evidence(), Evidence({"a": Unanswered("a", "?")})]
)
def test_one_without_a_script_is_left_alone(given: Evidence) -> None:
    assert check(direct(), given) == []


def test_an_empty_text_outweighs_the_lockfile() -> None:
    found = direct(hasInstallScript=True)
    assert check(found, Evidence(manifests={("a", "1.0.0"): VersionManifest({}, {})})) == []
    assert check(found._replace(installed={"node_modules/a": {}})) == []


def test_one_from_git_is_built_whatever_it_says() -> None:
    (found,) = check(direct(resolved=GIT))
    assert found.title == "a@1.0.0 comes from git and is built on install"
    assert found.confidence is Confidence.HIGH


def test_scripts_that_are_switched_off_are_told_as_info() -> None:
    found = direct(hasInstallScript=True)._replace(config={"ignore-scripts": "true"})
    (finding,) = check(found, saying(True, manifests={("a", "1.0.0"): TEXT}))
    assert finding.severity is Severity.INFO
    assert "does not run" in finding.detail
    (finding,) = check(found._replace(config={"ignore-scripts": "false"}))
    assert finding.severity is Severity.LOW


def test_a_platform_is_named() -> None:
    (found,) = check(direct(hasInstallScript=True, os=["darwin"], cpu="arm64"))
    assert found.detail.startswith("On darwin arm64 only. ")


def test_version_1_lockfiles_leave_it_to_the_registry() -> None:
    assert [f.severity for f in check(version_1(), saying(True))] == [Severity.LOW]
    assert check(version_1(), saying(False)) == []
    (gap,) = check(version_1(), saying(None))
    assert isinstance(gap, Gap)
    assert gap.affects == ("install-script", "scripts-enabled")
    assert "of 1 package whether it runs" in gap.reason


def test_a_version_that_the_registry_lacks_is_not_known_either() -> None:
    (gap,) = check(version_1(), Evidence({"a": Packument("a", {}, {})}))
    assert isinstance(gap, Gap)


def test_what_is_ones_own_is_left_alone() -> None:
    found = project(
        {"dependencies": {"near": "file:../near"}},
        {
            "node_modules/near": {"resolved": "../near", "link": True},
            "../near": {"version": "1.0.0", "hasInstallScript": True},
        },
        {"packages/ui": {"name": "ui", "version": "1.0.0", "hasInstallScript": True}},
    )
    assert check(found) == []
    assert RULE.needs(found, Settings()) == Needs()


def test_an_alias_is_asked_about_by_its_real_name() -> None:
    found = project({}, {"node_modules/old": {"name": "a", "version": "1.0.0", "hasInstallScript": True}})
    asked = frozenset({("a", "1.0.0")})
    assert RULE.needs(found, Settings()) == Needs(versions=asked, manifests=asked)
    assert [f.title for f in check(found)] == ["a@1.0.0 runs a script on install"]


def test_development_is_left_out_of_a_production_audit() -> None:
    entries = {"node_modules/a": {"version": "1.0.0", "hasInstallScript": True}}
    found = project({"devDependencies": {"a": "1"}}, entries)
    assert len(check(found)) == 1
    assert check(found, settings=Settings(production=True)) == []


@pytest.mark.parametrize("entry", [{"resolved": GIT}, {"hasInstallScript": True}])
def test_a_harmless_copy_does_not_hide_another_one(entry: dict[str, Any]) -> None:
    found = project(
        {"dependencies": {"a": "*", "b": "*"}},
        {
            "node_modules/a": {"version": "1.0.0"},
            "node_modules/b/node_modules/a": {"version": "1.0.0", **entry},
        },
    )
    assert check(found)


def test_one_that_its_manager_does_not_run_is_told_as_info() -> None:
    found = direct(hasInstallScript=True)._replace(manager="pnpm", declared=("pnpm", "12.21.0"))
    (finding,) = check(found, saying(True, manifests={("a", "1.0.0"): TEXT}))
    assert finding.severity is Severity.INFO
    assert finding.title == "a@1.0.0 has postinstall, which pnpm does not run"
    assert finding.detail == (
        "pnpm does not run it: allowBuilds does not name it, so the install fails (strictDepBuilds). "
        "postinstall: node build.js"
    )


def test_one_that_was_chosen_says_by_which_setting() -> None:
    settings = {"allowBuilds": {"a": "true"}}
    found = direct(hasInstallScript=True)._replace(manager="pnpm", manager_config=settings)
    (finding,) = check(found)
    assert finding.severity is Severity.LOW
    assert finding.detail.startswith("pnpm runs it: allowBuilds in pnpm-workspace.yaml names it. ")


def test_one_from_git_that_is_refused_is_not_built() -> None:
    (finding,) = check(direct(resolved=GIT)._replace(declared=("npm", "12.2.1")))
    assert finding.severity is Severity.INFO
    assert finding.title == "a@1.0.0 comes from git and is not built on install"
    assert "that is not fetched (allow-git is none by default)" in finding.detail
