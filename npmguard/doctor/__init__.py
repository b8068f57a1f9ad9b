"""Is this environment fit to install safely? What `npmguard doctor` looks at, one module for each family.

Each has `look`, which gathers facts and judges nothing, and `checks`, which judges facts and gathers nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from npmguard.model.doctor import Check, Diagnosis, Status

__all__ = ["examine", "verdict"]


def examine(
    folder: str = ".", registry: str | None = None, *, offline: bool = False, allow_incomplete: bool = False
) -> Diagnosis:
    """Looks at the machine, at npm's settings for a project's folder, and at the registries that they name.

    `offline` asks none of these. Raises UsageError where there is no such folder.
    """
    from datetime import UTC, datetime

    from npmguard.advisories import store
    from npmguard.doctor import cache, folders, registries, settings, surroundings, tokens, tools
    from npmguard.errors import UsageError

    if not os.path.isdir(folder):
        raise UsageError(f"{folder}: no such folder")
    now = time.time()
    where = surroundings.look(os.path.abspath(folder), registry, os.environ, now)
    programs = tools.look(where)
    said = settings.look(where, programs["npm"].version)
    found: list[Check] = []
    if offline:
        title = "the registries were not asked (--offline)"
        found.append(Check("registry", Status.UNKNOWN, title, "", "run it once more without --offline"))
    else:
        reached = registries.look(where.config, said.registries)
        found += registries.checks(reached, store.state(now), now)
    found += settings.checks(said)
    found += tools.checks(programs, datetime.fromtimestamp(now, UTC).date())
    found += folders.checks(folders.look(where))
    found += cache.checks(cache.look(folders.cache_of(where)))
    found += tokens.checks(tokens.look(where))
    return Diagnosis(
        folder.replace(os.sep, "/"),
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        round((time.time() - now) * 1000),
        tuple(found),
        verdict(found, allow_incomplete=allow_incomplete),
    )


def verdict(checks: Iterable[Check], *, allow_incomplete: bool = False) -> int:
    """The exit code: 1 where something fails, 3 where something could not be looked at, else 0."""
    seen = {check.status for check in checks}
    if Status.FAIL in seen:
        return 1
    return 3 if Status.UNKNOWN in seen and not allow_incomplete else 0
