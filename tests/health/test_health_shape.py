"""The shape of a graph: counts, depth, and what each package brings alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from npmproject import project

from npmguard.health import shape
from npmguard.health.shape import Shape
from npmguard.model import Project


def test_what_a_project_has() -> None:
    found = project(
        {"dependencies": {"a": "*", "b": "*"}, "devDependencies": {"d": "*"}},
        {
            "node_modules/a": {"version": "1.0.0", "dependencies": {"c": "1"}},
            "node_modules/b": {"version": "1.0.0", "dependencies": {"c": "2", "e": "*"}},
            "node_modules/b/node_modules/c": {"version": "2.0.0"},
            "node_modules/c": {"version": "1.0.0"},
            "node_modules/d": {"version": "1.0.0", "dev": True, "dependencies": {"e": "*"}},
            "node_modules/e": {"version": "1.0.0", "dependencies": {"f": "*"}},
            "node_modules/f": {"version": "1.0.0"},
        },
    )
    assert shape.shape(found, False) == Shape(
        3,
        4,
        3,
        1,
        {
            "a@1.0.0": 2,
            "b@1.0.0": 2,
            "c@1.0.0": 1,
            "c@2.0.0": 1,
            "d@1.0.0": 1,
            "e@1.0.0": 2,
            "f@1.0.0": 1,
        },
        {
            "a@1.0.0": "a@1.0.0",
            "b@1.0.0": "b@1.0.0",
            "c@1.0.0": "a@1.0.0",
            "c@2.0.0": "b@1.0.0",
            "d@1.0.0": "d@1.0.0",
            "e@1.0.0": "",
            "f@1.0.0": "",
        },
    )
    assert shape.shape(found, True) == Shape(
        2,
        4,
        3,
        1,
        {"a@1.0.0": 2, "b@1.0.0": 4, "c@1.0.0": 1, "c@2.0.0": 1, "e@1.0.0": 2, "f@1.0.0": 1},
        {
            **dict.fromkeys(("a@1.0.0", "c@1.0.0"), "a@1.0.0"),
            **dict.fromkeys(("b@1.0.0", "c@2.0.0", "e@1.0.0", "f@1.0.0"), "b@1.0.0"),
        },
    )


def test_what_nothing_asks_for_weighs_itself() -> None:
    found = project({}, {"node_modules/a": {"version": "1.0.0"}})
    assert shape.shape(found, False) == Shape(0, 1, 0, 0, {"a@1.0.0": 1}, {"a@1.0.0": ""})


def test_a_project_without_a_lockfile() -> None:
    found: Project = project({}, {})._replace(lockfile=None)
    assert shape.shape(found, False) == Shape(0, 0, 0, 0, {})


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    count = draw(st.integers(1, 12))
    return [draw(st.lists(st.integers(0, count - 1), max_size=4, unique=True)) for _ in range(count)]


def reached(children: Sequence[Sequence[int]], without: int | None = None) -> set[int]:
    seen, waiting = {0}, [0]
    while waiting:
        for child in children[waiting.pop()]:
            if child not in seen and child != without:
                seen.add(child)
                waiting.append(child)
    return seen


@given(graphs())
def test_a_weight_is_what_would_go(children: list[list[int]]) -> None:
    whole = reached(children)
    expected = [len(whole)] + [
        len(whole - reached(children, number)) if number in whole else 1 for number in range(1, len(children))
    ]
    assert shape.weights(children) == expected


@given(graphs())
def test_an_owner_is_without_whom_it_would_not_be_there(children: list[list[int]]) -> None:
    whole, direct = reached(children), {*children[0]} - {0}
    lost = {number: whole - reached(children, number) for number in direct}
    expected = [
        number
        if number in direct
        else next((owner for owner in sorted(direct) if number and number in lost[owner]), 0)
        for number in range(len(children))
    ]
    found = shape.owners(children)
    assert found == expected
    weights = shape.weights(children)
    assert all(found.count(owner) == weights[owner] for owner in direct)


def test_a_graph_made_to_be_slow() -> None:
    count = 20_000
    chain = [[number + 1] for number in range(count - 1)] + [[0]]
    back = [[number + 1, max(0, number - 1), number // 2] for number in range(count - 1)] + [[0]]
    start = time.perf_counter()
    assert shape.weights(chain)[1] == count - 1
    assert shape.weights(back)[0] == count
    assert shape.depth(chain) == count - 1
    assert shape.owners(back)[-1] == 1
    assert time.perf_counter() - start < 5
