"""This version runs a script on install, and the release before it ran none.

Compares preinstall, install, postinstall and the compiling of a binding.gyp with the releases before it: of a
locked package with all of its line, as the registry has them; of one to be published with the latest.
What builds native add-ons, sets up git hooks or prints a message is `moderate`; everything else that is new
is `high`. A package that ran something before and now runs another command is `low`, a sign among others.

Why it matters
    It is what a hijacked release looks like: eslint-scope 3.7.2 (2018), ua-parser-js 0.7.29, coa 2.0.3 and
    rc 1.2.9 (2021), and each wave of the Shai-Hulud worm (2025) ran a script that the release before them
    had not. In your own package: if you did not add it, somebody else did; if you did, those who install it
    will be warned of it by tools like this one.

Bad
    1.2.3   "scripts": {}
    1.2.4   "scripts": {"postinstall": "node setup.js"}

Good
    Work that is done when the program is first used, or a binary as an optional dependency by platform

How to fix
    Of a dependency: stay on the release before it until you know what the script does, and install with
    --ignore-scripts meanwhile. Where it has run already, treat the machine's tokens as known to others.
    Of your own: find out who added it, with git log -S postinstall -- package.json
    If it is meant, say so in the changelog, and that the package works without where scripts are off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from npmguard import text
from npmguard.model import Confidence, Evidence, Finding, Fix, Gap, Needs, Project, Publication, Severity
from npmguard.rules import lineage, places, publishing
from npmguard.rules.base import Rule
from npmguard.rules.install_time import REBUILD, alike, difference, is_known, runs
from npmguard.settings import Settings

_ENOUGH = 3  # releases in a row that ran nothing
_LONG = 10  # of them, after which what ran once counts no more


def needs(project: Project, settings: Settings) -> Needs:
    return lineage.needs(project, settings) if project.packed is None else Needs()


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    return lineage.then(project, evidence, settings) if project.packed is None else Needs()


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    if project.packed is not None:
        yield from _published(project)
        return
    yield from lineage.mirrored(evidence, "new-install-script")
    for found in lineage.lineages(project, evidence, settings):
        change = changed(found)
        if change is None:
            continue
        fix, words = lineage.back(project, found)
        yield Finding(
            "new-install-script",
            change.severity,
            f"{found.package.label} {change.title}",
            f"{change.detail} {words}".rstrip(),
            Confidence.HIGH if change.known else Confidence.MEDIUM,
            package=found.package.name,
            version=found.package.version,
            fix=fix,
            location=places.locked(project, found.package),
            keys=found.keys,
        )


# -- a locked release among its package's


class Change(NamedTuple):
    """What is new about a release's scripts: the end of a title, and the evidence.

    `known` is False where the registry does not say what runs.
    """

    severity: Severity
    title: str
    detail: str
    known: bool = True


def changed(found: lineage.Lineage) -> Change | None:
    """What the release runs on install that those before it did not, or None."""
    hooks = found.release.scripts
    if not hooks and found.package.has_install_script:
        hooks = None  # npm saw one when it wrote the lockfile
    earlier = found.line if len(found.line) >= _ENOUGH else found.before
    if hooks == {} or len(earlier) < _ENOUGH:
        return None
    row = _quiet(earlier)
    if len(row) < _ENOUGH:
        return _other(found, hooks)
    if found.settled(_runs_something):
        return None
    plain = hooks is None or all(map(is_known, hooks.values()))
    severity = Severity.MODERATE if plain else Severity.HIGH
    if len(row) < min(_LONG, len(earlier)):
        severity = Severity.LOW if plain else Severity.MODERATE
    what = " and ".join(hooks) if hooks else "a script"
    first, last = text.one_line(row[0].version, 60), text.one_line(row[-1].version, 60)
    previous = found.previous or row[-1]
    return Change(
        severity,
        f"runs {what} on install, which {text.one_line(previous.version, 60)} did not",
        f"{_commands(hooks)} None of the {len(row)} releases from {first} to {last} ran anything on install. "
        "This runs with the rights of whoever installs.",
        hooks is not None,
    )


def _quiet(earlier: Sequence[Publication]) -> list[Publication]:
    """The releases in a row right before this one that ran nothing, the oldest first."""
    row: list[Publication] = []
    for release in reversed(earlier):
        if _runs_something(release):
            break
        row.append(release)
    return row[::-1]


def _other(found: lineage.Lineage, hooks: Mapping[str, str] | None) -> Change | None:
    """What a release runs instead of what the one before it ran."""
    previous = found.previous
    if previous is None or not previous.scripts or not hooks or all(map(is_known, hooks.values())):
        return None
    change = difference(previous.scripts, hooks)
    new = {hook: command for hook, command in change.new.items() if not is_known(command)}
    new = {h: c for h, c in new.items() if not any(alike(c, old) for old in previous.scripts.values())}
    other = {h: c for h, c in change.changed.items() if not alike(c, previous.scripts[h])}
    if not (new or other) or found.settled(lambda later: later.scripts == hooks):
        return None
    before = text.one_line(previous.version, 60)
    was = f"{before} ran {_commands(previous.scripts)}"
    if new:
        return Change(
            Severity.MODERATE,
            f"runs {' and '.join(new)} on install, which {before} did not",
            f"{_commands(new)} {was}",
        )
    return Change(
        Severity.LOW,
        f"runs another {' and '.join(other)} on install than {before}",
        f"{_commands(other)} {was}",
    )


def _runs_something(release: Publication) -> bool:
    return release.scripts is None or bool(release.scripts)


def _commands(hooks: Mapping[str, str] | None) -> str:
    if hooks is None:
        return "What it runs the registry does not say: its package may hold a binding.gyp."
    said = "; ".join(f"{hook}: {text.one_line(command, 200)}" for hook, command in hooks.items())
    gyp = " npm compiles its binding.gyp, and runs what stands in it." if REBUILD in hooks.values() else ""
    return f"{said}.{gyp}"


# -- a package that is to be published


def _published(project: Project) -> Iterator[Finding]:
    packed = project.packed
    previous = packed.previous if packed is not None else None
    if packed is None or previous is None:
        return
    before = runs(
        previous.manifest, None if previous.files is None else {file.path for file in previous.files}
    )
    after = runs(project.manifest.data, {file.path for file in packed.files})
    found = difference(before, after)
    version = text.one_line(previous.version, 60)
    if found.new:
        what = "no script on install" if found.first else f"no {' and no '.join(found.new)}"
        yield _finding(
            project,
            Severity.HIGH if found.first else Severity.MODERATE,
            f"This version runs {' and '.join(found.new)}, and {version} had {what}",
            found.new,
        )
    if found.changed:
        yield _finding(
            project,
            Severity.LOW,
            f"{' and '.join(found.changed)} {'runs' if len(found.changed) == 1 else 'run'} another command "
            f"than in {version}",
            found.changed,
        )


def _finding(project: Project, severity: Severity, title: str, hooks: Mapping[str, str]) -> Finding:
    commands = "; ".join(f"{hook}: {text.one_line(command, 200)}" for hook, command in hooks.items())
    written = [hook for hook in hooks if hook in publishing.scripts(project.manifest.data)]
    gyp = hooks.get("install") == REBUILD and "install" not in written
    why = " There is a binding.gyp, and no script of its own to build it." if gyp else ""
    return Finding(
        "new-install-script",
        severity,
        title,
        f"{commands}.{why} It runs with the rights of whoever installs the package.",
        fix=Fix("review"),
        location=publishing.field(project, "scripts", written[0]) if written else publishing.field(project),
        subject=" ".join(hooks),
    )


RULE = Rule(
    "new-install-script",
    "install scripts",
    Severity.HIGH,
    "This version runs a script on install, and the release before it ran none.",
    __doc__ or "",
    check,
    needs,
    then,
)
