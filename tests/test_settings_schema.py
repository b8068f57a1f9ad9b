"""The schema for editors says what the reader takes."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from npmguard import settings_keys, settings_schema
from npmguard.errors import SettingsError

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")

FILE = Path(__file__).parents[1] / "docs" / "npmguard.schema.json"


def valid(document: Any) -> bool:
    found: bool = jsonschema.Draft7Validator(settings_keys.schema()).is_valid(document)
    return found


def read(document: Any) -> bool:
    try:
        settings_keys.read(document, settings_keys.Place("npmguard.toml", ""))
    except SettingsError:
        return False
    return True


def test_the_file_is_the_schema_of_this_code() -> None:
    assert FILE.read_text() == settings_schema.render(), "python -m npmguard.settings_schema > " + str(FILE)


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(settings_keys.schema())


def test_the_examples_of_the_page_are_settings() -> None:
    page = (FILE.parent / "settings.md").read_text()
    examples = [block.partition("```")[0] for block in page.split("```toml\n")[1:]]
    assert len(examples) >= 3
    for example in examples:
        document = tomllib.loads(example)
        assert read(document), example
        assert valid(json.loads(json.dumps(document, default=str))), example


def test_every_key_is_described() -> None:
    def keys(schema: dict[str, Any]) -> Any:
        for name, each in schema.get("properties", {}).items():
            yield name, each
            yield from keys(each)
            yield from keys(each.get("items", {}))

    found = list(keys(settings_keys.schema()))
    assert len(found) > 30
    assert [name for name, each in found if not each.get("description") and "$ref" not in each] == []


IGNORE = {"rule": "advisory", "reason": "not reached"}


@pytest.mark.parametrize(
    ("document", "good"),
    [
        ({}, True),
        ({"fail-on": "none"}, True),
        ({"fail-on": "sometimes"}, False),
        ({"fail_on": "low"}, False),
        ({"skip": ["outdated"]}, True),
        ({"skip": ["outdatd"]}, False),
        ({"skip": "outdated"}, False),
        ({"only": [1]}, False),
        ({"minimum-release-age": "2 w"}, True),
        ({"minimum-release-age": "soon"}, False),
        ({"minimum-release-age": 3}, False),
        ({"rules": {"outdated": {"severity": "low", "dev-severity": "info", "enabled": True}}}, True),
        ({"rules": {"outdatd": {}}}, False),
        ({"rules": {"outdated": {"severity": "none"}}}, False),
        ({"rules": {"outdated": {"colour": "low"}}}, False),
        ({"rules": []}, False),
        ({"ignore": [IGNORE]}, True),
        ({"ignore": [{**IGNORE, "until": "2027-01-31", "via": "jest", "dev": True}]}, True),
        ({"ignore": [{"rule": "advisory"}]}, False),
        ({"ignore": [{"reason": "not reached"}]}, False),
        ({"ignore": [{**IGNORE, "dev": "yes"}]}, False),
        ({"ignore": [{**IGNORE, "pakage": "once"}]}, False),
        ({"ignore": IGNORE}, False),
        ({"override": [{"severity": "low", "package": "@corp/*"}]}, True),
        ({"override": [{"severity": "low"}]}, False),
        ({"override": [{"package": "@corp/*"}]}, False),
        ({"licences": {"allow": ["MIT"], "deny": []}}, True),
        ({"licences": {"allow": "MIT"}}, False),
        ({"licences": {"alow": []}}, False),
        ({"extends": "../npmguard.toml", "$schema": "x", "required-version": ">=0"}, True),
        ([], False),
    ],
    ids=str,
)
def test_both_take_the_same(document: Any, good: bool) -> None:
    assert (valid(document), read(document)) == (good, good)
