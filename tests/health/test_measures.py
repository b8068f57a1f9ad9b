"""What is measured of a project: from its lockfile, the registry's word, and the findings of the run."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmproject import project
from support.releases import DAY, START, evidence, history, release

from npmguard.health import lags, measure, times
from npmguard.model import (
    Advisory,
    Evidence,
    Finding,
    Fix,
    History,
    Keys,
    Lag,
    Missing,
    Project,
    Severity,
    Suppressed,
    Unanswered,
)
from npmguard.registry import outline
from npmguard.settings import Settings

NOW = START + 2000 * DAY
SETTINGS = Settings()


def told(*histories: History, day: float = 2000, **fields: Any) -> Evidence:
    """What the registry says on that day, the histories in short with it."""
    found = evidence(*histories, day=day)
    return found._replace(outlines={h.name: outline.of(h) for h in histories}, histories={}, **fields)


def one(version: str = "1.0.0", **entry: Any) -> Project:
    return project({"dependencies": {"a": "*"}}, {"node_modules/a": {"version": version, **entry}})


A = history(
    "a",
    release("1.0.0", 0, licence="MIT"),
    release("1.0.1", 10),
    release("1.1.0", 100),
    release("1.2.0", 200),
    release("2.0.0", 300),
    release("3.0.0-beta.1", 400),
    release("3.1.0", 730.5),
    maintainers=("maintainer-a", "maintainer-b"),
)


def test_how_far_behind() -> None:
    found = measure(one(), told(A), [], SETTINGS)
    assert found.lags == (Lag("a", "1.0.0", "3.1.0", 2.0, 2, 2, 1, direct=True, dev=False),)
    assert found.libyears == 2.0


def test_the_newest_is_no_years_behind() -> None:
    found = measure(one("3.1.0"), told(A), [], SETTINGS)
    assert found.lags == ()
    assert found.libyears == 0.0


def test_one_that_is_ahead_of_the_latest_is_not_behind() -> None:
    ahead = A._replace(dist_tags={"latest": "2.0.0"})
    assert measure(one("3.1.0"), told(ahead), [], SETTINGS).libyears == 0.0


def test_the_sum_is_that_of_what_is_shown() -> None:
    names = [f"p{number}" for number in range(7)]
    past = [history(name, release("1.0.0", 0), release("1.0.1", 1.3 * n)) for n, name in enumerate(names)]
    locked = {f"node_modules/{name}": {"version": "1.0.0"} for name in names}
    found = measure(project({}, locked), told(*past), [], SETTINGS)
    assert found.libyears == round(sum(lag.libyears or 0 for lag in found.lags), 2)


def test_without_dates_nothing_is_said_of_age_but_how_many_versions() -> None:
    dateless = A._replace(publications=tuple(p._replace(time=None) for p in A.publications))
    found = measure(one(), told(dateless), [], SETTINGS)
    assert found.lags == (Lag("a", "1.0.0", "3.1.0", None, 2, 2, 1, direct=True, dev=False),)
    assert found.libyears is None
    assert "not known" in {part.name: part.words for part in found.parts}["age"]


def test_a_mirror_is_not_believed() -> None:
    found = measure(one(), told(A._replace(real=False)), [], SETTINGS)
    assert found.libyears is None
    assert found.counts.single_maintainer is None
    assert found.counts.unmaintained is None


@pytest.mark.parametrize("odd", [-1e18, 0.0, 1e18, 253_402_300_799.0, NOW + 10 * DAY, math.inf, math.nan])
def test_dates_that_cannot_be_are_none(odd: float) -> None:
    spoilt = [p._replace(time=odd) if p.version == "3.1.0" else p for p in A.publications]
    found = measure(one(), told(A._replace(publications=tuple(spoilt))), [], SETTINGS)
    assert found.libyears is None
    assert found.lags[0].libyears is None


@given(st.floats() | st.none(), st.floats(0, 2e9))
def test_what_is_believed_is_bounded(time: float | None, now: float) -> None:
    found = times.believed(time, now)
    assert found is None or 1_262_304_000 <= found <= now + DAY


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_odd_versions_are_no_steps(latest: str, every: list[str]) -> None:
    assert all(count >= 0 for count in lags.steps("1.0.0", latest, every))


# -- holes


def advisory() -> Advisory:
    disclosed = NOW - 100 * DAY
    return Advisory("GHSA-x", "a", "Leaks", Severity.HIGH, "<1.0.1", ("GHSA-x",), published=disclosed)


def finding(**fields: Any) -> Finding:
    given: dict[str, Any] = {
        "package": "a",
        "version": "1.0.0",
        "fix": Fix("upgrade", "1.0.1", "npm install a@1.0.1"),
        "ids": ("GHSA-x",),
        "keys": ("node_modules/a",),
        "subject": "GHSA-x",
        **fields,
    }
    return Finding("advisory", Severity.HIGH, "a@1.0.0: Leaks (GHSA-x)", "", **given)


def test_a_hole_has_its_ages() -> None:
    found = measure(one(), told(A, advisories=(advisory(),)), [finding()], SETTINGS)
    (hole,) = found.holes
    assert (hole.package, hole.version, hole.id, hole.title) == ("a", "1.0.0", "GHSA-x", "Leaks")
    assert hole.disclosed == NOW - 100 * DAY
    assert hole.mended == START + 10 * DAY
    assert hole.fix == "1.0.1"
    assert not hole.dev


def test_a_hole_that_nobody_mends_and_nobody_dates() -> None:
    undated = advisory()._replace(published=None)
    found = measure(one(), told(A, advisories=(undated,)), [finding(fix=Fix("review"))], SETTINGS)
    (hole,) = found.holes
    assert (hole.disclosed, hole.mended, hole.fix) == (None, None, None)


def test_what_is_hidden_does_not_count() -> None:
    hidden = finding(suppressed=Suppressed("config", "not reached"))
    found = measure(one(), told(A, advisories=(advisory(),)), [hidden], SETTINGS)
    assert found.holes == ()
    assert found.parts[0].lost == 0
    assert found.parts[0].known


def test_where_no_source_answered_no_hole_is_no_good_news() -> None:
    found = measure(one(), told(A), [], SETTINGS)
    assert not found.parts[0].known


def test_the_worst_first_and_the_oldest_of_those() -> None:
    many = [
        finding(ids=(f"GHSA-{n}",), subject=f"GHSA-{n}")._replace(severity=severity)
        for n, severity in enumerate((Severity.LOW, Severity.HIGH, Severity.HIGH, Severity.HIGH))
    ]
    days = (400, 100, 300, None)
    known = tuple(
        advisory()._replace(id=f"GHSA-{n}", published=None if day is None else NOW - day * DAY)
        for n, day in enumerate(days)
    )
    found = measure(one(), told(A, advisories=known), many, SETTINGS)
    assert [hole.id for hole in found.holes] == ["GHSA-2", "GHSA-1", "GHSA-3", "GHSA-0"]


# -- upkeep


def chain(*names: str) -> Project:
    """A project that asks for the first, which asks for the second, and so on."""
    locked: dict[str, dict[str, Any]] = {}
    for name, following in zip(names, (*names[1:], None), strict=True):
        asks = {"dependencies": {following: "*"}} if following else {}
        locked[f"node_modules/{name}"] = {"version": "1.0.0", **asks}
    return project({"dependencies": {names[0]: "*"}}, locked)


def lived(name: str, last: float, **fields: Any) -> History:
    return history(name, release("1.0.0", 0), release("1.0.1", last), **fields)


def test_unmaintained_is_what_the_living_depend_on() -> None:
    found = measure(
        chain("a", "b", "c"), told(lived("a", 1900), lived("b", 10), lived("c", 20)), [], SETTINGS
    )
    assert found.unmaintained == ("b@1.0.0",)
    assert found.counts.unmaintained == 1
    old = measure(chain("a", "b"), told(lived("a", 10), lived("b", 20)), [], SETTINGS)
    assert old.unmaintained == ("a@1.0.0",)


def test_one_release_is_no_sign_of_neglect() -> None:
    assert measure(one(), told(history("a", release("1.0.0", 0))), [], SETTINGS).unmaintained == ()


def test_who_may_publish() -> None:
    alone = lived("b", 1900, maintainers=("maintainer-a",))
    nobody = lived("c", 1900)
    found = measure(chain("a", "b", "c"), told(A, alone, nobody), [], SETTINGS)
    assert found.single_maintainer == ("b@1.0.0",)
    assert measure(one(), told(lived("a", 1)), [], SETTINGS).counts.single_maintainer is None


def test_provenance_counts_where_the_registry_signs() -> None:
    assert measure(one(), told(A), [], SETTINGS).counts.without_provenance is None
    proven = history("b", release("1.0.0", 0, attested=True), release("1.0.1", 9))
    keys = Keys("https://registry.example.test/", {}, NOW)
    other = Missing("https://npm.example.test/")
    signed = told(A, proven, lived("c", 5), keys={"a": keys, "b": keys, "c": other})
    assert measure(chain("a", "b", "c"), signed, [], SETTINGS).counts.without_provenance == 1


def test_install_scripts_by_the_lockfile_or_by_the_registry() -> None:
    scripted = history("b", release("1.0.0", 0, scripts={"install": "node x"}))
    found = chain("a", "b", "c")
    assert measure(found, told(scripted), [], SETTINGS).counts.install_scripts == 1
    assert measure(one(hasInstallScript=True), Evidence(), [], SETTINGS).counts.install_scripts == 1


def test_deprecated_is_what_the_rule_found() -> None:
    def of(**fields: Any) -> Finding:
        return Finding("deprecated", Severity.LOW, "", "", package="a", version="1.0.0", **fields)

    said = of(keys=("node_modules/a",))
    assert measure(one(), told(A), [said], SETTINGS).deprecated == ("a@1.0.0",)
    hidden = said._replace(suppressed=Suppressed("config", "known"))
    assert measure(one(), told(A), [hidden], SETTINGS).counts.deprecated == 0
    assert measure(one(), told(A), [of()], SETTINGS).counts.deprecated == 0  # an ignore that ended
    skipped = Settings(skip=frozenset(("deprecated",)))
    assert measure(one(), told(A), [], skipped).counts.deprecated is None
    assert measure(one(), Evidence(), [], SETTINGS).counts.deprecated is None


def test_licences_as_spdx_spells_them() -> None:
    texts = {"a": "mit", "b": "MIT", "c": "Mine!"}
    past = [history(name, release("1.0.0", 0, licence=text)) for name, text in texts.items()]
    found = measure(chain("a", "b", "c", "d"), told(*past), [], SETTINGS)
    assert found.licences == {"MIT": 2, "": 1, "Mine!": 1}
    assert list(found.licences) == ["MIT", "", "Mine!"]


def test_nobody_answered() -> None:
    silent = Evidence(outlines={"a": Unanswered("a", "down")}, now=NOW)
    found = measure(one(), silent, [], SETTINGS)
    assert found.score == 100
    assert [part.name for part in found.parts if part.known] == ["scripts", "duplicates"]
    assert found.counts == (1, 0, 1, 0, None, None, None, 0, None)


# -- a worse project never scores higher


@st.composite
def pasts(draw: st.DrawFn) -> History:
    name = draw(st.sampled_from([f"p{n}" for n in range(8)]))
    days = sorted(draw(st.lists(st.integers(0, 1990), min_size=1, max_size=4)))
    releases = [release(f"1.{n}.0", day) for n, day in enumerate(days)]
    return history(name, *releases, maintainers=draw(st.sampled_from([(), ("a",), ("a", "b")])))


@given(st.lists(pasts(), min_size=1, max_size=8, unique_by=lambda h: h.name))
def test_taking_a_package_away_never_lowers_the_score(past: list[History]) -> None:
    def scored(some: list[History]) -> int:
        names = {h.name: "*" for h in some}
        locked = {f"node_modules/{h.name}": {"version": "1.0.0"} for h in some}
        return measure(project({"dependencies": names}, locked), told(*some), [], SETTINGS).score

    assert scored(past[1:]) >= scored(past)
