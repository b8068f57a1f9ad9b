"""How well imitated names are found: python benchmarks/names_score.py PAIRS.csv HARMLESS.csv [NAMES]

Both tables have the columns name and target; NAMES has real names, one a line. The half of the pairs that was
not looked at while choosing words and thresholds is given apart: which half a name is in, its SHA-256 says.
Beside it stand plain edit distances 1 and 2 to the same popular names.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from npmguard.names import carriers, lookalikes
from npmguard.names.edits import nearer_than
from npmguard.names.likeness import SEPARATORS, bare

_POPULAR = (Path(__file__).parents[1] / "npmguard" / "names" / "popular.txt").read_text().split()
_SPACED = {ord(character): " " for character in SEPARATORS}

Pair = tuple[str, str]


def _read(path: str) -> list[Pair]:
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["name"], row["target"]) for row in csv.DictReader(file)]


def _unseen(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 1


def _class(name: str, target: str) -> str:
    """In what the two differ, by their spelling alone."""
    written, meant = bare(name), bare(target)
    scope, rest = _split(name)
    popular_scope, popular_rest = _split(target)
    if written == meant:
        return "scope into the name" if bool(scope) != bool(popular_scope) else "separators"
    if bare(rest) == bare(popular_rest):
        if not scope:
            return "scope left out"
        return "scope added" if not popular_scope else "another scope"
    for most, label in ((1, "1 slip"), (2, "2 slips")):
        if nearer_than(written, most)(meant):
            return label
    words, popular_words = (set(text.lower().translate(_SPACED).split()) for text in (name, target))
    if popular_words < words or meant in written:
        return "word added"
    if popular_words & words and len(popular_words) > 1:
        return "word exchanged or left out"
    return "other"


def _split(name: str) -> tuple[str, str]:
    scope, slash, rest = name.partition("/")
    return (scope, rest) if name.startswith("@") and slash else ("", name)


def _within(most: int) -> Callable[[Iterable[str]], set[str]]:
    """Those of the names that are within so many slips of a popular name, spelt as they are."""
    letters = [(popular, set(popular)) for popular in _POPULAR]

    def near(name: str) -> bool:
        close, own = nearer_than(name, most), set(name)
        return any(
            abs(len(popular) - len(name)) <= most and len(own ^ used) <= 2 * most and close(popular)
            for popular, used in letters
        )

    return lambda names: {name for name in set(names) - set(_POPULAR) if near(name)}


def _share(found: Iterable[str], names: list[str]) -> str:
    known = set(found)
    count = sum(name in known for name in names)
    return f"{count} of {len(names)} ({count / max(1, len(names)):.1%})"


def main(paths: list[str]) -> int:
    if len(paths) not in (2, 3):
        sys.exit(__doc__)
    for label, pairs in (("imitations", _read(paths[0])), ("harmless", _read(paths[1]))):
        _by_class(label, pairs)
        names = [name for name, _ in pairs]
        found = lookalikes(names)
        for sure in ("high", "medium", "low"):
            print(f"  {sure:8}", _share((n for n, like in found.items() if like.confidence == sure), names))
        print("  and where young:", _share({*found, *carriers(names)}, names))
        for most in (1, 2):
            print(f"  distance {most}:", _share(_within(most)(names), names))
    if len(paths) == 3:
        names = sorted(set(Path(paths[2]).read_text().split()) - set(_POPULAR))
        found = lookalikes(names)
        for how in sorted({like.how for like in found.values()}):
            print(f"  {how:18}", _share((n for n, like in found.items() if like.how == how), names))
        for sure in ("high", "medium", "low"):
            print(f"  {sure:18}", _share((n for n, like in found.items() if like.confidence == sure), names))
    return 0


def _by_class(label: str, pairs: list[Pair]) -> None:
    found = lookalikes(name for name, _ in pairs)
    classes: dict[str, list[str]] = defaultdict(list)
    for name, target in pairs:
        classes[_class(name, target)].append(name)
        classes["all"].append(name)
    for kind, names in sorted(classes.items(), key=lambda item: (item[0] == "all", -len(item[1]))):
        unseen = [name for name in names if _unseen(name)]
        print(f"{label} | {kind} | {_share(found, names)} | {_share(found, unseen)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
