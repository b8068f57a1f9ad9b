"""The history file: whatever happens to it, what was written is there, and what is wrong is said."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.histories import DAY, START, found, packages, record, told

from npmguard.history import HistoryError, HistoryFile, default_path, schema
from npmguard.history.file import MOST

FILE = "history.sqlite"
_UNWRITABLE = r"read-only|cannot be opened or written"


def opened(folder: Path, *, write: bool = True) -> HistoryFile:
    return HistoryFile(str(folder / FILE), write=write)


def whole(path: Path) -> int:
    """How many runs a file holds, all of them whole; a file without a table yet holds none."""
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()
    with HistoryFile(str(path)) as history:
        issues = history.issues("web")
        snapshots = history.snapshots("web", issues)
    with sqlite3.connect(path) as db:
        counted = db.execute("SELECT id, open FROM snapshots ORDER BY id").fetchall()
    db.close()
    assert [(found.number, len(found.snapshot.open)) for found in snapshots] == counted
    return len(snapshots)


def test_it_is_made_with_its_folder_for_its_owner_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "b") as history:
        record(history)
    path = tmp_path / "a" / "b" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [FILE]
    assert whole(path) == 1


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NPMGUARD_DATA_DIR", str(tmp_path))
    assert default_path() == str(tmp_path / FILE)
    monkeypatch.delenv("NPMGUARD_DATA_DIR")
    assert default_path().endswith(os.path.join("npmguard", FILE))


def test_what_is_open_in_it_can_be_any_text(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        record(history, found("a", title="\ud800 \x00 \x1b[31m <b>"))
        trend = told(history, record(history, found("a", title="\ud800"), found("\x00b", id="\udfff"), day=1))
    assert len(trend.open) == 2


def test_no_more_runs_are_read_than_can_be_shown(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        numbers = [record(history, day=day) for day in range(3)]
        history._db.execute("BEGIN")
        rows = [(START + day,) for day in range(MOST)]
        history._db.executemany(
            "INSERT INTO snapshots (project,time,npmguard,packages,score,severities,incomplete,health)"
            " SELECT project,?,npmguard,packages,score,severities,incomplete,health FROM snapshots"
            " WHERE id=1",
            rows,
        )
        history._db.execute("COMMIT")
        assert len(history.snapshots("web", [])) == MOST
        assert history.snapshots("web", [])[-1].number == numbers[-1] + MOST


# -- from an older version


def older(path: Path) -> None:
    """A file of the first version with one run in it."""
    db = sqlite3.connect(path)
    db.executescript(schema.STEPS[0])
    db.execute("INSERT INTO projects VALUES (1, 'web')")
    db.execute(
        "INSERT INTO snapshots VALUES (1, 1, ?, '0.0.9', 3, 90, '{\"high\": 1}', 0,"
        ' \'{"parts": [["age", 10, 20, "200 libyears", true]], "libyears": 200.0,'
        ' "counts": [1, 2, 3, 0, null, null, null, null, null], "licences": {"MIT": 3}}\')',
        (START,),
    )
    db.execute(f"PRAGMA application_id={schema.APPLICATION}")
    db.execute("PRAGMA user_version=1")
    db.commit()
    db.close()


def test_an_older_file_becomes_a_newer_one_with_all_that_is_in_it(tmp_path: Path) -> None:
    older(tmp_path / FILE)
    with opened(tmp_path) as history:
        trend = told(history, record(history, found(), day=7))
    assert [(s.time, s.version, s.health.score) for s in trend.snapshots] == [
        (START, "0.0.9", 90),
        (START + 7 * DAY, "0.1.0", 100),
    ]
    assert trend.snapshots[0].health.libyears == 200
    assert packages(trend.new) == ["a"]
    assert whole(tmp_path / FILE) == 2


def test_a_step_that_fails_half_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(tmp_path / FILE)
    broken = (schema.STEPS[0], schema.STEPS[1] + "CREATE TABLE issues (again);\n")
    with monkeypatch.context() as patch:
        patch.setattr("npmguard.history.file.STEPS", broken)
        with pytest.raises(HistoryError, match="already exists"):
            opened(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT name FROM sqlite_master WHERE name='issues'").fetchall() == []
    db.close()
    with opened(tmp_path) as history:
        assert len(history.snapshots("web", [])) == 1


# -- what is no history, or none for us


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        record(history)
        history._db.execute(f"PRAGMA user_version={len(schema.STEPS) + 1}")
    before = (tmp_path / FILE).read_bytes()
    for write in (True, False):
        with pytest.raises(HistoryError, match="written by a newer npmguard"):
            opened(tmp_path, write=write)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("content", [b"{}", b"SQLite format 3\0" + b"x" * 200, b"\0" * 4096])
def test_what_is_no_sqlite_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    for write in (True, False):
        with pytest.raises(HistoryError, match=r"not a history file|damaged") as caught:
            opened(tmp_path, write=write)
        assert "\n" not in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == content


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    with pytest.raises(HistoryError, match="no history of npmguard"):
        opened(tmp_path)


def test_a_folder_a_pipe_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(HistoryError, match="not a regular file"):
            HistoryFile(str(tmp_path / name))
    with pytest.raises(HistoryError, match="there is no such history file yet"):
        opened(tmp_path, write=False)
    (tmp_path / FILE).touch()
    with pytest.raises(HistoryError, match="there is no history in it yet"):
        opened(tmp_path, write=False)
    with opened(tmp_path) as history:
        assert record(history) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE snapshots SET health='{}'", "snapshot 1 in it makes no sense"),
        ("UPDATE snapshots SET health='{\"parts\": 1e999}'", "snapshot 1 in it makes no sense"),
        ("UPDATE snapshots SET time=1e300", "snapshot 1 in it makes no sense|an issue"),
        ("UPDATE snapshots SET time='now'", "makes no sense"),
        ("UPDATE issues SET severity=9", "an issue in it makes no sense"),
        ("DROP TABLE issues", "SQLite says: no such table"),
    ],
)
def test_what_was_spoilt_by_hand_is_said(tmp_path: Path, change: str, words: str) -> None:
    with opened(tmp_path) as history:
        record(history, found())
        history._db.execute("PRAGMA foreign_keys=OFF")
        history._db.execute(change)
        with pytest.raises(HistoryError, match=words):
            history.snapshots("web", history.issues("web"))


def test_a_file_cut_short_is_damaged(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        for day in range(50):
            record(history, *(found(f"p{day}-{n}") for n in range(5)), day=day)
    data = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(data[: len(data) // 2])
    with pytest.raises(HistoryError), opened(tmp_path) as history:
        history.snapshots("web", history.issues("web"))
    assert (tmp_path / FILE).stat().st_size == len(data) // 2


# -- several at once, and none that ends well


def _run(path: str, *code: str) -> subprocess.Popen[bytes]:
    """Another process that does this with the history `h`."""
    body = "\n".join(
        (
            "import sys, time",
            "from npmguard.history import HistoryFile",
            "from support.histories import found, record",
            "h = HistoryFile(sys.argv[1])",
            "print('ready', flush=True)",
            *code,
        )
    )
    return subprocess.Popen(
        [sys.executable, "-c", body, path],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_TOPS)},
    )


_TOPS = (str(Path(__file__).parents[2]), str(Path(__file__).parents[1]))


def test_runs_at_once_wait_for_each_other(tmp_path: Path) -> None:
    path = str(tmp_path / FILE)
    each = "for n in range(20): record(h, found(sys.argv[1][-1] + str(n)), day=n)"
    runs = [_run(path, each) for _ in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    assert whole(tmp_path / FILE) == 60
    for run in runs:
        assert run.stdout is not None
        run.stdout.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_it_survives_fifty_kills_at_any_moment(tmp_path: Path) -> None:
    """A child writes runs as fast as it can, and is killed with no chance to tidy up: fifty times."""
    rng = random.Random(7)
    path = tmp_path / FILE
    runs = 0
    for _ in range(50):
        child = os.fork()
        if not child:  # pragma: no cover - another process
            try:
                with HistoryFile(str(path)) as history:
                    day = 0
                    while True:
                        record(history, *(found(f"p{n}") for n in rng.sample(range(60), 40)), day=day)
                        day += 1
            finally:
                os._exit(1)
        time.sleep(rng.uniform(0.0, 0.04))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        rng.random()
        if path.exists():
            now = whole(path) if path.stat().st_size or path.with_name(f"{FILE}-journal").exists() else 0
            assert now >= runs
            runs = now
    assert runs > 0


# -- a disk that is full, and one that cannot be written


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A small file system of its own."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(words, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_leaves_the_history_as_it_was(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "128k") as folder:
        runs, problem = 0, ""
        with opened(folder) as history:
            while runs < 10_000:
                try:
                    record(history, *(found(f"p{n}", id=f"GHSA-{runs}") for n in range(20)), day=runs)
                except HistoryError as error:
                    problem = str(error)
                    break
                runs += 1
        assert "the disk is full" in problem
        assert 0 < whole(folder / FILE) == runs
        with opened(folder, write=False) as history:
            assert len(history.identities()) == 1


def test_a_full_disk_has_no_room_for_a_new_one(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "8k") as folder:
        (folder / "filler").write_bytes(b"x" * 4096)
        with pytest.raises(HistoryError, match="disk"):
            opened(folder)


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """The same by the limit of a process, which needs no rights."""
    pytest.importorskip("resource")
    with opened(tmp_path) as history:
        record(history)
    child = _run(
        str(tmp_path / FILE),
        "import resource, signal",
        "from npmguard.history import HistoryError",
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))",
        "n = 0",
        "try:",
        "    while n < 1000: record(h, *(found(str(m), id=str(n)) for m in range(50))); n += 1",
        "except HistoryError as error: print(n, error)",
    )
    out, _ = child.communicate(timeout=60)
    number, _, words = out.decode().split("ready\n")[1].partition(" ")
    assert "disk" in words
    assert whole(tmp_path / FILE) == 1 + int(number)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A folder in which nothing can be written, for root too."""
    if os.geteuid():
        folder.chmod(0o555)
        (folder / FILE).chmod(0o444)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    bind = ["mount", "--bind", str(folder), str(folder)]
    if sys.platform != "linux" or subprocess.run(bind, check=False).returncode:
        pytest.skip("root can write everywhere, and needs the right to mount here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_read_only_folder_can_be_read_and_copied(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with opened(folder) as history:
        record(history, found("a"))
    before = (folder / FILE).read_bytes()
    with unwritable(folder):
        with (
            pytest.raises(HistoryError, match=_UNWRITABLE),
            opened(folder) as history,
        ):
            record(history)
        with opened(folder, write=False) as kept, kept.copy() as history:
            trend = told(history, record(history, found("b"), day=1))
            assert packages(trend.mended) == ["a"]
    assert (folder / FILE).read_bytes() == before


def test_a_file_of_an_older_version_that_cannot_be_brought_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    older(folder / FILE)
    with unwritable(folder), pytest.raises(HistoryError, match=_UNWRITABLE):
        opened(folder, write=False)
