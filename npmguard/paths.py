"""The ways from the project to a package."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from functools import cached_property

from npmguard.model import DependencyGraph, Source

MOST = 5  # paths that are written out
_MOST_STEPS = 20_000

Label = str


class Paths:
    """Answers for one graph. Packages of one name and version are one, wherever they are installed."""

    def __init__(self, graph: DependencyGraph, project: str | None) -> None:
        self._graph = graph
        self._project = project or "the project"

    def _label(self, key: str) -> Label:
        node = self._graph.nodes[key]
        if node.source is Source.PROJECT:
            return self._project
        return node.name if node.source is Source.WORKSPACE else node.label

    @cached_property
    def _labels(self) -> dict[str, Label]:
        return {key: self._label(key) for key in self._graph.nodes}

    @cached_property
    def _parents(self) -> dict[Label, list[Label]]:
        """Who asks for each label; only what the project reaches, in the graph's order."""
        labels = self._labels
        reached = self._graph.reachable
        parents: dict[Label, dict[Label, None]] = {}
        for key, edges in self._graph.edges.items():
            if key not in reached:
                continue
            for edge in edges:
                if edge.target is not None:
                    parents.setdefault(labels[edge.target], {})[labels[key]] = None
        return {label: sorted(found) for label, found in parents.items()}

    @cached_property
    def _depths(self) -> dict[Label, int]:
        """How many steps each label is from the project."""
        children: dict[Label, list[Label]] = {}
        for label, parents in self._parents.items():
            for parent in parents:
                children.setdefault(parent, []).append(label)
        start = self._project
        depths = {start: 0}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            for child in children.get(here, ()):
                if child not in depths:
                    depths[child] = depths[here] + 1
                    waiting.append(child)
        return depths

    @cached_property
    def _counts(self) -> dict[Label, int]:
        """How many ways lead to each label, counting steps that lead away from the project only."""
        depths = self._depths
        counts = {self._project: 1}
        for label in sorted(depths, key=depths.__getitem__):
            if label == self._project:
                continue
            counts[label] = sum(
                counts[parent]
                for parent in self._parents.get(label, ())
                if depths.get(parent, 1 << 30) < depths[label]
            )
        return counts

    def to(self, keys: Collection[str]) -> tuple[tuple[tuple[Label, ...], ...], int]:
        """(the shortest paths to any of the keys, how many there are in all).

        At most five paths are written out, shortest first, then by name; none passes a package twice.
        """
        wanted = sorted({self._labels[key] for key in keys if key in self._labels})
        found: list[tuple[Label, ...]] = []
        count = 0
        for label in wanted:
            if label not in self._depths:
                continue
            mine = self._shortest(label)
            found += mine
            count += max(self._counts[label], len(mine))
        found.sort(key=lambda path: (len(path), path))
        return tuple(found[:MOST]), count

    def _shortest(self, label: Label) -> list[tuple[Label, ...]]:
        # grown backwards from the package; the known depth tells how long a path will be at least, so the
        # shortest come out first
        from heapq import heappop, heappush

        depths, start = self._depths, self._project
        heap: list[tuple[int, tuple[Label, ...]]] = [(depths[label], (label,))]
        done: list[tuple[Label, ...]] = []
        for _ in range(_MOST_STEPS):
            if not heap or len(done) == MOST:
                break
            _, path = heappop(heap)
            if path[0] == start:
                done.append(path)
                continue
            for parent in self._parents.get(path[0], ()):
                if parent in depths and parent not in path:
                    heappush(heap, (depths[parent] + len(path), (parent, *path)))
        return done
