"""`npmguard inspect`, as it is called."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.registries import lived
from support.server import Reply, Server, registry

from npmguard.__main__ import main


@pytest.fixture
def server(here: Path) -> Iterator[Server]:
    with registry() as running:
        running.max_age = 300
        (here / ".npmrc").write_text(f"registry={running.url}\n")
        yield running


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["inspect", *words])
    out, err = capsys.readouterr()
    return code, out, err


def read(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code, out, err = run(capsys, *words, "--format", "json")
    assert err == ""
    report = json.loads(out)
    assert (report["command"], report["summary"]["exit_code"]) == ("inspect", code)
    return code, report["projects"]


def ordinary(server: Server) -> None:
    """demo-kit and what it brings: four packages, one of them asked for twice, one optional."""
    versions = [f"2.{minor}.0" for minor in range(6)]
    lived(
        server,
        "demo-kit",
        *versions,
        dependencies={"demo-left": "^1.0.0", "demo-right": "^1.0.0"},
        optionalDependencies={"demo-fast": "*", "demo-aix": "*"},
        peerDependencies={"demo-host": "^18.0.0"},
    )
    lived(server, "demo-left", "1.0.0", "1.1.0", age=1500, dependencies={"demo-deep": "^3"})
    lived(server, "demo-right", "1.0.0", "1.4.0", age=1500, dependencies={"demo-deep": "^3.1"})
    lived(server, "demo-deep", "3.0.0", "3.1.0", "3.2.0", age=1500)
    lived(server, "demo-fast", "1.0.0", age=1500)
    lived(server, "demo-aix", "1.0.0", age=1500, os=["aix"])


def test_one_screen_for_an_ordinary_package(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ordinary(server)
    code, out, err = run(capsys, "demo-kit")
    assert (code, err) == (0, "")
    lines = out.split("\n")
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert lines[8].startswith("  size          ")
    assert lines[8].endswith(" B in 2 files")
    assert lines[:15] == [
        "demo-kit 2.5.0",
        "",
        "  release       2.5.0, 2 years old",
        "  package       3 years old, 6 releases",
        "  published by  maintainer-a, 1 maintainer",
        "  provenance    none: nothing tells where it was built",
        "  licence       MIT",
        "  repository    git.example.test/people/demo-kit",
        lines[8],  # what its tarball holds
        "  on install    nothing runs",
        "  its code uses nothing of the system",
        "  brings        4 new packages (1 optional): demo-deep@3.2.0, demo-fast@1.0.0,",
        "                demo-left@1.1.0, demo-right@1.4.0; 1 more for other systems",
        "  wants beside  demo-host ^18.0.0",
        "",
    ]
    assert lines[-2] == "Nothing speaks against it."
    assert "Not checked" not in out


def test_what_it_tells_machines(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ordinary(server)
    code, (project,) = read(capsys, "demo-kit@^2")
    facts = project["inspected"]
    assert code == 0
    assert (project["path"], project["name"], project["version"]) == ("demo-kit@^2", "demo-kit", "2.5.0")
    assert (project["lockfile"], project["packages"], project["findings"]) == (None, 5, [])
    assert (facts["asked"], facts["range"], facts["latest"]) == ("demo-kit@^2", "^2", "2.5.0")
    assert facts["brings"] == ["demo-deep@3.2.0", "demo-fast@1.0.0", "demo-left@1.1.0", "demo-right@1.4.0"]
    assert (facts["brings_optional"], facts["has"], facts["cut"]) == (1, [], False)
    assert facts["elsewhere"] == ["demo-aix@1.0.0"]
    assert facts["dependencies"] == ["demo-aix", "demo-fast", "demo-left", "demo-right"]
    assert facts["peers"] == [
        {"name": "demo-host", "range": "^18.0.0", "optional": False, "here": None, "fits": None}
    ]
    assert (facts["publisher"], facts["maintainers"]) == ("maintainer-a", ["maintainer-a"])
    assert facts["provenance"] == {
        "attested": False,
        "trusted_publisher": False,
        "verified": False,
        "attestation": None,
    }
    assert (facts["scripts"], facts["scripts_run"], facts["capabilities"]) == ({}, None, [])
    assert (facts["verdict"], facts["reason"]) == ("nothing-against", None)
    assert len(facts["published"]) == len("2026-01-01T00:00:00Z")


def test_one_round_trip_a_level_and_one_for_the_advisories(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    ordinary(server)
    read(capsys, "demo-kit")
    names = ["demo-deep", "demo-fast", "demo-kit", "demo-left", "demo-right"]
    tarballs = [path for path in server.paths() if path.endswith(".tgz")]
    assert sorted(path.split("/")[1] for path in tarballs) == names
    names.append("demo-aix")  # for another system, so that it stays away; but it is a new dependency
    paths = [path for path in server.paths() if path not in tarballs]
    # both forms of each packument, the keys, the advisories; nothing twice
    assert sorted(paths) == sorted(
        [f"/{name}" for name in names * 2] + ["/-/npm/v1/keys", "/-/npm/v1/security/advisories/bulk"]
    )
    assert set(paths[:3]) == {"/demo-kit", "/-/npm/v1/keys"}
    server.requests.clear()
    code, _ = read(capsys, "demo-kit")
    assert (code, server.paths()) == (0, ["/-/npm/v1/security/advisories/bulk"])
    server.requests.clear()
    code, out, _ = run(capsys, "demo-kit", "--offline")
    assert (code, server.paths()) == (3, [])
    assert "advisory, malware: offline" in out
    assert "demo-deep@3.2.0" in out


def test_what_went_stale_is_revalidated(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ordinary(server)
    server.max_age = 0
    first = read(capsys, "demo-kit")[1][0]["inspected"]
    server.requests.clear()
    assert read(capsys, "demo-kit")[1][0]["inspected"] == first
    asked = [r for r in server.requests if r.path == "/demo-deep"]
    assert asked
    assert all("if-none-match" in request.headers for request in asked)


def test_a_takeover_is_not_to_be_installed(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    versions = [f"1.{minor}.0" for minor in range(8)]
    lived(
        server,
        "demo-kit",
        *versions,
        age=0.2,
        _npmUser={"name": "maintainer-z"},
        maintainers=[{"name": "maintainer-z"}],
        dependencies={"demo-crypt": "^1.0.0"},
        scripts={"postinstall": "node setup.js"},
        hasInstallScript=True,
    )
    lived(server, "demo-crypt", "1.0.0", age=1)
    code, (project,) = read(capsys, "demo-kit")
    assert code == 1
    assert project["inspected"]["verdict"] == "do-not-install"
    worst = project["findings"][0]
    assert worst["severity"] in ("high", "critical")
    assert (worst["package"], worst["direct"], worst["location"]) == ("demo-kit", True, None)
    assert worst["fix"]["command"] == "npm install demo-kit@1.6.0"
    code, out, _ = run(capsys, "demo-kit")
    assert "  on install    postinstall: node setup.js (" in out
    assert out.rstrip("\n").split("\n\n")[-1].startswith("Do not install: demo-kit@1.7.0")


def test_what_a_dependency_does_counts_as_well(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ordinary(server)
    server.advisories = {
        "demo-deep": [
            {
                "id": 1,
                "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
                "title": "Prototype pollution",
                "severity": "high",
                "vulnerable_versions": "<3.3.0",
            }
        ]
    }
    code, (project,) = read(capsys, "demo-kit")
    (found,) = project["findings"]
    assert (code, found["rule"], found["package"], found["direct"]) == (1, "advisory", "demo-deep", False)
    assert found["paths"][0] == ["demo-kit@2.5.0", "demo-left@1.1.0", "demo-deep@3.2.0"]
    code, (project,) = read(capsys, "demo-kit", "--fail-on", "none")
    assert (code, project["inspected"]["verdict"]) == (0, "do-not-install")


def test_a_deprecated_one_is_looked_at_first(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    lived(server, "demo-kit", "1.0.0", "1.1.0", deprecated="use demo-new\x1b[31m")
    assert read(capsys, "demo-kit")[1][0]["version"] == "1.0.0"  # as npm does
    code, out, _ = run(capsys, "demo-kit@latest")
    assert code == 0
    assert "  deprecated    use demo-new\\x1b[31m" in out
    assert "Look first: demo-kit@1.1.0 is deprecated" in out


def test_what_the_project_has_is_not_new(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ordinary(server)
    packages = {
        "node_modules/demo-left": entry("demo-left", "1.0.0", dependencies={"demo-deep": "^3"}),
        "node_modules/demo-deep": entry("demo-deep", "3.0.0"),
        "node_modules/demo-host": entry("demo-host", "17.0.2"),
        "node_modules/demo-kit": entry("demo-kit", "1.0.0"),
    }
    wanted = {"demo-left": "^1.0.0", "demo-host": "17", "demo-kit": "1", "demo-gone": "1"}
    write(here, {"dependencies": wanted}, packages)
    code, (project,) = read(capsys, "demo-kit")
    facts = project["inspected"]
    # demo-left will do; the demo-deep that is there is too old for demo-right
    assert facts["brings"] == ["demo-deep@3.2.0", "demo-fast@1.0.0", "demo-right@1.4.0"]
    assert (facts["has"], facts["here"]) == (["demo-left@1.0.0"], "1.0.0")
    assert (facts["peers"][0]["here"], facts["peers"][0]["fits"]) == ("17.0.2", False)
    assert (code, project["findings"]) == (0, [])  # what the project lacks itself is no matter here
    _, out, _ = run(capsys, "demo-kit")
    assert "you have 1.0.0" in out
    assert "3 new packages (1 optional), 1 you have already" in out
    assert "demo-host ^18.0.0 (you have 17.0.2, which does not fit)" in out


def test_settings_of_the_folder_count_unless_strict(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(server, "expres", "0.0.4", "0.0.5")
    assert read(capsys, "expres")[0] == 1
    (here / "npmguard.toml").write_text(
        '[[ignore]]\nrule = "typosquat"\npackage = "expres"\nreason = "our own"\n'
    )
    code, (project,) = read(capsys, "expres")
    assert (code, project["findings"][0]["suppressed"]["reason"]) == (0, "our own")
    assert project["inspected"]["verdict"] == "nothing-against"
    assert project["inspected"]["similar"]["name"] == "express"
    assert read(capsys, "expres", "--strict")[0] == 1


def test_a_lookalike_is_named_with_the_way_to_what_was_meant(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(server, "expres", "0.0.4", "0.0.5")
    code, out, _ = run(capsys, "expres")
    assert code == 1
    assert "  reads like    express, number " in out
    assert "fix: npm install express@latest" in out
    assert "uninstall" not in out


def test_a_name_that_nobody_has(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, (project,) = read(capsys, "demo-invented-by-a-model")
    (found,) = project["findings"]
    assert (code, found["rule"], found["fix"]["command"]) == (1, "nonexistent-package", None)
    assert (project["version"], project["packages"]) == (None, 0)
    _, out, _ = run(capsys, "demo-invented-by-a-model")
    assert "Do not install: demo-invented-by-a-model: no such package in the registry" in out


def test_a_dependency_that_is_not_there(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    lived(server, "demo-kit", "1.0.0", dependencies={"demo-gone": "^1", "demo-low": "^9"})
    lived(server, "demo-low", "1.0.0")
    code, (project,) = read(capsys, "demo-kit")
    assert code == 1
    assert {(f["rule"], f["package"]) for f in project["findings"]} == {
        ("unpublished-version", "demo-gone"),
        ("unpublished-version", "demo-low"),
    }


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "which package?"),
        (["demo-kit@9.9.9"], "demo-kit@9.9.9: it has no version 9.9.9; the nearest are 2.4.0, 2.5.0, and"),
        (["demo-kit@2.2.5"], "the nearest are 2.1.0, 2.2.0, 2.3.0, and the latest is 2.5.0"),
        (
            ["demo-kit@^7"],
            "none of its versions fits ^7; the nearest are 2.3.0, 2.4.0, 2.5.0, and the latest",
        ),
        (["demo-empty"], "demo-empty: the registry has no version of it: all were withdrawn, or taken"),
        (
            ["demo-early@1"],
            "none of its versions fits 1; the nearest are 1.0.0-a.1, 1.0.0-a.2, and the latest",
        ),
        (["demo-kit@next"], "it has no tag next; its tags are latest"),
        (["demo-left", "demo-kit@^7"], "demo-kit@^7: none of its versions fits"),
        (["./demo-kit"], "./demo-kit: to look into a folder or a tarball use npmguard prepublish ./demo-kit"),
        (["demo-kit-1.0.0.tgz"], "use npmguard prepublish demo-kit-1.0.0.tgz"),
        (["."], "use npmguard prepublish"),
        (["someone/demo-kit"], "not a package of a registry (it comes from elsewhere)"),
        (["demo-kit@git+https://git.example.test/x.git"], "not a package of a registry"),
        (["@demo"], "not a package of a registry (it has characters"),
        ([""], "not a package of a registry (it is empty)"),
        (["demo kit\n\x1b[31m"], "demo kit \\x1b[31m: not a package of a registry"),
    ],
)
def test_what_cannot_be_done(
    server: Server, capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    ordinary(server)
    server.packuments["demo-empty"] = {"name": "demo-empty", "versions": {}, "dist-tags": {}}
    server.add("demo-early", "1.0.0-a.1", "1.0.0-a.2")
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert reason in err


def test_a_registry_that_is_down_leaves_it_open(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.faults["*"] = Reply(403)
    code, (project,) = read(capsys, "demo-kit")
    assert code == 3
    (gap,) = project["incomplete"]
    assert "403 (it forbids that)" in gap["reason"]
    assert "advisory" in gap["affects"]
    assert "typosquat" not in gap["affects"]
    assert project["inspected"]["verdict"] == "look-first"
    code, (project,) = read(capsys, "expres")
    assert (code, [f["rule"] for f in project["findings"]]) == (1, ["typosquat"])


def test_a_dependency_of_which_nobody_speaks_is_a_gap(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    ordinary(server)
    server.faults["/demo-deep"] = Reply(403)
    code, (project,) = read(capsys, "demo-kit")
    assert code == 3
    assert [gap["reason"] for gap in project["incomplete"]] == [
        "the registry answered 403 (it forbids that) to GET packuments (demo-deep)"
    ]
    assert project["inspected"]["brings"] == ["demo-fast@1.0.0", "demo-left@1.1.0", "demo-right@1.4.0"]
    assert read(capsys, "demo-kit", "--allow-incomplete")[0] == 0


def test_several_at_once_each_for_itself(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ordinary(server)
    lived(server, "expres", "0.0.4", "0.0.5")
    code, projects = read(capsys, "demo-left", "npm:demo-deep@~3.1", "own@npm:demo-deep@3.0.0", "expres")
    assert code == 1
    assert {p["path"]: (p["name"], p["version"], p["inspected"]["verdict"]) for p in projects} == {
        "demo-left": ("demo-left", "1.1.0", "nothing-against"),
        "npm:demo-deep@~3.1": ("demo-deep", "3.1.0", "nothing-against"),
        "own@npm:demo-deep@3.0.0": ("demo-deep", "3.0.0", "nothing-against"),
        "expres": ("expres", "0.0.5", "do-not-install"),
    }
    _, out, _ = run(capsys, "demo-left", "expres", "-q")
    assert "  release" not in out
    assert out.endswith("Not safe as it is: there are findings at high or above.\n")


def test_a_mirror_without_dates_is_incomplete_and_guesses_nothing(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    found = server.add("demo-kit", "1.0.0", "1.1.0", license="MIT")
    for manifest in found["versions"].values():
        manifest["dist"] = {"integrity": manifest["dist"]["integrity"]}
    found["time"] = dict.fromkeys(("1.0.0", "1.1.0"), "2026-11-01T00:00:00Z")
    code, (project,) = read(capsys, "demo-kit")
    facts = project["inspected"]
    assert code == 3
    assert (facts["published"], facts["publisher"], facts["licence"]) == (None, None, "MIT")
    assert facts["provenance"]["attested"] is None
    assert {rule for gap in project["incomplete"] for rule in gap["affects"]} >= {"provenance-lost"}


def test_markdown_takes_nothing_from_outside_for_its_own(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(server, "demo-kit", "1.0.0", license="<b>|x", deprecated="see @someone | [x](y)")
    code, out, _ = run(capsys, "demo-kit", "--format", "markdown")
    assert code == 0
    assert out.startswith("<!-- npmguard inspect -->\n## ⚠️ npmguard: Look first\n")
    assert "1 package: `demo-kit`. demo-kit@<!-- -->1.0.0 is deprecated" in out
    assert "| licence | &lt;b>\\|x |" in out
    assert "[x](y)" not in out


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "may I install this?" in out
    assert "[NAMES]..." in out
