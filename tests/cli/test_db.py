"""`npmguard db` from end to end, the dump served on loopback; and what `check` makes of the store."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.dumps import DAY, dump, record
from support.projects import entry, write
from support.server import Reply, Request, Server, registry

from npmguard.__main__ import main
from npmguard.advisories import download, filling, store
from npmguard.registry import http

DUMP = "/npm/all.zip"


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    with registry() as running:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


@pytest.fixture
def served(server: Server, here: Path) -> Server:
    """A server that has a dump, and says when it has not changed."""
    data = Path(dump(here / "all.zip", record("wrappy", "X-1"), record("b", "X-2"))).read_bytes()

    def answer(request: Request) -> Reply:
        headers = {"etag": '"one"', "last-modified": "Tue, 24 Nov 2026 00:00:00 GMT"}
        return (
            Reply(304, b"", headers)
            if request.headers.get("if-none-match") == '"one"'
            else Reply(200, data, headers)
        )

    server.faults[DUMP] = answer
    return server


def db(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["db", *words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["db", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_no_store_is_3(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = db(capsys)
    assert (code, found["state"], found["records"], found["command"]) == (3, "none", None, "db status")
    assert main(["db", "status"]) == 3
    out = capsys.readouterr().out
    assert "There is no local advisory store." in out
    assert "npmguard db import FILE" in out


def test_import_and_status(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = dump(here / "all.zip", record("a", age=3.5))
    code, found = db(capsys, "import", path)
    assert (code, found["state"], found["changed"], found["records"], found["packages"]) == (
        0,
        "good",
        True,
        1,
        1,
    )
    assert found["source"] == path
    assert 3.4 * DAY < found["age_seconds"] < 3.6 * DAY
    assert main(["db", "status"]) == 0
    assert "3 days old: the newest record is of 20" in capsys.readouterr().out


def test_an_old_store_is_3(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = db(capsys, "import", dump(here / "all.zip", record(age=31)))
    assert (code, found["state"]) == (3, "old")
    assert main(["db"]) == 3
    assert "too old to stand in for a registry (30 days at most)" in capsys.readouterr().out


def test_a_broken_store_is_3(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.makedirs(store.folder())
    Path(store.default_path()).write_bytes(b"\x1b[31m nothing" * 50)
    code, found = db(capsys, "status")
    assert (code, found["state"]) == (3, "broken")
    main(["db", "status"])
    assert "cannot be used: it is broken" in capsys.readouterr().out


def test_update_fetches_once(served: Server, capsys: pytest.CaptureFixture[str]) -> None:
    url = served.url.rstrip("/") + DUMP
    code, found = db(capsys, "update", "--url", url)
    assert (code, found["changed"], found["records"], found["source"]) == (0, True, 2, url)
    code, found = db(capsys, "update", "--url", url)
    assert (code, found["changed"], found["records"]) == (0, False, 2)
    assert [r.headers.get("if-none-match") for r in served.requests] == [None, '"one"']
    assert "authorization" not in served.requests[0].headers
    assert sorted(os.listdir(store.folder())) == ["advisories-1.sqlite", "advisories.lock"]


def test_a_dump_from_elsewhere_is_fetched_whole(
    served: Server, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    filling.fill(str(here / "all.zip"), filling.Origin("https://dumps.example.test/all.zip", '"one"'))
    monkeypatch.setenv("NPMGUARD_DB_URL", served.url.rstrip("/") + DUMP)
    assert db(capsys, "update")[1]["changed"] is True
    assert served.requests[0].headers.get("if-none-match") is None


def test_last_modified_will_do(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(dump(here / "all.zip", record())).read_bytes()
    when = "Tue, 24 Nov 2026 00:00:00 GMT"
    server.faults[DUMP] = lambda request: (
        Reply(304, b"")
        if request.headers.get("if-modified-since") == when
        else Reply(200, data, {"last-modified": when})
    )
    url = server.url.rstrip("/") + DUMP
    assert [db(capsys, "update", "--url", url)[1]["changed"] for _ in range(2)] == [True, False]


def test_npms_credentials_stay_at_home_and_the_urls_own_are_not_told(
    served: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = served.url.removeprefix("http://")
    Path(os.environ["NPM_CONFIG_USERCONFIG"]).write_text(f"//{host}:_authToken=npm-token\n")
    code, found = db(capsys, "update", "--url", f"http://me:hidden@{host}npm/all.zip")
    assert code == 0
    basic = base64.b64encode(b"me:hidden").decode()
    assert served.requests[0].headers["authorization"] == f"Basic {basic}"
    assert "hidden" not in json.dumps(found)
    assert b"hidden" not in Path(store.default_path()).read_bytes()
    served.faults[DUMP] = Reply(500, b"")
    assert "hidden" not in refused(
        capsys, "update", "--url", f"http://me:hidden@{host}npm/all.zip?sig=hidden"
    )


@pytest.mark.parametrize(
    "url",
    ["http://dumps.example.test/all.zip", "ftp://x/all.zip", "file:///etc/passwd", "all.zip", "http://[", ""],
)
def test_https_alone(
    here: Path, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not url:
        monkeypatch.setenv("NPMGUARD_DB_URL", "http://dumps.example.test/all.zip")
    assert "a dump is fetched by https alone" in refused(capsys, "update", "--url", url)


def test_the_default_is_https() -> None:
    assert http.is_private(download.DEFAULT_URL)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(404, b"none"), "the server answered 404"),
        (Reply(401, b"none"), "the server answered 401"),
        (Reply(304, b""), "the server answered 304"),
        (Reply(200, b"<html>welcome</html>"), "not a whole archive"),
        (Reply(200, b""), "not a whole archive"),
        (
            Reply(302, b"", {"location": "http://dumps.example.test/all.zip"}),
            "redirects to a URL that is not https",
        ),
        (Reply(302, b"", {"location": "file:///etc/passwd"}), "redirects away from https"),
        (Reply(302, b"", {"location": DUMP}), "redirects too often"),
        (Reply(200, b"x" * 4000, cut=True), "broke off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_dump_leaves_the_old_store(
    server: Server, here: Path, reply: Reply, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filling.fill(dump(here / "old.zip", record("old")))
    server.faults[DUMP] = reply
    said = refused(capsys, "update", "--url", server.url.rstrip("/") + DUMP)
    assert says in said
    assert store.folder() not in said
    assert sorted(os.listdir(store.folder())) == ["advisories-1.sqlite", "advisories.lock"]
    assert db(capsys)[0] == 0


def test_a_dump_is_bounded(
    served: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_LARGEST", 100)
    assert "an answer of more than" in refused(capsys, "update", "--url", served.url.rstrip("/") + DUMP)
    monkeypatch.setattr(download, "_LONGEST", 0.2)
    served.faults[DUMP] = Reply(200, b"", delay=1.0)
    assert "in time" in refused(capsys, "update", "--url", served.url.rstrip("/") + DUMP)


def test_a_redirect_on_this_machine_is_followed(served: Server, capsys: pytest.CaptureFixture[str]) -> None:
    served.faults["/latest"] = Reply(302, b"", {"location": DUMP})
    url = served.url + "latest"
    code, found = db(capsys, "update", "--url", url)
    assert (code, found["source"]) == (0, url)


def test_who_waited_for_another_need_not_fetch(served: Server, here: Path) -> None:
    url = served.url.rstrip("/") + DUMP
    found: list[download.Updated] = []
    running = [threading.Thread(target=lambda: found.append(download.update(url))) for _ in range(3)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert sorted(updated.changed for updated in found) == [False, False, True]


def test_a_json_dump(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.faults["/all.jsonl"] = Reply(200, json.dumps(record()).encode())
    assert db(capsys, "update", "--url", server.url + "all.jsonl")[1]["records"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["updat"], "did you mean update?"),
        (["import"], "npmguard db import all.zip"),
        (["status", "x"], "takes no file"),
        (["import", "nowhere.zip"], "nowhere.zip: no such file"),
    ],
)
def test_bad_usage(words: list[str], says: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert says in refused(capsys, *words)


# -- check


@pytest.fixture
def project(here: Path) -> Path:
    (here / "npmguard.toml").write_text('allowed-hosts = ["registry.example.test"]\n')
    return write(
        here,
        {"dependencies": {"wrappy": "^0.9.0"}},
        {"node_modules/wrappy": entry("wrappy", "0.9.0")},
    )


def check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["check", "--only", "advisory", "--format", "json", *words])
    return code, json.loads(capsys.readouterr().out)["projects"][0]


def test_the_store_speaks_where_the_registry_has_none(
    server: Server, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.advisories = None  # 405, as many proxies
    code, found = check(capsys)
    assert code == 3
    assert "there is no local store (npmguard db update)" in found["incomplete"][0]["reason"]
    filling.fill(dump(project / "all.zip", record("wrappy", "X-1", age=1.5), record("b", "X-2")))
    code, found = check(capsys)
    assert (code, found["incomplete"]) == (1, [])
    assert [f["ids"] for f in found["findings"]] == [["X-1"]]
    (line,) = (line for line in found["sources"] if line.startswith("advisories"))
    assert "2 records in the local store, the newest of 20" in line
    assert "1 day old (the registry answered 405 to POST" in line


def test_the_store_is_not_asked_where_the_registry_answers(
    server: Server, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filling.fill(dump(project / "all.zip", record("wrappy", "X-1")))
    server.advisories = {}
    code, found = check(capsys)
    assert (code, found["findings"]) == (0, [])
    assert not any("local store" in line for line in found["sources"])


def test_an_old_store_speaks_and_closes_no_gap(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filling.fill(dump(project / "all.zip", record("b", "X-1", age=45)))
    code, found = check(capsys, "--offline")
    assert code == 3
    (gap,) = found["incomplete"]
    assert gap["reason"] == (
        "offline: the registry was not asked, and the local store is 45 days old (npmguard db update)"
    )
    filling.fill(dump(project / "all.zip", record("wrappy", "X-1", age=45)))
    code, found = check(capsys, "--offline")
    assert (code, len(found["findings"]), len(found["incomplete"])) == (1, 1, 1)


def test_a_broken_store_is_a_gap(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.makedirs(store.folder())
    Path(store.default_path()).write_text("nonsense")
    code, found = check(capsys, "--offline")
    assert code == 3
    assert "the local store cannot be used: it is broken" in found["incomplete"][0]["reason"]


def test_files_that_are_named_work_beside_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filling.fill(dump(project / "all.zip", record("wrappy", "GHSA-aaaa-bbbb-cccc", aliases=["CVE-2026-1"])))
    (project / "mine.json").write_text(
        json.dumps([record("wrappy", "CVE-2026-1"), record("wrappy", "CORP-1")])
    )
    code, found = check(capsys, "--offline", "--advisories", "mine.json")
    assert (code, found["incomplete"]) == (1, [])
    assert sorted(f["ids"] for f in found["findings"]) == [["CORP-1"], ["GHSA-aaaa-bbbb-cccc", "CVE-2026-1"]]
    # and an old store takes nothing away from them
    filling.fill(dump(project / "all.zip", record("b", age=300)))
    code, found = check(capsys, "--offline", "--advisories", "mine.json")
    assert (code, found["incomplete"]) == (1, [])


def test_what_an_import_did_not_understand_remains_a_gap(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filling.fill(dump(project / "all.zip", record("b"), record("c", "X-7", affected=[{"package": 7}])))
    code, found = check(capsys, "--offline")
    assert code == 3
    assert "the local store: X-7: not all of what it affects can be read" in found["incomplete"][0]["reason"]
