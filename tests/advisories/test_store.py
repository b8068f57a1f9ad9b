"""The local store: what goes in comes out, and nothing that breaks an import breaks the store."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support.dumps import DAY, dump, record

from npmguard.advisories import filling, osv, store
from npmguard.errors import InputError, UsageError

FIXTURE = Path(__file__).parents[2] / "fixtures" / "advisories" / "osv.json"


def known(*names: str) -> list[tuple[str, str]]:
    """(id, package) of what the store says about packages of these names."""
    with store.Store(store.default_path()) as opened:
        return sorted((found.id, found.package) for found in opened.advisories(names))


def left() -> list[str]:
    return sorted(os.listdir(store.folder()))


WHOLE = ["advisories-1.sqlite", "advisories.lock"]


def test_what_goes_in_comes_out() -> None:
    records = json.loads(FIXTURE.read_bytes())
    names = frozenset(part["package"]["name"] for r in records for part in r["affected"])
    about = filling.fill(str(FIXTURE))
    assert (about.records, about.packages, about.problems) == (61, len(names), ())
    assert (about.newest, about.source) == ("2026-11-23T00:00:00Z", str(FIXTURE))
    with store.Store(store.default_path()) as opened:
        assert opened.about == about
        found = opened.advisories(names)
    straight = osv.load(str(FIXTURE), names).advisories
    assert {a.source for a in found} == {"the local store"}
    assert sorted(a._replace(source="") for a in found) == sorted(a._replace(source="") for a in straight)
    assert left() == WHOLE


def test_only_what_is_asked_for(here: Path) -> None:
    filling.fill(dump(here / "all.zip", record("a", "X-1"), record("b", "X-2"), record("ünïcode", "X-3")))
    assert known("a", "c", "'; DROP TABLE advisories --", "\ud800") == [("X-1", "a")]
    assert known("ünïcode") == [("X-3", "ünïcode")]
    assert known() == []


def test_withdrawn_records_and_other_ecosystems_are_left_out(here: Path) -> None:
    other = record("a", "X-2")
    other["affected"][0]["package"]["ecosystem"] = "PyPI"
    about = filling.fill(
        dump(
            here / "all.zip", record("a", "X-1"), other, record("a", "X-3", withdrawn="2026-01-01T00:00:00Z")
        )
    )
    assert (about.records, about.advisories) == (3, 1)
    assert known("a") == [("X-1", "a")]


def test_the_file_is_its_owners_alone(here: Path) -> None:
    filling.fill(dump(here / "all.zip", record()))
    assert os.stat(store.default_path()).st_mode & 0o777 == 0o600
    assert os.stat(store.folder()).st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("documents", "says"),
    [
        ([record(), "{"], "all.zip/1.json:1: not JSON"),
        ([record(), b'{"id": "\xff"}'], "not UTF-8"),
        ([record(), "[" * 100_000], "nested too deeply"),
        ([record(), '{"affected": []}'], "not an OSV record: it has no id"),
        ([record(), b'{"id":"x","pad":"' + b"a" * (5 << 20) + b'"}'], "larger than a record may be"),
        ([], "no advisory about an npm package"),
        ([record(affected=[])], "no advisory about an npm package"),
    ],
)
def test_a_bad_dump_leaves_the_old_store(here: Path, documents: list[Any], says: str) -> None:
    filling.fill(dump(here / "old.zip", record("old", "X-1")))
    with pytest.raises(InputError, match=says):
        filling.fill(dump(here / "all.zip", *documents))
    assert known("old") == [("X-1", "old")]
    assert left() == WHOLE


def test_a_bomb_is_bounded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osv, "_LARGEST_TOTAL", 3 << 20)
    pads = [record("a", f"X-{n}", details="0" * (1 << 20)) for n in range(4)]
    with pytest.raises(InputError, match="more than npmguard reads in all"):
        filling.fill(dump(here / "all.zip", *pads))
    assert left() == ["advisories.lock"]


def test_a_list_of_contents_without_end_is_not_read(here: Path) -> None:
    path = Path(dump(here / "all.zip", record()))
    data = bytearray(path.read_bytes())
    data[-10:-6] = (1 << 31).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(InputError, match="more records than npmguard reads"):
        filling.fill(str(path))
    # one that hides behind a second end record
    path.write_bytes(bytes(data[:-2]) + b"\x16\x00" + data[-22:])
    with pytest.raises(InputError, match="more records than npmguard reads"):
        filling.fill(str(path))


def test_names_that_lead_elsewhere_lead_nowhere(here: Path) -> None:
    with zipfile.ZipFile(here / "all.zip", "w") as file:
        for name in ("../../evil.json", "/tmp/evil.json", "C:\\evil.json", "a/../../evil.json"):
            file.writestr(name, json.dumps(record("a", f"X-{len(name)}")))
    before = sorted(os.listdir(here))
    assert filling.fill(str(here / "all.zip")).records == 4
    assert sorted(os.listdir(here)) == before
    assert left() == WHOLE


def test_names_that_are_no_text_are_told(here: Path) -> None:
    odd = json.dumps(record("\ud800", "X-2"))
    about = filling.fill(dump(here / "all.zip", record("a", "X-1"), odd))
    assert about.problems == ("1 advisories that are no text",)
    assert known("a") == [("X-1", "a")]


def test_what_is_half_understood_is_told_and_bounded(here: Path) -> None:
    odd = [record("a", f"X-{n}", affected=[{"package": 7}]) for n in range(1500)]
    about = filling.fill(dump(here / "all.zip", record("a", "X-a"), *odd))
    assert len(about.problems) == 21
    assert about.problems[-1] == "and 1480 more of that kind"


# -- age


def about(newest: str | None, imported: float) -> store.About:
    return store.About(1, 1, 1, newest, imported, "x")


def test_the_newest_record_tells_the_age() -> None:
    now = time.time()
    assert about("2026-01-02T00:00:00Z", 1767312000 + DAY).age(1767312000 + 3 * DAY) == 3 * DAY
    assert about("2026-01-02T00:00:00", 1767312000 + DAY).age(1767312000 + 3 * DAY) == 3 * DAY
    assert about("2026-01-02T00:00:00.123456789Z", now).is_old(now)
    # later than it was imported
    assert about("2026-01-02T00:00:00Z", 1767312000 - DAY).age(1767312000) == DAY
    # imported in the future, by a clock that was wrong
    assert about("2026-01-02T00:00:00Z", 1767312000).age(0.0) == 0.0


@pytest.mark.parametrize("newest", [None, "yesterday", "9999-99-99", "0001-01-01T00:00:00+23:59"])
def test_a_store_of_unknown_age_is_old(newest: str | None) -> None:
    assert about(newest, 1000.0).is_old(1000.0)


def test_a_date_to_come_makes_nothing_new(here: Path) -> None:
    found = filling.fill(dump(here / "all.zip", record(age=40), record(id="X-2", age=-400)))
    assert found.is_old(time.time())


# -- broken stores


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "of version 0"), (b"no database at all" * 100, "it is broken"), (b"SQLite format 3\0", "broken")],
)
def test_what_is_no_store(data: bytes, says: str) -> None:
    os.makedirs(store.folder())
    Path(store.default_path()).write_bytes(data)
    with pytest.raises(store.Unusable, match=says):
        store.Store(store.default_path())


def test_a_store_of_another_version_or_without_an_end(here: Path) -> None:
    filling.fill(dump(here / "all.zip", record()))
    with sqlite3.connect(store.default_path()) as db:
        db.execute("DELETE FROM about")
    with pytest.raises(store.Unusable, match="it is broken"):
        store.Store(store.default_path())
    with sqlite3.connect(store.default_path()) as db:
        db.execute("PRAGMA user_version=7")
    with pytest.raises(store.Unusable, match="it is of version 7"):
        store.Store(store.default_path())


def test_a_store_whose_middle_is_gone(here: Path) -> None:
    filling.fill(dump(here / "all.zip", *(record(f"a-{n}", f"X-{n}") for n in range(2000))))
    path = Path(store.default_path())
    data = bytearray(path.read_bytes())
    data[3 * 4096 : -4096] = bytes(len(data) - 4 * 4096)
    path.write_bytes(data)
    with pytest.raises(store.Unusable), store.Store(str(path)) as opened:
        opened.advisories([f"a-{n}" for n in range(2000)])


# -- what breaks an import


def importing(path: str, **more: str) -> subprocess.Popen[bytes]:
    code = "import sys; from npmguard.advisories import filling; filling.fill(sys.argv[1])"
    return subprocess.Popen(
        [sys.executable, "-c", code, path], env={**os.environ, **more}, stderr=subprocess.PIPE
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_an_import_that_is_killed_leaves_the_old_store(here: Path) -> None:
    filling.fill(dump(here / "old.zip", record("old", "X-1")))
    new = dump(here / "new.zip", *(record(f"new-{n % 2000}", f"X-{n}") for n in range(6000)))
    rolls = random.Random(7)
    seen = set()
    for _ in range(12):
        process = importing(new)
        time.sleep(rolls.uniform(0.1, 0.9))
        process.kill()
        process.communicate()
        seen.add(len(left()) > 2)
        assert known("old") in ([("X-1", "old")], [])  # the old one, or the new one whole
        assert known("old") or len(known("new-1")) == 3
        filling.fill(str(here / "old.zip"))
        assert known("old") == [("X-1", "old")]
        assert left() == WHOLE  # what was left behind is taken away


def test_two_imports_at_once(here: Path) -> None:
    dumps = [
        dump(here / f"{which}.zip", *(record(f"{which}-{n}", f"X-{n}") for n in range(1500)))
        for which in ("one", "two")
    ]
    running = [importing(path) for path in dumps * 2]
    assert [process.communicate()[1] for process in running] == [b""] * 4
    assert (
        len(known(*(f"one-{n}" for n in range(1500)))) + len(known(*(f"two-{n}" for n in range(1500))))
        == 1500
    )
    assert left() == WHOLE


def test_who_waits_too_long_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_PATIENCE", 0.05)
    with filling.alone(), pytest.raises(UsageError, match="another import has been running for too long"):
        filling.fill(dump(here / "all.zip", record()))


def test_a_full_disk_leaves_the_old_store(here: Path) -> None:
    filling.fill(dump(here / "old.zip", record("old", "X-1")))
    new = dump(here / "new.zip", *(record(f"new-{n}", f"X-{n}") for n in range(3000)))
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from npmguard.__main__ import main\n"
        "sys.exit(main(['db', 'import', sys.argv[1]]))"
    )
    done = subprocess.run([sys.executable, "-c", code, new], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the store cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert known("old") == [("X-1", "old")]
    assert left() == WHOLE


def test_no_room_for_another_page(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filling.fill(dump(here / "old.zip", record("old", "X-1")))
    monkeypatch.setattr(store, "TABLES", f"PRAGMA max_page_count=9;{store.TABLES}")
    with pytest.raises(UsageError, match="database or disk is full"):
        filling.fill(dump(here / "new.zip", *(record(f"new-{n}", f"X-{n}") for n in range(500))))
    assert known("old") == [("X-1", "old")]
    assert left() == WHOLE


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(here: Path) -> None:
    filling.fill(dump(here / "old.zip", record("old", "X-1")))
    os.chmod(store.folder(), 0o500)
    try:
        with pytest.raises(UsageError, match="the store cannot be written"):
            filling.fill(str(here / "old.zip"))
        assert known("old") == [("X-1", "old")]
    finally:
        os.chmod(store.folder(), 0o700)


def test_a_data_folder_that_is_a_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "data").write_text("")
    monkeypatch.setenv("NPMGUARD_DATA_DIR", str(here / "data"))
    with pytest.raises(UsageError, match="the store cannot be written: File exists"):
        filling.fill(dump(here / "all.zip", record()))


def test_five_thousand_names_are_looked_up_at_once(here: Path) -> None:
    lines = (json.dumps(record(f"a-{n}", f"X-{n}")) for n in range(5000))
    (here / "all.jsonl").write_text("\n".join(lines))
    filling.fill(str(here / "all.jsonl"))
    began = time.perf_counter()
    found = known(*(f"a-{n}" for n in range(2500, 7500)))
    assert time.perf_counter() - began < 1.0  # 0.02 s on an idle machine
    assert len(found) == 2500


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc here")
def test_memory_does_not_grow_with_the_dump(here: Path) -> None:
    def peak(count: int) -> int:
        records = (record(f"a-{n}", f"X-{n}", details="x" * 3000) for n in range(count))
        path = dump(here / f"{count}.zip", *records)
        code = (
            "import re, sys; from npmguard.advisories import filling; filling.fill(sys.argv[1]);"
            "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
        )
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert peak(8000) - peak(200) < 8000 * 1.5  # kB: less than half of what the records hold
