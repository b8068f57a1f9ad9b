"""CycloneDX, held to the official schema, over lockfiles of every manager."""

import json
from typing import Any

import pytest
from support.bills import LOCKED, TOP, complaints, package, project
from support.hostile import HOSTILE, spoilt
from support.reports import many, report, sample
from support.snapshots import same

from npmguard import audit
from npmguard.model import (
    Confidence,
    DependencyKind,
    Finding,
    Fix,
    Gap,
    Package,
    ProjectReport,
    Report,
    Severity,
    Source,
    Suppressed,
)
from npmguard.reports.cyclonedx import render
from npmguard.settings import Options

SCHEMA = "bom-1.6.schema.json"
PROD, DEV, OPTIONAL = DependencyKind.PROD, DependencyKind.DEV, DependencyKind.OPTIONAL
SUM = "sha512-" + "A" * 86 + "=="
OTHER = "sha512-" + "B" * 86 + "=="


def bom(*projects: ProjectReport) -> dict[str, Any]:
    return read(report(*projects))


def read(found: Report) -> dict[str, Any]:
    """The bill, after a look at whether it is one: every reference leads somewhere, none is there twice."""
    document: dict[str, Any] = json.loads(render(found))
    assert complaints(document, SCHEMA) == []
    refs = [document["metadata"]["component"]["bom-ref"], *(c["bom-ref"] for c in document["components"])]
    assert len(refs) == len(set(refs))
    sources = [entry["ref"] for entry in document["dependencies"]]
    assert len(sources) == len(set(sources))
    named = {*sources, *(ref for entry in document["dependencies"] for ref in entry["dependsOn"])}
    affected = {place["ref"] for entry in document["vulnerabilities"] for place in entry["affects"]}
    assert named | affected <= set(refs)
    return document


def components(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {component["bom-ref"]: component for component in document["components"]}


def depends(document: dict[str, Any]) -> dict[str, list[str]]:
    return {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}


def test_a_sample() -> None:
    read(sample())
    same(render(sample()), "sample.cyclonedx.json")


@pytest.mark.parametrize("folder", LOCKED)
def test_a_lockfile(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TOP)
    found = audit.check([folder], Options(offline=True, licences=True))
    document = read(found)
    graph = found.projects[0].graph
    assert graph is not None
    names = {f"{c['group']}/{c['name']}" if "group" in c else c["name"] for c in document["components"]}
    assert names >= {each.name for each in graph.packages}


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_from_outside(text: str) -> None:
    found = project(
        package(f"a{text}", f"1.0.0{text}", key="a", resolved=f"https://a/{text}", integrity=text),
        package(
            text, text, key="b", source=Source.GIT, resolved=f"git+https://git.example.test/{text}#{text}"
        ),
        package("c", key="c", source=Source.URL, resolved=text, integrity=f"sha512-{text}"),
        package("d", key="d", source=Source.FILE, resolved=f"file:{text}"),
        package(text, text, key=text or "e", source=Source.LINK),
        name=text,
        version=text,
        licences={"c@1.0.0": text, "d@1.0.0": f"MIT OR {text}"},
    )
    read(report(found))
    read(spoilt(report(found, *sample().projects), text))


def test_only_its_time_tells_two_runs_apart() -> None:
    later = sample()._replace(started_at="2027-01-01T00:00:00Z", duration_ms=1)
    one, two = json.loads(render(sample())), json.loads(render(later))
    assert one["metadata"].pop("timestamp") != two["metadata"].pop("timestamp")
    assert one == two
    assert one["serialNumber"] != read(many(2))["serialNumber"]


# -- components


def test_a_component() -> None:
    asked = package(
        "@scope/tool",
        resolved="https://npm.example.test/@scope/tool/-/tool-1.0.0.tgz",
        integrity=f"sha1-{'A' * 27}= {SUM}",
    )
    (found,) = bom(project(asked, licences={"@scope/tool@1.0.0": "mit"}))["components"]
    purl = "pkg:npm/%40scope/tool@1.0.0?repository_url=https://npm.example.test"
    assert found == {
        "type": "library",
        "bom-ref": purl,
        "group": "@scope",
        "name": "tool",
        "version": "1.0.0",
        "scope": "required",
        "hashes": [{"alg": "SHA-1", "content": "0" * 40}, {"alg": "SHA-512", "content": "0" * 128}],
        "licenses": [{"license": {"id": "MIT", "acknowledgement": "declared"}}],
        "purl": purl,
        "externalReferences": [
            {"type": "distribution", "url": "https://npm.example.test/@scope/tool/-/tool-1.0.0.tgz"}
        ],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT", {"license": {"id": "MIT", "acknowledgement": "declared"}}),
        ("(MIT OR Apache-2.0)", {"expression": "(MIT OR Apache-2.0)", "acknowledgement": "declared"}),
        ("GPL-2.0+", {"expression": "GPL-2.0+", "acknowledgement": "declared"}),
        ("LicenseRef-x", {"expression": "LicenseRef-x", "acknowledgement": "declared"}),
        ("UNLICENSED", {"license": {"name": "UNLICENSED", "acknowledgement": "declared"}}),
    ],
)
def test_a_licence(text: str, expected: object) -> None:
    (found,) = bom(project(package("a"), licences={"a@1.0.0": text}))["components"]
    assert found["licenses"] == [expected]


def test_every_identifier_is_one_of_the_schema() -> None:
    from packaging.licenses._spdx import LICENSES

    known = json.loads((TOP / "fixtures" / "schemas" / "spdx.schema.json").read_text())["enum"]
    assert {found["id"] for found in LICENSES.values()} <= set(known)


def test_how_much_each_is_needed() -> None:
    asks = {
        "": {"node_modules/a": PROD, "node_modules/d": DEV, "node_modules/o": OPTIONAL},
        "node_modules/a": {"node_modules/b": PROD},
        "node_modules/d": {"node_modules/b": PROD, "node_modules/e": PROD},
        "node_modules/o": {"node_modules/p": PROD},
    }
    document = bom(project(*map(package, "abdeops"), asks=asks))
    found = {
        c["name"]: (c["scope"], [p["name"] for p in c.get("properties", [])]) for c in document["components"]
    }
    dev = ["cdx:npm:package:development"]
    assert found == {
        "a": ("required", []),
        "b": ("required", []),
        "d": ("excluded", dev),
        "e": ("excluded", dev),
        "o": ("optional", []),
        "p": ("optional", []),
        "s": ("excluded", ["cdx:npm:package:extraneous"]),
    }
    assert depends(document) == {
        "pkg:npm/demo@1.0.0": ["pkg:npm/a@1.0.0", "pkg:npm/d@1.0.0", "pkg:npm/o@1.0.0"],
        "pkg:npm/a@1.0.0": ["pkg:npm/b@1.0.0"],
        "pkg:npm/b@1.0.0": [],
        "pkg:npm/d@1.0.0": ["pkg:npm/b@1.0.0", "pkg:npm/e@1.0.0"],
        "pkg:npm/e@1.0.0": [],
        "pkg:npm/o@1.0.0": ["pkg:npm/p@1.0.0"],
        "pkg:npm/p@1.0.0": [],
        "pkg:npm/s@1.0.0": [],
    }


def test_copies_are_one_part() -> None:
    bundled = package("a", key="node_modules/b/node_modules/a", bundled=True)
    document = bom(project(package("a", integrity=SUM), bundled, package("b")))
    assert list(components(document)) == ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]
    assert "properties" not in components(document)["pkg:npm/a@1.0.0"]
    assert components(document)["pkg:npm/a@1.0.0"]["hashes"][0]["content"] == "0" * 128


def test_what_is_bundled_everywhere_is_marked() -> None:
    (found,) = bom(project(package("a", bundled=True)))["components"]
    assert found["properties"] == [{"name": "cdx:npm:package:bundled", "value": "true"}]


def test_two_things_of_one_name_are_two_parts() -> None:
    document = bom(
        project(
            package("a", integrity=SUM), package("a", key="node_modules/b/node_modules/a", integrity=OTHER)
        )
    )
    assert [(c["bom-ref"], c["purl"]) for c in document["components"]] == [
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0"),
        ("pkg:npm/a@1.0.0#2", "pkg:npm/a@1.0.0"),
    ]
    assert depends(document)["pkg:npm/demo@1.0.0"] == ["pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0#2"]


def test_a_workspace_is_not_the_package_of_the_same_name() -> None:
    member = package("a", key="packages/a", source=Source.WORKSPACE)
    asks = {"": {"packages/a": DependencyKind.WORKSPACE}, "packages/a": {"node_modules/a": PROD}}
    document = bom(project(package("a", integrity=SUM), member, asks=asks))
    assert set(components(document)) == {"pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0#packages/a"}
    assert depends(document)["pkg:npm/demo@1.0.0"] == ["pkg:npm/a@1.0.0#packages/a"]
    assert depends(document)["pkg:npm/a@1.0.0#packages/a"] == ["pkg:npm/a@1.0.0"]


def test_an_alias_is_told_by_its_real_name() -> None:
    (found,) = bom(project(package("real", key="node_modules/other", alias="other")))["components"]
    assert found["purl"] == "pkg:npm/real@1.0.0"


def test_no_credential_gets_into_it() -> None:
    packages = [
        package("a", resolved="https://me:pa55@npm.example.test/a/-/a-1.0.0.tgz?token=pa55"),
        package("b", source=Source.GIT, resolved="git+https://pa55:x@git.example.test/b.git#01"),
        package("c", source=Source.URL, resolved="https://pa55@npm.example.test/c.tgz?pa55"),
    ]
    assert "pa55" not in render(report(project(*packages)))


# -- several projects


def test_several_projects_are_one_flat_bill() -> None:
    one = project(package("a"), path="one", name="same")
    two = project(package("a"), package("b"), path="two", name="same", asks={"": {"node_modules/a": DEV}})
    document = bom(two, one)
    top = document["metadata"]["component"]["bom-ref"]
    roots = ["pkg:npm/same@1.0.0#one", "pkg:npm/same@1.0.0#two"]
    assert depends(document)[top] == roots
    assert [components(document)[ref]["type"] for ref in roots] == ["application", "application"]
    assert components(document)["pkg:npm/a@1.0.0"]["scope"] == "required"
    assert render(report(one, two)) == render(report(two, one))


def test_what_is_not_known_is_said() -> None:
    gap = Gap("registry", "no answer", ("advisory",))
    blind = project(name=None, path="tools", incomplete=(gap,))._replace(graph=None)
    document = bom(blind)
    ref = document["metadata"]["component"]["bom-ref"]
    assert document["compositions"] == [{"aggregate": "incomplete", "dependencies": [ref]}]
    assert document["dependencies"] == []
    assert document["metadata"]["properties"] == [
        {"name": "npmguard:incomplete", "value": "tools: registry: no answer (advisory)"}
    ]


# -- vulnerabilities

FLAW = Finding(
    "advisory",
    Severity.MODERATE,
    "a@1.0.0: Slow (GHSA-1)",
    "Vulnerable: <2.",
    package="a",
    version="1.0.0",
    fix=Fix("upgrade", "2.0.0", "npm install a@2.0.0"),
    ids=("GHSA-1", "CVE-1"),
    url="https://github.com/advisories/GHSA-1",
    keys=("node_modules/a",),
    cwe=("CWE-79", "CWE-1333", "CWE-", "odd"),
    score=5.3,
    fingerprint="0123456789abcdef",
)


def flaws(*findings: Finding) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bom(project(package("a"), package("b"), findings=findings))[
        "vulnerabilities"
    ]
    return found


def test_a_vulnerability() -> None:
    assert flaws(FLAW) == [
        {
            "bom-ref": "npmguard:GHSA-1",
            "id": "GHSA-1",
            "source": {"name": "GitHub Advisories", "url": "https://github.com/advisories/GHSA-1"},
            "references": [{"id": "CVE-1", "source": {"name": "NVD"}}],
            "ratings": [{"score": 5.3, "severity": "medium"}],
            "cwes": [79, 1333],
            "description": "Slow (GHSA-1)",
            "detail": "Vulnerable: <2.",
            "recommendation": "Upgrade a to 2.0.0: npm install a@2.0.0",
            "advisories": [{"url": "https://github.com/advisories/GHSA-1"}],
            "affects": [{"ref": "pkg:npm/a@1.0.0", "versions": [{"version": "1.0.0", "status": "affected"}]}],
        }
    ]


@pytest.mark.parametrize(
    ("hidden", "state", "detail"),
    [
        (Suppressed("config", "not reached"), "not_affected", "not reached"),
        (Suppressed("config", "next sprint", "2027-01-31"), "in_triage", "next sprint (until 2027-01-31)"),
        (Suppressed("baseline", "known since 2026"), "in_triage", "known since 2026"),
    ],
)
def test_what_was_decided(hidden: Suppressed, state: str, detail: str) -> None:
    (found,) = flaws(FLAW._replace(suppressed=hidden))
    assert found["analysis"] == {"state": state, "detail": detail}


def test_a_decision_about_one_is_none_about_another() -> None:
    other = FLAW._replace(package="b", keys=("node_modules/b",), suppressed=Suppressed("config", "unused"))
    found = flaws(FLAW, other)
    assert [(entry["bom-ref"], "analysis" in entry) for entry in found] == [
        ("npmguard:GHSA-1", False),
        ("npmguard:GHSA-1#2", True),
    ]


def test_one_advisory_about_several_is_one_entry() -> None:
    other = FLAW._replace(
        package="b", severity=Severity.HIGH, keys=("node_modules/b",), confidence=Confidence.LOW
    )
    (found,) = flaws(FLAW, other)
    assert found["ratings"] == [{"score": 5.3, "severity": "high"}]
    assert [place["ref"] for place in found["affects"]] == ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]
    assert [place["versions"][0]["status"] for place in found["affects"]] == ["affected", "unknown"]


def test_what_is_no_flaw_of_a_package_is_no_vulnerability() -> None:
    assert flaws(FLAW._replace(rule="outdated"), FLAW._replace(rule="typosquat")) == []


def test_a_package_that_may_be_installed() -> None:
    asked = project(findings=(FLAW._replace(keys=()),), name="a", path="a@^1")._replace(graph=None)
    (found,) = bom(asked)["vulnerabilities"]
    assert found["affects"][0]["ref"] == "pkg:npm/a@1.0.0"


def test_the_licences_come_from_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TOP)
    with_them = read(audit.check(["fixtures/shop"], Options(offline=True, licences=True)))
    assert sum("licenses" in component for component in with_them["components"]) > 200
    without = read(audit.check(["fixtures/shop"], Options(offline=True)))
    assert not any("licenses" in component for component in without["components"])


def test_the_shop_has_its_git_package() -> None:
    git = Package("a", "a", "1.0.0", Source.GIT, "git+https://git.example.test/a.git#0123")
    (found,) = bom(project(git))["components"]
    assert found["externalReferences"] == [{"type": "vcs", "url": "git+https://git.example.test/a.git#0123"}]


def test_no_folder_makes_two_things_one() -> None:
    members = [package("a", key=key, source=Source.WORKSPACE) for key in ("2", "\ud800", "\ud801")]
    copies = [package("a", key=f"node_modules/{n}", integrity=sum) for n, sum in enumerate((SUM, OTHER))]
    assert len(bom(project(*members, *copies))["components"]) == 5
