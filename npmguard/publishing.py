"""What `npm publish` would send, and what of it must not leave: what `npmguard prepublish` prints.

Data goes one way, as in `audit`: the files from a folder or a tarball, what is in them, the last release from
the registry, the rules, the policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npmguard.model import (
    Packed,
    PackedFile,
    Project,
)
from npmguard.project import npmrc
from npmguard.settings import Settings

_OF_THE_LAST = ("new-install-script", "package-growth")
_OF_THE_CONTENT = ("leaked-secret", "source-map")


class Opened(NamedTuple):
    """A package as it would be published: its project, its content, and the settings in force."""

    project: Project
    config: npmrc.NpmConfig
    settings: Settings
    packed: Packed
    contents: Iterable[tuple[PackedFile, bytes | None]]
    text: bytes  # of its package.json
    notes: tuple[str, ...] = ()
