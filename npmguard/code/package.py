"""What the code of a whole package does: what an install runs, read closely, and the rest, looked over."""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from npmguard.code import endless, gyp, hosts, javascript, obfuscation, script, survey, words
from npmguard.code.gain import compared
from npmguard.model.code import Bulk, Capabilities, CodeFacts, Deed, Kind, Place

__all__ = ["LIFECYCLE", "alarming", "compared", "examine"]

# What an install of a package from a registry runs, in its order.
LIFECYCLE = ("preinstall", "install", "postinstall")
_JAVASCRIPT = (".js", ".cjs", ".mjs", ".jsx")
_NODES = frozenset(("node", "bun", "deno"))
_SHELLS = frozenset(("sh", "cmd", "powershell"))
_PLACES = 3  # of one capability
_HOSTS = 100
_DEEDS = 60  # of one package, on either side
_FOLLOWED = 60  # files that an install starts, or that those require
_SECONDS = 8.0  # for what an install runs
_TEXT = 2_000_000  # bytes of a shell script


class _Limits(NamedTuple):
    """How much of what no install starts is read closely: bytes of one file, and of all, and seconds."""

    file: int
    all: int
    seconds: float


_BRIEF = _Limits(300_000, 1_500_000, 2.0)
_THOROUGH = _Limits(5_000_000, 20_000_000, 12.0)

# What is alarming in code that merely lies in a package: few honest ones do such things.
ALARMING = frozenset(
    (
        Kind.OPENS_SHELL,
        Kind.EVALUATES_FETCHED,
        Kind.DECODES,
        Kind.OBFUSCATED,
        Kind.INVISIBLE,
        Kind.DESTROYS,
        Kind.HANGS,
        Kind.MODELS,
    )
)


def examine(
    files: Iterable[tuple[str, bytes]],
    manifest: Mapping[str, Any],
    lifecycle: tuple[str, ...] = LIFECYCLE,
    rest: bool = True,
    thorough: bool = False,
) -> CodeFacts:
    """What the code of a package does.

    `files` are its files: the path in the package (POSIX) and the content. `manifest` is its own
    package.json, `lifecycle` names the scripts that are run, `rest` is False where only these are of
    interest; `thorough` asks for a closer look at large files too, some seconds for a large package.
    Nothing is run, and nothing is raised whatever the files hold.
    """
    limits = _THOROUGH if thorough else _BRIEF
    return _Examination(dict(files), manifest, lifecycle).facts(limits if rest else None)


class _Task(NamedTuple):
    """A file that an install comes to, by way of what, and how many requires away from what it starts."""

    path: str
    by: str
    away: int


class _Examination:
    def __init__(
        self, files: dict[str, bytes], manifest: Mapping[str, Any], lifecycle: tuple[str, ...]
    ) -> None:
        self.files = files
        self.manifest = manifest
        scripts = manifest.get("scripts")
        self.scripts = (
            {k: v for k, v in scripts.items() if isinstance(v, str)} if isinstance(scripts, Mapping) else {}
        )
        self.lifecycle = lifecycle
        self.commands: list[tuple[str, str]] = []
        self.installs: dict[Deed, None] = {}
        self.imports: dict[Deed, None] = {}
        self.started: dict[str, None] = {}
        self.missing: dict[str, None] = {}
        self.bulky: dict[str, Bulk] = {}
        self.hosts: dict[str, None] = {}
        self.unread: dict[str, str] = {}
        self.closely: dict[str, bool] = {}  # files that were read closely: do they use the network?
        self.places: dict[str, list[Place]] = {name: [] for name in Capabilities._fields}

    def facts(self, limits: _Limits | None) -> CodeFacts:
        self._install()
        if limits is not None:
            self._rest(limits)
        return CodeFacts(
            Capabilities(*(tuple(self.places[name]) for name in Capabilities._fields)),
            tuple(self.installs)[:_DEEDS],
            tuple(self.imports)[:_DEEDS],
            tuple(self.commands),
            not self.installs and not self.missing,
            tuple(self.started),
            tuple(self.missing),
            tuple(sorted(self.bulky.values(), key=lambda b: (-b.size, b.path))[:20]),
            tuple(sorted(self.hosts)[:_HOSTS]),
            tuple(sorted(self.unread.items())[:20]),
            javascript.parser(),
        )

    # what an install runs

    def _install(self) -> None:
        queue: list[_Task] = []
        for name in self.lifecycle:
            text = self.scripts.get(name)
            if text:
                self.commands.append((name, text[:2_000]))
                self._said(script.read(text, name, self.scripts), name, queue)
        if "binding.gyp" in self.files and "install" in self.lifecycle:
            if (
                "install" not in self.scripts
                and "preinstall" not in self.scripts
                and self.manifest.get("gypfile") is not False
            ):
                self.commands.append(("install", "node-gyp rebuild"))
            self.places["native"].append(Place("binding.gyp", 1))
            self._said(gyp.read(self.files["binding.gyp"]), "binding.gyp", queue)
        until = time.thread_time() + _SECONDS
        seen: set[str] = set()
        while queue and len(seen) < _FOLLOWED:
            task = queue.pop(0)
            if task.path not in seen:
                seen.add(task.path)
                self._opened(task, queue, max(0.2, until - time.thread_time()))

    def _said(self, reading: script.Reading, name: str, queue: list[_Task]) -> None:
        """Takes in what a shell text does."""
        self.installs.update(dict.fromkeys(reading.deeds))
        self.hosts.update(dict.fromkeys(reading.hosts))
        if reading.network:
            self._can("network", name, 1)
        for start in reading.starts:
            self._start(start, name, queue)
        for code, line in reading.code:
            found = javascript.read(code.encode("utf-8", "replace"), name, line=line)
            self._did(found, name, "", queue, 0)

    def _start(self, start: script.Start, source: str, queue: list[_Task]) -> None:
        """A file of the package that is started."""
        path = self._found(start.path, start.by)
        if path is None:
            if (
                re.search(r"\.\w{1,5}$", start.path)
                and not start.path.startswith("..")
                and "node_modules" not in start.path
            ):
                self.missing.setdefault(start.path)
            return
        self.started.setdefault(path)
        ending = posixpath.splitext(path)[1].lower()
        data = self.files[path]
        if start.by == "" or ending in (".exe", ".dll", ".scr", ".msi"):
            by = _interpreter(data)
            if by is None:
                self.installs.setdefault(
                    Deed(
                        Kind.BUNDLED, source, start.line, f"starts a program that the package brings: {path}"
                    )
                )
                return
            queue.append(_Task(path, by, 0))
            return
        queue.append(_Task(path, start.by, 0))

    def _found(self, path: str, by: str) -> str | None:
        """The file of the package that a command names."""
        if path in self.files:
            return path
        if by in _NODES or by == "":
            return javascript.local("", f"./{path}", self.files.__contains__)
        return None

    def _opened(self, task: _Task, queue: list[_Task], seconds: float) -> None:
        """Reads a file that an install comes to."""
        path = task.path
        data = self.files[path]
        ending = posixpath.splitext(path)[1].lower()
        if task.by in _SHELLS and ending not in _JAVASCRIPT:
            self._said(script.read(data[:_TEXT].decode("utf-8", "replace"), path, self.scripts), path, queue)
            return
        if ending in (".json", ".node"):
            return
        if task.by in _NODES or ending in _JAVASCRIPT:
            found = javascript.read(data, path, min(seconds, 4.0))
            self._did(found, path, posixpath.dirname(path), queue, task.away)
            if found.partly:
                self.unread[path] = found.partly
            if bulk := obfuscation.bulk(data, path):
                self.bulky[path] = bulk
            return
        for deed in words.deeds(data[:_TEXT], path):
            self.installs.setdefault(deed)

    def _did(self, found: javascript.Reading, path: str, folder: str, queue: list[_Task], away: int) -> None:
        """Takes in what a JavaScript text does."""
        self.installs.update(dict.fromkeys(found.deeds))
        self.hosts.update(dict.fromkeys(found.hosts))
        self.closely[path] = any(name == "network" for name, _ in found.used)
        for name, line in found.used:
            self._can(name, path, line)
        for start in found.starts:
            self._start(start, path, queue)
        if away >= 2:
            return
        for name in found.needs:
            target = javascript.local(f"{folder}/x" if folder else "x", name, self.files.__contains__)
            if target is not None:
                queue.append(_Task(target, "node", away + 1))

    # the rest

    def _rest(self, limits: _Limits) -> None:
        until = time.thread_time() + limits.seconds
        left = limits.all
        for path in sorted(self.files):
            ending = posixpath.splitext(path)[1].lower()
            if ending == ".node":
                self._can("native", path, 1)
            if ending not in _JAVASCRIPT:
                continue
            data = self.files[path]
            seen = survey.look(data)
            self._capabilities(path, data, seen)
            if path in self.closely:
                continue
            if bulk := obfuscation.bulk(data, path):
                self.bulky.setdefault(path, bulk)
            found = [*obfuscation.deeds(data, path), *endless.deeds(data, path)]
            if "network" in seen:
                self.hosts.update(dict.fromkeys(hosts.find(data)))
                self.imports.update(dict.fromkeys(hosts.deeds(data, path)))
            if found or _calls_for_more(seen):
                if len(data) <= min(limits.file, left) and time.thread_time() < until:
                    left -= len(data)
                    reading = javascript.read(data, path, limits.seconds / 2)
                    # what was not parsed is full of words that mean nothing
                    found += alarming(reading.deeds) if reading.partly is None else _sure(reading.deeds)
                    self.hosts.update(dict.fromkeys(reading.hosts))
                    if reading.partly and javascript.parser():
                        self.unread[path] = reading.partly
                else:
                    self.unread[path] = (
                        "it was looked over, not read closely: it is large, or there are many such"
                    )
            self.imports.update(dict.fromkeys(found))

    def _capabilities(self, path: str, data: bytes, seen: survey.Seen) -> None:
        file = survey.File(data, seen)
        for name in ("network", "processes", "reads", "environment", "evaluation", "native"):
            if name not in seen:
                continue
            for place in file.places(name, _PLACES - len(self.places[name])):
                self._can(name, path, data.count(b"\n", 0, place) + 1)
        if "reads" in seen and survey.WRITING in seen and len(self.places["writes"]) < _PLACES:
            for place in file.places(survey.WRITING, 1):
                self._can("writes", path, data.count(b"\n", 0, place) + 1)

    def _can(self, name: str, path: str, line: int) -> None:
        places = self.places[name]
        place = Place(path, line)
        if len(places) < _PLACES and place not in places:
            places.append(place)


# Kinds that are alarming where they stand in one file.
_TOGETHER = (
    (Kind.HIDES, Kind.RUNS_FETCHED),
    (Kind.CREDENTIALS, Kind.SENDS),
    (Kind.CREDENTIALS, Kind.IDENTITY),
    (Kind.CREDENTIALS, Kind.PUBLISHES),
    (Kind.TOKENS, Kind.PUBLISHES),
    (Kind.ENVIRONMENT, Kind.SENDS),
    (Kind.PERSISTS, Kind.PUBLISHES),
)


def alarming(deeds: Iterable[Deed]) -> list[Deed]:
    """What of the deeds of one file is alarming in code that merely lies in a package."""
    given = list(deeds)
    kinds = {deed.kind for deed in given}
    kept = ALARMING.union(*(pair for pair in _TOGETHER if kinds.issuperset(pair)))
    return [deed for deed in given if deed.kind in kept]


def _sure(deeds: Iterable[Deed]) -> list[Deed]:
    """What of the deeds is sure without a parser too."""
    return [deed for deed in deeds if deed.kind in (Kind.OBFUSCATED, Kind.INVISIBLE, Kind.DECODES)]


def _calls_for_more(seen: survey.Seen) -> bool:
    """Is what was seen in a file such that it must be read closely?"""
    if survey.DECODING in seen and (
        "evaluation" in seen or survey.HIDING in seen or "processes" in seen or "network" in seen
    ):
        return True
    if "processes" in seen and (survey.HIDING in seen or survey.STARTING in seen or "network" in seen):
        return True
    if "network" in seen and "evaluation" in seen:
        return True
    return bool(survey.telling(seen)) and ("network" in seen or "processes" in seen)


def _interpreter(data: bytes) -> str | None:
    """What a file without an ending is run by, from its first line; None for a program of its own."""
    if not data.startswith(b"#!"):
        return None
    first = data[:200].partition(b"\n")[0].decode("latin-1")
    if re.search(r"\b(?:node|bun|deno)\b", first):
        return "node"
    return "sh" if re.search(r"\b(?:ba|z|da|a)?sh\b", first) else "other"
