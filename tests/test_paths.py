"""The ways from the project to a package."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import npmproject
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.model import Dependency, DependencyGraph, DependencyKind, Package, Source
from npmguard.paths import LONGEST, MOST, Paths

Ways = list[list[str]]


def graph(edges: Mapping[str, Sequence[str]]) -> DependencyGraph:
    """Keys to the keys they ask for; "" is the project. A key is a package's name, of version 1."""
    keys = {"", *edges, *(target for targets in edges.values() for target in targets)}
    nodes = {
        key: Package(key, key, "1", Source.REGISTRY) if key else Package("", "shop", "1", Source.PROJECT)
        for key in sorted(keys)
    }
    links = {
        key: tuple(Dependency(key, target, "*", DependencyKind.PROD, target) for target in targets)
        for key, targets in edges.items()
    }
    return DependencyGraph(nodes, lambda names: links, format="npm-3")


def ways(edges: Mapping[str, Sequence[str]], *keys: str) -> tuple[Ways, int]:
    found, count = Paths(graph(edges), "shop").to(keys)
    return [[step.removesuffix("@1") for step in path] for path in found], count


def test_a_direct_dependency() -> None:
    assert ways({"": ["a"]}, "a") == ([["shop", "a"]], 1)


def test_a_step_names_package_and_version() -> None:
    found = Paths(graph({"": ["a"], "a": ["b"]}), "shop").to(["b"])
    assert found == ((("shop", "a@1", "b@1"),), 1)


def test_a_project_without_a_name() -> None:
    assert Paths(graph({"": ["a"]}), None).to(["a"]) == ((("the project", "a@1"),), 1)


def test_the_way_to_the_project_itself() -> None:
    assert ways({"": ["a"], "a": [""]}, "") == ([["shop"]], 1)


def test_the_shortest_come_first_then_by_name() -> None:
    edges = {"": ["c", "b", "a"], "a": ["x"], "b": ["x"], "c": ["y"], "y": ["x"]}
    assert ways(edges, "x") == ([["shop", "a", "x"], ["shop", "b", "x"], ["shop", "c", "y", "x"]], 3)


def test_a_direct_dependency_comes_before_its_detours() -> None:
    found, _ = ways({"": ["a", "x"], "a": ["x"]}, "x")
    assert found == [["shop", "x"], ["shop", "a", "x"]]


def test_five_at_most_are_written_out_and_all_are_counted() -> None:
    names = [f"p{n}" for n in range(8)]
    found, count = ways({"": names, **{name: ["x"] for name in names}}, "x")
    assert found == [["shop", name, "x"] for name in names[:MOST]]
    assert MOST == 5
    assert count == 8


def test_ways_multiply() -> None:
    layers = [[f"{layer}{n}" for n in range(3)] for layer in "abcd"]
    edges: dict[str, list[str]] = {"": layers[0]}
    for above, below in pairwise([*layers, ["x"]]):
        edges |= dict.fromkeys(above, below)
    found, count = ways(edges, "x")
    assert count == 3**4
    assert len(found) == MOST
    assert all(len(path) == 6 for path in found)


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({"": ["a"], "a": ["b"], "b": ["a", "x"]}, [["shop", "a", "b", "x"]]),
        ({"": ["x"], "x": ["a"], "a": ["x"]}, [["shop", "x"]]),
        ({"": ["a"], "a": ["a", "x"]}, [["shop", "a", "x"]]),
        ({"": ["a"], "a": ["", "x"]}, [["shop", "a", "x"]]),
    ],
)
def test_a_cycle_is_not_walked_twice(edges: dict[str, list[str]], expected: Ways) -> None:
    assert ways(edges, "x") == (expected, 1)


def test_what_nothing_asks_for_has_no_way() -> None:
    assert ways({"": ["a"], "b": ["x"], "x": ["b"]}, "x") == ([], 0)
    assert ways({"": ["a"]}, "no such key") == ([], 0)
    assert ways({"": ["a"]}) == ([], 0)


def test_who_is_not_reached_brings_nothing() -> None:
    assert ways({"": ["a"], "a": ["x"], "b": ["x"]}, "x") == ([["shop", "a", "x"]], 1)


def test_the_ways_to_several_packages_are_told_together() -> None:
    edges = {"": ["a", "b"], "a": ["x"], "b": ["y", "x"], "x": ["y"]}
    assert ways(edges, "y", "a") == (
        [["shop", "a"], ["shop", "b", "y"], ["shop", "a", "x", "y"], ["shop", "b", "x", "y"]],
        # detours are not counted, but what is written out is
        4,
    )


def test_copies_of_one_version_are_one() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0", "dependencies": {"x": "1"}},
        "node_modules/a/node_modules/x": {"version": "1.0.0"},
        "node_modules/b": {"version": "1.0.0", "dependencies": {"x": "1"}},
        "node_modules/b/node_modules/x": {"version": "1.0.0"},
        "node_modules/c": {"version": "1.0.0", "dependencies": {"x": "2"}},
        "node_modules/x": {"version": "2.0.0"},
    }
    shop = npmproject.project({"dependencies": {"a": "1", "b": "1", "c": "1"}}, entries)
    assert shop.graph is not None
    one = (("shop", "a@1.0.0", "x@1.0.0"), ("shop", "b@1.0.0", "x@1.0.0"))
    assert Paths(shop.graph, "shop").to(["node_modules/a/node_modules/x"]) == (one, 2)
    assert Paths(shop.graph, "shop").to([k for k in entries if "/node_modules/x" in k]) == (one, 2)
    assert Paths(shop.graph, "shop").to(["node_modules/x"]) == ((("shop", "c@1.0.0", "x@2.0.0"),), 1)


def test_a_workspace_is_a_step_without_a_version() -> None:
    shop = npmproject.project(
        {},
        {"node_modules/once": {"version": "1.4.0"}},
        {
            "packages/a": {"name": "@shop/a", "version": "1.0.0", "dependencies": {"once": "1"}},
            "packages/b": {"name": "@shop/b", "version": "1.0.0", "dependencies": {"@shop/a": "1"}},
        },
    )
    assert shop.graph is not None
    assert Paths(shop.graph, "shop").to(["node_modules/once"]) == (
        (("shop", "@shop/a", "once@1.4.0"), ("shop", "@shop/b", "@shop/a", "once@1.4.0")),
        2,
    )


def test_an_alias_is_called_by_its_real_name() -> None:
    entries = {"node_modules/two": {"name": "once", "version": "1.4.0"}}
    shop = npmproject.project({"dependencies": {"two": "npm:once@1"}}, entries)
    assert shop.graph is not None
    assert Paths(shop.graph, "shop").to(["node_modules/two"]) == ((("shop", "once@1.4.0"),), 1)


def chain(length: int) -> dict[str, list[str]]:
    names = ["", *(f"p{n}" for n in range(1, length + 1))]
    return {above: [below] for above, below in pairwise(names)}


def test_a_long_way_is_written_out_whole() -> None:
    found, count = ways(chain(LONGEST), f"p{LONGEST}")
    assert (len(found[0]), count) == (LONGEST + 1, 1)


@pytest.mark.parametrize("length", [LONGEST + 1, 20_000])
def test_the_middle_of_an_endless_way_is_left_out(length: int) -> None:
    ((path,), count) = ways(chain(length), f"p{length}")
    assert count == 1
    assert len(path) == LONGEST + 1
    assert path[:3] == ["shop", "p1", "p2"]
    assert path[LONGEST // 2] == "…"
    assert path[-2:] == [f"p{length - 1}", f"p{length}"]


def test_more_ways_than_anybody_counts() -> None:
    edges: dict[str, list[str]] = {"": ["a0", "b0"]}
    for n in range(90):
        edges |= {f"a{n}": [f"a{n + 1}", f"b{n + 1}"], f"b{n}": [f"a{n + 1}", f"b{n + 1}"]}
    found, count = ways(edges, "a90")
    assert count == 10**15
    assert len(found) == MOST


KEYS = "abcdefg"
EDGES = st.dictionaries(
    st.sampled_from(["", *KEYS]), st.lists(st.sampled_from(KEYS), unique=True, max_size=4), max_size=8
)


def every_way(edges: Mapping[str, Sequence[str]], goal: str) -> Ways:
    """Every simple path, by trying all of them."""
    found: Ways = []
    waiting: list[list[str]] = [[""]]
    while waiting:
        path = waiting.pop()
        if path[-1] == goal:
            found.append(["shop", *path[1:]])
            continue
        waiting += [[*path, step] for step in edges.get(path[-1], ()) if step not in path]
    return sorted(found, key=lambda way: (len(way), way))


def ways_away(edges: Mapping[str, Sequence[str]], goal: str) -> int:
    """How many of the ways only ever lead further away from the project."""
    depths = {key: len(found[0]) for key in ["", *KEYS] if (found := every_way(edges, key))}
    return sum(
        all(depths[above] < depths[below] for above, below in pairwise(["", *way[1:]]))
        for way in every_way(edges, goal)
    )


@given(EDGES, st.sampled_from(KEYS))
def test_the_ways_are_those_that_trying_all_of_them_finds(edges: dict[str, Any], goal: str) -> None:
    expected = every_way(edges, goal)
    found, count = ways(edges, goal)
    assert all(way in expected for way in found)
    assert Counter(map(len, found)) == Counter(map(len, expected[:MOST]))
    assert found == sorted(found, key=lambda way: (len(way), way))
    assert count == max(ways_away(edges, goal), len(found))
