"""What a run has been told: shared where it may be, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.registries import lived
from support.server import Reply, Request, Server, registry

from npmguard.model import History, Missing, Needs, Packument, Unanswered
from npmguard.project import npmrc
from npmguard.project.npmrc import NpmConfig
from npmguard.registry import client, fetch, http, memory
from npmguard.registry.memory import Memory

BULK = "/-/npm/v1/security/advisories/bulk"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A registry whose answers no cache may keep."""
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    with registry() as running:
        running.max_age = 0
        running.add("a", "1.0.0", "1.1.0", "2.0.0")
        running.add("b", "3.0.0")
        yield running


def config(server: Server, folder: Path, rc: str = "") -> NpmConfig:
    folder.mkdir(exist_ok=True)
    (folder / ".npmrc").write_text(rc)
    return npmrc.load(str(folder), registry=server.url, environ={"HOME": str(folder)})


def advisory(vulnerable: str, **fields: Any) -> dict[str, Any]:
    return {"id": 1, "title": "Bad", "severity": "high", "vulnerable_versions": vulnerable, **fields}


def needs(*versions: tuple[str, str], **fields: Any) -> Needs:
    return Needs(versions=frozenset(versions), **fields)


def test_what_was_told_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    found, mine = Memory(), config(server, tmp_path)
    for _ in range(2):
        answers = fetch(mine, needs(("a", "1.0.0"), ("b", "3.0.0")), memory=found)
        assert isinstance(answers.packuments["a"], Packument)
    assert sorted(server.paths()) == ["/a", "/b"]
    fetch(mine, needs(("a", "1.1.0"), ("nope", "1.0.0")), memory=found)
    assert sorted(server.paths()[2:]) == ["/a", "/nope"]


def test_nobody_is_told_what_others_asked(server: Server, tmp_path: Path) -> None:
    """What is asked alone, and what is asked of a memory that knows more, is the same."""
    found, mine = Memory(), config(server, tmp_path)
    everything = needs(("a", "1.0.0"), ("a", "1.1.0"), ("a", "9.9.9"), ("b", "3.0.0"), lists=frozenset("ab"))
    fetch(mine, everything, memory=found)
    for asked in (needs(("a", "1.0.0")), needs(lists=frozenset("b")), needs(("a", "9.9.9"), ("b", "1.0.0"))):
        assert fetch(mine, asked, memory=found).packuments == fetch(mine, asked).packuments


def test_what_is_missing_or_went_unanswered_is_remembered(server: Server, tmp_path: Path) -> None:
    server.faults["/b"] = Reply(500)
    found, mine = Memory(), config(server, tmp_path)
    for _ in range(2):
        answers = fetch(mine, needs(("nope", "1.0.0"), ("b", "3.0.0")), memory=found)
        assert isinstance(answers.packuments["nope"], Missing)
        assert isinstance(answers.packuments["b"], Unanswered)
    assert server.paths().count("/nope") == 1
    assert server.paths().count("/b") == 3  # the tries of one question


def test_accounts_share_no_answer(server: Server, tmp_path: Path) -> None:
    """Of two projects with different tokens for one registry each is told what that registry tells it."""

    def private(request: Request) -> Reply:
        told = request.headers.get("authorization") == "Bearer one"
        return Reply(200, b'{"name": "a", "versions": {"7.0.0": {}}}') if told else Reply(404)

    server.faults["/a"] = private
    host = server.url.removeprefix("http:")
    one = config(server, tmp_path / "one", f"{host}:_authToken=one\n")
    two = config(server, tmp_path / "two", f"{host}:_authToken=two\n")
    found = Memory()
    for _ in range(2):
        told = fetch(one, needs(("a", "7.0.0")), memory=found).packuments["a"]
        assert isinstance(told, Packument)
        assert list(told.versions) == ["7.0.0"]
        assert isinstance(fetch(two, needs(("a", "7.0.0")), memory=found).packuments["a"], Missing)
        nobody = config(server, tmp_path / "nobody")
        assert isinstance(fetch(nobody, needs(("a", "7.0.0")), memory=found).packuments["a"], Missing)
    assert server.paths() == ["/a"] * 3


def test_registries_share_no_answer(server: Server, tmp_path: Path) -> None:
    found = Memory()
    server.advisories = {"a": [advisory("<2")]}
    with registry() as other:
        other.add("a", "5.0.0")
        other.advisories = {}
        for running, latest, told in ((server, "2.0.0", ["a"]), (other, "5.0.0", [])):
            answers = fetch(
                config(running, tmp_path), needs(("a", "1.0.0")), bulk={"a": ["1.0.0"]}, memory=found
            )
            packument = answers.packuments["a"]
            assert isinstance(packument, Packument)
            assert packument.dist_tags["latest"] == latest
            assert list(answers.bulk or {}) == told


def test_a_scope_of_ones_own_keeps_the_rest_shared(server: Server, tmp_path: Path) -> None:
    found = Memory()
    fetch(config(server, tmp_path), needs(("a", "1.0.0")), memory=found)
    scoped = config(server, tmp_path / "scoped", "@corp:registry=https://npm.corp.example/\n")
    fetch(scoped, needs(("a", "1.0.0")), memory=found)
    assert server.paths() == ["/a"]


def test_advisories_are_asked_for_once(server: Server, tmp_path: Path) -> None:
    server.advisories = {"a": [advisory("<2")]}
    found, mine = Memory(), config(server, tmp_path)
    union = fetch(mine, Needs(), bulk={"a": ["1.0.0", "2.0.0"], "b": ["3.0.0"]}, memory=found)
    alone = fetch(mine, Needs(), bulk={"a": ["1.0.0"]}, memory=found)
    assert union.bulk == alone.bulk == server.advisories
    assert fetch(mine, Needs(), bulk={"b": ["3.0.0"]}, memory=found).bulk == {}
    assert server.paths() == [BULK]
    fetch(mine, Needs(), bulk={"a": ["1.0.0", "1.1.0"]}, memory=found)
    assert server.paths() == [BULK, BULK]


@pytest.mark.parametrize(
    ("entry", "version"),
    [(advisory("up to 1.2"), "2.0.0"), (advisory(""), "2.0.0"), ("odd", "2.0.0"), (advisory("<2"), "x")],
)
def test_who_is_meant_is_asked_anew_where_that_is_not_plain(
    server: Server, tmp_path: Path, entry: Any, version: str
) -> None:
    """An advisory that names no range means the versions that were asked about: so each asks for itself."""
    server.advisories = {"a": [entry]}
    found, mine = Memory(), config(server, tmp_path)
    fetch(mine, Needs(), bulk={"a": ["1.0.0", version]}, memory=found)
    server.advisories = {}
    assert fetch(mine, Needs(), bulk={"a": [version]}, memory=found).bulk == {}
    assert len(server.paths()) == 2


def test_a_registry_without_advisories_is_asked_once(server: Server, tmp_path: Path) -> None:
    server.advisories = None
    found, mine = Memory(), config(server, tmp_path)
    first = fetch(mine, Needs(), bulk={"a": ["1.0.0"]}, memory=found)
    second = fetch(mine, Needs(), bulk={"b": ["1.0.0"]}, memory=found)
    assert first.bulk is second.bulk is None
    assert first.bulk_error == second.bulk_error
    assert first.bulk_error is not None
    assert "405" in first.bulk_error
    assert server.paths() == [BULK]


def test_a_refusal_says_nothing_against_what_was_told_before(server: Server, tmp_path: Path) -> None:
    found, mine = Memory(), config(server, tmp_path)
    fetch(mine, Needs(), bulk={"a": ["1.0.0"]}, memory=found)
    server.advisories = None
    assert fetch(mine, Needs(), bulk={"b": ["1.0.0"]}, memory=found).bulk_error is not None
    assert fetch(mine, Needs(), bulk={"a": ["1.0.0"]}, memory=found).bulk_error is None


def test_many_names_make_several_questions(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_MOST_ADVISED", 2)
    names = ["a", "b", "c", "d", "e"]
    server.advisories = {name: [advisory("*")] for name in names}
    answers = fetch(config(server, tmp_path), Needs(), bulk={name: ["1.0.0"] for name in names})
    assert sorted(answers.bulk or {}) == names
    assert server.paths() == [BULK] * 3


def test_histories_are_held_within_bounds(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_MOST_PUBLICATIONS", 5)
    for name in "abc":
        lived(server, name, "1.0.0", "2.0.0", "3.0.0")
    found, mine = Memory(), config(server, tmp_path)
    everything = fetch(mine, Needs(histories=frozenset("abc")), memory=found)
    assert all(isinstance(everything.histories[name], History) for name in "abc")
    for name in "ccaac":
        answers = fetch(mine, Needs(histories=frozenset(name)), memory=found)
        assert isinstance(answers.histories[name], History)
    assert server.paths()[3:] == ["/a", "/c"]  # of three that are too many the last was there


def test_offline_nothing_is_asked(server: Server, tmp_path: Path) -> None:
    answers = fetch(config(server, tmp_path), needs(("a", "1.0.0")), offline=True, memory=Memory())
    assert isinstance(answers.packuments["a"], Unanswered)
    assert server.paths() == []
