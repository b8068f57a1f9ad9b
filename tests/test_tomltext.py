"""TOML, and where things stand in it."""

import time

import pytest

from npmguard import tomltext
from npmguard.errors import InputError

TEXT = """# bun
logLevel = "debug"
[install]
ignoreScripts = true
security.scanner = "x"
[install.scopes]
"@corp" = "https://npm.corp.example/"
[[rule]]
name = 'a'
[[rule]]
name = 'b'
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/logLevel", 2),
        ("/install", 3),
        ("/install/ignoreScripts", 4),
        ("/install/security/scanner", 5),
        ("/install/scopes", 6),
        ("/install/scopes/@corp", 7),
        ("/rule", 8),
        ("/rule/name", 9),
    ],
)
def test_lines_of_pointers(pointer: str, line: int) -> None:
    assert tomltext.lines(TEXT, frozenset([pointer])) == {pointer: line}


def test_what_is_not_there_has_no_line() -> None:
    assert tomltext.lines(TEXT, frozenset(["/install/frozenLockfile", "/ignoreScripts"])) == {}


def test_the_document_and_its_text() -> None:
    assert tomltext.loads(b"\xef\xbb\xbfa = 1\n", "a.toml") == ({"a": 1}, "a = 1\n")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a = 1\nb =", r"^a\.toml:2: not TOML: "),
        (b"a = 1\na = 2\n", r"^a\.toml:2?:? ?not TOML"),
        (b"\xff", r"^a\.toml: not UTF-8 text$"),
        (b"a = " + b"[" * 5000, r"^a\.toml"),
    ],
)
def test_what_is_no_toml_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        tomltext.loads(data, "a.toml")


@pytest.mark.parametrize("part", ["a", '"a b"', "'a.b'", "a ", '"\\""'])
@pytest.mark.parametrize("form", ["{} = 1", "[{}]", "x = {{{} = 1}}"])
def test_a_key_of_many_parts_is_refused_before_it_costs_anything(part: str, form: str) -> None:
    text = form.format(".".join([part] * 100_000))
    began = time.perf_counter()
    with pytest.raises(InputError, match="nested too deeply"):
        tomltext.loads(text.encode(), "npmguard.toml")
    assert time.perf_counter() - began < 1
    few = form.format(".".join([part] * 50))
    assert tomltext.loads(few.encode(), "npmguard.toml")[0]


def test_a_long_line_of_other_things_is_no_key() -> None:
    text = "x = [" + '"Apache-2.0", 1.5, ' * 20_000 + "]"
    assert len(tomltext.loads(text.encode(), "npmguard.toml")[0]["x"]) == 40_000
