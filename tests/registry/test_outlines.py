"""Histories in short: made of the whole ones, and kept beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.releases import START, history, release
from support.server import Reply, Server, registry

from npmguard.model import Brief, Missing, Needs, Outline, Unanswered
from npmguard.project import npmrc
from npmguard.project.npmrc import NpmConfig
from npmguard.registry import Answers, fetch, outline


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as found:
        found.max_age = 600
        found.add("a", "1.0.0", "1.1.0")
        yield found


@pytest.fixture
def config(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NpmConfig:
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", str(tmp_path / "cache"))
    return npmrc.load(str(tmp_path), registry=server.url)


def ask(config: NpmConfig, *names: str, offline: bool = False) -> Answers:
    return fetch(config, Needs(outlines=frozenset(names or ("a",))), offline=offline)


def test_what_stays_of_a_history() -> None:
    found = outline.of(
        history(
            "a",
            release("1.0.0", 0, licence="MIT", deprecated="no more", attested=True),
            release("1.1.0", 9, scripts={"install": "node x"}),
            release("1.2.0", 10, scripts=None),
            maintainers=("maintainer-a", "maintainer-b", "maintainer-a"),
        )
    )
    assert found == Outline(
        "a",
        (
            Brief("1.0.0", START, True, False, True, "MIT"),
            Brief("1.1.0", START + 9 * 86_400, False, True, False, None),
            Brief("1.2.0", START + 10 * 86_400, False, True, False, None),
        ),
        2,
        "1.2.0",
        True,
    )
    assert found.of("1.1.0") is found.releases[1]
    assert found.of("2.0.0") is None
    assert outline.unpacked(outline.packed(found)) == found


@given(st.binary(max_size=60))
def test_what_the_cache_did_not_write(data: bytes) -> None:
    with pytest.raises(ValueError, match="not an outline"):
        outline.unpacked(data)


def test_it_is_asked_for_once(server: Server, config: NpmConfig) -> None:
    first = ask(config, "a", "gone", "../x")
    found = first.outlines["a"]
    assert isinstance(found, Outline)
    assert [brief.version for brief in found.releases] == ["1.0.0", "1.1.0"]
    assert first.outlines["gone"] == Missing("gone")
    assert first.outlines["../x"] == Missing("../x")
    assert first.histories == {}
    assert ask(config).outlines["a"] == found
    assert ask(config, offline=True).outlines["a"] == found
    assert isinstance(ask(config, "b", offline=True).outlines["b"], Unanswered)
    assert sorted(server.paths()) == ["/a", "/gone"]


def test_it_is_made_of_a_history_that_is_there(server: Server, config: NpmConfig) -> None:
    fetch(config, Needs(histories=frozenset("a")))
    found = ask(config).outlines["a"]
    assert isinstance(found, Outline)
    assert ask(config).outlines["a"] == found
    assert server.paths() == ["/a"]


def test_a_stale_one_holds_while_the_history_is_the_same(server: Server, config: NpmConfig) -> None:
    server.max_age = 0
    found = ask(config).outlines["a"]
    assert ask(config).outlines["a"] == found
    assert server.requests[-1].headers.get("if-none-match")
    server.add("a", "1.0.0", "1.1.0", "2.0.0")
    new = ask(config).outlines["a"]
    assert isinstance(new, Outline)
    assert new.releases[-1].version == "2.0.0"


def test_a_spoilt_one_is_sent_anew(server: Server, config: NpmConfig, tmp_path: Path) -> None:
    import sqlite3

    server.max_age = 0
    found = ask(config).outlines["a"]
    (file,) = (tmp_path / "cache").glob("*.sqlite")
    with sqlite3.connect(file) as db:
        db.execute("UPDATE outlines SET body=x'00'")
    assert ask(config).outlines["a"] == found
    assert [r.headers.get("if-none-match") is None for r in server.requests] == [True, False, True]


def test_a_registry_that_says_no(server: Server, config: NpmConfig) -> None:
    server.faults["/a"] = Reply(403)
    answer = ask(config).outlines["a"]
    assert isinstance(answer, Unanswered)
    assert "403" in answer.reason
