"""What a `resolved` URL says: its host, and the package and version whose tarball it names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII, without the backslash that browsers read as a slash
_LONGEST = 4096
# What nearly every URL in a lockfile looks like: it needs no taking apart in steps.
_USUAL = re.compile(
    r"(https?)://([a-z0-9.-]*[a-z0-9])(?::\d+)?/(?:[\w.-]+/)*?((?:@[\w.~-]+/)?[\w.~-]+)/-/([\w.~+-]+)\.tgz",
    re.ASCII,
)


class Origin(NamedTuple):
    """A URL, taken apart. `host` is lower-case, without port; "" where the text is no plain URL.

    `name` and `version` are those of the tarball that the URL names by the registry's own layout,
    NAME/-/BASE-VERSION.tgz, or None where it has another one.
    """

    scheme: str
    host: str
    name: str | None = None
    version: str | None = None


@lru_cache(maxsize=65536)
def read(url: str) -> Origin:
    """What a URL says. Never raises: what is no plain URL has the host "".

    Credentials before the host (https://registry@evil.example/) do not fool it, and neither do
    characters that one program reads as part of the host and another does not.
    """
    if len(url) > _LONGEST:
        return Origin("", "")
    usual = _USUAL.fullmatch(url)
    if usual is not None:
        return Origin(usual[1], usual[2], *_file(usual[3], usual[4]))
    if not _PLAIN.fullmatch(url):
        return Origin("", "")
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return Origin("", "")
    name, version = _tarball(parts.path)
    return Origin(parts.scheme.lower(), host, name, version)


def _tarball(path: str) -> tuple[str | None, str | None]:
    from urllib.parse import unquote

    before, found, file = path.rpartition("/-/")
    if not found or not file.endswith(".tgz"):
        return None, None
    parts = unquote(before).strip("/").split("/")
    name = "/".join(parts[-2:]) if len(parts) > 1 and parts[-2].startswith("@") else parts[-1]
    if not name:
        return None, None
    return _file(name, unquote(file).rpartition("/")[2].removesuffix(".tgz"))


def _file(name: str, stem: str) -> tuple[str, str | None]:
    """The package and version that a tarball's file, in the folder of package `name`, is of."""
    base = name.rpartition("/")[2]
    if not stem.startswith(f"{base}-"):
        # a file of another package under this one's folder: what is fetched is the file
        return stem, None
    return name, stem[len(base) + 1 :]


@lru_cache(maxsize=1)
def default_registry() -> str:
    """The registry that serves npm packages where no setting names one: the purl standard's default.

    A URL with a slash at the end. Importing packageurl costs 15 ms, so it is done only where it is needed.
    """
    from packageurl.contrib.purl2url import get_download_url

    url: str = get_download_url("pkg:npm/a@1")  # type: ignore[no-untyped-call]
    scheme, _, host = url.split("/")[:3]
    return f"{scheme}//{host}/"


def is_loopback(host: str) -> bool:
    """Does this host never leave the machine?"""
    return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")
