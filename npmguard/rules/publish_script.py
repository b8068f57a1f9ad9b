"""The package runs a script on the machine of everybody who installs it.

Looks for preinstall, install and postinstall, for a binding.gyp that npm compiles by itself, and whether what
the script runs is in the package: a script that runs a file that is not packed, or a tool that is a
development dependency alone, fails with every install.

Why it matters
    Install scripts are how most npm malware acts, so that npm 12, pnpm 10, yarn 4.14 and bun run none that
    nobody named: a package that relies on one is broken for many of its users. A message is no reason: the
    advertisement that core-js printed in 2019 filled the logs of everybody, and npm 7 shows no output of
    scripts any more.

Bad
    "postinstall": "husky install"

Good
    "prepare": "husky install"      runs in your checkout, and not with those who install the package

How to fix
    What is for developers belongs into "prepare", what makes files into "prepack".
    A binary is better shipped as an optional dependency for each platform, as esbuild and sharp do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npmguard import text
from npmguard.model import Confidence, Evidence, Finding, Fix, Project, Severity
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.entries import Entry, Files
from npmguard.rules.install_time import REBUILD, runs
from npmguard.rules.publishing import shown
from npmguard.settings import Settings

_STEPS = re.compile(r"&&|\|\||[;&|\n]")
_SHELLS = ("node", "sh", "bash", "tsx", "ts-node", "bun", "deno")
_LONGEST = 10_000


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    if packed is None:
        return
    files = Files(file.path for file in packed.files)
    hooks = runs(project.manifest.data, files.paths)
    if not hooks:
        return
    written = publishing.scripts(project.manifest.data)
    commands = "; ".join(f"{hook}: {text.one_line(command, 200)}" for hook, command in hooks.items())
    gyp = hooks.get("install") == REBUILD and "install" not in written
    why = "npm compiles it because there is a binding.gyp. " if gyp else ""
    first = next((hook for hook in hooks if hook in written), None)
    yield Finding(
        "publish-script",
        Severity.MODERATE,
        f"The package runs {' and '.join(hooks)} on every machine that installs it",
        f"{commands}. {why}npm 12, pnpm 10, yarn 4.14 and bun run it only where somebody allowed it: say in "
        "the README what works without.",
        fix=Fix("review"),
        location=publishing.field(project, "scripts", first) if first else publishing.field(project),
        subject=" ".join(hooks),
    )
    for hook, command in hooks.items():
        if hook in written:
            yield from _broken(project, files, hook, command)


def _broken(project: Project, files: Files, hook: str, command: str) -> Iterator[Finding]:
    """What the script needs and an installed package does not have."""
    forgiven = "||" in command
    for step in _STEPS.split(command[:_LONGEST])[:50]:
        words = step.split()
        while words and re.fullmatch(r"\w+=\S*", words[0]):
            words = words[1:]
        if not words:
            continue
        path = _script(words)
        why = None
        if path is not None and not _there(files, path):
            why = f"{shown(path)}, which is not in the package"
        elif _only_ours(project, words[0]):
            why = f"{shown(words[0])}, a development dependency, which those who install the package lack"
        if why is not None:
            yield Finding(
                "publish-script",
                Severity.MODERATE if forgiven else Severity.HIGH,
                f"{hook} runs {why}",
                f"{hook}: {text.one_line(command, 200)}. "
                + ("The script goes on all the same." if forgiven else "Every install that runs it fails."),
                Confidence.MEDIUM,
                fix=Fix("edit"),
                location=publishing.field(project, "scripts", hook),
                subject=f"{hook} {words[0]} {path or ''}",
            )


def _script(words: list[str]) -> str | None:
    """The file of the package that a command runs, where it plainly does."""
    if words[0].startswith("./"):
        return words[0]
    if words[0] not in _SHELLS:
        return None
    for word in words[1:]:
        if word.startswith("-"):
            # a flag: those of node that take a script's place or a value are left alone
            if word.lstrip("-") in ("e", "p", "c", "r", "eval", "print", "require", "import", "loader"):
                return None
            continue
        plain = word.strip("\"'")
        return plain if re.fullmatch(r"[\w./@-]+", plain) and "node_modules" not in plain else None
    return None


def _there(files: Files, path: str) -> bool:
    return path.startswith(("/", "../")) or files.has(Entry("", (), (path,), "main"))


def _only_ours(project: Project, word: str) -> bool:
    manifest = project.manifest
    return word in manifest.dev_dependencies and not (
        word in manifest.dependencies
        or word in manifest.optional_dependencies
        or word in manifest.peer_dependencies
    )


RULE = Rule(
    "publish-script",
    "publish",
    Severity.MODERATE,
    "The package runs a script on the machine of everybody who installs it.",
    __doc__ or "",
    check,
)
