"""Files are read where they lie, and never through a link."""

import os
from pathlib import Path

import pytest

from npmguard.model.packed import PackedFile
from npmguard.packing import contents as module
from npmguard.packing.contents import contents


def read(folder: Path, *paths: str) -> dict[str, bytes | str]:
    files = [PackedFile(path, 0, 0o644) for path in paths]
    return {file.path: content for file, content in contents(str(folder), files)}


def test_files_are_read_whole_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "lib" / "deep").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"\0a\r\n")
    (tmp_path / "lib" / "deep" / "b").write_bytes(b"b" * 200_000)
    (tmp_path / "lib" / "empty").write_bytes(b"")
    found = read(tmp_path, "lib/empty", "a", "lib/deep/b")
    assert list(found.items()) == [("lib/empty", b""), ("a", b"\0a\r\n"), ("lib/deep/b", b"b" * 200_000)]


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    found = read(tmp_path, "none", "none/a", "file/a", "folder", "a\0b")
    assert found == {
        "none": "cannot be read: No such file or directory",
        "none/a": "it does not lie in a folder of the package",
        "file/a": "it does not lie in a folder of the package",
        "folder": "it is no file",
        "a\0b": "its name holds a NUL",
    }


@pytest.mark.parametrize("path", ["../out/a", "lib/../../out/a", "./a", "/etc/passwd", "lib//a", ""])
def test_no_path_leads_outside(tmp_path: Path, path: str) -> None:
    for folder in ("package/lib", "out"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "out" / "a").write_bytes(b"outside")
    assert isinstance(read(tmp_path / "package", path)[path], str)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the system has no links")
def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_bytes(b"outside")
    package = tmp_path / "package"
    package.mkdir()
    (package / "file").symlink_to(tmp_path / "out" / "a")
    (package / "folder").symlink_to(tmp_path / "out")
    (package / "broken").symlink_to("nowhere")
    assert read(package, "file", "folder/a", "folder/b/a", "broken") == {
        "file": "it is a link",
        "folder/a": "it does not lie in a folder of the package",
        "folder/b/a": "it does not lie in a folder of the package",
        "broken": "it is a link",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path, "pipe") == {"pipe": "it is no file"}


def test_a_large_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1 << 20)
    (tmp_path / "a").write_bytes(b"a" * (1 << 20))
    (tmp_path / "b").write_bytes(b"b" * ((1 << 20) + 1))
    found = read(tmp_path, "a", "b")
    assert len(found["a"]) == 1 << 20
    assert found["b"] == "larger than 1 MiB"
