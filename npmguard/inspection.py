"""May this package be installed? What `npmguard inspect` prints.

Data goes one way, as in `audit`: what an install of the package would bring is worked out from the registry
as npm does it, that becomes a project which asks for nothing else, and the rules of a check look at it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from npmguard import audit, commands, facts, policy, systems
from npmguard import rules as catalogue
from npmguard.asked import Ask, nearest, read
from npmguard.brought import MOST, Answer, Brought
from npmguard.errors import UsageError
from npmguard.held import Held
from npmguard.model import (
    Advice,
    Finding,
    Fix,
    Gap,
    History,
    Lockfile,
    Manifest,
    Missing,
    Needs,
    Offer,
    Offers,
    Project,
    ProjectReport,
    Report,
    Severity,
    Unanswered,
)
from npmguard.project import load, npmrc
from npmguard.project.manifest import of
from npmguard.rules.base import Rule, nothing, nothing_more
from npmguard.rules.verdict import TRUST
from npmguard.settings import Options, Settings
from npmguard.text import one_line, some

_TOLD = ("registry metadata", "release histories")  # lines that are told for all packages at once


class Home(NamedTuple):
    """The project in the working directory, or one that asks for nothing; its settings."""

    project: Project
    config: npmrc.NpmConfig
    settings: Settings


def inspect(
    asked: Sequence[str], settings: Options | None = None, progress: audit.Progress | None = None
) -> Report:
    """The report on packages that nobody has installed yet: one project in it for each of `asked`.

    They are names, or names with a version, a range or a tag, as `npm install` takes them. Each is looked at
    for itself. Raises UsageError for what is no package of a registry, and for a version that is not there.
    """
    options = settings or Options()
    began = time.time()
    asks = [read(text) for text in asked]
    home = _home(options)
    rules = catalogue.load(filter(home.settings.chosen, catalogue.INSPECT))
    held = Held(home.project)
    trees = [Brought(each.name, each.wanted, held, _suits) for each in asks]
    known, line = _offered(trees, asks, home, rules, progress)
    reports: list[ProjectReport] = []
    seen: set[tuple[str, str | None]] = set()
    for each, tree in zip(asks, trees, strict=True):
        answer = known.get(each.spec.name, Missing(each.spec.name))
        if isinstance(answer, Offers) and tree.key is None:
            raise UsageError(f"{one_line(each.text)}: {nearest(answer, each.spec)}")
        report, labels = _inspected(each, tree, answer, home, held, rules, progress)
        reports.append(report._replace(sources=(*line, *report.sources)))
        seen |= labels
    return policy.report("inspect", began, reports, len(seen), [home.settings] * len(reports))


# -- the project that is there


def _home(options: Options) -> Home:
    """The project in the working directory, with the settings of its manager and npmguard's own for it."""
    if any(os.path.isfile(name) for name in ("package.json", *load.LOCKFILES)):
        project, config, settings = audit.opened(load.home("."), options)
    else:
        config = npmrc.load(".", registry=options.registry)
        project = Project(
            ".",
            of({}, "package.json"),
            {},
            "npm",
            None,
            registries=config.registries,
            config=config.values,
            own_config=config.own,
        )
        settings = audit.settled(options, ".", project)
    # nothing of what comes is known to anybody yet, so all of it is looked into
    return Home(project, config, settings._replace(deep=True))


# -- what it would bring


def _offered(
    trees: Sequence[Brought],
    asks: Sequence[Ask],
    home: Home,
    rules: Sequence[Rule],
    progress: audit.Progress | None,
) -> tuple[Mapping[str, Answer], tuple[str, ...]]:
    """(what the registries offer of all that would come, which makes the trees grow; a line about that).

    What the rules will ask for is asked for meanwhile, so that it is in the cache by then.
    """
    from npmguard.registry import offers

    told: Mapping[str, Answer] = {}
    sent = Needs()
    ids = {rule.id for rule in rules}

    def level(found: Mapping[str, Answer]) -> Set[str]:
        nonlocal told
        told = found
        while True:
            names = frozenset[str]().union(*(tree.wanted() for tree in trees)) - found.keys()
            if names or not [tree for tree in trees if tree.grow(found)]:
                return names

    def further() -> Needs:
        nonlocal sent
        names = frozenset(each.spec.name for each in asks)
        needs = Needs(histories=names, keys=names if "signature-invalid" in ids else frozenset())
        for tree in trees:
            needs |= _needed(tree, told, ids)
        new = needs - sent
        sent |= new
        return new

    stats = offers.levels(home.config, level, further, offline=home.settings.offline, progress=progress)
    count = sum(not isinstance(answer, Unanswered) for answer in told.values())
    if not count:
        return told, ()
    full = ", with their histories" if sent.histories else ""
    line = f"registry metadata: {count} package{'s' if count != 1 else ''}{full}"
    if stats.from_cache:
        from npmguard.evidence import age

        line += f", {stats.from_cache} of them from the cache ({age(stats.oldest)} old)"
    return told, (line,)


def _suits(offer: Offer) -> bool:
    return systems.suits(offer.os, offer.cpu, offer.libc)


def _needed(tree: Brought, told: Mapping[str, Answer], rules: Set[str]) -> Needs:
    """What the rules will want to know of what comes, as far as that can be told beforehand.

    A guess too many is a request in vain, one too few a round trip more: the rules themselves decide later.
    """
    known: dict[tuple[str, str], Offer] = {}
    for package in tree.packages:
        offers, version = told.get(package.name), package.version or ""
        if isinstance(offers, Offers) and offers.real and version in offers.versions:
            known[package.name, version] = offers.versions[version]
    historic, signed, scripts = (
        not rules.isdisjoint(wanting) for wanting in (TRUST, ("signature-invalid",), ("install-script",))
    )
    return Needs(
        histories=frozenset(name for name, _ in known if historic),
        manifests=frozenset(key for key, offer in known.items() if scripts and offer.has_install_script),
        keys=frozenset(name for name, _ in known if signed),
        attestations=frozenset(key for key, offer in known.items() if signed and offer.attested),
    )


def _project(home: Home, ask: Ask, tree: Brought) -> Project:
    """The project that would install the package, as if it asked for nothing else."""
    project = home.project

    manifest = _bare(project.manifest)._replace(
        name=None, version=None, dependencies={ask.name: tree.pinned or ask.wanted or "*"}
    )
    lockfile = None
    if tree.key is not None:
        format = project.lockfile.format if project.lockfile is not None else "npm-3"
        lockfile = Lockfile("package.json", format, tree.graph(format))
    return project._replace(
        manifest=manifest,
        workspaces={folder: _bare(member) for folder, member in project.workspaces.items()},
        lockfile=lockfile,
        installed={},
        tarballs={},
    )


def _bare(manifest: Manifest) -> Manifest:
    """A package.json that asks for nothing."""
    return manifest._replace(
        dependencies={}, dev_dependencies={}, optional_dependencies={}, peer_dependencies={}
    )


# -- the audit


def _inspected(
    ask: Ask,
    tree: Brought,
    answer: Answer,
    home: Home,
    held: Held,
    rules: Sequence[Rule],
    progress: audit.Progress | None,
) -> tuple[ProjectReport, Set[tuple[str, str | None]]]:
    """The report on one package, and the names and versions of all that it brings."""
    settings = home.settings
    project = _project(home, ask, tree)
    local = [rule for rule in rules if rule.needs is nothing and rule.then is nothing_more]
    every = tuple(sorted({rule.id for rule in rules} - {rule.id for rule in local}))
    more: list[Gap] = []
    if isinstance(answer, Unanswered):
        rules = local  # whoever does not answer is not asked again
    by_reason: dict[str, list[str]] = {}
    for name, reason in tree.unanswered.items():
        by_reason.setdefault(reason, []).append(name)
    more += [
        Gap("registry", f"{reason} ({some(sorted(found))})", every) for reason, found in by_reason.items()
    ]
    if tree.cut:
        more.append(Gap("registry", f"it brings more than the {MOST:,} packages that were looked at", every))
    found, gaps, evidence = audit.judged(project, home.config, rules, settings, progress)
    labels = project.graph.labels if project.graph is not None else frozenset()
    about = {name for name, _ in labels} | {ask.name, ask.spec.name}
    found = [_before(item, project.manager) for item in found if item.keys or item.package in about]
    findings = policy.apply(found, project, settings)
    incomplete = policy.merged([*gaps, *more, *evidence.gaps])
    history = _history(ask.spec.name, home, answer)
    known = facts.of(ask, tree, answer, project, held, evidence, history)
    known = known._replace(advice=_advice(findings, incomplete, settings))
    lines = [line for line in evidence.sources if not line.startswith(_TOLD)]
    return ProjectReport(
        one_line(ask.text),
        ask.spec.name,
        known.version,
        project.manager,
        None,
        None,
        len(labels),
        findings,
        incomplete,
        (*lines, *home.config.ignored),
        inspected=known,
    ), labels


def _history(name: str, home: Home, answer: Answer) -> History | None:
    """How the asked package was published; it was asked for with the first level."""
    if not isinstance(answer, Offers):
        return None
    from npmguard.registry import fetch

    answers = fetch(home.config, Needs(histories=frozenset((name,))), offline=home.settings.offline)
    found = answers.histories[name]
    return found if isinstance(found, History) else None


def _before(finding: Finding, manager: str) -> Finding:
    """A finding before anything is installed: there is no file to point to, and nothing to remove."""
    fix = finding.fix
    detail = finding.detail
    if fix is not None and fix.command and fix.kind in ("replace", "remove"):
        command = commands.of(manager).install(fix.to, "latest") if fix.to else None
        detail = detail.replace(fix.command, command or fix.to or "")
        fix = Fix(fix.kind, fix.to, command)
    return finding._replace(
        location=None, detail=detail, fix=fix, paths=tuple(path[1:] for path in finding.paths)
    )


def _advice(findings: Iterable[Finding], gaps: Sequence[Gap], settings: Settings) -> Advice:
    """May it be installed? What fails the run says no, and so does what is high, whatever fails the run."""
    shown = [finding for finding in findings if finding.suppressed is None]
    least = min(settings.fail_on, Severity.HIGH) if settings.fail_on is not None else Severity.HIGH
    bad = [finding for finding in shown if finding.severity >= least]
    if bad:
        return Advice("do-not-install", _reason(bad))
    doubtful = [
        f for f in shown if f.severity >= Severity.MODERATE or (f.severity is Severity.LOW and f.direct)
    ]
    if doubtful:
        return Advice("look-first", _reason(doubtful))
    if gaps:
        count = len(gaps)
        return Advice("look-first", f"{count} answer{'s are' if count > 1 else ' is'} missing")
    return Advice("nothing-against")


def _reason(findings: Sequence[Finding]) -> str:
    rest = len(findings) - 1
    return findings[0].title + (f" (and {rest} more)" if rest else "")
