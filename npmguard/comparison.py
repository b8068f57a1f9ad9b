"""What changed between two lockfiles, and what of it is risky: what `npmguard diff` prints.

The newer project is audited like any other; of the findings those are kept that the change brings: on
packages that are new or come from elsewhere, and those of rules that need nothing from outside which the
older project does not have.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from npmguard import audit, changes, policy, since
from npmguard.code.gain import compared
from npmguard.errors import UsageError
from npmguard.lockfiles import BY_FILE
from npmguard.model import (
    Change,
    CodeFacts,
    Contents,
    Evidence,
    Fix,
    Location,
    Lockfile,
    Manifest,
    Project,
    ProjectReport,
    Report,
    Unanswered,
)
from npmguard.project import load, npmrc
from npmguard.project.manifest import of
from npmguard.rules.held import has_tarball
from npmguard.settings import Options, Settings


class Side(NamedTuple):
    """One of the two: the path on disk, and what it is called where that is not its own name.

    `hidden` is how the path of a revision's files begins, `shown` what stands for that.
    """

    path: str
    hidden: str = ""
    shown: str = ""


def diff(
    old: str, new: str, settings: Options | None = None, progress: audit.Progress | None = None
) -> Report:
    """What became of OLD in NEW: lockfiles, project folders, or git revisions (REV, REV:PATH).

    Raises UsageError and InputError where one of the two cannot be read.
    """
    options = settings or Options()
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="npmguard-") as folder:
        sides = [_side(text, os.path.join(folder, place)) for text, place in ((old, "old"), (new, "new"))]
        before, _, theirs, _ = _opened(sides[0], options)
        project, config, mine, where = _opened(sides[1], options)
        found = changes.between(before.graph, project.graph)
        report = audit.audited(project, where, config, mine, progress)
        found, note = gained(found, before, project, config, mine, progress)
        known = since.known(before, theirs)
        kept = since.brought(report.findings, before, project, found, known)
        report = report._replace(findings=tuple(kept), changes=found, sources=(*report.sources, *note))
        report = _named(report, sides[1])
    seen = len(project.graph.labels) if project.graph is not None else 0
    return policy.report("diff", began, [report], seen, [mine])


def _side(text: str, folder: str) -> Side:
    if os.path.exists(text):
        return Side(text)
    from npmguard.project import revisions

    os.mkdir(folder)
    path = revisions.unpack(text, folder)
    revision = text.partition(":")[0]
    return Side(path, load.shown(os.path.realpath(folder)), revision)


def _opened(side: Side, options: Options) -> tuple[Project, npmrc.NpmConfig, Settings, str]:
    """(project, npm's settings, npmguard's, folder) of one side."""
    name = os.path.basename(side.path)
    if os.path.isfile(side.path) and name != "package.json" and name not in load.LOCKFILES:
        return _alone(side.path, options)
    found = load.find([os.path.realpath(side.path) if side.hidden else side.path])[0]
    project, config, mine = audit.opened(found, options)
    if project.lockfile is None and not project.lockfile_names:
        raise UsageError(f"{side.shown or load.shown(side.path)}: there is no lockfile to compare")
    return project, config, mine, found.folder


def _alone(path: str, options: Options) -> tuple[Project, npmrc.NpmConfig, Settings, str]:
    """A lockfile under a name of its own, such as old-yarn.lock: what it is ends the name."""
    shown = load.shown(path)
    name = os.path.basename(path)
    known = next((f for f in BY_FILE.values() if name.endswith(f.file)), None)
    known = known or (BY_FILE["package-lock.json"] if name.endswith(".json") else None)
    if known is None:
        raise UsageError(f"{shown}: not a lockfile that npmguard reads ({', '.join(load.LOCKFILES)})")
    from npmguard.project.files import read
    from npmguard.settings import resolve

    graph = known.parse(read(path, shown), shown)
    manifest: Manifest = of({}, shown)
    folder = os.path.dirname(path) or "."
    config = npmrc.load(folder, registry=options.registry)
    manager = "yarn-berry" if graph.format.startswith("yarn-berry") else known.manager
    project = Project(
        load.shown(folder),
        manifest,
        {},
        manager,
        Lockfile(shown, graph.format, graph),
        (),
        config.registries,
        {},
        config.values,
    )
    return project, config, resolve(options, folder, manifest), folder


def _named(report: ProjectReport, side: Side) -> ProjectReport:
    """The report with a revision's own name in the place of where its files were put."""
    if not side.hidden:
        return report

    def text(value: str) -> str:
        return value.replace(f"{side.hidden}/", f"{side.shown}:").replace(side.hidden, side.shown)

    findings = []
    for finding in report.findings:
        place, fix = finding.location, finding.fix
        findings.append(
            finding._replace(
                title=text(finding.title),
                detail=text(finding.detail),
                location=Location(text(place.file), place.pointer, place.line) if place else None,
                fix=Fix(fix.kind, fix.to, text(fix.command) if fix.command else None) if fix else None,
            )
        )
    return report._replace(
        path=text(report.path),
        lockfile=text(report.lockfile) if report.lockfile else None,
        findings=tuple(findings),
        incomplete=tuple(gap._replace(reason=text(gap.reason)) for gap in report.incomplete),
        sources=tuple(map(text, report.sources)),
    )


_MOST = 60  # changed packages whose tarballs are read, where it is not to look deep


def gained(
    found: Sequence[Change],
    before: Project,
    project: Project,
    config: npmrc.NpmConfig,
    settings: Settings,
    progress: audit.Progress | None,
) -> tuple[tuple[Change, ...], list[str]]:
    """The changes with what the code of the packages gained, and the line that says how much of it was read.

    What cannot be read stays unknown: no rule needs it here.
    """
    changed = [c for c in found if c.after is not None]
    if not changed or not any(map(settings.chosen, _OF_CODE)):
        return tuple(found), []
    if len(changed) > _MOST and not settings.deep:
        return tuple(found), [
            f"contents: {len(changed)} packages changed, too many to read them all without --deep"
        ]
    from npmguard.contents import contents

    sides = []
    for side, names in (
        (before, {(c.package, c.before) for c in changed if c.before is not None}),
        (project, {(c.package, c.after) for c in changed}),
    ):
        locked = filter(has_tarball, side.graph.foreign if side.graph is not None else ())
        keys = {(p.name, p.version or "") for p in locked if (p.name, p.version) in names}
        read = contents(side, config, keys, Evidence(), offline=settings.offline, progress=progress)
        sides.append(read.contents)
    old, new = sides
    done = tuple(_gain(change, old, new) for change in found)
    answers = [*old.values(), *new.values()]
    unread = [answer for answer in answers if isinstance(answer, Unanswered)]
    line = f"contents: the tarballs of both sides of {len(changed)} changes"
    if unread:
        line += f"; {len(unread)} could not be read ({unread[0].reason})"
    return done, [line]


_OF_CODE = ("suspicious-script", "odd-release")


def _gain(
    change: Change,
    old: Mapping[tuple[str, str], Contents | Unanswered],
    new: Mapping[tuple[str, str], Contents | Unanswered],
) -> Change:
    after = new.get((change.package, change.after or ""))
    before = old.get((change.package, change.before)) if change.before is not None else None
    if not isinstance(after, Contents) or (change.before is not None and not isinstance(before, Contents)):
        return change
    gain = compared(before.code if isinstance(before, Contents) else CodeFacts(), after.code)
    return change._replace(capabilities=tuple(name for name, _ in gain.capabilities), hosts=gain.hosts)
