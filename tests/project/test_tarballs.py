"""Tarballs on disk, held against the lockfile."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from support.projects import write

from npmguard.__main__ import main


def sri(data: bytes, algorithm: str = "sha512") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


@pytest.mark.parametrize("algorithm", ["sha512", "sha1"])
@pytest.mark.parametrize(("data", "code"), [(b"as it was", 0), (b"something else", 1)])
def test_a_tarball_that_changed_is_told(
    here: Path, capsys: pytest.CaptureFixture[str], algorithm: str, data: bytes, code: int
) -> None:
    entry = {"version": "1.0.0", "resolved": "file:a-1.0.0.tgz", "integrity": sri(b"as it was", algorithm)}
    write(here, {"dependencies": {"a": "file:a-1.0.0.tgz"}}, {"node_modules/a": entry})
    (here / "a-1.0.0.tgz").write_bytes(data)
    assert main(["check", "--offline", "--only", "integrity-mismatch", "--format", "json"]) == code
    titles = [f["title"] for f in json.loads(capsys.readouterr().out)["projects"][0]["findings"]]
    assert titles == (["a@1.0.0: the tarball on disk is not the one that was locked"] if code else [])


@pytest.mark.parametrize("resolved", ["file:missing.tgz", "file:.", "file:", "file:/dev/zero", "file:a\0b"])
def test_what_cannot_be_read_is_left_alone(here: Path, resolved: str) -> None:
    entry = {"version": "1.0.0", "resolved": resolved, "integrity": sri(b"")}
    write(here, {"dependencies": {"a": "1"}}, {"node_modules/a": entry})
    assert main(["check", "--offline", "--only", "integrity-mismatch", "-o", "/dev/null"]) == 0
