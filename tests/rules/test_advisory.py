from pathlib import Path
from typing import Any

import pytest
from npmproject import project

from npmguard.advisories import merge, osv
from npmguard.model import (
    Advisory,
    Confidence,
    Evidence,
    Finding,
    Location,
    Needs,
    Packument,
    Project,
    Severity,
)
from npmguard.rules.advisory import RULE
from npmguard.settings import Settings

FIXTURE = Path(__file__).parents[2] / "fixtures" / "advisories" / "osv.json"
GIT = "git+ssh://git@git.example.test/a/a.git#0123456789012345678901234567890123456789"


def advisory(vulnerable: str = "<1.2.0", id: str = "GHSA-aaaa-bbbb-cccc", **fields: Any) -> Advisory:
    found = Advisory(id, "a", "Prototype\n pollution", Severity.HIGH, vulnerable, (id, "CVE-2026-1"))
    return found._replace(**fields)


def check(found: Project, *advisories: Advisory, production: bool = False, **evidence: Any) -> list[Finding]:
    given = Evidence(advisories=advisories, **evidence)
    results = list(RULE.check(found, given, Settings(production=production)))
    assert all(isinstance(r, Finding) for r in results)
    return [r for r in results if isinstance(r, Finding)]


def direct(version: str = "1.0.0", field: str = "dependencies", **fields: Any) -> Project:
    return project({field: {"a": "^1.0.0"}}, {"node_modules/a": {"version": version, **fields}})


def test_a_finding_says_it_all() -> None:
    (found,) = check(direct(), advisory(url="https://advisory.example.test/"))
    assert found == Finding(
        "advisory",
        Severity.HIGH,
        "a@1.0.0: Prototype pollution (GHSA-aaaa-bbbb-cccc)",
        "Vulnerable: <1.2.0. Also CVE-2026-1. Fixed in 1.2.0. A direct upgrade gets there.",
        package="a",
        version="1.0.0",
        fix=("upgrade", "1.2.0", "npm install a@1.2.0"),  # type: ignore[arg-type]
        location=Location("package-lock.json", "/packages/node_modules~1a"),
        ids=("GHSA-aaaa-bbbb-cccc", "CVE-2026-1"),
        url="https://advisory.example.test/",
        keys=("node_modules/a",),
        subject="GHSA-aaaa-bbbb-cccc",
    )


def test_what_is_fixed_is_quiet() -> None:
    assert check(direct("1.2.0"), advisory()) == []
    assert check(direct(), advisory(package="b")) == []


def test_silence_is_the_gaps_business() -> None:
    found = direct()
    assert list(RULE.check(found, Evidence(advisories=None), Settings())) == []
    assert (
        list(RULE.check(found._replace(lockfile=None), Evidence(advisories=(advisory(),)), Settings())) == []
    )


def test_advisories_are_all_that_is_needed() -> None:
    assert RULE.needs(direct(), Settings()) == Needs(advisories=True)
    assert RULE.needs(direct()._replace(lockfile=None), Settings()) == Needs()


def test_one_finding_for_all_places_of_a_version() -> None:
    found = project(
        {"dependencies": {"x": "1", "y": "1", "a": "^2.0.0"}},
        {
            "node_modules/a": {"version": "2.0.0"},
            "node_modules/x": {"version": "1.0.0", "dependencies": {"a": "^1.0.0"}},
            "node_modules/x/node_modules/a": {"version": "1.0.0"},
            "node_modules/y": {"version": "1.0.0", "dependencies": {"a": "^1.0.0"}},
            "node_modules/y/node_modules/a": {"version": "1.0.0"},
        },
    )
    (finding,) = check(found, advisory())
    assert finding.keys == ("node_modules/x/node_modules/a", "node_modules/y/node_modules/a")
    assert finding.fix == ("upgrade", "1.2.0", "npm update a")


def test_an_alias_is_known_by_its_real_name() -> None:
    found = project(
        {"dependencies": {"other": "npm:a@^1.0.0"}}, {"node_modules/other": {"version": "1.0.0", "name": "a"}}
    )
    (finding,) = check(found, advisory())
    assert finding.package == "a"
    assert finding.fix is not None
    assert finding.fix.command == "npm install other@npm:a@1.2.0"
    found = project(
        {"dependencies": {"a": "npm:other@^1.0.0"}}, {"node_modules/a": {"version": "1.0.0", "name": "other"}}
    )
    assert check(found, advisory()) == []


def test_a_copy_from_elsewhere_may_differ() -> None:
    found = project({"dependencies": {"a": GIT}}, {"node_modules/a": {"version": "1.0.0", "resolved": GIT}})
    (finding,) = check(found, advisory())
    assert finding.confidence is Confidence.MEDIUM
    assert "not the registry's (git)" in finding.detail


def test_workspaces_are_never_meant() -> None:
    assert check(project({}, {}, {"apps/a": {"name": "a", "version": "1.0.0"}}), advisory()) == []


def test_a_range_that_makes_no_sense_is_reported_with_doubt() -> None:
    (finding,) = check(direct(), advisory("up to 1.2"))
    assert finding.confidence is Confidence.LOW
    assert "cannot be told" in finding.detail
    (finding,) = check(direct(), advisory("nobody knows"))
    assert finding.detail.endswith("Whether 1.0.0 is meant cannot be told from that. Read the advisory.")


def test_development_only() -> None:
    found = direct(field="devDependencies", dev=True)
    (finding,) = check(found, advisory())
    assert finding.detail.endswith("Only development brings it.")
    assert finding.fix is not None
    assert finding.fix.command == "npm install --save-dev a@1.2.0"
    assert check(found, advisory(), production=True) == []


def test_one_command_clears_a_package() -> None:
    first, second = check(direct(), advisory("<1.1.0", "X-1"), advisory("<1.3.0", "X-2"))
    assert first.fix == ("upgrade", "1.1.0", "npm install a@1.3.0")
    assert second.fix == ("upgrade", "1.3.0", "npm install a@1.3.0")
    assert "Fixed in 1.1.0; 1.3.0 fixes what else is known, too." in first.detail


def test_the_lesser_step_where_the_greater_is_held_back() -> None:
    found = project(
        {"dependencies": {"top": "1"}},
        {
            "node_modules/top": {"version": "1.0.0", "dependencies": {"a": "~1.0.0"}},
            "node_modules/a": {"version": "1.0.0"},
        },
    )
    first, second = check(found, advisory("<1.0.5", "X-1"), advisory("<1.3.0", "X-2"))
    assert first.fix == ("upgrade", "1.0.5", "npm update a")
    assert second.fix == ("override", "1.3.0", None)


def test_published_versions_are_used_where_they_are_known() -> None:
    known = {"a": Packument("a", {}, {}, ("1.0.0", "1.1.0", "1.4.0"))}
    (finding,) = check(direct(), advisory("<=1.1.0"), packuments=known)
    assert finding.fix == ("upgrade", "1.4.0", "npm install a@1.4.0")
    (finding,) = check(direct(), advisory("<2.0.0"), packuments=known)
    assert finding.fix == ("review", None, None)
    assert "No published version above it is free of this." in finding.detail


@pytest.mark.parametrize(
    ("vulnerable", "words"),
    [
        ("<=1.1.0", "Known in every version up to 1.1.0; a later one, where there is one, is free of this."),
        ("*", "No fixed version is known."),
    ],
)
def test_no_fixed_version(vulnerable: str, words: str) -> None:
    (finding,) = check(direct(), advisory(vulnerable))
    assert finding.fix == ("review", None, None)
    assert words in finding.detail


def test_long_and_many_lined_titles() -> None:
    (finding,) = check(direct(), advisory(title="word " * 200))
    assert "\n" not in finding.title
    assert len(finding.title) < 150
    (finding,) = check(direct(), advisory(title="About GHSA-aaaa-bbbb-cccc"))
    assert finding.title == "a@1.0.0: About GHSA-aaaa-bbbb-cccc"


def test_well_known_versions() -> None:
    versions = {
        "lodash": "4.17.15",
        "minimist": "1.2.5",
        "semver": "7.3.5",
        "axios": "0.21.1",
        "y18n": "4.0.3",
    }
    found = project(
        {"dependencies": versions}, {f"node_modules/{name}": {"version": v} for name, v in versions.items()}
    )
    loaded = osv.load(str(FIXTURE), frozenset(versions))
    findings = check(found, *merge(loaded.advisories))
    seen: dict[str, set[str | None]] = {}
    for finding in findings:
        assert finding.package is not None
        seen.setdefault(finding.package, set()).add(finding.fix.to if finding.fix else None)
    assert seen == {
        "axios": {"0.21.2", "0.28.0", "0.30.0", "0.31.0", "1.15.0"},
        "lodash": {"4.17.19", "4.17.21", None},
        "minimist": {"1.2.6"},
        "semver": {"7.5.2"},
    }
