"""Which releases are calm, and what is asked about them nevertheless."""

from typing import Any

import pytest
from npmproject import project
from support.releases import DAY, START, evidence, history, release

from npmguard.model import Calm, Evidence, Missing, Needs, Project, Unanswered
from npmguard.rules import calm, lineage, unmaintained
from npmguard.settings import Settings

OLD = tuple(release(f"1.{n}.0", n) for n in range(6))
LOCKED = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.6.0"}})


def judged(told: Evidence, shop: Project = LOCKED) -> dict[tuple[str, str], Calm]:
    return dict(calm.releases(shop, told, Settings()))


def test_an_ordinary_release_is_calm() -> None:
    told = evidence(history("a", *OLD, release("1.6.0", 10, integrity="sha512-x"), release("1.7.0", 30)))
    assert judged(told) == {
        ("a", "1.6.0"): Calm(
            time=START + 10 * DAY,
            first=START,
            newest=START + 30 * DAY,
            releases=8,
            scripted=False,
            integrity="sha512-x",
            signed=False,
            key=None,
            verified=False,
            attested=False,
            vouched=False,
        )
    }


def test_what_was_withdrawn_counts_for_the_age() -> None:
    told = evidence(history("a", *OLD, release("1.6.0", 10), withdrawn={"0.1.0": START - DAY}))
    (found,) = judged(told).values()
    assert found.first == START - DAY


@pytest.mark.parametrize(
    "last",
    [
        release("1.6.0", 10, "maintainer-z"),
        release("1.6.0", 10, scripts={"postinstall": "node x.js"}),
        release("1.6.0", 10, scripts=None),
        release("1.6.0", 2000),  # after years of silence
        release("1.6.0", 10, dependencies={"far": "https://git.example.test/far.tgz"}),
        release("1.6.0", 10, dependencies={"near": "^1.0.0"}),  # of whom nothing is known
    ],
)
def test_what_speaks_against_a_release(last: Any) -> None:
    assert judged(evidence(history("a", *OLD, last), day=3000)) == {}


def test_lost_provenance_speaks_against_it() -> None:
    built = tuple(release(f"1.{n}.0", n, attested=True) for n in range(6))
    assert judged(evidence(history("a", *built, release("1.6.0", 10)))) == {}
    (found,) = judged(evidence(history("a", *built, release("1.6.0", 10, attested=True)))).values()
    assert found.attested
    assert not found.vouched


@pytest.mark.parametrize("day", [-400, 8])
def test_a_new_dependency_has_to_be_known_for_a_while(day: int) -> None:
    near = history("near", release("1.0.0", day, "maintainer-z"))
    told = evidence(history("a", *OLD, release("1.6.0", 10, dependencies={"near": "^1.0.0"})), near)
    assert bool(judged(told)) is (day < 0)


def test_a_mirror_makes_nothing_calm() -> None:
    assert judged(evidence(history("a", *OLD, release("1.6.0", 10), real=False))) == {}


# -- what is asked about a calm release


def asked(found: Calm, now: float, settings: Settings | None = None, shop: Project = LOCKED) -> Needs:
    told = evidence(history("a", *OLD, release("1.6.0", 10)))
    told = told._replace(histories={}, calm={("a", "1.6.0"): found}, now=START + now * DAY)
    return lineage.then(shop, told, settings or Settings())


CALM = Calm(START + 10 * DAY, START, START + 10 * DAY, 7, False, None, False, None, False, False, False)
HISTORY = Needs(histories=frozenset("a"))


def test_of_a_calm_release_that_is_old_enough_nothing_is_asked() -> None:
    assert asked(CALM, 24) == Needs()
    assert asked(CALM._replace(time=None), 11) == Needs()


@pytest.mark.parametrize(
    ("found", "now", "settings"),
    [
        (CALM, 23.9, Settings()),
        (CALM, 60, Settings(minimum_release_age=int(51 * DAY))),
        (CALM._replace(scripted=True), 69, Settings()),
        (CALM, 400, Settings(deep=True)),
    ],
)
def test_what_is_young_or_to_be_looked_at_deeply(found: Calm, now: float, settings: Settings) -> None:
    assert asked(found, now, settings) == HISTORY


def test_a_script_that_the_registry_does_not_know_of() -> None:
    entry = {"version": "1.6.0", "hasInstallScript": True}
    shop = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": entry})
    assert asked(CALM, 400, shop=shop) == HISTORY
    assert asked(CALM._replace(scripted=True), 400, shop=shop) == Needs()


def test_every_locked_version_of_a_package_is_asked_about() -> None:
    entries = {"node_modules/a": {"version": "1.6.0"}, "node_modules/b/node_modules/a": {"version": "1.0.0"}}
    entries |= {"node_modules/b": {"version": "1.0.0", "dependencies": {"a": "1.0.0"}}}  # type: ignore[dict-item]
    shop = project({"dependencies": {"a": "^1.0.0", "b": "1"}}, entries)
    told = evidence(history("a", *OLD, *(release(f"1.{n}.0", n) for n in range(6, 30))))
    told = told._replace(histories={})
    assert lineage.then(shop, told, Settings()) == Needs()  # neither is new
    shop = project(
        {"dependencies": {"a": "^1.0.0", "b": "1"}}, entries | {"node_modules/a": {"version": "1.29.0"}}
    )
    assert lineage.then(shop, told, Settings()).releases == {("a", "1.29.0"), ("a", "1.0.0")}
    for nobody in (Missing("a"), Unanswered("a", "503")):
        assert lineage.then(shop, told._replace(histories={"a": nobody}), Settings()) == Needs()


def test_silence_grows_while_nothing_changes() -> None:
    told = evidence(history("a", *OLD, release("1.6.0", 10)))
    told = told._replace(histories={}, calm={("a", "1.6.0"): CALM})
    years = 3 * 365.25
    assert unmaintained.then(LOCKED, told._replace(now=START + (years + 9.9) * DAY), Settings()) == Needs()
    assert unmaintained.then(LOCKED, told._replace(now=START + (years + 10) * DAY), Settings()) == HISTORY
