"""Bills of materials, against what the npm that is installed writes of the same lockfile."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from support.bills import TOP
from support.projects import entry, write

from npmguard import audit
from npmguard.reports import cyclonedx, spdx
from npmguard.settings import Options

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]
GIT = "git+ssh://git@git.example.test/someone/g.git#" + "0123456789" * 4


def written(folder: Path) -> None:
    """A project with aliases, git, nested, bundled, optional, peer and dev packages, and a workspace."""
    member = {"name": "one", "version": "2.0.0", "dependencies": {"b": "^1.0.0"}}
    asks = {
        "workspaces": ["packages/*"],
        "dependencies": {"@scope/a": "^1.0.0", "other": "npm:real@^1.0.0", "g": GIT},
        "devDependencies": {"d": "^1.0.0", "real": "^1.0.0"},
        "optionalDependencies": {"o": "^1.0.0"},
    }
    packages: dict[str, dict[str, Any]] = {
        "packages/one": member,
        "node_modules/one": {"resolved": "packages/one", "link": True},
        "node_modules/@scope/a": entry("@scope/a", "1.2.0", dependencies={"b": "^2.0.0"}, license="MIT"),
        "node_modules/@scope/a/node_modules/b": entry("b", "2.0.0", license="ISC"),
        "node_modules/b": entry("b", "1.0.0", license="(MIT OR ISC)", peerDependencies={"p": "*"}),
        "node_modules/d": entry("d", "1.0.0", dev=True, dependencies={"e": "1"}, bundleDependencies=["e"]),
        "node_modules/d/node_modules/e": {"version": "1.0.0", "dev": True, "inBundle": True},
        "node_modules/g": {"version": "1.0.0", "resolved": GIT},
        "node_modules/o": entry("o", "1.0.0", optional=True, os=["aix"], license="UNLICENSED"),
        "node_modules/other": {"name": "real", **entry("real", "1.1.0")},
        "node_modules/p": entry("p", "1.0.0", peer=True),
        "node_modules/real": entry("real", "1.1.0", dev=True),
    }
    write(folder, asks, packages)
    write(folder / "packages" / "one", member)


@pytest.fixture(params=["made up", "four"])
def folder(request: pytest.FixtureRequest, here: Path) -> str:
    """A project, below the working directory."""
    if request.param == "four":
        shutil.copytree(TOP / "fixtures" / "four" / "npm", here / "project")
    else:
        written(here / "project")
    return "project"


def npm(folder: str, format: str) -> Any:
    """What `npm sbom` writes, which npm 10 brought."""
    words = ["npm", "sbom", "--package-lock-only", "--offline", "--sbom-format", format]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"npm sbom says: {done.stderr.strip()[:200]}")
    return json.loads(done.stdout)


def ours(folder: str, format: Any) -> Any:
    return json.loads(format.render(audit.check([folder], Options(offline=True, licences=True))))


def label(component: dict[str, Any]) -> str:
    name = f"{component['group']}/{component['name']}" if "group" in component else component["name"]
    return f"{name}@{component['version']}"


def edges(document: Any) -> set[tuple[str, str]]:
    known = [document["metadata"]["component"], *document["components"]]
    labels = {component["bom-ref"]: component["purl"].partition("?")[0] for component in known}
    return {
        (labels[entry["ref"]], labels[ref])
        for entry in document["dependencies"]
        for ref in entry.get("dependsOn", [])
    }


def hashes(components: Iterable[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    return {
        found["purl"].partition("?")[0]: [(h["alg"], h["content"]) for h in found.get("hashes", [])]
        for found in components
    }


def test_cyclonedx(folder: str) -> None:
    theirs = npm(folder, "cyclonedx")
    mine = ours(folder, cyclonedx)
    assert hashes(mine["components"]) == hashes(theirs["components"])
    assert edges(mine) == edges(theirs)


def test_spdx(folder: str) -> None:
    theirs = npm(folder, "spdx")
    mine = ours(folder, spdx)

    def parts(document: Any) -> dict[str, str]:
        return {part["SPDXID"]: f"{part['name']}@{part['versionInfo']}" for part in document["packages"]}

    def relations(document: Any) -> set[tuple[str, str, str]]:
        labels = parts(document) | {"SPDXRef-DOCUMENT": ""}
        return {
            (labels[r["spdxElementId"]], r["relationshipType"], labels[r["relatedSpdxElement"]])
            for r in document["relationships"]
        }

    assert sorted(parts(mine).values()) == sorted(parts(theirs).values())
    assert relations(mine) == relations(theirs)


@pytest.mark.skipif(shutil.which("cyclonedx-npm") is None, reason="cyclonedx-npm is not installed")
def test_the_official_tool(folder: str, tmp_path: Path) -> None:
    words = ["cyclonedx-npm", "--package-lock-only", "--ignore-npm-errors", "--flatten-components"]
    file = tmp_path / "bom.json"
    subprocess.run([*words, "--output-file", str(file)], cwd=folder, timeout=120, check=True)
    theirs = json.loads(file.read_text())
    mine = ours(folder, cyclonedx)
    assert {label(found) for found in mine["components"]} == {label(found) for found in theirs["components"]}

    def dev(document: Any) -> set[str]:
        mark = {"name": "cdx:npm:package:development", "value": "true"}
        found = {label(each) for each in document["components"] if mark in each.get("properties", [])}
        return found - {
            label(each) for each in document["components"] if mark not in each.get("properties", [])
        }

    assert dev(mine) == dev(theirs)
