"""The score: its parts add up, more of what is bad never makes it higher, what is unknown costs nothing."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from npmguard.health import score
from npmguard.health.score import LONG, SCALES
from npmguard.model import Counts, Hole, Part, Severity

NOW = 1_767_323_045.0

amounts = st.none() | st.integers(0, 5000)
counts = st.builds(
    Counts,
    direct=st.just(10),
    transitive=st.just(100),
    depth=st.just(5),
    duplicates=st.integers(0, 5000),
    deprecated=amounts,
    unmaintained=amounts,
    single_maintainer=amounts,
    install_scripts=amounts,
    without_provenance=amounts,
)
holes = st.builds(
    Hole,
    st.just("a"),
    st.just("1.0.0"),
    st.text("0123456789", min_size=1, max_size=4),
    st.sampled_from(Severity),
    st.just("Something"),
    st.booleans(),
    mended=st.none() | st.floats(NOW - 3e8, NOW),
)
some = st.lists(holes, max_size=10)
years = st.none() | st.floats(0, 1e6)


def parts(
    found: list[Hole] | None = None, libyears: float | None = 0.0, known: Counts | None = None
) -> tuple[Part, ...]:
    return score.parts([] if found is None else found, libyears, 0, known or nothing(), NOW)


def nothing() -> Counts:
    return Counts(0, 0, 0, 0, 0, 0, 0, 0, 0)


def hole(severity: Severity, *, dev: bool = False, mended: float | None = None) -> Hole:
    return Hole("a", "1.0.0", "GHSA-x", severity, "Something", dev, mended=mended)


def test_the_parts_make_a_hundred() -> None:
    assert sum(scale.most for scale in SCALES.values()) == 100
    assert [part.name for part in parts()] == list(SCALES)


def test_nothing_wrong_is_a_hundred_and_everything_wrong_is_nothing() -> None:
    assert score.score(parts()) == 100
    worst = score.parts([hole(Severity.CRITICAL)] * 50, 1e9, 0, Counts(0, 0, 0, *[10**9] * 6), NOW)
    assert score.score(worst) == 0


@given(st.none() | st.lists(holes, max_size=20), years, counts)
def test_the_parts_add_up_exactly(found: list[Hole] | None, libyears: float | None, known: Counts) -> None:
    made = score.parts(found, libyears, 0, known, NOW)
    assert all(part.lost == int(part.lost) and 0 <= part.lost <= part.most for part in made)
    assert score.score(made) == 100 - sum(part.lost for part in made)
    assert 0 <= score.score(made) <= 100


@given(some, some, st.floats(0, 1e5), st.floats(0, 1e5), counts, counts)
def test_more_of_what_is_bad_never_scores_higher(
    found: list[Hole], more: list[Hole], libyears: float, older: float, known: Counts, added: Counts
) -> None:
    worse = Counts(
        *(one if one is None else one + (other or 0) for one, other in zip(known, added, strict=True))  # type: ignore[arg-type]
    )
    before = score.score(score.parts(found, libyears, 0, known, NOW))
    after = score.score(score.parts([*found, *more], libyears + older, 0, worse, NOW))
    assert after <= before


@given(st.lists(holes, min_size=1, max_size=20), st.integers(0, 19))
def test_a_hole_that_grows_worse_never_scores_higher(found: list[Hole], which: int) -> None:
    one = found[which % len(found)]
    worse = one._replace(
        severity=Severity(min(4, one.severity + 1)), dev=False, mended=NOW - 2 * LONG if one.mended else None
    )
    changed = [worse if each is one else each for each in found]
    assert score.score(parts(changed)) <= score.score(parts(found))


@given(st.lists(holes, max_size=20), years, counts)
def test_what_is_not_known_costs_nothing_and_says_so(
    found: list[Hole], libyears: float | None, known: Counts
) -> None:
    blind = Counts(*known[:4])
    made = score.parts(None, None, 0, blind, NOW)
    assert [part.name for part in made if part.known] == ["duplicates"]
    assert all(part.lost == 0 and part.words.startswith("not known: ") for part in made if not part.known)
    assert score.score(made) >= score.score(score.parts(found, libyears, 0, known, NOW))


def test_what_an_advisory_counts() -> None:
    late = NOW - LONG - 1
    assert score.weight([hole(severity) for severity in Severity], NOW) == 18
    assert score.weight([hole(Severity.HIGH, mended=late)], NOW) == 10
    assert score.weight([hole(Severity.HIGH, mended=NOW - LONG)], NOW) == 5
    assert score.weight([hole(Severity.HIGH, dev=True, mended=late)], NOW) == 5


def test_the_words_tell_what_was_counted() -> None:
    late = hole(Severity.HIGH, mended=NOW - 2 * LONG)
    made = score.parts([late, late, hole(Severity.LOW)], 12.25, 3, nothing()._replace(deprecated=1), NOW)
    words = {part.name: part.words for part in made}
    assert words["advisories"] == "2 high, 1 low; 2 with a fix out for over 90 days"
    assert words["age"] == "12.25 libyears, without 3 packages that have no date"
    assert words["deprecated"] == "1 package deprecated"
    assert words["scripts"] == "none"


def test_the_page_tells_the_scales_as_they_are() -> None:
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "health.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| ([\d,]+) ", page, re.MULTILINE)
    told = {name: (int(most), int(full.replace(",", ""))) for name, most, full in rows}
    assert told == {name: (scale.most, scale.full) for name, scale in SCALES.items()}
