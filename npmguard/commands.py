"""The commands that a person types, for each package manager.

Names and versions come from outside, and a command is something that people paste: each function gives None
where one of its words would not be taken as the one word it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from npmguard.model import DependencyKind
from npmguard.text import is_word

_WANTED = re.compile(r"(?:npm:[@A-Za-z0-9._][\w./~+-]*@)?[~^]?[A-Za-z0-9._][\w.+-]*", re.ASCII)
_SAVE = {
    "npm": {"dev": " --save-dev", "optional": " --save-optional", "peer": " --save-peer"},
    "pnpm": {"dev": " --save-dev", "optional": " --save-optional", "peer": " --save-peer"},
    "yarn": {"dev": " --dev", "optional": " --optional", "peer": " --peer"},
    "yarn-berry": {"dev": " --dev", "optional": " --optional", "peer": " --peer"},
    "bun": {"dev": " --dev", "optional": " --optional", "peer": " --peer"},
}
_PNPM_DEEP = {True: "pnpm update --recursive --depth Infinity", False: "pnpm update --depth Infinity"}


class Commands(NamedTuple):
    """One manager's commands. `relock` writes the lockfile anew, `frozen` installs just what it says."""

    manager: str
    relock: str
    frozen: str
    view_command: str

    def install(
        self,
        name: str,
        wanted: str,
        kind: DependencyKind = DependencyKind.PROD,
        folders: Collection[str] = (),
        *,
        root: bool = True,
    ) -> str | None:
        """Asks for `name` at `wanted` (a version, a range, `npm:other@range`) in package.json.

        `folders` are the workspaces whose package.json is meant, beside the project's own where `root`.
        """
        places = sorted(folders)
        if not _WANTED.fullmatch(wanted) or not all(is_word(word) for word in (name, *places)):
            return None
        save = _SAVE[self.manager].get(kind.value, "")
        target = f"{name}@{wanted}"
        if self.manager == "npm":
            where = "".join(f" -w {folder}" for folder in places)
            if places and root:
                where += " --include-workspace-root"
            return f"npm install{save}{where} {target}"
        if self.manager == "pnpm":
            where = "".join(f" --filter ./{folder}" for folder in places)
            if places and root:
                where += " --filter ."
            return f"pnpm{where} add{save} {target}"
        if self.manager == "yarn-berry" and len(places) + root > 1:
            return f"yarn up {target}"  # wherever it is asked for
        adds = {"yarn": "yarn{} add", "yarn-berry": "yarn{} add", "bun": "bun add{}"}[self.manager]
        steps = ([""] if root or not places else []) + [f" --cwd {folder}" for folder in places]
        return " && ".join(f"{adds.format(step)}{save} {target}" for step in steps)

    def update(
        self, name: str, folder: str = "", *, direct: bool = True, workspaces: bool = True
    ) -> str | None:
        """Takes the newest version of `name` that its ranges let in, at any depth where it is not direct.

        `workspaces` tells whether the project has such: pnpm has to be told to look into them, and looks
        nowhere where it is told so and there are none.
        """
        if not is_word(name) or (folder and not is_word(folder)):
            return None
        if self.manager == "npm":
            return f"npm update{f' -w {folder}' if folder else ''} {name}"
        if self.manager == "pnpm":
            where = f" --filter ./{folder}" if folder else ""
            return f"pnpm{where} update {name}" if direct else f"{_PNPM_DEEP[workspaces]} {name}"
        if self.manager == "yarn-berry":
            return f"yarn up --recursive {name}"
        if not direct:
            return None  # neither has a command for that
        if self.manager == "yarn":
            return f"yarn{f' --cwd {folder}' if folder else ''} upgrade {name}"
        return f"bun update{f' --cwd {folder}' if folder else ''} {name}"

    def refresh(
        self, names: Collection[str], tops: Collection[str], own: Collection[str], *, workspaces: bool = False
    ) -> str | None:
        """Takes the newest versions of `names`, at any depth, that their ranges let in.

        `tops` are the project's own dependencies that bring them, `own` all those that it asks for. None
        where the manager has no such command, or a word would not be taken as the one word it is.
        """
        if not names or not all(map(is_word, (*names, *tops))):
            return None
        words = " ".join(sorted(names))
        if self.manager == "npm":
            return f"npm update {words}"
        if self.manager == "pnpm":
            # of several names pnpm looks no deeper for any, where the project asks for one itself
            groups = [[n for n in sorted(names) if n in own], [n for n in sorted(names) if n not in own]]
            return " && ".join(f"{_PNPM_DEEP[workspaces]} {' '.join(group)}" for group in groups if group)
        if self.manager == "yarn-berry":
            return f"yarn up --recursive {words}"
        if self.manager == "yarn" and tops:
            # it takes everything anew that these bring
            return f"yarn upgrade {' '.join(sorted(tops))}"
        if self.manager == "bun" and set(names) <= set(own) and not workspaces:
            return f"bun update {words}"  # what nobody asks for there it would add
        return None

    def uninstall(self, name: str) -> str | None:
        """Removes a direct dependency."""
        word = "uninstall" if self.manager == "npm" else "remove"
        return f"{self.program} {word} {name}" if is_word(name) else None

    def replace(self, name: str, other: str) -> str | None:
        """Removes a direct dependency and asks for another in its place."""
        away, word = self.uninstall(name), "install" if self.manager == "npm" else "add"
        return f"{away} && {self.program} {word} {other}" if away and is_word(other) else None

    def view(self, name: str) -> str | None:
        """Shows what the registry says of `name`."""
        return f"{self.view_command} {name}" if is_word(name) else None

    @property
    def program(self) -> str:
        return self.manager.removesuffix("-berry")


_ALL = {
    c.manager: c
    for c in (
        Commands("npm", "npm install --package-lock-only", "npm ci", "npm view"),
        Commands("pnpm", "pnpm install --lockfile-only", "pnpm install --frozen-lockfile", "pnpm view"),
        Commands("yarn", "yarn install", "yarn install --frozen-lockfile", "yarn info"),
        Commands(
            "yarn-berry", "yarn install --mode=update-lockfile", "yarn install --immutable", "yarn npm info"
        ),
        Commands("bun", "bun install --lockfile-only", "bun install --frozen-lockfile", "bun pm view"),
    )
}


def of(manager: str) -> Commands:
    """The commands of a manager (npm, yarn, yarn-berry, pnpm or bun)."""
    return _ALL[manager]


_REFRESHES = ("npm update", "yarn up --recursive", "yarn upgrade", "bun update")


def joined(commands: Iterable[str]) -> list[str]:
    """The commands, those that take newer versions within the ranges made one."""
    found: dict[str, dict[str, None]] = {}
    for command in commands:
        start = next((c for c in _REFRESHES if command.startswith(f"{c} ")), None)
        words = command[len(start) :].split() if start is not None else []
        if start is None or any(word.startswith("-") for word in words):
            start, words = command, []
        found.setdefault(start, {}).update(dict.fromkeys(words))
    return [" ".join((start, *sorted(words))) for start, words in found.items()]


def history(lockfile: str) -> str | None:
    """Shows who changed a lockfile, and how."""
    return f"git log -p -- {lockfile}" if is_word(lockfile) else None
