"""A project as it stood at a git revision.

Only git's object store is read: git runs with an environment and options of our own, so that nothing that the
repository's settings name is run (no hooks, filters, pagers, monitors) and nothing is fetched.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence

from npmguard.errors import InputError, UsageError
from npmguard.managers import CONFIG_FILES
from npmguard.project.files import LARGEST
from npmguard.project.load import LOCKFILES
from npmguard.settings import FILE

_WANTED = frozenset(("package.json", ".npmrc", *LOCKFILES, *CONFIG_FILES.values()))
_MOST_FILES = 5_000
_MOST_BYTES = 4 * LARGEST
_SECONDS = 60
_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
)


def is_revision(text: str) -> bool:
    """May this be REVISION or REVISION:PATH?"""
    revision = text.partition(":")[0]
    return bool(revision) and not revision.startswith("-") and "\0" not in text


def unpack(text: str, target: str) -> str:
    """Writes the files that tell of a project at REVISION or REVISION:PATH into the folder `target`.

    A path is seen from the top of the repository, or from here where it begins with a dot; without one the
    current folder is meant. Gives the path in `target` that corresponds to it. Raises UsageError where there
    is no such revision or path, InputError where it holds too much.
    """
    revision, colon, path = text.partition(":")
    if not is_revision(text):
        raise UsageError(f"{text}: neither a path nor a git revision")
    commit = _commit(revision, ".")
    if commit is None:
        raise UsageError(f"{text}: no such file or folder, and no such git revision")
    prefix = _line(_git("rev-parse", "--show-prefix")) or ""
    inside = path if colon and not path.startswith(".") else os.path.join(prefix, path)
    inside = os.path.normpath(inside).replace(os.sep, "/").strip("/")
    if inside.startswith(".."):
        raise UsageError(f"{text}: outside of the repository")
    inside = "" if inside == "." else inside
    files = list(_files(text, commit, "."))
    if inside and not any(name == inside or name.startswith(f"{inside}/") for name, _ in files):
        raise UsageError(f"{text}: the revision has no such lockfile or project")
    _write(text, files, ".", target)
    return os.path.join(target, *inside.split("/")) if inside else target


def home(folder: str) -> tuple[str, str]:
    """(the top of the git repository that `folder` lies in, the way from there). Raises UsageError."""
    top = _line(_git("rev-parse", "--show-toplevel", folder=folder))
    if not top:
        raise UsageError(f"{folder}: not in a git repository, so there are no revisions of it")
    return top, (_line(_git("rev-parse", "--show-prefix", folder=folder)) or "").strip("/")


def unpack_all(revision: str, folder: str, target: str) -> None:
    """Writes the files that tell of projects in the repository of `folder`, as they stood at a revision.

    Raises UsageError where there is no such revision, InputError where it holds too much.
    """
    commit = _commit(revision, folder) if is_revision(revision) and ":" not in revision else None
    if commit is None:
        raise UsageError(f"{revision}: no such git revision (a shallow clone has but its last one)")
    _write(revision, list(_files(revision, commit, folder)), folder, target)


def _commit(revision: str, folder: str) -> str | None:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return _line(_git(*words, folder=folder))


def _line(data: bytes | None) -> str | None:
    return None if data is None else data.decode(errors="surrogateescape").strip("\n")


def _write(text: str, files: Sequence[tuple[str, str]], folder: str, target: str) -> None:
    """Writes (path, blob) below `target`."""
    # settings look for the top of the repository they lie in
    os.makedirs(os.path.join(target, ".git"), exist_ok=True)
    blobs = [blob for _, blob in files]
    for (name, _), data in zip(files, _contents(text, blobs, folder), strict=True):
        file = os.path.join(target, *name.split("/"))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as out:
            out.write(data)


def _files(text: str, commit: str, folder: str) -> Iterator[tuple[str, str]]:
    """(path, blob) of the plain files that tell of projects."""
    listed = _git("ls-tree", "-r", "-l", "-z", "--full-tree", commit, folder=folder) or b""
    count = size = 0
    for line in listed.split(b"\0"):
        head, _, path = line.partition(b"\t")
        mode, _, rest = head.partition(b" ")
        name = path.decode(errors="surrogateescape")
        parts = name.split("/")
        if not (parts[-1] in _WANTED or parts[-1].endswith(FILE)) or not mode.startswith(b"100"):
            continue
        if "node_modules" in parts or any(p in ("", ".", "..") or "\\" in p or ":" in p for p in parts):
            continue
        _, blob, length = rest.decode().split()
        count, size = count + 1, size + int(length)
        if count > _MOST_FILES or size > _MOST_BYTES:
            raise InputError(text, "more files than npmguard reads from a revision")
        yield name, blob


def _contents(text: str, blobs: Sequence[str], folder: str) -> Iterator[bytes]:
    """What the blobs hold, in order."""
    if not blobs:
        return
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    data = _git("cat-file", "--batch", stdin=asked, folder=folder) or b""
    at = 0
    for blob in blobs:
        head, _, _ = data[at : at + 200].partition(b"\n")
        words = head.split()
        if len(words) != 3 or words[0].decode() != blob:
            raise InputError(text, "git does not have all the files of that revision")
        start = at + len(head) + 1
        at = start + int(words[2]) + 1
        yield data[start : at - 1]


def _git(*words: str, stdin: bytes = b"", folder: str = ".") -> bytes | None:
    """What git prints in a folder, or None where it fails. Raises UsageError where there is no git."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "LC_ALL": "C",
    }
    with tempfile.TemporaryFile() as asked:
        asked.write(stdin)
        asked.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - a list of words, the revision behind --end-of-options
                ["git", *_SAFE, *words],  # noqa: S607 - which git is run is the user's choice, as everywhere
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=folder,
            )
        except FileNotFoundError as error:
            if error.filename == folder:
                raise UsageError(f"{folder}: no such folder") from None
            raise UsageError("git is not installed, so there are no revisions to look at") from None
        except OSError as error:
            raise UsageError(f"git: {error.strerror or error}") from None
        timer = threading.Timer(_SECONDS, process.kill)
        timer.start()
        data = b""
        try:
            assert process.stdout is not None
            data = process.stdout.read(_MOST_BYTES + 1)
        finally:
            timer.cancel()
            if len(data) > _MOST_BYTES:
                process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]
        if len(data) > _MOST_BYTES:
            raise UsageError(f"git {words[0]} prints more than npmguard reads")
        return data if process.returncode == 0 else None
