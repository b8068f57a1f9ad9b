"""`npmguard db`."""

from __future__ import annotations

import time

from npmguard.cli.output import Progress, write
from npmguard.cli.quick import Values
from npmguard.cli.values import text
from npmguard.errors import UsageError
from npmguard.settings import near

_ACTIONS = ("status", "update", "import")


def run(values: Values) -> int:
    """Fills the local advisory store or tells how it fares; 3 where there is none to rely on."""
    from npmguard.advisories import store
    from npmguard.reports import db

    action, file = text(values["action"]) or "status", text(values["file"])
    if action not in _ACTIONS:
        raise UsageError(f"db {action}: update, import or status{near(action, frozenset(_ACTIONS))}")
    if file is not None and action != "import":
        raise UsageError(f"db {action} takes no file; npmguard db import FILE does")
    changed = None
    progress = Progress(bool(values["quiet"]), "records")
    try:
        if action == "import":
            changed = _import(file, progress)
        elif action == "update":
            changed = _update(text(values["url"]), bool(values["quiet"]), progress)
    finally:
        progress.clear()
    now = time.time()
    found = store.state(now)
    write(db.render(found, action, changed, now, str(values["format"])), text(values["output"]))
    return 0 if found.word == "good" else 3


def _import(file: str | None, progress: Progress) -> bool:
    from npmguard.advisories import filling

    if file is None:
        raise UsageError("which dump? npmguard db import FILE, as in npmguard db import all.zip")
    filling.fill(file, progress=progress)
    return True


def _update(url: str | None, quiet: bool, progress: Progress) -> bool:
    from npmguard.advisories import download

    fetched = Progress(quiet, "MiB")

    def read(done: int, total: int) -> None:
        fetched.clear()
        progress(done, total)

    try:
        return download.update(url, fetched, read).changed
    finally:
        fetched.clear()
