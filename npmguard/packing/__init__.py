"""Which files npm would publish, and what a tarball holds."""

from __future__ import annotations

import os


def packed_files(folder: str | os.PathLike[str]) -> list[str]:
    """The sorted POSIX paths that `npm publish`, run in `folder`, would send.

    Scripts of the package are not run, so that what they make is missing. Raises
    npmguard.errors.InputError where there is no package.json, or what is there cannot be packed.
    """
    from npmguard.packing import listing

    return listing.packed_files(folder)
