"""YAML as package managers write it, and as people edit it."""

from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from npmguard import yamltext
from npmguard.errors import InputError


def loads(text: str) -> Any:
    return yamltext.loads(text.encode(), "a.yaml")


def narrow(text: str) -> Any:
    """What the reader of the narrow form gives; it fails where the text steps outside."""
    return yamltext._narrow(text.split("\n"), 1, "a.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: x y", {"a": "1", "b": "x y"}),
        ("a:\n  b:\n    c: d\n  e: f", {"a": {"b": {"c": "d"}, "e": "f"}}),
        ("a:\n  - x\n  - 'y: z'\nb: c", {"a": ["x", "y: z"], "b": "c"}),
        ("a:\n- x\n- y\nb: c", {"a": ["x", "y"], "b": "c"}),
        ("a:\nb:", {"a": None, "b": None}),
        ("on: 1.10\nnull: ~2\ntrue: no", {"on": "1.10", "null": "~2", "true": "no"}),
        ('"a: b": "c\\td"', {"a: b": "c\td"}),
        ("'it''s': 'it''s'", {"it's": "it's"}),
        ("'@babel/core': ^7.0.0", {"@babel/core": "^7.0.0"}),
        ("/a/1.0.0: x\nfile:b: y\n-a: z", {"/a/1.0.0": "x", "file:b": "y", "-a": "z"}),
        ("a: {integrity: sha512-a+b/c==}", {"a": {"integrity": "sha512-a+b/c=="}}),
        ("a: {tarball: https://h.test/x#y}", {"a": {"tarball": "https://h.test/x#y"}}),
        (
            "a: {b: '1', c: [x, \"y\"], d: {e: f}, g: }",
            {"a": {"b": "1", "c": ["x", "y"], "d": {"e": "f"}, "g": None}},
        ),
        ("a: []\nb: {}", {"a": [], "b": {}}),
        ("a: ['!x', y]", {"a": ["!x", "y"]}),
        ("a: |-\n  x\n    y\n\n  z\nb: c", {"a": "x\n  y\n\nz", "b": "c"}),
        ("a: >-\n  x\n  y\n\n  z\nb: c", {"a": "x y\nz", "b": "c"}),
        ("? long\n: x\nb: y", {"long": "x", "b": "y"}),
        ("# one\na: b\n\n  # two\nc: d", {"a": "b", "c": "d"}),
        ("a: b  \n", {"a": "b"}),
        ("a : b\nc :\n  d: e", {"a": "b", "c": {"d": "e"}}),
        ("  a: b\n  c: d", None),
    ],
)
def test_the_narrow_form(text: str, expected: Any) -> None:
    if expected is None:
        with pytest.raises(yamltext._Outside):
            narrow(text)
        return
    assert narrow(text) == expected
    assert loads(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x [1, 2]\nb: *x", {"a": ["1", "2"], "b": ["1", "2"]}),
        ("a: b # why", {"a": "b"}),
        ("- a: 1\n  b: 2\n- c: true", [{"a": "1", "b": "2"}, {"c": "true"}]),
        ("a: b\n  c", {"a": "b c"}),
        ("a: [x,\n  y]", {"a": ["x", "y"]}),
        ('a: "x\\x41"', {"a": "xA"}),
        ("packages:\n    - 'a/*'  # all\n    - '!b'", {"packages": ["a/*", "!b"]}),
    ],
)
def test_what_steps_outside_is_read_all_the_same(text: str, expected: Any) -> None:
    with pytest.raises(yamltext._Outside):
        narrow(text)
    assert loads(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: 2\na: 3", r'^a\.yaml:3: the key "a" stands twice in one mapping$'),
        ("a:\n\tb: c", r"^a\.yaml:2: not YAML: tabs"),
        ("a: [1", r"^a\.yaml:1: not YAML: unclosed"),
        ("a: 'x", r"^a\.yaml:1: not YAML"),
        ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other", r"^a\.yaml:1: merge-conflict markers"),
        ("", r"^a\.yaml: the file is empty$"),
        ("a: \0", r"^a\.yaml:1: not text: it holds a NUL"),
        ("a: 1\n---\nb: 2", r"^a\.yaml: 2 YAML documents where one is expected$"),
        ("a: " + "[" * 5000, r"^a\.yaml:1: not YAML|nested too deeply"),
        ("\n".join("  " * n + "a:" for n in range(500)), r"^a\.yaml.*(not YAML|nested too deeply)"),
        ("a: !!python/object:os.system x\nb: &b [*b]", r"^a\.yaml"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        loads(text)


def test_aliases_that_multiply_are_refused() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(InputError, match=r"^a\.yaml"):
        loads("\n".join(["a0: &a0 [x]", *levels]))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a: \x80"])
def test_other_bytes_than_utf8_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^a\.yaml:1: not UTF-8 text$"):
        yamltext.loads(data, "a.yaml")


def test_a_byte_order_mark_and_carriage_returns_change_nothing() -> None:
    assert yamltext.loads(b"\xef\xbb\xbfa: b\r\nc:\r\n  d: e\r\n", "a.yaml") == {"a": "b", "c": {"d": "e"}}


def test_documents_are_read_one_by_one() -> None:
    text = "---\nlock: one\n---\nlock: two\n"
    assert yamltext.documents(text.encode(), "a.yaml") == [{"lock": "one"}, {"lock": "two"}]


TREE = "a:\n  b: {c: d}\n  'e/f':\n    - x\n    - y\n? long\n: z\n---\na:\n  b: 2\n"


@pytest.mark.parametrize(
    ("pointer", "document", "line"),
    [
        ("/a", 0, 1),
        ("/a/b", 0, 2),
        ("/a/b/c", 0, 2),
        ("/a/e~1f", 0, 3),
        ("/a/e~1f/1", 0, 5),
        ("/long", 0, 6),
        ("/nowhere/at/all", 0, 1),
        ("/a/b", 1, 10),
        ("", 1, 9),
    ],
)
def test_lines_of_pointers(pointer: str, document: int, line: int) -> None:
    assert yamltext.lines(TREE, frozenset([pointer]), document) == {pointer: line}


TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029\ufeff"),
    max_size=20,
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4) | st.dictionaries(TEXTS, inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5), st.booleans())
def test_what_another_program_writes_is_read_as_it_reads_it(value: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=None if flow else False, allow_unicode=True, width=10_000)
    expected = yaml.load(text, Loader=yaml.BaseLoader)
    try:
        found = narrow(text)
    except yamltext._Outside:
        return
    assert _filled(found) == expected


def _filled(value: Any) -> Any:
    """Nothing is the empty text, as PyYAML's base loader has it."""
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    return "" if value is None else value


PIECES = st.sampled_from(
    [
        "a",
        "b:",
        ": ",
        "- ",
        "  ",
        "\n",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "'",
        '"',
        "|",
        ">-",
        "&x",
        "*x",
        "!",
        "#",
        "? ",
        "---",
        "\t",
        "\\",
        "~",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = yamltext.documents(text.encode(), "a.yaml")
    except InputError:
        return
    assert isinstance(found, list)
    assert yamltext.lines(text, frozenset(["/a/b"]))["/a/b"] >= 1


@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_narrow_reader_never_disagrees(text: str) -> None:
    try:
        found = narrow(text)
    except (yamltext._Outside, InputError):
        return
    try:
        expected = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return  # it refuses more: what no package manager writes
    assert _filled(found) == (expected or "")
