"""`[licences]`, from the settings to the report."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.registries import lived
from support.server import Server, registry

from npmguard.__main__ import main

POLICY = """
[licences]
allow = ["MIT"]

[rules.licence-denied]
dev-severity = "info"
"""
PNPM = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      once:
        specifier: ^1.4.0
        version: 1.4.0

packages:

  once@1.4.0:
    resolution: {integrity: sha512-AAAA}

snapshots:

  once@1.4.0: {}
"""


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    (here / "npmguard.toml").write_text(POLICY)
    with registry() as running:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main([*words, "--format", "json", "--only", "licence-denied,licence-unknown"])
    out, err = capsys.readouterr()
    assert err == ""
    return code, json.loads(out)["projects"][0]


def test_what_the_lockfile_notes_needs_no_registry(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = {
        "node_modules/once": entry("once", "1.4.0", license="GPL-3.0"),
        "node_modules/tap": entry("tap", "1.0.0", license="GPL-3.0", dev=True),
        "node_modules/odd": entry("odd", "1.0.0", license={"type": "BSD"}),
        "node_modules/good": entry("good", "1.0.0", license="MIT"),
    }
    write(
        here,
        {"dependencies": {"once": "1", "odd": "1", "good": "1"}, "devDependencies": {"tap": "1"}},
        packages,
    )
    code, found = run(capsys, "check")
    assert code == 1
    assert [(f["rule"], f["package"], f["severity"]) for f in found["findings"]] == [
        ("licence-denied", "once", "high"),
        ("licence-unknown", "odd", "moderate"),
        ("licence-denied", "tap", "info"),
    ]
    assert found["incomplete"] == []
    assert server.paths() == []
    (here / "npmguard.toml").unlink()
    assert run(capsys, "check")[0] == 0


def test_what_it_does_not_note_is_asked_once(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {"dependencies": {"once": "^1.4.0"}})
    (here / "pnpm-lock.yaml").write_text(PNPM)
    server.add("once", "1.4.0", license="GPL-3.0")
    for _ in range(2):
        code, found = run(capsys, "check")
        assert [f["title"] for f in found["findings"]] == [
            "once@1.4.0 is under GPL-3.0, which is not allowed"
        ]
        assert code == 1
    assert server.paths() == ["/once/1.4.0"]


def test_an_answer_that_is_missing_is_no_clean_bill(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {"dependencies": {"once": "^1.4.0"}})
    (here / "pnpm-lock.yaml").write_text(PNPM)
    code, found = run(capsys, "check", "--offline")
    assert code == 3
    assert found["incomplete"] == [
        {
            "source": "registry",
            "reason": "licences: nobody told those of once@1.4.0",
            "affects": ["licence-denied", "licence-unknown"],
        }
    ]


def test_before_an_install(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lived(server, "demo-kit", "1.0.0", dependencies={"demo-deep": "^3"}, license="MIT")
    lived(server, "demo-deep", "3.0.0", license="GPL-3.0")
    code, found = run(capsys, "inspect", "demo-kit")
    assert code == 1
    assert [(f["rule"], f["package"]) for f in found["findings"]] == [("licence-denied", "demo-deep")]
