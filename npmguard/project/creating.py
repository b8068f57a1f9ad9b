"""New files in somebody's repository: all of them, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from npmguard.errors import UsageError


def create(files: Mapping[str, str], top: str, *, replace: bool = False) -> None:
    """Writes each text to its path, in folders made where they are missing; no link leads out of `top`.

    Each file is there whole or not at all, and where one cannot be written none is. Raises UsageError where
    that is so, and for a file that is there already, unless `replace`.
    """
    made: list[str] = []
    done: list[str] = []
    partial = {place: f"{place}.{os.getpid()}.part" for place in files}
    try:
        for place, text in files.items():
            _inside(place, top)
            _folders(os.path.dirname(place), made)
            with open(partial[place], "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        for place in files:
            if replace:
                os.replace(partial[place], place)
            else:
                _appear(partial[place], place)
                done.append(place)
    except OSError as error:
        for path in done:
            os.remove(path)
        raise UsageError(f"{error.filename or place}: {error.strerror or error}") from None
    finally:
        for path in partial.values():
            with suppress(OSError):
                os.remove(path)
        for folder in reversed(made):
            with suppress(OSError):  # not empty: as it should be
                os.rmdir(folder)


def _appear(partial: str, place: str) -> None:
    """The new file under its name, where nothing has that name by now."""
    try:
        os.link(partial, place)
    except FileExistsError:
        raise FileExistsError(None, "there already; --force replaces it", place) from None
    except OSError:  # no second names on this file system
        if os.path.lexists(place):
            raise FileExistsError(None, "there already; --force replaces it", place) from None
        os.replace(partial, place)


def _folders(folder: str, made: list[str]) -> None:
    missing = []
    while folder and not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for each in reversed(missing):
        os.mkdir(each)
        made.append(each)


def _inside(place: str, top: str) -> None:
    home = os.path.realpath(top)
    target = os.path.realpath(os.path.dirname(place) or ".")
    if os.path.commonpath([home, target]) != home:
        raise UsageError(f"{place}: a link leads out of the project there: not written")
