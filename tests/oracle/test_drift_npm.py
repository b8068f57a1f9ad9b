"""Drift, against what the npm that is installed says of the same files, over a registry of our own."""

import copy
import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.server import Server, registry

from npmguard.__main__ import main

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]
VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0")
# what every version of a package asks for
WORLD: dict[str, dict[str, Any]] = {
    "a": {"dependencies": {"b": "^1.0.0", "e": ">=1"}},
    "b": {"dependencies": {"c": "1 || 2"}},
    "c": {"optionalDependencies": {"d": "^1.0.0"}},
    "d": {},
    "e": {"peerDependencies": {"f": "^1.0.0"}},
    "f": {},
    "g": {"peerDependencies": {"h": "*"}, "peerDependenciesMeta": {"h": {"optional": True}}},
    "h": {},
}
RANGES = ("^1.0.0", "1.0.0", "~1.1.0", "1.x", "*", "^2.0.0", "2.1.0", ">=1 <3", "latest", "")
MEMBER = {"name": "one", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with registry() as found:
        for name, asks in WORLD.items():
            for version in found.add(name, *VERSIONS, **asks)["versions"].values():
                version["dist"]["tarball"] = f"{found.url}{name}/-/{name}-{version['version']}.tgz"
        yield found


def npm(folder: Path, server: Server, *words: str) -> bool:
    """Does npm end well?"""
    env = {**os.environ, "npm_config_cache": str(folder.parent / "npm-cache")}
    done = subprocess.run(
        ["npm", *words, "--ignore-scripts", "--no-audit", "--no-fund", "--registry", server.url],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode == 0


def drifts(folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> bool:
    main(["check", str(folder), "--only", "lockfile-drift", "--format", "json", "--registry", server.url])
    findings = json.loads(capsys.readouterr().out)["projects"][0]["findings"]
    return any(finding["severity"] == "high" for finding in findings)


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a peer that another range of the project rules out": (
        {"dependencies": {"x": "1", "f": "2.0.0"}},
        {
            "node_modules/x": entry("x", "1.0.0", dependencies={"e": "^1.0.0"}),
            "node_modules/e": entry("e", "1.0.0", peerDependencies={"f": "^1.0.0"}),
            "node_modules/f": entry("f", "2.0.0"),
        },
    ),
    "a peer that the project rules out, of a package that it brings itself": (
        {"dependencies": {"e": "1", "f": "2.0.0"}},
        {
            "node_modules/e": entry("e", "1.0.0", peerDependencies={"f": "^1.0.0"}),
            "node_modules/f": entry("f", "2.0.0"),
        },
    ),
    "a peer with a version that suits everybody": (
        {"dependencies": {"x": "1", "f": ">=1"}},
        {
            "node_modules/x": entry("x", "1.0.0", dependencies={"e": "^1.0.0"}),
            "node_modules/e": entry("e", "1.0.0", peerDependencies={"f": "^1.0.0"}),
            "node_modules/f": entry("f", "2.0.0"),
        },
    ),
    "a peer of a nested package": (
        {"dependencies": {"x": "1", "f": "2.0.0"}},
        {
            "node_modules/x": entry("x", "1.0.0", dependencies={"e": "^1.0.0"}),
            "node_modules/x/node_modules/e": entry("e", "1.0.0", peerDependencies={"f": "^1.0.0"}),
            "node_modules/f": entry("f", "2.0.0"),
        },
    ),
    "something missing behind a workspace": (
        {"workspaces": ["packages/*"]},
        {
            "packages/one": MEMBER,
            "node_modules/one": {"resolved": "packages/one", "link": True},
            "node_modules/a": entry("a", "1.0.0", dependencies={"b": "^1.0.0"}),
        },
    ),
    "something missing in a workspace": (
        {"workspaces": ["packages/*"]},
        {
            "packages/one": MEMBER,
            "node_modules/one": {"resolved": "packages/one", "link": True},
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str, tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    manifest, packages = CASES[name]
    folder = write(tmp_path / "project", manifest, packages)
    if "workspaces" in manifest:
        write(folder / "packages" / "one", MEMBER)
    assert drifts(folder, server, capsys) is not npm(folder, server, "ci", "--dry-run")


def changed(manifest: dict[str, Any], lock: dict[str, Any], chance: random.Random) -> str:
    """Changes a range, a dependency or an entry, and says what."""
    asked = [(field, name) for field in ("dependencies", "devDependencies") for name in manifest[field]]
    entries = [key for key in lock["packages"] if key] if "packages" in lock else []
    what = chance.choice(["range", "move", "add", "override", *(["drop", "peer", "ask"] if entries else [])])
    if what == "range":
        field, name = chance.choice(asked)
        manifest[field][name] = chance.choice(RANGES)
    elif what == "move":
        field, name = chance.choice(asked)
        manifest.setdefault("optionalDependencies", {})[name] = manifest[field].pop(name)
    elif what == "add":
        field = chance.choice(["dependencies", "devDependencies", "peerDependencies"])
        manifest.setdefault(field, {})[chance.choice(list(WORLD))] = chance.choice(RANGES)
    elif what == "override":
        inner = {chance.choice("cdf"): chance.choice(["1.1.0", "^2.0.0", "$a"])}
        manifest["overrides"] = chance.choice([inner, {"b": inner}, {"b@1": {".": "1.0.0", **inner}}])
    else:
        key = chance.choice(entries)
        if what == "drop":
            del lock["packages"][key]
        elif what == "peer":
            lock["packages"][key].setdefault("peerDependencies", {})[chance.choice("fh")] = "^2.0.0"
        else:
            lock["packages"][key].setdefault("dependencies", {})[chance.choice("dfh")] = chance.choice(RANGES)
    return what


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("version", [1, 2, 3])
def test_changes_at_random(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str], version: int, seed: int
) -> None:
    chance = random.Random(seed * 10 + version)
    manifest: dict[str, Any] = {"dependencies": {"a": "^1.0.0", "c": "1.x"}, "devDependencies": {"g": "*"}}
    folder = write(tmp_path / "project", manifest)
    assert npm(folder, server, "install", "--package-lock-only", f"--lockfile-version={version}")
    lock = json.loads((folder / "package-lock.json").read_text())
    assert not drifts(folder, server, capsys)
    for number in range(2):
        new, locked = copy.deepcopy(manifest), copy.deepcopy(lock)
        what = changed(new, locked, chance)
        other = write(tmp_path / f"changed-{number}", new)
        (other / "package-lock.json").write_text(json.dumps(locked, indent=2))
        assert drifts(other, server, capsys) is not npm(other, server, "ci", "--dry-run"), (what, new, locked)
