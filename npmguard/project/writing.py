"""Writing a package.json: the one kind of file of a project that npmguard changes, and only when told to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from npmguard import jsonedit, jsontext
from npmguard.errors import InputError
from npmguard.model import Edit
from npmguard.project.files import read

_BOM = "\ufeff"


def write(folder: str, edits: Iterable[Edit]) -> list[str]:
    """Makes the edits in the package.json files of the project in `folder`; gives the files, as named.

    All are worked out before the first is written, and each file is there in its old form or in its new one,
    never in half of it. Raises InputError where a file is not what the plan was made for, changes meanwhile,
    or lies outside the project by way of a link.
    """
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    new = {}
    for file, mine in by_file.items():
        target = _inside(folder, file)
        old = read(target, file)
        new[file] = (target, old, edited(old, mine, file))
    for file, (target, old, data) in new.items():
        _replace(target, old, data, file)
    return list(new)


def edited(data: bytes, edits: Sequence[Edit], file: str) -> bytes:
    """The bytes of a package.json with the edits in them. Raises InputError."""
    document = jsontext.loads(data, file)
    text = data.decode()
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    for edit in edits:
        there = _at(document, edit.keys)
        if (there if isinstance(there, str) else None) != edit.before:
            raise InputError(file, f"{'.'.join(edit.keys)} is not what it was: plan anew")
        try:
            text = jsonedit.put(text, edit.keys, edit.value)
        except ValueError as error:
            raise InputError(file, str(error)) from None
    found = (mark + text).encode()
    after = jsontext.loads(found, file)
    if any(_at(after, edit.keys) != edit.value for edit in edits):
        raise InputError(file, "cannot be edited in place")
    return found


def _at(document: Any, keys: Sequence[str]) -> object:
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def _inside(folder: str, file: str) -> str:
    """The real path of a file, which has to lie in the project."""
    home, target = os.path.realpath(folder), os.path.realpath(file)
    try:
        inside = os.path.commonpath([home, target]) == home
    except ValueError:  # another drive
        inside = False
    if not inside:
        raise InputError(file, "a link that leads out of the project: not written")
    return target


def _replace(target: str, old: bytes, data: bytes, file: str) -> None:
    partial = f"{target}.{os.getpid()}.part"
    try:
        with open(partial, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, partial)
        if read(target, file) != old:
            raise InputError(file, "it changed meanwhile: not written")
        os.replace(partial, target)
    except OSError as error:
        raise InputError(file, f"cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            os.remove(partial)
