"""What would come, against what the npm that is installed locks, over a registry of our own."""

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

from npmguard.inspection import inspect
from npmguard.settings import Options

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]
RANGES = ("*", "^1.0.0", "~1.1.0", "1.0.0", ">=1.1 <3", "^2.0.0", "latest", "1 || 2", "npm:leaf@^1", "")


def world(seed: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Packages with what each of their versions asks for, none of those before it in the alphabet."""
    made = random.Random(seed)
    names = [f"p{number}" for number in range(8)]
    found: dict[str, dict[str, dict[str, Any]]] = {"leaf": {"1.0.0": {}, "1.2.0": {}}}
    for place, name in enumerate(names):
        found[name] = {}
        for version in ("1.0.0", "1.1.0", "2.0.0", "2.1.0-rc.1"):
            later = made.sample(names[place + 1 :], min(len(names) - place - 1, made.randrange(4)))
            asked = {other: made.choice(RANGES) for other in later}
            optional = {other: asked[other] for other in later if made.random() < 0.2}
            found[name][version] = {"dependencies": asked, "optionalDependencies": optional}
            if made.random() < 0.2:
                found[name][version]["deprecated"] = "use another"
    return found


@pytest.fixture
def server(here: Path) -> Iterator[Server]:
    with registry() as running:
        yield running


@pytest.mark.parametrize("seed", range(4))
def test_the_same_packages_come(server: Server, here: Path, seed: int) -> None:
    for name, versions in world(seed).items():
        found = server.add(name, *versions)
        stable = [version for version in versions if "-" not in version]
        found["dist-tags"]["latest"] = stable[-1] if seed % 2 else stable[0]
        for version, asks in versions.items():
            found["versions"][version] |= asks
            found["versions"][version]["dist"]["tarball"] = f"{server.url}{name}/-/{name}-{version}.tgz"
    for asked in ("p0", "p0@^1.0.0", "p1@2", "p2@latest"):
        theirs = locked(here, server, asked)
        (report,) = inspect([asked], Options(registry=server.url, only=("typosquat",))).projects
        assert report.inspected is not None
        ours = {f"{report.name}@{report.version}", *(report.inspected.brings or ())}
        assert theirs <= ours
        names = [label.rpartition("@")[0] for label in ours]
        if len(set(names)) == len(names) and "leaf" not in names:
            assert theirs == ours  # npm has nothing to make do with


def locked(folder: Path, server: Server, asked: str) -> set[str]:
    """The name@version of all that npm locks for that one package."""
    words = ["npm", "install", asked, "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
    place = folder / "npm"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / "package.json").write_text('{"name": "demo", "version": "1.0.0"}')
    done = subprocess.run(
        [*words, "--registry", server.url],
        cwd=place,
        env={**os.environ, "npm_config_cache": str(folder / "npm-cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    packages = json.loads((place / "package-lock.json").read_text())["packages"]
    return {
        f"{entry.get('name') or key.rpartition('node_modules/')[2]}@{entry['version']}"
        for key, entry in packages.items()
        if key
    }
