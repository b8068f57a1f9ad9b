"""The estimate of a tarball's size, and the scripts that run before it is made."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zlib
from pathlib import Path

import pytest
from packing.layouts import lay

from npmguard.errors import InputError
from npmguard.packing import weight
from npmguard.packing.listing import listing
from npmguard.packing.scripts import before_packing
from npmguard.packing.weight import packed_size

NAMED = {"name": "x", "version": "1.0.0"}


def text(count: int, seed: int) -> str:
    words = ("const", "let", "x", "=", "return", "function", "{}", "42", "if", "else")
    return " ".join(random.Random(seed).choices(words, k=count))


def test_what_is_measured_is_a_tarball(tmp_path: Path) -> None:
    long = "a/" * 60 + "b" * 90 + ".js"
    lay(tmp_path, {"package.json": NAMED, "a.js": text(5000, 1), "é.txt": "é", long: "1", "x" * 120: "2"})
    files = listing(tmp_path).files
    data = b"".join(weight._tar(str(tmp_path), files))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = tar.getmembers()
    assert [m.name for m in members] == [f"package/{file.path}" for file in files]
    assert [(m.size, m.mode) for m in members] == [(file.size, file.mode) for file in files]
    assert packed_size(tmp_path, files) == pytest.approx(len(gzip.compress(data, 9)), rel=0.01)


def test_large_ones_are_estimated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"package.json": NAMED, **{f"{n}.js": text(1000 * (n % 9), n) for n in range(40)}})
    files = listing(tmp_path).files
    exact = packed_size(tmp_path, files)
    monkeypatch.setattr(weight, "EXACT", 1000)
    monkeypatch.setattr(weight, "_LENGTH", 20_000)
    assert packed_size(tmp_path, files) == pytest.approx(exact, rel=0.1)
    monkeypatch.setattr("npmguard.packing.weight._fast", lambda: zlib.compressobj(1, zlib.DEFLATED, 31))
    assert packed_size(tmp_path, files) == pytest.approx(exact, rel=0.1)


def test_a_file_that_went(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": NAMED, "a.js": ""})
    files = listing(tmp_path).files
    (tmp_path / "a.js").unlink()
    with pytest.raises(InputError, match=r"a\.js: is no plain file"):
        packed_size(tmp_path, files)


def test_scripts_that_run_before_packing() -> None:
    scripts = {
        "prepare": "a",
        "postpack": "b",
        "prepack": "c",
        "prepublishOnly": "d",
        "test": "e",
        "prepublish": "f",
    }
    assert before_packing({"scripts": scripts}) == ("prepublishOnly", "prepack", "prepare")
    assert before_packing({"scripts": {"prepack": "", "prepare": 1}}) == ()
    assert before_packing({"scripts": []}) == ()
    assert before_packing({}) == ()
