"""The contents of a folder's files, read one after the other, never through a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from npmguard.model.packed import PackedFile

LARGEST = 128 << 20  # bytes of a file that are read; what is larger is no source of anything
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe would make us wait
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def contents(folder: str, files: Iterable[PackedFile]) -> Iterator[tuple[PackedFile, bytes | str]]:
    """Each of the files under `folder` with its content, or with the reason why it is not read, in words."""
    known = {"": True}
    top = os.path.join(folder, "")
    for file in files:
        parent = file.path.rpartition("/")[0]
        if known[parent] if parent in known else _inside(top, parent, known):
            yield file, _read(top + file.path)
        else:
            yield file, "it does not lie in a folder of the package"


def _inside(top: str, folder: str, known: dict[str, bool]) -> bool:
    """Is that a folder, and are all folders above it, and none of them a link?"""
    found = known.get(folder)
    if found is None:
        parent, _, name = folder.rpartition("/")
        found = name not in ("", ".", "..") and _inside(top, parent, known) and _is_folder(top + folder)
        known[folder] = found
    return found


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _read(path: str) -> bytes | str:
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        return "it is a link" if os.path.islink(path) else f"cannot be read: {error.strerror}"
    except ValueError:
        return "its name holds a NUL"
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return "it is no file"
        if status.st_size > LARGEST:
            return f"larger than {LARGEST >> 20} MiB"
        data = os.read(handle, status.st_size + 1)
        while len(data) < status.st_size:
            more = os.read(handle, status.st_size + 1 - len(data))
            if not more:
                break
            data += more
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    finally:
        os.close(handle)
    return data
