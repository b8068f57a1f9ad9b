"""The shape of the dependency graph: how wide, how deep, how often the same, and what hangs on what.

Packages of one name and version are one, wherever they are installed. A package weighs as much as would go if
nothing asked for it any more: itself, and what nothing else brings. Those are what it dominates in the graph
(T. Lengauer and R. Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph", 1979), in O(m log n)
whatever the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from npmguard.model import DependencyGraph, Project
from npmguard.rules.grouping import in_force

Children = Sequence[Sequence[int]]


class Shape(NamedTuple):
    """The numbers of a graph, and by name@version the weight of each package and who alone brings it."""

    direct: int
    transitive: int
    depth: int
    duplicates: int
    weights: Mapping[str, int]
    owners: Mapping[str, str] = {}


def shape(project: Project, production: bool) -> Shape:
    """The shape of what is locked, or of what a production install brings."""
    graph = project.graph
    if graph is None:
        return Shape(0, 0, 0, 0, {})
    packages = {package.key: package for package in in_force(project, production)}
    numbers: dict[str, int] = {}  # of labels; the project is 0
    for package in packages.values():
        numbers.setdefault(package.label, len(numbers) + 1)
    children = _children(graph, {key: numbers[p.label] for key, p in packages.items()}, len(numbers) + 1)
    sizes, bringing = weights(children), owners(children)
    labels = ["", *numbers]
    direct = {packages[key].label for key in graph.direct if key in packages}
    names = Counter(name for name, _ in {(p.name, p.version) for p in packages.values()})
    return Shape(
        len(direct),
        len(numbers) - len(direct),
        depth(children),
        sum(count > 1 for count in names.values()),
        {label: sizes[number] for label, number in sorted(numbers.items())},
        {label: labels[bringing[number]] for label, number in sorted(numbers.items())},
    )


def _children(graph: DependencyGraph, numbers: Mapping[str, int], count: int) -> list[list[int]]:
    """Who is asked for by each number; the project, its workspaces and folders beside it are all 0."""
    found: list[dict[int, None]] = [{} for _ in range(count)]
    for key, edges in graph.edges.items():
        node = graph.nodes.get(key)
        if key not in numbers and (node is None or node.third_party):
            continue
        mine = found[numbers.get(key, 0)]
        for edge in edges:
            number = numbers.get(edge.target or "")
            if number is not None:
                mine[number] = None
    return [list(each) for each in found]


def depth(children: Children) -> int:
    """The length of the longest of the shortest ways from 0."""
    seen = {0}
    level, steps = [0], 0
    while level:
        following: list[int] = []
        for number in level:
            for child in children[number]:
                if child not in seen:
                    seen.add(child)
                    following.append(child)
        level = following
        steps += bool(level)
    return steps


def weights(children: Children) -> list[int]:
    """How many numbers each one dominates, itself included; 1 for what 0 does not reach."""
    order, parent, parents = _walked(children)
    # below, numbers stand for their places in the walk: a smaller one was met earlier
    semi = list(range(len(order)))
    best = list(range(len(order)))
    ancestor = [-1] * len(order)
    bucket: list[list[int]] = [[] for _ in order]
    dominator = [0] * len(order)
    for place in range(len(order) - 1, 0, -1):
        for before in parents[place]:
            semi[place] = min(semi[place], semi[_best(before, ancestor, best, semi)])
        bucket[semi[place]].append(place)
        above = parent[place]
        ancestor[place] = above
        for other in bucket[above]:
            found = _best(other, ancestor, best, semi)
            dominator[other] = found if semi[found] < above else above
        bucket[above] = []
    sizes = [1] * len(order)
    for place in range(1, len(order)):
        if dominator[place] != semi[place]:
            dominator[place] = dominator[dominator[place]]
    for place in range(len(order) - 1, 0, -1):
        sizes[dominator[place]] += sizes[place]
    found_sizes = [1] * len(children)
    for place, number in enumerate(order):
        found_sizes[number] = sizes[place]
    return found_sizes


def owners(children: Children) -> list[int]:
    """Of each number, the one asked for by 0 without which 0 would not reach it; 0 where there is none such.

    What 0 asks for is its own.
    """
    found = [-1] * len(children)
    for number in children[0]:
        found[number] = number
    settled = {0, *children[0]}
    waiting = list(children[0])
    while waiting:
        number = waiting.pop()
        for child in children[number]:
            owner = found[number] if found[child] in (-1, found[number]) else 0
            if child not in settled and owner != found[child]:
                found[child] = owner
                waiting.append(child)
    return [max(owner, 0) for owner in found]


def _walked(children: Children) -> tuple[list[int], list[int], list[list[int]]]:
    """(the numbers as a depth-first walk from 0 meets them, the parent of each, all who lead there).

    Parents are places in the walk.
    """
    order: list[int] = []
    parent: list[int] = []
    places: dict[int, int] = {}
    waiting = [(0, 0)]
    while waiting:
        number, above = waiting.pop()
        if number in places:
            continue
        place = places[number] = len(order)
        order.append(number)
        parent.append(above)
        waiting += [(child, place) for child in children[number] if child not in places]
    parents: list[list[int]] = [[] for _ in order]
    for place, number in enumerate(order):
        for child in children[number]:
            parents[places[child]].append(place)
    return order, parent, parents


def _best(place: int, ancestor: list[int], best: list[int], semi: list[int]) -> int:
    """The place with the least semidominator on the way up from here; the way is shortened for next time."""
    if ancestor[place] < 0:
        return place
    way = []
    here = place
    while ancestor[ancestor[here]] >= 0:
        way.append(here)
        here = ancestor[here]
    for lower in reversed(way):
        above = ancestor[lower]
        if semi[best[above]] < semi[best[lower]]:
            best[lower] = best[above]
        ancestor[lower] = ancestor[above]
    return best[place]
