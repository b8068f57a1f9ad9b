"""What `npmguard why` found, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from npmguard import __version__, text
from npmguard.reasons import Reason, Reasons
from npmguard.text import one_line

_SHOWN = 20


def render(found: Sequence[Reasons], format: str, *, verbose: bool = False) -> str:
    """Every shortest path, a line each; twenty of them unless `verbose`."""
    if format == "json":
        return text.in_json(json.dumps(_data(found), indent=2)) + "\n"
    blocks = [_block(project, reason, verbose) for project, reasons in found for reason in reasons]
    return text.lines("\n\n".join(blocks)) + "\n"


def _block(project: Any, reason: Reason, verbose: bool) -> str:
    words = [word for word, holds in (("direct", reason.direct), ("development only", reason.dev)) if holds]
    standing = f"  ({', '.join(words)})" if words else ""
    label = text.name(f"{reason.package}@{reason.version}" if reason.version else reason.package)
    lines = [f"{label}{standing}  {one_line(project.lockfile.file)}"]
    if reason.asked:
        lines.append(f"  asked for as {', '.join(one_line(spec, 100) or '*' for spec in reason.asked[:10])}")
    shown = reason.paths if verbose else reason.paths[:_SHOWN]
    lines += ["  " + " > ".join(text.name(step) for step in path) for path in shown]
    if reason.path_count > len(shown):
        lines.append(
            f"  and {reason.path_count - len(shown):,} more paths as short" + ("" if verbose else " (-v)")
        )
    if not reason.paths:
        lines.append("  nothing leads to it: the lockfile holds it all the same")
    return "\n".join(lines)


def _data(found: Sequence[Reasons]) -> dict[str, Any]:
    return {
        "schema": "npmguard-why/1",
        "tool": {"name": "npmguard", "version": __version__},
        "command": "why",
        "projects": [
            {
                "path": project.folder,
                "name": project.manifest.name,
                "manager": project.manager,
                "lockfile": project.lockfile.file if project.lockfile else None,
                "packages": [
                    {
                        "package": reason.package,
                        "version": reason.version,
                        "dev": reason.dev,
                        "direct": reason.direct,
                        "asked": list(reason.asked),
                        "paths": [list(path) for path in reason.paths],
                        "path_count": reason.path_count,
                    }
                    for reason in reasons
                ],
            }
            for project, reasons in found
        ],
    }
