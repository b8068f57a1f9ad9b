"""The audit: from paths to a report.

Data goes one way: the project from disk, what the rules need from outside, the rules, the policy. This is the
only place that knows the order.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from npmguard import policy
from npmguard import rules as catalogue
from npmguard.model import Evidence, Finding, Gap, Project, ProjectReport, Report
from npmguard.placing import placed
from npmguard.project import load, npmrc, registries
from npmguard.rules.base import Rule, nothing, run
from npmguard.rules.verdict import combined
from npmguard.settings import OF_LICENCES, Options, Settings, resolve

if TYPE_CHECKING:
    from npmguard.baseline import Baseline
    from npmguard.model import Health
    from npmguard.registry.memory import Memory
    from npmguard.since import Past

Progress = Callable[[int, int], None]


Started = Callable[[int, int], None]


class Ready(NamedTuple):
    """A project that has been read, with the rules that are to run on it."""

    project: Project
    config: npmrc.NpmConfig
    settings: Settings
    rules: tuple[Rule, ...]


def check(
    paths: Sequence[str | os.PathLike[str]] = (".",),
    settings: Options | None = None,
    progress: Progress | None = None,
    started: Started | None = None,
) -> Report:
    """Audits every project that the paths name: what `npmguard check` prints.

    `settings` is what the command line said (or a program in its place); each project's own npmguard.toml
    is read beside it. `started` is told (which project it is, of how many). Raises UsageError, and InputError
    where a lone project cannot be read; one of several is reported with that as a gap, and makes the exit
    code 2.
    """
    options = settings or Options()
    began = time.time()
    known = _known(options)
    found = load.find([os.fspath(path) for path in paths])
    with _past(options) as past:
        if len(found) > 1:
            from npmguard import many

            reports, used, count = many.check(found, options, progress, started, past)
        else:
            project, config, mine = opened(found[0], options)
            reports = [one(found[0], ready(project, found[0].folder, config, mine), progress, past=past)]
            used = [mine]
            count = len(project.graph.labels) if project.graph is not None else 0
    if known is not None:
        reports = known.hold(reports, [_spoken(*each, options) for each in zip(reports, used, strict=True)])
    return policy.report("check", began, reports, count, used)


def one(
    found: load.Found,
    it: Ready,
    progress: Progress | None,
    memory: Memory | None = None,
    past: Past | None = None,
) -> ProjectReport:
    """The report on one of the projects that were asked for, or on what a change brings to it."""
    if past is None:
        return reported(it, progress, memory)
    before = past.of(found, it.project, it.settings)
    return past.kept(reported(it, progress, memory), before, it.project)


def _known(options: Options) -> Baseline | None:
    if options.baseline is None:
        return None
    from npmguard import baseline

    return baseline.read(options.baseline)


def _past(options: Options) -> AbstractContextManager[Past | None]:
    """The projects as they were, where it is asked what changed."""
    if options.since is None:
        return nullcontext()
    from npmguard.since import Past

    return Past(options.since, options)


def _spoken(report: ProjectReport, settings: Settings, options: Options) -> frozenset[str]:
    """The rules that had their whole say in a report: what they did not find is not there any more."""
    if options.since is not None or settings.production:
        return frozenset()
    silent = {rule for gap in report.incomplete for rule in gap.affects}
    return frozenset(rule for rule in catalogue.CHECK if settings.chosen(rule) and rule not in silent)


def opened(found: load.Found, options: Options) -> tuple[Project, npmrc.NpmConfig, Settings]:
    """A project as it lies on disk, with the settings of its package manager and npmguard's for it."""
    project = load.load(found)
    beside = registries.beside(project.manager, project.manager_config)
    config = npmrc.load(found.folder, registry=options.registry, beside=beside)
    project = project._replace(registries=config.registries, config=config.values, own_config=config.own)
    return project, config, settled(options, found.folder, project)


_OF_AGE = ("outdated", "release-too-new")  # rules that ask how old a release must be


def settled(options: Options, folder: str, project: Project) -> Settings:
    """The settings for a project: where npmguard's own say nothing, a release's age is the manager's matter.

    It is looked up where a rule that asks for it is to run. Raises what `resolve` raises.
    """
    found = resolve(options, folder, project.manifest)
    if found.minimum_release_age is not None or options.strict or not any(map(found.chosen, _OF_AGE)):
        return found
    from npmguard import installs

    exempt = (*found.minimum_release_age_exclude, *installs.exempt(project))
    age = installs.minimum_release_age(project)
    return found._replace(minimum_release_age=age, minimum_release_age_exclude=exempt)


def audited(
    project: Project,
    folder: str,
    config: npmrc.NpmConfig,
    settings: Settings,
    progress: Progress | None,
) -> ProjectReport:
    """The report on one project: what its rules need is gathered, they are run, and the policy is applied."""
    return reported(ready(project, folder, config, settings), progress)


def ready(project: Project, folder: str, config: npmrc.NpmConfig, settings: Settings) -> Ready:
    """The project with what the chosen rules want to know of its folder."""
    rules = catalogue.load(filter(settings.chosen, catalogue.CHECK))
    if settings.health:
        from npmguard.health.needs import RULE

        rules = (*rules, RULE)
    if project.graph is not None and any(rule.id in ("install-script", "scripts-enabled") for rule in rules):
        from npmguard.project import installed

        project = project._replace(installed=installed.scripts(folder, project.graph))
    if project.graph is not None and any(rule.id == "integrity-mismatch" for rule in rules):
        from npmguard.project import tarballs

        project = project._replace(tarballs=tarballs.hashes(folder, project.graph))
    told = settings.licences or any(map(settings.chosen, OF_LICENCES))
    if project.graph is not None and told:
        from npmguard.project import installed

        project = project._replace(licences=installed.licences(folder, project.graph))
    return Ready(project, config, settings, tuple(rules))


def reported(found: Ready, progress: Progress | None, memory: Memory | None = None) -> ProjectReport:
    """The report on a project. `memory` is what the run has been told about others."""
    project, config, settings, rules = found
    findings, gaps, evidence = judged(project, config, rules, settings, progress, memory)
    gaps += _unread(project, rules)
    findings = list(placed(findings, project))
    findings = list(policy.apply(findings, project, settings))
    graph = project.graph
    plan = None
    if settings.plan:
        from npmguard.plans.asking import made

        plan = made(project, config, findings, evidence, settings, progress)
    return ProjectReport(
        project.folder,
        project.manifest.name,
        project.manifest.version,
        project.manager,
        project.lockfile.file if project.lockfile else None,
        project.lockfile.format if project.lockfile else None,
        len(graph.labels) if graph is not None else 0,
        tuple(findings),
        policy.merged((*gaps, *evidence.gaps)),
        (*evidence.sources, *config.ignored) if evidence.sources else (),
        capabilities=_capabilities(project, evidence, settings) if settings.deep else None,
        graph=graph,
        licences=_licences(project, evidence) if settings.licences else {},
        plan=plan,
        ran=frozenset(rule.id for rule in rules),
        health=_health(project, evidence, findings, settings) if settings.health else None,
    )


def _health(project: Project, evidence: Evidence, findings: Sequence[Finding], settings: Settings) -> Health:
    from npmguard.health import measure

    return measure(project, evidence, findings, settings)


def _licences(project: Project, evidence: Evidence) -> dict[str, str]:
    from npmguard.licences import known

    return known(project, evidence)


def _capabilities(
    project: Project, evidence: Evidence, settings: Settings
) -> dict[str, tuple[str, ...]] | None:
    """What the code of each package can do, as far as it was read."""
    if not evidence.contents:
        return None
    from npmguard.rules import held

    read = held.read(project, evidence, settings)
    return dict(sorted((package.label, found.code.capabilities.names) for package, _, found, _ in read))


def judged(
    project: Project,
    config: npmrc.NpmConfig,
    rules: Sequence[Rule],
    settings: Settings,
    progress: Progress | None,
    memory: Memory | None = None,
) -> tuple[list[Finding], list[Gap], Evidence]:
    """What the rules find, where they cannot speak, and what was asked for them. No policy is applied yet."""
    evidence = Evidence()
    if any(rule.needs is not nothing for rule in rules):
        from npmguard.evidence import gather

        evidence = gather(project, config, rules, settings, progress, memory)
    findings, gaps = run(rules, project, evidence, settings)
    if evidence.histories:
        _remember(project, config, evidence, settings, memory)
    return list(_traced(combined(findings), project, settings)), gaps, evidence


def _remember(
    project: Project,
    config: npmrc.NpmConfig,
    evidence: Evidence,
    settings: Settings,
    memory: Memory | None,
) -> None:
    """Notes which releases are calm, so that the next run need not read their packages' histories."""
    from npmguard.registry import remember
    from npmguard.rules import calm

    found = {
        release: known
        for release, known in calm.releases(project, evidence, settings)
        if evidence.calm.get(release) != known
    }
    if found:
        remember(config, found, time.time(), memory)


def _unread(project: Project, rules: Sequence[Rule]) -> list[Gap]:
    """What cannot be known because there is no lockfile, or none that could be read whole."""
    blind = tuple(sorted({rule.id for rule in rules} & _OF_THE_GRAPH))
    if project.lockfile is not None and project.lockfile.graph.newer is not None and blind:
        newer = f"version {project.lockfile.graph.newer} is newer than any that this npmguard knows"
        return [Gap("lockfile", f"{project.lockfile.file}: {newer}", blind)]
    asks = any(m.dependencies or m.dev_dependencies or m.optional_dependencies for m in project.manifests)
    if project.lockfile is not None or not asks or not blind:
        return []
    if project.lockfile_names:
        from npmguard.lockfiles.bun import BINARY_REASON  # no other is left unread

        return [Gap("lockfile", f"{', '.join(project.lockfile_names)}: {BINARY_REASON}", blind)]
    return [Gap("lockfile", "no lockfile, so what an install would bring is not known", blind)]


_OF_THE_GRAPH = frozenset(
    (
        "advisory",
        "malware",
        "deprecated",
        "install-script",
        "scripts-enabled",
        "unpublished-version",
        "integrity-mismatch",
        "licence-denied",
        "licence-unknown",
    )
)


def _traced(findings: Iterable[Finding], project: Project, settings: Settings) -> Iterable[Finding]:
    """The findings with what the graph knows: who brings the package, and whether only development does."""
    graph = project.graph
    if graph is None:
        yield from findings
        return
    from npmguard.paths import Paths

    paths = Paths(graph, project.manifest.name)
    known: dict[tuple[str, ...], tuple[tuple[tuple[str, ...], ...], int]] = {}
    for finding in findings:
        keys = finding.keys
        if not keys:
            yield finding
            continue
        dev = all(graph.is_dev(key) for key in keys)
        if dev and settings.production:
            continue
        if keys not in known:
            # the ways to one package say something; those to a hundred do not
            known[keys] = paths.to(keys) if finding.package is not None else ((), 0)
        shown, count = known[keys]
        yield finding._replace(
            dev=dev,
            direct=finding.package is not None and any(key in graph.direct for key in keys),
            paths=shown,
            path_count=count,
        )


__all__ = ["Evidence", "audited", "check", "judged", "opened", "ready", "reported"]
