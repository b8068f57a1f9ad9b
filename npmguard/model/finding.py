"""What a person is told: findings, gaps, and the report that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from npmguard.model.packed import Packed

if TYPE_CHECKING:
    from npmguard.model.graph import DependencyGraph
    from npmguard.model.health import Health, Trend
    from npmguard.model.inspected import Inspected
    from npmguard.model.plan import Plan


class Severity(IntEnum):
    """npm's five words, in order."""

    INFO = 0
    LOW = 1
    MODERATE = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Severity | None:
        """The severity of that name in any case ("medium" is OSV's moderate), or None."""
        return _SEVERITIES.get(word.lower())


_SEVERITIES = {s.word: s for s in Severity} | {"medium": Severity.MODERATE, "none": Severity.INFO}


class Confidence(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Location(NamedTuple):
    """A place in a file. `pointer` is a JSON pointer; `line` is 1-based, filled in at the end.

    `key_line` asks for the line of the key rather than of its value.
    """

    file: str
    pointer: str | None = None
    line: int | None = None


class Fix(NamedTuple):
    """What to do.

    `kind` is one of upgrade, override, downgrade, replace, remove, regenerate, edit, review.
    """

    kind: str
    to: str | None = None
    command: str | None = None


class Suppressed(NamedTuple):
    """Why a finding is not shown: by "config" or "baseline", with the reason given there."""

    by: str
    reason: str
    until: str | None = None


class Finding(NamedTuple):
    """One fact that a person can act on.

    A rule fills in what it knows. `keys` are the places in the dependency graph that the finding is
    about; from them the audit adds `dev`, `direct`, `paths`, `path_count`, and from `subject` (what
    makes this finding this one, beside rule, package and version: never a line or a machine's path)
    the fingerprint.
    """

    rule: str
    severity: Severity
    title: str
    detail: str
    confidence: Confidence = Confidence.HIGH
    package: str | None = None
    version: str | None = None
    fix: Fix | None = None
    location: Location | None = None
    ids: tuple[str, ...] = ()
    url: str | None = None
    keys: tuple[str, ...] = ()
    subject: str = ""
    # of an advisory: its weaknesses (CWE-79) and its CVSS score
    cwe: tuple[str, ...] = ()
    score: float | None = None
    # added by the audit
    dev: bool = False
    direct: bool = False
    paths: tuple[tuple[str, ...], ...] = ()
    path_count: int = 0
    fingerprint: str = ""
    suppressed: Suppressed | None = None


class Gap(NamedTuple):
    """Something that could not be known: which source, why, and which rules cannot speak for it."""

    source: str
    reason: str
    affects: tuple[str, ...]


class Change(NamedTuple):
    """What became of one package between two lockfiles.

    `kind` is one of added, removed, upgraded, downgraded, source-changed. `before` and `after` are versions,
    or where it comes from where there is no version; None where it was not or is not there. `direct` tells of
    one that the project asks for itself now and did not before, `script` of one that runs an install script
    now, where no version did before. `capabilities` and `hosts` are those that its code gained, of one that
    was added all that it has; None where not both tarballs were read.
    """

    package: str
    before: str | None
    after: str | None
    kind: str
    direct: bool = False
    script: bool = False
    capabilities: tuple[str, ...] | None = None
    hosts: tuple[str, ...] | None = None


class ProjectReport(NamedTuple):
    """What was found in one project. Paths are POSIX, relative to the working directory."""

    path: str
    name: str | None
    version: str | None
    manager: str
    lockfile: str | None
    lockfile_format: str | None
    packages: int
    findings: tuple[Finding, ...]
    incomplete: tuple[Gap, ...]
    # what was asked, what answered and how old it is: one plain line each
    sources: tuple[str, ...] = ()
    # what changed since another lockfile, where that was asked (`npmguard diff`)
    changes: tuple[Change, ...] | None = None
    # what would be published, where that was asked (`npmguard prepublish`)
    packed: Packed | None = None
    # what the code of each package can do, by name@version, where all were read (`npmguard check --deep`)
    capabilities: Mapping[str, tuple[str, ...]] | None = None
    # the facts about a package that may be installed, where that was asked (`npmguard inspect`)
    inspected: Inspected | None = None
    # what is locked, and the licence of each name@version as far as it is known: for bills of materials
    graph: DependencyGraph | None = None
    licences: Mapping[str, str] = {}
    # the least changes that mend the findings, where that was asked (`npmguard check --fix-plan`)
    plan: Plan | None = None
    # the rules that were run: what is not found by another one may be there all the same
    ran: frozenset[str] = frozenset()
    # how the dependencies fare, and how that changed, where that was asked (`npmguard health`)
    health: Health | None = None
    trend: Trend | None = None

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings that nobody has hidden."""
        return tuple(finding for finding in self.findings if finding.suppressed is None)


class Report(NamedTuple):
    """Everything a writer needs; writers compute nothing.

    `counts` are the shown (not suppressed) findings by severity, worst first.
    """

    command: str
    started_at: str
    duration_ms: int
    projects: tuple[ProjectReport, ...]
    packages: int
    counts: dict[Severity, int]
    suppressed: int
    incomplete: int
    fail_on: Severity | None
    exit_code: int
