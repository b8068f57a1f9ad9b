from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.names.confusables import escape, fold, odd
from npmguard.names.validity import faults, novelties

NAMES = [
    "lodash", "@a/b", "@a/.b", "@a/_b", "@a", "@/b", "@a/", "a/b", "@a/b/c", ".a", "_a", "-a", "a b", " a",
    "a ",
    "JSONStream", "events", "node_modules", "Favicon.ico", "a" * 215, "a~b", "a'b", "@a~/b", "@a/b!", "a%",
    "a+b", "$a", "", "a:b", "../x", "..", "\u00e9", "@\u00e9/a", "@a@b/c", "_@a/b", "a\tb",
]  # fmt: skip


def test_faults() -> None:
    assert not faults("lodash")
    assert not faults("JSONStream")
    assert not faults("punycode")
    assert faults(".hidden") == ["it begins with a full stop"]
    assert faults("../../etc")
    assert novelties("JSONStream") == ["it has capital letters"]
    assert novelties("a" * 215)


@pytest.mark.oracle
def test_npm_agrees() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    script = (
        "const v = require(process.argv[1] + '/npm/node_modules/validate-npm-package-name');"
        "const names = JSON.parse(process.argv[2]);"
        "console.log(JSON.stringify(names.map(n => { const r = v(n);"
        " return [r.validForOldPackages, r.validForNewPackages] })))"
    )
    names = [name for name in NAMES if name not in ("events",)]  # Node's own modules are nobody's concern
    done = subprocess.run(["node", "-e", script, root, json.dumps(names)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("npm's own validate-npm-package-name is not where npm usually has it")
    ours = [[not faults(n), not faults(n) and not novelties(n)] for n in names]
    assert dict(zip(names, ours, strict=True)) == dict(zip(names, json.loads(done.stdout), strict=True))


def test_fold_and_escape() -> None:
    assert fold("l\u043ed\u0430sh\u200b") == "lodash"
    assert fold("re\u00e1ct") == "react"
    assert escape("l\u043e\u202edash") == "l\\u043e\\u202edash"
    assert escape("a\x1b[31mb") == "a\\u001b[31mb"
    assert len(escape("\U0001f600" * 500)) <= 50


@given(st.text())
def test_escaped_text_is_plain(text: str) -> None:
    shown = escape(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert fold(text) == text or odd(text)
    faults(text)
    novelties(text)
