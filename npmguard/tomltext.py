"""TOML, with an error that a person can act on."""

from __future__ import annotations

import re
from typing import Any

from npmguard.errors import InputError


def loads(data: bytes, file: str, error: type[InputError] = InputError) -> tuple[dict[str, Any], str]:
    """(the document, its text). `file` names it in errors.

    Raises `error` with the line for what is no TOML.
    """
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError:
        raise error(file, "not UTF-8 text") from None
    except tomllib.TOMLDecodeError as fault:
        where = re.search(r"\(at line (\d+), column \d+\)", str(fault))
        reason = str(fault).partition(" (at ")[0]
        line = int(where[1]) if where else text.count("\n") + 1
        raise error(file, f"not TOML: {reason[:1].lower()}{reason[1:]}", line) from None
    except RecursionError:
        raise error(file, "nested too deeply") from None
