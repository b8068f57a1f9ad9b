"""Extended globs in a part of a pattern: `+(a|b)`, `!(x).js` and their like.

A name is held against one by the sets of places that each piece can end at, so that no pattern, however
twisted, takes more than a polynomial of the name's length. What npm's matcher makes of nested ones, of
empty ones and of ones that are never closed is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from npmguard.packing.braces import TooMany
from npmguard.packing.patterns import OR, STAR, Reader, expression, fold, test

_KINDS = "!?+*@"
_EXTGLOB = re.compile(r"[!?+*@]\(")
_DEEPEST = 2
_MOST_NODES = 2000
_MOST_NESTED = 50
_MOST_STEPS = 200_000

# Which kinds take in the choices of one that stands alone in a choice of theirs, as it is and with "".
_ADOPTS = {"!": "@", "?": "?@", "@": "@", "*": "*+?@", "+": "+@"}
_ADOPTS_WITH_NOTHING = {"!": "?", "@": "?", "+": "?*"}
# What becomes of one whose only choice is another: (outer, inner) -> the kind of both.
_BECOMES = {"!!": "@", "?*": "*", "?+": "*", "+?": "*", "+*": "*"} | {f"@{kind}": kind for kind in _KINDS}


class _Node:
    """A sequence (`kind` is "") of texts and groups, or a group of one of the five kinds, whose parts are
    sequences."""

    __slots__ = ("after", "empty", "kind", "parent", "parts", "place", "tests")

    def __init__(self, kind: str, parent: _Node | None) -> None:
        self.kind = kind
        self.parent = parent
        self.place = len(parent.parts) if parent else 0
        self.parts: list[_Node | str] = []
        self.empty = False
        self.tests: list[_Node | _Text] = []
        self.after = False

    def nodes(self) -> Iterator[_Node]:
        return (part for part in self.parts if isinstance(part, _Node))

    def at_start(self) -> bool:
        if self.parent is None:
            return True
        before = self.parent.parts[: self.place]
        return self.parent.at_start() and all(isinstance(p, _Node) and p.kind == "!" for p in before)

    def at_end(self) -> bool:
        if self.parent is None or self.parent.kind == "!":
            return True
        if not self.parent.at_end():
            return False
        return not self.kind or self.place == len(self.parent.parts) - 1

    def __str__(self) -> str:
        if not self.kind:
            return "".join(map(str, self.parts))
        return f"{self.kind}({'|'.join(map(str, self.parts))})"


class _Text:
    """A plain piece: runs of single characters with stars between them."""

    def __init__(self, tokens: list[str]) -> None:
        pieces: list[list[str]] = [[]]
        for token in tokens:
            if token == STAR:
                pieces.append([])
            else:
                pieces[-1].append("=|" if token == OR else token)
        self._runs = [re.compile(expression(piece), re.DOTALL) for piece in pieces]

    def ends(self, name: str, starts: set[int]) -> set[int]:
        places = starts
        for number, run in enumerate(self._runs):
            if not places:
                return places
            if number:
                places = set(range(min(places), len(name) + 1))
            places = {found.end() for place in places if (found := run.match(name, place))}
        return places


def extglob(text: str, blind: bool) -> Callable[[str, str], bool] | None:
    """A test for a part with extglobs; None where there is none in it after all.

    Raises TooMany for one that would grow beyond 2,000 pieces.
    """
    negations: list[_Node] = []
    root = _Node("", None)
    if len(_EXTGLOB.findall(text)) > _MOST_NODES:
        raise TooMany("a pattern with more than 2,000 extended globs")
    _parse(text, root, 0, 0, 0, negations)
    if not any(root.nodes()):
        return None
    reader = Reader(blind)
    if not any(node.kind for node in root.nodes()):  # none that is ever closed
        tokens = [token for part in root.parts for token in reader.tokens(str(part))]
        reader.check()
        return test(tokens)
    _flatten(root)
    _say_what_follows(negations)
    _ready(root, reader)
    reader.check()
    if not any(isinstance(piece, _Node) for piece in root.tests):  # one with nothing in it is just its text
        plain = fold(str(root)) if blind else str(root)
        return lambda name, low: name == plain
    return lambda name, low: len(name) in _Match(name).ends(root, {0})


def _parse(text: str, node: _Node, here: int, depth: int, nested: int, negations: list[_Node]) -> int:
    """Reads into `node` from `here` on; gives where it stopped. A group's text begins at its bracket."""
    if nested > _MOST_NESTED:
        raise TooMany("a pattern with more than fifty extended globs in one another")
    opening = here
    inside = bool(node.kind)
    here += inside
    sequence = _Node("", node) if inside else node
    choices: list[_Node] = []
    pending = ""
    escaped = in_set = negated = False
    set_start = -1
    while here < len(text):
        character = text[here]
        here += 1
        if escaped or character == "\\":
            escaped = not escaped
        elif in_set:
            if here == set_start + 1:
                negated = negated or character in "^!"
            elif character == "]" and not (here == set_start + 2 and negated):
                in_set = False
        elif character == "[":
            in_set, set_start, negated = True, here, False
        elif character in _KINDS and text[here : here + 1] == "(":
            fitting = inside and _takes_in(node.kind, character)
            if depth <= _DEEPEST or fitting:
                _add(sequence, pending)
                pending = ""
                group = _Node(character, sequence)
                if character == "!":
                    negations.append(group)
                sequence.parts.append(group)
                deeper = depth if fitting else depth + 1
                here = _parse(text, group, here, deeper, nested + 1, negations)
                continue
        elif inside and character == "|":
            _add(sequence, pending)
            pending = ""
            choices.append(sequence)
            sequence = _Node("", node)
            continue
        elif inside and character == ")":
            node.empty = pending == "" and not node.parts
            _add(sequence, pending)
            node.parts += [*choices, sequence]
            return here
        pending += character
    if inside:  # never closed: no group, but the text that it is
        node.kind = ""
        node.parts = [text[opening - 1 :]]
    else:
        _add(node, pending)
    return here


def _add(sequence: _Node, text: str) -> None:
    if text:
        sequence.parts.append(text)


def _takes_in(outer: str, inner: str) -> bool:
    return inner in _ADOPTS[outer] + _ADOPTS_WITH_NOTHING.get(outer, "")


def _alone(choice: _Node | str) -> _Node | None:
    """The group that is all there is in a choice."""
    if isinstance(choice, _Node) and not choice.kind and len(choice.parts) == 1:
        only = choice.parts[0]
        if isinstance(only, _Node) and only.kind:
            return only
    return None


def _flatten(node: _Node) -> None:
    """Takes groups in groups together where that means the same to npm."""
    if not node.kind:
        for part in node.nodes():
            _flatten(part)
        return
    for _ in range(10):
        changed = False
        index = 0
        while index < len(node.parts):
            choice = node.parts[index]
            if isinstance(choice, _Node):
                _flatten(choice)
                inner = _alone(choice)
                if inner is None:
                    pass
                elif inner.kind in _ADOPTS[node.kind]:
                    _adopt(node, index, inner)
                    changed = True
                elif inner.kind in _ADOPTS_WITH_NOTHING.get(node.kind, ""):
                    inner.parts.append(_Node("", inner))
                    _adopt(node, index, inner)
                    changed = True
                elif len(node.parts) == 1 and (kind := _BECOMES.get(node.kind + inner.kind)):
                    node.parts = inner.parts
                    node.kind, node.empty = kind, False
                    for part in node.nodes():
                        part.parent = node
                    changed = True
            index += 1
        if not changed:
            return


def _adopt(node: _Node, index: int, inner: _Node) -> None:
    node.parts[index : index + 1] = inner.parts
    for part in inner.nodes():
        part.parent = node


def _say_what_follows(negations: list[_Node]) -> None:
    """Gives each choice of a `!(...)` what stands after it: the whole of it must not fit."""
    made = 0

    def copied(part: _Node | str, parent: _Node) -> _Node | str:
        nonlocal made
        made += 1
        if made > _MOST_NODES:
            raise TooMany("a pattern whose extended globs grow beyond 2,000 pieces")
        if isinstance(part, str):
            return part
        copy = _Node(part.kind, parent)
        for inner in part.parts:
            copy.parts.append(copied(inner, copy))
        return copy

    for group in reversed(negations):
        if group.kind != "!":
            continue
        node, above = group, group.parent
        while above is not None:
            if not above.kind:
                for part in above.parts[node.place + 1 :]:
                    for choice in group.nodes():
                        choice.parts.append(copied(part, choice))
            node, above = above, above.parent


def _ready(node: _Node, reader: Reader) -> None:
    """Makes the pieces that a name is held against."""
    if not node.kind:
        node.after = node.parent is not None and node.parent.kind == "!"
    whole = bool(node.kind) and node.at_start() and node.at_end()
    alone = not node.kind and not any(node.nodes()) and node.at_start() and node.at_end()
    for part in node.parts:
        if isinstance(part, str):
            something = alone and not set(part) - {"*"}  # where it is all there is, a star wants something
            node.tests.append(_Text([".", STAR] if something else reader.tokens(part)))
        else:
            _ready(part, reader)
            says_nothing = not part.tests and not part.after
            if node.kind and whole and says_nothing:
                continue
            if part.kind and not part.tests and part.kind != "!":
                node.tests.append(_Text(["=" + character for character in str(part)]))
            else:
                node.tests.append(part)


class _Match:
    """One name, held against the pieces of a pattern."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._steps = 0
        self._refused: dict[tuple[_Node, int], bool] = {}

    def ends(self, piece: _Node | _Text, starts: set[int]) -> set[int]:
        """The places in the name where a piece can end that begins at one of `starts`."""
        if not starts:
            return starts
        self._steps += len(starts)
        if self._steps > _MOST_STEPS:
            raise TooMany("a pattern whose extended globs take too long")
        name = self._name
        if isinstance(piece, _Text):
            return piece.ends(name, starts)
        if not piece.kind:
            places = starts
            for part in piece.tests:
                places = self.ends(part, places)
            return places & {len(name)} if piece.after else places
        if piece.kind == "!":
            if piece.empty:
                return set(range(min(starts) + 1, len(name) + 1))
            first = next((start for start in sorted(starts) if not self._refuses(piece, start)), None)
            return set() if first is None else set(range(first, len(name) + 1))
        found: set[int] = set() if piece.kind in "@+" else set(starts)
        places = starts
        while places:
            places = set().union(*(self.ends(choice, places) for choice in piece.tests)) - found
            found |= places
            if piece.kind in "@?":
                break
        return found

    def _refuses(self, piece: _Node, start: int) -> bool:
        """Does one of the choices of a `!(...)` fit all the rest of the name?"""
        known = self._refused.get((piece, start))
        if known is None:
            known = any(self.ends(choice, {start}) for choice in piece.tests)
            self._refused[piece, start] = known
        return known
