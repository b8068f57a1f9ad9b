"""Whose install scripts run: npmguard's word against the managers themselves, those that are installed."""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import Reply, Server, registry

from npmguard import installs
from npmguard.project import load, npmrc

pytestmark = pytest.mark.oracle
NAMES = ("a", "b", "esbuild")
# manager, what package.json says beside its dependencies, other files
CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("npm", {}, {}),
    ("npm", {"allowScripts": {"a": True, "b": False}}, {}),
    ("npm", {"allowScripts": {"a@1.0.0": True, "b@^1.0.0": True, "*": True}}, {}),
    ("npm", {}, {".npmrc": "allow-scripts=a"}),
    ("npm", {"allowScripts": {"a": False}}, {".npmrc": "dangerously-allow-all-scripts=true"}),
    ("npm", {}, {".npmrc": "ignore-scripts=true"}),
    ("pnpm", {}, {}),
    ("pnpm", {"pnpm": {"onlyBuiltDependencies": ["a"]}}, {}),
    ("pnpm", {"pnpm": {"neverBuiltDependencies": ["a"]}}, {}),
    ("pnpm", {}, {"pnpm-workspace.yaml": "packages: [.]\nonlyBuiltDependencies:\n  - a\n"}),
    ("pnpm", {}, {"pnpm-workspace.yaml": "packages: [.]\nallowBuilds:\n  a@1.0.0: true\n  b: false\n"}),
    ("pnpm", {}, {"pnpm-workspace.yaml": "packages: [.]\ndangerouslyAllowAllBuilds: true\n"}),
    ("pnpm", {}, {".npmrc": "ignore-scripts=true\n"}),
    ("yarn", {}, {}),
    ("yarn", {}, {".yarnrc": "ignore-scripts true\n"}),
    ("yarn", {}, {".npmrc": "ignore-scripts=true\n"}),
    ("yarn", {}, {".yarnrc.yml": "enableScripts: true\n"}),
    ("yarn", {"dependenciesMeta": {"a": {"built": True}}}, {".yarnrc.yml": "enableScripts: false\n"}),
    ("yarn", {"dependenciesMeta": {"a@1.0.0": {"built": False}}}, {".yarnrc.yml": "enableScripts: true\n"}),
    ("bun", {}, {}),
    ("bun", {"trustedDependencies": ["a"]}, {}),
    ("bun", {"trustedDependencies": ["a"]}, {"bunfig.toml": "[install]\nignoreScripts = true\n"}),
]


def scripts(name: str) -> dict[str, str]:
    """A script that writes down whose it is."""
    return {"postinstall": "node -e \"require('fs').appendFileSync(process.env.SEEN, '" + name + " ')\""}


def tarball(name: str) -> bytes:
    data = json.dumps({"name": name, "version": "1.0.0", "scripts": scripts(name)}).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with registry() as found:
        for name in NAMES:
            data = tarball(name)
            packument = found.add(name, "1.0.0", hasInstallScript=True)
            packument["time"] = {"1.0.0": "2020-01-01T00:00:00.000Z"}
            version = packument["versions"]["1.0.0"]
            version["scripts"] = scripts(name)
            version["dist"] = {
                "tarball": f"{found.url}{name}/-/{name}-1.0.0.tgz",
                "integrity": "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode(),
                "shasum": hashlib.sha1(data).hexdigest(),
            }
            found.faults[f"/{name}/-/{name}-1.0.0.tgz"] = Reply(
                200, data, {"content-type": "application/octet-stream"}
            )
        yield found


@pytest.mark.parametrize(("manager", "own", "files"), CASES)
def test_the_manager_does_as_is_told(
    manager: str, own: dict[str, Any], files: dict[str, str], server: Server, here: Path
) -> None:
    if shutil.which(manager) is None:
        pytest.skip(f"{manager} is not installed")
    seen, home = here / "seen", here / "home"
    folder = here / "project"
    folder.mkdir()
    home.mkdir()
    seen.write_text("")
    (home / ".npmrc").write_text(f"registry={server.url}\n")
    document = {"name": "p", "version": "1.0.0", "dependencies": dict.fromkeys(NAMES, "1.0.0"), **own}
    (folder / "package.json").write_text(json.dumps(document))
    for name, text in files.items():
        (folder / name).write_text(text)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SEEN": str(seen),
        "XDG_CACHE_HOME": str(home / "cache"),
        "npm_config_cache": str(home / "npm"),
        "BUN_INSTALL_CACHE_DIR": str(home / "bun"),
        "YARN_NPM_REGISTRY_SERVER": server.url.rstrip("/"),
        "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
        "YARN_ENABLE_GLOBAL_CACHE": "false",
        "YARN_ENABLE_TELEMETRY": "0",
    }
    if manager == "yarn":
        (folder / "yarn.lock").write_text("")
    said = subprocess.run([manager, "--version"], cwd=folder, env=env, capture_output=True, text=True)
    version = said.stdout.strip()
    if manager == "yarn" and version.startswith("1.") == (".yarnrc.yml" in files):
        pytest.skip(f"these are not the settings of yarn {version}")
    done = subprocess.run(
        [manager, "install"], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )
    found = load.Found(str(folder))
    config = npmrc.load(str(folder), environ={"HOME": str(home)})
    try:
        project = load.load(found, config=config.values, own=config.own)
    except ModuleNotFoundError as error:
        pytest.skip(str(error))
    graph = project.graph
    assert graph is not None, done.stdout + done.stderr
    policy = installs.scripts(project._replace(declared=(manager, version)))
    told = {package.name for package in graph.packages if policy.of(package).runs}
    assert told == set(seen.read_text().split()), version
