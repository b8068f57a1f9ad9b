"""package.json points to a file that would not be published.

Looks at main, module, browser, exports, imports, bin, directories.bin, types, typesVersions, man and style,
by the rules of those who read them: Node.js adds .js to a main and never to a target of exports, a pattern
needs one file that fits, npm makes a command only of a file that is there. Also tells of targets that
Node.js refuses, such as one in exports without ./ before it.

Why it matters
    The package installs, and breaks where it is used. is-promise 2.2.0 (April 2020) named a file in exports
    that its "files" left out, and wrote paths without ./: for hours every new project of
    create-react-app, firebase-tools and others failed, and a version cannot be replaced, only followed.

Bad
    "main": "dist/index.js", "files": ["lib"]

Good
    "main": "dist/index.js", "files": ["dist"]

How to fix
    Add the file to "files", correct the path, or build before you publish, best in a script that npm runs:
    "prepack": "npm run build"
    Where that is so, look after it ran, as npm does: npm run build && npmguard prepublish
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from npmguard import text
from npmguard.model import Confidence, Evidence, Finding, Fix, Packed, Project, Severity
from npmguard.packing.scripts import BEFORE
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.entries import Entry, Files, Wrong, entries, tidy
from npmguard.rules.publishing import shown
from npmguard.settings import Settings
from npmguard.text import count

_MOST_ALONE = 5  # of one field
_READERS = {
    "bin": "npm makes no command of it",
    "main": "require and import of the package fail",
    "module": "bundlers fail at it",
    "exports": "import of it fails",
    "imports": "the package's own import of it fails",
    "types": "TypeScript finds no types",
    "browser": "bundlers for browsers fail at it",
    "style": "those who load it find nothing",
    "man": "npm installs no such page",
    "folder": "npm makes no commands of it",
}
_SEVERITIES = {
    "bin": Severity.HIGH,
    "main": Severity.HIGH,
    "module": Severity.HIGH,
    "exports": Severity.HIGH,
    "folder": Severity.HIGH,
    "imports": Severity.MODERATE,
    "types": Severity.MODERATE,
    "browser": Severity.MODERATE,
    "style": Severity.LOW,
    "man": Severity.LOW,
}


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    if packed is None:
        return
    files = Files(file.path for file in packed.files)
    missing: list[Entry] = []
    unbuilt: dict[str, list[Entry]] = {}
    wrong: dict[str, list[Wrong]] = {}
    for entry in entries(publishing.published(project)):
        if isinstance(entry, Wrong):
            wrong.setdefault(entry.field, []).append(entry)
        elif not files.has(entry):
            top = _to_build(project, packed, files, entry)
            if top is None:
                missing.append(entry)
            else:
                unbuilt.setdefault(top, []).append(entry)
    for top, found in unbuilt.items():
        yield _unbuilt(project, top, found)
    alike: dict[tuple[str, Severity], list[Entry]] = {}
    for entry in missing:
        alike.setdefault((entry.field, _severity(project, files, entry)), []).append(entry)
    for (_, severity), found in alike.items():
        if len(found) > _MOST_ALONE:
            yield _all(project, packed, severity, found)
        else:
            yield from (_one(project, packed, files, severity, entry) for entry in found)
    for refused in wrong.values():
        yield _wrong(project, refused)
    yield from _nothing(project, files)


def _severity(project: Project, files: Files, entry: Entry) -> Severity:
    severity = _SEVERITIES[entry.how]
    if not entry.sure:
        return min(severity, Severity.LOW)
    if "*" in entry.targets[0]:
        return min(severity, Severity.MODERATE)  # one way in of several
    falls_back = "index.js" in files.paths or "exports" in publishing.published(project)
    return min(severity, Severity.MODERATE) if entry.how == "main" and falls_back else severity


def _to_build(project: Project, packed: Packed, files: Files, entry: Entry) -> str | None:
    """The folder that holds nothing yet, where a script that npm runs before it packs may well make it."""
    if packed.source != "folder" or not any(
        name in BEFORE for name in publishing.scripts(project.manifest.data)
    ):
        return None
    path = tidy(entry.targets[0]).partition("*")[0]
    top = path.partition("/")[0]
    if "/" not in path or top in files.folders or not _listed(project, path):
        return None
    return top


def _listed(project: Project, path: str) -> bool:
    """May `files` bring this path in, as far as can be told without asking npm?"""
    listed = publishing.files_list(project.manifest.data)
    if listed is None:
        return True
    for entry in listed:
        plain = tidy(entry)
        if any(sign in plain for sign in "*?[{(") or not plain or f"{path}/".startswith(f"{plain}/"):
            return True
        if plain.startswith(path):
            return True
    return False


def _unbuilt(project: Project, top: str, found: Sequence[Entry]) -> Finding:
    scripts = publishing.scripts(project.manifest.data)
    script = next(name for name in BEFORE if name in scripts)
    fields = text.some((_field(entry) for entry in found), 5)
    return Finding(
        "missing-entry-point",
        Severity.MODERATE,
        f"{shown(top)}/ is not there yet: {count(len(found), 'entry point')} of package.json "
        f"{'leads' if len(found) == 1 else 'lead'} into it",
        f"{fields}. npm runs {script} ({text.one_line(scripts[script], 100)}) before it packs, which may "
        "make them; npmguard runs no script. Build first, then look again.",
        Confidence.LOW,
        fix=Fix("review"),
        location=publishing.field(project, *found[0].keys),
        subject=f"unbuilt {top}",
    )


def _one(project: Project, packed: Packed, files: Files, severity: Severity, entry: Entry) -> Finding:
    target = entry.targets[0]
    path = shown(target)
    if len(entry.targets) > 1:
        path = f"none of {len(entry.targets)} files, {path} the first"
    what = "fits no file" if "*" in target else "is not in the package"
    title = f"{_field(entry)} leads to {path}, which {what}"
    other = files.alike(target)
    reader = "Node.js falls back to index.js" if _falls_back(files, entry) else _READERS[entry.how]
    detail = f"{reader[:1].upper()}{reader[1:]}."
    if other is not None and other != tidy(target):
        detail += f" There is {shown(other)}: most systems tell the case of letters apart."
    return Finding(
        "missing-entry-point",
        severity,
        title,
        f"{detail} {_advice(project, packed, target)}",
        Confidence.HIGH if entry.sure else Confidence.MEDIUM,
        fix=Fix("edit"),
        location=publishing.field(project, *entry.keys),
        subject=" ".join((*entry.keys, target)),
    )


def _falls_back(files: Files, entry: Entry) -> bool:
    return entry.how == "main" and "index.js" in files.paths


def _all(project: Project, packed: Packed, severity: Severity, found: Sequence[Entry]) -> Finding:
    first = found[0]
    listed = text.some((shown(entry.targets[0]) for entry in found), 5)
    return Finding(
        "missing-entry-point",
        severity,
        f"{first.field} leads to {len(found):,} files that are not in the package",
        f"{listed}. {_advice(project, packed, first.targets[0])}",
        Confidence.HIGH if all(entry.sure for entry in found) else Confidence.MEDIUM,
        fix=Fix("edit"),
        location=publishing.field(project, first.field),
        subject=first.field,
    )


def _wrong(project: Project, found: Sequence[Wrong]) -> Finding:
    first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Finding(
        "missing-entry-point",
        Severity.HIGH if first.field == "exports" else Severity.MODERATE,
        f"{first.field}: Node.js refuses {shown(first.target)}{more}",
        f"{first.why[:1].upper()}{first.why[1:]}, for which Node.js throws when it is loaded.",
        fix=Fix("edit"),
        location=publishing.field(project, *first.keys),
        subject=f"{first.field} refused",
    )


def _nothing(project: Project, files: Files) -> Iterator[Finding]:
    """No field leads anywhere, and there is no index.js that Node.js would take."""
    data = publishing.published(project)
    if any(True for _ in entries(data)) or "exports" in data or files.paths & _INDEX:
        return
    if not any(path.endswith((".js", ".cjs", ".mjs", ".ts")) for path in files.paths):
        return  # styles, data, settings: not meant to be loaded
    yield Finding(
        "missing-entry-point",
        Severity.INFO,
        "package.json has no main, and there is no index.js",
        "require and import of the package itself fail; only its files by their paths can be loaded.",
        fix=Fix("edit"),
        location=publishing.field(project),
        subject="nothing",
    )


_INDEX = frozenset(("index.js", "index.json", "index.node", "index.d.ts"))


def _field(entry: Entry) -> str:
    keys = entry.keys
    return text.one_line(keys[0] + "".join(f'["{key}"]' for key in keys[1:]), 100)


def _advice(project: Project, packed: Packed, target: str) -> str:
    if packed.source != "folder":
        return ""
    path = tidy(target)
    scripts = publishing.scripts(project.manifest.data)
    if not _listed(project, path.partition("*")[0]):
        return f'"files" does not name it: add "{shown(posixpath.dirname(path) or path)}" there.'
    builds = [name for name in ("build", "compile", "bundle", "dist") if name in scripts]
    if builds and not any(name in scripts for name in BEFORE):
        return f'npm publish does not run the script "{builds[0]}": run it first, or call it from "prepack".'
    return "Is it built, and not kept out by an ignore file?"


RULE = Rule(
    "missing-entry-point",
    "publish",
    Severity.HIGH,
    "package.json points to a file that would not be published.",
    __doc__ or "",
    check,
)
