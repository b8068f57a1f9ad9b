"""The package would hold files that should never leave.

Looks at the path of every file that would be packed, in any case of letters: credentials files, private keys
and keystores, .env files, Terraform states, histories, database and memory dumps, version control folders,
and, less gravely, what editors, systems, CI and coverage leave behind. Text files in which a secret would
show are judged by whether one did. Among tests, examples and templates nothing weighs more than moderate.

Why it matters
    npm packs whatever no list keeps out, and npm 12 still packs .env and .aws/credentials. A package cannot
    be called back: mirrors copy it within seconds, and people look through new releases for just these
    files. npm itself has searched new releases for tokens since 2018, and revokes those it finds, because so
    many were published.

Bad
    npm notice 412B .env
    npm notice 1.7kB config/deploy_rsa.pem

Good
    "files": ["dist", "!**/*.pem"]

How to fix
    Leave the file out by the line that the finding names, and look again: npmguard prepublish --list
    If it was published before, treat what it holds as known: revoke it first.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from npmguard import text
from npmguard.model import (
    Confidence,
    Evidence,
    Finding,
    Location,
    Packed,
    PackedFile,
    Project,
    Severity,
)
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.publishing import shown, size
from npmguard.rules.unwanted import KINDS, Kind, known
from npmguard.settings import Settings
from npmguard.text import count

_MOST_FOLDERS = 3  # of one kind and severity; more are told as one
_MOST_LINES = 4  # of an ignore file
_SHARE = 0.25  # of the bytes: from here on tests are told of
_WEIGHTY = 200_000


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    if packed is None:
        return
    groups = _groups(project, packed)
    heaps: dict[tuple[str, Severity], list[str]] = {}
    for kind, severity, folder in groups:
        heaps.setdefault((kind, severity), []).append(folder)
    kinds = {kind.id: kind for kind in KINDS}
    for (id, severity), folders in heaps.items():
        found = [groups[id, severity, folder] for folder in folders]
        if len(folders) > _MOST_FOLDERS:
            everything = [file for files in found for file in files]
            yield _finding(project, packed, kinds[id], severity, _common(folders), everything)
            continue
        for folder, files in zip(folders, found, strict=True):
            yield _finding(project, packed, kinds[id], severity, folder, files)
    yield from _tests(project, packed)


def _groups(project: Project, packed: Packed) -> dict[tuple[str, Severity, str], list[PackedFile]]:
    """The files by kind, severity and folder."""
    bundled = publishing.bundles(project.manifest.data)
    leaking = {leak.path for leak in packed.leaks}
    keys = {leak.path for leak in packed.leaks if publishing.is_key(leak)}
    unread = {path for path, _ in packed.unread}
    groups: dict[tuple[str, Severity, str], list[PackedFile]] = {}
    marked: dict[str, tuple[str, Severity]] = {}
    rest = []
    for file in packed.files:
        found = known(file.path, bundled=bundled)
        if found is None:
            rest.append(file)
            continue
        kind, severity, folder = found
        if kind.id in ("key-material", "private-key") and file.path in keys:
            continue  # leaked-secret tells of it, with the line
        if kind.text and file.path not in unread:
            if kind.id == "settings" and file.path in leaking:
                severity = Severity(severity + 2)
            elif file.path not in leaking:
                severity = min(severity, kind.empty)
        if kind.whole and folder:
            marked[folder] = kind.id, severity
        groups.setdefault((kind.id, severity, folder), []).append(file)
    for file in rest if marked else ():
        top = _above(posixpath.dirname(file.path), marked)
        if top is not None:
            groups[(*marked[top], top)].append(file)
    for key in list(groups) if marked else ():
        top = _above(posixpath.dirname(key[2]), marked)
        if top is not None and marked[top][0] == key[0]:
            groups[(*marked[top], top)] += groups.pop(key)
    return groups


def _above(folder: str, marked: Mapping[str, object]) -> str | None:
    """The nearest of the marked folders that this one is or lies in."""
    while folder and folder not in marked:
        above = posixpath.dirname(folder)
        folder = above if above != folder else ""
    return folder or None


def _finding(
    project: Project, packed: Packed, kind: Kind, severity: Severity, folder: str, files: Sequence[PackedFile]
) -> Finding:
    names = [file.path for file in files]
    if len(files) == 1:
        title = f"{shown(names[0])} would be published: {kind.what}"
    else:
        where = f" in {shown(folder)}/" if folder else ""
        title = f"{len(files):,} files{where} would be published: {kind.what}"
    sample = all(map(publishing.is_sample, names))
    advice, fix = publishing.keep_out(project, packed, *_patterns(packed, kind, folder, names))
    listed = text.some((f"{shown(file.path)} ({size(file.size)})" for file in files), 5)
    doubt = "It lies among tests or examples, so that it may be made for them. " if sample else ""
    doubt = doubt if severity >= Severity.LOW and kind.severity >= Severity.MODERATE else ""
    return Finding(
        "sensitive-file",
        severity,
        title,
        f"{listed}. {kind.why} {doubt}{advice}",
        Confidence.MEDIUM if sample or kind.text else Confidence.HIGH,
        fix=fix,
        location=_where(project, names, folder),
        ids=(kind.id,),
        subject=f"{kind.id} {folder} {names[0] if len(names) == 1 else ''}",
    )


def _where(project: Project, names: Sequence[str], folder: str) -> Location:
    return publishing.place(project, names[0] if len(names) == 1 or not folder else folder)


def _patterns(packed: Packed, kind: Kind, folder: str, names: Sequence[str]) -> list[str]:
    """The lines of an ignore file that name them all and nothing else, or the first of those."""
    if folder.rpartition("/")[2].lower() in kind.folders.split() or (kind.whole and folder):
        return [f"{folder}/"]
    before = f"{folder}/" if folder else ""
    found = sorted({_alike(kind, before, name) for name in names} if len(names) > 1 else names)
    if len(found) > _MOST_LINES and folder:
        inside = sum(file.path.startswith(before) for file in packed.files)
        found = [before] if inside == len(names) else found
    return found[:_MOST_LINES]


def _alike(kind: Kind, before: str, name: str) -> str:
    """A pattern for all files that are of the kind by the same ending as this one; else the file itself."""
    ending = posixpath.splitext(name)[1]
    return f"{before}**/*{ending}" if ending.lower() in kind.endings.split() else name


def _common(folders: Sequence[str]) -> str:
    """The deepest folder that holds them all; "" for the package itself."""
    return posixpath.commonpath([f"/{folder}" for folder in folders]).strip("/")


def _tests(project: Project, packed: Packed) -> Iterator[Finding]:
    """Tests, where they make up much of the package."""
    tests = [
        file
        for file in packed.files
        if not file.path.startswith("node_modules/") and publishing.is_test(file.path)
    ]
    weight, whole = sum(file.size for file in tests), packed.unpacked_size
    if weight < _WEIGHTY or weight < _SHARE * whole or len(tests) == len(packed.files):
        return
    tops: dict[str, int] = {}
    for file in tests:
        top = posixpath.dirname(file.path) or file.path
        tops[top] = tops.get(top, 0) + file.size
    heaviest = sorted(tops, key=lambda top: (-tops[top], top))
    advice, fix = publishing.keep_out(project, packed, heaviest[0])
    yield Finding(
        "sensitive-file",
        Severity.INFO,
        f"Tests make up {100 * weight // whole} % of the package: {size(weight)} of {size(whole)}",
        f"{count(len(tests), 'file')}, most of it in {text.some(map(shown, heaviest), 3)}. Everybody who "
        f"installs the package downloads them. {advice}",
        Confidence.MEDIUM,
        fix=fix,
        location=publishing.place(project, heaviest[0]),
        ids=("tests",),
        subject="tests",
    )


RULE = Rule(
    "sensitive-file",
    "publish",
    Severity.HIGH,
    "The package would hold files that should never leave.",
    __doc__ or "",
    check,
)
