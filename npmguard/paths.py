"""The ways from the project to a package."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from functools import cached_property

from npmguard.model import DependencyGraph, Source

MOST = 5  # paths that are written out
LONGEST = 100  # steps; real ones have some twenty
_MOST_STEPS = 5_000
_MOST_COUNTED = 10**15

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
    def _asking(self) -> Mapping[Label, Collection[Label]]:
        """Who asks for each label, of what the project reaches."""
        labels = self._labels
        reached = self._graph.reachable
        parents: dict[Label, dict[Label, None]] = {}
        for key, edges in self._graph.edges.items():
            if key not in reached:
                continue
            for edge in edges:
                if edge.target is not None:
                    parents.setdefault(labels[edge.target], {})[labels[key]] = None
        return parents

    @cached_property
    def _depths(self) -> dict[Label, int]:
        """How many steps each label is from the project."""
        children: dict[Label, list[Label]] = {}
        for label, above in self._asking.items():
            for parent in above:
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
    def _parents(self) -> dict[Label, list[Label]]:
        """Who asks for each label, the nearest to the project first."""
        depths = self._depths
        return {
            label: sorted((p for p in found if p in depths), key=lambda p: (depths[p], p))
            for label, found in self._asking.items()
            if label in depths
        }

    @cached_property
    def _counts(self) -> dict[Label, int]:
        """How many ways lead to each label, counting steps that lead away from the project only."""
        parents, depths = self._parents, self._depths
        counts = {self._project: 1}
        for label in sorted(depths, key=depths.__getitem__):
            if label == self._project:
                continue
            found = sum(counts[parent] for parent in parents.get(label, ()) if depths[parent] < depths[label])
            counts[label] = min(found, _MOST_COUNTED)
        return counts

    def to(self, keys: Collection[str]) -> tuple[tuple[tuple[Label, ...], ...], int]:
        """(the shortest paths to any of the keys, how many there are in all).

        At most five paths are written out, shortest first, then by name; none passes a package twice. The
        middle of one that no real project has is left out ("…").
        """
        wanted = sorted({self._labels[key] for key in keys if key in self._labels})
        found: list[tuple[Label, ...]] = []
        count = 0
        for label in wanted:
            if label not in self._depths:
                continue
            mine = self._shortest(label) if self._depths[label] <= LONGEST else [self._outline(label)]
            found += mine
            count += max(self._counts[label], len(mine))
        found.sort(key=lambda path: (len(path), path))
        return tuple(found[:MOST]), count

    def every(self, key: str, most: int) -> list[tuple[Label, ...]]:
        """Every shortest path to what lies at a key, by name, no more than `most` of them."""
        label = self._labels[key]
        depths, parents = self._depths, self._parents
        if label not in depths:
            return []
        found: list[tuple[Label, ...]] = []
        waiting: list[tuple[Label, ...]] = [(label,)]
        while waiting and len(found) < most:
            path = waiting.pop()
            here = path[0]
            if here == self._project:
                found.append(path)
                continue
            nearest = [parent for parent in parents[here] if depths[parent] == depths[here] - 1]
            waiting += [(parent, *path) for parent in reversed(nearest)]
        return sorted(found)

    def _shortest(self, label: Label) -> list[tuple[Label, ...]]:
        # Grown backwards from the package. The known depth tells how long a path will be at least, so the
        # shortest come out first; of a package's many parents only the next is looked at each time.
        from heapq import heappop, heappush

        depths, parents, start = self._depths, self._parents, self._project
        if label == start:
            return [(start,)]
        # (length at least, steps still to go, path so far, which parent to go to)
        heap: list[tuple[int, int, tuple[Label, ...], int]] = [
            (depths[label], depths[label] - 1, (label,), 0)
        ]
        done: list[tuple[Label, ...]] = []
        for _ in range(_MOST_STEPS):
            if not heap or len(done) == MOST:
                break
            _, _, path, which = heappop(heap)
            above = parents.get(path[0], [])
            if which + 1 < len(above):
                ahead = depths[above[which + 1]]
                heappush(heap, (ahead + len(path), ahead, path, which + 1))
            if which >= len(above) or above[which] in path:
                continue
            parent = above[which]
            if parent == start:
                done.append((parent, *path))
            elif len(path) <= LONGEST:
                ahead = depths[parent] - 1  # of a nearest parent, which comes first
                heappush(heap, (ahead + len(path) + 1, ahead, (parent, *path), 0))
        return done

    def _outline(self, label: Label) -> tuple[Label, ...]:
        """The beginning and the end of a path that is too long to be written out."""
        tail = [label]
        while len(tail) < LONGEST // 2:
            tail.append(self._parents[tail[-1]][0])
        return (*self._heads[label], "…", *reversed(tail))

    @cached_property
    def _heads(self) -> dict[Label, tuple[Label, ...]]:
        """How the shortest path to each label begins."""
        heads: dict[Label, tuple[Label, ...]] = {self._project: (self._project,)}
        for label in sorted(self._parents, key=self._depths.__getitem__):
            if label != self._project:
                head = heads[self._parents[label][0]]
                heads[label] = head if len(head) >= LONGEST // 2 else (*head, label)
        return heads
