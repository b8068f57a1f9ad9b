"""The fields that lockfiles of several formats share, typed."""

from __future__ import annotations

import posixpath
from typing import Any


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or one text alone, as `os` and `cpu` hold; what else stands there is left out."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def folder(path: str, base: str = "") -> str:
    """A path that is relative to the folder `base`, as a key: relative to the project, POSIX, without ./."""
    tidy = posixpath.normpath(posixpath.join(base, path.replace("\\", "/")))
    return "" if tidy == "." else tidy
