"""Projects at git revisions: read from the object store alone, and nothing of the repository is run."""

import subprocess
from pathlib import Path

import pytest

from npmguard.errors import InputError, UsageError
from npmguard.project import revisions


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


@pytest.fixture
def repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a project below the top, at two commits; here is its top."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.test")
    git("init", "-q", "-b", "main")
    web = here / "apps" / "web"
    web.mkdir(parents=True)
    (web / "package.json").write_text('{"name": "web"}')
    (web / "package-lock.json").write_text("one")
    (web / "index.js").write_text("")
    (web / "yarn.lock").symlink_to("package-lock.json")
    (web / "node_modules").mkdir()
    (web / "node_modules" / "package.json").write_text("{}")
    git("add", "-A")
    git("commit", "-qm", "one")
    (web / "package-lock.json").write_text("two")
    git("commit", "-qam", "two")
    return here


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_the_files_that_tell_of_projects(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("out")
    path = revisions.unpack("HEAD~1:apps/web/package-lock.json", str(target))
    assert Path(path).read_text() == "one"
    assert files(target) == {"apps/web/package.json", "apps/web/package-lock.json"}


def test_without_a_path_it_is_the_current_folder(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("apps/web")
    for text in ("main", "main:./", "main:apps/web"):
        target = tmp_path_factory.mktemp("out")
        path = Path(revisions.unpack(text, str(target)))
        assert path == target / "apps" / "web"
        assert (path / "package-lock.json").read_text() == "two"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("--output=x", "neither a path nor a git revision"),
        ("-x:package.json", "neither a path nor a git revision"),
        ("", "neither a path nor a git revision"),
        ("nowhere", "no such git revision"),
        ("HEAD:apps/../../x", "outside of the repository"),
        ("HEAD:other/package-lock.json", "has no such lockfile or project"),
    ],
)
def test_what_is_no_revision(repository: Path, tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        revisions.unpack(text, str(tmp_path / "out"))


def test_nothing_that_the_repository_names_is_run(repository: Path, tmp_path: Path) -> None:
    trap = repository / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {repository / 'sprung'}\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "filter.x.smudge"):
        git("config", key, str(trap))
    git("config", "diff.x.textconv", str(trap))
    (repository / ".gitattributes").write_text("* diff=x filter=x\n")
    git("config", "core.hooksPath", str(repository))
    revisions.unpack("HEAD:apps/web", str(tmp_path / "out"))
    assert not (repository / "sprung").exists()


def test_too_much_is_refused(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "_MOST_FILES", 1)
    with pytest.raises(InputError, match="more files than npmguard reads"):
        revisions.unpack("HEAD", str(tmp_path / "out"))


def test_without_git_or_a_repository(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(here.parent))
    with pytest.raises(UsageError, match="no such git revision"):
        revisions.unpack("HEAD", str(tmp_path / "out"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        revisions.unpack("HEAD", str(tmp_path / "out"))
