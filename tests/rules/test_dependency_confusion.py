from typing import Any

import pytest
from npmproject import project

from npmguard import origins
from npmguard.model import Evidence, Finding, Severity
from npmguard.rules.dependency_confusion import RULE
from npmguard.settings import Settings

OURS = "https://npm.corp.example/"


def check(
    name: str, version: str = "1.0.0", host: str | None = None, registries: Any = None, **settings: Any
) -> list[Any]:
    base = origins.default_registry() if host is None else host
    entry = (
        {"version": version, "resolved": f"{base}{name}/-/x-{version}.tgz"} if base else {"version": version}
    )
    found = project({"dependencies": {name: "*"}}, {f"node_modules/{name}": entry})
    return list(RULE.check(found._replace(registries=registries or {}), Evidence(), Settings(**settings)))


def test_an_internal_scope_from_the_public_registry() -> None:
    first, second = check("@corp/auth", internal_scopes=("@corp",))
    assert (first.severity, first.package) == (Severity.HIGH, "@corp/auth")
    assert "@corp is named in internal-scopes" in first.detail
    assert (second.severity, second.subject) == (Severity.MODERATE, "untied @corp")


def test_a_version_that_wins_over_all() -> None:
    (found,) = check("@corp/auth", "99.0.1", registries={"@corp": OURS}, internal_scopes=("@corp",))
    assert found.severity == Severity.CRITICAL


def test_a_scope_with_a_registry_of_its_own() -> None:
    (found,) = check("@corp/auth", registries={"@corp": OURS})
    assert "the settings give @corp a registry of its own" in found.detail
    assert check("@other/x", registries={"@corp": OURS}) == []


@pytest.mark.parametrize("host", [OURS, ""])
def test_from_where_it_belongs(host: str) -> None:
    assert check("@corp/auth", host=host, registries={"@corp": OURS}, internal_scopes=("@corp",)) == []


def test_all_is_asked_of_a_registry_of_ones_own() -> None:
    assert check("@corp/auth", host=OURS, registries={"": OURS}, internal_scopes=("@corp",)) == []


def test_a_plain_name() -> None:
    (found,) = check("corp-auth", internal_scopes=("corp-auth",))
    assert found.severity == Severity.HIGH
    assert check("lodash", internal_scopes=("@corp",), registries={"@corp": OURS}) == []


def test_a_workspaces_name_taken_from_outside() -> None:
    found = project(
        {"workspaces": ["packages/*"], "dependencies": {"auth": "*"}},
        {
            "packages/auth": {"name": "auth", "version": "1.0.0"},
            "node_modules/auth": {
                "version": "2.0.0",
                "resolved": f"{origins.default_registry()}auth/-/auth-2.0.0.tgz",
            },
        },
    )
    member = found.manifest._replace(name="auth")
    (finding,) = RULE.check(found._replace(workspaces={"packages/auth": member}), Evidence(), Settings())
    assert isinstance(finding, Finding)
    assert "a workspace of this project has that name" in finding.detail
