import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.errors import InputError
from npmguard.jsontext import Places, escape, loads, pointer, relaxed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "p.json: the file is empty"),
        (b" \n ", "p.json: the file is empty"),
        (b'{"a": 1', "p.json:1: not whole JSON: the file ends too early"),
        (b'{"a": 1,\n "b": }', "p.json:2: not JSON: expecting value at column 7"),
        (b'{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}', "p.json:2: merge-conflict markers"),
        (b'{"a": 1,\n\n "a": 2}', 'p.json:3: the key "a" stands twice in one object'),
        (b'{"x": {"a": 1}, "y": {"a": 1,\n"b": {"c": 1},\n "a": 2}}', 'p.json:3: the key "a" stands twice'),
        (b'{"a": NaN}', "p.json: NaN is not JSON"),
        (b'\n\n{"a": "\xff"}', "p.json:3: not UTF-8 text"),
        (b'{"a": "\x00"}', "p.json:1: not JSON: invalid control character"),
        (b"[" * 100_000, "p.json: nested too deeply to be a package file"),
        (b'{"a":' * 100_000, "p.json: nested too deeply to be a package file"),
        ('{"a": 1}'.encode("utf-16"), "p.json:1: not UTF-8 text"),
    ],
)
def test_bad_json_is_one_clear_line(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        loads(data, "p.json")
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_is_looked_past_as_npm_does() -> None:
    assert loads(b'\xef\xbb\xbf{"a": 1}', "p.json") == {"a": 1}


@given(VALUES)
def test_reads_what_json_writes(value: object) -> None:
    assert loads(json.dumps(value).encode(), "p.json") == value


def _pointers(value: object, here: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        place = f"{here}/{escape(str(key))}"
        found[place] = below
        found |= _pointers(below, place)
    return found


@given(st.dictionaries(st.text(), VALUES, max_size=5), st.sampled_from([None, 2, "\t"]))
def test_places_finds_every_key(value: dict[str, object], indent: int | str | None) -> None:
    # a list item that is a number or a word has no token of its own to point at
    every = _pointers(value)
    keys = {p for p in every if not _in_list(value, p)}
    text = json.dumps(value, indent=indent)
    lines = Places(text).lines(frozenset(keys))
    assert lines.keys() == keys
    for place, line in lines.items():
        last = json.dumps(place.rpartition("/")[2].replace("~1", "/").replace("~0", "~"))
        assert last in text.split("\n")[line - 1]


def _in_list(value: object, place: str) -> bool:
    for part in place.split("/")[1:]:
        if isinstance(value, list):
            return True
        assert isinstance(value, dict)
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return False


def test_an_entry_is_not_taken_for_one_nested_elsewhere() -> None:
    text = json.dumps(
        {"x": {"node_modules/a": 1}, "packages": {"node_modules/b": {}, "node_modules/a": {}}}, indent=1
    )
    assert Places(text).lines(frozenset(["/packages/node_modules~1a"])) == {"/packages/node_modules~1a": 7}


def test_pointer_escapes_what_pointers_use() -> None:
    assert pointer("packages", "node_modules/@a/b~c") == "/packages/node_modules~1@a~1b~0c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,\n}', {"a": 1}),
        ('{"a": [1, 2,], "b": ",}",}', {"a": [1, 2], "b": ",}"}),
        ('// one\n{"a": /* two */ "http://x", // three\n"b": 2, /* four */ }', {"a": "http://x", "b": 2}),
        ('{"a": "x,\\n}"}', {"a": "x,\n}"}),
        ('{"a": 1}', {"a": 1}),
    ],
)
def test_relaxed_json(text: str, expected: object) -> None:
    plain = relaxed(text.encode())
    assert loads(plain, "bun.lock") == expected
    assert plain.count(b"\n") == text.count("\n")


@pytest.mark.parametrize("text", ['{"a": 1,,}', "[1,", '{"a": 1 /* }', "{'a': 1}"])
def test_what_is_not_json_even_so(text: str) -> None:
    with pytest.raises(InputError):
        loads(relaxed(text.encode()), "bun.lock")
