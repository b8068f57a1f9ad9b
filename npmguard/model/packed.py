"""What would be published: the files of a package's tarball, and what was seen in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class PackedFile(NamedTuple):
    """One file in a tarball: its path in the package (POSIX), its bytes' number, its permission bits."""

    path: str
    size: int
    mode: int


class Leak(NamedTuple):
    """A secret that a packed file holds. The secret itself is not in here and never is.

    `within` says what it was taken out of (an archive's member, base64), or is None.
    """

    path: str
    line: int
    detector: str
    issuer: str
    what: str
    confidence: str
    redacted: str  # the first four characters and the length
    within: str | None = None


class SourceMap(NamedTuple):
    """A packed source map that carries its sources: their paths as it names them, their bytes' number."""

    path: str
    sources: tuple[str, ...]
    size: int


class Oddity(NamedTuple):
    """An entry of a tarball that no package needs and nothing here follows.

    `kind` is one of traversal, absolute, link, device, duplicate, case-clash, device-name, control, outside.
    """

    kind: str
    path: str
    detail: str


class Shadow(NamedTuple):
    """An .npmignore that hides the .gitignore beside it, and what is packed because of that."""

    npmignore: str
    gitignore: str
    files: tuple[str, ...]


class Release(NamedTuple):
    """A published version: what the registry says of it, and its files where its tarball was read."""

    name: str
    version: str
    manifest: Mapping[str, Any]
    files: tuple[PackedFile, ...] | None = None

    @property
    def unpacked_size(self) -> int | None:
        """The bytes of its files, from the tarball or else from the registry's word."""
        if self.files is not None:
            return sum(file.size for file in self.files)
        dist = self.manifest.get("dist")
        size = dist.get("unpackedSize") if isinstance(dist, Mapping) else None
        return size if isinstance(size, int) and size >= 0 else None


class Packed(NamedTuple):
    """What a tarball holds, or would hold.

    `files` are sorted by path. `packed_size` is the tarball's own, or what its files take when compressed.
    `source` tells where this comes from: "folder", or "tarball" where there is one already. `leaks`, `maps`
    and `unread` (files that were not looked into, with the reason) come of reading the files. `ignore_files`
    are the .npmignore and .gitignore files of the folder, None where nobody looked; `left_out` the secrets in
    .npmrc files beside what is packed, which npm leaves out.
    """

    source: str
    files: tuple[PackedFile, ...]
    packed_size: int | None = None
    leaks: tuple[Leak, ...] = ()
    maps: tuple[SourceMap, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    oddities: tuple[Oddity, ...] = ()
    shadows: tuple[Shadow, ...] = ()
    previous: Release | None = None
    ignore_files: tuple[str, ...] | None = None
    left_out: tuple[Leak, ...] = ()

    @property
    def since(self) -> tuple[frozenset[str], frozenset[str]] | None:
        """(paths that came, paths that went) since the last release; None where its files are not known."""
        if self.previous is None or self.previous.files is None:
            return None
        new, old = (frozenset(f.path for f in files) for files in (self.files, self.previous.files))
        return new - old, old - new

    @property
    def unpacked_size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files)
