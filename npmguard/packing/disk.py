"""The folders that are listed, each read once, within bounds."""

from __future__ import annotations

import os
from collections.abc import Iterator

from npmguard.errors import InputError
from npmguard.packing.ignores import Text
from npmguard.project import files

_MOST_ENTRIES = 500_000
_MOST_LOOKS = 20_000_000
_DEEPEST = 256

Folder = dict[str, bool | None]
"""The entries of a folder: True for a folder, False for a file, None for a link and anything else."""


class Disk:
    """Reads below one folder. `shown` is that folder as the user knows it, for errors."""

    def __init__(self, root: str, shown: str) -> None:
        self.root = root
        self.shown = shown
        self._folders: dict[str, Folder] = {}
        self._entries = 0
        self._looks = 0

    def folder(self, path: str) -> Folder:
        """The entries of a folder. `path` is absolute, with or without a link at its end.

        Raises InputError for one that cannot be read, and when there are more than half a million entries
        or folders more than 256 deep.
        """
        found = self._folders.get(path)
        if found is None:
            if path.count("/") - self.root.count("/") > _DEEPEST:
                raise self.error(path, f"folders more than {_DEEPEST} deep")
            try:
                with os.scandir(path) as entries:
                    found = {
                        entry.name: True
                        if entry.is_dir(follow_symlinks=False)
                        else (False if entry.is_file(follow_symlinks=False) else None)
                        for entry in entries
                    }
            except OSError as error:
                raise self.error(path, f"cannot be read: {error.strerror or error}") from None
            self._folders[path] = found
            self._entries += len(found)
            if self._entries > _MOST_ENTRIES:
                raise self.error(self.root, f"more than {_MOST_ENTRIES:,} files and folders")
        return found

    def look(self, path: str) -> Folder | None:
        """The entries of a folder for a glob; None where it cannot be read."""
        try:
            found = self.folder(path)
        except InputError:
            if path in self._folders or not os.path.isdir(path):
                return None
            raise
        self._looks += 1 + len(found)
        if self._looks > _MOST_LOOKS:
            raise self.error(
                os.path.join(self.root, "package.json"), '"files" has too many globs for so many files'
            )
        return found

    def text(self, path: str) -> Text:
        """An ignore file's text, as npm decodes it."""
        shown = self.shown_path(path)
        return Text(files.read(path, shown).decode("utf-8", "replace"), shown)

    def below(self, folder: str) -> Iterator[tuple[str, bool]]:
        """The paths below a folder without those of hidden ones, with: is it a folder? The nearest first."""
        waiting = [folder]
        for path in waiting:
            for name, is_folder in (self.look(path) or {}).items():
                if not name.startswith(".") and is_folder is not None:
                    yield os.path.relpath(os.path.join(path, name), folder), is_folder
                    if is_folder:
                        waiting.append(os.path.join(path, name))

    def shown_path(self, path: str) -> str:
        """A path as the user knows it."""
        if path == self.root:
            return self.shown
        return os.path.join(self.shown, os.path.relpath(path, self.root))

    def error(self, path: str, reason: str) -> InputError:
        """An error about a path."""
        return InputError(self.shown_path(path), reason)
