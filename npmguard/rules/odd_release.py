"""A release is unlike all releases of its package before it.

Looks at what an update would not make anybody expect:
- a dependency that appears in a minor release or a patch and is itself days old;
- a dependency from git or a URL, which no registry keeps and which can change from day to day;
- a release after more than two years of silence;
- a tarball ten times as large as the last one, or one that has lost all but a hundredth;
- where both tarballs were read (they are for releases that are days old or have another sign, with --deep for
  all that hold something alarming): a host called where secret keys are handled, hosts that are new in a
  patch, a patch that begins to use the network, child processes, the environment or eval, and a large
  minified or encoded file in a package that had none.

A young dependency from strangers, one from a URL, a package that is all but empty, and a new host beside
secret keys are `high`; silence and size are `low`: alone they are ordinary, together with others they make
one finding of a higher severity. So does a dependency in a patch that is weeks old, and most of what only
the tarballs tell: `moderate`, or `low` once a release has stood in the registry for four months.

Why it matters
    event-stream 3.3.6 brought in flatmap-stream, five weeks old, and it the theft (2018). axios 1.14.1
    brought in a package that was a day old, and it the remote control (2026). coa and rc came back after
    years of silence to steal passwords (2021). In 2025 some hundred packages hid their code behind a
    dependency that was a plain URL, which no scanner of the registry followed.

Bad
    2.3.4 asks for left-helper ^1.0.0, first published on the day before; 2.3.3 did not

Good
    A dependency that others have used for a while, in a release whose notes speak of it.

How to fix
    Stay on the release before it. Look at the new dependency first, not at the package that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import specs, text
from npmguard.model import (
    Confidence,
    Evidence,
    Finding,
    Fix,
    History,
    Needs,
    Package,
    Project,
    Severity,
)
from npmguard.rules import held, lineage, places
from npmguard.rules.base import Rule
from npmguard.rules.gains import Oddity, gained, step
from npmguard.rules.release_too_new import span
from npmguard.settings import Settings

_YOUNG = 14 * lineage.DAY
_NEW = 60 * lineage.DAY
_STOOD = 120 * lineage.DAY
_SILENCE = 2 * 365 * lineage.DAY
_TIMES = 10
_REST = 100  # a package of which no more than this part is left
_LARGE = 500_000  # bytes: below that tenfold says little


def needs(project: Project, settings: Settings) -> Needs:
    from npmguard.rules import opening  # which looks at what this rule has to say of packuments

    return opening.needs(project, settings)


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    """The histories of locked releases, and once they are known those of their new dependencies."""
    from npmguard.rules import opening

    found = opening.then(project, evidence, settings)
    asked = [
        specs.parse(name, spec)
        for release in lineage.lineages(project, evidence, settings)
        for name, spec in added(release).items()
    ]
    return found | Needs(
        histories=frozenset(s.name for s in asked if s.registry and s.name not in evidence.histories)
    )


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    for found in lineage.lineages(project, evidence, settings):
        for oddity in oddities(found, evidence):
            yield _finding(project, found.package, found.keys, found, oddity)
    for package, keys, contents, older in held.read(project, evidence, settings):
        before = held.previous(evidence, package, keys)
        if older is None or before is None:
            continue
        line = held.line(evidence, package, keys)
        for oddity in gained(older.code, contents.code, before, package.version or ""):
            if line is not None and _stood(line, evidence.now):
                oddity = oddity._replace(severity=Severity.LOW)
            yield _finding(project, package, keys, line, oddity)


def _stood(found: lineage.Lineage, now: float) -> bool:
    """Has it been there so long that what is wrong with it would have been found?"""
    return found.release.time is not None and now - found.release.time > _STOOD


def _finding(
    project: Project, package: Package, keys: tuple[str, ...], line: lineage.Lineage | None, oddity: Oddity
) -> Finding:
    fix, words = lineage.back(project, line) if line is not None else (Fix("review"), "")
    return Finding(
        "odd-release",
        oddity.severity,
        f"{package.label} {oddity.title}",
        f"{oddity.detail} {words}".rstrip(),
        Confidence.MEDIUM,
        package=package.name,
        version=package.version,
        fix=fix,
        location=places.locked(project, package),
        keys=keys,
        subject=oddity.kind,
    )


def oddities(found: lineage.Lineage, evidence: Evidence) -> Iterator[Oddity]:
    """What is odd about a release, beside those before it."""
    if not found.before:
        return
    yield from _dependencies(found, evidence)
    yield from _silence(found)
    yield from _size(found)


def added(found: lineage.Lineage) -> dict[str, str]:
    """The dependencies that the release before it did not have: name to what is asked for."""
    previous, own = found.previous, found.release.dependencies
    if previous is None or previous.dependencies is None or own is None:
        return {}
    return {name: spec for name, spec in own.items() if name not in previous.dependencies}


def _dependencies(found: lineage.Lineage, evidence: Evidence) -> Iterator[Oddity]:
    size = step(found.previous.version if found.previous else None, found.release.version)
    for name, asked in added(found).items():
        shown = text.name(name, 80)
        if found.settled(lambda later, name=name: name in (later.dependencies or {})):  # type: ignore[misc]
            continue
        spec = specs.parse(name, asked)
        if spec.kind in ("directory", "workspace", "invalid"):
            continue  # it means a folder of the author's, which nobody else has
        if not spec.registry:
            yield Oddity(
                Severity.HIGH if size != "major" else Severity.MODERATE,
                f"remote {name}",
                f"brings in {shown} from outside the registry",
                f"It asks for {text.one_line(asked, 200)}, which the release before it did not.",
            )
            continue
        history = evidence.history(spec.name)
        if history is None or not history.real or found.release.time is None:
            continue
        age = _age(history, found.release.time)
        own = _same_hands(found, history)
        if age is None or age > (_NEW if size == "patch" and not own else _YOUNG) or _kin(found, history):
            continue
        severity = Severity.HIGH if not own and age <= _YOUNG else Severity.MODERATE
        if own and size != "patch":
            severity = Severity.LOW
        young = span(max(0.0, age))
        by = ", by the same hands" if own else ""
        yield Oddity(
            severity,
            f"young {name}",
            f"brings in {shown}, a package that was {young} old",
            f"A {size} release after {found.previous.version if found.previous else 'nothing'} asks for "
            f"{shown}@{text.one_line(asked, 60)}, whose first release came {young} earlier{by}.",
        )


def _age(history: History, then: float) -> float | None:
    """How old the package was then, in seconds."""
    first = min((p.time for p in history.publications if p.time is not None), default=None)
    return None if first is None else then - min([first, *history.withdrawn.values()])


def _kin(found: lineage.Lineage, history: History) -> bool:
    """Do both belong to one family: a scope, or a name that begins with the other's?"""
    one, other = found.package.name, history.name
    if one.startswith("@") and one.partition("/")[0] == other.partition("/")[0]:
        return True
    stem = one.lstrip("@").partition("/")[0]
    return len(stem) > 2 and other.lstrip("@").startswith(stem)


def _same_hands(found: lineage.Lineage, history: History) -> bool:
    """Did somebody publish it who published this package before?"""
    known = {p.publisher for p in found.before if p.publisher is not None}
    return any(p.publisher in known for p in history.publications)


def _silence(found: lineage.Lineage) -> Iterator[Oddity]:
    stood = found.stood
    last = max((p.time for p in stood if p.time is not None), default=None)
    own = found.release.time
    if last is None or own is None or own - last < _SILENCE or found.settled(lambda later: True):
        return
    years = (own - last) / (365.25 * lineage.DAY)
    before = text.one_line(stood[-1].version, 60)
    yield Oddity(
        Severity.LOW,
        "silence",
        f"came after {years:.0f} years of silence",
        f"{before} was published {years:.1f} years earlier.",
    )


def _size(found: lineage.Lineage) -> Iterator[Oddity]:
    old = found.previous.unpacked_size if found.previous else None
    new = found.release.unpacked_size
    if not old or new is None:
        return
    sizes = f"{text.size(new)} unpacked, after {text.size(old)}."
    if new >= old * _TIMES and new - old >= _LARGE:
        if not found.settled(lambda later: (later.unpacked_size or 0) * 2 > new):
            times = f"is {new / old:,.0f} times as large as the release before it"
            yield Oddity(Severity.LOW, "size", times, sizes)
    elif old >= _LARGE and new * _REST <= old and not found.release.deprecated:
        yield Oddity(Severity.HIGH, "emptied", "has lost nearly all that the package held", sizes)


RULE = Rule(
    "odd-release",
    "trust",
    Severity.HIGH,
    "A release is unlike all releases of its package before it.",
    __doc__ or "",
    check,
    needs,
    then,
)
