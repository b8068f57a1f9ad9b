"""The same project, locked by four package managers: what is wrong with it must not depend on them."""

import json
from pathlib import Path

import pytest
from support.server import Server, registry

from npmguard import audit
from npmguard.model import Finding, ProjectReport
from npmguard.settings import Options

FOUR = Path(__file__).parents[1] / "fixtures" / "four"
MANAGERS = {"npm": "npm", "yarn": "yarn", "berry": "yarn-berry", "pnpm": "pnpm", "bun": "bun"}
RULES = ("advisory", "malware", "typosquat", "install-script")


def serve(server: Server) -> None:
    server.add("lodash", "4.17.15", "4.17.21")
    server.add("minimist", "0.0.8", "1.2.6")
    for name, version in (("mkdirp", "0.5.1"), ("expres", "4.0.0"), ("ms", "2.1.3"), ("needs-peer", "3.0.0")):
        server.add(name, version)
    server.add("fast-addon", "2.0.0", hasInstallScript=True, scripts={"install": "node build.js"})
    server.add("@quay/tool", "1.0.0", hasInstallScript=True, scripts={"postinstall": "node setup.js"})
    server.add("only-here", "1.0.0", hasInstallScript=True, scripts={"postinstall": "node x.js"})


def records(path: Path) -> str:
    """A file of advisories: one about lodash, one about minimist."""
    found = []
    for number, (name, fixed) in enumerate((("lodash", "4.17.21"), ("minimist", "0.2.4"))):
        events = [{"introduced": "0"}, {"fixed": fixed}]
        found.append(
            {
                "id": f"GHSA-aaaa-aaaa-aaa{number}",
                "modified": "2025-01-01T00:00:00Z",
                "summary": f"{name} does what it should not",
                "affected": [
                    {
                        "package": {"ecosystem": "npm", "name": name},
                        "ranges": [{"type": "SEMVER", "events": events}],
                    }
                ],
                "database_specific": {"severity": "HIGH"},
            }
        )
    path.write_text(json.dumps(found))
    return str(path)


def audited(folder: str, server: Server, advisories: str) -> ProjectReport:
    options = Options(only=RULES, registry=server.url, advisories=(advisories,), allow_incomplete=True)
    return audit.check([FOUR / folder], options).projects[0]


def what(finding: Finding) -> tuple[object, ...]:
    """What a finding says, whoever locked the project."""
    return (finding.rule, finding.package, finding.version, finding.ids, finding.dev)


def test_the_findings_are_the_same(tmp_path: Path) -> None:
    with registry() as server:
        serve(server)
        server.advisories = {}
        advisories = records(tmp_path / "osv.json")
        reports = {folder: audited(folder, server, advisories) for folder in MANAGERS}
    expected = {what(finding) for finding in reports["npm"].findings}
    assert {rule for rule, *_ in expected} == {"advisory", "typosquat", "install-script"}
    assert {package for _, package, *_ in expected} >= {
        "lodash",
        "minimist",
        "expres",
        "fast-addon",
        "only-here",
    }
    for folder, report in reports.items():
        assert report.manager == MANAGERS[folder]
        assert {what(finding) for finding in report.findings} == expected, folder
        for finding in report.findings:
            assert finding.location is not None
            assert finding.location.line


@pytest.mark.parametrize("folder", MANAGERS)
def test_a_path_leads_from_the_project_to_each(folder: str, tmp_path: Path) -> None:
    with registry() as server:
        serve(server)
        server.advisories = {}
        report = audited(folder, server, records(tmp_path / "osv.json"))
    paths = {path for finding in report.findings if finding.package == "minimist" for path in finding.paths}
    assert ("quay", "minimist@0.0.8") in paths
    assert ("quay", "@quay/one", "mkdirp@0.5.1", "minimist@0.0.8") in paths
    assert ("quay", "fast-addon@2.0.0", "mkdirp@0.5.1", "minimist@0.0.8") in paths


@pytest.mark.parametrize("folder", MANAGERS)
def test_the_lockfile_does_not_drift(folder: str) -> None:
    report = audit.check([FOUR / folder], Options(only=("lockfile-drift",), offline=True)).projects[0]
    assert report.findings == ()
    assert report.packages in (9, 10)  # some take one lodash for both who ask, some two
