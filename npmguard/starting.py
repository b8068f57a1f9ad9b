"""Where a project begins with npmguard: which files it needs, by what lies there already."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from shlex import quote
from typing import NamedTuple

from npmguard import starter
from npmguard.errors import InputError, UsageError
from npmguard.project import manager as manager_of
from npmguard.project.files import read
from npmguard.project.load import find, manifest_in, shown
from npmguard.settings import FILE
from npmguard.text import is_word

_NO_WORD = "holds more than letters, digits and ._-: name the folder by hand in the file"


class Start(NamedTuple):
    """`files` to write, by path, none of them outside of the folder `top`.

    `kept` are settings that are there already; `steps` is what is left to do, a command with a word why.
    """

    top: str
    files: Mapping[str, str]
    kept: Sequence[str]
    steps: Sequence[tuple[str, str]]


def start(path: str, ci: str | None, pre_commit: bool, force: bool) -> Start:
    """What to write for the projects of a path: settings beside package.json, all else at the top.

    Settings that are there stay as they are where a workflow or hooks are asked for; `force` replaces what
    else is there. Raises UsageError where a file is in the way, or where there is no project; InputError for
    a package.json that cannot be read.
    """
    folders = [found.folder for found in find([path])]
    if any(_same(folder, path) for folder in folders) or len(folders) == 1:
        home, own = folders[0], folders[:1]
    else:
        home, own = path, folders  # a monorepo without a package.json at its top
    top = _top(home)
    files: dict[str, str] = {}
    kept = []
    for folder in own:
        place = _settings(folder)
        if place is None:
            files[os.path.join(folder, FILE)] = _of_project(folder)
        elif ci or pre_commit:
            kept.append(place)
        elif force and os.path.basename(place) == FILE:
            files[os.path.join(folder, FILE)] = _of_project(folder)
        else:
            raise UsageError(f"{place}: there are settings already")
    steps = [(f"npmguard check{_behind(home)}", "see what it says today")]
    if ci or pre_commit:
        inside = _inside(home, top)
        if ci == "github":
            files[os.path.join(top, starter.GITHUB)] = starter.github(inside, _branch(top))
        if ci == "gitlab":
            files[os.path.join(top, starter.GITLAB)] = starter.gitlab(inside)
            main = os.path.join(top, starter.GITLAB_MAIN)
            if os.path.lexists(main):
                steps.append((f"add `- local: {starter.GITLAB}` to `include:` in {shown(main)}", "runs it"))
            else:
                files[main] = starter.gitlab_main()
        if pre_commit:
            publishes = [_inside(folder, top) for folder in folders if _publishes(folder)]
            files[os.path.join(top, starter.PRE_COMMIT)] = starter.pre_commit(inside, publishes)
            steps.append(("pre-commit install", "before every commit from now on"))
    for place in files:
        if os.path.lexists(place) and not force:
            raise UsageError(f"{shown(place)}: there already; --force replaces it")
    added = " ".join(quote(shown(place)) for place in files)
    steps.append((f"git add {added}", "and commit, for everybody"))
    return Start(top, {shown(place): text for place, text in files.items()}, kept, steps)


def _settings(folder: str) -> str | None:
    """Where a project's settings stand already, or None."""
    place = os.path.join(folder, FILE)
    if os.path.lexists(place):
        return shown(place)
    if os.path.isfile(os.path.join(folder, "package.json")) and "npmguard" in manifest_in(folder).data:
        return shown(os.path.join(folder, "package.json"))
    return None


def _of_project(folder: str) -> str:
    there = os.path.isfile(os.path.join(folder, "package.json"))
    data = manifest_in(folder).data if there else {}
    manager, _ = manager_of.choose(folder, data, manager_of.lockfiles(folder))
    name = data.get("name")
    scope = name.partition("/")[0] if isinstance(name, str) and name.startswith("@") else ""
    return starter.settings(manager, scope if is_word(scope) else None)


def _publishes(folder: str) -> bool:
    """Is the package in the folder meant for a registry?"""
    if not os.path.isfile(os.path.join(folder, "package.json")):
        return False
    data = manifest_in(folder).data
    return bool(data.get("name") and data.get("version")) and data.get("private") is not True


def _top(folder: str) -> str:
    """The top of the git repository that holds a folder; without one the folder itself."""
    here = os.path.abspath(folder)
    while not os.path.lexists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return folder
        here = above
    return os.path.relpath(here)


def _branch(top: str) -> str:
    """The repository's main branch, as git noted it while cloning, else `main`."""
    name = ""
    try:
        head = read(os.path.join(top, ".git", "refs", "remotes", "origin", "HEAD"), "HEAD")
        name = head.decode().strip().removeprefix("ref: refs/remotes/origin/")
    except (InputError, UnicodeDecodeError):
        pass
    return name if is_word(name) and not name.startswith("@") else "main"


def _inside(folder: str, top: str) -> str:
    """A folder as seen from the top; it is to stand in a command, so it must be a plain word."""
    found = os.path.relpath(os.path.realpath(folder), os.path.realpath(top)).replace(os.sep, "/")
    if found != "." and (not is_word(found) or found.startswith(("@", "~"))):
        raise UsageError(f"{found}: {_NO_WORD}")
    return found


def _behind(folder: str) -> str:
    return "" if os.path.normpath(folder) == "." else f" {quote(shown(folder))}"


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
