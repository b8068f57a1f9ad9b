"""Work in other processes: what it gives, what kills a process, and what waits for what."""

from __future__ import annotations

import os
import sys
import time

import pytest

from npmguard import workers
from npmguard.workers import Workers


def size(label: str, data: bytes) -> int:
    return len(data)


def process(label: str, data: bytes) -> int:
    return os.getpid()


def deadly(label: str, data: bytes) -> int:
    if data == b"deadly":
        os._exit(11)
    return len(data)


def slow(label: str, data: bytes) -> int:
    time.sleep(20 if data == b"slow" else 0)
    return len(data)


def failing(label: str, data: bytes) -> int:
    raise RuntimeError(label)


def run(work: object, pieces: list[bytes]) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    with Workers[int, int](work, found.__setitem__, len(pieces)) as pool:  # type: ignore[arg-type]
        for number, piece in enumerate(pieces):
            pool.put(number, f"piece {number}", piece)
    return found


def test_every_piece_has_its_result() -> None:
    pieces = [b"x" * (number % 5000) for number in range(500)]
    assert run(size, pieces) == {number: number % 5000 for number in range(500)}
    assert run(size, []) == {}


def test_little_is_left_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BATCH", 1000)
    monkeypatch.setattr(workers, "_WAITING", 3000)
    assert run(size, [b"x" * 700] * 60) == dict.fromkeys(range(60), 700)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it may be a thread")
def test_what_kills_a_process_kills_nothing_else() -> None:
    pieces = [b"a", b"deadly", b"abc"]
    assert run(deadly, pieces) == {0: 1, 1: None, 2: 3}
    assert os.getpid() not in run(process, [b""] * 3).values()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it may be a thread")
def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_SECONDS", 1)
    assert run(slow, [b"a", b"slow"]) == {0: 1, 1: None}


def test_without_processes_there_is_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npmguard.workers.sys.platform", "win32")
    assert set(run(process, [b""] * 20).values()) == {os.getpid()}


def test_an_error_of_the_work_is_the_callers() -> None:
    with pytest.raises(RuntimeError, match="piece 0"):
        run(failing, [b""])
