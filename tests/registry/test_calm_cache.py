"""What is kept of calm releases: beside the history that they were found in, and no longer than that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.server import Server, registry

from npmguard.model import Calm, History, Needs, Unanswered
from npmguard.project import npmrc
from npmguard.project.npmrc import NpmConfig
from npmguard.registry import Answers, cache, fetch, remember

RELEASE = ("a", "1.0.0")
CALM = Calm(10.5, None, 12.0, 3, True, "sha512-x", True, "key", True, False, True)
FAR = 1e12  # after all that was fetched


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


def ask(config: NpmConfig, *versions: str, offline: bool = False) -> Answers:
    releases = frozenset(("a", version) for version in versions or ("1.0.0",))
    return fetch(config, Needs(releases=releases), offline=offline)


def test_a_calm_release_needs_no_history(server: Server, config: NpmConfig) -> None:
    first = ask(config)
    assert isinstance(first.histories["a"], History)
    assert first.calm == {}
    remember(config, {RELEASE: CALM}, FAR)
    again = ask(config)
    assert again.histories == {}
    assert again.calm == {RELEASE: CALM}
    assert server.paths() == ["/a"]


def test_where_one_of_two_is_not_calm_the_history_is_read(server: Server, config: NpmConfig) -> None:
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    found = ask(config, "1.0.0", "1.1.0")
    assert isinstance(found.histories["a"], History)
    assert found.calm == {RELEASE: CALM}
    assert server.paths() == ["/a"]


def test_the_history_is_given_to_who_asks_for_it(server: Server, config: NpmConfig) -> None:
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    found = fetch(config, Needs(histories=frozenset("a"), releases=frozenset((RELEASE,))))
    assert isinstance(found.histories["a"], History)
    assert server.paths() == ["/a"]


def test_a_stale_one_holds_while_the_history_is_the_same(server: Server, config: NpmConfig) -> None:
    server.max_age = 0
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    found = ask(config)
    assert found.calm == {RELEASE: CALM}
    assert found.histories == {}
    assert server.paths() == ["/a", "/a"]
    assert server.requests[1].headers["if-none-match"]


def test_another_history_ends_it(server: Server, config: NpmConfig) -> None:
    server.max_age = 0
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    server.add("a", "1.0.0", "1.1.0", "1.2.0")
    for _ in range(2):
        found = ask(config)
        assert isinstance(found.histories["a"], History)
        assert found.calm == {}


def test_offline_its_age_does_not_matter(server: Server, config: NpmConfig) -> None:
    server.max_age = 0
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    assert ask(config, offline=True).calm == {RELEASE: CALM}
    assert isinstance(ask(config, "1.1.0", offline=True).histories["a"], History)
    nobody = fetch(config, Needs(releases=frozenset((("b", "1.0.0"),))), offline=True)
    assert isinstance(nobody.histories["b"], Unanswered)


def test_nothing_is_kept_beside_a_history_that_came_later(server: Server, config: NpmConfig) -> None:
    ask(config)
    remember(config, {RELEASE: CALM, ("b", "1.0.0"): CALM}, 0.0)
    assert ask(config).calm == {}


def test_what_an_older_npmguard_found_counts_no_more(
    server: Server, config: NpmConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    monkeypatch.setattr(cache, "_EDITION", "another")
    assert ask(config).calm == {}
    assert server.paths() == ["/a"]


def test_it_is_no_other_accounts(server: Server, config: NpmConfig, tmp_path: Path) -> None:
    ask(config)
    remember(config, {RELEASE: CALM}, FAR)
    host = server.url.removeprefix("http:")
    (tmp_path / ".npmrc").write_text(f"{host}:_authToken=not-a-real-token\n")
    assert ask(npmrc.load(str(tmp_path), registry=server.url)).calm == {}
