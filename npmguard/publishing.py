"""What `npm publish` would send, and what of it must not leave: what `npmguard prepublish` prints.

Data goes one way, as in `audit`: the files of a folder or a tarball, what is in them, the last release from
the registry, the rules, the policy.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from npmguard import managers, policy
from npmguard import rules as catalogue
from npmguard.errors import InputError, UsageError
from npmguard.model import (
    Evidence,
    Gap,
    Leak,
    Missing,
    Packed,
    PackedFile,
    Project,
    ProjectReport,
    Report,
    Unanswered,
)
from npmguard.packing import tarball as tarballs
from npmguard.packing.scripts import before_packing
from npmguard.packing.target import Target, read
from npmguard.placing import placed
from npmguard.project import load, npmrc, registries
from npmguard.project import manager as manager_of
from npmguard.project import manifest as manifests
from npmguard.rules.base import run
from npmguard.settings import Options, Settings, resolve
from npmguard.text import some

Progress = Callable[[int, int], None]
Each = Callable[[PackedFile, bytes | str | None], None]

_CONTENT = ("leaked-secret", "source-map", "sensitive-file")  # rules that want the files read
_LAST = ("package-growth", "new-install-script")  # rules that want the last release


class Opened(NamedTuple):
    """A package as it would be published.

    `texts` are its files that findings point into and that lie nowhere on the disk, `notes` are lines for the
    report.
    """

    project: Project
    config: npmrc.NpmConfig
    settings: Settings
    packed: Packed
    texts: Mapping[str, bytes]
    notes: tuple[str, ...] = ()


def prepublish(
    target: str = ".", settings: Options | None = None, progress: Progress | None = None
) -> Report:
    """The report on what a folder, a tarball or a release holds (`packing.target` has the forms).

    Raises UsageError for a target that is none, InputError for one that cannot be read.
    """
    began = time.time()
    opened = _opened(read(target), settings or Options(), progress, examine=True)
    report = _audited(opened)
    return policy.report("prepublish", began, [report], 0, [opened.settings])


def files(target: str = ".", settings: Options | None = None) -> tuple[PackedFile, ...]:
    """The files alone, sorted by path. Raises as `prepublish` does."""
    return _opened(read(target), settings or Options(), None, examine=False).packed.files


# -- opening


def _opened(target: Target, options: Options, progress: Progress | None, *, examine: bool) -> Opened:
    if target.kind == "folder":
        assert target.path is not None
        return _folder(target.path, options, progress, examine)
    # whoever made a tarball may not judge it himself: its own settings do not count
    settings = resolve(options, ".", manifests.of({}, "package.json"))
    look = _Look(settings, examine)
    if target.kind == "tarball":
        assert target.path is not None
        shown = load.shown(target.path)
        config = npmrc.load(os.path.dirname(target.path) or ".", registry=options.registry)
        found = tarballs.read_file(target.path, shown, look.entry)
        return _unpacked(found, shown, look, config, settings)
    return _release(target, options, settings, look)


def _folder(folder: str, options: Options, progress: Progress | None, examine: bool) -> Opened:
    from npmguard.packing import contents, weight
    from npmguard.packing.listing import listing

    if not os.path.exists(os.path.join(folder, "package.json")):
        raise UsageError(f"{load.shown(folder)}: no package.json here, so there is nothing to publish")
    manifest = load.manifest_in(folder)
    home = load.root(folder)
    above = manifest if os.path.samefile(home, folder) else load.manifest_in(home)
    manager, _ = manager_of.choose(home, above.data, manager_of.lockfiles(home))
    own = manager_of.config(home, manager, load.shown(home))
    config = npmrc.load(home, registry=options.registry, beside=registries.beside(manager, own))
    settings = resolve(options, folder, manifest)
    declared = managers.declared(above.data)
    found = listing(folder, npm=_npm(declared))
    look = _Look(settings, examine)
    if look.wanted:
        total = len(found.files)
        for number, (file, content) in enumerate(contents.contents(folder, found.files), 1):
            look.file(file, content)
            if progress is not None:
                progress(number, total)
    left_out = _Look(settings, examine)
    if look.wanted:
        for file, content in contents.contents(folder, _left_out(folder, found.files)):
            left_out.file(file, content)
    packed = look.seen(
        Packed(
            "folder",
            found.files,
            weight.packed_size(folder, found.files) if examine else None,
            shadows=found.shadows,
            ignore_files=tuple(
                name for name in (".npmignore", ".gitignore") if os.path.isfile(os.path.join(folder, name))
            ),
            left_out=left_out.leaks(),
        )
    )
    notes = []
    if found.outside:
        paths = some(oddity.path for oddity in found.outside)
        notes.append(f"left out, as it lies outside of the package: {paths}")
    scripts = before_packing(manifest.data)
    if scripts:
        notes.append(
            f"npm publish runs {', '.join(scripts)} before it packs: what that writes is seen here "
            "only if it has been run"
        )
    project = Project(
        load.shown(folder),
        manifest,
        {},
        manager,
        None,
        registries=config.registries,
        config=config.values,
        manager_config=own,
        declared=declared,
        own_config=config.own,
    )
    return Opened(project, config, settings, packed, {}, tuple(notes))


def _left_out(folder: str, files: Sequence[PackedFile]) -> list[PackedFile]:
    """The .npmrc files beside those that are packed: npm never packs one."""
    above = {file.path.rpartition("/")[0] for file in files}
    paths = sorted(f"{name}/.npmrc" if name else ".npmrc" for name in above)
    return [PackedFile(path, 0, 0o644) for path in paths if os.path.isfile(os.path.join(folder, path))]


def _npm(declared: tuple[str, str] | None) -> int:
    """The npm whose rules decide what is packed: the newest, unless package.json names an older one."""
    if declared is None or declared[0] != "npm":
        return 12
    major = re.match(r"[^\d]*(\d{1,3})", declared[1])
    return 12 if major is None or int(major[1]) > 11 else 11


def _release(target: Target, options: Options, settings: Settings, look: _Look) -> Opened:
    from npmguard.registry import releases

    assert target.name is not None
    config = npmrc.load(".", registry=options.registry)
    release = releases.release(config, target.name, target.wanted, offline=options.offline)
    if isinstance(release, Missing):
        raise UsageError(f"{release.name}: the registry has no such package or version")
    if isinstance(release, Unanswered):
        raise UsageError(f"{target.name}: {release.reason}")
    data = releases.tarball(config, release, offline=options.offline)
    shown = f"{release.name}@{release.version}"
    if isinstance(data, Unanswered):
        raise UsageError(f"{shown}: {data.reason}")
    return _unpacked(tarballs.read(data, shown, look.entry), shown, look, config, settings)


def _unpacked(
    found: tarballs.Tarball, shown: str, look: _Look, config: npmrc.NpmConfig, settings: Settings
) -> Opened:
    if found.manifest is None:
        raise InputError(shown, "it holds no package.json, so it is no package")
    manifest = manifests.parse(found.manifest, f"{shown}/package.json")
    packed = look.seen(Packed("tarball", found.files, found.packed_size, oddities=found.oddities))
    project = Project(shown, manifest, {}, "npm", None, registries=config.registries, config=config.values)
    return Opened(project, config, settings, packed, {manifest.file: found.manifest})


class _Look:
    """Looks into the files as they come by, where some rule wants that."""

    def __init__(self, settings: Settings, examine: bool) -> None:
        self.wanted = examine and any(map(settings.chosen, _CONTENT))
        if self.wanted:
            from npmguard.packing.examine import Examination

            self._examination = Examination()

    def file(self, file: PackedFile, content: bytes | str | None) -> None:
        if self.wanted:
            self._examination.add(file, content)

    def entry(self, entry: tarballs.Entry) -> None:
        if entry.kind == "file" and not entry.skipped:
            self.file(PackedFile(entry.path, entry.size, entry.mode), entry.data)

    def leaks(self) -> tuple[Leak, ...]:
        """The secrets alone."""
        return self._examination.result().leaks if self.wanted else ()

    def seen(self, packed: Packed) -> Packed:
        """What is packed, with what was seen in it."""
        if not self.wanted:
            return packed
        found = self._examination.result()
        return packed._replace(leaks=found.leaks, maps=found.maps, unread=found.unread)


# -- the audit


def _audited(opened: Opened) -> ProjectReport:
    settings = opened.settings
    rules = catalogue.load(filter(settings.chosen, catalogue.PUBLISH))
    chosen = [rule.id for rule in rules]
    gaps = _unread(opened.packed, chosen)
    packed, more, note = _compared(opened, [rule for rule in _LAST if rule in chosen])
    gaps += more
    project = opened.project._replace(packed=packed)
    findings, silent = run(rules, project, Evidence(), settings)
    gaps += silent
    found = policy.apply(placed(findings, project, opened.texts), project, settings)
    return ProjectReport(
        project.folder,
        project.manifest.name,
        project.manifest.version,
        project.manager,
        None,
        None,
        0,
        found,
        policy.merged(gaps),
        (*opened.notes, *note, *opened.config.ignored),
        packed=packed,
    )


def _unread(packed: Packed, chosen: Sequence[str]) -> list[Gap]:
    """The files that were not looked into, by the reason."""
    reasons: dict[str, list[str]] = {}
    for path, reason in packed.unread:
        reasons.setdefault(reason, []).append(path)
    affected = tuple(sorted(rule for rule in _CONTENT if rule in chosen))
    return [Gap("contents", f"{some(paths)}: {reason}", affected) for reason, paths in reasons.items()]


def _compared(opened: Opened, wanted: Sequence[str]) -> tuple[Packed, list[Gap], list[str]]:
    """What is packed, with the last release beside it; the gaps; the lines that say who was asked."""
    packed, manifest = opened.packed, opened.project.manifest
    if not wanted or not manifest.name:
        return packed, [], []
    if manifest.data.get("private") is True:
        return packed, [], ["the last release: nobody was asked, as npm does not publish what is private"]
    from npmguard.registry import releases

    offline = opened.settings.offline
    previous = releases.before(opened.config, manifest.name, manifest.version, offline=offline)
    affected = tuple(sorted(wanted))
    if previous is None:
        return packed, [], [f"the last release: the registry knows of no other {manifest.name}"]
    if isinstance(previous, Unanswered):
        return packed, [Gap("registry", f"the last release: {previous.reason}", affected)], []
    data = releases.tarball(opened.config, previous, offline=offline)
    label = f"{previous.name}@{previous.version}"
    note = [f"the last release: {label}"]
    reason = data.reason if isinstance(data, Unanswered) else None
    if isinstance(data, bytes):
        try:
            previous = previous._replace(files=tarballs.read(data, label).files)
        except InputError as error:
            reason = str(error)
    gaps = [Gap("registry", f"the files of {label}: {reason}", ("package-growth",))] if reason else []
    return packed._replace(previous=previous), gaps, note
