"""The values of a command line, typed."""

from __future__ import annotations

from npmguard.cli.quick import Values
from npmguard.reports import LICENSED
from npmguard.settings import Options


def options(values: Values) -> Options:
    """What the command line says of an audit."""
    return Options(
        text(values.get("fail_on")),
        _words(values["only"]),
        _words(values["skip"]),
        text(values["registry"]),
        tuple(texts(values.get("advisories"))),
        text(values["config"]),
        bool(values["offline"]),
        bool(values.get("production")),
        bool(values["strict"]),
        bool(values["allow_incomplete"]),
        bool(values.get("deep")),
        any(format in LICENSED for format in texts(values.get("format"))),
        text(values.get("baseline")),
        text(values.get("since")),
        bool(values.get("plan")),
    )


def text(value: object) -> str | None:
    """The value of an option that takes a text, or None."""
    return value if isinstance(value, str) else None


def texts(value: object) -> list[str]:
    """The values of an option that may be repeated."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _words(value: object) -> tuple[str, ...]:
    return tuple(part.strip() for item in texts(value) for part in item.split(",") if part.strip())
