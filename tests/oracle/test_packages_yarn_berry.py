"""The packages of a yarn.lock, against what yarn itself lists of it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from npmguard.lockfiles import yarn_descriptors
from npmguard.lockfiles.yarn_descriptors import Locator
from npmguard.project.load import Found, load

BASES = Path(__file__).parents[2] / "fixtures" / "drift" / "yarn-berry"
ENVIRONMENT = {
    **os.environ,
    "YARN_ENABLE_NETWORK": "0",
    "YARN_IGNORE_PATH": "1",
    "YARN_ENABLE_TELEMETRY": "0",
}
OWN = ("workspace:", "link:", "portal:", "exec:")


def yarn(folder: Path, *words: str) -> str:
    """What yarn 4 says. Skips the test where there is none."""
    program = shutil.which(os.environ.get("NPMGUARD_YARN", "yarn"))
    if program is None:
        pytest.skip("yarn is not installed")
    done = subprocess.run(
        [program, *words],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"yarn does not run here: {(done.stdout + done.stderr)[:200]}")
    return done.stdout


@pytest.mark.oracle
@pytest.mark.parametrize("base", ["plain-4", "rich-4", "catalogs-4"])
def test_the_packages_are_those_that_yarn_lists(base: str, tmp_path: Path) -> None:
    folder = tmp_path / base
    shutil.copytree(BASES / base, folder)
    if not yarn(folder, "--version").startswith("4."):
        pytest.skip("needs yarn 4")
    listed = set()
    for line in yarn(folder, "info", "--all", "--recursive", "--json").splitlines():
        about = json.loads(line)
        name, reference = yarn_descriptors.split(about["value"]) or ("", "")
        if reference.startswith("virtual:"):
            reference = reference.partition("#")[2]
        if not reference.startswith(OWN) and not reference.startswith("file:"):
            real = yarn_descriptors.unpatched(Locator(name, reference)).name
            listed.add((real, about["children"]["Version"]))
    graph = load(Found(str(folder))).graph
    assert graph is not None
    assert len(listed) > 20
    assert graph.labels == listed
