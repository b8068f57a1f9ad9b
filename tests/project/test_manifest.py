"""package.json."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.errors import InputError
from npmguard.model import Manifest
from npmguard.project.manifest import of, parse


def read(document: object) -> Manifest:
    return parse(json.dumps(document).encode(), "shop/package.json")


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), "shop/package.json")
    return str(caught.value)


def test_what_a_package_json_says() -> None:
    document = {
        "name": "shop",
        "version": "1.0.0",
        "dependencies": {"once": "^1.4.0", "a": "1"},
        "devDependencies": {"b": "2"},
        "optionalDependencies": {"c": "3"},
        "peerDependencies": {"d": "4", "e": "5"},
        "peerDependenciesMeta": {"e": {"optional": True}, "d": {"optional": False}},
        "license": "MIT",
    }
    assert read(document) == Manifest(
        "shop/package.json",
        "shop",
        "1.0.0",
        {"once": "^1.4.0", "a": "1"},
        {"b": "2"},
        {"c": "3"},
        {"d": "4", "e": "5"},
        frozenset(["e"]),
        document,
    )


def test_dependencies_keep_their_order() -> None:
    assert list(read({"dependencies": {"z": "1", "a": "1", "m": "1"}}).dependencies) == ["z", "a", "m"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"name": None, "version": None},
        {"name": "", "version": ""},
        {"dependencies": None, "devDependencies": [], "peerDependencies": {}},
        {"peerDependenciesMeta": []},
        {"peerDependenciesMeta": {"a": True}},
    ],
)
def test_what_is_empty_is_nothing(document: dict[str, Any]) -> None:
    nothing = Manifest("shop/package.json", None, None, {}, {}, {}, {}, frozenset(), document)
    assert read(document) == nothing


@pytest.mark.parametrize("text", ["[]", '"shop"', "1", "null", "true"])
def test_what_is_no_object_is_no_package_json(text: str) -> None:
    assert refused(text) == "shop/package.json:1: not a package.json: the file holds no JSON object"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{\n "name": 1\n}', 2, '"name" is not text'),
        ('{\n "name": "x",\n "version": {}\n}', 3, '"version" is not text'),
        ('{"version": true}', 1, '"version" is not text'),
        ('{\n\n "dependencies": "once"}', 3, '"dependencies" is not an object'),
        ('{"dependencies": ["once"]}', 1, '"dependencies" is not an object'),
        ('{"dependencies": 0}', 1, '"dependencies" is not an object'),
        ('{"dependencies": false}', 1, '"dependencies" is not an object'),
        ('{"dependencies": ""}', 1, '"dependencies" is not an object'),
        ('{\n "devDependencies": 1}', 2, '"devDependencies" is not an object'),
        ('{\n "optionalDependencies": 1}', 2, '"optionalDependencies" is not an object'),
        ('{\n "peerDependencies": 1}', 2, '"peerDependencies" is not an object'),
        (
            '{\n "dependencies": {\n  "once": "1",\n  "@a/b~c": 1\n }\n}',
            4,
            "the range of '@a/b~c' is not text",
        ),
        ('{"peerDependencies": {\n"once": null}}', 2, "the range of 'once' is not text"),
    ],
)
def test_a_wrong_type_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    assert refused(text) == f"shop/package.json:{line}: {reason}"


def test_the_line_is_that_of_the_field_itself() -> None:
    text = '{\n "scripts": {"name": "x"},\n "keywords": ["version"],\n "version": 2\n}'
    assert refused(text) == 'shop/package.json:4: "version" is not text'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "shop/package.json: the file is empty"),
        ('{"name": "a",\n"name": "b"}', "shop/package.json:2: "),
        ('{\n"name": }', "shop/package.json:2: "),
    ],
)
def test_what_is_no_json_is_refused(text: str, place: str) -> None:
    assert refused(text).startswith(place)


def test_a_document_without_its_text_has_no_lines() -> None:
    with pytest.raises(InputError, match=r'^package-lock\.json: "name" is not text$'):
        of({"name": 1}, "package-lock.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)
FIELDS = st.sampled_from(["name", "version", "dependencies", "peerDependencies", "peerDependenciesMeta"])


@given(st.dictionaries(FIELDS, JSON))
def test_any_document_is_read_or_refused(document: dict[str, Any]) -> None:
    refused = None
    try:
        found = read(document)
    except InputError as error:
        refused = error
    if refused is not None:
        assert refused.line == 1
        return
    assert found.data == document
    for ranges in (found.dependencies, found.peer_dependencies):
        assert all(isinstance(text, str) for text in ranges.values())
