"""Work done in other processes: beside the main one, and so that what kills one of them kills nothing else.

Where processes cannot be had it is done here, in a thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST = 8  # processes
_BATCH = 512 * 1024  # bytes that are handed over at once
_WAITING = 48 * 1024 * 1024  # bytes that were handed over and are not done
_SECONDS = 60  # for one piece, after which the process is ended


class Workers(Generic[Item, Result]):
    """Runs `work` over pieces of data, and hands each result to `took` as it comes, in no order.

    `work` must be a function of a module. A piece that its process did not survive is given a process of its
    own, and where that one ends too `took` gets None. `count` is how many pieces are to be expected. To be
    used in a `with`; what is not done at its end is waited for.
    """

    def __init__(
        self,
        work: Callable[[str, bytes], Result],
        took: Callable[[Item, Result | None], object],
        count: int,
    ) -> None:
        self._work = work
        self._took = took
        self._size = min(_MOST, _cores(), max(1, count // 8))
        self._pool: Executor | None = None
        self._batch: list[tuple[Item, str, bytes]] = []
        self._bytes = 0
        self._waiting: dict[Future[list[Result]], list[tuple[Item, str, bytes]]] = {}
        self._failed: list[tuple[Item, str, bytes]] = []

    def __enter__(self) -> Workers[Item, Result]:
        self._pool = _pool(self._size)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            if kind is None:
                self._send(pool)
                while self._waiting:
                    self._collect()
        finally:
            pool.shutdown(wait=kind is None, cancel_futures=True)
        if kind is None:
            for piece in self._failed:
                self._alone(piece)

    def put(self, item: Item, label: str, data: bytes) -> None:
        """Hands a piece over; waits while too much has not been done."""
        self._batch.append((item, label, data))
        self._bytes += len(data)
        if self._bytes >= _BATCH:
            assert self._pool is not None
            self._send(self._pool)
        while sum(len(data) for pieces in self._waiting.values() for _, _, data in pieces) > _WAITING:
            self._collect()

    def _send(self, pool: Executor) -> None:
        pieces, self._batch, self._bytes = self._batch, [], 0
        if not pieces:
            return
        try:
            future = pool.submit(_done, self._work, [(label, data) for _, label, data in pieces])
        except BrokenExecutor:
            self._failed += pieces
        else:
            self._waiting[future] = pieces

    def _collect(self) -> None:
        done, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
        for future in done:
            pieces = self._waiting.pop(future)
            try:
                results = future.result()
            except BrokenExecutor:
                self._failed += pieces
                continue
            for (item, _, _), result in zip(pieces, results, strict=True):
                self._took(item, result)

    def _alone(self, piece: tuple[Item, str, bytes]) -> None:
        item, label, data = piece
        result: Result | None = None
        with _pool(1) as pool, suppress(BrokenExecutor):
            (result,) = pool.submit(_done, self._work, [(label, data)]).result()
        self._took(item, result)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pool(size: int) -> Executor:
    """The processes, or a thread where there are none to have or starting them takes longer than the work."""
    if sys.platform == "linux" or (size > 1 and sys.platform == "darwin"):
        from concurrent.futures import ProcessPoolExecutor

        # on Linux a copy of this process, whose threads have yet to be started, is there at once
        way = "fork" if sys.platform == "linux" else "spawn"
        try:
            pool = ProcessPoolExecutor(size, multiprocessing.get_context(way), initializer=_begin)
            pool.submit(int).result()  # start them before anything else does
            return pool
        except (OSError, ImportError, BrokenExecutor):
            pass
    return ThreadPoolExecutor(1)


def _begin() -> None:
    """What a new process does: leave an interrupt to the main one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _done(work: Callable[[str, bytes], Any], pieces: list[tuple[str, bytes]]) -> list[Any]:
    timed = hasattr(signal, "alarm") and multiprocessing.parent_process() is not None
    results = []
    for label, data in pieces:
        if timed:
            signal.alarm(_SECONDS)  # nothing catches it, so that it ends the process
        try:
            results.append(work(label, data))
        finally:
            if timed:
                signal.alarm(0)
    return results
