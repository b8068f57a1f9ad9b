import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.imitations import IMITATIONS

from npmguard.code import gyp, javascript, obfuscation, plain, script, shell
from npmguard.code.package import examine

SIZE = 100_000


def filled(piece: str) -> bytes:
    return (piece * (SIZE // len(piece))).encode()


@pytest.mark.parametrize(
    "piece",
    [
        "(", "[", "{", "{a:", "[a,", "a?b:", "!", "a=>", "f(", '"\\', "`${", "/*", "/", "x" + " " * 200,
        'require("fs");', "eval(atob(x));", ".b", "()", "\\x41", "_0x1234 ", "1,", "curl a ", "../",
        "parseInt(a(", "function(a){return ", ".ssh/", "if(a)", "x`", "a=b\n", "$(", "<!(", "'", "|",
        ">", "\0", "-----",
    ],
)  # fmt: skip
def test_time_is_bounded(piece: str) -> None:
    data = filled(piece)
    started = time.thread_time()
    examine(
        [("a.js", data), ("binding.gyp", data), ("b.sh", data)],
        {"scripts": {"install": "node a.js; sh b.sh"}},
    )
    assert time.thread_time() - started < 12


def test_names_that_double() -> None:
    text = "var a0='x';" + "".join(f"var a{n + 1}=a{n}+a{n};" for n in range(200)) + "eval(a200)"
    started = time.thread_time()
    javascript.read(text.encode(), "a.js")
    text = "".join(f"const f{n}=a=>f{n + 1}(a)+f{n + 1}(a);" for n in range(500)) + "eval(f0('x'))"
    javascript.read(text.encode(), "a.js")
    assert time.thread_time() - started < 8


SOURCES = [
    data.encode() if isinstance(data, str) else data
    for imitation in IMITATIONS.values()
    for data in imitation.files.values()
]


@given(st.sampled_from(SOURCES), st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6)), max_size=5))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_broken_code_raises_nothing(source: bytes, changes: list[tuple[int, bytes]]) -> None:
    for at, piece in changes:
        source = source[:at] + piece + source[at + len(piece) // 2 :]
    found = javascript.read(source, "lib/a.js")
    assert all(1 <= deed.line <= source.count(b"\n") + 1 for deed in found.deeds)
    plain.read(source, "lib/a.js")
    gyp.read(source)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    examine([("a.js", data), ("binding.gyp", data)], {"scripts": {"install": "node a.js"}})
    list(obfuscation.deeds(data, "a.js"))


@given(st.text(max_size=200) | st.text(alphabet="ab '\"\\`$()|&;<>\n{}", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_shell_text(text: str) -> None:
    script.read(text, "install", {"a": text})
    for command in shell.commands(text):
        assert 1 <= command.line <= text.count("\n") + 1
