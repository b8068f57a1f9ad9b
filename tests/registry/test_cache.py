"""The cache file, shared by runs that know nothing of each other."""

import sqlite3
import time
from pathlib import Path

import pytest

from npmguard.registry import cache
from npmguard.registry.cache import Cache


def test_another_run_that_writes_is_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_PATIENCE", 0.3)
    path = str(tmp_path / "cache.sqlite")
    Cache(path).close()
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    mine = Cache(path)
    for number in range(20):
        mine.keep_proof(f"https://registry.example.test/{number}", b"found", time.time() + 60)
    mine.close()
    assert time.monotonic() - began < 3  # and not twenty times as long as once
    other.rollback()
    other.close()


def test_what_cannot_be_kept_does_not_keep_the_rest_out(tmp_path: Path) -> None:
    path = str(tmp_path / "cache.sqlite")
    mine = Cache(path)
    mine.keep_proof("https://registry.example.test/a", None, 0)  # type: ignore[arg-type]
    mine.keep_proof("https://registry.example.test/b", b"found", 0)
    mine.close()
    mine = Cache(path)
    urls = [f"https://registry.example.test/{name}" for name in "ab"]
    assert list(mine.proofs(urls)) == urls[1:]
    mine.close()
