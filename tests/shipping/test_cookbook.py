"""docs/cookbook.md: its commands are run, its workflows are read."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from support import cookbook
from support.projects import entry, write
from support.server import SIGNER, Server, registry
from support.tarballs import entry as packed
from support.tarballs import tgz

from npmguard import __version__, starter
from npmguard.cli import quick

TEXT = cookbook.PAGE.read_text()
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "core.hooksPath=/dev/null"]
LIST = "api --paginate repos/shop/web/issues/7/comments --jq\n"
LOCKED = {"once": "1.4.0", "wrappy": "1.0.2"}
BLOCKS = [block for block in cookbook.blocks() if block.where != "behind verdaccio"]


def fenced(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def workflows() -> list[dict[str, Any]]:
    found = [yaml.safe_load(text) for text in fenced("yaml")]
    return [each for each in found if "jobs" in each]


def steps() -> Iterator[dict[str, Any]]:
    for workflow in workflows():
        for job in workflow["jobs"].values():
            yield from job["steps"]


@pytest.fixture
def place(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with projects without fault, and a registry that has what they ask for."""
    with registry() as server:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", server.url)
        yield furnished(here / "repository", server)


def furnished(top: Path, server: Server) -> Path:
    locked = {f"node_modules/{name}": published(server, name, version) for name, version in LOCKED.items()}
    locked["node_modules/once"]["dependencies"] = {"wrappy": "1"}
    for folder in (".", "apps/web", "packages/api"):
        write(top / folder, {"private": True, "dependencies": {"once": "^1.4.0"}}, locked)
    (top / "osv").mkdir()
    (top / "osv" / "none.json").write_text("[]")
    return top


def published(server: Server, name: str, version: str) -> dict[str, Any]:
    """A release with a tarball and a signature; gives the lockfile's entry of it."""
    about = json.dumps({"name": name, "version": version}).encode()
    parts = packed("package/package.json", about), packed("package/index.js", b"module.exports = 1")
    dist = server.publish(name, version, tgz(*parts, manifest=False))["dist"]
    dist["signatures"][0]["sig"] = SIGNER.sign(name, version, dist["integrity"])
    return entry(name, version, resolved=dist["tarball"], integrity=dist["integrity"])


@pytest.mark.parametrize("block", BLOCKS, ids=[block.text.split("\n")[0][:40] for block in BLOCKS])
def test_its_commands_do_what_it_says(block: cookbook.Block, place: Path) -> None:
    if block.where == "git":
        under_git(place)
    if block.where == "package":
        if "npm pack" in block.text and shutil.which("npm") is None:
            pytest.skip("npm is not installed")
        package(place)
    done = cookbook.run(block.text, place, os.environ)
    assert done.returncode == block.code, done.stdout + done.stderr
    for name in re.findall(r"--output (\S+)", block.text):
        assert (place / name).stat().st_size > 0


def under_git(top: Path) -> None:
    for words in (["init", "-q", "-b", "main"], ["add", "--all"], ["commit", "-qm", "one"]):
        subprocess.run([*GIT, *words], cwd=top, capture_output=True, check=True)
    (top / "README.md").write_text("# Shop\n")
    for words in (["add", "--all"], ["commit", "-qm", "two"]):
        subprocess.run([*GIT, *words], cwd=top, capture_output=True, check=True)


def package(top: Path) -> None:
    """What is published: a package with a list of its files."""
    shutil.rmtree(top)
    write(top, {"name": "@shop/cart", "files": ["index.js"], "main": "index.js", "license": "MIT"})
    (top / "index.js").write_text("module.exports = 1\n")


def test_every_command_is_marked_to_be_run() -> None:
    for text in fenced("sh"):
        if "docker" not in text:
            assert any(block.text == text for block in cookbook.blocks()), text


def test_every_command_in_its_workflows_is_one() -> None:
    runs = [step["run"] for step in steps() if step.get("run", "").startswith("pipx")]
    assert len(runs) == 3
    for line in runs:
        assert quick.read(shlex.split(line.partition(" npmguard ")[2])) is not None, line


def test_its_workflows_have_few_rights_and_pin_what_they_use() -> None:
    assert len(workflows()) == 4
    for workflow in workflows():
        assert workflow["permissions"] in ({}, {"contents": "read"})
        assert "pull_request_target" not in json.dumps({str(k): v for k, v in workflow.items()})
    for step in steps():
        assert "${{" not in step.get("run", "")
        if "uses" in step and not step["uses"].startswith("npmguard/"):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
        if step.get("uses", "").startswith("actions/checkout"):
            assert f"{step['uses']} # v6.0.2" == starter.CHECKOUT
            assert step["with"]["persist-credentials"] is False
    assert set(re.findall(r"npmguard(?:\[[a-z,]+\])?==([\d.]+)", TEXT)) == {__version__}
    assert TEXT.count("write #") == 2  # one for the upload, one for the comment


def test_it_names_every_input_of_the_action() -> None:
    action = yaml.safe_load((cookbook.PAGE.parents[1] / "action.yml").read_text())
    table = TEXT.split("| input | |")[1].split("\n\n")[0]
    assert set(
        re.findall(r"`([a-z-]+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)))
    ) == set(action["inputs"])


@pytest.mark.skipif(shutil.which("bash") is None, reason="the steps of a workflow are run by bash")
@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (None, ""),
        ("", f"{LIST}pr comment 7 --body-file comment.md\n"),
        (
            "12\n34\n",
            f"{LIST}api --method PATCH repos/shop/web/issues/comments/12 --field body=@comment.md\n",
        ),
    ],
    ids=["no report", "no comment", "a comment"],
)
def test_the_comment_is_made_once_and_renewed(here: Path, there: str | None, asked: str) -> None:
    (script,) = (step["run"] for step in steps() if "gh api" in step.get("run", ""))
    program = here / "gh"
    program.write_text(
        '#!/bin/sh\necho "$@" | head -1 | sed "s/ \\.\\[\\]$//" >> asked\n'
        'case "$*" in *--jq*) printf "%s" "$THERE";; esac\n'
    )
    program.chmod(0o755)
    if there is not None:
        (here / "comment.md").write_text("<!-- npmguard check -->\n")
    env = {
        **os.environ,
        "PATH": f"{here}:{os.environ['PATH']}",
        "THERE": there or "",
        "NUMBER": "7",
        "GITHUB_REPOSITORY": "shop/web",
    }
    (here / "asked").write_text("")
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], env=env, check=True, capture_output=True)
    assert (here / "asked").read_text() == asked
