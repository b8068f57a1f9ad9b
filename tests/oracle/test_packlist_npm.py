"""The list of packed files, against what the npm that is installed makes of the same folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from packing.layouts import lay

from npmguard.errors import InputError
from npmguard.packing.listing import Surroundings, listing
from npmguard.packing.weight import packed_size

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        shutil.which("npm") is None or shutil.which("node") is None, reason="npm is not installed"
    ),
]


class Npm:
    """The list-maker of the npm that is installed, in a process of its own."""

    def __init__(self) -> None:
        program = Path(os.path.realpath(shutil.which("npm") or ""))
        self.folder = next((top for top in program.parents if (top / "lib" / "npm.js").is_file()), None)
        if self.folder is None:
            pytest.skip("npm's own folder is not found")
        self.version = int(json.loads((self.folder / "package.json").read_text())["version"].split(".")[0])
        if self.version < 11:
            pytest.skip(f"npm {self.version} is older than the rules that are compared")
        words = ["node", str(Path(__file__).with_name("packlist.js")), str(self.folder)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def files(self, path: str, around: Surroundings) -> list[str] | None:
        """The files that npm packs, but for those outside; None where it stops with an error."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        asked: dict[str, Any] = {"path": path}
        if around.prefix is not None:
            asked |= {"prefix": around.prefix, "workspaces": around.workspaces}
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        said = json.loads(stdout.readline())
        note(f"npm {self.version}: {said}")
        if "error" in said:
            # two links to one member: npm stops before it looks at a file
            assume("must not have multiple workspaces" not in str(said["error"]))
            return None
        return sorted(path.removeprefix("./") for path in said["files"] if not path.startswith("../"))


@pytest.fixture(scope="module")
def npm() -> Iterator[Npm]:
    found = Npm()
    with found.process:
        yield found
        found.process.kill()


NAMES = (
    *("a.js", "b.js", "index.js", "A.JS", "main.js", "c.d.ts", "a.txt", "x", "foo", "ab", "é.js", "😀.js"),
    *("README.md", "readme", "README.md~", "LICENSE.txt", "licence", "Copying", "CHANGELOG.md", "license~"),
    *(".env", ".npmrc", ".hidden", "x.orig", "._x", ".a.swp", ".DS_Store", "npm-debug.log", ".lock-wscript"),
    *("package-lock.json", "npm-shrinkwrap.json", "bun.lock", "yarn.lock", "config.gypi", ".wafpickle-1"),
    *(
        "c d",
        " lead",
        "trail ",
        "new\nline",
        "!bang",
        "#hash",
        "{a,b}",
        "[x]",
        "a,b",
        "@at",
        "+(a)",
        "star*",
        "$x",
    ),
)
FOLDERS = (
    *(
        "lib",
        "src",
        "build",
        "dist",
        "test",
        "docs",
        "Lib",
        "sub",
        "foo",
        "bin",
        "deep",
        "a b",
        "[d]",
        "dir.js",
    ),
    *(
        ".git",
        "node_modules",
        "CVS",
        "archived-packages",
        ".github",
        ".svn",
        ".DS_Store",
        "._d",
        "@scope",
        "packages",
    ),
)
PIECES = (
    *(
        "lib",
        "src",
        "build",
        "dist",
        "test",
        "sub",
        "foo",
        "deep",
        "packages",
        "node_modules",
        ".git",
        "@scope",
    ),
    *(
        "a.js",
        "b.js",
        "A.JS",
        "main.js",
        "LIB",
        ".env",
        "x",
        "README.md",
        "x.orig",
        "._x",
        "é.js",
        "c d",
        "dir.js",
    ),
    *(
        "*",
        "**",
        "***",
        "*.js",
        "*.JS",
        "*.*",
        ".*",
        "a*",
        "*b",
        "?.js",
        "f?o",
        "**foo",
        "[ab].js",
        "[!a]*",
        "[x]",
    ),
    *("{a,b}*", "{lib,src}", "{lib/a.js,docs}", "{a,b", "!(a).js", "+(a|b).js", "@(lib|src)", "*(a|b).js"),
    *("\\!bang", "\\#hash", "\\[x]", "..", "."),
)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    pattern = "/".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4)))
    before = draw(st.sampled_from(("", "", "", "/", "**/")))
    return before + pattern + draw(st.sampled_from(("", "", "", "/", "/**", "/*")))


@st.composite
def ignore_files(draw: st.DrawFn) -> str:
    marks = st.sampled_from(("", "", "", "!", "!!", "# ", "  "))
    lines = [
        draw(marks) + pattern + draw(st.sampled_from(("", "", " \t")))
        for pattern in draw(st.lists(patterns(), max_size=5))
    ]
    return draw(st.sampled_from(("", "", "\ufeff"))) + draw(st.sampled_from(("\n", "\r\n"))).join(lines)


@st.composite
def folders(draw: st.DrawFn, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """What lies in a folder: files, folders, ignore files, links."""
    layout: dict[str, Any] = {prefix + name: "" for name in draw(st.sets(st.sampled_from(NAMES), max_size=4))}
    for name in (".npmignore", ".gitignore"):
        if draw(st.integers(0, 3)) == 0:
            layout[prefix + name] = draw(ignore_files())
    if draw(st.integers(0, 9)) == 0:
        layout[prefix + "link"] = {"link": draw(st.sampled_from(("a.js", "lib", "..", "/etc", "nosuch")))}
    if depth and draw(st.integers(0, 9)) == 0:
        layout[prefix + "package.json"] = json.dumps({"name": "n", "files": ["a.js"]}, indent=2)
    if depth < 3:
        for name in draw(st.sets(st.sampled_from(FOLDERS), max_size=2)):
            layout.pop(prefix + name, None)
            layout |= draw(folders(f"{prefix}{name}/", depth + 1))
    return layout


@st.composite
def manifests(draw: st.DrawFn, name: str, layout: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A package.json for a folder."""
    inside = [path.removeprefix(prefix) for path in layout if path.startswith(prefix)] or ["x"]
    paths = st.one_of(st.sampled_from(inside), patterns())
    relative = paths.map(lambda path: path.lstrip("/"))  # for //** npm goes through the whole disk
    entries = st.tuples(
        st.sampled_from(("", "", "", "!", "!!", "./", "/")), relative, st.sampled_from(("", "", "/"))
    )
    manifest: dict[str, Any] = {"name": name, "version": "1.0.0"}
    if draw(st.booleans()):
        manifest["files"] = ["".join(entry) for entry in draw(st.lists(entries, max_size=4))]
    targets = st.tuples(st.sampled_from(("", "", "./", "/")), paths).map("".join)
    for field, values in (
        ("main", targets),
        ("bin", st.one_of(targets, st.fixed_dictionaries({"one": targets, "two": targets}))),
        ("browser", st.one_of(targets, st.just({"./a.js": "./b.js"}))),
        ("directories", st.just({"bin": "bin"})),
    ):
        if draw(st.integers(0, 3)) == 0:
            manifest[field] = draw(values)
    return manifest


class Layout(NamedTuple):
    files: dict[str, Any]
    workspace: str | None


INSTALLED = ("one", "two", "@scope/three", "linked", "member")


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    files = draw(folders())
    manifest = draw(manifests("root", files))
    some = st.lists(st.sampled_from(INSTALLED), unique=True)

    def package(name: str, place: str) -> None:
        inside = draw(folders(place, 2))
        said = draw(manifests(name, inside, place))
        for field in ("dependencies", "optionalDependencies", "devDependencies", "peerDependencies"):
            said[field] = dict.fromkeys(draw(some), "*")
        files.update(inside)
        files[place + "package.json"] = json.dumps(said, indent=draw(st.sampled_from((None, 2))))

    if draw(st.booleans()):
        manifest["dependencies"] = dict.fromkeys(INSTALLED, "*")
        manifest["devDependencies"] = dict.fromkeys(draw(some), "*")
        names = st.one_of(st.just(True), st.just(False), some, some.map(dict.fromkeys))
        manifest[draw(st.sampled_from(("bundleDependencies", "bundledDependencies")))] = draw(names)
        for name in draw(some):
            place = f"node_modules/{name}"
            if any(path.startswith(place) for path in files):
                continue
            if name == "linked":
                files[place] = {"link": "../elsewhere"}
                place = "elsewhere"
            package(name, place + "/")
    workspace = None
    if draw(st.integers(0, 3)) == 0:
        manifest["workspaces"] = draw(st.sampled_from((["packages/*"], {"packages": ["packages/**"]})))
        if draw(st.booleans()):
            workspace = "packages/member"
            package("member", "packages/member/")
    files["package.json"] = json.dumps(manifest)
    return Layout(files, workspace)


def written(layout: Layout, top: str) -> str:
    """The package's folder, deep enough that no `..` of a pattern leads to a large one."""
    folder = os.path.join(os.path.realpath(top), "1/2/3/4/5")
    lay(Path(folder), layout.files)
    return folder


def ours(path: str, version: int, around: Surroundings) -> list[str] | None:
    try:
        found = listing(path, npm=version, around=around)
    except InputError as error:
        note(str(error))
        return None
    return [file.path for file in found.files]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(layouts())
def test_lists_what_npm_lists(npm: Npm, layout: Layout) -> None:
    with TemporaryDirectory() as top:
        folder = written(layout, top)
        cases = [(folder, Surroundings())]
        if layout.workspace is not None:
            member = os.path.join(folder, layout.workspace)
            cases += [(member, Surroundings(folder, (member,))), (folder, Surroundings(folder, (member,)))]
        for path, around in cases:
            found, told = ours(path, npm.version, around), npm.files(path, around)
            assert found == told or _raced(found, told)


def _raced(ours: list[str] | None, npms: list[str] | None) -> bool:
    """Is it only another of several nested package.json, of which npm packs the one that it sees first?

    With `files: []` and a folder of commands its answer differs from run to run.
    """
    only = [set(a or ()) - set(b or ()) for a, b in ((ours, npms), (npms, ours))]
    return all(len(paths) == 1 and next(iter(paths)).endswith("/package.json") for paths in only)


WHOLE: dict[str, dict[str, Any]] = {
    "plain": {
        "package.json": {},
        "index.js": "1" * 999,
        "lib/a.js": "",
        ".env": "",
        ".npmrc": "",
        "é.txt": "é",
    },
    "files": {
        "package.json": {"files": ["lib", "!lib/b.js"], "main": "m.js"},
        "lib/a.js": "",
        "lib/b.js": "",
        "m.js": "",
    },
    "modes": {"package.json": {"bin": {"a": "cli.js", "b": "bin/b.js"}}, "cli.js": "#!", "bin/b.js": "#!"},
    "ignores": {
        "package.json": {},
        ".gitignore": "a",
        ".npmignore": "b",
        "a": "",
        "b": "",
        "c/.gitignore": "d",
        "c/d": "",
    },
    "bundle": {
        "package.json": {"dependencies": {"d": "1"}, "bundleDependencies": ["d"]},
        "node_modules/d/package.json": {"name": "d", "version": "1.0.0"},
        "node_modules/d/d.js": "",
        "node_modules/e/e.js": "",
    },
    "member": {
        "package.json": {"workspaces": ["m"]},
        ".npmignore": "*.map",
        "m/package.json": {},
        "m/a.map": "",
        "m/a": "",
    },
}


@pytest.mark.parametrize("name", WHOLE)
def test_packs_what_npm_pack_packs(npm: Npm, name: str, tmp_path: Path) -> None:
    for path, text in WHOLE[name].items():
        about = (
            {"name": Path(path).parent.name or "x", "version": "1.0.0"}
            if path.endswith("package.json")
            else None
        )
        lay(tmp_path, {path: {**about, **text} if about else text})
    folder = tmp_path / "m" if name == "member" else tmp_path
    words = [
        "npm",
        "pack",
        "--dry-run",
        "--json",
        "--ignore-scripts",
        "--cache",
        str(tmp_path.parent / "cache"),
    ]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=True)
    said = json.loads(done.stdout)
    said = said[0] if isinstance(said, list) else next(iter(said.values()))
    found = listing(folder, npm=npm.version).files
    assert [(file.path, file.size, file.mode) for file in found] == sorted(
        (file["path"], file["size"], file["mode"]) for file in said["files"]
    )
    assert packed_size(folder, found) == pytest.approx(said["size"], rel=0.02)
