"""ignore-file-shadowing, no-files-list, source-map, unsafe-tarball: small rules about files."""

from __future__ import annotations

import pytest
from support.publishing import publishable, run

from npmguard.model import Leak, Oddity, Severity, Shadow, SourceMap
from npmguard.rules import ignore_file_shadowing, no_files_list, source_map, unsafe_tarball


def shadow(*paths: str) -> Shadow:
    return Shadow(".npmignore", ".gitignore", paths)


def test_what_an_npmignore_lets_out_is_named() -> None:
    (found,) = run(ignore_file_shadowing.RULE, publishable(shadows=(shadow("build.txt", "notes.md"),)))
    assert found.severity is Severity.MODERATE
    assert found.title == ".npmignore hides .gitignore: 2 files go out that git ignores"
    assert found.detail.startswith("build.txt, notes.md. npm reads one of the two")
    assert found.location == (".npmignore", None, None)


def test_it_is_high_where_one_of_them_should_never_leave() -> None:
    (found,) = run(ignore_file_shadowing.RULE, publishable(shadows=(shadow("a.txt", ".env"),)))
    assert found.severity is Severity.HIGH
    assert found.detail.startswith(".env, a.txt. .env should never leave.")
    leak = Leak("a.txt", 1, "x", "X", "token", "low", "abcd… (20 characters)")
    (found,) = run(ignore_file_shadowing.RULE, publishable(shadows=(shadow("a.txt"),), leaks=(leak,)))
    assert found.severity is Severity.HIGH


def test_an_npmignore_that_lets_nothing_out_is_fine() -> None:
    assert run(ignore_file_shadowing.RULE, publishable(shadows=(shadow(),))) == []


def test_without_a_list_one_is_proposed() -> None:
    data = {
        "files": None,
        "main": "dist/index.js",
        "bin": {"x": "bin/x.js"},
        "exports": {"./*": "./lib/*.js"},
    }
    project = publishable("dist/index.js", "bin/x.js", "notes.txt", "README.md", data=data)
    (found,) = run(no_files_list.RULE, project)
    assert found.severity is Severity.LOW
    assert found.title == "No list says what belongs into the package: 5 files would go out"
    assert found.fix == ("edit", '"files": ["bin", "dist", "lib"]', None)
    assert "bin, dist, notes.txt" in found.detail


def test_a_private_package_without_a_list_is_for_information() -> None:
    (found,) = run(no_files_list.RULE, publishable("a.js", data={"files": None, "private": True}))
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "project",
    [
        publishable("a.js"),
        publishable("a.js", data={"files": None}, ignore_files=(".gitignore", ".npmignore")),
        publishable("a.js", data={"files": None}, shadows=(shadow(),)),
        publishable("a.js", data={"files": None}, source="tarball"),
        publishable("index.js", "README.md", "LICENSE", data={"files": None}),
    ],
)
def test_where_something_is_said_or_nothing_is_known_no_list_is_missed(project: object) -> None:
    assert run(no_files_list.RULE, project) == []  # type: ignore[arg-type]


def test_a_main_without_its_ending_is_proposed_as_the_file() -> None:
    (found,) = run(no_files_list.RULE, publishable("lib.js", "x.txt", data={"files": None, "main": "./lib"}))
    assert found.fix is not None
    assert found.fix.to == '"files": ["lib.js"]'


def test_maps_with_sources_of_their_own() -> None:
    maps = (
        SourceMap("dist/a.js.map", ("../src/a.ts", "../node_modules/x/x.js", "webpack/bootstrap"), 5000),
        SourceMap("dist/b.js.map", ("../src/b.ts", "/Users/kim/lib/src/c.ts"), 5000),
    )
    (found,) = run(source_map.RULE, publishable("dist/a.js.map", "dist/b.js.map", maps=maps))
    assert found.severity is Severity.LOW
    assert found.title == "2 source maps carry 3 source files (10.0 kB)"
    assert "such as /Users/kim/lib/src/c.ts" in found.detail
    assert found.fix is not None
    assert found.fix.to == '"!**/*.map"'


def test_a_package_that_does_not_look_open_is_moderate() -> None:
    maps = (SourceMap("cli.js.map", ("src/cli.ts",), 60_000_000),)
    (found,) = run(source_map.RULE, publishable(maps=maps, data={"license": "UNLICENSED"}))
    assert found.severity is Severity.MODERATE
    assert "its licence is UNLICENSED" in found.detail


@pytest.mark.parametrize(
    "source",
    ["../src/a.ts", "webpack://lib/./src/a.ts", "webpack:///./src/a.ts", "webpack://lib/src/a.ts?ab12"],
)
def test_maps_whose_sources_are_packed_are_fine(source: str) -> None:
    maps = (SourceMap("dist/a.js.map", (source,), 5000),)
    assert run(source_map.RULE, publishable("src/a.ts", maps=maps)) == []
    assert len(run(source_map.RULE, publishable("src/b.ts", maps=maps))) == 1


@pytest.mark.parametrize(
    ("kind", "path", "severity"),
    [
        ("traversal", "package/../../x", Severity.CRITICAL),
        ("absolute", "/etc/passwd", Severity.CRITICAL),
        ("outside", "a", Severity.HIGH),
        ("outside", "", Severity.HIGH),
        ("link", "a", Severity.HIGH),
        ("device", "a", Severity.HIGH),
        ("duplicate", "index.js", Severity.HIGH),
        ("duplicate", "package.json", Severity.CRITICAL),
        ("duplicate", "test/package.json", Severity.HIGH),
        ("control", "a\x1b[2J", Severity.HIGH),
        ("device-name", "con.js", Severity.MODERATE),
        ("case-clash", "Index.js", Severity.MODERATE),
        ("something-new", "a", Severity.MODERATE),
    ],
)
def test_what_no_tarball_needs(kind: str, path: str, severity: Severity) -> None:
    (found,) = run(unsafe_tarball.RULE, publishable(source="tarball", oddities=(Oddity(kind, path, "seen"),)))
    assert found.severity is severity
    assert found.detail == "seen"
    assert "\x1b" not in found.title


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "a/../../x", "..", "C:\\x", "\\\\host\\x"])
def test_a_link_that_leads_out(target: str) -> None:
    oddity = Oddity("link", "a", f"a symbolic link to {target}; npm leaves links out")
    (found,) = run(unsafe_tarball.RULE, publishable(source="tarball", oddities=(oddity,)))
    assert found.severity is Severity.CRITICAL


def test_links_of_a_folder_are_not_packed() -> None:
    (found,) = run(unsafe_tarball.RULE, publishable(oddities=(Oddity("link", "a", "leads to ../b"),)))
    assert found.severity is Severity.LOW


def test_many_of_one_kind_are_one_finding() -> None:
    oddities = tuple(Oddity("case-clash", f"A{n}", "as a") for n in range(1000))
    (found,) = run(unsafe_tarball.RULE, publishable(source="tarball", oddities=oddities))
    assert found.title.startswith("1,000 entries: A0 ")
