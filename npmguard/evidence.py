"""Asks the outside for just what the chosen rules need, at once, and says what did not answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from npmguard.model import (
    Advisory,
    Deceptive,
    Evidence,
    Gap,
    Keys,
    Mismatched,
    Missing,
    Needs,
    Packument,
    Project,
    Unanswered,
)
from npmguard.settings import Settings
from npmguard.text import some, span

if TYPE_CHECKING:
    from npmguard import contents
    from npmguard.advisories.osv import LoadedAdvisories
    from npmguard.project.npmrc import NpmConfig
    from npmguard.registry import Answers
    from npmguard.registry.memory import Memory
    from npmguard.rules.base import Rule

Progress = Callable[[int, int], None]

_ADVISORY_RULES = ("advisory", "malware")
# Whose matter it is what came in the place of a tarball: no gap, where they are to speak.
_SPEAKS = ((Mismatched, "integrity-mismatch"), (Deceptive, "unsafe-tarball"))
_ROUNDS = 6  # what an answer makes a rule ask further is answered at most so often


def gather(
    project: Project,
    config: NpmConfig,
    rules: Iterable[Rule],
    settings: Settings,
    progress: Progress | None = None,
    memory: Memory | None = None,
) -> Evidence:
    """Everything that `rules` need to know about `project`, and the gaps where nobody could say.

    `memory` is what the run has been told about other projects. Raises InputError for a file of advisories
    that cannot be read.
    """
    rules = tuple(rules)
    wanted = {rule.id: rule.needs(project, settings) for rule in rules}
    needs = _all(wanted)
    if needs == Needs():
        return Evidence()
    bulk = _bulk(project, settings) if needs.advisories and not settings.offline else {}
    answers = _ask(config, needs, bulk, settings, progress, memory)
    gaps = _unanswered(answers, wanted)
    sources = _registry_lines(answers)
    advisories: tuple[Advisory, ...] | None = None
    if needs.advisories:
        advisories, more, lines = _advisories(project, answers, bulk, settings)
        gaps += more
        sources = lines + sources
    evidence = Evidence(
        answers.packuments,
        answers.manifests,
        advisories,
        tuple(gaps),
        tuple(sources),
        answers.histories,
        time.time(),
        keys=answers.keys,
        attestations=answers.attestations,
        calm=answers.calm,
        outlines=answers.outlines,
    )
    evidence, before = _read(project, config, wanted, evidence, settings, progress)
    for _ in range(_ROUNDS):
        said: dict[object, Needs] = {}  # several rules may ask by one and the same function
        further = {}
        for rule in rules:
            if rule.then not in said:
                said[rule.then] = rule.then(project, evidence, settings)
            further[rule.id] = said[rule.then]
        needs = _all(further)
        if needs == Needs():
            break
        if needs._replace(contents=frozenset()) != Needs():
            answers = _ask(config, needs, {}, settings, progress, memory)
            evidence = evidence._replace(
                packuments=_joined(evidence.packuments, answers.packuments),
                manifests={**evidence.manifests, **answers.manifests},
                histories={**evidence.histories, **answers.histories},
                keys={**evidence.keys, **answers.keys},
                attestations={**evidence.attestations, **answers.attestations},
                calm={**evidence.calm, **answers.calm},
                outlines={**evidence.outlines, **answers.outlines},
                gaps=(*evidence.gaps, *_unanswered(answers, further)),
            )
        evidence, again = _read(project, config, further, evidence, settings, progress)
        before += again
    return evidence._replace(
        sources=(
            *evidence.sources,
            *_history_lines(evidence),
            *_proof_lines(evidence),
            *_contents_lines(evidence, before),
        )
    )


def ahead(
    asking: Iterable[tuple[Project, NpmConfig, Sequence[Rule], Settings]],
    memory: Memory,
    progress: Progress | None = None,
) -> None:
    """Asks at once what the rules need to know first about several projects, and leaves it to the memory.

    How packages were published is left to each project: that takes more room than all the rest.
    """
    alike: dict[object, list[tuple[Project, NpmConfig, Sequence[Rule], Settings]]] = {}
    for each in asking:
        alike.setdefault(each[1].identity, []).append(each)
    for group in alike.values():
        needs = Needs()
        named: dict[str, set[str]] = {}
        for project, _, rules, settings in group:
            needs |= _all({rule.id: rule.needs(project, settings) for rule in rules})
            bulk = _bulk(project, settings) if needs.advisories and not settings.offline else {}
            for name, versions in bulk.items():
                named.setdefault(name, set()).update(versions)
        first = Needs(versions=needs.versions, lists=needs.lists, manifests=needs.manifests, keys=needs.keys)
        union = {name: sorted(named[name]) for name in sorted(named)}
        _ask(group[0][1], first, union, settings, progress, memory)


def _read(
    project: Project,
    config: NpmConfig,
    wanted: Mapping[str, Needs],
    evidence: Evidence,
    settings: Settings,
    progress: Progress | None,
) -> tuple[Evidence, int]:
    """The evidence with the contents of the tarballs that are wanted, and how many had been read before."""
    keys = _all(wanted).contents - evidence.contents.keys()
    if not keys:
        return evidence, 0
    from npmguard.contents import contents

    answers = contents(project, config, keys, evidence, offline=settings.offline, progress=progress)
    gaps = _unread(answers, wanted)
    return (
        evidence._replace(contents={**evidence.contents, **answers.contents}, gaps=(*evidence.gaps, *gaps)),
        answers.known,
    )


def _unread(answers: contents.Answers, wanted: Mapping[str, Needs]) -> list[Gap]:
    """One gap for each reason that tarballs could not be read, where no rule speaks of it."""
    reasons: dict[str, list[tuple[str, str]]] = {}
    for key, answer in answers.contents.items():
        if isinstance(answer, Unanswered) and not any(
            isinstance(answer, kind) and rule in wanted for kind, rule in _SPEAKS
        ):
            reasons.setdefault(answer.reason, []).append(key)
    return [
        Gap(
            "tarballs",
            f"{reason} ({some(f'{name}@{version}' for name, version in sorted(keys))})",
            tuple(sorted(rule for rule, needs in wanted.items() if not needs.contents.isdisjoint(keys))),
        )
        for reason, keys in sorted(reasons.items())
    ]


Packuments = Mapping[str, Packument | Missing | Unanswered]


def _joined(known: Packuments, more: Packuments) -> Packuments:
    """What is known of packages, with what was learnt of further versions of them."""
    found = dict(known)
    for name, answer in more.items():
        before = found.get(name)
        if isinstance(before, Packument):
            if not isinstance(answer, Packument):
                continue
            versions = {**before.versions, **answer.versions}
            answer = answer._replace(
                versions=versions, all_versions=answer.all_versions or before.all_versions
            )
        found[name] = answer
    return found


def _all(wanted: Mapping[str, Needs]) -> Needs:
    needs = Needs()
    for each in {id(each): each for each in wanted.values()}.values():
        needs |= each
    return needs


def _ask(
    config: NpmConfig,
    needs: Needs,
    bulk: Mapping[str, list[str]],
    settings: Settings,
    progress: Progress | None,
    memory: Memory | None,
) -> Answers:
    from npmguard.registry import fetch

    return fetch(config, needs, offline=settings.offline, progress=progress, bulk=bulk or None, memory=memory)


def _bulk(project: Project, settings: Settings) -> Mapping[str, list[str]]:
    if project.graph is None:
        return {}
    from npmguard.advisories.registry import bulk_request

    return bulk_request(project.graph, settings.production)


def _unanswered(answers: Answers, wanted: Mapping[str, Needs]) -> list[Gap]:
    """One gap for each reason that packages went unanswered."""
    reasons: dict[str, list[str]] = {}
    attested = {name: a for (name, _), a in answers.attestations.items() if isinstance(a, Unanswered)}
    for known in (answers.packuments, answers.histories, answers.outlines, answers.keys, attested):
        for name, answer in known.items():
            if isinstance(answer, Unanswered):
                reasons.setdefault(answer.reason, []).append(name)
    gaps = []
    for reason, names in sorted(reasons.items()):
        missing = set(names)
        affects = [
            rule
            for rule, needs in wanted.items()
            if not missing.isdisjoint(needs.lists | needs.histories | needs.outlines | needs.keys)
            or any(name in missing for name, _ in needs.versions | needs.manifests)
            or any(name in missing for name, _ in needs.attestations | needs.releases)
        ]
        names.sort()
        gaps.append(Gap("registry", f"{reason} ({some(names)})", tuple(sorted(affects))))
    return gaps


def _registry_lines(answers: Answers) -> list[str]:
    stats = answers.stats
    asked = len(answers.packuments)
    if not asked:
        return []
    line = f"registry metadata: {asked} package{'s' if asked > 1 else ''}"
    if stats.from_cache:
        line += f", {stats.from_cache} of them from the cache ({age(stats.oldest)} old)"
    return [line]


def _history_lines(evidence: Evidence) -> list[str]:
    asked = len(evidence.histories.keys() | evidence.outlines.keys() | {name for name, _ in evidence.calm})
    return [f"release histories: {asked} package{'s' if asked > 1 else ''}"] if asked else []


def _contents_lines(evidence: Evidence, known: int) -> list[str]:
    asked = len(evidence.contents)
    if not asked:
        return []
    line = f"contents: {asked} tarball{'s' if asked > 1 else ''}"
    return [f"{line}, {known} of them read before" if known else line]


def _proof_lines(evidence: Evidence) -> list[str]:
    """How signatures and attestations were looked at, in words that claim no more than that."""
    lists = {found.registry: found for found in evidence.keys.values() if isinstance(found, Keys)}
    lines = []
    if lists and (count := sum(len(found.by_id) for found in lists.values())):
        from npmguard import signatures

        line = f"registry signatures: {count} key{'s' if count > 1 else ''}"
        seconds = evidence.now - min(found.fetched for found in lists.values())
        if seconds >= 1:
            line += f" from the cache ({age(seconds)} old)"
        if not signatures.available():
            line += f"; not verified, which {signatures.EXTRA} would do"
        lines.append(line)
    read = {key for key, a in evidence.attestations.items() if not isinstance(a, Missing | Unanswered)}
    asked = len(read.union(key for key, calm in evidence.calm.items() if calm.vouched))
    if asked:
        lines.append(
            f"attestations: {asked} release{'s' if asked > 1 else ''}, "
            "their certificates unverified (npm audit signatures verifies them)"
        )
    return lines


def age(seconds: float) -> str:
    """How old what the cache gave is at most, in words."""
    return f"up to {span(seconds)}" if seconds >= 60 else span(seconds)


def _advisories(
    project: Project, answers: Answers, bulk: Mapping[str, list[str]], settings: Settings
) -> tuple[tuple[Advisory, ...] | None, list[Gap], list[str]]:
    """(the advisories, the gaps, the lines that say who was asked)."""
    graph = project.graph
    if graph is None:
        return None, [], []
    found: list[Advisory] = []
    gaps: list[Gap] = []
    lines: list[str] = []
    answered = False
    names = frozenset(package.name for package in graph.foreign)
    local = _local(names, settings)
    for path, loaded in local:
        found += loaded.advisories
        answered = True
        age = f", the newest of {loaded.newest[:10]}" if loaded.newest else ""
        lines.append(f"advisories: {loaded.records_read} records in {path}{age}")
        gaps += [Gap("advisories", f"{path}: {problem}", _ADVISORY_RULES) for problem in loaded.problems]
    problem = None
    if settings.offline:
        problem = "offline: the registry was not asked"
    elif not bulk:
        answered = True
    else:
        problem = answers.bulk_error
        if answers.bulk is not None:
            from npmguard.advisories.registry import parse_bulk

            try:
                advisories, problems = parse_bulk(answers.bulk)
                found += advisories
                answered = True
                lines.append(f"advisories: the registry, asked about {len(bulk)} packages just now")
                gaps += [Gap("advisories", problem, _ADVISORY_RULES) for problem in problems]
            except ValueError as error:
                problem = str(error)
    if problem:
        kept = _kept(names, problem)
        if kept.advisories is not None:
            found += kept.advisories
            answered = True
            lines += kept.lines
        # files that were named are what was asked for, where nobody was to be asked
        if not (settings.offline and local):
            rest = "; the local files stand alone" if local and kept.advisories is None else ""
            gaps += [Gap("advisories", f"{gap}{rest}", _ADVISORY_RULES) for gap in kept.gaps]
    if not answered:
        return None, gaps, lines
    from npmguard.advisories import merge

    return merge(found), gaps, lines


class _Kept(NamedTuple):
    """What the local store knows, or None; what is to be said of it; what remains unknown all the same."""

    advisories: list[Advisory] | None
    lines: list[str]
    gaps: list[str]


def _kept(names: frozenset[str], problem: str) -> _Kept:
    """The local store's answer about packages of these names; the `problem` is why another one did not come.

    It closes the gap, unless it is too old for that.
    """
    from npmguard.advisories import store

    try:
        with store.Store(store.default_path()) as opened:
            held = opened.about
            found = opened.advisories(names)
    except FileNotFoundError:
        return _Kept(None, [], [f"{problem}, and there is no local store (npmguard db update)"])
    except store.Unusable as error:
        return _Kept(
            None, [], [f"{problem}, and the local store cannot be used: {error} (npmguard db update)"]
        )
    now = time.time()
    seconds = held.age(now)
    old = "of unknown age" if seconds is None else f"{span(seconds)} old"
    newest = f"the newest of {held.newest[:10]}, " if held.newest else ""
    line = f"advisories: {held.records} records in the local store, {newest}{old} ({problem})"
    gaps = [f"the local store: {problem}" for problem in held.problems]
    if held.is_old(now):
        gaps.insert(0, f"{problem}, and the local store is {old} (npmguard db update)")
    return _Kept(found, [line], gaps)


def about(
    config: NpmConfig, published: Mapping[str, list[str]], settings: Settings
) -> tuple[tuple[Advisory, ...], list[str]]:
    """(the advisories about any of these versions, by name; why others are not known).

    For packages that are not locked, but might be.
    """
    from npmguard.advisories import merge
    from npmguard.advisories.registry import parse_bulk

    names = frozenset(published)
    found = [a for _, loaded in _local(names, settings) for a in loaded.advisories]
    problems: list[str] = []
    if settings.offline:
        # that nobody was asked is told already
        found += _kept(names, "").advisories or ()
    else:
        answers = _ask(config, Needs(), published, settings, None, None)
        problem = answers.bulk_error
        if answers.bulk is not None:
            try:
                advisories, more = parse_bulk(answers.bulk)
                found += advisories
                problems += more
            except ValueError as error:
                problem = str(error)
        if problem:
            kept = _kept(names, problem)
            found += kept.advisories or ()
            problems += kept.gaps
    return merge(found), problems


def _local(names: frozenset[str], settings: Settings) -> list[tuple[str, LoadedAdvisories]]:
    if not settings.advisories:
        return []
    from npmguard.advisories import osv

    return [(path, osv.load(path, names)) for path in settings.advisories]
