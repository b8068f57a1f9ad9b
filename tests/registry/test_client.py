"""The client, against a registry on loopback that can misbehave."""

import gzip
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.server import Reply, Request, Server, integrity, registry

from npmguard.model import Missing, Needs, Packument, Unanswered
from npmguard.project.npmrc import NpmConfig
from npmguard.registry import Answers, fetch
from npmguard.registry import http as client_http
from npmguard.registry.light import Answer


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as running:
        yield running


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_http, "_pause", lambda attempt, answer: 0.0)


def config(server: Server, secrets: dict[str, str] | None = None, **scopes: str) -> NpmConfig:
    named = {f"@{scope}": url for scope, url in scopes.items()}
    return NpmConfig({"registry": server.url}, named, secrets or {}, [])


def needs(*pairs: tuple[str, str], lists: tuple[str, ...] = ()) -> Needs:
    return Needs(versions=frozenset(pairs), lists=frozenset(lists))


def ask(server: Server, what: Needs, **more: object) -> Answers:
    return fetch(config(server), what, **more)  # type: ignore[arg-type]


def reason(answers: Answers, name: str = "a") -> str:
    answer = answers.packuments[name]
    assert isinstance(answer, Unanswered), answer
    return answer.reason


def test_facts_lists_and_what_is_not_there(server: Server) -> None:
    server.add("a", "1.0.0", "1.1.0", deprecated="use b")
    server.add("@s/b", "2.0.0")
    answers = ask(
        server, needs(("a", "1.0.0"), ("a", "9.9.9"), ("@s/b", "2.0.0"), ("c", "1.0.0"), lists=("a",))
    )
    a = answers.packuments["a"]
    assert isinstance(a, Packument)
    assert a.all_versions == ("1.0.0", "1.1.0")
    assert a.dist_tags == {"latest": "1.1.0"}
    assert set(a.versions) == {"1.0.0", "1.1.0"}
    assert a.versions["1.0.0"].integrity == integrity("a", "1.0.0")
    assert a.versions["1.0.0"].deprecated == "use b"
    assert a.registry_facts
    b = answers.packuments["@s/b"]
    assert isinstance(b, Packument)
    assert b.all_versions is None
    assert answers.packuments["c"] == Missing("c")
    assert "/@s%2Fb" in server.paths()
    assert len(server.requests) == 3


def test_a_name_that_is_no_name_is_not_asked_for(server: Server) -> None:
    answers = ask(
        server,
        needs(("..", "1.0.0"), ("a/../b", "1.0.0"), ("a b", "1.0.0"), ("\u0430", "1.0.0"), ("a?x", "1")),
    )
    assert all(isinstance(answer, Missing) for answer in answers.packuments.values())
    assert server.requests == []


def test_a_mirror_that_rebuilds_metadata_is_told_from_a_registry(server: Server) -> None:
    found = server.add("a", "1.0.0")
    for field in ("fileCount", "unpackedSize", "signatures"):
        del found["versions"]["1.0.0"]["dist"][field]
    answer = ask(server, needs(("a", "1.0.0"))).packuments["a"]
    assert isinstance(answer, Packument)
    assert not answer.registry_facts
    assert answer.versions["1.0.0"].has_install_script is None


def test_a_fresh_answer_is_not_asked_for_again(server: Server) -> None:
    server.add("a", "1.0.0")
    first = ask(server, needs(("a", "1.0.0"), lists=("a",)))
    second = ask(server, needs(("a", "1.0.0"), lists=("a",)))
    assert first.packuments == second.packuments
    assert len(server.requests) == 1
    assert second.stats.from_cache == 1
    assert second.stats.requests == 0


def test_a_stale_answer_is_asked_about_by_its_etag(server: Server) -> None:
    server.max_age = 0
    server.add("a", "1.0.0")
    first = ask(server, needs(("a", "1.0.0")))
    second = ask(server, needs(("a", "1.0.0")))
    assert first.packuments == second.packuments
    assert [("if-none-match" in r.headers) for r in server.requests] == [False, True]
    server.add("a", "1.0.0", "2.0.0")
    third = ask(server, needs(("a", "2.0.0"))).packuments["a"]
    assert isinstance(third, Packument)
    assert set(third.versions) == {"2.0.0"}


def test_offline_takes_the_cache_at_any_age_and_asks_nobody(server: Server) -> None:
    server.max_age = 0
    server.add("a", "1.0.0")
    ask(server, needs(("a", "1.0.0")))
    answers = ask(server, needs(("a", "1.0.0"), ("b", "1.0.0")), offline=True)
    assert isinstance(answers.packuments["a"], Packument)
    assert reason(answers, "b") == "offline, and not in the cache"
    assert len(server.requests) == 1


@pytest.mark.parametrize("broken", [b"", b"no database", b"SQLite format 3\x00" + b"x" * 5000])
def test_a_broken_cache_does_no_harm(server: Server, tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(broken)
    server.add("a", "1.0.0")
    for _ in range(2):
        answer = ask(server, needs(("a", "1.0.0")), cache=str(path)).packuments["a"]
        assert isinstance(answer, Packument)


def test_a_cache_of_the_future_is_left_alone(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    server.add("a", "1.0.0")
    assert isinstance(ask(server, needs(("a", "1.0.0")), cache=str(path)).packuments["a"], Packument)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)


def test_the_cache_is_for_its_owner_alone(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "inner" / "cache.sqlite"
    server.add("a", "1.0.0")
    ask(server, needs(("a", "1.0.0")), cache=str(path))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(401), "the registry answered 401 (it wants a login) to GET packuments"),
        (Reply(403), "the registry answered 403 (it forbids that) to GET packuments"),
        (Reply(405), "the registry answered 405 to GET packuments"),
        (Reply(429), "the registry answered 429 (too many requests) to GET packuments"),
        (Reply(500), "the registry answered 500 to GET packuments"),
        (Reply(200, b"<html>login</html>"), "the registry answered with a web page instead of JSON"),
        (Reply(200, b""), "the registry answered with nothing"),
        (Reply(200, b'{"name": "a", "vers'), "the registry's answer is no JSON"),
        (Reply(200, b"[" * 100_000), "the registry's answer is no JSON"),
        (Reply(200, b"[]"), "the registry's answer is no object"),
        (Reply(200, b"{}"), "the registry answered without any versions"),
        (Reply(200, b'{"name": "b", "versions": {}}'), "the registry answered with another package"),
        (Reply(200, b'{"name": "a", "versions": []}'), "the registry answered without any versions"),
        (Reply(200, b'{"name": "a", "versions": {}}', cut=True), "broke off"),
        (Reply(302, b"", {"location": "ftp://127.0.0.1/a"}), "redirects away from https"),
        (Reply(302, b"", {"location": "/a"}), "redirects too often"),
    ],
)
def test_what_is_no_answer_is_said_in_words(server: Server, reply: Reply, says: str) -> None:
    server.faults["*"] = reply
    assert says in reason(ask(server, needs(("a", "1.0.0"))))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_another_try_cures_what_passes(server: Server, status: int) -> None:
    server.add("a", "1.0.0")

    def once(request: Request) -> Reply:
        del server.faults["/a"]
        return Reply(status, b"{}", {"retry-after": "0"})

    server.faults["/a"] = once
    assert isinstance(ask(server, needs(("a", "1.0.0"))).packuments["a"], Packument)
    assert len(server.requests) == 2


def test_what_the_server_asks_for_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    answer = Answer(429, {"retry-after": "3"}, b"")
    assert client_http._pause(0, answer) == 3
    assert client_http._pause(0, Answer(429, {"retry-after": "99999"}, b"")) == 20
    soon = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 5))
    assert 2 < client_http._pause(0, Answer(429, {"retry-after": soon}, b"")) <= 6
    assert 0 < client_http._pause(0, Answer(500, {"retry-after": "nonsense"}, b"")) < 1


def test_a_dead_registry_costs_seconds(server: Server) -> None:
    gone = NpmConfig({"registry": "http://127.0.0.1:9/"}, {}, {}, [])
    began = time.monotonic()
    answers = fetch(gone, needs(*((f"p{n}", "1.0.0") for n in range(300))), bulk={"a": ["1.0.0"]})
    assert time.monotonic() - began < 20
    assert all(isinstance(answer, Unanswered) for answer in answers.packuments.values())
    assert answers.bulk is None
    assert "could not be reached" in (answers.bulk_error or "")


def test_a_drip_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_http, "_REQUEST_TIME", 0.3)
    monkeypatch.setattr(client_http, "_TRIES", 1)
    server.faults["*"] = Reply(200, b"{}", delay=1.0)
    assert "no answer from 127.0.0.1" in reason(ask(server, needs(("a", "1.0.0"))))


def test_a_bomb_is_not_unpacked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from npmguard.registry import client

    monkeypatch.setattr(client, "_LARGEST_PACKUMENT", 1024 * 1024)
    bomb = gzip.compress(b" " * 50_000_000)
    server.faults["*"] = Reply(200, bomb, {"content-encoding": "gzip"})
    assert "more than 1 MiB" in reason(ask(server, needs(("a", "1.0.0"))))


def test_requests_in_flight_are_bounded(server: Server) -> None:
    names = [f"p{n}" for n in range(150)]
    for name in names:
        server.add(name, "1.0.0")
    answers = ask(server, needs(*((name, "1.0.0") for name in names)))
    assert all(isinstance(answer, Packument) for answer in answers.packuments.values())
    assert server.busiest <= client_http.IN_FLIGHT
    assert len(server.requests) == 150


def test_credentials_go_to_their_registry_and_along_no_redirect(server: Server) -> None:
    host = server.url.removeprefix("http:")
    with registry() as other:
        server.add("a", "1.0.0")
        other.add("b", "1.0.0")
        server.faults["/b"] = Reply(302, b"", {"location": f"{other.url}b"})
        secrets = {f"{host}:_authToken": "made-up-token"}
        answers = fetch(config(server, secrets), needs(("a", "1.0.0"), ("b", "1.0.0")))
        assert isinstance(answers.packuments["b"], Packument)
        assert all(r.headers.get("authorization") == "Bearer made-up-token" for r in server.requests)
        assert [r.headers.get("authorization") for r in other.requests] == [None]
        assert all("cookie" not in r.headers for r in other.requests)


def test_what_one_account_was_told_is_not_another_s(server: Server) -> None:
    host = server.url.removeprefix("http:")
    server.add("a", "1.0.0")
    fetch(config(server, {f"{host}:_authToken": "made-up-one"}), needs(("a", "1.0.0")))
    fetch(config(server, {f"{host}:_authToken": "made-up-two"}), needs(("a", "1.0.0")))
    assert len(server.requests) == 2


def test_a_scope_is_asked_of_its_own_registry(server: Server) -> None:
    with registry() as corp:
        corp.add("@corp/x", "1.0.0")
        server.add("a", "1.0.0")
        bulk = {"a": ["1.0.0"], "@corp/x": ["1.0.0"]}
        answers = fetch(config(server, corp=corp.url), needs(("a", "1.0.0"), ("@corp/x", "1.0.0")), bulk=bulk)
        assert all(isinstance(answer, Packument) for answer in answers.packuments.values())
        sent = [json.loads(gzip.decompress(r.body)) for r in server.requests if r.method == "POST"]
        assert sent == [{"a": ["1.0.0"]}]


def test_advisories_take_one_request(server: Server) -> None:
    server.advisories = {"a": [{"id": 1, "title": "t"}]}
    answers = fetch(config(server), Needs(advisories=True), bulk={"a": ["1.0.0"], "b": ["1.0.0"]})
    assert answers.bulk == {"a": [{"id": 1, "title": "t"}]}
    assert len(server.requests) == 1
    assert server.requests[0].headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(405), "the registry answered 405 to POST /-/npm/v1/security/advisories/bulk"),
        (Reply(404), "the registry answered 404 to POST"),
        (Reply(401), "the registry answered 401 (it wants a login) to POST"),
        (Reply(429), "the registry answered 429 (too many requests) to POST"),
        (Reply(500), "the registry answered 500 to POST"),
        (Reply(200, b"<!doctype html>"), "a web page instead of JSON"),
        (Reply(200, b""), "answered with nothing"),
        (Reply(200, b"[]"), "is no object"),
        (Reply(200, b'{"error": "no"}'), "with an error"),
        (Reply(200, b'{"a": []}', cut=True), "broke off"),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_advisories_that_do_not_come_are_an_error_in_words(
    server: Server, reply: Reply, says: str, alone: bool
) -> None:
    server.add("a", "1.0.0")
    server.faults["/-/npm/v1/security/advisories/bulk"] = reply
    what = Needs(advisories=True) if alone else needs(("a", "1.0.0"))
    answers = fetch(config(server), what, bulk={"a": ["1.0.0"]})
    assert answers.bulk is None
    assert says in (answers.bulk_error or "")


def test_a_manifest_tells_scripts_and_dependencies(server: Server) -> None:
    server.add("a", "1.0.0", scripts={"postinstall": "node x.js", "test": "mocha"}, dependencies={"b": "1"})
    server.add("g", "1.0.0", gypfile=True)
    wanted = Needs(manifests=frozenset([("a", "1.0.0"), ("g", "1.0.0"), ("none", "1.0.0")]))
    for _ in range(2):
        answers = ask(server, wanted)
        assert answers.manifests["a", "1.0.0"].scripts == {"postinstall": "node x.js"}
        assert answers.manifests["a", "1.0.0"].dependencies == {"b": "1"}
        assert answers.manifests["g", "1.0.0"].scripts == {"install": "node-gyp rebuild"}
        assert ("none", "1.0.0") not in answers.manifests
    assert server.paths().count("/a/1.0.0") == 1
