import pytest
from support.imitations import numbered

from npmguard.code.obfuscation import bulk, deeds
from npmguard.model import Kind


def kinds(text: str | bytes) -> set[Kind]:
    data = text.encode() if isinstance(text, str) else text
    return {deed.kind for deed in deeds(data, "a.js")}


def test_a_shuffled_table_and_numbered_names() -> None:
    assert kinds(numbered()) == {Kind.OBFUSCATED}
    assert kinds(numbered().replace("_0x", "v")) == {Kind.OBFUSCATED}  # by the table alone


@pytest.mark.parametrize(
    "text",
    [
        "eval(function(p,a,c,k,e,d){return p}('0',1,1,'a'.split('|'),0,{}))",
        "[][(![]+[])[+[]]+(!![]+[])[+[]]]" * 20,
        "var a='" + "".join(f"\\x{ord(c):02x}" for c in "nothing to be seen here " * 6) + "'",
        "var a='" + "".join(f"\\u{ord(c):04x}" for c in "nothing to be seen here " * 6) + "'",
    ],
)
def test_what_no_minifier_does(text: str) -> None:
    assert kinds(text) == {Kind.OBFUSCATED}


@pytest.mark.parametrize(
    "text",
    [
        "f(`" + "\U000e0101" * 40 + "`)",
        "f(`" + "\ufe01\U000e0141" * 20 + "`)",
        "f(`" + "\u200b\u200c" * 40 + "`)",
        "f(`" + "\u3164\uffa0" * 40 + "`)",
        "f(`" + "\U000f0041" * 80 + "`)",
        "module.exports = a;" + " " * 500 + "global.r = require; r('fs').readFileSync(x)",
    ],
)
def test_what_nobody_sees(text: str) -> None:
    assert kinds(text) == {Kind.INVISIBLE}


@pytest.mark.parametrize(
    "text",
    [
        "!function(e,t){for(var n=0;n<e;n++)t[n]=n}(4,[]);" * 4000,  # minified
        "var wasm='" + "QUJD" * 40_000 + "'",  # data
        "const emoji = '❤️👩‍❤️‍👨';" * 100,
        "const re = /[\\x41-\\x5a\\x61-\\x7a\\u0041-\\u005a]/;" * 50,
        "var a = 1;" + " " * 500 + "// a comment",
        "var a = '" + "x" + " " * 500 + "y and some more words';",
        "x = [" + "[[],[]]," * 500 + "]",
        "\t" * 300 + "deeply.indented(code, here)",
    ],
)
def test_what_is_only_small_or_odd(text: str) -> None:
    assert kinds(text) == set()


def test_bulky_files() -> None:
    minified = b"!function(e,t){for(var n=0;n<e;n++)t[n]=n}(4,[]);" * 4000
    found = bulk(minified, "a.js")
    assert found is not None
    assert (found.kind, found.size) == ("minified", len(minified))
    encoded = bulk(b"var a='" + b"QUJD" * 10_000 + b"'", "a.js")
    assert encoded is not None
    assert encoded.kind == "encoded"
    hidden = bulk(numbered().encode() * 40, "a.js")
    assert hidden is not None
    assert hidden.kind == "obfuscated"
    program = bulk(b"\x7fELF\0\0\0\0" * 500, "a.js")
    assert program is not None
    assert program.kind == "binary"
    assert bulk(b"const a = 1;\n" * 20_000, "a.js") is None
