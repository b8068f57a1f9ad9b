"""What a hostile folder may do: nothing but end in one clear line, soon."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from packing.layouts import lay

from npmguard.errors import InputError
from npmguard.packing import disk, ignores, packed_files
from npmguard.packing.listing import listing

NAMED = {"name": "x", "version": "1.0.0"}


def test_folders_without_end(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": NAMED, "/".join(["d"] * 300) + "/a.js": ""})
    with pytest.raises(InputError, match="more than 256 deep"):
        packed_files(tmp_path)


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_MOST_ENTRIES", 50)
    lay(tmp_path, {"package.json": NAMED, **{f"{n % 7}/{n}.js": "" for n in range(60)}})
    with pytest.raises(InputError, match="more than 50 files and folders"):
        packed_files(tmp_path)


def test_too_many_patterns_for_the_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignores, "_MOST_WORK", 1000)
    lay(tmp_path, {"package.json": NAMED, ".npmignore": "\n".join(f"a{n}*b" for n in range(100))})
    lay(tmp_path, {f"{n}.js": "" for n in range(60)})
    with pytest.raises(InputError, match="more patterns than npmguard holds"):
        listing(tmp_path)
    with pytest.raises(InputError, match="more patterns than npmguard holds"):
        packed_files(tmp_path)


def test_an_ignore_file_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignores, "_MOST", 3000)
    lay(tmp_path, {"package.json": NAMED, ".npmignore": "a*b\n" * 4000})
    with pytest.raises(InputError, match=r"\.npmignore:\d+: .*more than 3,000 patterns"):
        packed_files(tmp_path)


def test_evil_patterns_on_evil_names(tmp_path: Path) -> None:
    evil = "*a*a*a*a*a*a*a*a*b\n!(*(a|aa))b\n+(+(a)+)b\n**/*a*a*b/**/*a*a*b/**/c/**/d\n"
    lay(tmp_path, {"package.json": NAMED, ".npmignore": evil})
    lay(tmp_path, {("a" * 60 + "/") * 3 + "a" * 200 + f"{n}": "" for n in range(20)})
    start = time.process_time()
    assert len(packed_files(tmp_path)) == 21
    assert time.process_time() - start < 5


def test_very_many_globs_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_MOST_LOOKS", 500)
    globs = [f"**/{n}" for n in range(300)]
    lay(tmp_path, {"package.json": {**NAMED, "files": globs}, **{f"{n}/a.js": "" for n in range(9)}})
    with pytest.raises(InputError, match='"files" has too many globs'):
        packed_files(tmp_path)


def test_links_in_a_ring(tmp_path: Path) -> None:
    modules = {
        f"node_modules/{name}": {"link": target} for name, target in (("a", ".."), ("b", "b"), ("c", "a"))
    }
    fields = {"dependencies": {"a": "1", "c": "1"}, "bundleDependencies": True}
    lay(tmp_path, {"package.json": {**NAMED, **fields}, "x.js": "", **modules})
    names = ("package.json", "x.js")
    assert packed_files(tmp_path) == sorted(
        [*names, *(f"node_modules/{d}/{name}" for d in "ac" for name in names)]
    )


def test_a_bundled_link_to_nowhere(tmp_path: Path) -> None:
    fields = {"dependencies": {"a": "1"}, "bundleDependencies": ["a"]}
    lay(tmp_path, {"package.json": {**NAMED, **fields}, "node_modules/a": {"link": "nosuch"}})
    with pytest.raises(InputError, match="node_modules/a: cannot be read"):
        packed_files(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_are_passed_by(tmp_path: Path) -> None:
    lay(tmp_path, {"package.json": NAMED})
    os.mkfifo(tmp_path / "pipe")
    assert packed_files(tmp_path) == ["package.json"]
    os.mkfifo(tmp_path / ".npmignore")
    with pytest.raises(InputError, match="not a regular file"):
        packed_files(tmp_path)
