"""How a project's dependencies fare: what is counted, how it is weighed, and how that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from npmguard.model.finding import Severity


class Lag(NamedTuple):
    """How far one locked package is behind its newest release.

    `libyears` is the time between the two releases in years, never negative; None where the registry gives no
    dates. `majors`, `minors` and `patches` count what is between: the higher majors, the higher minors of the
    same major, the higher patches of the same minor, up to the newest and prereleases apart.
    """

    package: str
    version: str
    latest: str
    libyears: float | None
    majors: int
    minors: int
    patches: int
    direct: bool
    dev: bool


class Hole(NamedTuple):
    """One known vulnerability in one locked package.

    Times are seconds since 1970: when it was disclosed, and when the first release that mends it came; None
    where that is not known, or where there is none.
    """

    package: str
    version: str
    id: str
    severity: Severity
    title: str
    dev: bool
    disclosed: float | None = None
    mended: float | None = None
    fix: str | None = None  # the lowest version that mends it
    url: str | None = None


class Part(NamedTuple):
    """One part of the score: what it is about, the whole points that it cost, how many it may cost, and why.

    What is not `known` costs nothing.
    """

    name: str
    lost: float
    most: float
    words: str
    known: bool = True


class Counts(NamedTuple):
    """What is counted. None where it is not known: nobody said, or the rules that know were not run."""

    direct: int
    transitive: int
    depth: int  # the longest of the shortest ways to a package
    duplicates: int  # packages of which there is more than one version
    deprecated: int | None = None
    unmaintained: int | None = None
    single_maintainer: int | None = None
    install_scripts: int | None = None
    without_provenance: int | None = None


class Health(NamedTuple):
    """The health of one project at one time. `score` is 100 less what the parts lost, which are whole points.

    `weights` and `owners` are the packages by name@version with what a picture of them shows: how many
    packages they bring alone (themselves included), and which direct dependency alone brings them ("" for
    none; a direct one is its own).
    """

    score: int
    parts: tuple[Part, ...]
    libyears: float | None
    lags: tuple[Lag, ...]  # the longest first
    holes: tuple[Hole, ...]  # the worst first, the oldest of those first
    counts: Counts
    licences: Mapping[str, int]  # packages by licence, "" for unknown
    unmaintained: tuple[str, ...] = ()  # name@version
    single_maintainer: tuple[str, ...] = ()
    deprecated: tuple[str, ...] = ()
    weights: Mapping[str, int] = {}
    owners: Mapping[str, str] = {}


class Snapshot(NamedTuple):
    """One run as the history keeps it. `time` is in seconds since 1970.

    `open` are the fingerprints of the findings that were not hidden. The health of a run before this one has
    no lags, holes, weights or owners: the sums and the counts are what is compared over time.
    """

    time: float
    version: str  # npmguard's
    packages: int
    health: Health
    severities: Mapping[Severity, int]
    open: frozenset[str]
    incomplete: int  # how many answers were missing


class Issue(NamedTuple):
    """A finding through the runs: what it is, since when it has been open, until when it was."""

    fingerprint: str
    rule: str
    severity: Severity
    title: str
    package: str | None
    version: str | None
    since: float
    until: float | None = None  # the first run that found it no more


class Trend(NamedTuple):
    """What became of a project: its snapshots, the oldest first, this run's last; and what changed.

    `new` and `mended` compare with `against`, a run before this (the last one as a rule), or None for none.
    `seconds_to_mend` is the mean over all that was ever mended; None where nothing was.
    """

    snapshots: tuple[Snapshot, ...]
    against: float | None
    new: tuple[Issue, ...]
    mended: tuple[Issue, ...]
    open: tuple[Issue, ...]
    seconds_to_mend: float | None
    regressions: tuple[str, ...] = ()  # what got worse, in words
