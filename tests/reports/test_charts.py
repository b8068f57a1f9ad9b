"""Pictures: what they show of which numbers, and that no number spoils them."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile import HOSTILE
from support.pages import read

from npmguard.reports import charts
from npmguard.reports.charts import Cell, Group, Slice

ENDS = ("2025-01-01", "2026-01-01")
ODD = (float("nan"), float("inf"), float("-inf"), -1.0, 0.0, -0.0, 1e308, 5e-324, 10**400, -(10**400), 3)
numbers = st.one_of(st.floats(), st.integers(-(10**30), 10**30), st.sampled_from(ODD))


def drawn(text: str) -> str:
    """The picture, which is well formed, and all of whose numbers are some."""
    read(text)
    assert not re.search(r'="[^"]*\b(nan|inf)\b', re.sub(r'aria-label="[^"]*"', "", text), re.IGNORECASE)
    return text


def test_an_amount_is_within_its_bounds() -> None:
    assert [charts.amount(number, 10) for number in ODD] == [0, 10, 0, 0, 0, 0, 10, 5e-324, 10, 0, 3]
    assert charts.amount(None) == 0


def test_a_number_is_as_short_as_it_can_be() -> None:
    assert [charts.short(n) for n in (0, 0.44, 3.0, 24.83, 99.96, 1234.5)] == [
        *("0", "0.4", "3", "24.8", "100.0", "1,234")
    ]


# -- bars


def test_the_slices_add_up() -> None:
    text = drawn(
        charts.stack([Slice(56, "kept", "56 kept", "56"), Slice(44, "part-0", "age", "-44")], 100, "x")
    )
    assert re.findall(r'<svg x="([\d.]+)%" width="([\d.]+)%"', text) == [("0", "56"), ("56", "44")]


def test_what_is_too_much_is_cut() -> None:
    text = drawn(
        charts.stack([Slice(80, "a", "a", "a"), Slice(80, "b", "b", "b"), Slice(9, "c", "", "")], 100, "x")
    )
    assert re.findall(r'width="([\d.]+)%" height="100%"><rect', text) == ["80", "20"]


def test_words_are_there_where_they_fit() -> None:
    text = charts.stack([Slice(10, "a", "ten words long", "ten"), Slice(1, "b", "no room", "-1")], 100, "x")
    assert re.findall(r"<text[^>]*>", text) == [
        '<text class="on-a w1120" x="50%" y="50%">',
        '<text class="on-a w560 u1120" x="50%" y="50%">',
    ]


@given(st.lists(numbers, max_size=9))
def test_no_number_spoils_a_bar(found: list[float]) -> None:
    drawn(charts.bar(*((charts.amount(number, 1), "a") for number in found)))
    drawn(charts.stack([Slice(number, "a", "words", "1") for number in found], 100, "x"))


# -- what changes with time


def test_places_are_true_to_time() -> None:
    first, second, last = charts.places([0, 10, 40])
    assert (second - first) / (last - first) == pytest.approx(1 / 4)
    assert charts.places([5, 5, 5])[1] == pytest.approx((first + last) / 2)
    assert charts.places([]) == []


def test_a_line_goes_up_with_its_values_and_breaks_where_there_are_none() -> None:
    text = drawn(charts.line([0, 1, 2, 3], [10, 20, None, 5], ENDS, "x"))
    lines = re.findall(r'points="([^"]*)"', text)
    assert len(lines) == 2
    (_, low), (_, high) = (map(float, pair) for pair in re.findall(r"(\S+) (\S+)", lines[0]))
    assert high < low  # up is a smaller y
    assert text.count("<circle") == 3


def test_the_steps_are_round_and_reach_over_the_highest() -> None:
    for most in (0.003, 0.4, 1, 3, 7, 24.8, 99, 100, 1234, 1e6):
        text = charts.line([0, 1], [0, most], ENDS, "x")
        steps = [float(n.replace(",", "")) for n in re.findall(r'class="step"[^>]*>([\d.,]+)<', text)]
        assert len(steps) <= 4
        if most >= 1:
            assert max(steps) >= most * 0.999


def test_layers_lie_one_on_another() -> None:
    text = drawn(
        charts.layers([0, 1], [("s-high", [1, 2]), ("s-low", [1, 2]), ("s-info", [0, 0])], ENDS, "x")
    )
    first, second = re.findall(r'class="layer [\w-]+" points="([^"]*)"', text)
    assert {*first.split()[:4]} <= {*second.split()}


@given(st.lists(st.tuples(numbers, numbers), max_size=9))
def test_no_number_spoils_a_line(found: list[tuple[float, float]]) -> None:
    times, values = [time for time, _ in found], [value for _, value in found]
    drawn(charts.line(times, values, ENDS, "x", 100))
    drawn(charts.layers(times, [("a", values), ("b", values)], ENDS, "x"))
    drawn(charts.spark(values, 100))


# -- the map


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40), st.floats(0.2, 5))
def test_areas_are_true_and_fill_the_room(areas: list[float], width: float) -> None:
    found = charts.squares(areas, width, 1)
    total = sum(areas)
    for area, (x, y, w, h) in zip(areas, found, strict=True):
        assert w * h == pytest.approx(area / total * width, rel=1e-3, abs=1e-9)
        assert x >= -1e-9
        assert y >= -1e-9
        assert x + w <= width + 1e-6
        assert y + h <= 1 + 1e-6


@given(st.integers(1, 300), st.floats(0.7, 2.8))
def test_cells_of_one_size_stand_in_rows(number: int, width: float) -> None:
    found = charts.rows(number, width)
    assert len(found) == number
    assert all(w * h == pytest.approx(width / number) for _, _, w, h in found)
    tops = sorted({round(y, 9) for _, y, _, _ in found})
    assert all(low < high for low, high in pairwise([*tops, 1.0]))


def cells(number: int) -> list[Cell]:
    return [Cell(f"cell-{n}", 1, "s-none y-0", f"cell-{n}@1.0.0") for n in range(number)]


def test_the_map_shows_every_cell_in_its_group() -> None:
    text = drawn(charts.treemap([Group("a", "a, 3", cells(3)), Group("b", "b, 9", cells(9))], "x"))
    names = re.findall(r'class="group"[^>]*><title>(\w), ', text)
    assert names == ["b", "a"]  # the largest first
    assert text.count('class="cell ') == 12


def test_squares_of_a_treemap_are_nearly_square() -> None:
    found = charts.squares([6, 6, 4, 3, 2, 2, 1], 6, 4)  # the example of the paper
    assert max(max(w / h, h / w) for _, _, w, h in found) < 3


@given(st.lists(numbers, max_size=30))
def test_no_number_spoils_a_map(found: list[float]) -> None:
    drawn(charts.treemap([Group("a", "a", [Cell("b", n, "", "b") for n in found]), Group("c", "c", ())], "x"))
    assert all(math.isfinite(n) for place in charts.squares(found, 1.4, 1) for n in place)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_stay_texts(text: str) -> None:
    found = read(
        charts.treemap([Group(text, text, [Cell(text, 1, "", text)] * 2)], text)
        + charts.stack([Slice(1, "a", text, text)], 1, text)
        + charts.line([0, 1], [1, 2], (text, text), text)
    )
    assert {*found.tags} <= {"svg", "rect", "text", "tspan", "title", "line", "polyline", "circle"}
