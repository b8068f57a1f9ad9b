"""How the local advisory store fares, for a person and for machines."""

from __future__ import annotations

import json
import time
from typing import Any

from npmguard import __version__
from npmguard.advisories.store import OLD, State
from npmguard.text import count, one_line, span

_HELP = "npmguard db update fetches one; npmguard db import FILE takes a dump that was downloaded"


def render(found: State, action: str, changed: bool | None, now: float, format: str) -> str:
    """The answer to `npmguard db ACTION`; `changed` tells whether that made the store anew."""
    if format == "json":
        return json.dumps(_data(found, action, changed, now), indent=2) + "\n"
    return "\n".join(_lines(found, changed, now)) + "\n"


def _lines(found: State, changed: bool | None, now: float) -> list[str]:
    path, about = one_line(found.path), found.about
    if found.word == "broken":
        return [
            f"The local advisory store cannot be used: {one_line(found.reason or '')}",
            f"  {path}",
            f"  {_HELP}",
        ]
    if about is None:
        return ["There is no local advisory store.", f"  {path}", f"  {_HELP}"]
    age = about.age(now)
    held = f"{count(about.records, 'record')}, {about.advisories:,} advisories"
    lines = [
        "The dump has not changed; the local advisory store stays."
        if changed is False
        else "The local advisory store was made anew."
        if changed
        else "The local advisory store",
        f"  {path}",
        f"  {held} about {count(about.packages, 'package')}",
        f"  imported {_stamp(about.imported)} from {one_line(about.source)}",
    ]
    if age is None:
        lines.append("  no record says when it was changed, so that nobody knows how old they are")
    else:
        lines.append(f"  {span(age)} old: the newest record is of {one_line((about.newest or '')[:10])}")
    if found.word == "old":
        days = int(OLD // 86_400)
        lines.append(f"  too old to stand in for a registry ({days} days at most): npmguard db update")
    lines += [f"  not understood: {one_line(problem)}" for problem in about.problems]
    return lines


def _data(found: State, action: str, changed: bool | None, now: float) -> dict[str, Any]:
    about = found.about
    age = about.age(now) if about is not None else None
    return {
        "schema": "npmguard-db/1",
        "tool": {"name": "npmguard", "version": __version__},
        "command": f"db {action}",
        "path": found.path,
        "state": found.word,
        "reason": found.reason,
        "changed": changed,
        "records": about.records if about else None,
        "advisories": about.advisories if about else None,
        "packages": about.packages if about else None,
        "newest": about.newest if about else None,
        "age_seconds": None if age is None else int(age),
        "imported_at": _iso(about.imported) if about else None,
        "source": about.source if about else None,
        "problems": list(about.problems) if about else [],
    }


def _stamp(seconds: float) -> str:
    return _iso(seconds)[:16].replace("T", " ") + " UTC"


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
