"""SPDX, held to the official schema, over lockfiles of every manager."""

import json
import re
from typing import Any

import pytest
from support.bills import LOCKED, TOP, complaints, package, project
from support.hostile import HOSTILE, spoilt
from support.reports import many, report, sample
from support.snapshots import same

from npmguard import audit
from npmguard.model import DependencyKind, Finding, Gap, ProjectReport, Report, Severity, Source, Suppressed
from npmguard.reports.spdx import render
from npmguard.settings import Options

SUM = "sha512-" + "A" * 86 + "=="


def read(found: Report) -> dict[str, Any]:
    """The document, after a look at whether it is one: every id leads somewhere, none is there twice."""
    document: dict[str, Any] = json.loads(render(found))
    assert complaints(document, "spdx-2.3.schema.json") == []
    ids = ["SPDXRef-DOCUMENT", *(part["SPDXID"] for part in document.get("packages", []))]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", id) for id in ids)
    named = [
        relation[end]
        for relation in document.get("relationships", [])
        for end in ("spdxElementId", "relatedSpdxElement")
    ]
    assert set(named) | set(document.get("documentDescribes", [])) <= set(ids)
    triples = [tuple(relation.values()) for relation in document.get("relationships", [])]
    assert len(triples) == len(set(triples))
    own = {licence["licenseId"] for licence in document.get("hasExtractedLicensingInfos", [])}
    declared = " ".join(part["licenseDeclared"] for part in document.get("packages", []))
    assert set(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", declared)) == own
    assert re.fullmatch(r"https://spdx\.org/spdxdocs/[A-Za-z0-9.-]+", document["documentNamespace"])
    return document


def packages(*projects: ProjectReport) -> dict[str, dict[str, Any]]:
    return {part["name"]: part for part in read(report(*projects))["packages"]}


def test_a_sample() -> None:
    read(sample())
    same(render(sample()), "sample.spdx.json")


@pytest.mark.parametrize("folder", LOCKED)
def test_a_lockfile(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TOP)
    found = audit.check([folder], Options(offline=True, licences=True))
    graph = found.projects[0].graph
    assert graph is not None
    assert {part["name"] for part in read(found)["packages"]} >= {each.name for each in graph.packages}


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_from_outside(text: str) -> None:
    found = project(
        package(f"a{text}", f"1.0.0{text}", key="a", resolved=f"https://a/{text}", integrity=text),
        package(
            text, text, key="b", source=Source.GIT, resolved=f"git+https://git.example.test/{text}#{text}"
        ),
        package("c", key="c", source=Source.URL, resolved=text, integrity=f"sha512-{text}"),
        name=text,
        version=text,
        licences={"c@1.0.0": text, f"a{text}@1.0.0{text}": f"MIT OR {text}"},
    )
    read(report(found))
    read(spoilt(report(found, *sample().projects), text))


def test_only_its_time_tells_two_runs_apart() -> None:
    later = sample()._replace(started_at="2027-01-01T00:00:00Z", duration_ms=1)
    one, two = json.loads(render(sample())), json.loads(render(later))
    assert one["creationInfo"].pop("created") != two["creationInfo"].pop("created")
    assert one == two
    assert one["documentNamespace"] != read(many(2))["documentNamespace"]


def test_a_package() -> None:
    asked = package("a", resolved="https://npm.example.test/a/-/a-1.0.0.tgz", integrity=SUM)
    assert packages(project(asked, licences={"a@1.0.0": "MIT"}))["a"] == {
        "SPDXID": "SPDXRef-Package-a-1.0.0",
        "name": "a",
        "versionInfo": "1.0.0",
        "primaryPackagePurpose": "LIBRARY",
        "supplier": "NOASSERTION",
        "downloadLocation": "https://npm.example.test/a/-/a-1.0.0.tgz",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA512", "checksumValue": "0" * 128}],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "MIT",
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:npm/a@1.0.0?repository_url=https://npm.example.test",
            }
        ],
    }


@pytest.mark.parametrize(
    ("source", "resolved", "expected"),
    [
        (Source.GIT, "git+https://git.example.test/a.git#01", "git+https://git.example.test/a.git@01"),
        (Source.GIT, "git+ssh://git@git.example.test/a.git", "git+ssh://git@git.example.test/a.git"),
        (Source.GIT, "github:someone/a#01", "NOASSERTION"),
        (Source.URL, "https://me:secret@a.example.test/a.tgz?b", "https://a.example.test/a.tgz"),
        (Source.FILE, "file:../a.tgz", "NOASSERTION"),
        (Source.REGISTRY, None, "NOASSERTION"),
    ],
)
def test_where_it_is_downloaded(source: Source, resolved: str | None, expected: str) -> None:
    found = packages(project(package("a", source=source, resolved=resolved)))["a"]
    assert found["downloadLocation"] == expected


def test_licences_of_ones_own_are_told_in_full() -> None:
    licences = {"a@1.0.0": "SEE LICENSE IN LICENSE.md", "b@1.0.0": "MIT OR LicenseRef-ours", "c@1.0.0": "mit"}
    found = project(*map(package, "abcd"), licences=licences)
    document = read(report(found))
    declared = {part["name"]: part["licenseDeclared"] for part in document["packages"]}
    own = declared.pop("a")
    assert own.startswith("LicenseRef-SEE-LICENSE-IN-LICENSE.md-")
    assert declared == {"demo": "NOASSERTION", "b": "MIT OR LicenseRef-ours", "c": "MIT", "d": "NOASSERTION"}
    assert document["hasExtractedLicensingInfos"] == [
        {"licenseId": own, "extractedText": licences["a@1.0.0"], "name": licences["a@1.0.0"]},
        {"licenseId": "LicenseRef-ours", "extractedText": licences["b@1.0.0"], "name": licences["b@1.0.0"]},
    ]


def test_the_kinds_of_dependencies() -> None:
    kinds = dict(zip((f"node_modules/{name}" for name in "abcde"), DependencyKind, strict=False))
    document = read(report(project(*map(package, "abcde"), asks={"": kinds})))
    assert [tuple(relation.values()) for relation in document["relationships"]] == [
        ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Project-demo-1.0.0"),
        ("SPDXRef-Package-a-1.0.0", "DEPENDENCY_OF", "SPDXRef-Project-demo-1.0.0"),
        ("SPDXRef-Package-b-1.0.0", "DEV_DEPENDENCY_OF", "SPDXRef-Project-demo-1.0.0"),
        ("SPDXRef-Package-c-1.0.0", "OPTIONAL_DEPENDENCY_OF", "SPDXRef-Project-demo-1.0.0"),
        ("SPDXRef-Package-d-1.0.0", "PREREQUISITE_FOR", "SPDXRef-Project-demo-1.0.0"),
        ("SPDXRef-Package-e-1.0.0", "OPTIONAL_DEPENDENCY_OF", "SPDXRef-Project-demo-1.0.0"),
    ]


def test_names_that_look_alike_get_ids_of_their_own() -> None:
    found = project(package("@a/b"), package("a-b"), package("a.b"), package("x" * 500))
    assert len({part["SPDXID"] for part in packages(found).values()}) == 5


def test_advisories_are_referred_to() -> None:
    url = "https://github.com/advisories/GHSA-1"
    flaw = Finding("advisory", Severity.LOW, "a@1.0.0: Slow", "", package="a", version="1.0.0", url=url)
    hidden = flaw._replace(suppressed=Suppressed("config", "not reached", "2027-01-31"))
    odd = flaw._replace(url="javascript:alert(1)")
    found = packages(project(package("a"), findings=(flaw, hidden, odd)))["a"]["externalRefs"]
    assert found[1:] == [
        {
            "referenceCategory": "SECURITY",
            "referenceType": "advisory",
            "referenceLocator": url,
            "comment": "a@1.0.0: Slow\na@1.0.0: Slow. Ignored by config until 2027-01-31: not reached",
        }
    ]


def test_what_is_not_known_is_said() -> None:
    gap = Gap("registry", "no answer", ("advisory",))
    document = read(report(project(incomplete=(gap,))))
    assert document["creationInfo"]["comment"] == "Incomplete:\n.: registry: no answer (advisory)"
