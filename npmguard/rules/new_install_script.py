"""This version runs a script on install, and the release before it ran none.

Compares preinstall, install, postinstall and the compiling of a binding.gyp with the latest published
version.

Why it matters
    It is what a hijacked release looks like: ua-parser-js 0.7.29, coa 2.0.3 and rc 1.2.9 (2021) each had a
    preinstall script that the release before them had not. If you did not add it, somebody else did; if you
    did, those who install your package will be warned of it by tools like this one.

Bad
    1.2.3   "scripts": {}
    1.2.4   "scripts": {"postinstall": "node setup.js"}

Good
    Work that is done when the program is first used, or a binary as an optional dependency by platform

How to fix
    Find out who added it: git log -S postinstall -- package.json
    If it is meant, say so in the changelog, and that the package works without where scripts are off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from npmguard import text
from npmguard.model import Evidence, Finding, Fix, Project, Severity
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.install_time import REBUILD, difference, runs
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
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
)
