"""The health of a made-up project and how it changed, for the tests of every format that shows it."""

from __future__ import annotations

from hashlib import sha256
from math import log

from support import reports

from npmguard.model import (
    Counts,
    Health,
    Hole,
    Issue,
    Lag,
    Part,
    ProjectReport,
    Report,
    Severity,
    Snapshot,
    Trend,
)

DAY = 86_400.0
WEEK = 7 * DAY
NOW = 1_767_323_045.0  # 2026-01-02T03:04:05Z
_WORST = sorted(Severity, reverse=True)
_DIRECT = (
    *("@scope/tool@1.0.0", "crossenv@6.1.1", "lodahs@1.0.0", "lodash@4.17.15", "mkdirp@0.5.1"),
    *("mocha@7.1.0", "once@1.4.0", "request@2.88.2", "vite@5.4.0"),
)


def sample_report(snapshots: int = 12) -> Report:
    """What `npmguard health` of three projects gives: one with a long history, one seen for the first time,
    one of which nothing is known."""
    web, api, bare = reports.sample().projects
    web = web._replace(health=sample_health(), trend=sample_trend(snapshots))
    api = api._replace(health=fine_health(), trend=_first(fine_health(), api))
    bare = bare._replace(health=unknown_health(), trend=_first(unknown_health(), bare))
    return reports.report(web, api, bare)._replace(command="health")


def sample_health() -> Health:
    """A project with something wrong of every kind: the one of `reports.sample()`, apps/web."""
    return _health(1.0)


def fine_health() -> Health:
    """A project that has little to mend."""
    lags = (
        Lag("ws", "7.5.9", "8.18.0", 1.75, 1, 18, 0, direct=False, dev=False),
        Lag("ws", "8.16.0", "8.18.0", 0.5, 0, 2, 1, direct=True, dev=False),
    )
    hole = Hole(
        "ws",
        "8.16.0",
        "GHSA-3h5v-q93c-6h6q",
        Severity.HIGH,
        "Denial of service by many headers",
        dev=False,
        disclosed=NOW - 90 * DAY,
        mended=NOW - 90 * DAY,
        fix="8.17.1",
        url="https://github.com/advisories/GHSA-3h5v-q93c-6h6q",
    )
    parts = (
        Part("advisories", 14, 40, "1 high"),
        Part("age", 3, 20, "2.3 libyears"),
        Part("deprecated", 0, 10, "none"),
        Part("unmaintained", 0, 10, "none"),
        Part("maintainers", 0, 5, "no package has a single maintainer"),
        Part("scripts", 0, 5, "nothing runs on install"),
        Part("provenance", 0, 5, "not known: the registry tells of no provenance", known=False),
        Part("duplicates", 1, 5, "1 package in several versions"),
    )
    counts = Counts(2, 1, 2, 1, 0, 0, 0, 0, None)
    return Health(82, parts, 2.25, lags, (hole,), counts, {"MIT": 3}, weights={"ws@8.16.0": 1})


def unknown_health() -> Health:
    """A project of which nobody could say anything."""
    names = ("advisories", "age", "deprecated", "unmaintained", "maintainers", "scripts", "provenance")
    most = (40, 20, 10, 10, 5, 5, 5)
    parts = (
        *(Part(name, 0, of, "not known", known=False) for name, of in zip(names, most, strict=True)),
        Part("duplicates", 0, 5, "none"),
    )
    return Health(100, parts, None, (), (), Counts(0, 0, 0, 0), {})


def sample_trend(count: int = 12) -> Trend:
    """This many snapshots, a week apart, of a project that went down, and up again at the end.

    The last one is `sample_health()`. Old snapshots hold no lags, holes, weights or owners, as in the
    history.
    """
    snapshots = []
    for number in range(count):
        share = (count - 1 - number) / max(1, count - 1)  # 1 for the oldest, 0 for the last
        health = _health(1.0 + 0.6 * share - 1.2 * share * share)
        if number < count - 1:
            health = health._replace(lags=(), holes=(), weights={}, owners={})
        severities = {
            severity: max(0, base + round(share * (number % 3) * base / 2))
            for severity, base in zip(_WORST, (2, 4, 2, 3, 1), strict=True)
        }
        snapshots.append(
            Snapshot(
                NOW - WEEK * (count - 1 - number),
                "0.1.0",
                12 + number % 3,
                health,
                severities,
                frozenset(issue.fingerprint for issue in _open()),
                2 if number % 4 == 3 else 0,
            )
        )
    first = count < 2
    return Trend(
        tuple(snapshots),
        None if first else NOW - WEEK,
        () if first else _new(),
        () if first else _mended(),
        _open(),
        None if first else 23.5 * DAY,
        () if first else ("1 new finding of high: typosquat lodahs@1.0.0",),
    )


def _health(trouble: float) -> Health:
    """The sample's health, with more or less of all that is counted."""
    holes = (
        _hole("minimist", "1.2.0", "GHSA-xvch-5gv4-984h", Severity.CRITICAL, 1380, 1378, "1.2.6"),
        _hole("lodash", "4.17.15", "GHSA-35jh-r3h4-6jhm", Severity.HIGH, 1780, 1776, "4.17.21"),
        _hole("lodash", "4.17.15", "GHSA-p6mc-m468-83gw", Severity.HIGH, 1990, 2001, "4.17.19"),
        _hole("esbuild", "0.21.5", "GHSA-67mh-4wv8-2f99", Severity.MODERATE, 320, None, None, dev=True),
        _hole("lodash", "4.17.15", "GHSA-29mw-wpgm-hmr9", Severity.MODERATE, 1460, 1776, "4.17.21"),
        _hole("lodash", "4.17.15", "GHSA-1111-2222-3333", Severity.LOW, None, None, None),
    )
    lags = tuple(
        Lag(name, version, latest, round(years * trouble, 2), majors, minors, patches, direct, dev)
        for name, version, latest, years, majors, minors, patches, direct, dev in (
            ("mkdirp", "0.5.1", "3.0.1", 7.91, 3, 1, 6, True, False),
            ("minimist", "1.2.0", "1.2.8", 7.32, 0, 0, 8, False, False),
            ("mocha", "7.1.0", "11.7.0", 5.3, 4, 9, 2, True, True),
            ("lodash", "4.17.15", "4.17.21", 1.59, 0, 0, 6, True, False),
            ("esbuild", "0.21.5", "0.25.9", 1.2, 0, 4, 11, False, True),
            ("vite", "5.4.0", "7.1.3", 1.04, 2, 12, 19, True, True),
            ("@scope/tool", "1.0.0", "2.0.0", 0.4, 1, 3, 2, True, True),
        )
    )
    libyears = round(sum(lag.libyears or 0 for lag in lags), 2)
    deprecated, alone = round(2 * trouble), round(4 * trouble)
    parts = (
        _part(
            "advisories", 40, 41 * trouble, 200, "1 critical, 2 high, 2 moderate, 1 low; 4 could be mended"
        ),
        _part("age", 20, libyears, 1000, f"{libyears:.1f} libyears"),
        _part("deprecated", 10, deprecated, 50, f"{deprecated} packages"),
        _part("unmaintained", 10, 2 * trouble, 100, "2 packages without a release for 3 years"),
        _part("maintainers", 5, alone, 500, f"{alone} packages have a single maintainer"),
        _part("scripts", 5, 1, 20, "1 package runs a script on install"),
        Part("provenance", 0, 5, "not known: the registry tells of no provenance", known=False),
        Part("duplicates", 0, 5, "none"),
    )
    return Health(
        100 - round(sum(part.lost for part in parts)),
        parts,
        libyears,
        lags,
        holes,
        Counts(9, 3, 3, 0, deprecated, 2, alone, 1, None),
        {"MIT": 9, "ISC": 1, "(MIT OR Apache-2.0)": 1, "SEE LICENSE IN LICENSE.txt": 1},
        unmaintained=("request@2.88.2", "wrappy@1.0.2"),
        single_maintainer=("crossenv@6.1.1", "lodahs@1.0.0", "once@1.4.0", "wrappy@1.0.2"),
        deprecated=("mkdirp@0.5.1", "request@2.88.2"),
        weights={
            "mocha@7.1.0": 3,
            "once@1.4.0": 2,
            "vite@5.4.0": 2,
            **dict.fromkeys(
                (
                    *("@scope/tool@1.0.0", "crossenv@6.1.1", "esbuild@0.21.5", "lodahs@1.0.0"),
                    *("lodash@4.17.15", "minimist@1.2.0", "mkdirp@0.5.1", "request@2.88.2", "wrappy@1.0.2"),
                ),
                1,
            ),
        },
        owners={
            **{label: label for label in _DIRECT},
            "minimist@1.2.0": "mkdirp@0.5.1",
            "esbuild@0.21.5": "vite@5.4.0",
            "wrappy@1.0.2": "once@1.4.0",
        },
    )


def _part(name: str, most: int, amount: float, all_at: int, words: str) -> Part:
    return Part(name, round(most * min(1.0, log(1 + amount) / log(1 + all_at))), most, words)


def _hole(
    package: str,
    version: str,
    id: str,
    severity: Severity,
    days: int | None,
    mended: int | None,
    fix: str | None,
    dev: bool = False,
) -> Hole:
    return Hole(
        package,
        version,
        id,
        severity,
        f"What {id} lets a stranger do",
        dev,
        None if days is None else NOW - days * DAY,
        None if mended is None else NOW - mended * DAY,
        fix,
        f"https://github.com/advisories/{id}",
    )


def _issue(
    rule: str, severity: Severity, title: str, label: str, since: int, until: int | None = None
) -> Issue:
    package, _, version = label.rpartition("@")
    fingerprint = sha256(f"{rule} {title} {label}".encode()).hexdigest()[:20]
    return Issue(
        fingerprint,
        rule,
        severity,
        title,
        package or None,
        version or None,
        NOW - since * DAY,
        None if until is None else NOW - until * DAY,
    )


def _new() -> tuple[Issue, ...]:
    return (
        _issue("typosquat", Severity.HIGH, "lodahs@1.0.0: nearly the name of lodash", "lodahs@1.0.0", 0),
        _issue("outdated", Severity.LOW, "@scope/tool@1.0.0: 2.0.0 is the latest", "@scope/tool@1.0.0", 0),
    )


def _mended() -> tuple[Issue, ...]:
    return (
        _issue(
            "advisory",
            Severity.HIGH,
            "ws@8.16.0: Denial of service (GHSA-3h5v-q93c-6h6q)",
            "ws@8.16.0",
            42,
            0,
        ),
        _issue("wildcard-range", Severity.LOW, "left-pad is asked for as *", "", 14, 0),
    )


def _open() -> tuple[Issue, ...]:
    """Those of the sample that are open, the oldest first."""
    return (
        _issue("advisory", Severity.CRITICAL, "minimist@1.2.0: Prototype pollution", "minimist@1.2.0", 77),
        _issue("advisory", Severity.HIGH, "lodash@4.17.15: Command injection", "lodash@4.17.15", 77),
        _issue("deprecated", Severity.INFO, "request@2.88.2 is deprecated", "request@2.88.2", 35),
        *_new(),
    )


def _first(health: Health, project: ProjectReport) -> Trend:
    """The trend of a project that was never looked at before."""
    shown = [f for f in project.findings if f.suppressed is None]
    severities = {severity: sum(f.severity is severity for f in shown) for severity in _WORST}
    now = tuple(Issue(f.fingerprint, f.rule, f.severity, f.title, f.package, f.version, NOW) for f in shown)
    open = frozenset(issue.fingerprint for issue in now)
    snapshot = Snapshot(NOW, "0.1.0", project.packages, health, severities, open, len(project.incomplete))
    return Trend((snapshot,), None, (), (), now, None)
