"""What is read of a tarball, and that the cache gives back what it was given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tarballs import entry, tar, tgz

from npmguard import reading
from npmguard.errors import InputError
from npmguard.model import Contents, PackedFile
from npmguard.reading import packed, read, unpacked


def package(manifest: Any, files: dict[str, bytes] | None = None) -> bytes:
    parts = [entry(f"package/{path}", data) for path, data in (files or {}).items()]
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    return tgz(entry("package/package.json", text), *parts, manifest=False)


def test_files_manifest_and_code() -> None:
    data = package(
        {"name": "a", "version": "1.0.0", "scripts": {"install": "node i.js"}, "unheard": "of"},
        {"i.js": b"require('child_process').exec('ls')", "lib.wasm": b"\0asm" * 9000},
    )
    found = read(data, "a@1.0.0")
    assert found.manifest == {"name": "a", "version": "1.0.0", "scripts": {"install": "node i.js"}}
    assert PackedFile("lib.wasm", 36_000, 0o644) in found.files
    assert "processes" in found.code.capabilities.names
    assert found.code.started == ("i.js",)
    assert unpacked(packed(found)) == found


def test_what_is_odd_is_kept() -> None:
    found = read(tgz(entry("package/../x", b"1")), "a")
    assert [oddity.kind for oddity in found.oddities] == ["traversal"]
    assert unpacked(packed(found)).oddities == found.oddities


@pytest.mark.parametrize("data", [b"", b"no archive", tar(end=b"")[:700], b"\x1f\x8b\x08"])
def test_what_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data, "a")


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'"a"'])
def test_a_package_json_that_is_none(text: bytes) -> None:
    assert read(package(text), "a").manifest == {}


def test_too_much_code_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST", 10_000)
    found = read(package({}, {"a.js": b"//" + b"a" * 9000, "b.js": b"//" + b"b" * 9000}), "a")
    assert [path for path, _ in found.code.unread] == ["b.js"]


def test_a_huge_field_is_left_out() -> None:
    found = read(package({"name": "a", "files": ["x" * 2_000_000], "bin": {"a": "a.js"}}), "a")
    assert found.manifest == {"name": "a", "bin": {"a": "a.js"}}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(("name", "scripts", "bin", "dependencies")), _JSON))
def test_any_manifest_is_kept(manifest: dict[str, Any]) -> None:
    found = unpacked(packed(read(package(manifest), "a")))
    assert isinstance(found, Contents)
    assert found.manifest.keys() == manifest.keys()


@pytest.mark.parametrize("name", ['"\\ud800"', "1" + "0" * 400, "[1e999]", "123456789012345678901234567890"])
def test_what_no_cache_can_hold_is_held_nearly(name: str) -> None:
    text = b'{"name": %s, "version": "1.0.0"}' % name.encode()
    assert unpacked(packed(read(package(text), "a"))).manifest["version"] == "1.0.0"


@given(st.binary(max_size=60))
def test_what_the_cache_did_not_write(data: bytes) -> None:
    with pytest.raises(ValueError, match="not the contents"):
        unpacked(data)


@pytest.mark.parametrize("depth", [200, 900, 990, 5000])
def test_deep_nesting(depth: int) -> None:
    text = b'{"name": "a", "bin": %s%s}' % (b"[" * depth, b"]" * depth)
    assert "bin" not in unpacked(packed(read(package(text), "a"))).manifest
