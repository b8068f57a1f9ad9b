"""Prints the JSON Schema of npmguard.toml: python -m npmguard.settings_schema > docs/npmguard.schema.json"""

from __future__ import annotations

import json

from npmguard.settings_keys import schema


def render() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    print(render(), end="")
