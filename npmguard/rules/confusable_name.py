"""A name holds characters that deceive the reader.

Looks for characters outside ASCII, and for ones that do not show or that turn the text around them, in
the names of dependencies, aliases, packages of the lockfile, the project and its workspaces. The public
npm registry has refused all of them for years, so that one in a lockfile comes from elsewhere.

Why it matters
    A Cyrillic o in place of the Latin one, or a mark that turns the reading direction, makes a reviewer
    approve what is not there. The "Trojan Source" paper of 2021 showed it in the source of a dozen
    languages.

Bad
    "dependencies": {"l\\u043edash": "^4.17.21"}

Good
    "dependencies": {"lodash": "^4.17.21"}

How to fix
    Type the name anew by hand, and find out how it came there: git log -S '<the name>' -- package.json
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.model import Evidence, Finding, Fix, Location, Project, Severity
from npmguard.names import lookalike
from npmguard.names.confusables import escape, fold, is_hidden, odd
from npmguard.rules import places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import groups
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    told: set[str] = set()
    for package, keys in groups(project, settings.production):
        for name in (package.name, package.alias):
            if name is not None and odd(name):
                told.add(name)
                yield _finding(name, package.version, places.of(project, package), keys)
    for manifest in project.manifests:
        if manifest.name is not None and odd(manifest.name):
            yield _finding(manifest.name, manifest.version, Location(manifest.file, "/name"))
        for field in (
            manifest.dependencies,
            manifest.dev_dependencies,
            manifest.optional_dependencies,
            manifest.peer_dependencies,
        ):
            for name in field:
                if name not in told and odd(name):
                    told.add(name)
                    yield _finding(name, None, places.asked_in(manifest, name))


def _finding(name: str, version: str | None, place: Location | None, keys: tuple[str, ...] = ()) -> Finding:
    strange = sorted({c for c in name if not " " <= c <= "~"})
    listed = ", ".join(_described(c) for c in strange[:5]) + (" and others" if len(strange) > 5 else "")
    hidden = any(map(is_hidden, strange))
    imitated = lookalike(name)
    reads = escape(fold(name))
    detail = f"It holds {listed}."
    if imitated is not None and imitated.how == "confusable":
        detail += f" It reads like the popular package {imitated.name}, and is another."
    elif reads and reads != escape(name):
        detail += f" It reads like {reads}."
    what = "characters that do not show" if hidden else "characters that are not what they look like"
    return Finding(
        "confusable-name",
        Severity.CRITICAL if hidden or imitated else Severity.HIGH,
        f'"{escape(name)}" holds {what}',
        detail + " npm takes no such name.",
        package=name,
        version=version,
        fix=Fix("edit"),
        location=place,
        keys=keys,
    )


def _described(character: str) -> str:
    from unicodedata import name

    return f"U+{ord(character):04X} ({name(character, 'no name').lower()})"


RULE = Rule(
    "confusable-name",
    "names",
    Severity.HIGH,
    "A name holds characters that deceive the reader.",
    __doc__ or "",
    check,
)
