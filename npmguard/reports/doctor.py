"""What `npmguard doctor` saw, for a person and for machines."""

from __future__ import annotations

import io
import json
from typing import Any

from npmguard import __version__
from npmguard.model.doctor import Check, Diagnosis, Status
from npmguard.text import count, one_line

_STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "bold red", Status.UNKNOWN: "magenta"}
_LABEL = 9
_WORDS = {
    Status.FAIL: "Not fit to install safely as it is.",
    Status.UNKNOWN: "Not all of it could be looked at.",
    Status.WARN: "Fit to install, with something to mend.",
    Status.OK: "Fit to install.",
}


def render(
    found: Diagnosis,
    format: str,
    *,
    color: bool = False,
    width: int = 80,
    verbose: bool = False,
    quiet: bool = False,
) -> str:
    """All checks in order, what is wrong with its detail and what to do. `quiet` leaves out what is right."""
    if format == "json":
        return json.dumps(_data(found), indent=2) + "\n"
    from rich.console import Console

    sink = io.StringIO()
    console = Console(
        file=sink,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    page = _Page(console)
    for check in found.checks:
        if not (quiet and check.status is Status.OK):
            page.check(check, verbose)
    if not quiet:
        page.end(found)
    return "\n".join(line.rstrip() for line in sink.getvalue().split("\n"))


class _Page:
    def __init__(self, console: Any) -> None:
        self.console = console

    def line(self, *parts: str | tuple[str, str], hang: int = 0) -> None:
        from rich.text import Text

        whole = Text()
        for part in parts:
            whole.append(*((part,) if isinstance(part, str) else part))
        for number, folded in enumerate(whole.wrap(self.console, max(20, self.console.width - hang))):
            folded.rstrip()
            self.console.print(Text(" " * hang if number else "") + folded, soft_wrap=True)

    def check(self, check: Check, verbose: bool) -> None:
        label = f"{check.status.value:<{_LABEL}}"
        self.line((label, _STYLES[check.status]), one_line(check.title), hang=_LABEL)
        before = " " * _LABEL
        if check.detail and (verbose or check.status is not Status.OK):
            self.line(before, (one_line(check.detail, 600), "dim"), hang=_LABEL)
        if check.fix:
            self.line(before, ("fix: ", "green"), one_line(check.fix, 600), hang=_LABEL + 5)

    def end(self, found: Diagnosis) -> None:
        counts = ", ".join(f"{n} {status.value}" for status, n in found.counts.items() if n)
        self.line()
        self.line(f"{count(len(found.checks), 'check')}: {counts}")
        worst = next((status for status, n in found.counts.items() if n), Status.OK)
        self.line((_WORDS[worst], "bold"))


def _data(found: Diagnosis) -> dict[str, Any]:
    return {
        "schema": "npmguard-doctor/1",
        "tool": {"name": "npmguard", "version": __version__},
        "command": "doctor",
        "started_at": found.started_at,
        "duration_ms": found.duration_ms,
        "path": found.folder,
        "checks": [
            {
                "id": check.id,
                "subject": check.subject,
                "status": check.status.value,
                "title": check.title,
                "detail": check.detail,
                "fix": check.fix,
            }
            for check in found.checks
        ],
        "summary": {**{s.value: n for s, n in found.counts.items()}, "exit_code": found.exit_code},
    }
