"""What `npm publish` would send, and what of it must not leave: what `npmguard prepublish` prints.

Data goes one way, as in `audit`: the files from a folder or a tarball, what is in them, the last release from
the registry, the rules, the policy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from npmguard import audit, managers, policy
from npmguard import rules as catalogue
from npmguard.errors import InputError, UsageError
from npmguard.model import Evidence, Finding, Gap, Manifest, Packed, PackedFile, Project, ProjectReport, Release, Report
from npmguard.packing import target as targets
from npmguard.placing import placed
from npmguard.project import load, npmrc, registries
from npmguard.project import manager as manager_of
from npmguard.project import manifest as manifests
from npmguard.settings import Options, Settings, resolve

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
