"""git, Node.js and the package managers on the PATH, against their release lines.

Each is asked for its version in the root folder and with an environment of its own, so that nothing of a
project is run: no program that lies in it, no settings file, no NODE_OPTIONS.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from npmguard.doctor.surroundings import Surroundings
from npmguard.model.doctor import Check, Status
from npmguard.text import span

NAMES = ("git", "node", "npm", "pnpm", "yarn", "bun")
_SECONDS = 15
_MOST = 4096  # bytes of what a program prints
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,5})\.(\d{1,5})")

# When security releases of each line of Node.js end: nodejs/Release, schedule.json, as it was at TOLD.
TOLD = date(2026, 11, 1)
NODE_ENDS = {
    16: date(2023, 9, 11),
    17: date(2022, 6, 1),
    18: date(2025, 4, 30),
    19: date(2023, 6, 1),
    20: date(2026, 4, 30),
    21: date(2024, 6, 1),
    22: date(2027, 4, 30),
    23: date(2025, 6, 1),
    24: date(2028, 4, 30),
    25: date(2026, 6, 1),
    26: date(2029, 4, 30),
    27: date(2030, 4, 30),
}
# npm names no such dates; a line of it is kept as long as the last line of Node.js that it comes with.
_NPM_WITH = {6: 14, 7: 16, 8: 18, 9: 20, 10: 22, 11: 26}
# The first release of each line of git without CVE-2025-48384: a clone with submodules runs what it likes.
_GIT_MENDED = {43: 7, 44: 4, 45: 4, 46: 4, 47: 3, 48: 2, 49: 1, 50: 1}
_GIT_FIRST = (2, 51)
_YEAR = 365


class Tool(NamedTuple):
    """A program: where it lies, and its version, or the `problem` in words. `path` is None for none found."""

    name: str
    path: str | None = None
    version: str | None = None
    problem: str | None = None


def look(where: Surroundings) -> dict[str, Tool]:
    """Each of `NAMES`, as the PATH has it."""
    from concurrent.futures import ThreadPoolExecutor

    folders = trusted(where)
    env = _environment(where.env, folders)
    with ThreadPoolExecutor(len(NAMES)) as pool:
        return dict(zip(NAMES, pool.map(lambda name: _asked(name, where, folders, env), NAMES), strict=True))


def trusted(where: Surroundings) -> list[str]:
    """The folders of the PATH from which a program may be run: whole paths, no project's, not anybody's."""
    found = []
    for folder in where.env.get("PATH", "").split(os.pathsep):
        if not os.path.isabs(folder) or "node_modules" in folder.split(os.sep) or where.belongs(folder):
            continue
        try:
            status = os.stat(folder)
        except (OSError, ValueError):
            continue
        if os.name == "nt" or not status.st_mode & 0o002:
            found.append(folder)
    return found


def _environment(env: Mapping[str, str], folders: list[str]) -> dict[str, str]:
    kept = (
        "HOME",
        "USERPROFILE",
        "SYSTEMROOT",
        "SystemRoot",
        "TMPDIR",
        "TEMP",
        "TMP",
        "APPDATA",
        "LOCALAPPDATA",
    )
    return {
        **{key: env[key] for key in kept if key in env},
        "PATH": os.pathsep.join(folders),
        "LC_ALL": "C",
        # corepack's stand-ins fetch nothing, yarn follows no yarn-path, npm looks for no newer npm
        "COREPACK_ENABLE_NETWORK": "0",
        "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
        "COREPACK_ENABLE_AUTO_PIN": "0",
        "YARN_IGNORE_PATH": "1",
        "npm_config_update_notifier": "false",
        "NPM_CONFIG_USERCONFIG": os.devnull,
    }


def _asked(name: str, where: Surroundings, folders: list[str], env: Mapping[str, str]) -> Tool:
    path = next((p for folder in folders if (p := _program(folder, name)) and not where.belongs(p)), None)
    if path is None:
        return Tool(name)
    from tempfile import TemporaryFile

    try:
        # into a file: a pipe could be held open by whatever the program started, beyond all time limits
        with TemporaryFile() as said:
            done = subprocess.run(  # noqa: S603 - a whole path outside of the project, and one fixed word
                [path, "--version"],
                cwd=os.path.abspath(os.sep),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
            )
            said.seek(0)
            printed = said.read(_MOST).decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return Tool(name, path, problem=f"it did not tell its version within {_SECONDS} s")
    except OSError as error:
        return Tool(name, path, problem=f"it cannot be run: {error.strerror or error}")
    match = _VERSION.search(printed)
    if match is None:
        return Tool(name, path, problem=f"it did not tell its version (exit code {done.returncode})")
    return Tool(name, path, match[0])


def _program(folder: str, name: str) -> str | None:
    for ending in (".exe", ".cmd") if os.name == "nt" else ("",):
        path = os.path.join(folder, name + ending)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


# -- checks


def checks(found: Mapping[str, Tool], today: date) -> Iterator[Check]:
    """What the versions come to."""
    managers = [name for name in ("npm", "pnpm", "yarn", "bun") if name in found and found[name].path]
    for name in NAMES:
        tool = found.get(name, Tool(name))
        if tool.path is None:
            yield from _missing(name, managers)
        elif tool.version is None:
            yield Check(name, Status.UNKNOWN, f"{name}: {tool.problem}", tool.path)
        else:
            major, minor, patch = map(int, tool.version.split("."))
            check = _JUDGES[name](tool.version, (major, minor, patch), today)
            yield check._replace(detail="; ".join(part for part in (check.detail, tool.path) if part))


def _missing(name: str, managers: list[str]) -> Iterator[Check]:
    if name == "git":
        fix = "install git, where a dependency comes from it"
        yield Check(
            name, Status.WARN, "git is not on the PATH", "npm cannot fetch dependencies from git", fix
        )
    elif name == "node" and managers != ["bun"]:
        yield Check(name, Status.FAIL, "Node.js is not on the PATH", "", "install a living line of Node.js")
    elif name == "npm" and not managers:
        yield Check(
            name, Status.FAIL, "no package manager is on the PATH", "", "install Node.js, npm with it"
        )


def _node(version: str, numbers: tuple[int, int, int], today: date) -> Check:
    major = numbers[0]
    told = f"by the schedule of {TOLD:%Y-%m}"
    fix = "go to a living line of Node.js (an even number)"
    if major > max(NODE_ENDS):
        return Check("node", Status.UNKNOWN, f"Node.js {version} is newer than this npmguard knows", told)
    end = NODE_ENDS.get(major)
    if end is None:
        title = f"Node.js {version}: its line ended long ago"
        return Check("node", Status.FAIL, title, f"no security releases any more, {told}", fix)
    left = (end - today).days
    if left < 0:
        status = Status.FAIL if -left > _YEAR else Status.WARN
        title = f"Node.js {version}: its line ended {span(-left * 86_400)} ago"
        return Check("node", status, title, f"no security releases since {end}, {told}", fix)
    return Check("node", Status.OK, f"Node.js {version}", f"its line is kept until {end}, {told}")


def _npm(version: str, numbers: tuple[int, int, int], today: date) -> Check:
    line = _NPM_WITH.get(numbers[0], 0 if numbers[0] < min(_NPM_WITH) else None)
    end = NODE_ENDS.get(line, date.min) if line is not None else None
    if end is not None and end < today:
        detail = "the last line of Node.js that came with it has ended"
        return Check(
            "npm", Status.WARN, f"npm {version}: nobody keeps this line", detail, "npm install -g npm@latest"
        )
    return Check("npm", Status.OK, f"npm {version}")


def _git(version: str, numbers: tuple[int, int, int], today: date) -> Check:
    major, minor, patch = numbers
    if (major, minor) >= _GIT_FIRST or patch >= _GIT_MENDED.get(minor, patch + 1):
        return Check("git", Status.OK, f"git {version}")
    detail = (
        "a clone with submodules may run what the repository says (CVE-2025-48384, mended in 2.50.1 and in "
        "the last releases of lines from 2.43 on), unless the distribution mended it in this one"
    )
    return Check("git", Status.WARN, f"git {version} is an old release", detail, "update git")


def _pnpm(version: str, numbers: tuple[int, int, int], today: date) -> Check:
    if numbers[0] < 10:
        detail = "it runs the install scripts of all packages; pnpm 10 and later those alone that are allowed"
        return Check(
            "pnpm", Status.WARN, f"pnpm {version} is of an old line", detail, "go to pnpm 10 or later"
        )
    return Check("pnpm", Status.OK, f"pnpm {version}")


def _yarn(version: str, numbers: tuple[int, int, int], today: date) -> Check:
    if numbers[0] in (0, 2, 3):
        return Check("yarn", Status.WARN, f"yarn {version} is of an old line", "", "go to yarn 4")
    frozen = "yarn classic is frozen: it gets no new features" if numbers[0] == 1 else ""
    return Check("yarn", Status.OK, f"yarn {version}", frozen)


def _bun(version: str, numbers: tuple[int, int, int], today: date) -> Check:
    if numbers[0] < 1:
        return Check("bun", Status.WARN, f"bun {version} is of an old line", "", "bun upgrade")
    return Check("bun", Status.OK, f"bun {version}")


_JUDGES = {"git": _git, "node": _node, "npm": _npm, "pnpm": _pnpm, "yarn": _yarn, "bun": _bun}
