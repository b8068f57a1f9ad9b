"""What is new, what was mended, what is still open: from run to run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.health import fine_health, unknown_health
from support.histories import DAY, HIDDEN, START, found, packages, record, told

from npmguard.history import HistoryFile
from npmguard.history.matters import Blind, blind, key_of, matters
from npmguard.history.trend import regressions
from npmguard.model import Finding, Gap, Part, ProjectReport, Severity, Snapshot, Suppressed


@pytest.fixture
def history(tmp_path: Path) -> Iterator[HistoryFile]:
    with HistoryFile(str(tmp_path / "history.sqlite")) as opened:
        yield opened


def test_the_first_run_has_nothing_to_compare_with(history: HistoryFile) -> None:
    trend = told(history, record(history, found()))
    assert trend.against is None
    assert (trend.new, trend.mended, trend.seconds_to_mend, trend.regressions) == ((), (), None, ())
    assert packages(trend.open) == ["a"]
    assert [snapshot.time for snapshot in trend.snapshots] == [START]


def test_new_mended_and_still_open(history: HistoryFile) -> None:
    record(history, found("a"), found("b"))
    record(history, found("a"), found("b"), day=7)
    trend = told(history, record(history, found("b"), found("c"), day=14))
    assert trend.against == START + 7 * DAY
    assert packages(trend.new) == ["c"]
    assert packages(trend.mended) == ["a"]
    assert packages(trend.open) == ["b", "c"]
    assert (trend.mended[0].since, trend.mended[0].until) == (START, START + 14 * DAY)
    assert trend.open[0].since == START
    assert trend.seconds_to_mend == 14 * DAY
    assert [len(snapshot.open) for snapshot in trend.snapshots] == [2, 2, 2]
    assert trend.snapshots[0].open == {"a-1.0.0-GHSA-x", "b-1.0.0-GHSA-x"}


def test_it_can_be_compared_with_any_day(history: HistoryFile) -> None:
    record(history, found("a"))
    record(history, found("a"), found("b"), day=7)
    last = record(history, found("c"), day=14)
    old = told(history, last, before=3)
    assert old.against == START
    assert packages(old.new) == ["c"]
    assert packages(old.mended) == ["a"]  # b came and went in between
    assert told(history, last, before=-1).against is None


def test_what_comes_back_is_new_again(history: HistoryFile) -> None:
    record(history, found())
    record(history, day=1)
    trend = told(history, record(history, found(), day=2))
    assert packages(trend.new) == ["a"]
    assert trend.open[0].since == START + 2 * DAY
    assert trend.seconds_to_mend == DAY


def test_an_update_that_mends_nothing_begins_nothing(history: HistoryFile) -> None:
    record(history, found(version="1.0.0"))
    trend = told(history, record(history, found(version="1.0.1"), day=9))
    assert (trend.new, trend.mended) == ((), ())
    (issue,) = trend.open
    assert (issue.version, issue.since, issue.fingerprint) == ("1.0.1", START, "a-1.0.1-GHSA-x")


def test_several_versions_of_one_package_end_with_the_last(history: HistoryFile) -> None:
    record(history, found(version="1.0.0", severity=Severity.LOW), found(version="2.0.0"))
    still = told(history, record(history, found(version="1.0.0", severity=Severity.LOW), day=1))
    assert (packages(still.open), still.mended) == (["a"], ())
    assert packages(told(history, record(history, day=2)).mended) == ["a"]


def test_what_is_hidden_is_not_mended(history: HistoryFile) -> None:
    record(history, found())
    trend = told(history, record(history, found(suppressed=HIDDEN), day=5))
    assert (trend.open, trend.mended, trend.seconds_to_mend) == ((), (), None)
    shown = told(history, record(history, found(), day=6))
    assert packages(shown.new) == ["a"]


def test_where_no_source_answered_nothing_is_mended(history: HistoryFile) -> None:
    unseen = Blind(frozenset(("advisory",)), frozenset(("a@1.0.0", "b@2.0.0")))
    record(history, found("a", "1.0.0"), found("b", "1.0.0"))
    trend = told(history, record(history, day=7, blind=unseen))
    assert packages(trend.open) == ["a"]
    assert packages(trend.mended) == ["b"]  # another version is locked now


def test_what_a_run_is_blind_to() -> None:
    gap = Gap("advisories", "refused", ("advisory", "malware"))
    report = ProjectReport(
        ".", "web", None, "npm", None, None, 0, (), (gap,), ran=frozenset(("advisory", "outdated"))
    )
    unseen = blind(report._replace(health=fine_health()), ["advisory", "outdated", "typosquat"])
    assert unseen.rules == {"advisory", "malware", "typosquat"}
    assert unseen.covers("typosquat", None, None)
    assert unseen.covers("advisory", "ws", "8.16.0")
    assert not unseen.covers("typosquat", "a", "1.0.0")
    assert not unseen.covers("outdated", None, None)
    assert blind(report, []).locked == frozenset()


def test_what_stands_in_a_baseline_is_still_open(history: HistoryFile) -> None:
    record(history, found())
    known = Suppressed("baseline", "known")
    assert packages(told(history, record(history, found(suppressed=known), day=1)).open) == ["a"]


def test_projects_do_not_mix(history: HistoryFile) -> None:
    record(history, found("a"), name="web")
    last = record(history, found("b"), name="api", day=1)
    trend = told(history, last, "api")
    assert (packages(trend.open), len(trend.snapshots)) == (["b"], 1)
    assert history.identities() == ["api", "web"]


def test_a_clock_that_went_back_turns_nothing_round(history: HistoryFile) -> None:
    record(history, found("a"), day=100)
    trend = told(history, record(history, found("b"), day=50))
    assert [snapshot.time for snapshot in trend.snapshots] == [START + 100 * DAY, START + 50 * DAY]
    assert (packages(trend.new), packages(trend.mended)) == (["b"], ["a"])
    assert trend.seconds_to_mend == 0


def test_a_later_run_does_not_change_what_an_earlier_one_tells(history: HistoryFile) -> None:
    record(history, found("a"))
    mine = record(history, found("a"), found("b"), day=1)
    before = told(history, mine)
    record(history, day=2)
    assert told(history, mine) == before


def test_the_same_history_tells_the_same(history: HistoryFile) -> None:
    last = [record(history, found("a"), found("b", id=f"GHSA-{day}"), day=day) for day in range(9)][-1]
    assert told(history, last) == told(history, last)


# -- regressions


def snapshot(*parts: Part) -> Snapshot:
    score = 100 - round(sum(part.lost for part in parts))
    health = unknown_health()._replace(score=score, parts=parts)
    return Snapshot(START, "0.1.0", 3, health, {}, frozenset(), 0)


def test_new_findings_are_a_regression_from_the_level_on(history: HistoryFile) -> None:
    record(history)
    last = record(
        history, found("a"), found("b", severity=Severity.LOW), found("c", severity=Severity.CRITICAL), day=1
    )
    assert told(history, last).regressions == (
        "1 new finding of critical: c@1.0.0: leaks",
        "1 new finding of high: a@1.0.0: leaks",
    )
    assert len(told(history, last, level=Severity.LOW).regressions) == 3


def test_a_score_that_fell_by_much_is_one() -> None:
    age, worse = Part("age", 5, 20, ""), Part("age", 10, 20, "")
    assert regressions(snapshot(age), snapshot(worse), (), Severity.HIGH) == (
        "the score fell by 5 points, from 95 to 90",
    )
    assert regressions(snapshot(age), snapshot(age._replace(lost=9)), (), Severity.HIGH) == ()
    assert regressions(snapshot(worse), snapshot(age), (), Severity.HIGH) == ()


def test_to_see_more_than_before_is_none() -> None:
    blind = Part("age", 0, 20, "not known", known=False)
    seen = Part("age", 20, 20, "")
    assert regressions(snapshot(blind), snapshot(seen), (), Severity.HIGH) == ()


# -- matters


def test_a_matter_is_hidden_where_all_of_it_is() -> None:
    one, other = found(version="1.0.0", suppressed=HIDDEN), found(version="2.0.0", severity=Severity.LOW)
    (matter,) = matters([one, other]).values()
    assert (matter.hidden, matter.finding) == (False, other)
    (matter,) = matters([one]).values()
    assert matter.hidden


def test_matters_of_the_project_go_by_their_subject() -> None:
    def about(subject: str) -> Finding:
        return Finding("multiple-lockfiles", Severity.LOW, "", "", subject=subject)

    assert key_of(about("a")) != key_of(about("b"))
    assert key_of(found("a")) != key_of(found("b"))
    assert key_of(found(id="GHSA-x")) != key_of(found(id="GHSA-y"))


@hypothesis_settings(deadline=None, max_examples=15)
@given(st.lists(st.sets(st.sampled_from("abcde")), min_size=1, max_size=6))
def test_what_is_open_is_what_the_last_run_found(
    tmp_path_factory: pytest.TempPathFactory, runs: list[set[str]]
) -> None:
    with HistoryFile(str(tmp_path_factory.mktemp("history") / "h.sqlite")) as history:
        numbers = [record(history, *map(found, sorted(run)), day=day) for day, run in enumerate(runs)]
        trend = told(history, numbers[-1])
    before = runs[-2] if len(runs) > 1 else set()
    assert set(packages(trend.open)) == runs[-1]
    assert [{f[0] for f in snapshot.open} for snapshot in trend.snapshots] == runs
    if len(runs) > 1:
        assert set(packages(trend.new)) == runs[-1] - before
        assert set(packages(trend.mended)) == before - runs[-1]


def test_the_health_of_a_run_comes_back(history: HistoryFile) -> None:
    record(history, health=fine_health())
    trend = told(history, record(history, day=1))
    kept = fine_health()._replace(lags=(), holes=(), weights={})
    assert trend.snapshots[0].health == kept
    assert trend.snapshots[-1].health == unknown_health()
