"""Changes to a JSON text that leave the rest of it alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.jsonedit import put


@pytest.mark.parametrize(
    ("text", "keys", "value", "after"),
    [
        ('{"a": {"b": "1"}}', ["a", "b"], "2", '{"a": {"b": "2"}}'),
        (
            '{\n  "a": {\n    "b": "1"\n  }\n}\n',
            ["a", "c"],
            "2",
            '{\n  "a": {\n    "b": "1",\n    "c": "2"\n  }\n}\n',
        ),
        ('{\r\n\t"a": "1"\r\n}', ["b"], "2", '{\r\n\t"a": "1",\r\n\t"b": "2"\r\n}'),
        ('{\n\t"a": {}\n}', ["a", "c"], "2", '{\n\t"a": {\n\t\t"c": "2"\n\t}\n}'),
        (
            '{\n  "a": "1"\n}',
            ["o", "h", "n"],
            "2",
            '{\n  "a": "1",\n  "o": {\n    "h": {\n      "n": "2"\n    }\n  }\n}',
        ),
        ('{"a":"1"}', ["b"], "2", '{"a":"1","b":"2"}'),
        ('{"a": "1"}', ["o", "n"], "2", '{"a": "1", "o": {"n": "2"}}'),
        # what is forced for the package itself moves into the object, as npm has it
        (
            '{\n  "o": {"h": "1"}\n}',
            ["o", "h", "n"],
            "2",
            '{\n  "o": {"h": {\n    ".": "1",\n    "n": "2"\n  }}\n}',
        ),
        # a text that only looks like the key
        ('{"x": "\\"a\\": 1", "a": "1"}', ["a"], "2", '{"x": "\\"a\\": 1", "a": "2"}'),
        ('{"l": [{"a": "1"}, "a"], "a": "1"}', ["a"], "é", '{"l": [{"a": "1"}, "a"], "a": "é"}'),
        ('{"\\u0061": "1"}', ["a"], "2", '{"\\u0061": "2"}'),
        ("{}", ["a"], "2", '{"a": "2"}'),
    ],
)
def test_only_the_value_changes(text: str, keys: list[str], value: Any, after: str) -> None:
    assert put(text, keys, value) == after


def test_a_way_through_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="a is no object"):
        put('{"a": [1]}', ["a", "b"], "2")


_KEYS = st.text(min_size=1, max_size=6)
_DOCUMENTS = st.dictionaries(
    _KEYS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=5,
)


@given(
    _DOCUMENTS, st.lists(_KEYS, min_size=1, max_size=3), st.sampled_from([None, 2, 4, "\t"]), st.booleans()
)
def test_a_reader_sees_that_value_and_else_what_was_there(
    document: dict[str, Any], keys: list[str], indent: Any, crlf: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    if crlf:
        text = text.replace("\n", "\r\n")
    wanted: Any = document
    for depth, key in enumerate(keys[:-1]):
        if not isinstance(wanted, dict):
            with pytest.raises(ValueError, match="no object"):
                put(text, keys, "new")
            return
        if isinstance(wanted.get(key), str):
            wanted[key] = {".": wanted[key]}
            wanted[key] |= {keys[depth + 1]: {}} if depth < len(keys) - 2 else {}
        wanted = wanted.setdefault(key, {})
    if not isinstance(wanted, dict):
        with pytest.raises(ValueError, match="no object"):
            put(text, keys, "new")
        return
    wanted[keys[-1]] = "new"
    found = put(text, keys, "new")
    assert json.loads(found) == document
    assert list(json.loads(found)) == list(document)
    assert ("\r\n" in found) == ("\r\n" in text) or "\n" not in found.replace("\r\n", "")
