"""An .npmignore hides the .gitignore beside it, and files go out because of that.

npm reads one of the two in each folder: where there is an .npmignore, the .gitignore beside it counts for
nothing. Lists the files that the .gitignore would have kept in.

Why it matters
    Somebody adds an .npmignore of one line to leave out the tests, and from then on everything that git never
    saw is published: .env, coverage, local settings. The author of cli-ux described in May 2018 how a line
    that leaves out a test folder sends the AWS credentials of an .envrc along, while nothing in the
    repository shows it.

Bad
    .gitignore      .env
    .npmignore      test/

Good
    "files": ["dist"] in package.json, and no .npmignore

How to fix
    Delete the .npmignore and list in "files" what belongs into the package. If it has to stay, copy the lines
    of the .gitignore into it.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import text
from npmguard.model import Evidence, Finding, Fix, Packed, Project, Severity, Shadow
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.publishing import shown
from npmguard.rules.unwanted import known
from npmguard.settings import Settings
from npmguard.text import count


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    for shadow in packed.shadows if packed is not None else ():
        if shadow.files and packed is not None:
            yield _finding(project, packed, shadow)


def _finding(project: Project, packed: Packed, shadow: Shadow) -> Finding:
    leaking = {leak.path for leak in packed.leaks}
    grave = [path for path in shadow.files if path in leaking or _is_grave(path)]
    files = list(dict.fromkeys((*grave, *shadow.files)))
    verb = "goes" if len(files) == 1 else "go"
    worst = f" {shown(grave[0])} should never leave." if grave else ""
    return Finding(
        "ignore-file-shadowing",
        Severity.HIGH if grave else Severity.MODERATE,
        f"{shown(shadow.npmignore)} hides {shown(shadow.gitignore)}: {count(len(files), 'file')} {verb} out "
        "that git ignores",
        f"{text.some((shown(path) for path in files), 8)}.{worst} npm reads one of the two: copy the lines "
        f'of {shown(shadow.gitignore)} into {shown(shadow.npmignore)}, or delete that and use "files" of '
        "package.json.",
        fix=Fix("edit"),
        location=publishing.place(project, shadow.npmignore),
        subject=shadow.npmignore,
    )


def _is_grave(path: str) -> bool:
    found = known(path)
    return found is not None and found.severity >= Severity.HIGH and not found.kind.text


RULE = Rule(
    "ignore-file-shadowing",
    "publish",
    Severity.MODERATE,
    "An .npmignore hides the .gitignore beside it, and files go out because of that.",
    __doc__ or "",
    check,
)
