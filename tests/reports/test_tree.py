"""The tree of a package's files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npmguard.model import PackedFile
from npmguard.reports.tree import tree


def files(*paths: str) -> list[PackedFile]:
    return [PackedFile(path, number + 1, 0o644) for number, path in enumerate(paths)]


def shown(*paths: str, most: int | None = None) -> list[str]:
    return [f"{'  ' * row.depth}{row.name} {row.size} {row.files}" for row in tree(files(*paths), most)]


def test_folders_stand_among_files_by_name() -> None:
    assert shown("package.json", "dist/b.js", "dist/a.js", "a.md") == [
        "a.md 4 0",
        "dist/ 5 2",
        "  a.js 3 0",
        "  b.js 2 0",
        "package.json 1 0",
    ]


def test_a_chain_of_folders_is_one_line() -> None:
    assert shown("a/b/c/d.js", "a/b/c/e.js") == ["a/b/c/ 3 2", "  d.js 1 0", "  e.js 2 0"]


def test_what_is_large_stays_closed() -> None:
    many = [f"dist/{number}.js" for number in range(50)]
    assert shown(*many, "lib/a.js", "package.json", most=10) == [
        "dist/ 1275 50",
        "lib/ 51 1",
        "  a.js 51 0",
        "package.json 52 0",
    ]


def test_as_deep_as_a_path_can_be() -> None:
    rows = tree(files("a/" * 5000 + "x", "a/b"))
    assert rows[-1].name == "b"
    assert len(rows) == 4


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), unique=True))
def test_every_file_is_told_of_once(paths: list[str]) -> None:
    # a path cannot be a file and a folder at once
    paths = [p for p in paths if not any(other.startswith(f"{p}/") for other in paths)]
    rows = tree(files(*paths))
    assert sorted(row.path for row in rows if not row.files) == sorted(paths)
    assert sum(row.size for row in rows if not row.files) == sum(range(1, len(paths) + 1))
