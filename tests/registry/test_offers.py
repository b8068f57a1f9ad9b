"""What registries offer, level by level."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.server import Reply, Server, packument, registry

from npmguard.model import Missing, Needs, Offer, Offers, Unanswered
from npmguard.project import npmrc
from npmguard.registry import offers as reading
from npmguard.registry.client import fetch
from npmguard.registry.offers import Answer, levels, packed, read, unpacked
from npmguard.registry.packument import read as facts


@pytest.fixture
def server(here: Path) -> Iterator[Server]:
    with registry() as running:
        running.max_age = 300
        (here / ".npmrc").write_text(f"registry={running.url}\n")
        yield running


def ask(*wanted: set[str], further: Needs | None = None, **options: Any) -> dict[str, Answer]:
    """The answers about these names, level after level."""
    waiting = [*wanted, set[str]()]
    beside = [further or Needs()]
    found: Mapping[str, Answer] = {}

    def level(known: Mapping[str, Answer]) -> set[str]:
        nonlocal found
        found = known
        return waiting.pop(0)

    def more() -> Needs:
        return beside.pop() if beside else Needs()

    levels(npmrc.load("."), level, more, **options)
    return dict(found)


def of(version: dict[str, Any]) -> Offer:
    document = packument("demo", "1.0.0")
    document["versions"]["1.0.0"] = version
    data = json.dumps(document).encode()
    return read(data, "demo", facts(data, "demo")).versions["1.0.0"]


def test_what_a_version_offers() -> None:
    offer = of(
        {
            "dependencies": {"a": "1", "fast": "2", "inside": "3", "odd": 4},
            "optionalDependencies": {"fast": "2"},
            "peerDependencies": {"host": "*", "soft": "*", "a": "*"},
            "peerDependenciesMeta": {"soft": {"optional": True}, "host": {"optional": "yes"}},
            "bundleDependencies": ["inside"],
            "os": ["linux"],
            "cpu": "x64",
            "deprecated": "old",
            "dist": {
                "integrity": "sha512-x",
                "tarball": "https://registry.example.test/t",
                "attestations": {},
            },
        }
    )
    assert offer == Offer(
        {"a": "1"},
        {"fast": "2"},
        {"host": "*", "soft": "*"},
        ("soft",),
        ("inside",),
        ("linux",),
        ("x64",),
        "old",
        False,
        "sha512-x",
        "https://registry.example.test/t",
    )
    assert of({"bundledDependencies": True, "dependencies": {"a": "1"}}).dependencies == {}
    assert of({"dist": {"attestations": {"url": "x"}}, "hasInstallScript": True})[-5:] == (
        True,
        None,
        None,
        True,
        (),
    )


@pytest.mark.parametrize(
    "odd",
    [
        {"dependencies": [], "optionalDependencies": "x", "peerDependencies": 1, "peerDependenciesMeta": []},
        {"bundleDependencies": {"a": 1}, "os": [1, None], "cpu": {}, "dist": []},
        {"dist": "x", "deprecated": []},
    ],
)
def test_odd_fields_say_nothing(odd: dict[str, Any]) -> None:
    found = of(odd)
    assert (found.dependencies, found.optional, found.peers, found.bundled) == ({}, {}, {}, ())


def test_versions_that_are_no_objects_are_left_out() -> None:
    document = packument("demo", "1.0.0", "2.0.0")
    document["versions"]["1.0.0"] = None
    data = b"\xef\xbb\xbf" + json.dumps(document).encode()
    assert list(read(data, "demo", facts(data, "demo")).versions) == ["2.0.0"]


def test_in_and_out_of_the_cache() -> None:
    offer = Offer({"a": "1"}, {}, {"b": "2"}, ("b",), attested=True)
    found = Offers("demo", {"latest": "1.0.0"}, {"1.0.0": offer, "0.9.0": Offer()}, False)
    assert unpacked(packed(found)) == found
    assert list((unpacked(packed(found)) or found).versions) == ["1.0.0", "0.9.0"]
    for wrong in (b"", b"x", packed(found)[:-3]):
        assert unpacked(wrong) is None


def test_the_second_time_nobody_is_asked(server: Server) -> None:
    server.add("a", "1.0.0", dependencies={"b": "*"})
    server.add("b", "1.0.0")
    first = ask({"a"}, {"b", "gone"})
    assert sorted(server.paths()) == ["/a", "/b", "/gone"]
    assert all("install-v1" in request.headers["accept"] for request in server.requests)
    assert isinstance(first["gone"], Missing)
    server.requests.clear()
    assert ask({"a"}, {"b"}) == {name: first[name] for name in "ab"}
    assert server.paths() == []
    # the rules that ask after the same packuments find them there
    assert set(fetch(npmrc.load("."), Needs(lists=frozenset("ab"))).packuments) == {"a", "b"}
    assert server.paths() == []
    assert ask({"a"}, {"b"}, offline=True) == {name: first[name] for name in "ab"}


def test_what_travels_beside_is_in_the_cache_afterwards(server: Server) -> None:
    server.add("a", "1.0.0", scripts={"install": "x"}, hasInstallScript=True)
    needs = Needs(
        histories=frozenset("a"),
        keys=frozenset("a"),
        manifests=frozenset([("a", "1.0.0")]),
        attestations=frozenset([("a", "1.0.0")]),
    )
    ask({"a"}, further=needs)
    assert len(server.requests) == 5
    server.requests.clear()
    answers = fetch(npmrc.load("."), needs)
    assert (set(answers.histories), set(answers.keys), len(answers.manifests)) == ({"a"}, {"a"}, 1)
    assert server.paths() == []


def test_what_is_stale_is_revalidated(server: Server) -> None:
    server.max_age = 0
    server.add("a", "1.0.0")
    first = ask({"a"})
    server.requests.clear()
    assert ask({"a"}) == first
    assert "if-none-match" in server.requests[0].headers
    server.add("a", "1.0.0", "2.0.0")
    found = ask({"a"})["a"]
    assert isinstance(found, Offers)
    assert list(found.versions) == ["1.0.0", "2.0.0"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(403), "the registry answered 403 (it forbids that) to GET packuments"),
        (Reply(200, b"<html>"), "the registry answered with a web page instead of JSON"),
        (Reply(200, b'{"name": "b", "versions": {}}'), "the registry answered with another package"),
        (Reply(200, b'{"name": "a"}'), "the registry answered without any versions"),
    ],
)
def test_what_is_no_answer(server: Server, reply: Reply, reason: str) -> None:
    server.faults["/a"] = reply
    assert ask({"a"}) == {"a": Unanswered("a", reason)}


def test_what_no_registry_can_have_is_not_asked_for(server: Server) -> None:
    assert ask({"../x", "a b"}) == {"../x": Missing("../x"), "a b": Missing("a b")}
    assert server.paths() == []
    assert ask({"a"}, offline=True) == {"a": Unanswered("a", "offline, and not in the cache")}


def test_a_level_does_not_wait_for_what_travels_beside(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_BESIDE", 1)
    for name in "abc":
        server.add(name, "1.0.0")

    def slow(request: Any) -> Reply:
        full = "install-v1" not in request.headers["accept"]
        return Reply(200, json.dumps(server.packuments[request.path[1:]]).encode(), delay=0.3 if full else 0)

    server.faults |= {"/a": slow, "/b": slow, "/c": slow}
    ask({"a"}, {"b"}, {"c"}, further=Needs(histories=frozenset("abc")))
    short = [n for n, r in enumerate(server.requests) if "install-v1" in r.headers["accept"]]
    assert short[-1] <= 3  # by then one of the full ones was on its way
