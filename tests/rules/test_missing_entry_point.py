from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.publishing import publishable, run

from npmguard.model import Confidence, Finding, Project, Severity
from npmguard.rules.entries import Entry, Files, Wrong, entries
from npmguard.rules.missing_entry_point import RULE

HIGH, MODERATE, LOW = Severity.HIGH, Severity.MODERATE, Severity.LOW


def check(*paths: str, **data: Any) -> list[Finding]:
    return run(RULE, publishable(*paths, data=data))


def test_a_main_that_is_not_packed() -> None:
    (found,) = check("lib/a.js", main="dist/index.js")
    assert (found.severity, found.confidence) == (HIGH, Confidence.HIGH)
    assert found.title == "main leads to dist/index.js, which is not in the package"
    assert found.detail.startswith("Require and import of the package fail.")
    assert found.location == ("package.json", "/main", None)


@pytest.mark.parametrize(
    ("main", "path"),
    [
        ("index.js", "index.js"),
        ("./index.js", "index.js"),
        ("lib/a", "lib/a.js"),
        ("lib/a", "lib/a.json"),
        ("lib/a", "lib/a.node"),
        ("lib", "lib/index.js"),
        ("./lib/", "lib/index.json"),
        (".", "index.js"),
        ("./", "index.js"),
        ("./lib/../a.js", "a.js"),
        ("lib\\a.js", "lib/a.js"),
    ],
)
def test_how_node_finds_a_main(main: str, path: str) -> None:
    assert check(path, main=main) == []


@pytest.mark.parametrize("main", ["lib/a.mjs", "lib/b", "Index.js", "lib"])
def test_how_it_does_not(main: str) -> None:
    assert len(check("lib/a.js", "lib/c.mjs", "x/index.js", main=main)) == 1


def test_node_falls_back_to_index_js() -> None:
    (found,) = check("index.js", main="dist/a.js")
    assert found.severity is MODERATE
    assert "Node.js falls back to index.js" in found.detail


def test_another_case_of_letters_is_named() -> None:
    (found,) = check("lib/Index.js", main="lib/index.js")
    assert "There is lib/Index.js" in found.detail


@pytest.mark.parametrize(
    ("exports", "missing"),
    [
        ("./a.js", []),
        ("./b.js", ["./b.js"]),
        ({".": "./a.js"}, []),
        ({".": {"import": "./a.mjs", "require": "./a.js"}}, ["./a.mjs"]),
        ({"import": {"types": "./a.d.ts", "default": "./a.js"}}, ["./a.d.ts"]),
        ({".": ["./b.js", "./a.js"]}, []),
        ({".": [{"import": "./b.js"}, "./c.js"]}, ["./b.js"]),
        ({"./x": None, "./y": False, "./z": 1}, []),
        ({"./*": "./lib/*.js"}, []),
        ({"./*": "./lib/*.mjs"}, ["./lib/*.mjs"]),
        ({"./*": "./lib/*/*.js"}, []),
        ({"./*": "./*/*/x.js"}, ["./*/*/x.js"]),
        ({"./lib/": "./lib/", "./src/": "./src/"}, ["./src/"]),
        ({"./package.json": "./package.json"}, []),
        # require adds endings, exports do not
        ("./a", ["./a"]),
        ("./lib", ["./lib"]),
    ],
)
def test_targets_of_exports(exports: object, missing: list[str]) -> None:
    found = check("a.js", "lib/x.js", "lib/y/y.js", exports=exports)
    assert [f.subject.rpartition(" ")[2] for f in found] == missing


def test_how_grave_a_target_of_exports_is() -> None:
    exports = {
        ".": {
            "types": "./a.d.ts",
            "import": "./a.js",
            "source": "./src/a.ts",
            "@acme/source": {"import": "./src/a.ts"},
        },
        "./*": "./lib/*.js",
    }
    found = {f.subject.rpartition(" ")[2]: f.severity for f in check(exports=exports)}
    assert found == {"./a.d.ts": MODERATE, "./a.js": HIGH, "./src/a.ts": LOW, "./lib/*.js": MODERATE}


@pytest.mark.parametrize(
    "target", ["index.js", "/index.js", "../index.js", "./../index.js", "./node_modules/a/a.js", "", "a/b.js"]
)
def test_targets_that_node_refuses(target: str) -> None:
    (found,) = check("index.js", exports={".": target})
    assert found.severity is HIGH
    assert "Node.js refuses" in found.title


def test_paths_and_conditions_side_by_side() -> None:
    (found,) = check("index.js", exports={".": "./index.js", "import": "./index.js"})
    assert "side by side" in found.detail


def test_imports_may_name_packages() -> None:
    found = check(
        "a.js", imports={"#a": "./a.js", "#dep": "lodash", "#b": {"node": "./b.js"}, "odd": "./c.js"}
    )
    assert [(f.severity, f.location and f.location.pointer) for f in found] == [
        (MODERATE, "/imports/#b/node")
    ]


@pytest.mark.parametrize(
    ("bin", "count"),
    [
        ("cli.js", 0),
        ("./cli.js", 0),
        ("cli", 1),
        ({"a": "cli.js", "b": "./bin/../cli.js"}, 0),
        ({"a": "no.js", "b": "../cli.js"}, 1),
        (["cli.js", "no.js"], 1),
        ({"a": 1, "b": None}, 0),
        ("", 0),
    ],
)
def test_commands(bin: object, count: int) -> None:
    found = check("cli.js", "index.js", bin=bin)
    assert [f.severity for f in found] == [HIGH] * count


def test_a_folder_of_commands() -> None:
    assert check("bin/a", "index.js", directories={"bin": "./bin"}) == []
    (found,) = check("index.js", directories={"bin": "bin"})
    assert found.title == 'directories["bin"] leads to bin, which is not in the package'


@pytest.mark.parametrize(
    ("types", "path"),
    [
        ("index.d.ts", "index.d.ts"),
        ("./index", "index.d.ts"),
        ("lib", "lib/index.d.ts"),
        ("lib/a.js", "lib/a.d.ts"),
        ("lib/a.mjs", "lib/a.d.mts"),
        ("src/a", "src/a.ts"),
    ],
)
def test_types(types: str, path: str) -> None:
    assert check(path, "index.js", types=types) == []
    (found,) = check("index.js", "x.d.ts", typings=types)
    assert found.severity is MODERATE


def test_versions_of_types_man_pages_and_styles_are_low() -> None:
    found = check(
        "index.js",
        "ts4/a.d.ts",
        typesVersions={"<5": {"*": ["ts4/*"]}, "<4": {"*": ["ts3/*"]}},
        man=["man/a.1"],
        style="a.css",
    )
    assert [(f.severity, f.title.split(" ")[0]) for f in found] == [
        (LOW, "style"),
        (LOW, 'typesVersions["<4"]["*"]'),
        (LOW, 'man["0"]'),
    ]


def test_fields_of_bundlers() -> None:
    assert [f.severity for f in check("index.js", module="es/index.js")] == [HIGH]
    assert check("index.js", "es/index.mjs", module="es/index") == []
    browser = {"./a.js": "./b.js", "fs": False, "net": "./net.js", "x": "y"}
    found = check("index.js", "net.js", browser=browser)
    assert [(f.severity, f.location and f.location.pointer) for f in found] == [(LOW, "/browser/.~1a.js")]


def test_many_of_one_field_are_one_finding() -> None:
    (found,) = check("index.js", exports={f"./{n}": f"./{n}.js" for n in range(300)})
    assert found.title == "exports leads to 300 files that are not in the package"


def unbuilt(*paths: str, source: str = "folder", **data: Any) -> Project:
    document = {"main": "dist/a.js", "types": "dist/a.d.ts", "files": ["dist"], **data}
    return publishable(*paths, source=source, data=document)


def test_what_npm_would_build_first_is_told_once_and_softly() -> None:
    (found,) = run(RULE, unbuilt(scripts={"prepack": "tsc"}))
    assert (found.severity, found.confidence) == (MODERATE, Confidence.LOW)
    assert found.title == "dist/ is not there yet: 2 entry points of package.json lead into it"
    assert "npm runs prepack (tsc) before it packs" in found.detail


@pytest.mark.parametrize(
    "project",
    [
        unbuilt(),
        unbuilt(scripts={"build": "tsc"}),
        unbuilt("dist/b.js", scripts={"prepack": "tsc"}),
        unbuilt(scripts={"prepack": "tsc"}, source="tarball"),
        unbuilt(scripts={"prepack": "tsc"}, files=["lib"]),
    ],
)
def test_what_npm_would_not_build_is_told_in_full(project: Project) -> None:
    assert [found.severity for found in run(RULE, project)] == [HIGH, MODERATE]


def test_what_to_do_is_said() -> None:
    (found, _) = run(RULE, unbuilt(scripts={"build": "tsc"}))
    assert 'npm publish does not run the script "build"' in found.detail
    (found, _) = run(RULE, unbuilt(files=["lib"]))
    assert '"files" does not name it: add "dist" there.' in found.detail


def test_a_package_that_cannot_be_loaded_at_all() -> None:
    (found,) = check("lib/a.js")
    assert found.severity is Severity.INFO
    for paths, data in (
        (("index.js",), {}),
        (("a.css",), {}),
        (("index.d.ts", "a.js"), {}),
        (("cli.js",), {"bin": "cli.js"}),
    ):
        assert check(*paths, **data) == [], paths


def test_pnpm_and_berry_publish_other_fields() -> None:
    data = {"main": "src/a.ts", "publishConfig": {"main": "dist/a.js", "types": "dist/a.d.ts"}}
    project = publishable("dist/a.js", data=data)
    (found,) = run(RULE, project._replace(manager="pnpm"))
    assert found.title == "types leads to dist/a.d.ts, which is not in the package"
    assert found.location == ("package.json", "/publishConfig/types", None)
    (found,) = run(RULE, project)
    assert found.title == "main leads to src/a.ts, which is not in the package"


def test_what_is_without_end_ends() -> None:
    deep: Any = "./a.js"
    for _ in range(200):
        deep = {"import": deep}
    check(exports=deep)
    wide = {f"./{n}/*": f"./{n}/*.js" for n in range(30_000)}
    files = publishable(*(f"x/{n}.js" for n in range(3000)), data={"exports": wide})
    assert len(run(RULE, files)) == 1


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("./*#ab@", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("./*#ab", max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["main", "module", "browser", "exports", "imports", "bin", "types", "man", "style"]),
        _JSON,
    )
)
def test_whatever_the_fields_hold_is_read(data: dict[str, Any]) -> None:
    for entry in entries(data):
        assert isinstance(entry, Entry | Wrong)
        if isinstance(entry, Entry):
            Files(["a.js", "b/index.js"]).has(entry)


NODE = """
const fs = require('fs'); const seen = {};
for (const name of fs.readdirSync('node_modules')) {
  try { require.resolve(name); seen[name] = true } catch (error) { seen[name] = false }
}
console.log(JSON.stringify(seen))
"""


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_agrees(tmp_path: Path) -> None:
    """Node.js resolves a package where nothing of its main and exports is missing, and only there."""
    mains = ["a", "a.js", "./lib", "lib/", "b", "x.json", "./sub/../a", "lib/index", "sub", ".", "none"]
    targets = ["./a.js", "./a", "a.js", "./lib", "./lib/index.js", "./none.js", "./../a.js", "./lib/../a.js"]
    cases = [{"main": main} for main in mains] + [{"exports": target} for target in targets]
    paths = ["a.js", "lib/index.js", "sub/b.json", "x.json"]
    for number, case in enumerate(cases):
        folder = tmp_path / "node_modules" / f"p{number}"
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("{}")
        (folder / "package.json").write_text(json.dumps({"name": f"p{number}", "version": "1.0.0", **case}))
    done = subprocess.run(["node", "-e", NODE], cwd=tmp_path, capture_output=True, text=True, check=True)
    resolved = json.loads(done.stdout)
    for number, case in enumerate(cases):
        assert (check(*paths, **case) == []) is resolved[f"p{number}"], case
