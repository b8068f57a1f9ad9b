"""`npmguard check`."""

from __future__ import annotations

from npmguard.cli.output import Progress, render, write
from npmguard.cli.quick import Values
from npmguard.settings import Options


def run(values: Values) -> int:
    """Audits, writes the report, gives the exit code."""
    from npmguard.audit import check

    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = check(_list(values["paths"]) or ["."], options(values), progress)
    finally:
        progress.clear()
    output = text(values["output"])
    rendered = render(
        report,
        str(values["format"]),
        color=str(values["color"]),
        verbose=bool(values["verbose"]),
        quiet=bool(values["quiet"]),
        to_file=output is not None,
    )
    write(rendered, output)
    return report.exit_code


def options(values: Values) -> Options:
    """What the command line says of an audit."""
    return Options(
        text(values["fail_on"]),
        _split(values["only"]),
        _split(values["skip"]),
        text(values["registry"]),
        tuple(_list(values["advisories"])),
        text(values["config"]),
        bool(values["offline"]),
        bool(values["production"]),
        bool(values["strict"]),
        bool(values["allow_incomplete"]),
    )


def text(value: object) -> str | None:
    """The value of an option that takes a text, or None."""
    return value if isinstance(value, str) else None


def _list(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _split(value: object) -> tuple[str, ...]:
    return tuple(part.strip() for item in _list(value) for part in item.split(",") if part.strip())
