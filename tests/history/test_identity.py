"""What a project goes by: the same on every machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.projects import write

from npmguard.history.identity import identity


def repository(folder: Path, origin: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    if origin is not None:
        git(folder, "remote", "add", "origin", origin)
    return folder


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    "origin",
    [
        "https://git.example.test/Acme/shop.git",
        "https://user:secret@git.example.test/acme/shop",
        "git@git.example.test:acme/shop.git",
        "ssh://git@git.example.test:2222/acme/shop.git",
    ],
)
def test_the_repository_and_the_place_in_it(tmp_path: Path, origin: str) -> None:
    top = repository(tmp_path / "anywhere", origin)
    write(top, {"name": "shop"})
    write(top / "apps" / "web", {"name": "web"})
    assert identity(str(top)) == "shop git.example.test/acme/shop"
    assert identity(str(top / "apps" / "web")) == "web git.example.test/acme/shop apps/web"


def test_without_an_origin_package_json_names_the_repository(tmp_path: Path) -> None:
    top = repository(tmp_path / "anywhere")
    write(top, {"name": "shop", "repository": {"url": "git+https://git.example.test/acme/shop.git"}})
    assert identity(str(top)) == "shop git.example.test/acme/shop"


@pytest.mark.parametrize(
    "origin", [None, "/srv/git/acme/shop.git", "file:///srv/git/acme/shop.git", "../a/b"]
)
def test_a_path_on_this_machine_is_no_name(tmp_path: Path, origin: str | None) -> None:
    top = repository(tmp_path / "shop-folder", origin)
    write(top / "apps" / "web", {"name": "web"})
    assert identity(str(top / "apps" / "web")) == "web shop-folder apps/web"


def test_outside_of_git_it_is_the_name_and_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "here", {"name": "web"})
    assert identity(str(tmp_path / "here")) == "web here"
    (tmp_path / "bare").mkdir()
    assert identity(str(tmp_path / "bare")) == "bare"


def test_a_worktree_and_a_clone_are_the_same_project(tmp_path: Path) -> None:
    top = repository(tmp_path / "shop")
    write(top, {"name": "shop"})
    git(top, "add", ".")
    git(top, "-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-qm", "start")
    git(top, "worktree", "add", "-q", str(tmp_path / "other"))
    assert identity(str(tmp_path / "other")) == identity(str(top)) == "shop shop"
    git(top, "remote", "add", "origin", "https://git.example.test/acme/shop")
    assert identity(str(tmp_path / "other")) == "shop git.example.test/acme/shop"


def test_a_hostile_name_stays_one_line(tmp_path: Path) -> None:
    write(tmp_path / "here", {"name": "a\n\x1b[31m" + "x" * 1000})
    found = identity(str(tmp_path / "here"))
    assert found.isprintable()
    assert len(found) <= 500
