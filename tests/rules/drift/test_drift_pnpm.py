"""Drift of pnpm's lockfile, against what pnpm itself said of the same files (fixtures/drift/pnpm)."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from npmguard.errors import InputError
from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.project import load, npmrc
from npmguard.rules.drift import pnpm, pnpm_hash
from npmguard.rules.lockfile_drift import check
from npmguard.settings import Settings

DRIFT = Path(__file__).parents[3] / "fixtures" / "drift"
VERDICTS: dict[str, dict[str, dict[str, Any]]] = json.loads((DRIFT / "verdicts-pnpm.json").read_text())[
    "verdicts"
]


def cases(*kinds: str) -> list[Any]:
    return [
        pytest.param(version, name, verdict, id=f"{version}-{name}")
        for version, names in VERDICTS.items()
        for name, verdict in names.items()
        if verdict["kind"] in kinds
    ]


def lay(folder: Path, version: str, scenario: str) -> Path:
    """The files of a scenario: the baseline's, and what differs."""
    shutil.copytree(DRIFT / "pnpm" / version / "baseline", folder)
    if scenario != "baseline":
        shutil.copytree(DRIFT / "pnpm" / version / scenario, folder, dirs_exist_ok=True)
    return folder


def found(folder: Path) -> tuple[Project, list[Finding]]:
    config = npmrc.load(str(folder))
    project = load.load(load.Found(str(folder)), registries=config.registries, config=config.values)
    return project, list(check(project, Evidence(), Settings()))


def high(findings: list[Finding]) -> list[str]:
    return [finding.title for finding in findings if finding.severity >= Severity.HIGH]


@pytest.mark.parametrize(("version", "scenario", "verdict"), cases("drift", "in-sync"))
def test_what_pnpm_refuses_is_high_and_what_it_accepts_is_not(
    here: Path, version: str, scenario: str, verdict: dict[str, Any]
) -> None:
    _, findings = found(lay(here / "it", version, scenario))
    assert bool(high(findings)) is verdict["refused"], high(findings)
    for finding in findings:
        assert finding.location is not None
        assert finding.location.file.startswith("it/")
        if finding.severity >= Severity.HIGH:
            assert finding.package or "autoInstallPeers" in finding.title
            assert finding.location.pointer
            assert "asks for" in finding.detail
            assert "gives" in finding.detail


@pytest.mark.parametrize("version", VERDICTS)
def test_a_lockfile_of_a_version_that_was_edited(here: Path, version: str) -> None:
    _, findings = found(lay(here / "down", version, "lock-version-down"))
    assert bool(high(findings)) is VERDICTS[version]["lock-version-down"]["refused"]
    project, findings = found(lay(here / "up", version, "lock-version-up"))
    assert project.graph is not None
    assert project.graph.newer == "99.0"  # another finding tells of that
    assert high(findings) == []
    with pytest.raises(InputError, match="merge-conflict markers: resolve the conflict first"):
        found(lay(here / "conflict", version, "lock-conflict"))


# -- other scenarios, each tried with the real thing

LOCK = """lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
%s
importers:

  .:
    dependencies:
      once:
        specifier: %s
        version: %s
%s
packages:

  once@1.4.0:
    resolution: {integrity: sha512-bG9ja2Vk}

  wrappy@1.0.2:
    resolution: {integrity: sha512-bG9ja2Vk}

snapshots:

  once@1.4.0%s:
    dependencies:
      wrappy: 1.0.2

  wrappy@1.0.2: {}
"""


def project(
    folder: Path,
    *,
    package: dict[str, Any] | None = None,
    yaml: str = "",
    above: str = "",
    specifier: str = "^1.4.0",
    reference: str = "1.4.0",
    more: str = "",
    suffix: str = "",
    major: int | None = 12,
) -> list[Finding]:
    """The findings on a small project whose lockfile records those things."""
    folder.mkdir(exist_ok=True)
    root: dict[str, Any] = {"name": "r", "version": "1.0.0", "dependencies": {"once": "^1.4.0"}}
    if major is not None:
        root["packageManager"] = f"pnpm@{major}.0.0"
    (folder / "package.json").write_text(json.dumps(root | (package or {})))
    if yaml:
        (folder / "pnpm-workspace.yaml").write_text(yaml)
    (folder / "pnpm-lock.yaml").write_text(LOCK % (above, specifier, reference, more, suffix))
    return found(folder)[1]


def test_the_project_as_it_is_has_no_drift(here: Path) -> None:
    for major in (9, 10, 11, 12, None):
        assert project(here / f"p{major}", major=major) == []


def test_an_override_is_applied_before_texts_are_compared(here: Path) -> None:
    above, asked = "\noverrides:\n  once: 1.4.0\n", {"dependencies": {"once": "^1.3.0"}}
    yaml = "overrides:\n  once: 1.4.0\n"
    assert project(here / "a", yaml=yaml, above=above, specifier="1.4.0", package=asked) == []
    own = asked | {"pnpm": {"overrides": {"once": "1.4.0"}}}
    assert project(here / "b", above=above, specifier="1.4.0", package=own, major=9) == []
    # pnpm 11 no longer reads package.json for that
    titles = high(project(here / "c", above=above, specifier="1.4.0", package=own, major=11))
    assert titles[0] == "once: c/pnpm-workspace.yaml asks for none in overrides, pnpm-lock.yaml gives 1.4.0"
    assert titles[1] == "once: c/package.json asks for ^1.3.0, pnpm-lock.yaml gives 1.4.0"


@pytest.mark.parametrize(
    ("overrides", "specifier"),
    [
        ({"once@^1.3.0": "1.4.0"}, "1.4.0"),
        ({"once@2": "1.4.0"}, "^1.4.0"),
        ({"r>once": "1.4.0"}, "1.4.0"),
        ({"r@2>once": "1.4.0"}, "^1.4.0"),
        ({"other>once": "1.4.0"}, "^1.4.0"),
        ({"once@>1.0.0": "1.4.0"}, "1.4.0"),
        ({"once": "$once"}, "^1.4.0"),
        ({"once": "link:lib/once"}, "link:lib/once"),
    ],
)
def test_which_overrides_are_meant(here: Path, overrides: dict[str, str], specifier: str) -> None:
    recorded = {key: value.replace("$once", "^1.4.0") for key, value in overrides.items()}
    above = "\noverrides:\n" + "".join(f"  '{key}': {value}\n" for key, value in recorded.items())
    own = {"pnpm": {"overrides": overrides}}
    reference = specifier if specifier.startswith("link:") else "1.4.0"
    assert (
        high(project(here / "p", package=own, above=above, specifier=specifier, reference=reference, major=9))
        == []
    )


def test_package_extensions_are_told_by_their_checksum(here: Path) -> None:
    # what pnpm 12.21 and 10.34 wrote for these
    yaml = (
        "packageExtensions:\n  is-odd@3:\n    dependencies:\n      ms: 2.1.3\n    peerDependencies:\n"
        "      react: '*'\n    peerDependenciesMeta:\n      react:\n        optional: true\n"
    )
    checksum = "sha256-cti9jKk/a/LiiGjPR+uaOIJmCaIVBsuYsOSe/mFxWMg="
    above = f"\npackageExtensionsChecksum: {checksum}\n"
    assert project(here / "a", yaml=yaml, above=above) == []
    for number, (settings, recorded) in enumerate(
        [(yaml, ""), ("", above), (yaml.replace("2.1.3", "2"), above)]
    ):
        titles = high(project(here / f"b{number}", yaml=settings, above=recorded))
        assert len(titles) == 1
        assert "packageExtensions" in titles[0]
    extensions = {
        "is-odd@3": {
            "dependencies": {"ms": "2.1.3"},
            "peerDependencies": {"react": "*"},
            "peerDependenciesMeta": {"react": {"optional": "true"}},
        }
    }
    by_pnpm_9 = "969f137f7615a5b2cce58c8b142eb3c8"
    assert pnpm_hash.of_extensions(extensions, 9) == (by_pnpm_9,)


def test_patches_are_told_by_their_content(here: Path) -> None:
    text = "--- a/once.js\n+++ b/once.js\n"
    from hashlib import sha256

    digest = sha256(text.encode()).hexdigest()
    yaml = "patchedDependencies:\n  once@1.4.0: patches/once.patch\n"
    above = f"\npatchedDependencies:\n  once@1.4.0: {digest}\n"
    (here / "a" / "patches").mkdir(parents=True)
    (here / "a" / "patches" / "once.patch").write_text(text.replace("\n", "\r\n"))
    patched: dict[str, Any] = {"reference": f"1.4.0(patch_hash={digest})", "suffix": f"(patch_hash={digest})"}
    assert project(here / "a", yaml=yaml, above=above, **patched) == []
    (here / "a" / "patches" / "once.patch").write_text(text + "more\n")
    titles = high(project(here / "a", yaml=yaml, above=above, **patched))
    assert len(titles) == 1
    assert titles[0].startswith("once: a/pnpm-workspace.yaml asks for patches/once.patch (now ")
    other = above.replace(digest, "0" * 64)
    titles = high(project(here / "b", yaml=yaml, above=other, **patched))
    assert any("patchedDependencies do not name" in title for title in titles)


def test_hooks_are_told_by_their_content_and_never_run(here: Path) -> None:
    text = "module.exports={hooks:{readPackage:p=>p}}\n"
    above = "\npnpmfileChecksum: sha256-M1RN4vN0BNMdOhXikVCYNy0WpH53huSrnIWeTXhHrIY=\n"
    (here / "a").mkdir()
    (here / "a" / ".pnpmfile.cjs").write_text(text)
    assert project(here / "a", above=above) == []
    assert len(high(project(here / "a"))) == 1
    (here / "a" / ".pnpmfile.cjs").write_text(text + "//\n")
    assert len(high(project(here / "a", above=above))) == 1
    assert len(high(project(here / "b", above=above))) == 1
    (here / "c").mkdir()
    (here / "c" / ".pnpmfile.cjs").write_text("module.exports = {}\n")
    assert high(project(here / "c")) == []


def test_ignored_optional_dependencies_are_not_missed(here: Path) -> None:
    above = "\nignoredOptionalDependencies:\n  - fse*\n"
    asked = {"optionalDependencies": {"fsevents": "^2.3.2"}}
    assert project(here / "a", yaml="ignoredOptionalDependencies: [fse*]\n", above=above, package=asked) == []
    assert len(high(project(here / "b", above=above))) == 1


def test_catalogs(here: Path) -> None:
    above = "\ncatalogs:\n  default:\n    once:\n      specifier: ^1.4.0\n      version: 1.4.0\n"
    asked = {"dependencies": {"once": "catalog:"}}
    this: dict[str, Any] = {"above": above, "package": asked, "specifier": "'catalog:'"}
    assert project(here / "a", yaml="catalog:\n  once: ^1.4.0\n", **this) == []
    changed = project(here / "b", yaml="catalog:\n  once: ^1.3.0\n", **this)
    assert high(changed) == [
        "once: b/pnpm-workspace.yaml asks for ^1.3.0 in the catalog, pnpm-lock.yaml gives ^1.4.0"
    ]
    assert changed[0].location is not None
    assert changed[0].location.pointer == "/catalog/once"
    older = project(here / "c", yaml="packages: []\ncatalog:\n  once: ^1.3.0\n", major=9, **this)
    assert [finding.severity for finding in older] == [Severity.LOW]
    # the lockfile contradicts itself
    this["above"] = above.replace("version: 1.4.0", "version: 1.3.9")
    yaml = "catalog:\n  once: ^1.4.0\n"
    refused = [
        major for major in (10, 11, 12) if high(project(here / f"d{major}", yaml=yaml, major=major, **this))
    ]
    assert refused == [11]


@pytest.mark.parametrize(
    ("yaml", "titled"),
    [
        ("autoInstallPeers: false\n", "autoInstallPeers"),
        ("excludeLinksFromLockfile: true\n", "excludeLinksFromLockfile"),
        ("peersSuffixMaxLength: 500\n", "peersSuffixMaxLength"),
        ("dedupePeers: true\n", "dedupePeers"),
        ("injectWorkspacePackages: true\n", "injectWorkspacePackages"),
    ],
)
def test_settings_that_shape_the_lockfile(here: Path, yaml: str, titled: str) -> None:
    titles = high(project(here / "p", yaml=yaml))
    assert len(titles) == 1
    assert titled in titles[0]


def test_npmrc_counts_up_to_pnpm_10(here: Path) -> None:
    (here / "p").mkdir()
    (here / "p" / ".npmrc").write_text("auto-install-peers=false\n")
    assert len(high(project(here / "p", major=10))) == 1
    assert high(project(here / "p", major=11)) == []


def test_a_direct_version_outside_its_range(here: Path) -> None:
    this: dict[str, Any] = {"specifier": "~1.3.0", "package": {"dependencies": {"once": "~1.3.0"}}}
    assert high(project(here / "a", **this)) == [
        "once: a/package.json asks for ~1.3.0, pnpm-lock.yaml gives 1.4.0"
    ]
    older = project(here / "b", major=9, **this)
    assert [finding.severity for finding in older] == [Severity.MODERATE]
    assert older[0].detail.endswith("pnpm 9 installs it all the same.")
    assert older[0].keys == ("once@1.4.0",)


def test_two_spellings_of_one_repository(here: Path) -> None:
    commit = "02881d923be1310958d3a8ab658e8e5681898eee"
    this: dict[str, Any] = {
        "package": {"dependencies": {"once": "github:isaacs/once#v1.4.0"}},
        "specifier": "git+https://github.com/isaacs/once.git#v1.4.0",
        "reference": f"git+https://github.com/isaacs/once.git#{commit}",
    }
    assert len(high(project(here / "a", major=10, **this))) > len(high(project(here / "b", major=11, **this)))


def test_a_folder_that_is_copied_is_read_again(here: Path) -> None:
    more = "      lib:\n        specifier: file:lib\n        version: file:lib\n"
    asked = {"dependencies": {"once": "^1.4.0", "lib": "file:lib"}}
    fine: dict[str, Any] = {
        "dependencies": {"once": "^1.3.0"},
        "devDependencies": {"x": "1"},
        "version": "2.0.0",
    }
    libs: list[tuple[dict[str, Any], int]] = [
        (fine, 0),
        ({}, 1),
        ({"dependencies": {"once": "^2.0.0"}}, 1),
        ({"dependencies": {"once": "^1.0.0", "x": "1"}}, 1),
        ({"optionalDependencies": {"once": "^1.0.0"}}, 1),
        ({"dependencies": {"once": "^1.0.0"}, "optionalDependencies": {"x": "1"}}, 0),
        (fine | {"peerDependencies": {"react": "*"}}, 1),
    ]
    for number, (lib, refused) in enumerate(libs):
        for major in (10, 11, 12):
            folder = here / f"p{number}-{major}"
            (folder / "lib").mkdir(parents=True)
            (folder / "lib" / "package.json").write_text(json.dumps({"name": "lib", **lib}))
            project(folder, package=asked, more=more, major=major)
            lock = (folder / "pnpm-lock.yaml").read_text()
            lock = lock.replace(
                "packages:\n",
                "packages:\n\n  lib@file:lib:\n    resolution: {directory: lib, type: directory}\n",
            ).replace("snapshots:\n", "snapshots:\n\n  lib@file:lib:\n    dependencies:\n      once: 1.4.0\n")
            (folder / "pnpm-lock.yaml").write_text(lock)
            titles = high(found(folder)[1])
            assert len(titles) == (refused if major >= 11 else 0), titles


def test_half_an_entry_is_none(here: Path) -> None:
    project(here / "p")
    lock = here / "p" / "pnpm-lock.yaml"
    whole = lock.read_text()
    for cut in ("  wrappy@1.0.2: {}\n", "  wrappy@1.0.2:\n    resolution: {integrity: sha512-bG9ja2Vk}\n"):
        assert cut in whole
        lock.write_text(whole.replace(cut, ""))
        assert high(found(here / "p")[1]) == [
            "wrappy: once@1.4.0 asks for 1.0.2, missing from pnpm-lock.yaml"
        ]


def test_a_dependency_in_two_fields(here: Path) -> None:
    more = "    devDependencies:\n      once:\n        specifier: ^1.4.0\n        version: 1.4.0\n"
    assert len(high(project(here / "p", more=more))) == 1


def test_what_else_an_importer_records(here: Path) -> None:
    meta = {"dependenciesMeta": {"once": {"injected": True}}}
    assert len(high(project(here / "a", package=meta))) == 1
    more = "    dependenciesMeta:\n      once:\n        injected: true\n"
    assert high(project(here / "b", package=meta, more=more)) == []
    publish = {"publishConfig": {"directory": "dist"}}
    assert len(high(project(here / "c", package=publish))) == 1
    assert high(project(here / "d", package=publish, more="    publishDirectory: dist\n")) == []


def test_configuration_dependencies(here: Path) -> None:
    own = (
        "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies:\n      is-odd:\n"
        "        specifier: 3.0.1\n        version: 3.0.1\n\npackages:\n\n  is-odd@3.0.1:\n"
        "    resolution: {integrity: sha512-bG9ja2Vk}\n\nsnapshots:\n\n  is-odd@3.0.1: {}\n\n---\n"
    )
    yaml = "configDependencies:\n  is-odd: %s\n"
    for asked, refused in ((yaml % "3.0.1", 0), (yaml % "3.0.0", 1), ("", 1)):
        folder = here / f"p{len(asked)}{refused}"
        project(folder, yaml=asked)
        lock = folder / "pnpm-lock.yaml"
        lock.write_text(own + lock.read_text())
        assert len(high(found(folder)[1])) == refused
    assert len(high(project(here / "q", yaml=yaml % "3.0.1"))) == 1


def test_links_lead_to_workspaces_of_the_right_version(here: Path) -> None:
    more = (
        "\n  packages/a:\n    dependencies:\n      b:\n        specifier: workspace:^1.0.0\n"
        "        version: link:../b\n\n  packages/b: {}\n"
    )
    for name, version, refused in (("one", "1.2.0", 0), ("two", "2.0.0", 1)):
        for folder, manifest in (
            ("a", {"name": "a", "dependencies": {"b": "workspace:^1.0.0"}}),
            ("b", {"name": "b", "version": version}),
        ):
            (here / name / "packages" / folder).mkdir(parents=True)
            (here / name / "packages" / folder / "package.json").write_text(json.dumps(manifest))
        titles = high(project(here / name, yaml="packages: [packages/*]\n", more=more))
        assert len(titles) == refused
        assert len(high(project(here / name, more=more, major=10))) == 0


@pytest.mark.parametrize(
    ("above", "package", "major"),
    [
        ("", {}, 12),
        ("\npnpmfileChecksum: 4mf2wzsmobvpeikrvbd5c5zrpq\n", {}, 9),
        (f"\npatchedDependencies:\n  a@1.0.0:\n    hash: {'0' * 64}\n    path: a.patch\n", {}, 10),
        (f"\npatchedDependencies:\n  a@1.0.0:\n    hash: {'a' * 26}\n    path: a.patch\n", {}, 9),
        (f"\npatchedDependencies:\n  a@1.0.0: {'0' * 64}\n", {}, 12),
        ("", {"pnpm": {"overrides": {"a": "1"}}}, 10),
        ("", {"packageManager": "pnpm@11.2.0+sha512.abc"}, 11),
        ("", {"packageManager": "pnpm@99.0.0"}, 12),
        ("", {"packageManager": "yarn@4.0.0"}, 12),
        ("", {"devEngines": {"packageManager": {"name": "pnpm", "version": "^9.1.0"}}}, 9),
    ],
)
def test_which_pnpm_is_meant(here: Path, above: str, package: dict[str, Any], major: int) -> None:
    project(here / "p", above=above, package=package, major=None)
    read, _ = found(here / "p")
    assert read.graph is not None
    assert pnpm.major(read, read.graph) == major


def test_an_importer_that_is_called_like_a_package_breaks_nothing(tmp_path: Path) -> None:
    lock = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      debug: {specifier: 4.3.7, version: 4.3.7}
  debug@4.3.7:
    resolution: {integrity: sha512-a}
packages:
  debug@4.3.7:
    resolution: {integrity: sha512-a}
snapshots:
  debug@4.3.7:
    dependencies:
      ms: 2.1.3
"""
    (tmp_path / "package.json").write_text('{"dependencies": {"debug": "4.3.7"}}')
    (tmp_path / "pnpm-lock.yaml").write_text(lock)
    found = load.load(load.Found(str(tmp_path)))
    titles = [finding.title for finding in check(found, Evidence(), Settings())]
    assert any(title.startswith("ms: debug@4.3.7 asks for 2.1.3, missing") for title in titles)
