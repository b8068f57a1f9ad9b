"""A plan carried out by the npm that is installed, over a registry of our own: what it mends is gone."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import Server, registry

from npmguard.__main__ import main

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]
VERSIONS = ("1.0.0", "1.0.1", "1.1.0", "2.0.0", "2.1.0")
RANGES = ("^1.0.0", "~1.0.0", "1.0.0", "1.0.1", "^1.1.0", "2.0.0", "^2.0.0", "*")
VULNERABLE = ("<1.0.1", "<1.1.0", "=1.0.0", "<2.0.0", "=1.1.0 || =2.0.0", "*")


@pytest.fixture
def server(here: Path) -> Iterator[Server]:
    with registry() as running:
        yield running


def world(made: random.Random) -> dict[str, dict[str, dict[str, str]]]:
    """Packages with what each of their versions asks for, none of those before it in the alphabet."""
    names = [f"p{number}" for number in range(8)]
    found: dict[str, dict[str, dict[str, str]]] = {}
    for place, name in enumerate(names):
        later = names[place + 1 :]
        usual = made.sample(later, min(len(later), made.randrange(1, 4)))
        found[name] = {
            version: {other: made.choice(RANGES) for other in usual if made.random() < 0.9}
            for version in VERSIONS
        }
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_the_plan_mends_is_gone(
    server: Server, here: Path, seed: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = random.Random(seed)
    packages = world(made)
    asked = {name: made.choice(("^1.0.0", "1.0.0", "~1.0.0")) for name in made.sample(sorted(packages), 3)}
    manifest = {"name": "demo", "version": "1.0.0", "dependencies": dict(sorted(asked.items()))}
    (here / "package.json").write_text(json.dumps(manifest, indent=2))
    # npm takes the latest where it fits: the lockfile is of the time when that was another one
    serve(server, packages, made.choice(("1.0.0", "1.0.1")))
    npm(here, server, "npm install --package-lock-only")
    serve(server, packages, "2.1.0")
    server.advisories = {
        name: [advisory(name, made.choice(VULNERABLE))] for name in made.sample(sorted(packages), 4)
    }
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", server.url)
    for _ in range(3):  # npm now and then keeps what it has: then the next plan sees to it
        main(["fix", "--write", "--format", "json", "--only", "advisory"])
        out, err = capsys.readouterr()
        (project,) = json.loads(out)["projects"]
        steps = project["fix_plan"]["steps"]
        commands = [line.partition("run: ")[2] for line in err.splitlines() if "run: " in line]
        for command in commands:
            npm(here, server, command)
        if not commands:
            break
    main(["check", "--format", "json", "--only", "advisory"])
    (after,) = json.loads(capsys.readouterr().out)["projects"]
    hopeless = {mark for step in steps if step["kind"] == "none" for mark in step["mends"]}
    assert {finding["fingerprint"] for finding in after["findings"]} <= hopeless, steps


def advisory(name: str, vulnerable: str) -> dict[str, Any]:
    url = f"https://github.com/advisories/GHSA-aaaa-bbbb-cc{name}"
    return {"id": 1, "url": url, "title": "T", "severity": "high", "vulnerable_versions": vulnerable}


def serve(server: Server, packages: dict[str, dict[str, dict[str, str]]], latest: str) -> None:
    """Puts these packages into the registry."""
    for name, versions in packages.items():
        found = server.add(name, *versions)
        found["dist-tags"]["latest"] = latest
        for version, asks in versions.items():
            found["versions"][version]["dependencies"] = asks
            found["versions"][version]["dist"]["tarball"] = f"{server.url}{name}/-/{name}-{version}.tgz"


def npm(folder: Path, server: Server, command: str) -> None:
    words = [
        *command.split(),
        "--package-lock-only",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-online",
    ]
    done = subprocess.run(
        [*words, "--registry", server.url],
        cwd=folder,
        env={**os.environ, "npm_config_cache": str(folder.parent / "npm-cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
