"""Severities, ignores, fingerprints, order and exit codes."""

import random
import time
from datetime import date
from types import SimpleNamespace
from typing import Any

import npmproject
import pytest

from npmguard import policy
from npmguard.model import Finding, Gap, Location, Project, ProjectReport, Report, Severity, Suppressed
from npmguard.settings import Ignore, Override, Settings

TODAY = date(2026, 3, 15)
GAP = Gap("advisories", "HTTP 503", ("advisory",))


@pytest.fixture(autouse=True)
def on_a_known_day(monkeypatch: pytest.MonkeyPatch) -> None:
    def gmtime(at: float | None = None) -> time.struct_time:
        return TODAY.timetuple() if at is None else time.gmtime(at)

    clock = SimpleNamespace(strftime=time.strftime, gmtime=gmtime, time=lambda: 1_000_002.5)
    monkeypatch.setattr("npmguard.policy.time", clock)


def finding(rule: str = "advisory", severity: Severity = Severity.HIGH, **fields: Any) -> Finding:
    about = {"package": "once", "version": "1.4.0", "ids": ("GHSA-aaaa-bbbb-cccc", "CVE-2026-1")}
    return Finding(rule, severity, **{"title": "A title", "detail": "A detail", **about, **fields})


def shop(name: str = "shop") -> Project:
    return npmproject.project({"name": name}, {})


def apply(*findings: Finding, **decided: Any) -> tuple[Finding, ...]:
    return policy.apply(findings, shop(), Settings(**decided))


def fingerprint(found: Finding, project: Project | None = None) -> str:
    (done,) = policy.apply([found], project or shop(), Settings())
    return done.fingerprint


def test_a_severity_is_overridden_for_its_rule_alone() -> None:
    found = apply(
        finding("advisory", Severity.HIGH),
        finding("outdated", Severity.LOW),
        severities={"advisory": Severity.INFO},
    )
    assert [(f.rule, f.severity) for f in found] == [("outdated", Severity.LOW), ("advisory", Severity.INFO)]


def test_an_override_may_raise_a_severity() -> None:
    (found,) = apply(finding(severity=Severity.LOW), severities={"advisory": Severity.CRITICAL})
    assert found.severity is Severity.CRITICAL


def test_an_override_leaves_the_fingerprint_alone() -> None:
    (found,) = apply(finding(), severities={"advisory": Severity.INFO})
    assert found.fingerprint == fingerprint(finding())


def test_what_development_alone_brings_has_a_severity_of_its_own() -> None:
    found = apply(
        finding(dev=True, package="tap"),
        finding("outdated", Severity.LOW, dev=True),
        finding(),
        severities={"advisory": Severity.CRITICAL, "outdated": Severity.MODERATE},
        dev_severities={"advisory": Severity.LOW},
    )
    assert [(f.rule, f.dev, f.severity) for f in found] == [
        ("advisory", False, Severity.CRITICAL),
        ("outdated", True, Severity.MODERATE),
        ("advisory", True, Severity.LOW),
    ]


def test_the_last_override_that_fits_counts() -> None:
    overrides = (
        Override(Severity.INFO, package="@corp/*"),
        Override(Severity.CRITICAL, rule="malware"),
        Override(Severity.LOW, rule="advisory", package="@corp/*"),
        Override(Severity.MODERATE, id="CVE-2026-9"),
    )
    found = apply(
        finding(package="@corp/a"),
        finding("outdated", package="@corp/a"),
        finding("malware"),
        finding(),
        finding(ids=("CVE-2026-9",)),
        overrides=overrides,
        severities={"malware": Severity.INFO},
    )
    assert sorted((f.rule, f.package, f.severity.word) for f in found) == [
        ("advisory", "@corp/a", "low"),
        ("advisory", "once", "high"),
        ("advisory", "once", "moderate"),
        ("malware", "once", "critical"),
        ("outdated", "@corp/a", "info"),
    ]


WAYS = npmproject.project(
    {"dependencies": {"a": "1"}, "devDependencies": {"jest": "1"}},
    {
        "node_modules/a": {"version": "1.0.0", "dependencies": {"shared": "1"}},
        "node_modules/jest": {"version": "1.0.0", "dev": True, "dependencies": {"shared": "1", "b": "1"}},
        "node_modules/b": {"version": "1.0.0", "dev": True, "dependencies": {"once": "1"}},
        "node_modules/once": {"version": "1.4.0", "dev": True},
        "node_modules/shared": {"version": "1.0.0"},
        "node_modules/extraneous": {"version": "1.0.0"},
    },
)


@pytest.mark.parametrize(
    ("via", "keys", "hides"),
    [
        ("jest", ["once"], True),
        ("b", ["once"], True),
        ("once", ["once"], True),
        ("j*t", ["once"], True),
        ("a", ["once"], False),
        ("jest", ["shared"], False),
        ("jest", ["jest"], True),
        ("jest", ["once", "b"], True),
        ("jest", ["once", "shared"], False),
        ("jest", ["extraneous"], False),
        ("gone", ["once"], False),
        ("jest", [], False),
        ("*", ["shared"], True),
    ],
)
def test_an_ignore_of_a_way_hides_what_has_no_other(via: str, keys: list[str], hides: bool) -> None:
    about = finding(keys=tuple(f"node_modules/{key}" for key in keys))
    (found,) = policy.apply([about], WAYS, Settings(ignores=(Ignore("advisory", "x", via=via),)))
    assert (found.suppressed is not None) is hides


def test_an_ignore_of_what_is_brought_by_development_alone() -> None:
    found = apply(finding(dev=True, package="tap"), finding(), ignores=(Ignore("advisory", "x", dev=True),))
    assert [(f.package, f.suppressed is not None) for f in found] == [("once", False), ("tap", True)]


@pytest.mark.parametrize(
    ("ignore", "hides"),
    [
        (Ignore("advisory", "x", package="on*"), True),
        (Ignore("advisory", "x", package="*"), True),
        (Ignore("advisory", "x", package="*x*"), False),
        (Ignore("advisory", "x"), True),
        (Ignore("outdated", "x"), False),
        (Ignore("advisory", "x", package="once"), True),
        (Ignore("advisory", "x", package="wrappy"), False),
        (Ignore("advisory", "x", package="onc"), False),
        (Ignore("advisory", "x", package="ONCE"), False),
        (Ignore("advisory", "x", version="1.4.0"), True),
        (Ignore("advisory", "x", version="1.4"), False),
        (Ignore("advisory", "x", id="GHSA-aaaa-bbbb-cccc"), True),
        (Ignore("advisory", "x", id="CVE-2026-1"), True),
        (Ignore("advisory", "x", id="CVE-2026-2"), False),
        (Ignore("advisory", "x", "once", "1.4.0", "CVE-2026-1"), True),
        (Ignore("advisory", "x", "once", "1.3.0", "CVE-2026-1"), False),
        (Ignore("advisory", "x", "wrappy", "1.4.0", "CVE-2026-1"), False),
        (Ignore("advisory", "x", "once", "1.4.0", "CVE-2026-2"), False),
    ],
)
def test_an_ignore_hides_what_it_names(ignore: Ignore, hides: bool) -> None:
    (found,) = apply(finding(), ignores=(ignore,))
    assert found.suppressed == (Suppressed("config", "x") if hides else None)


@pytest.mark.parametrize(
    "ignore",
    [
        Ignore("advisory", "x", package="once"),
        Ignore("advisory", "x", version="1.4.0"),
        Ignore("advisory", "x", id="CVE-2026-1"),
    ],
)
def test_an_ignore_of_a_package_does_not_hide_a_finding_without_one(ignore: Ignore) -> None:
    (found,) = apply(finding(package=None, version=None, ids=()), ignores=(ignore,))
    assert found.suppressed is None


def test_the_first_ignore_that_fits_gives_the_reason() -> None:
    ignores = (
        Ignore("advisory", "other", package="wrappy"),
        Ignore("advisory", "one"),
        Ignore("advisory", "two", package="once"),
    )
    (found,) = apply(finding(), ignores=ignores)
    assert found.suppressed == Suppressed("config", "one")


@pytest.mark.parametrize(
    ("until", "hides"),
    [(date(2026, 3, 14), False), (date(2026, 3, 15), True), (date(2026, 3, 16), True)],
    ids=["yesterday", "today", "tomorrow"],
)
def test_an_ignore_hides_until_the_end_of_its_day(until: date, hides: bool) -> None:
    found = apply(finding(), ignores=(Ignore("advisory", "x", until=until),))
    kept = Suppressed("config", "x", until.isoformat())
    assert [f.suppressed for f in found] == ([kept] if hides else [None, None])


def test_an_expired_ignore_is_reported() -> None:
    ignore = Ignore("advisory", "not reached", "once", "1.4.0", "CVE-2026-1", date(2026, 1, 31))
    shown, note = apply(finding(), ignores=(ignore,))
    assert shown == finding()._replace(fingerprint=shown.fingerprint)
    assert (note.rule, note.severity, note.package, note.version) == (
        "advisory",
        Severity.INFO,
        "once",
        "1.4.0",
    )
    assert note.title == "The ignore of advisory once 1.4.0 CVE-2026-1 ended on 2026-01-31"
    assert "no longer hides 1 finding." in note.detail
    assert "not reached" in note.detail
    assert note.fingerprint
    assert note.fingerprint != shown.fingerprint


def test_an_expired_ignore_of_many_findings_is_reported_once() -> None:
    ignore = Ignore("advisory", "x", until=date(2026, 1, 31))
    found = apply(finding(), finding(version="1.3.0"), finding(package="wrappy"), ignores=(ignore,))
    assert len(found) == 4
    assert "no longer hides 3 findings." in found[-1].detail


def test_an_expired_ignore_that_would_hide_nothing_is_not_reported() -> None:
    ignore = Ignore("advisory", "x", package="wrappy", until=date(2026, 1, 31))
    assert len(apply(finding(), ignores=(ignore,))) == 1


def test_an_ignore_behind_an_expired_one_still_hides() -> None:
    ignores = (Ignore("advisory", "old", until=date(2026, 1, 31)), Ignore("advisory", "new"))
    assert [f.suppressed for f in apply(finding(), ignores=ignores)] == [Suppressed("config", "new"), None]


def test_a_fingerprint_outlives_what_moves() -> None:
    moved = finding(
        severity=Severity.LOW,
        title="Another title",
        detail="Another detail",
        location=Location("package-lock.json", "/packages/node_modules~1once", 99),
        keys=("node_modules/a/node_modules/once",),
        paths=(("shop", "once@1.4.0"),),
        path_count=7,
        dev=True,
        direct=True,
    )
    here = finding(location=Location("other/package-lock.json", "/packages/node_modules~1once", 3))
    assert fingerprint(moved) == fingerprint(here) == fingerprint(finding())


def test_a_fingerprint_outlives_other_findings_and_decisions() -> None:
    found = apply(
        finding("outdated"), finding(), finding("malware"), ignores=(Ignore("advisory", "not reached"),)
    )
    assert {f.rule: f.fingerprint for f in found}["advisory"] == fingerprint(finding())


def test_a_fingerprint_does_not_depend_on_the_folder() -> None:
    moved = shop()._replace(folder="elsewhere")
    assert fingerprint(finding(), moved) == fingerprint(finding())


def test_a_fingerprint_is_short_and_fit_for_a_file() -> None:
    assert len(fingerprint(finding())) == 20
    assert set(fingerprint(finding())) <= set("0123456789abcdef")


def test_different_findings_have_different_fingerprints() -> None:
    findings = [
        finding(),
        finding("malware"),
        finding(package="wrappy"),
        finding(package=None),
        finding(version="1.4.1"),
        finding(version=None),
        finding(ids=("CVE-2026-2",)),
        finding(subject="postinstall"),
        finding(subject="preinstall"),
        # where one field ends and the next begins counts
        finding(package="once1", version=".4.0"),
    ]
    assert len({fingerprint(f) for f in findings}) == len(findings)
    assert fingerprint(finding(), shop("bakery")) != fingerprint(finding())


def test_a_subject_stands_above_the_ids() -> None:
    one, two = finding(subject="x"), finding(subject="x", ids=())
    assert fingerprint(one) == fingerprint(two)


def test_a_name_that_is_no_text_for_a_file_has_a_fingerprint() -> None:
    assert fingerprint(finding(package="\ud800"))


def test_the_worst_comes_first() -> None:
    expected = [
        finding("outdated", Severity.CRITICAL),
        finding("advisory", Severity.HIGH, package=None, version=None),
        finding("advisory", Severity.HIGH, version=None),
        finding("advisory", Severity.HIGH, ids=()),
        finding("advisory", Severity.HIGH, ids=("A",), title="A"),
        finding("advisory", Severity.HIGH, ids=("A",), title="B"),
        finding("advisory", Severity.HIGH, version="2.0.0"),
        finding("advisory", Severity.HIGH, package="wrappy"),
        finding("malware", Severity.HIGH),
        finding("advisory", Severity.INFO),
    ]
    draw = random.Random(1)
    for _ in range(5):
        mixed = draw.sample(expected, len(expected))
        assert [f._replace(fingerprint="") for f in apply(*mixed)] == expected


def report(*projects: tuple[Settings, tuple[Finding, ...], tuple[Gap, ...]], packages: int = 0) -> Report:
    reports = [
        ProjectReport(".", "shop", "1.0.0", "npm", "package-lock.json", "npm-3", 2, findings, gaps)
        for _, findings, gaps in projects
    ]
    return policy.report("check", 1_000_000.0, reports, packages, [settings for settings, _, _ in projects])


HIDDEN = finding(suppressed=Suppressed("config", "not reached"))


@pytest.mark.parametrize(
    ("decided", "findings", "gaps", "code"),
    [
        ({}, [], [], 0),
        ({}, [finding()], [], 1),
        ({}, [finding(severity=Severity.MODERATE)], [], 0),
        ({"fail_on": Severity.MODERATE}, [finding(severity=Severity.MODERATE)], [], 1),
        ({"fail_on": Severity.CRITICAL}, [finding()], [], 0),
        ({"fail_on": Severity.INFO}, [finding(severity=Severity.INFO)], [], 1),
        ({"fail_on": None}, [finding(severity=Severity.CRITICAL)], [], 0),
        ({}, [HIDDEN], [], 0),
        ({}, [HIDDEN, finding()], [], 1),
        ({}, [], [GAP], 3),
        ({}, [HIDDEN], [GAP], 3),
        ({}, [finding()], [GAP], 1),
        ({"fail_on": None}, [finding()], [GAP], 3),
        ({"allow_incomplete": True}, [], [GAP], 0),
        ({"allow_incomplete": True}, [finding()], [GAP], 1),
    ],
)
def test_the_exit_code(decided: dict[str, Any], findings: list[Finding], gaps: list[Gap], code: int) -> None:
    assert report((Settings(**decided), tuple(findings), tuple(gaps))).exit_code == code


def test_one_project_that_fails_fails_the_run() -> None:
    clean, failing = (Settings(), (), ()), (Settings(), (finding(),), ())
    assert report(clean, failing).exit_code == report(failing, clean).exit_code == 1


def test_each_project_is_measured_by_its_own_settings() -> None:
    lenient, strict = Settings(fail_on=None), Settings(fail_on=Severity.LOW)
    assert report((lenient, (finding(),), ()), (strict, (), ())).exit_code == 0
    assert report((lenient, (), ()), (strict, (finding(),), ())).exit_code == 1


def test_one_project_that_is_not_known_in_full_is_enough_for_3() -> None:
    forgiving = Settings(allow_incomplete=True)
    assert report((forgiving, (), (GAP,)), (Settings(), (), ())).exit_code == 0
    assert report((forgiving, (), (GAP,)), (Settings(), (), (GAP,))).exit_code == 3


def test_the_totals() -> None:
    low = finding(severity=Severity.LOW)
    found = report((Settings(), (finding(), low, HIDDEN), (GAP,)), (Settings(), (low,), (GAP,)), packages=7)
    assert list(found.counts.items()) == [
        (Severity.CRITICAL, 0),
        (Severity.HIGH, 1),
        (Severity.MODERATE, 0),
        (Severity.LOW, 2),
        (Severity.INFO, 0),
    ]
    assert (found.suppressed, found.incomplete, found.packages) == (1, 2, 7)
    assert (found.command, found.started_at, found.duration_ms) == ("check", "1970-01-12T13:46:40Z", 2500)
    assert len(found.projects) == 2


def test_the_level_of_the_run_is_the_one_that_all_projects_share() -> None:
    low, high = Settings(fail_on=Severity.LOW), Settings(fail_on=Severity.HIGH)
    assert report((low, (), ()), (low, (), ())).fail_on is Severity.LOW
    assert report((low, (), ()), (high, (), ())).fail_on is None
