"""`npmguard check` from end to end, against a registry on loopback."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.server import Reply, Server, integrity, registry
from support.signing import provenance, sha512

from npmguard import signatures
from npmguard.__main__ import main
from npmguard.registry import http

ASKING = {"dependencies": {"once": "^1.4.0"}}
LOCKED = {
    "node_modules/once": entry("once", "1.4.0", dependencies={"wrappy": "1"}),
    "node_modules/wrappy": entry("wrappy", "1.0.2"),
}
ADVISORY = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
    "title": "Wraps too well",
    "severity": "high",
    "vulnerable_versions": "<1.0.3",
    "cwe": [],
    "cvss": {"score": 7.5, "vectorString": None},
}
BULK = "/-/npm/v1/security/advisories/bulk"


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A registry that has what the project in the working directory asks for."""
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    write(here, ASKING, LOCKED)
    with registry() as running:
        running.add("once", "1.3.3", "1.4.0")
        running.add("wrappy", "1.0.2")
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        (here / "npmguard.toml").write_text('allowed-hosts = ["registry.example.test"]\n')
        yield running


def run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = main(["check", "--format", "json", *options])
    found = json.loads(capsys.readouterr().out)
    assert found["summary"]["exit_code"] == code
    return code, found


def rules(report: dict[str, Any]) -> list[str]:
    return [finding["rule"] for project in report["projects"] for finding in project["findings"]]


def test_a_project_without_fault_is_0(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run(capsys)
    assert code == 0
    assert rules(report) == []
    assert report["projects"][0]["packages"] == 2
    assert sum(path == BULK for path in server.paths()) == 1


def test_an_advisory_is_1_with_its_way_and_its_fix(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.advisories = {"wrappy": [ADVISORY]}
    server.add("wrappy", "1.0.2", "1.0.3")
    code, report = run(capsys)
    assert code == 1
    (finding,) = report["projects"][0]["findings"]
    assert finding["rule"] == "advisory"
    assert (finding["package"], finding["version"]) == ("wrappy", "1.0.2")
    assert finding["paths"] == [["demo", "once@1.4.0", "wrappy@1.0.2"]]
    assert finding["fix"]["to"] == "1.0.3"
    assert finding["ids"] == ["GHSA-aaaa-bbbb-cccc"]
    assert finding["location"]["file"] == "package-lock.json"
    text = Path("package-lock.json").read_text().split("\n")
    assert '"node_modules/wrappy"' in text[finding["location"]["line"] - 1]


def test_fail_on_decides(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.advisories = {"wrappy": [{**ADVISORY, "severity": "moderate"}]}
    assert run(capsys)[0] == 0
    assert run(capsys, "--fail-on", "moderate")[0] == 1
    assert run(capsys, "--fail-on", "none")[0] == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401),
        Reply(403),
        Reply(404),
        Reply(405),
        Reply(429),
        Reply(500),
        Reply(503),
        Reply(200, b"<!doctype html><p>Please log in"),
        Reply(200, b""),
        Reply(200, b'{"once": [{}]}', cut=True),
        Reply(200, b"[1]"),
        Reply(200, b"null"),
        Reply(200, b'{"error": "not here"}'),
        Reply(200, b'{"once": "no"}'),
        Reply(302, b"", {"location": "/login"}),
        Reply(204, b""),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:12]!r}",
)
@pytest.mark.parametrize("what", ["advisories", "one packument", "everything"])
@pytest.mark.parametrize("warm", [False, True])
def test_what_is_no_answer_is_never_a_clean_result(
    server: Server, capsys: pytest.CaptureFixture[str], reply: Reply, what: str, warm: bool
) -> None:
    if warm:
        run(capsys)
    server.faults[{"advisories": BULK, "one packument": "/once", "everything": "*"}[what]] = reply
    server.faults["/login"] = Reply(200, b"<!doctype html>")
    code, report = run(capsys)
    if what == "one packument" and (warm or reply.status == 404):
        # fresh in the cache; or the registry does not have it, which is a finding
        assert code == (0 if warm else 1)
        return
    assert code == 3
    assert report["summary"]["incomplete"] >= 1
    affected = {rule for gap in report["projects"][0]["incomplete"] for rule in gap["affects"]}
    assert "unpublished-version" in affected if what == "one packument" else "advisory" in affected
    assert run(capsys, "--allow-incomplete")[0] == 0
    main(["check"])
    shown = capsys.readouterr().out
    assert "Not checked" in shown
    assert "no clean bill" in shown


def test_nobody_there_is_3(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run(capsys, "--registry", "http://127.0.0.1:9/")
    assert code == 3
    assert "127.0.0.1" in report["projects"][0]["incomplete"][0]["reason"]


def test_a_failing_finding_wins_over_a_missing_answer(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.advisories = None
    write(Path(), {"dependencies": {"once": "^2.0.0"}}, LOCKED)
    code, report = run(capsys)
    assert code == 1
    assert rules(report) == ["lockfile-drift"]
    assert report["summary"]["incomplete"] == 1


def test_the_same_input_gives_the_same_bytes(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.advisories = {"wrappy": [ADVISORY], "once": [ADVISORY | {"vulnerable_versions": "*"}]}
    first, second = (run(capsys)[1] for _ in range(2))
    for report in (first, second):
        report["started_at"] = report["duration_ms"] = None
        for project in report["projects"]:
            project["sources"] = None  # say how old the cache is
    assert json.dumps(first) == json.dumps(second)


def test_only_and_skip(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.advisories = {"wrappy": [ADVISORY]}
    server.faults["*"] = Reply(500)
    assert run(capsys, "--only", "lockfile-drift,integrity-missing")[0] == 0
    assert server.requests == []
    server.faults.clear()
    assert run(capsys, "--skip", "advisory", "--skip", "malware")[0] == 0
    assert BULK not in server.paths()


def test_offline_asks_nobody(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run(capsys, "--offline")
    assert code == 3
    assert server.requests == []
    assert "offline" in report["projects"][0]["incomplete"][0]["reason"]


def test_local_advisories_stand_beside_the_registry(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = {
        "id": "GHSA-dddd-eeee-ffff",
        "modified": "2026-01-01T00:00:00Z",
        "summary": "Once is not enough",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": "once"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.4.1"}]}],
            }
        ],
        "database_specific": {"severity": "CRITICAL"},
    }
    (here / "osv.json").write_text(json.dumps([record]))
    server.advisories = None
    code, report = run(capsys, "--advisories", "osv.json")
    assert code == 1
    assert rules(report) == ["advisory"]
    assert any("1 records in osv.json" in line for line in report["projects"][0]["sources"])
    assert report["projects"][0]["incomplete"]
    assert run(capsys, "--advisories", "osv.json", "--offline", "--only", "advisory")[0] == 1


def test_a_tampered_entry_is_told_from_the_registry(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = {**LOCKED["node_modules/wrappy"], "integrity": integrity("evil", "6.6.6")}
    write(Path(), ASKING, {**LOCKED, "node_modules/wrappy": evil})
    code, report = run(capsys)
    assert code == 1
    assert rules(report) == ["integrity-mismatch"]


def test_an_output_file_is_whole_or_not_there(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--format", "json", "-o", "report.json"]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((here / "report.json").read_text())["schema"] == "npmguard-report/1"
    assert main(["check", "-o", "none/report.txt"]) == 2
    assert capsys.readouterr().err.startswith("npmguard: --output none/report.txt: ")
    assert sorted(p.name for p in here.iterdir() if "part" in p.name) == []


def test_an_output_that_is_a_device_stays_one(server: Server) -> None:
    assert main(["check", "-q", "-o", "/dev/null"]) == 0
    assert not Path("/dev/null").is_file()


def test_several_projects_in_one_report(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        write(here / name, {"name": name, **ASKING}, LOCKED)
    code, report = run(capsys, "one", "two/package-lock.json", "--skip", "foreign-host")
    assert code == 0
    assert [project["path"] for project in report["projects"]] == ["one", "two"]
    assert report["summary"]["packages"] == 2


def test_a_reader_that_leaves_early_changes_no_exit_code(server: Server) -> None:
    server.advisories = {"wrappy": [ADVISORY]}
    command = f"{sys.executable} -m npmguard check --format json; echo code=$? >&2"
    done = subprocess.run(["sh", "-c", f"({command}) | true"], capture_output=True, text=True, check=False)
    assert done.stderr == "code=1\n"


def test_an_interrupted_run_is_130(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("npmguard.audit.check", interrupted)
    assert main(["check"]) == 130


# -- signatures


def test_a_tampered_lockfile_and_a_packument_to_fit_it(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    other = integrity("evil", "1.0.2")
    server.packuments["wrappy"]["versions"]["1.0.2"]["dist"]["integrity"] = other
    server.packuments["wrappy"]["versions"]["1.0.2"]["dist"]["shasum"] = None
    write(
        Path(),
        ASKING,
        {**LOCKED, "node_modules/wrappy": {**LOCKED["node_modules/wrappy"], "integrity": other}},
    )
    code, report = run(capsys)
    assert code == 1
    (finding,) = report["projects"][0]["findings"]
    assert (finding["rule"], finding["severity"]) == ("signature-invalid", "critical")
    assert server.paths().count("/-/npm/v1/keys") == 1


def test_a_registry_without_keys_is_incomplete_once(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.keys = None
    code, report = run(capsys)
    assert code == 3
    assert report["projects"][0]["incomplete"] == [
        {
            "source": "registry",
            "reason": "it signs releases and lists no keys (once@1.4.0, wrappy@1.0.2)",
            "affects": ["signature-invalid"],
        }
    ]


def test_without_the_extra_nothing_is_incomplete(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "available", lambda: False)
    assert main(["check"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert (
        "registry signatures: 1 key; not verified, which pip install 'npmguard[signatures]' would do" in words
    )
    code, report = run(capsys, "--only", "signature-invalid")
    assert code == 3
    assert [gap["source"] for gap in report["projects"][0]["incomplete"]] == ["signatures"]


def test_attestations_of_direct_dependencies_are_read(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, version in (("once", "1.4.0"), ("wrappy", "1.0.2")):
        dist = server.packuments[name]["versions"][version]["dist"]
        dist["attestations"] = {"url": f"{server.url}-/npm/v1/attestations/{name}@{version}"}
    about = provenance("pkg:npm/once@1.4.0", sha512(integrity("once", "1.4.0")))
    server.attestations["once@1.4.0"] = json.dumps({"attestations": [about]}).encode()
    assert run(capsys)[0] == 0
    assert [path for path in server.paths() if "attestations" in path] == [
        "/-/npm/v1/attestations/once@1.4.0"
    ]
    assert main(["check"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "attestations: 1 release, their certificates unverified" in words
    about = provenance("pkg:npm/once@1.3.0", sha512(integrity("once", "1.4.0")))
    server.attestations["once@1.4.0"] = json.dumps({"attestations": [about]}).encode()
    shutil.rmtree(os.environ["NPMGUARD_CACHE_DIR"])
    code, report = run(capsys)
    assert code == 1
    assert rules(report) == ["signature-invalid"]
