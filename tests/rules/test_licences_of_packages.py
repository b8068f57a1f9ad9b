"""licence-denied and licence-unknown."""

from collections.abc import Mapping
from typing import Any

import npmproject
import pytest

from npmguard.model import Evidence, Finding, Gap, Needs, Project, VersionManifest
from npmguard.rules import licence_denied, licence_unknown
from npmguard.settings import Settings

ALLOW = Settings(allowed_licences=("MIT", "ISC"), denied_licences=("AGPL-*",))


def project(said: Mapping[str, str | None], **package: Any) -> Project:
    """A project of packages that say that of their licences on this disk; None where nothing does."""
    entries = {f"node_modules/{name}": {"version": "1.0.0"} for name in said}
    found = npmproject.project({"dependencies": dict.fromkeys(said, "1"), **package}, entries)
    known = {f"node_modules/{name}": text for name, text in said.items() if text is not None}
    return found._replace(licences=known)


def run(
    found: Project, settings: Settings = ALLOW, evidence: Evidence | None = None
) -> tuple[list[Finding | Gap], list[Finding | Gap]]:
    """(denied, unknown)."""
    told = evidence or Evidence()
    return (
        list(licence_denied.check(found, told, settings)),
        list(licence_unknown.check(found, told, settings)),
    )


def titles(found: list[Finding | Gap]) -> list[str]:
    return [item.title for item in found if isinstance(item, Finding)]


def test_what_is_allowed_is_quiet() -> None:
    said = {"a": "MIT", "b": "isc", "c": "(GPL-3.0 OR MIT)", "d": "MIT AND ISC", "e": "The MIT License"}
    assert run(project(said)) == ([], [])


def test_what_is_denied() -> None:
    denied, unknown = run(project({"a": "AGPL-3.0-only", "b": "MIT AND Zlib", "c": "UNLICENSED"}))
    assert unknown == []
    assert titles(denied) == [
        "a@1.0.0 is under AGPL-3.0-only, which is not allowed",
        "b@1.0.0 is under MIT AND Zlib, which is not allowed",
        "c@1.0.0 is under UNLICENSED, which is not allowed",
    ]
    (one, _, _) = denied
    assert isinstance(one, Finding)
    assert one.detail == "The settings allow MIT, ISC and deny AGPL-*."
    assert (one.package, one.version, one.subject) == ("a", "1.0.0", "AGPL-3.0-only")
    assert one.location is not None


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("BSD", 'a@1.0.0 says "BSD" of its licence'),
        ("SEE LICENSE IN LICENSE.md", 'a@1.0.0 says "SEE LICENSE IN LICENSE.md" of its licence'),
        ("LicenseRef-corp", 'a@1.0.0 says "LicenseRef-corp" of its licence'),
        ("MIT OR\u001b[31m", 'a@1.0.0 says "MIT OR\\x1b[31m" of its licence'),
    ],
)
def test_what_cannot_be_told(said: str, title: str) -> None:
    denied, unknown = run(project({"a": said}))
    assert (denied, titles(unknown)) == ([], [title])


def test_packages_of_the_same_licence_are_one_matter() -> None:
    said = {f"p{number}": "zlib" for number in range(8)}
    denied, unknown = run(project({**said, "q": "BSD-2-Clause"}))
    assert unknown == []
    assert titles(denied) == [
        "q@1.0.0 is under BSD-2-Clause, which is not allowed",
        "8 packages are under Zlib, which is not allowed",
    ]


def test_what_nothing_on_the_disk_tells_is_asked_of_the_registry() -> None:
    found = project({"a": None, "b": "MIT", "c": None})
    asked = frozenset([("a", "1.0.0"), ("c", "1.0.0")])
    assert licence_denied.RULE.needs(found, ALLOW) == Needs(manifests=asked)
    told = {("a", "1.0.0"): VersionManifest({}, {}, "GPL-3.0"), ("c", "1.0.0"): VersionManifest({}, {})}
    denied, unknown = run(found, evidence=Evidence(manifests=told))
    assert titles(denied) == ["a@1.0.0 is under GPL-3.0, which is not allowed"]
    assert titles(unknown) == ["c@1.0.0 names no licence"]


def test_what_nobody_answers_is_a_gap_and_no_finding() -> None:
    denied, unknown = run(project({"a": None, "b": None}))
    words = "licences: nobody told those of a@1.0.0, b@1.0.0"
    assert denied == [Gap("registry", words, ("licence-denied",))]
    assert unknown == [Gap("registry", words, ("licence-unknown",))]


def test_what_is_not_of_a_registry_names_none() -> None:
    url = "git+ssh://git@git.example.test/a.git"
    entries = {"node_modules/a": {"version": "1.0.0", "resolved": f"{url}#{'0' * 40}"}}
    found = npmproject.project({"dependencies": {"a": url}}, entries)
    denied, unknown = run(found)
    assert (denied, titles(unknown)) == ([], ["a@1.0.0 names no licence"])


@pytest.mark.parametrize("said", ["UNLICENSED", None])
def test_your_own_need_no_licence(said: str | None) -> None:
    found = project({"@corp/a": said, "@corporate/b": "UNLICENSED"})
    denied, unknown = run(found, ALLOW._replace(internal_scopes=("@corp",)))
    assert titles(denied) == ["@corporate/b@1.0.0 is under UNLICENSED, which is not allowed"]
    assert unknown == []


def test_production_looks_past_what_is_not_shipped() -> None:
    entries = {"node_modules/a": {"version": "1.0.0", "dev": True}}
    found = npmproject.project({"devDependencies": {"a": "1"}}, entries)
    found = found._replace(licences={"node_modules/a": "GPL-3.0"})
    assert len(run(found)[0]) == 1
    assert run(found, ALLOW._replace(production=True)) == ([], [])
    assert licence_denied.RULE.needs(found._replace(licences={}), ALLOW._replace(production=True)) == Needs()
