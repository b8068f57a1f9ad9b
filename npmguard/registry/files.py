"""Whole files on disk: tarballs by their integrity, and what registries said of one release.

Each is written whole or not at all, under another name first, so that several processes can share the folder.
Whatever goes wrong with the folder, the work goes on without it.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

from npmguard.registry.cache import default_path

MOST = 1024 * 1024 * 1024  # bytes in the folder; what was not used for longest makes room
_LARGEST = 256 * 1024 * 1024  # of one file
_DAY = 86_400.0
_TEMPORARY = ".tmp-"


class Files:
    """The folder of kept files, beside the cache of the registry's answers (by default the user's)."""

    def __init__(self, cache: str | None = None, most: int = MOST) -> None:
        self._folder = os.path.join(os.path.dirname(default_path() if cache is None else cache), "files")
        self._most = most
        self._wrote = False

    def get(self, key: str) -> bytes | None:
        """What is kept under the key, or None."""
        path = os.path.join(self._folder, key)
        try:
            with open(path, "rb") as file:
                found = os.fstat(file.fileno())
                if found.st_size > _LARGEST:
                    return None
                data = file.read(_LARGEST)
            if time.time() - found.st_atime > _DAY:
                os.utime(path, (time.time(), found.st_mtime))
        except (OSError, ValueError):
            return None
        return data

    def age(self, key: str) -> float | None:
        """The seconds since it was kept, or None where it is not."""
        try:
            return max(0.0, time.time() - os.stat(os.path.join(self._folder, key)).st_mtime)
        except (OSError, ValueError):
            return None

    def keep(self, key: str, data: bytes) -> None:
        """Keeps a file under the key, in place of what was kept before."""
        if len(data) > min(_LARGEST, self._most):
            return
        from secrets import token_hex

        temporary = os.path.join(self._folder, f"{_TEMPORARY}{os.getpid()}-{token_hex(4)}")
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(data)
            os.replace(temporary, os.path.join(self._folder, key))
            self._wrote = True
        except OSError:
            with suppress(OSError):
                os.remove(temporary)

    def drop(self, key: str) -> None:
        """Forgets a file that is not what it was."""
        with suppress(OSError):
            os.remove(os.path.join(self._folder, key))

    def close(self) -> None:
        """Makes room where something was added, and takes away what broken-off runs left."""
        if not self._wrote:
            return
        self._wrote = False
        found = []
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    status = entry.stat()
                    found.append((max(status.st_atime, status.st_mtime), status.st_size, entry.name))
        total = sum(size for _, size, _ in found)
        old = time.time() - _DAY
        for used, size, name in sorted(found):
            if name.startswith(_TEMPORARY):
                if used < old:
                    self.drop(name)
            elif total > self._most:
                self.drop(name)
                total -= size
