"""Which project a history is of: the same on every machine and in every working copy, so no absolute path.

Inside a git repository it is the package's name, where the repository's `origin` is, and where in it the
project lies: `web github.com/acme/shop apps/web`. Without an origin the `repository` of package.json stands
in for it, and without that the name of the repository's folder, or of the project's own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from npmguard.errors import InputError
from npmguard.project.files import read
from npmguard.project.load import manifest_in
from npmguard.provenance import place
from npmguard.text import one_line

_HIGHEST = 64  # folders that are looked at upwards
_LONGEST = 500
_REMOTE = re.compile(
    r"""^[ \t]*\[[ \t]*remote[ \t]+"origin"[ \t]*\](?P<body>[^\[]*)""", re.MULTILINE | re.IGNORECASE
)
_URL = re.compile(r"""^[ \t]*url[ \t]*=[ \t]*"?(?P<url>[^"\n]*)""", re.MULTILINE | re.IGNORECASE)


def identity(folder: str) -> str:
    """The identity of the project in a folder, on one line."""
    try:
        manifest = manifest_in(folder)
        name, data = manifest.name, manifest.data
    except InputError:
        name, data = None, {}
    here = os.path.realpath(folder)
    top = _top(here)
    where = os.path.relpath(here, top).replace(os.sep, "/") if top is not None else "."
    source = _origin(top) if top is not None else None
    source = source or _repository(data) or os.path.basename(_home(top) if top is not None else here)
    parts = (name or "", source, "" if where == "." else where)
    return one_line(" ".join(filter(None, parts)), _LONGEST) or "project"


def _top(folder: str) -> str | None:
    """The top of the git repository that a folder lies in."""
    for _ in range(_HIGHEST):
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return None


def _origin(top: str) -> str | None:
    """HOST/PATH of the remote `origin`, by the repository's settings, which are read and not obeyed."""
    text = _text(os.path.join(_common(top), "config"))
    remote = _REMOTE.search(text)
    url = _URL.search(remote["body"]) if remote is not None else None
    return _place(url["url"]) if url is not None else None


def _home(top: str) -> str:
    """The repository's own folder: that of a worktree may have any name."""
    common = os.path.normpath(_common(top))
    return os.path.dirname(common) if os.path.basename(common) == ".git" else top


def _common(top: str) -> str:
    """The folder of a repository's settings: in a worktree or a submodule, a file tells where that is."""
    git = os.path.join(top, ".git")
    if not os.path.isfile(git):
        return git
    inner = os.path.join(top, _text(git).removeprefix("gitdir:").strip())
    common = _text(os.path.join(inner, "commondir")).strip()
    return os.path.join(inner, common) if common else inner


def _text(path: str) -> str:
    try:
        return read(path, path).decode(errors="replace")
    except InputError:
        return ""


def _repository(data: Mapping[str, Any]) -> str | None:
    found = data.get("repository")
    url = found.get("url") if isinstance(found, dict) else found
    return _place(url) if isinstance(url, str) else None


def _place(url: str) -> str | None:
    """HOST/PATH of a repository's URL; None for a path on this machine."""
    found = place(url)
    if found is None or found[0] == "file" or not found[0].strip("."):
        return None
    return "/".join(found)
