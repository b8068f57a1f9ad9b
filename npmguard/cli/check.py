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
        report = check(_list(values["paths"]) or ["."], _options(values), progress)
    finally:
        progress.clear()
    output = _text(values["output"])
    text = render(
        report,
        str(values["format"]),
        color=str(values["color"]),
        verbose=bool(values["verbose"]),
        quiet=bool(values["quiet"]),
        to_file=output is not None,
    )
    write(text, output)
    return report.exit_code


def _options(values: Values) -> Options:
    return Options(
        _text(values["fail_on"]),
        _split(values["only"]),
        _split(values["skip"]),
        _text(values["registry"]),
        tuple(_list(values["advisories"])),
        _text(values["config"]),
        bool(values["offline"]),
        bool(values["production"]),
        bool(values["strict"]),
        bool(values["allow_incomplete"]),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _split(value: object) -> tuple[str, ...]:
    return tuple(part.strip() for item in _list(value) for part in item.split(",") if part.strip())
