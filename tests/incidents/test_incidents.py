"""Real attacks of ten years, as a check saw them at the hour when there was no advisory."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import incident_page, incidents
from support.incidents import HOST, Case, Incident
from support.projects import write
from support.server import Server, registry

from npmguard.__main__ import main
from npmguard.model import Severity
from npmguard.origins import default_registry

# npm's words, from the least
SEVERITIES = [severity.word for severity in Severity]
ALL = incidents.incidents()
CASES = [case for incident in ALL for case in incident.cases]
CONTENTS = False  # are tarballs looked into?
DOCS = Path(__file__).parents[2] / "docs" / "incidents.md"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with registry() as running:
        yield running


def check(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str], incident: Incident, case: Case | None
) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    """(exit code, findings, gaps) of a project with the good releases, or with those of a case."""
    shutil.rmtree(os.environ["NPMGUARD_CACHE_DIR"], ignore_errors=True)  # it is another day
    incidents.serve(server, incident, case.day if case is not None else incident.eve)
    manifest, entries = incidents.lock(case, incident)
    internal = incident.data.get("internal", [])
    if internal and case is not None:
        for entry in entries.values():
            entry["resolved"] = entry["resolved"].replace(f"{HOST}/", default_registry())
    write(here, manifest, entries)
    (here / ".npmrc").write_text("".join(f"{scope}:registry={server.url}\n" for scope in internal))
    (here / "npmguard.toml").write_text(
        f'allowed-hosts = ["registry.example.test"]\ninternal-scopes = {json.dumps(internal)}\n'
    )
    options = ["--registry", server.url, "--format", "json"]
    code = main(["check", *options])
    (report,) = json.loads(capsys.readouterr().out)["projects"]
    return code, report["findings"], report["incomplete"]


def test_there_are_as_many_as_promised() -> None:
    assert len(ALL) >= 20
    assert len({incident.data["date"][:4] for incident in ALL}) >= 9


@pytest.mark.parametrize("incident", ALL, ids=lambda incident: incident.id)
def test_the_day_before_is_quiet(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str], incident: Incident
) -> None:
    code, findings, _ = check(server, here, capsys, incident, None)
    loud = [f for f in findings if SEVERITIES.index(f["severity"]) >= Severity.MODERATE]
    assert [(f["rule"], f["severity"], f["title"]) for f in loud] == []
    assert code == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_bad_release_fails(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    if case.contents and not CONTENTS:
        pytest.xfail("takes the contents of the tarball")
    code, findings, _ = check(server, here, capsys, case.incident, case)
    loud = [f for f in findings if SEVERITIES.index(f["severity"]) >= Severity.HIGH]
    if case.rule is None:
        assert (code, loud) == (0, [])
        return
    assert code == 1
    found = next(f for f in loud if f["rule"] == case.rule)
    text = f"{found['title']} {found['detail']}"
    assert [word for word in case.words if word not in text] == []


def test_the_page_says_what_a_check_says(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = []
    for incident in ALL:
        case = incident.cases[0]
        _, findings, _ = check(server, here, capsys, incident, case)
        loud = [f for f in findings if SEVERITIES.index(f["severity"]) >= Severity.HIGH]
        first = max(
            loud, key=lambda f: (f["rule"] == case.rule, SEVERITIES.index(f["severity"])), default=None
        )
        rows.append(incident_page.row(incident, first, case.contents))
    same(DOCS, incident_page.page(rows))


def test_each_fixture_is_listed() -> None:
    same(incidents.FOLDER / "README.md", incident_page.listed(ALL))


def same(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text)
    assert path.read_text() == text
