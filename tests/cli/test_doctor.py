"""`npmguard doctor` from end to end, against registries on loopback."""

import email.utils
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.dumps import dump, record
from support.hostile import HOSTILE
from support.server import Reply, Server, registry

from npmguard.__main__ import main
from npmguard.advisories import filling
from npmguard.model.doctor import Check, Diagnosis, Status
from npmguard.registry import http
from npmguard.reports import doctor as written

pytestmark = pytest.mark.skipif(os.name == "nt", reason="programs of Unix")


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A registry without fault, and a machine without fault."""
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    bin = here / "bin"
    bin.mkdir()
    for name, version in (("git", "2.51.0"), ("node", "v26.0.0"), ("npm", "12.2.1")):
        (bin / name).write_text(f"#!/bin/sh\necho {version}\n")
        (bin / name).chmod(0o755)
    project = here / "project"
    project.mkdir()
    monkeypatch.setenv("PATH", f"{bin}:/usr/bin:/bin")
    monkeypatch.chdir(project)
    with registry() as running:
        running.add("once", "1.4.0")
        running.faults["/-/ping"] = Reply(200, b"{}")
        running.advisories = {}
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


def doctor(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", "--format", "json", *words])
    found = json.loads(capsys.readouterr().out)
    assert found["summary"]["exit_code"] == code
    return code, found


def status(found: dict[str, Any], id: str) -> list[str]:
    return [check["status"] for check in found["checks"] if check["id"] == id]


def test_an_environment_without_fault_is_0(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(capsys)
    assert (code, found["schema"], found["path"]) == (0, "npmguard-doctor/1", ".")
    assert {check["status"] for check in found["checks"]} == {"ok"}
    assert len(server.requests) == 6
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "Fit to install." in out
    assert main(["doctor", "-q"]) == 0
    assert capsys.readouterr().out.strip() == ""


def test_each_registry_is_asked_and_who_names_it_is_told(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with registry() as theirs:
        Path(".npmrc").write_text(f"@corp:registry={theirs.url}\n@more:registry={theirs.url}\n")
        theirs.advisories = None
        code, found = doctor(capsys)
        assert code == 0
        assert [c["subject"] for c in found["checks"] if c["id"] == "registry"] == [server.url, theirs.url]
        assert status(found, "registry-advisories") == ["ok", "warn"]
        (detail,) = (
            c["detail"] for c in found["checks"] if c["subject"] == theirs.url and c["id"] == "registry"
        )
        assert detail.endswith(".npmrc says so")
        assert "the registry of @corp, the registry of @more" in detail
        assert not any("corp" in path for path in theirs.paths())


def test_a_store_stands_in_for_advisories(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.advisories = None
    assert status(doctor(capsys)[1], "registry-advisories") == ["warn"]
    filling.fill(dump(Path("all.zip"), record(age=2)))
    code, found = doctor(capsys)
    assert (code, status(found, "registry-advisories")) == (0, ["ok"])


def test_a_registry_that_is_away_is_1(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(capsys, "--registry", "http://127.0.0.1:9/")
    assert (code, status(found, "registry")) == (1, ["fail"])
    (detail,) = (c["detail"] for c in found["checks"] if c["id"] == "registry")
    assert detail.endswith("It is the default registry: --registry says so")


def test_offline_is_not_clean(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(capsys, "--offline")
    assert (code, status(found, "registry")) == (3, ["unknown"])
    assert server.requests == []
    assert doctor(capsys, "--offline", "--allow-incomplete")[0] == 0
    main(["doctor", "--offline", "--allow-incomplete"])
    assert "Not all of it could be looked at." in capsys.readouterr().out


def test_a_clock_that_is_wrong(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from npmguard.doctor import registries

    real = registries._skew
    monkeypatch.setattr(registries, "_skew", lambda answer, now: real(answer, now + 7200))
    code, found = doctor(capsys)
    assert (code, status(found, "clock")) == (1, ["fail"])


def test_dates_of_registries() -> None:
    from npmguard.doctor.registries import _skew
    from npmguard.registry.light import Answer

    now = time.time()
    date = email.utils.formatdate(now - 100, usegmt=True)
    assert abs((_skew(Answer(200, {"date": date}, b""), now) or 0) - 100) < 1.5
    # a proxy that kept the answer says for how long
    assert abs(_skew(Answer(200, {"date": date, "age": "100"}, b""), now) or 0) < 1.5
    for odd in (
        "",
        "yesterday",
        "Thu, 99 Nov 2026 00:00:00 GMT",
        "1" * 5000,
    ):
        assert _skew(Answer(200, {"date": odd}, b""), now) is None
    assert _skew(Answer(200, {}, b""), now) is None


def test_secrets_are_never_told(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    host = server.url.removeprefix("http://")
    Path(".npmrc").write_text(f"//{host}:_authToken=npm_hidden\nregistry=http://me:hidden@{host}\n")
    Path(os.environ["NPM_CONFIG_USERCONFIG"]).write_text(f"//{host}:_authToken=npm_hidden\n")
    os.chmod(os.environ["NPM_CONFIG_USERCONFIG"], 0o644)
    os.environ.pop("NPM_CONFIG_REGISTRY")
    for words in (["--format", "json"], ["-v"]):
        assert main(["doctor", *words]) == 1
        assert "hidden" not in capsys.readouterr().out


def test_a_folder_that_is_none(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "nowhere"]) == 2
    assert capsys.readouterr().err == "npmguard: nowhere: no such folder\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_harmless(text: str) -> None:
    check = Check("registry", Status.FAIL, text, text, text, text)
    found = Diagnosis(text, "2026-01-01T00:00:00Z", 1, (check,), 1)
    out = written.render(found, "console", color=False, verbose=True)
    assert not any(ord(c) < 32 and c != "\n" for c in out)
    assert "\u202e" not in out
    assert json.loads(written.render(found, "json"))["checks"][0]["title"] == text


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"[" * 100_000),
        Reply(200, b"<html>"),
        Reply(200, b'{"keys": 7, "versions": 7}'),
        Reply(200, b"x" * 5000, cut=True),
        Reply(429, b"", {"retry-after": "99999999"}),
        Reply(302, b"", {"location": "http://127.0.0.1:9/"}),
        Reply(200, b"{}", {"date": "Mon, 01 Jan 0001 00:00:00 +2359", "age": "-1"}),
    ],
    ids=str,
)
def test_a_registry_that_talks_nonsense(
    server: Server, reply: Reply, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.clear()
    server.faults["*"] = reply
    code, found = doctor(capsys)
    assert code in (0, 1, 3)
    assert status(found, "registry") != []
