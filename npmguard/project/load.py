"""From the paths on the command line to projects."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from npmguard import managers
from npmguard.errors import InputError, UsageError
from npmguard.globs import is_member, workspace_patterns
from npmguard.lockfiles import BY_FILE, FORMATS, Catalogs
from npmguard.model import Lockfile, Manifest, Project
from npmguard.project import manager as manager_of
from npmguard.project import manifest as manifests
from npmguard.project import matching, workspaces
from npmguard.project.files import read

_HIDDEN = "node_modules/.package-lock.json"
LOCKFILES = tuple(format.file for format in FORMATS if not format.file.startswith("."))


class Found(NamedTuple):
    """A project to audit: its folder, and the lockfile that the user named (else the one in force)."""

    folder: str
    lockfile: str | None = None


def find(paths: Sequence[str]) -> list[Found]:
    """The projects that the paths name, each once, in order.

    A path is a folder, a package.json or a lockfile, or a pattern of such. A folder gives the project in it,
    and every project with a lockfile of its own below it that is no workspace of another; a folder without a
    package.json gives the topmost ones below it. A folder that is a workspace gives the project it belongs
    to. Raises UsageError where there is none.
    """
    found: list[Found] = []
    for path in paths:
        found += _fitting(path) if matching.is_pattern(path) else _find(path)
    return _distinct(found)


def _fitting(pattern: str) -> list[Found]:
    """The projects that a pattern names; whatever else fits it is passed over. Raises UsageError for none."""
    wanted = ("package.json", *LOCKFILES)
    found: list[Found] = []
    for path in matching.expanded(pattern):
        folder = os.path.isdir(path)
        if folder and "**" in pattern:  # which names those below it as well
            found += [home(path)] if any(_has(path, name) for name in wanted) else []
        elif folder or os.path.basename(path) in wanted:
            with suppress(UsageError):  # a folder that holds no project
                found += _find(path)
    if not found:
        raise UsageError(f"{pattern}: no project fits this pattern")
    return found


def _distinct(found: Sequence[Found]) -> list[Found]:
    """The projects, each once, whatever way leads there."""
    ways: dict[str, dict[str | None, Found]] = {}
    for each in found:
        ways.setdefault(os.path.realpath(each.folder), {}).setdefault(each.lockfile, each)
    for there in ways.values():
        if None in there and len(there) > 1:
            there.pop(_in_force(there[None].folder), None)
    kept = {id(each) for there in ways.values() for each in there.values()}
    return [each for each in found if id(each) in kept]


def _in_force(folder: str) -> str | None:
    """The lockfile that decides where nobody names one."""
    try:
        data = manifest_in(folder).data if _has(folder, "package.json") else {}
        return manager_of.choose(folder, data, manager_of.lockfiles(folder))[1]
    except InputError:
        return None  # it is reported when the project itself is read


def _find(path: str) -> list[Found]:
    if not os.path.exists(path):
        raise UsageError(f"{shown(path)}: no such file or folder")
    if not os.path.isdir(path):
        name = os.path.basename(path)
        folder = os.path.dirname(path) or "."
        if name == "package.json":
            return [home(folder)]
        if name in LOCKFILES:
            return [Found(folder, name)]
        if name == os.path.basename(_HIDDEN) and os.path.basename(os.path.abspath(folder)) == "node_modules":
            return [
                Found(
                    os.path.dirname(folder) or os.path.relpath(os.path.dirname(os.path.abspath(folder))),
                    _HIDDEN,
                )
            ]
        known = ", ".join(LOCKFILES)
        raise UsageError(f"{shown(path)}: not a package.json and not a lockfile ({known})")
    projects: list[Found] = []
    if _has(path, "package.json") or any(_has(path, name) for name in LOCKFILES):
        projects.append(home(path))
    covered = _members(path)
    topmost = [] if projects else [path]
    for folder in workspaces.nested(path, ("package.json", *LOCKFILES)):
        if folder in covered:
            continue
        locked = any(_has(folder, name) for name in LOCKFILES)
        alone = bool(topmost) and not any(_inside(folder, p.folder) for p in projects)
        if _has(folder, "package.json") and (locked or alone):
            projects.append(Found(folder))
            covered |= _members(folder)
    if not projects:
        raise UsageError(f"{shown(path)}: no package.json here or below")
    return projects


def home(folder: str) -> Found:
    """The project that is at home in a folder: the folder's own, or the one it is a workspace of."""
    if any(_has(folder, name) for name in LOCKFILES):
        return Found(folder)
    return Found(root(folder))


def root(folder: str) -> str:
    """The folder of the project that has this folder as a workspace; else the folder itself."""
    here = os.path.abspath(folder)
    above = os.path.dirname(here)
    for _ in range(12):
        if _has(above, "package.json"):
            member = os.path.relpath(here, above).replace(os.sep, "/")
            try:
                patterns = _patterns(above)
            except InputError:
                break
            if is_member(member, patterns):
                return os.path.relpath(above)
        if above == os.path.dirname(above):
            break
        above = os.path.dirname(above)
    return folder


def _members(folder: str) -> set[str]:
    """The folders of the workspaces of the project in `folder`."""
    if not _has(folder, "package.json"):
        return set()
    try:
        patterns = _patterns(folder)
    except InputError:
        return set()  # it is reported when the project itself is read
    return {os.path.join(folder, *member.split("/")) for member in workspaces.folders(folder, patterns)}


def _patterns(folder: str) -> list[str]:
    """The patterns of the workspaces of the project in `folder`. Raises InputError."""
    data = manifest_in(folder).data
    manager, _ = manager_of.choose(folder, data, manager_of.lockfiles(folder))
    return managers.members(manager, data, manager_of.config(folder, manager, shown(folder)))


def load(
    found: Found,
    *,
    registries: Mapping[str, str] | None = None,
    config: Mapping[str, str] | None = None,
    own: frozenset[str] = frozenset(),
) -> Project:
    """Reads a project's files. Raises InputError for one that cannot be read.

    `config` are npm's settings in force, `own` those of their keys that the project itself decides.
    """
    folder = found.folder
    present = manager_of.lockfiles(folder)
    manifest = manifest_in(folder) if _has(folder, "package.json") else None
    data = manifest.data if manifest is not None else {}
    manager, name = manager_of.choose(folder, data, present, found.lockfile)
    settings = manager_of.config(folder, manager, shown(folder))
    members: dict[str, Manifest] = {}
    patterns = managers.members(manager, data, settings) if manifest is not None else []
    waiting = [("", patterns)] if patterns else []
    while waiting:
        above, patterns = waiting.pop()
        for below in workspaces.folders(os.path.join(folder, *above.split("/")), patterns):
            member = f"{above}/{below}" if above else below
            if member not in members:
                members[member] = manifest_in(os.path.join(folder, *member.split("/")))
                # yarn 2 and later know workspaces of workspaces
                inner = workspace_patterns(members[member].data) if manager == "yarn-berry" else []
                waiting += [(member, inner)] if inner else []
    lockfile = None
    if name is not None and not name.endswith(_BINARY):
        catalogs = managers.catalogs(manager, data, settings)
        lockfile = _lockfile(folder, name, manifest, members, catalogs)
    if manifest is None:
        manifest = _recorded(folder, name or "")
    held = None
    if manager == "pnpm":
        from npmguard.project.pnpm import held as held_by_pnpm

        held = held_by_pnpm(folder, data, settings)
    return Project(
        shown(folder),
        manifest,
        members,
        manager,
        lockfile,
        present,
        registries or {},
        {},
        config or {},
        settings,
        managers.declared(data),
        held=held,
        own_config=own,
    )


_BINARY = ".lockb"


def _lockfile(
    folder: str, name: str, manifest: Manifest | None, members: Mapping[str, Manifest], catalogs: Catalogs
) -> Lockfile:
    path = os.path.join(folder, *name.split("/"))

    def linked(target: str) -> Manifest | None:
        try:
            return manifest_in(os.path.join(folder, *target.split("/")))
        except InputError:
            return None

    parse = BY_FILE[os.path.basename(name)].parse
    graph = parse(read(path, shown(path)), shown(path), manifest, members, linked, catalogs)
    return Lockfile(shown(path), graph.format, graph)


def _recorded(folder: str, name: str) -> Manifest:
    """The package.json of a project whose lockfile lies alone: as the lockfile records it, if it does."""
    from npmguard import jsontext

    path = os.path.join(folder, name)
    if not name.endswith(".json"):
        return manifests.of({}, shown(path))
    data = read(path, shown(path))
    document = jsontext.loads(data, shown(path))
    packages = document.get("packages")
    record = packages.get("") if isinstance(packages, dict) else None
    if not isinstance(record, dict):
        record = {key: document[key] for key in ("name", "version") if isinstance(document.get(key), str)}
    return manifests.of(record, shown(path), data)


def manifest_in(folder: str) -> Manifest:
    """The package.json of a folder. Raises InputError."""
    path = os.path.join(folder, "package.json")
    return manifests.parse(read(path, shown(path)), shown(path))


def shown(path: str) -> str:
    """A path as the user knows it: relative to the working directory, POSIX."""
    return os.path.relpath(path).replace(os.sep, "/")


def _has(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))


def _inside(folder: str, above: str) -> bool:
    return os.path.commonpath([os.path.abspath(folder), os.path.abspath(above)]) == os.path.abspath(above)
