"""The compiled database is kept for the next time, and trusted only where it is this user's own and whole."""

import os
import sys
from pathlib import Path

import pytest
from support.fakes import filled

from npmguard.secrets import hyper
from npmguard.secrets.detectors import catalogue
from npmguard.secrets.engine import engine

hyperscan = pytest.importorskip("hyperscan")

PATTERNS = ["abc_[0-9]{4}", "def_[0-9]{4}"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compiles(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows with every compilation."""
    seen: list[int] = []
    real = hyper._compiled

    def compiled(patterns: list[str]) -> hyper.Hyper:
        seen.append(len(patterns))
        return real(patterns)

    monkeypatch.setattr(hyper, "_compiled", compiled)
    return seen


def works(found: hyper.Hyper | None) -> bool:
    return found is not None and found.windows(b"xx abc_1234 def_12") == {0: [(3, 4)]}


def test_it_is_compiled_once(folder: Path, compiles: list[int]) -> None:
    assert works(hyper.searcher(PATTERNS))
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2]
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o77 == 0


def test_other_patterns_are_others(folder: Path, compiles: list[int]) -> None:
    hyper.searcher(PATTERNS)
    hyper.searcher([*PATTERNS, "ghi_[0-9]{4}"])
    assert compiles == [2, 3]
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: data[:200] + b"x" + data[201:],
        lambda data: b"0" * 64 + data[64:],
        lambda data: data + b"\0",
    ],
)
def test_what_is_damaged_is_compiled_anew(folder: Path, compiles: list[int], damage: object) -> None:
    assert callable(damage)
    hyper.searcher(PATTERNS)
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2, 2]
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2, 2]


def test_a_whole_file_that_holds_no_database_is_compiled_anew(folder: Path, compiles: list[int]) -> None:
    from hashlib import sha256

    hyper.searcher(PATTERNS)
    (file,) = folder.iterdir()
    for rest in (b"[[8,8],[8,8]]\nno database", b"no widths\n", b"[]\n", b"[[1]]\n" + file.read_bytes()):
        file.write_bytes(sha256(rest).hexdigest().encode() + b"\n" + rest)
        assert works(hyper.searcher(PATTERNS))
    assert compiles == [2] * 5


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the system has no such owners")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_can_write_is_not_used(folder: Path, compiles: list[int], mode: int) -> None:
    hyper.searcher(PATTERNS)
    (file,) = folder.iterdir()
    file.chmod(mode)
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2, 2]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the system has no such owners")
def test_what_belongs_to_another_user_is_not_used(
    folder: Path, compiles: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    hyper.searcher(PATTERNS)
    real = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: real + 1)
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2, 2]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the system has no links")
def test_a_link_is_not_followed(folder: Path, compiles: list[int]) -> None:
    hyper.searcher(PATTERNS)
    (file,) = folder.iterdir()
    file.rename(folder.parent / "elsewhere")
    file.symlink_to(folder.parent / "elsewhere")
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2, 2]


def test_without_a_cache_it_is_compiled_each_time(
    tmp_path: Path, compiles: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", str(tmp_path / "file"))
    assert works(hyper.searcher(PATTERNS))
    assert works(hyper.searcher(PATTERNS))
    assert compiles == [2, 2]


def test_nothing_half_written_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object) -> None:
        raise OSError("no space left on the disk")

    monkeypatch.setattr(os, "replace", fails)
    assert works(hyper.searcher(PATTERNS))
    assert list(folder.iterdir()) == []


def test_what_hyperscan_cannot_do_is_left_to_the_other(folder: Path) -> None:
    assert hyper.searcher(["(?:[a-c]{9000}x){900}y"]) is None


def test_where_hyperscan_is_missing_the_other_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert hyper.searcher(PATTERNS) is None
    engine.cache_clear()
    try:
        secret = filled("ghp_{alnum:30}{crc}")
        (match,) = engine().look(f"token={secret}".encode(), "a").matches
        assert match.detector == "github-personal-token"
    finally:
        engine.cache_clear()


def test_the_whole_catalogue_compiles(folder: Path) -> None:
    assert hyper.searcher([detector.pattern for detector in catalogue()]) is not None
