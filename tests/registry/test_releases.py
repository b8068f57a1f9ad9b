"""Releases and their tarballs, from a registry on loopback that can misbehave."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import Reply, Request, Server, registry
from support.tarballs import entry, tgz

from npmguard.model import Missing, Packument, Release, Unanswered
from npmguard.origins import default_registry
from npmguard.packing import tarball as reader
from npmguard.project.npmrc import NpmConfig
from npmguard.registry import http as client_http
from npmguard.registry import tarballs as tarballs_module
from npmguard.registry.files import Files
from npmguard.registry.releases import before, pick, previous, release
from npmguard.registry.tarballs import Wanted, location, tarball, tarballs, wanted


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as running:
        yield running


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_http, "_pause", lambda attempt, answer: 0.0)


def config(server: Server, secrets: dict[str, str] | None = None, **settings: str) -> NpmConfig:
    values = {"registry": server.url, **{key.replace("_", "-"): value for key, value in settings.items()}}
    return NpmConfig(values, {}, secrets or {}, [])


def folder() -> Path:
    return Path(os.environ["NPMGUARD_CACHE_DIR"]) / "files"


def published(server: Server, name: str = "a", *numbers: str, **fields: Any) -> None:
    for number in numbers or ("1.0.0",):
        server.publish(name, number, tgz(entry("package/v", number.encode())), **fields)


def version(found: object) -> str:
    assert isinstance(found, Release), found
    return found.version


def reason(found: object) -> str:
    assert isinstance(found, Unanswered), found
    return found.reason


# -- which release


def test_a_version_is_asked_for_once_and_comes_whole(server: Server) -> None:
    published(server, "a", "1.0.0", "1.1.0", scripts={"test": "x"}, bin={"a": "a.js"})
    for asked in ("1.0.0", "v1.0.0", "=1.0.0"):
        found = release(config(server), "a", asked)
        assert version(found) == "1.0.0"
        assert isinstance(found, Release)
        assert found.manifest["scripts"] == {"test": "x"}
        assert found.manifest["bin"] == {"a": "a.js"}
    assert server.paths() == ["/a/1.0.0"]


def test_tags_and_the_latest(server: Server) -> None:
    published(server, "@s/a", "1.0.0", "2.0.0")
    server.packuments["@s/a"]["dist-tags"] = {"latest": "1.0.0", "next": "2.0.0"}
    assert version(release(config(server), "@s/a")) == "1.0.0"
    assert version(release(config(server), "@s/a", "next")) == "2.0.0"
    assert release(config(server), "@s/a", "beta") == Missing("@s/a@beta")
    assert server.paths()[:2] == ["/@s%2Fa/latest", "/@s%2Fa/next"]


def test_ranges_go_by_what_npm_prefers(server: Server) -> None:
    published(server, "a", "1.0.0", "1.1.0", "1.2.0", "2.0.0", "3.0.0-beta.1")
    packument = server.packuments["a"]
    packument["dist-tags"] = {"latest": "1.1.0"}
    assert version(release(config(server), "a", "^1.0.0")) == "1.1.0"
    assert version(release(config(server), "a", "")) == "1.1.0"
    assert version(release(config(server), "a", ">=2")) == "2.0.0"
    assert release(config(server), "a", "^9") == Missing("a@^9")
    packument["versions"]["1.2.0"]["deprecated"] = packument["versions"]["2.0.0"]["deprecated"] = "do not"
    packument["dist-tags"] = {"latest": "2.0.0"}
    for fresh in ("no cache", "another"):
        cache = str(folder() / fresh / "x.sqlite")
        assert version(release(config(server), "a", "^1.0.0", cache=cache)) == "1.1.0"
        assert version(release(config(server), "a", "^2", cache=cache)) == "2.0.0"
        assert version(release(config(server), "a", cache=cache)) == "1.1.0"


def test_what_is_not_there(server: Server) -> None:
    published(server)
    assert release(config(server), "nobody") == Missing("nobody")
    assert release(config(server), "nobody", "^1") == Missing("nobody")
    assert release(config(server), "nobody", "1.0.0") == Missing("nobody")
    assert release(config(server), "a", "9.9.9") == Missing("a@9.9.9")
    before = len(server.requests)
    assert release(config(server), "../a") == Missing("../a")
    assert len(server.requests) == before


def test_a_registry_without_documents_of_versions(server: Server) -> None:
    published(server, "a", "1.0.0", "2.0.0", scripts={"install": "x"})
    for path in ("/a/1.0.0", "/a/latest", "/a/9.9.9"):
        server.faults[path] = Reply(405)
    found = release(config(server), "a", "1.0.0")
    assert isinstance(found, Release)
    assert found.manifest["scripts"] == {"install": "x"}
    assert version(release(config(server), "a")) == "2.0.0"
    assert release(config(server), "a", "9.9.9") == Missing("a@9.9.9")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(401), "it wants a login"),
        (Reply(500), "the registry answered 500 to GET"),
        (Reply(200, b"<html>"), "a web page instead of JSON"),
        (Reply(200, b"[]"), "is no packument"),
        (Reply(200, b'{"versions": {"1.0.0": {"name": "b"}}}'), "is of another package"),
        (Reply(200, b'{"name": "a"}', cut=True), "broke off"),
        (Reply(200, b"[" * 100_000), "is no packument"),
    ],
)
def test_what_is_no_answer_is_said_in_words(server: Server, reply: Reply, says: str) -> None:
    server.faults["*"] = reply
    assert says in reason(release(config(server), "a", "1.0.0"))


def test_offline_takes_what_is_kept(server: Server) -> None:
    published(server, "a", "1.0.0", "2.0.0")
    assert "not in the cache" in reason(release(config(server), "a", offline=True))
    release(config(server), "a")
    count = len(server.requests)
    assert version(release(config(server), "a", offline=True)) == "2.0.0"
    assert version(release(config(server), "a", "2.0.0", offline=True)) == "2.0.0"
    assert "not in the cache" in reason(release(config(server), "a", "1.0.0", offline=True))
    assert "not in the cache" in reason(release(config(server), "a", "^1", offline=True))
    assert len(server.requests) == count


def test_an_old_document_is_asked_for_again(server: Server) -> None:
    published(server)
    release(config(server), "a", "1.0.0")
    for path in folder().iterdir():
        os.utime(path, (0, 0))
    server.packuments["a"]["versions"]["1.0.0"]["deprecated"] = "no"
    found = release(config(server), "a", "1.0.0")
    assert isinstance(found, Release)
    assert found.manifest["deprecated"] == "no"


def test_documents_of_different_accounts_are_kept_apart(server: Server) -> None:
    published(server)
    host = server.url.removeprefix("http:").rstrip("/")
    release(config(server, {f"{host}/:_authToken": "made-up"}), "a", "1.0.0")
    assert "not in the cache" in reason(release(config(server), "a", "1.0.0", offline=True))


# -- the release before


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1.2.0", "1.1.0"),
        ("1.1.0", "1.0.0"),
        ("9.0.0", "2.0.0"),
        ("2.0.0", "1.1.0"),
        ("1.0.0", "2.0.0"),
        ("0.5.0", "2.0.0"),
        ("3.0.0-beta.2", "3.0.0-beta.1"),
        ("3.0.0-alpha", "2.0.0"),
        ("3.0.0", "2.0.0"),
        (None, "2.0.0"),
        ("nonsense", "2.0.0"),
    ],
)
def test_the_release_to_compare_with(number: str | None, expected: str) -> None:
    every = ("1.0.0", "1.1.0", "2.0.0", "3.0.0-beta.1")
    assert previous(Packument("a", {"latest": "2.0.0"}, {}, every), number) == expected


def test_the_release_before_and_its_files(server: Server) -> None:
    assert before(config(server), "a", "1.0.0") is None
    published(server, "a", "1.0.0", "1.1.0")
    found = before(config(server), "a", "1.1.0", cache=str(folder().parent / "other" / "x"))
    assert isinstance(found, Release)
    data = tarball(config(server), found)
    assert isinstance(data, bytes)
    files = reader.read(data, "a").files
    assert found._replace(files=files).unpacked_size == sum(file.size for file in files)
    server.add("only", "1.0.0")
    assert before(config(server), "only", "1.0.0") is None
    server.faults["/b"] = Reply(503)
    assert "answered 503" in reason(before(config(server), "b", "1.0.0"))


# -- which version, as npm decides


def test_a_pick_needs_no_registry() -> None:
    known = dict.fromkeys(("1.0.0", "2.0.0-rc.1"))
    assert pick(None, {"latest": "2.0.0-rc.1"}, known) == "2.0.0-rc.1"
    assert pick("*", {}, known) == "1.0.0"
    assert pick("next", {"next": "9.9.9"}, known) is None
    assert pick(None, {}, {}) is None


# -- tarballs


def fetched(config: NpmConfig, *items: Wanted, **more: Any) -> dict[Wanted, bytes | Unanswered]:
    found: dict[Wanted, bytes | Unanswered] = {}
    tarballs(config, items, found.__setitem__, **more)
    return found


def asked(server: Server, name: str = "a", number: str = "1.0.0") -> Wanted:
    return wanted(Release(name, number, server.packuments[name]["versions"][number]))


def test_many_at_once_are_handed_over_and_kept(server: Server) -> None:
    for number in range(60):
        published(server, f"p{number}")
    items = [asked(server, f"p{number}") for number in range(60)]
    told: list[tuple[int, int]] = []

    def slowly(request: Request) -> Reply:
        time.sleep(0.01)
        return Reply(200, server.tarballs[request.path])

    server.faults["*"] = slowly
    found = fetched(config(server), *items, *items, progress=lambda done, of: told.append((done, of)))
    assert {item: server.tarballs[f"/{item.name}/-/{item.name}-1.0.0.tgz"] for item in items} == found
    assert told == [(number, 60) for number in range(1, 61)]
    assert len(server.requests) == 60
    assert 1 < server.busiest <= 16
    assert fetched(config(server), *items, offline=True) == found
    assert fetched(config(server), *items) == found
    assert len(server.requests) == 60


def test_what_is_not_what_was_promised_is_not_given(server: Server) -> None:
    published(server)
    item = asked(server)
    server.tarballs["/a/-/a-1.0.0.tgz"] = b"something else"
    found = fetched(config(server), item)[item]
    assert reason(found).startswith("what the registry gave for a@1.0.0 is not the tarball that sha512-")
    assert list(folder().glob("*.tgz")) == []
    by_shasum = item._replace(integrity=None)
    assert "that shasum " in reason(fetched(config(server), by_shasum)[by_shasum])


def test_what_has_no_hash_is_given_and_not_kept(server: Server) -> None:
    published(server)
    item = Wanted("a", "1.0.0")
    assert fetched(config(server), item)[item] == server.tarballs["/a/-/a-1.0.0.tgz"]
    assert server.paths() == ["/a/-/a-1.0.0.tgz"]
    assert not folder().exists()
    assert reason(fetched(config(server), item, offline=True)[item]) == (
        "offline, and its tarball is not in the cache"
    )


def test_any_hash_of_the_strongest_kind_will_do(server: Server) -> None:
    published(server)
    item = asked(server)
    several = item._replace(integrity=f"sha1-AAAA sha512-{'A' * 86}== {item.integrity}")
    for offline in (False, True):
        assert isinstance(fetched(config(server), several, offline=offline)[several], bytes)


def test_a_kept_tarball_that_rotted_is_fetched_again(server: Server) -> None:
    published(server)
    item = asked(server)
    first = fetched(config(server), item)
    for path in folder().glob("*.tgz"):
        path.write_bytes(b"rotten")
    assert "not in the cache" in reason(fetched(config(server), item, offline=True)[item])
    assert fetched(config(server), item) == first
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(404), "the registry answered 404 to GET a tarball"),
        (Reply(401), "it wants a login"),
        (Reply(503), "answered 503"),
        (Reply(200, b"half a tarball", cut=True), "broke off"),
        (Reply(302, b"", {"location": "file:///etc/passwd"}), "redirects away from https"),
        (Reply(302, b"", {"location": "/a/-/a-1.0.0.tgz"}), "redirects too often"),
    ],
)
def test_a_tarball_that_does_not_come(server: Server, reply: Reply, says: str) -> None:
    published(server)
    item = asked(server)
    server.faults["/a/-/a-1.0.0.tgz"] = reply
    assert says in reason(fetched(config(server), item)[item])


def test_a_tarball_that_has_no_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    published(server)
    item = asked(server)
    monkeypatch.setattr(tarballs_module, "LARGEST", 100)
    assert "more than 0 MiB" in reason(fetched(config(server), item)[item])


def test_large_ones_come_one_after_the_other(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_http, "_LARGE", 10)
    for number in range(8):
        published(server, f"p{number}")
    items = [asked(server, f"p{number}") for number in range(8)]
    assert all(isinstance(data, bytes) for data in fetched(config(server), *items).values())


def test_a_file_that_a_server_calls_packed_is_taken_as_it_is(server: Server) -> None:
    published(server)
    item = asked(server)
    data = server.tarballs["/a/-/a-1.0.0.tgz"]
    server.faults["/a/-/a-1.0.0.tgz"] = Reply(200, data, {"content-encoding": "gzip"})
    assert fetched(config(server), item)[item] == data
    assert server.requests[-1].headers["accept-encoding"] == "identity"


def test_what_the_receiver_raises_comes_out(server: Server) -> None:
    published(server)

    def each(item: Wanted, data: object) -> None:
        raise KeyError(item.name)

    with pytest.raises(KeyError):
        tarballs(config(server), [asked(server)], each)


def test_a_name_that_leads_elsewhere_is_not_asked_for(server: Server) -> None:
    item = Wanted("../../a", "1.0.0")
    assert reason(fetched(config(server), item)[item]) == "no registry can have a package of that name"
    for url in ("ftp://registry.example.test/a.tgz", "file:///etc/passwd", "http://[", "http:///x"):
        other = Wanted("a", "1.0.0", url)
        assert "nowhere that can be asked" in reason(fetched(config(server), other)[other])
    assert server.requests == []


# -- credentials


def test_a_token_goes_to_the_registry_and_to_no_other_host(server: Server) -> None:
    with registry() as other:
        published(server)
        other.tarballs["/a.tgz"] = b"data"
        ours, theirs = (s.url.removeprefix("http:").rstrip("/") for s in (server, other))
        settings = config(server, {f"{ours}/:_authToken": "made-up", f"{theirs}/:_authToken": "second"})
        elsewhere = Wanted("a", "2.0.0", f"{other.url}a.tgz")
        fetched(settings, asked(server), elsewhere)
        assert server.requests[0].headers["authorization"] == "Bearer made-up"
        assert "authorization" not in other.requests[0].headers
        server.faults["/moved.tgz"] = Reply(302, b"", {"location": f"{other.url}a.tgz"})
        moved = Wanted("a", "3.0.0", f"{server.url}moved.tgz")
        assert fetched(settings, moved)[moved] == b"data"
        assert server.requests[-1].headers["authorization"] == "Bearer made-up"
        assert "authorization" not in other.requests[-1].headers


def test_a_token_for_the_path_of_the_registry_goes_to_tarballs_beside_it(server: Server) -> None:
    server.tarballs["/files/a.tgz"] = b"data"
    host = server.url.removeprefix("http:").rstrip("/")
    settings = NpmConfig({"registry": f"{server.url}npm/"}, {}, {f"{host}/npm/:_authToken": "made-up"}, [])
    item = Wanted("a", "1.0.0", f"{server.url}files/a.tgz")
    assert fetched(settings, item)[item] == b"data"
    assert server.requests[0].headers["authorization"] == "Bearer made-up"


# -- where from


MINE = "https://npm.example.test/api/npm/"
PUBLIC = default_registry()


@pytest.mark.parametrize(
    ("setting", "url", "expected"),
    [
        (None, f"{PUBLIC}a/-/a-1.0.0.tgz", f"{MINE}a/-/a-1.0.0.tgz"),
        ("npmjs", f"{PUBLIC}a/-/a-1.0.0.tgz", f"{MINE}a/-/a-1.0.0.tgz"),
        ("never", f"{PUBLIC}a/-/a-1.0.0.tgz", f"{PUBLIC}a/-/a-1.0.0.tgz"),
        (None, "https://other.example.test/x/a.tgz", "https://other.example.test/x/a.tgz"),
        ("always", "http://other.example.test:8080/x/a.tgz?b=c", f"{MINE}x/a.tgz?b=c"),
        ("always", f"{MINE}a/-/a-1.0.0.tgz", f"{MINE}a/-/a-1.0.0.tgz"),
        ("other.example.test", "https://other.example.test/a/-/a-1.0.0.tgz", f"{MINE}a/-/a-1.0.0.tgz"),
        ("other.example.test", f"{PUBLIC}a/-/a-1.0.0.tgz", f"{PUBLIC}a/-/a-1.0.0.tgz"),
        ("https://other.example.test/old/", "https://other.example.test/old/a.tgz", f"{MINE}a.tgz"),
        (
            "https://other.example.test/old",
            "https://other.example.test/older/a.tgz",
            "https://other.example.test/older/a.tgz",
        ),
        (None, None, f"{MINE}a/-/a-1.0.0.tgz"),
    ],
)
def test_the_registry_in_use_stands_in_for_the_public_one(
    setting: str | None, url: str | None, expected: str
) -> None:
    values = {"registry": MINE} | ({"replace-registry-host": setting} if setting else {})
    place = location(NpmConfig(values, {}, {}, []), Wanted("a", "1.0.0", url))
    assert place == (expected, MINE)


def test_a_scope_has_a_registry_of_its_own() -> None:
    settings = NpmConfig({"registry": MINE}, {"@s": "https://s.example.test/"}, {}, [])
    usual = "https://s.example.test/@s/a/-/a-1.0.0-rc.1.tgz"
    assert location(settings, Wanted("@s/a", "1.0.0-rc.1")) == (usual, "https://s.example.test/")
    assert location(settings, Wanted("@s/a", "1", f"{PUBLIC}a.tgz")) == (f"{MINE}a.tgz", MINE)


# -- the folder


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path) -> None:
    files = Files(str(tmp_path / "cache.sqlite"), most=1000)
    now = time.time()
    for number in range(5):
        files.keep(f"k{number}", bytes(300))
        os.utime(tmp_path / "files" / f"k{number}", (now - 500 + number, now - 500 + number))
    assert files.get("k0") is not None
    os.utime(tmp_path / "files" / "k0", (now, now - 500))
    (tmp_path / "files" / ".tmp-old").write_bytes(b"x")
    os.utime(tmp_path / "files" / ".tmp-old", (1, 1))
    (tmp_path / "files" / ".tmp-new").write_bytes(b"x")
    files.close()
    assert sorted(os.listdir(tmp_path / "files")) == [".tmp-new", "k0", "k3", "k4"]
    files.keep("huge", bytes(1001))
    assert files.get("huge") is None


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    files = Files(str(tmp_path / "cache.sqlite"))
    files.keep("k", b"data")
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    assert (tmp_path / "files" / "k").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_used_does_no_harm(server: Server, tmp_path: Path) -> None:
    published(server)
    (tmp_path / "files").write_text("a file")
    item = asked(server)
    found = fetched(config(server), item, cache=str(tmp_path / "cache.sqlite"))
    assert isinstance(found[item], bytes)
    assert version(release(config(server), "a", cache=str(tmp_path / "cache.sqlite"))) == "1.0.0"


WRITE = """
import sys
from npmguard.registry.files import Files
files = Files(sys.argv[1], most=2_000_000)
for number in range(150):
    data = bytes([number]) * 50_000
    files.keep(f"k{number}", data)
    found = files.get(f"k{number}")
    assert found is None or found == data
    if number % 20 == 0:
        files.close()
files.close()
"""


def test_several_processes_share_the_folder(tmp_path: Path) -> None:
    place = str(tmp_path / "cache.sqlite")
    running = [subprocess.Popen([sys.executable, "-c", WRITE, place]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    kept = [path for path in (tmp_path / "files").iterdir() if path.name.startswith("k")]
    assert all(path.stat().st_size == 50_000 for path in kept)
    assert sum(path.stat().st_size for path in kept) <= 2_000_000
