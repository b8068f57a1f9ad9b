"""Real attacks of ten years, as a check saw them at the hour when there was no advisory."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
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
SAID: dict[tuple[str, float], tuple[int, list[dict[str, Any]]]] = {}  # by what was asked
DOCS = Path(__file__).parents[2] / "docs" / "incidents.md"


Check = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with registry() as running:
        yield running


@pytest.fixture
def check(
    server: Server, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    """Gives exit code and findings for a project with the good releases, or with those of a case.

    It is asked an hour later, when nobody had seen anything, and once for each case.
    """

    def asked(incident: Incident, case: Case | None, later: float = 3600) -> tuple[int, list[dict[str, Any]]]:
        key = (case.name if case is not None else incident.id, later)
        if key in SAID:
            return SAID[key]
        day = case.day if case is not None else incident.eve
        monkeypatch.setattr("npmguard.evidence.time", SimpleNamespace(time=lambda: day.timestamp() + later))
        shutil.rmtree(os.environ["NPMGUARD_CACHE_DIR"], ignore_errors=True)  # of another day
        incidents.serve(server, incident, day)
        manifest, entries = incidents.lock(case, incident)
        internal = incident.data.get("internal", [])
        if internal and case is not None:
            for entry in entries.values():
                entry["resolved"] = entry["resolved"].replace(f"{HOST}/", default_registry())
        write(here, manifest, entries)
        # tarballs come from the server, whichever host the lockfile names
        lines = [f"{scope}:registry={server.url}" for scope in internal]
        (here / ".npmrc").write_text("\n".join(("replace-registry-host=always", *lines, "")))
        (here / "npmguard.toml").write_text(
            f'allowed-hosts = ["registry.example.test"]\ninternal-scopes = {json.dumps(internal)}\n'
        )
        code = main(["check", "--registry", server.url, "--format", "json"])
        (report,) = json.loads(capsys.readouterr().out)["projects"]
        assert [gap for gap in report["incomplete"] if gap["source"] == "tarballs"] == []
        SAID[key] = code, report["findings"]
        main(["check", "--registry", server.url, "--format", "json"])
        (again,) = json.loads(capsys.readouterr().out)["projects"]
        assert again["findings"] == report["findings"]  # what the cache knows by now changes no verdict
        return SAID[key]

    return asked


def from_(findings: list[dict[str, Any]], least: Severity) -> list[dict[str, Any]]:
    return [f for f in findings if SEVERITIES.index(f["severity"]) >= least]


def test_there_are_as_many_as_promised() -> None:
    assert len(ALL) >= 20
    assert len({incident.data["date"][:4] for incident in ALL}) >= 9


@pytest.mark.parametrize("incident", ALL, ids=lambda incident: incident.id)
def test_the_day_before_is_quiet(check: Check, incident: Incident) -> None:
    code, findings = check(incident, None)
    loud = [(f["rule"], f["severity"], f["title"]) for f in from_(findings, Severity.MODERATE)]
    assert (code, loud) == (0, [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_bad_release_fails(check: Check, case: Case) -> None:
    code, findings = check(case.incident, case)
    loud = from_(findings, Severity.HIGH)
    if case.rule is None:
        assert (code, loud) == (0, [])
        return
    assert code == 1
    # what the tarball shows may speak first, and names the others
    texts = [f"{f['title']} {f['detail']}" for f in loud if f["rule"] in (case.rule, "suspicious-script")]
    assert any(all(word in text for word in case.words) for text in texts), texts or loud


@pytest.mark.parametrize("name", ["eslint-scope-2018", "coa-2021", "nx-s1ngularity-2025", "axios-2026"])
def test_no_day_is_too_late(check: Check, name: str) -> None:
    (incident,) = (one for one in ALL if one.id == name)
    code, findings = check(incident, incident.cases[0], later=5 * 365 * 86_400)
    assert code == 1
    assert from_(findings, Severity.HIGH)


def test_the_page_says_what_a_check_says(check: Check) -> None:
    rows = []
    for incident in ALL:
        case = incident.cases[0]
        loud = from_(check(incident, case)[1], Severity.HIGH)
        ordered = sorted(loud, key=lambda f: (f["rule"] != case.rule, -SEVERITIES.index(f["severity"])))
        rows.append(incident_page.row(incident, ordered[0] if ordered else None, case.contents))
    same(DOCS, incident_page.page(rows))


def test_each_fixture_is_listed() -> None:
    same(incidents.FOLDER / "README.md", incident_page.listed(ALL))


def same(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text)
    assert path.read_text() == text
