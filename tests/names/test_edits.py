from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npmguard.names.edits import Slip, nearer_than, slips

WORDS = st.text(alphabet="abcd", max_size=8)


def kinds(written: str, meant: str) -> list[tuple[str, int]]:
    found = slips(written, meant, 9.0)
    assert found is not None
    return [(slip.how, slip.at) for slip in found]


def test_each_slip_has_its_name_and_place() -> None:
    assert kinds("react", "react") == []
    assert kinds("raect", "react") == [("transposition", 1)]
    assert kinds("requestt", "request") == [("doubling", 7)]
    assert kinds("expres", "express") == [("doubling", 6)]
    assert kinds("reqest", "request") == [("omission", 3)]
    assert kinds("reqxuest", "request") == [("insertion", 3)]
    assert kinds("reqiest", "request") == [("neighbouring-key", 3)]
    assert kinds("reqzest", "request") == [("substitution", 3)]
    assert kinds("req0", "reqo") == [("confusable", 3)]
    assert kinds("es5", "es6") == [("digit", 2)]
    assert kinds("", "a") == [("omission", 0)]


def test_too_much_is_none() -> None:
    assert slips("lodash", "webpack", 2.0) is None
    assert slips("abc", "abcdefghij", 2.0) is None


def apply(found: tuple[Slip, ...], meant: str) -> str:
    written = meant
    for slip in reversed(found):
        assert meant[slip.at : slip.at + len(slip.meant)] == slip.meant
        written = written[: slip.at] + slip.written + written[slip.at + len(slip.meant) :]
    return written


@given(WORDS, WORDS)
def test_slips_lead_from_one_to_the_other(written: str, meant: str) -> None:
    found = slips(written, meant, 99.0)
    assert found is not None
    assert apply(found, meant) == written


def plain_distance(a: str, b: str) -> int:
    table = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            best = min(table[-1][j] + 1, row[-1] + 1, table[-1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, table[-2][j - 2] + 1)
            row.append(best)
        table.append(row)
    return table[-1][-1]


@given(WORDS.filter(bool), WORDS)
def test_the_quick_distance_is_the_plain_one(spelling: str, other: str) -> None:
    distance = plain_distance(spelling, other)
    assert nearer_than(spelling, distance)(other)
    assert not nearer_than(spelling, distance - 1)(other)
