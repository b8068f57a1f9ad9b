"""The list of files that npm would publish: fixtures with npm's own lists, and what each rule does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from packing.layouts import FIXTURES, lay

from npmguard.errors import InputError
from npmguard.model.packed import Oddity, Shadow
from npmguard.packing import packed_files
from npmguard.packing.listing import Surroundings, listing

LAYOUTS: list[dict[str, Any]] = json.loads((FIXTURES / "layouts.json").read_text("utf-8"))
NAMED = {"name": "x", "version": "1.0.0"}


def packed(top: Path, layout: dict[str, Any], npm: int = 12, **fields: Any) -> list[str]:
    lay(top, {"package.json": {**NAMED, **fields}, **layout})
    return [file.path for file in listing(top, npm=npm).files if file.path != "package.json"]


@pytest.mark.parametrize("npm", [12, 11])
@pytest.mark.parametrize("case", LAYOUTS, ids=lambda case: case["name"])
def test_lists_what_npm_lists(case: dict[str, Any], npm: int, tmp_path: Path) -> None:
    lay(tmp_path, case["files"])
    top = str(tmp_path)
    around = Surroundings(
        os.path.normpath(os.path.join(top, case["prefix"])) if "prefix" in case else None,
        tuple(os.path.join(top, folder) for folder in case.get("workspaces", ())),
        os.path.join(top, case["ignore_file"]) if "ignore_file" in case else None,
    )
    found = listing(tmp_path / case.get("folder", "."), npm=npm, around=around)
    assert [file.path for file in found.files] == (
        case.get("npm11", case["npm12"]) if npm == 11 else case["npm12"]
    )


def test_the_fixtures_tell_npm_11_from_12() -> None:
    assert len(LAYOUTS) > 100
    assert sum("npm11" in case for case in LAYOUTS) >= 13


def test_public_call_takes_text_and_paths(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": NAMED, "b.js": "", "a/c.js": "", ".git/config": ""})
    assert packed_files(tmp_path) == packed_files(str(tmp_path)) == ["a/c.js", "b.js", "package.json"]


def test_sizes_and_modes_are_those_of_the_tarball(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": {**NAMED, "bin": {"a": "cli.js", "b": "./bin/b.js"}}, "cli.js": "12345"})
    lay(tmp_path, {"bin/b.js": "", "open.sh": "#!", "shut.txt": "", "lib/cli.js": ""})
    os.chmod(tmp_path / "open.sh", 0o777)
    os.chmod(tmp_path / "shut.txt", 0o400)
    found = {file.path: file for file in listing(tmp_path).files}
    assert (found["cli.js"].size, found["cli.js"].mode) == (5, 0o755)
    assert found["open.sh"].mode == 0o755
    assert found["shut.txt"].mode == 0o600
    # npm sets the bit only where the target lies at the top: it compares what follows the first slash
    assert found["bin/b.js"].mode == 0o644
    assert found["lib/cli.js"].mode == 0o755


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("lib", {"lib/a.js", "lib/b/c.js"}),
        ("./lib/", {"lib/a.js", "lib/b/c.js"}),
        ("/lib/*.js", {"lib/a.js"}),
        ("**/c.js", {"lib/b/c.js"}),
        ("LIB", set()),
        ("l{ib,ob}/[ab].js", {"lib/a.js"}),
        ("lib/../docs", {"docs/d.md"}),
        ("../outside", set()),
        ("nosuch", set()),
        ("top.js/**", {"top.js"}),
        ("*.js/**", set()),
        ("**/top.js/**", set()),
        (".//..", {"lib/a.js", "lib/b/c.js", "docs/d.md", "top.js"}),  # the root of the file system
    ],
)
def test_entries_of_files(entry: str, names: set[str], tmp_path: Path) -> None:
    layout = {"lib/a.js": "", "lib/b/c.js": "", "docs/d.md": "", "top.js": ""}
    assert set(packed(tmp_path, layout, files=[entry])) == names


def test_negated_entries_take_away_in_order(tmp_path: Path) -> None:
    layout = {"lib/a.js": "", "lib/b.js": "", "lib/sub/c.js": ""}
    assert packed(tmp_path, layout, files=["lib", "!lib/b.js", "!lib/sub"]) == ["lib/a.js"]
    assert packed(tmp_path, layout, files=["!lib/b.js", "lib"]) == ["lib/a.js", "lib/b.js", "lib/sub/c.js"]


def test_always_in(tmp_path: Path) -> None:
    names = ["README", "readme.md", "ReadMe.TXT", "LICENSE", "licence.md", "COPYING.txt", "main.js", "web.js"]
    others = ["README.md~", "LICENSE-MIT", "CHANGELOG.md", "NOTICE", "lib/README.md"]
    layout = dict.fromkeys((*names, *others), "") | {"cli/run.js": "", ".npmignore": "*\n"}
    fields: dict[str, Any] = {"files": [], "main": "main.js", "browser": "web.js", "bin": "cli/run.js"}
    assert packed(tmp_path, layout, **fields) == sorted([*names, "cli/run.js"])


def test_a_main_with_a_dot_in_front_is_not_forced_in(tmp_path: Path) -> None:
    # npm makes the pattern /./main.js of it, which no path fits
    assert packed(tmp_path, {"main.js": ""}, files=[], main="./main.js") == []
    assert packed(tmp_path, {"main.js": ""}, files=[], bin="./main.js") == ["main.js"]


def test_always_out(tmp_path: Path) -> None:
    names = [
        ".npmrc",
        ".git/config",
        "node_modules/a/index.js",
        "package-lock.json",
        "yarn.lock",
        "bun.lockb",
    ]
    layout = dict.fromkeys((*names, "pnpm-lock.yaml", "npm-shrinkwrap.json", "bun.lock"), "")
    assert packed(tmp_path, layout, files=[*layout]) == []
    assert packed(tmp_path, layout, npm=11, files=["*"]) == ["bun.lock", "npm-shrinkwrap.json"]


def test_ignore_rules_are_not_gits(tmp_path: Path) -> None:
    layout = {
        ".npmignore": "build/\n!build/keep.js\nSECRET.txt\n{a,b}.txt\n  trimmed  \n\\#hash\n",
        **dict.fromkeys(
            ("build/keep.js", "build/other.js", "secret.TXT", "a.txt", "c.txt", "trimmed", "#hash"), ""
        ),
    }
    assert packed(tmp_path, layout) == ["build/keep.js", "build/other.js", "c.txt"]


def test_odd_names(tmp_path: Path) -> None:
    names = [
        "new\nline",
        "é.js",
        "😀",
        "back\\slash",
        " lead",
        "trail ",
        "!bang",
        "#hash",
        "{a,b}",
        "[x]",
        "+(a)",
    ]
    assert packed(tmp_path, dict.fromkeys((*names, "star*"), "")) == sorted(names)


def test_folders_with_a_star_are_left_out(tmp_path: Path) -> None:
    assert packed(tmp_path, {"a*/b.js": "", "c.js": ""}) == ["c.js"]


def test_bundled_dependencies_bring_theirs(tmp_path: Path) -> None:
    layout = {
        "node_modules/a/package.json": {"dependencies": {"b": "1"}, "devDependencies": {"dev": "1"}},
        "node_modules/a/node_modules/b/package.json": {"optionalDependencies": {"c": "1"}},
        "node_modules/b/package.json": {},
        "node_modules/c/package.json": {"files": ["lib"], "dependencies": {"a": "1"}},
        "node_modules/c/lib/c.js": "",
        "node_modules/c/other.js": "",
        "node_modules/dev/package.json": {},
        "node_modules/other/package.json": {},
    }
    expected = ["a/node_modules/b/package.json", "a/package.json", "c/lib/c.js", "c/package.json"]
    fields: dict[str, Any] = {"dependencies": {"a": "1"}}
    ways: tuple[tuple[str, Any], ...] = (
        ("bundleDependencies", True),
        ("bundledDependencies", ["a"]),
        ("bundleDependencies", {"a": 1}),
    )
    for field, value in ways:
        assert packed(tmp_path, layout, **fields, **{field: value}) == [
            f"node_modules/{path}" for path in expected
        ]
    assert packed(tmp_path, layout, **fields, bundleDependencies=False) == []
    assert packed(tmp_path, layout, **fields, bundleDependencies=["other"]) == []
    assert packed(tmp_path, layout, **fields, devDependencies={"a": "1"}, bundleDependencies=["a"]) == []


def test_links_are_not_packed_and_those_that_lead_out_are_told(tmp_path: Path) -> None:
    lay(tmp_path, {"secret": "", "p/package.json": NAMED, "p/lib/a.js": ""})
    links = {"out": "../secret", "in.js": "lib/a.js", "round": ".", "nowhere": "nosuch", "lib/root": "/"}
    lay(tmp_path / "p", {path: {"link": target} for path, target in links.items()})
    found = listing(tmp_path / "p")
    assert [file.path for file in found.files] == ["lib/a.js", "package.json"]
    assert [(odd.kind, odd.path) for odd in found.outside] == [("outside", "lib/root"), ("outside", "out")]


def test_a_bundled_link_is_packed_under_its_own_name_and_told(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "a/package.json": {"name": "a", "dependencies": {"b": "1"}},
            "a/.npmignore": "test",
            "a/test/t.js": "",
        },
    )
    lay(tmp_path, {"node_modules/b/package.json": {"name": "b"}})
    fields = {"dependencies": {"a": "file:../a"}, "bundleDependencies": ["a"]}
    lay(tmp_path / "p", {"package.json": {**NAMED, **fields}, "node_modules/a": {"link": "../../a"}})
    found = listing(tmp_path / "p")
    assert [file.path for file in found.files] == ["node_modules/a/package.json", "package.json"]
    # npm packs b too, under a path that leads out of the package
    assert found.outside == (
        Oddity("outside", "../node_modules/b", "a bundled dependency that lies outside the package"),
        Oddity("outside", "node_modules/a", "a bundled dependency that is a link to ../a"),
    )


def test_a_workspace_heeds_the_ignore_files_above_it(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": {"name": "root", "workspaces": ["packages/*"]}, ".gitignore": "dist\n"})
    lay(tmp_path, {"packages/.npmignore": "*.map", "packages/.gitignore": "*"})
    lay(tmp_path / "packages/a", {"package.json": NAMED, "dist/a.js": "", "a.js.map": "", "b.js": ""})
    assert packed_files(tmp_path / "packages/a") == ["b.js", "package.json"]


def test_shadows_name_what_leaks(tmp_path: Path) -> None:
    layout = {
        ".npmignore": "test\n",
        ".gitignore": ".env\ndist\n",
        ".env": "",
        "dist/a.js": "",
        "dist/.npmignore": "",
        "dist/.gitignore": "*.map\n",
        "dist/a.js.map": "",
        "test/t.js": "",
        "index.js": "",
    }
    lay(tmp_path, {"package.json": NAMED, **layout})
    assert listing(tmp_path).shadows == (
        Shadow(".npmignore", ".gitignore", (".env", "dist/a.js", "dist/a.js.map")),
        Shadow("dist/.npmignore", "dist/.gitignore", ("dist/a.js.map",)),
    )


def test_no_shadow_where_files_decides(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {"package.json": {**NAMED, "files": [".env"]}, ".npmignore": "", ".gitignore": ".env", ".env": ""},
    )
    assert listing(tmp_path).shadows == ()


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ({}, "cannot be read: No such file or directory"),
        ({"package.json": "{"}, "not whole JSON"),
        ({"package.json": "[]"}, "no JSON object"),
        ({"package.json": {"files": {"a": 1}}}, '"files" is no list'),
        ({"package.json": {"files": [1]}}, '"files" holds something that is not text'),
        ({"package.json": {}, ".npmignore/": ""}, "not a regular file"),
        (
            {
                "package.json": {"workspaces": ["*"]},
                "a/package.json": {"name": "x"},
                "b/package.json": {"name": "x"},
            },
            'two workspaces are called "x": a and b',
        ),
        ({"package.json": {"workspaces": ["*"]}, "a/package.json": "{"}, "a/package.json:1: not whole JSON"),
        ({"package.json": {}, ".npmignore": {"link": "nosuch"}}, "cannot be read"),
        ({"package.json": {}, "a/.gitignore": "ok\n[[:alpha:]],x"}, "makes no regular expression"),
        ({"package.json": {}, ".gitignore": "{1..20000}"}, "stands for more than 10,000"),
        ({"package.json": {}, ".gitignore": "a" * 70_000}, "longer than npm takes"),
    ],
)
def test_what_cannot_be_packed_is_one_clear_line(layout: dict[str, Any], words: str, tmp_path: Path) -> None:
    lay(tmp_path, layout)
    with pytest.raises(InputError, match=words) as raised:
        listing(tmp_path)
    assert str(raised.value).startswith(str(tmp_path))
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        packed_files(tmp_path / "nosuch")
    with pytest.raises(InputError, match="cannot be read"):
        packed_files("no\0such")


@pytest.mark.skipif(os.name == "nt", reason="names are UTF-16 there")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": NAMED})
    try:
        os.close(os.open(os.fsencode(tmp_path) + b"/\xff.js", os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    with pytest.raises(InputError, match="not UTF-8"):
        packed_files(tmp_path)
    lay(tmp_path, {".npmignore": "*.js"})
    assert packed_files(tmp_path) == ["package.json"]


def test_npms_note_of_what_it_installed_counts_while_it_is_new(tmp_path: Path) -> None:
    entries = {"node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}}, "node_modules/b": {}}
    layout = {
        "node_modules/a/package.json": {"name": "a", "files": ["a.js"]},
        "node_modules/a/a.js": "",
        "node_modules/a/other.js": "",
        "node_modules/b/b.js": "",
        "node_modules/.package-lock.json": {"lockfileVersion": 3, "packages": entries},
    }
    note = tmp_path / "node_modules/.package-lock.json"
    fields: dict[str, Any] = {"dependencies": {"a": "1"}, "bundleDependencies": True}
    lay(tmp_path, {"package.json": {**NAMED, **fields}, **layout})
    os.utime(note, (2e9, 2e9))
    # the note tells of b, but not of a's `files`
    names = ["a/a.js", "a/other.js", "a/package.json", "b/b.js"]
    assert packed_files(tmp_path) == [f"node_modules/{name}" for name in names] + ["package.json"]
    os.utime(note, (1e9, 1e9))
    names = ["a/a.js", "a/package.json"]
    assert packed_files(tmp_path) == [f"node_modules/{name}" for name in names] + ["package.json"]
    note.write_text("{")
    os.utime(note, (2e9, 2e9))
    assert packed_files(tmp_path) == [f"node_modules/{name}" for name in names] + ["package.json"]
