"""Which tarballs are read: of a few releases, for a reason, or of all."""

from __future__ import annotations

from typing import Any

import pytest
from support.releases import START, evidence, history, release

from npmguard.model import (
    Capabilities,
    CodeFacts,
    Contents,
    Deed,
    DependencyGraph,
    Evidence,
    Kind,
    Lockfile,
    Missing,
    Needs,
    Package,
    Project,
    Publication,
    Source,
)
from npmguard.project.manifest import of
from npmguard.rules import held, opening
from npmguard.settings import Settings

QUIET = [release(f"1.{n}.0", n * 30) for n in range(10)]
OLD, NEW = ("a", "1.9.0"), ("a", "1.9.1")


def shop(*packages: Package) -> Project:
    nodes = {package.key: package for package in packages}
    graph = DependencyGraph(nodes, lambda names: {}, format="npm-3")
    lockfile = Lockfile("package-lock.json", "npm-3", graph)
    return Project(".", of({}, "package.json"), {}, "npm", lockfile)


def package(version: str = "1.9.1", source: Source = Source.REGISTRY, **fields: Any) -> Package:
    return Package("node_modules/a", "a", version, source, **fields)


def asked(last: Publication, day: float, settings: Settings | None = None, **fields: Any) -> Any:
    found = evidence(history("a", *QUIET, last), day=day)
    return opening.then(shop(package(**fields)), found, settings or Settings()).contents


def test_an_ordinary_release_is_left_alone() -> None:
    assert asked(release("1.9.1", 300), day=400) == frozenset()


def test_one_that_is_days_old_is_read_and_the_one_before_it() -> None:
    assert asked(release("1.9.1", 300), day=310) == {OLD, NEW}


@pytest.mark.parametrize(
    "last",
    [
        release("1.9.1", 300, "maintainer-z"),
        release("1.9.1", 300, scripts={"postinstall": "node x.js"}),
        release("1.9.1", 300, dependencies={"b": "git+https://git.example.test/b.git"}),
        release("1.9.1", 2000),
    ],
)
def test_one_with_another_sign_is_read_whatever_its_age(last: Publication) -> None:
    day = ((last.time or 0) - START) / 86_400 + 100
    assert asked(last, day=day) == {OLD, NEW}


def test_what_runs_on_install_is_read_for_two_months() -> None:
    before = [release(f"1.{n}.0", n * 30, scripts={"install": "node b.js"}) for n in range(10)]
    found = history("a", *before, release("1.9.1", 300, scripts={"install": "node b.js"}))
    for day, expected in ((350, {OLD, NEW}), (380, set())):
        said = evidence(found, day=day)
        assert opening.then(shop(package()), said, Settings()).contents == expected


def test_what_was_read_is_not_asked_for_again() -> None:
    found = evidence(history("a", *QUIET, release("1.9.1", 300)), day=310)
    found = found._replace(contents={OLD: empty(), NEW: empty()})
    assert opening.then(shop(package()), found, Settings()) == Needs()


def test_deep_reads_whatever_comes_as_a_tarball() -> None:
    project = shop(
        package(),
        Package("node_modules/u", "u", "1.0.0", Source.URL),
        Package("node_modules/f", "f", "1.0.0", Source.FILE),
        Package("node_modules/g", "g", "1.0.0", Source.GIT),
        Package("node_modules/i", "i", "1.0.0", Source.REGISTRY, bundled=True),
        Package("node_modules/l", "l", None, Source.LINK),
    )
    assert opening.needs(project, Settings()).contents == frozenset()
    deep = opening.needs(project, Settings(deep=True))
    assert deep.contents == {NEW, ("u", "1.0.0"), ("f", "1.0.0")}


def empty(**facts: Any) -> Contents:
    return Contents((), {}, (), CodeFacts(Capabilities(), **facts))


def test_deep_reads_what_came_before_something_alarming() -> None:
    deed = Deed(Kind.OBFUSCATED, "index.js", 1, "unreadable")
    found = evidence(history("a", *QUIET, release("1.9.1", 300)), day=400)
    for facts, expected in (({}, set()), ({"imports": (deed,)}, {OLD})):
        said = found._replace(contents={NEW: empty(**facts)})
        assert opening.then(shop(package()), said, Settings(deep=True)).contents == expected


def test_without_a_history_the_hash_of_what_came_before_is_asked_for_too() -> None:
    deed = Deed(Kind.OBFUSCATED, "index.js", 1, "unreadable")
    bare = Evidence(evidence(history("a", *QUIET, release("1.9.1", 300))).packuments)
    bare = bare._replace(contents={NEW: empty(imports=(deed,))}, histories={"a": Missing("a")})
    asked = opening.then(shop(package()), bare, Settings())
    assert asked.contents == asked.versions == {OLD}


def test_where_no_dates_are_known_what_came_before_is_told_by_number() -> None:
    full = evidence(history("a", *QUIET, release("1.9.1", 300), release("2.0.0", 310)))
    bare = Evidence(full.packuments)
    assert held.previous(bare, package(), ()) == "1.9.0"
    assert held.previous(bare, package("2.0.0"), ()) == "1.9.1"
    assert held.previous(bare, package("1.0.0"), ()) is None
    assert held.previous(bare, package(source=Source.URL), ()) is None
    assert held.previous(Evidence(), package(), ()) is None
