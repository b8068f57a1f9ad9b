"""What of a project's findings a change brings: all but what was there before it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from npmguard import audit, changes, specs
from npmguard import rules as catalogue
from npmguard.errors import InputError, UsageError
from npmguard.model import Change, Evidence, Finding, Manifest, Project, ProjectReport
from npmguard.policy import fingerprint
from npmguard.project import load, revisions
from npmguard.rules.base import nothing, run
from npmguard.settings import Options, Settings
from npmguard.text import count


class Before(NamedTuple):
    """A project as it was, None for the `reason` given, and the fingerprints of what was found in it."""

    project: Project | None
    reason: str = ""
    known: frozenset[str] = frozenset()


class Past:
    """The projects as they stood at a git revision of the repositories that they lie in, unpacked meanwhile.

    A context manager: what was unpacked is gone when it is left.
    """

    def __init__(self, revision: str, options: Options) -> None:
        self.revision = revision
        self.options = options
        self._folder = tempfile.TemporaryDirectory(prefix="npmguard-")
        self._places: dict[str, str] = {}  # by the top folder of a repository

    def __enter__(self) -> Past:
        return self

    def __exit__(self, *error: object) -> None:
        self._folder.cleanup()

    def of(self, found: load.Found, project: Project, settings: Settings) -> Before:
        """A project as it was; `project` and `settings` are today's.

        Raises UsageError where there is no such revision or no repository. What cannot be read there is as if
        it had not been there: then all that is found today is new.
        """
        top, prefix = revisions.home(found.folder)
        if top not in self._places:
            self._places[top] = os.path.join(self._folder.name, str(len(self._places)))
            os.mkdir(self._places[top])
            revisions.unpack_all(self.revision, found.folder, self._places[top])
        folder = os.path.join(self._places[top], *prefix.split("/"))
        return _before(found, folder, project, settings, self.options)

    def kept(self, report: ProjectReport, then: Before, project: Project) -> ProjectReport:
        """The report without what was there before, and a line on how much that is."""
        if then.project is None:
            line = f"since {self.revision}: {then.reason}, so that everything counts as new"
            return report._replace(sources=(*report.sources, line))
        found = changes.between(then.project.graph, project.graph)
        findings = brought(report.findings, then.project, project, found, then.known)
        left = len(report.findings) - len(findings)
        came = count(len(found), "package")
        line = f"since {self.revision}: {came} changed; {count(left, 'finding')} from before left out"
        return report._replace(findings=tuple(findings), sources=(*report.sources, line))


def _before(found: load.Found, folder: str, today: Project, settings: Settings, options: Options) -> Before:
    lockfile = found.lockfile
    if lockfile is not None and not os.path.isfile(os.path.join(folder, lockfile)):
        lockfile = None
    if not any(os.path.isfile(os.path.join(folder, name)) for name in ("package.json", *load.LOCKFILES)):
        return Before(None, "the project was not there")
    try:
        # what it said of itself then is nobody's matter: today's settings judge both
        project, _, _ = audit.opened(load.Found(folder, lockfile), options._replace(strict=True, config=None))
    except (InputError, UsageError) as error:
        reason = str(error).replace(f"{load.shown(folder)}/", "")
        return Before(None, f"the project could not be read ({reason})")
    # a project that is called otherwise now is the same project
    manifest = project.manifest._replace(name=today.manifest.name)
    project = project._replace(manifest=manifest)
    return Before(project, known=known(project, settings))


def known(project: Project, settings: Settings) -> frozenset[str]:
    """The fingerprints of what is found in a project, as far as it takes nothing from outside to tell."""
    rules = catalogue.load(filter(settings.chosen, catalogue.CHECK))
    findings, _ = run(rules, project, Evidence(), settings)
    name = project.manifest.name
    return frozenset(fingerprint(finding, name, finding.package, finding.version) for finding in findings)


def _asked(manifest: Manifest) -> Iterator[str]:
    for asked in (
        manifest.dependencies,
        manifest.dev_dependencies,
        manifest.optional_dependencies,
        manifest.peer_dependencies,
    ):
        for name, spec in asked.items():
            yield from (name, specs.parse(name, spec).name)


def brought(
    findings: Iterable[Finding],
    old: Project,
    project: Project,
    found: Iterable[Change],
    known: frozenset[str],
) -> list[Finding]:
    """The findings that a change brings.

    They are those on packages that are new or come from elsewhere, those of rules that need nothing from
    outside which the older project does not have (`known`), and those on nothing that it locked or asked for.
    """
    came = {(c.package, c.after) for c in found if c.after is not None}
    names = {c.package for c in found if c.kind == "source-changed"}
    nodes = project.graph.nodes if project.graph is not None else {}
    asked = {name for manifest in old.manifests for name in _asked(manifest)}  # of old, locked or not
    if old.graph is not None:
        asked |= {package.name for package in old.graph.nodes.values()}
    local = {rule.id for rule in catalogue.load() if rule.needs is nothing}
    kept = []
    for finding in findings:
        labels: set[tuple[str | None, str | None]] = {
            (nodes[key].name, nodes[key].version) for key in finding.keys if key in nodes
        }
        new = finding.fingerprint not in known
        if finding.rule not in local:  # what is asked for and not locked has neither a place nor a version
            new = new and not labels and finding.version is None and finding.package not in asked
        labels.add((finding.package, finding.version))
        if new or labels & came or any(name in names for name, _ in labels):
            kept.append(finding)
    return kept
