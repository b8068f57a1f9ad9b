"""bun.lock, against what bun 1.1.39, 1.2 and 1.4 write (fixtures/lockfiles/bun)."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npmguard import lockfiles
from npmguard.errors import InputError
from npmguard.lockfiles import bun
from npmguard.model import DependencyKind, Source
from npmguard.project import load, manifest

KINDS = Path(__file__).parents[2] / "fixtures" / "lockfiles" / "bun"
REAL = (KINDS / "v2" / "bun.lock").read_text()


def lock(packages: dict[str, Any], root: dict[str, Any] | None = None, **fields: Any) -> bytes:
    document = {"lockfileVersion": 1, "workspaces": {"": {"name": "demo", **(root or {})}}, **fields}
    return json.dumps({**document, "packages": packages}, indent=2).encode()


@pytest.mark.parametrize("version", ["v0", "v1", "v2"])
def test_three_generations_say_the_same_of_one_project(version: str) -> None:
    graph = lockfiles.read(KINDS / version / "bun.lock")
    assert graph.format == f"bun-{version[1]}"
    assert graph.roots == ("", "packages/a", "packages/b")
    assert {p.label for p in graph.packages} == {
        "@types/node@18.0.0",
        "@types/node@20.0.0",
        "debug@4.3.7",
        "fsevents@2.3.3",
        "is-number@6.0.0",
        "is-number@7.0.0",
        "is-odd@3.0.1",
        "js-tokens@4.0.0",
        "loose-envify@1.4.0",
        "ms@2.1.2",
        "object-assign@4.1.1",
        "once@1.4.0",
        "once",
        "react@18.2.0",
        "react@17.0.2",
        "wrappy@1.0.2",
    }
    assert graph.nodes["num"][1:3] == ("is-number", "7.0.0")
    assert graph.nodes["num"].alias == "num"
    assert graph.nodes["fsevents"].os == ("darwin",)
    assert graph.nodes["local"].source is Source.LINK
    tarball = graph.nodes["tarball"]
    assert (tarball.name, tarball.source, tarball.alias) == ("once", Source.FILE, "tarball")
    assert tarball.resolved == "file:./once-1.4.0.tgz"
    assert bool(tarball.integrity) is (version == "v2")
    assert graph.nodes["packages/b"][1:4] == ("b", "1.0.0", Source.WORKSPACE)
    edges = {edge.name: edge for edge in graph.edges["packages/b"]}
    assert {name: edge.target for name, edge in edges.items()} == {
        "@kinds/a": "packages/a",
        "@types/node": "b/@types/node",
        "react": "b/react",
    }
    assert {e.name: (e.kind, e.target) for e in graph.edges["packages/a"]} == {
        "react": (DependencyKind.DEV, "react"),
        "zod": (DependencyKind.PEER_OPTIONAL, None),
        "@types/node": (DependencyKind.PROD, "@types/node"),
        "once": (DependencyKind.PROD, "once"),
    }
    assert [e.target for e in graph.edges["local"]] == ["wrappy"]
    assert {e.target for e in graph.edges[""]} >= {"packages/a", "packages/b", "local", "num"}
    assert graph.reachable == frozenset(graph.nodes)
    assert graph.notes["overrides"] == {"ms": "2.1.2"}
    assert graph.notes["trustedDependencies"] == ["debug"]
    assert graph.recorded["packages/a"]["once"] == ("^1.4.0", DependencyKind.PROD)


@pytest.mark.parametrize("version", ["v0", "v1", "v2"])
def test_with_its_package_json_files(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(KINDS / version)
    project = load.load(load.Found("."))
    assert project.graph is not None
    assert project.manager == "bun"
    alone = lockfiles.read("bun.lock").edges
    assert project.graph.edges.keys() == alone.keys()
    for key, found in project.graph.edges.items():
        assert {(e.name, e.kind, e.target) for e in found} == {(e.name, e.kind, e.target) for e in alone[key]}


def test_every_form_of_an_entry() -> None:
    commit = "0" * 40
    graph = bun.parse(
        lock(
            {
                "@s/a": ["@s/a@1.0.0", "https://registry.example.test/@s/a/-/a-1.0.0.tgz", {}, "sha512-a"],
                "git": ["git@git+ssh://git@git.example.test/a/b.git#" + commit, {}, commit],
                "hub": ["hub@github:a/b#0000000", {"bin": "x"}, "a-b-0000000", "sha512-x"],
                "url": ["url@https://example.test/u.tgz", {}, "sha512-u"],
                "file": ["file@vendor/f.tgz", {}],
                "folder": ["folder@file:lib/folder", {"dependencies": {"bundler": "*"}}],
                "linked": ["linked@link:lib/linked", {}],
                "self": ["demo@root:", {"bin": {"demo": "x"}}],
                "bundler": ["bundler@1.0.0", "", {"dependencies": {"in": "1", "@s/a": "*"}}, "sha512-b"],
                "bundler/in": [
                    "in@1.0.0",
                    "",
                    {"bundled": True, "os": ["linux", "!win32"], "cpu": "x64"},
                    "",
                ],
                "bundler/@s/a": ["@s/a@2.0.0", "", {"peerDependencies": {"in": "*", "no": "1"}}, "sha512-c"],
                "bundler/@s/a/in": ["in@3.0.0", "", {"hasInstallScript": True}, "sha512-d"],
            },
            {"dependencies": {"bundler": "^1", "self": "file:.", "folder": "file:lib/folder"}},
        ),
        "bun.lock",
    )
    found = {p.key: (p.name, p.version, p.source, p.resolved, p.integrity) for p in graph.packages}
    assert found == {
        "@s/a": (
            "@s/a",
            "1.0.0",
            Source.REGISTRY,
            "https://registry.example.test/@s/a/-/a-1.0.0.tgz",
            "sha512-a",
        ),
        "git": ("git", None, Source.GIT, f"git+ssh://git@git.example.test/a/b.git#{commit}", None),
        "hub": ("hub", None, Source.GIT, "github:a/b#0000000", "sha512-x"),
        "url": ("url", None, Source.URL, "https://example.test/u.tgz", "sha512-u"),
        "file": ("file", None, Source.FILE, "file:vendor/f.tgz", None),
        "bundler": ("bundler", "1.0.0", Source.REGISTRY, None, "sha512-b"),
        "bundler/in": ("in", "1.0.0", Source.REGISTRY, None, None),
        "bundler/@s/a": ("@s/a", "2.0.0", Source.REGISTRY, None, "sha512-c"),
        "bundler/@s/a/in": ("in", "3.0.0", Source.REGISTRY, None, "sha512-d"),
    }
    assert {key for key, node in graph.nodes.items() if node.source is Source.LINK} == {
        "lib/folder",
        "lib/linked",
    }
    inner = graph.nodes["bundler/in"]
    assert (inner.bundled, inner.os, inner.cpu, inner.alias) == (True, ("linux", "!win32"), ("x64",), None)
    assert graph.nodes["bundler/@s/a/in"].has_install_script is True
    assert inner.has_install_script is None
    assert {e.name: e.target for e in graph.edges["bundler"]} == {"in": "bundler/in", "@s/a": "bundler/@s/a"}
    assert {e.name: e.target for e in graph.edges["bundler/@s/a"]} == {"in": "bundler/@s/a/in", "no": None}
    assert {e.name: e.target for e in graph.edges[""]} == {
        "bundler": "bundler",
        "self": "",
        "folder": "lib/folder",
    }
    assert graph.asking_for(frozenset(["in"])) == [
        edge for key in ("bundler", "bundler/@s/a") for edge in graph.edges[key] if edge.name == "in"
    ]


def test_a_folder_and_a_package_of_one_name_are_two() -> None:
    members = {"": {"name": "demo"}, "ms": {"name": "mine", "dependencies": {"ms": "^2"}}}
    data = lock(
        {"mine": ["mine@workspace:ms"], "ms": ["ms@2.1.3", "", {}, "sha512-a"]},
        workspaces=members,
    )
    graph = bun.parse(data, "bun.lock")
    assert graph.nodes["ms"].source is Source.WORKSPACE
    assert graph.nodes["node_modules/ms"].label == "ms@2.1.3"
    assert [e.target for e in graph.edges["ms"]] == ["node_modules/ms"]


def test_catalogs_stand_for_ranges() -> None:
    data = lock(
        {"a": ["a@1.0.0", "", {}, "sha512-a"], "b": ["b@1.0.0", "", {}, "sha512-b"]},
        {"dependencies": {"a": "catalog:", "b": "catalog:old", "c": "catalog:none"}},
        catalog={"a": "^1.0.0"},
        catalogs={"old": {"b": "~1.0.0"}},
    )
    specs = {edge.name: edge.spec for edge in bun.parse(data, "bun.lock").edges[""]}
    assert specs == {"a": "^1.0.0", "b": "~1.0.0", "c": "catalog:none"}
    asked = manifest.of({"dependencies": {"a": "catalog:"}}, "package.json")
    graph = bun.parse(data, "bun.lock", asked, {}, catalogs={"default": {"a": "1.0.0"}})
    assert [edge.spec for edge in graph.edges[""]] == ["1.0.0"]


def test_scripts_are_known_where_bun_made_the_lockfile_itself() -> None:
    packages = {
        "a": ["a@1.0.0", "", {"hasInstallScript": True}, "sha512-a"],
        "b": ["b@1.0.0", "", {}, "sha512-b"],
    }
    made = bun.parse(lock(packages, lockfileVersion=2, configVersion=1), "bun.lock")
    assert [p.has_install_script for p in made.packages] == [True, False]
    moved = bun.parse(lock(packages, lockfileVersion=2, configVersion=0), "bun.lock")
    assert [p.has_install_script for p in moved.packages] == [True, None]
    old = bun.parse(lock(packages), "bun.lock")
    assert [p.has_install_script for p in old.packages] == [True, None]


def test_a_workspace_that_is_none_any_more_is_a_folder_or_gone() -> None:
    data = (KINDS / "v2" / "bun.lock").read_bytes()
    here = KINDS / "v2"
    root = manifest.parse((here / "package.json").read_bytes(), "package.json")
    member = manifest.parse((here / "packages/a/package.json").read_bytes(), "packages/a/package.json")
    there = bun.parse(data, "bun.lock", root, {"packages/a": member}, lambda folder: member)
    assert there.nodes["packages/b"].source is Source.LINK
    gone = bun.parse(data, "bun.lock", root, {"packages/a": member}, lambda folder: None)
    assert "packages/b" not in gone.nodes
    assert gone.roots == ("", "packages/a")


def test_comments_byte_order_marks_and_line_ends_are_let_pass() -> None:
    plain = bun.parse(REAL.encode(), "bun.lock")
    odd = "\ufeff// of 2026\n" + REAL.replace("\n", "\r\n").replace(
        '"packages": {', '"packages": { /* all */'
    )
    graph = bun.parse(odd.encode(), "bun.lock")
    assert graph.nodes == plain.nodes
    assert graph.edges == plain.edges


def test_lines_of_what_is_pointed_to() -> None:
    graph = bun.parse(REAL.encode(), "bun.lock")
    assert graph.locate is not None
    lines = REAL.split("\n")
    wanted = {
        graph.nodes["b/@types/node"].pointer: '    "b/@types/node": [',
        graph.nodes["once"].pointer: '    "once": [',
        "/workspaces/packages~1a/dependencies/once": '        "once": "^1.4.0",',
        "/overrides": '  "overrides": {',
    }
    for pointer, line in graph.locate(frozenset(wanted)).items():
        assert lines[line - 1].startswith(wanted.pop(pointer))
    assert wanted == {}
    twice = lock({"a": ["a@1.0.0", "", {}, "x"]}, more={"a": ["b"]})
    graph = bun.parse(twice, "bun.lock")
    assert graph.locate is not None
    line = (
        twice.decode().split("\n").index('    "a": [', twice.decode().split("\n").index('  "packages": {'))
        + 1
    )
    assert graph.locate(frozenset(["/packages/a", "/no"])) == {"/packages/a": line}


def test_a_newer_version_is_read_as_far_as_it_is_understood() -> None:
    graph = bun.parse(lock({"a": ["a@1.0.0", "", {}, "sha512-a"]}, lockfileVersion=7), "bun.lock")
    assert (graph.format, graph.newer) == ("bun-7", "7")
    assert [p.label for p in graph.packages] == ["a@1.0.0"]
    assert bun.parse(lock({}, lockfileVersion=3), "bun.lock").newer is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"[]", "bun.lock:1: not a lockfile"),
        (b"{}", 'no "lockfileVersion"'),
        (b'{\n"lockfileVersion": "1"}', 'bun.lock:2: lockfileVersion "1" is no version'),
        (b'{"lockfileVersion": true}', "is no version"),
        (b'{"lockfileVersion": -1}', "is no version"),
        (b'{"lockfileVersion": 1}', 'there is no object "workspaces"'),
        (b'{"lockfileVersion": 1,\n"workspaces": {}}', "bun.lock:2: the project itself is not among"),
        (b'{"lockfileVersion": 1, "workspaces": {"": []}}', "the record of '' is not an object"),
        (b'{"lockfileVersion": 1, "workspaces": {"": {"name": 1}}}', '"name" is not text'),
        (lock({"a": []}), "the entry of 'a' is not a list that begins with text"),
        (lock({"a": ["a"]}), "'a' is not a name and what it was resolved to"),
        (lock({"a": ["a@1.0.0", "", []]}), "what 'a' asks for is not an object"),
        (lock({"a": ["a@1.0.0", "", {}, 1]}), "the integrity of 'a' is not text"),
        (
            lock({"a": ["a@1", "", {"dependencies": []}]}, {"dependencies": {"a": 1}}),
            "range of 'a' is not text",
        ),
        (lock({"a": ["a@1", "", {"dependencies": ["b"]}]}), '"dependencies" is not an object'),
        (lock({}).replace(b'"packages": {}', b'"packages": []'), '"packages" is not an object'),
        ("\n".join(REAL.split("\n")[:40]).encode(), "the file ends too early"),
        (REAL.replace('"ms": [', '"is-odd": [').encode(), 'the key "is-odd" stands twice'),
        (REAL.encode() + b"\0", "not JSON"),
        (REAL.replace("once", "\udce9").encode("utf-8", "surrogateescape"), "not UTF-8 text"),
        (b"{\n<<<<<<< HEAD\n}", "bun.lock:2: merge-conflict markers: resolve the conflict first"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_trusted_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=re.escape(reason)):
        bun.parse(data, "bun.lock").edges  # noqa: B018 - edges are made on first use


def test_the_binary_lockfile_is_told_how_to_become_text(tmp_path: Path) -> None:
    words = "bun install --save-text-lockfile --frozen-lockfile --lockfile-only"
    path = tmp_path / "bun.lockb"
    path.write_bytes(b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\0\0\0")
    with pytest.raises(InputError, match=words) as caught:
        lockfiles.read(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=words):
        bun.parse(path.read_bytes(), "bun.lock")


def test_too_many_packages_are_refused_and_many_are_read_quickly() -> None:
    many = {
        f"p{n}": [f"p{n}@1.0.0", "", {"dependencies": {f"p{n + 1}": "^1"}}, "sha512-a"] for n in range(10_000)
    }
    data = lock(many)
    began = time.process_time()
    graph = bun.parse(data, "bun.lock")
    assert len(graph.edges) == 10_000
    assert time.process_time() - began < 2
    with pytest.raises(InputError, match="250,001 packages"):
        bun.parse(lock({f"p{n}": 0 for n in range(250_001)}), "bun.lock")


def test_comments_that_never_end_take_no_time() -> None:
    began = time.process_time()
    for data in (b"[" + b",/*" * 100_000, b'"' * 200_000, b"{" + b"/* */" * 100_000):
        with pytest.raises(InputError):
            bun.parse(data, "bun.lock")
    assert time.process_time() - began < 5


LINES = REAL.split("\n")
PIECES = (
    "",
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    "null",
    "0",
    "\0",
    "@",
    "a@",
    "@root:",
    "workspace:",
    "/",
    "\ud800",
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cut", "twice", "swap", "put"]),
            st.integers(0, len(LINES) - 1),
            st.integers(0, len(LINES) - 1),
            st.sampled_from(PIECES),
        ),
        max_size=6,
    )
)
def test_whatever_is_done_to_a_lockfile_it_is_read_or_refused(edits: list[tuple[str, int, int, str]]) -> None:
    lines = list(LINES)
    for what, at, other, piece in edits:
        at, other = at % len(lines), other % len(lines)
        if what == "cut":
            lines[at] = ""
        elif what == "twice":
            lines.insert(other, lines[at])
        elif what == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        else:
            middle = other % (len(lines[at]) + 1)
            lines[at] = lines[at][:middle] + piece + lines[at][middle:]
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    try:
        graph = bun.parse(data, "bun.lock")
        assert set(graph.edges) <= set(graph.nodes)
        assert all(
            e.target is None or e.target in graph.nodes for found in graph.edges.values() for e in found
        )
        assert graph.locate is not None
        graph.locate(frozenset(p.pointer for p in graph.packages[:3]))
    except InputError:
        pass


BUN = shutil.which("bun")


@pytest.mark.oracle
@pytest.mark.skipif(BUN is None, reason="bun is not installed")
def test_bun_lists_the_same_packages(tmp_path: Path) -> None:
    assert BUN is not None
    folder = tmp_path / "it"
    shutil.copytree(KINDS / "v1", folder)
    listed = subprocess.run(
        [BUN, "pm", "ls", "--all"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    theirs = set(re.findall(r"[├└]── (.+?)@([^@\s]+)$", listed, re.MULTILINE))
    graph = lockfiles.read(folder / "bun.lock")
    ours = {(p.alias or p.name, p.version) for p in graph.packages if p.version}
    assert ours <= theirs
    others = {name for name, _ in theirs - ours}
    assert others == {"@kinds/a", "b", "local", "tarball"}
