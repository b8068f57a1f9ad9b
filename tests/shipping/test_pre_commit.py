"""The hooks for pre-commit, run by the real one where it is installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support import checkout
from support.projects import entry, write

HOME = os.environ.get("HOME", "")  # before a test has one of its own: where pre-commit keeps its environments
PROGRAM = shutil.which("pre-commit")
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "core.hooksPath=/dev/null"]


def git(folder: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=folder, capture_output=True, check=True)


def repository(folder: Path) -> Path:
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "all")
    return folder


@pytest.mark.oracle
@pytest.mark.skipif(PROGRAM is None, reason="pre-commit is not installed")
def test_the_hook_stops_a_commit_for_a_reason(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hooks = checkout.copy(tmp_path / "hooks", (*checkout.BUILT_FROM, ".pre-commit-hooks.yaml"))
    repository(hooks)
    project = write(tmp_path / "project", {"dependencies": {"once": "1"}})
    repository(project)
    (project / "README.md").write_text("# Shop\n")
    git(project, "add", "README.md")
    assert PROGRAM is not None
    run = [PROGRAM, "try-repo", str(hooks), "npmguard", "--color", "never"]
    env = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "kept"), "HOME": HOME}

    done = subprocess.run(run, cwd=project, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(no files to check)Skipped" in done.stdout

    locked = entry("once", "1.4.0", resolved="http://evil.example.test/once.tgz")
    write(project, {"dependencies": {"once": "1"}}, {"node_modules/once": locked})
    (project / "npmguard.toml").write_text('only = ["insecure-transport"]\n')
    git(project, "add", "--all")
    done = subprocess.run(run, cwd=project, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "once" in done.stdout
