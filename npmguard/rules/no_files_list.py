"""Nothing says which files belong into the package.

Looks for a package.json without "files" in a folder without .npmignore: npm then packs everything that
.gitignore does not name.

Why it matters
    A list of what goes out is short and stays right; a list of what stays in has to be thought of whenever a
    file is made. The CI of AdminForth wrote its secrets into a file called .vault.env, and `npm publish`, a
    few lines later, packed it: tokens of npm, GitHub and Slack, in a package for everybody.

Bad
    {"name": "lib", "version": "1.0.0", "main": "dist/index.js"}

Good
    {"name": "lib", "version": "1.0.0", "main": "dist/index.js", "files": ["dist"]}

How to fix
    Put the list that the finding proposes into package.json, and look at what goes out then:
    npmguard prepublish --list
    README, LICENSE and package.json are always in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from npmguard import text
from npmguard.model import Evidence, Finding, Fix, Project, Severity
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.entries import Entry, entries, tidy
from npmguard.rules.publishing import shown
from npmguard.settings import Settings
from npmguard.text import count

_ALWAYS = ("package.json", "readme", "license", "licence", "copying")


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    data = project.manifest.data
    # a tarball does not say what it was made by
    if packed is None or packed.source != "folder" or publishing.files_list(data) is not None:
        return
    if ".npmignore" in (packed.ignore_files or ()) or any(
        s.npmignore == ".npmignore" for s in packed.shadows
    ):
        return
    others = [f.path for f in packed.files if not f.path.lower().startswith(_ALWAYS)]
    proposal = _proposal(project, frozenset(others))
    if all(path in proposal for path in others):
        return  # nothing but what a list would name
    private = data.get("private") is True
    line = text.one_line(f'"files": {json.dumps(proposal)}', 300)
    tops = dict.fromkeys(path.partition("/")[0] for path in others)
    yield Finding(
        "no-files-list",
        Severity.INFO if private else Severity.LOW,
        f"No list says what belongs into the package: {count(len(packed.files), 'file')} would go out",
        'Without "files" and .npmignore npm packs all that .gitignore does not name: '
        f"{text.some(map(shown, tops), 8)}. By what package.json leads to, {line} may be enough.",
        fix=Fix("edit", line),
        location=publishing.field(project),
        subject="files",
    )


def _proposal(project: Project, paths: frozenset[str]) -> list[str]:
    """The folders and files that package.json leads to."""
    found: dict[str, None] = {}
    for entry in entries(publishing.published(project)):
        for target in entry.targets if isinstance(entry, Entry) else ():
            path = tidy(target).partition("*")[0]
            top, slash, _ = path.partition("/")
            if top and top != "package.json":
                found.setdefault(top if slash or top in paths else _completed(top, paths), None)
    if not found and "index.js" in paths:
        found["index.js"] = None
    return sorted(found)[:20] or ["dist"]


def _completed(top: str, paths: frozenset[str]) -> str:
    """A main without its ending is the file that Node.js takes for it."""
    return next((top + ending for ending in (".js", ".json", ".node") if top + ending in paths), top)


RULE = Rule(
    "no-files-list",
    "publish",
    Severity.LOW,
    "Nothing says which files belong into the package.",
    __doc__ or "",
    check,
)
