"""Reading a file within bounds."""

from __future__ import annotations

import os
import stat

from npmguard.errors import InputError

# The largest real lockfiles have some 10 MB.
LARGEST = 32 * 1024 * 1024


def read(path: str, shown: str) -> bytes:
    """The bytes of a regular file. `shown` names it in errors.

    Raises InputError for a file that is missing, unreadable, no regular file, or larger than 32 MiB.
    """
    try:
        # a pipe would block on open, so look before
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise InputError(shown, "not a regular file")
        if found.st_size > LARGEST:
            size = -(-found.st_size >> 20)  # rounded up
            raise InputError(shown, f"{size} MiB is more than npmguard reads ({LARGEST >> 20} MiB)")
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(shown, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL, or half a character, that no path can hold
        raise InputError(shown, f"cannot be read: {error}") from None
    if len(data) > LARGEST:
        raise InputError(shown, f"more than npmguard reads ({LARGEST >> 20} MiB)")
    return data
