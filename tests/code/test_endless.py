"""A loop that never ends, outside of functions."""

import pytest

from npmguard.code import endless
from npmguard.model.code import Kind


def test_a_loop_that_begins_with_the_file() -> None:
    text = b"require('./american')();\nfor (let i = 666; i < Infinity; i++) {\n  console.log(i);\n}\n"
    (found,) = endless.deeds(text, "lib/index.js")
    assert (found.kind, found.line) == (Kind.HANGS, 2)


@pytest.mark.parametrize(
    "text",
    [
        b"function f() {\n  for (let i = 0; i < Infinity; i++) { if (g(i)) return i; }\n}\n",
        b"for (let i = 0; i < limit; i++) {}\n",
        b"const most = Infinity;\nfor (let i = 0; i < most; i++) {}\n",
        b"// for (let i = 0; i < Infinity; i++)\n",
        b"for (let i = 0; j < Infinity; i++) {}\n",
    ],
)
def test_what_is_none(text: bytes) -> None:
    assert list(endless.deeds(text, "index.js")) == []
