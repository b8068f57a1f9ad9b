"""How to get rid of what was found: the least changes, one step each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Edit(NamedTuple):
    """One value of a package.json: `keys` lead to it, `before` is None where nothing stands there.

    `file` is the file's path as the user knows it. `value` is a text, or an object of texts.
    """

    file: str
    keys: tuple[str, ...]
    before: str | None
    value: str | Mapping[str, object]


class Step(NamedTuple):
    """One change, and the fingerprints of the findings that it mends (some only with other steps).

    `kind` is one of

    - refresh: a newer version within the ranges, so that only the lockfile changes
    - upgrade: another version of a dependency that a package.json asks for; `by` is major, minor, patch,
      prerelease, or downgrade
    - override: a version that is forced upon packages that ask for another
    - remove: the package has to go
    - none: there is no fix yet

    `package` is what moves, by the name it is asked for. `words` say why, or what is left to do by hand;
    `command` does it for the project's own manager; `edits` are the same in package.json.
    """

    kind: str
    package: str
    before: str | None
    to: str | None
    by: str | None
    command: str | None
    words: str
    mends: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    urgent: bool = False  # does it mend an advisory or malware?


class Plan(NamedTuple):
    """The steps, what is urgent first. `gaps` say what could not be asked while planning."""

    steps: tuple[Step, ...]
    gaps: tuple[str, ...] = ()
