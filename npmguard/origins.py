"""What a `resolved` URL says: its host, and the package and version whose tarball it names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII, without the backslash that browsers read as a slash
_LOOPBACK = re.compile(r"127(?:\.\d{1,3}){3}", re.ASCII)
_UNPLAIN = re.compile(r"[^!-\[\]-~]")
_LONGEST = 4096
# What nearly every URL in a lockfile looks like: it needs no taking apart in steps.
_USUAL = re.compile(
    r"(https?)://([a-z0-9.-]*[a-z0-9])(?::\d+)?/(?:[\w-][\w.-]*/)*?((?:@[\w.~-]+/)?[\w~-][\w.~-]*)/-/([\w.~+-]+)"
    r"\.tgz",
    re.ASCII,
)
_MIRRORED = re.compile(r"([\w@~-][\w@.~+-]*)\.tgz(?:#[0-9a-f]*)?", re.ASCII)
# What the URL of a registry looks like: scheme, host with port, host, and a path of plain folders.
REGISTRY = re.compile(r"(https?)://(([a-z0-9.-]*[a-z0-9])(?::[1-9]\d{0,3})?)(?:/(?:[\w-]+/)*)?", re.ASCII)
# %2D for -, %2E for ., letters and digits: nobody writes them so without a purpose
_NEEDLESS = re.compile(r"%(?:2[dDeE]|5[fF]|3\d|[46][1-9a-fA-F]|[57][0-9aA])")


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
    registry = REGISTRY.fullmatch(url)
    if registry is not None:
        return Origin(registry[1], registry[3])
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


def in_mirror(resolved: str) -> bool:
    """Is it the bare name of a file in yarn classic's offline mirror, a folder of tarballs?"""
    return _MIRRORED.fullmatch(resolved) is not None


def mirrored(resolved: str, name: str) -> Origin:
    """What the name of a file in the mirror says that is to hold package `name`; @scope/a is @scope-a."""
    match = _MIRRORED.fullmatch(resolved)
    stem = match[1] if match is not None else ""
    for usual in (name.replace("/", "-"), name.rpartition("/")[2]):
        if stem.startswith(f"{usual}-") and stem[len(usual) + 1 :][:1].isdigit():
            return Origin("", "", name, stem[len(usual) + 1 :])
    other, _, version = stem.rpartition("-")
    return Origin("", "", other or None, version or None)


def host(url: str) -> str:
    """The host of a URL, as `read` gives it; thousands of a lockfile's URLs begin alike."""
    if len(url) > _LONGEST or _UNPLAIN.search(url):
        return ""
    end = url.find("/", 8)
    return read(url[: end + 1] if end > 0 else url).host


def _tarball(path: str) -> tuple[str | None, str | None]:
    before, found, file = plain_path(path).rpartition("/-/")
    if not found or not file.endswith(".tgz"):
        return None, None
    parts = before.strip("/").split("/")
    name = "/".join(parts[-2:]) if len(parts) > 1 and parts[-2].startswith("@") else parts[-1]
    if not name:
        return None, None
    return _file(name, file.rpartition("/")[2].removesuffix(".tgz"))


def plain_path(path: str) -> str:
    """A URL's path as a server takes it: nothing escaped, no way back up."""
    from posixpath import normpath
    from urllib.parse import unquote

    return normpath(unquote(path))


def is_devious(url: str) -> bool:
    """Does the path lead elsewhere than it reads: back up, or behind characters that need no escaping?"""
    return "/.." in url or _NEEDLESS.search(url) is not None


def _file(name: str, stem: str) -> tuple[str, str | None]:
    """The package and version that a tarball's file, in the folder of package `name`, is of."""
    base = name.rpartition("/")[2]
    if stem == base:
        return name, None
    if not stem.startswith(f"{base}-"):
        # a file of another package under this one's folder: what is fetched is the file
        return stem, None
    return name, stem[len(base) + 1 :]


@lru_cache(maxsize=1)
def default_registry() -> str:
    """The registry that serves npm packages where no setting names one: the purl standard's default.

    A URL with a slash at the end. It is noted while npmguard is built, as importing packageurl costs every
    run 8 ms; without that note, it is asked.
    """
    try:
        from npmguard._default_registry import DEFAULT_REGISTRY
    except ImportError:
        from packageurl.contrib.purl2url import get_download_url

        url: str = get_download_url("pkg:npm/a@1")  # type: ignore[no-untyped-call]
        return "/".join(url.split("/")[:3]) + "/"
    return DEFAULT_REGISTRY


@lru_cache(maxsize=1)
def default_hosts() -> frozenset[str]:
    """The hosts that the default registry answers on: its own, and the name that yarn classic calls it by."""
    return frozenset((read(default_registry()).host, *_other_hosts()))


def _other_hosts() -> tuple[str, ...]:
    """The hosts that the purl standard's library spells out as serving npm packages; noted like the default.

    What it merely matches by a wider pattern is not taken: anybody could register a name that fits.
    """
    try:
        from npmguard._default_registry import OTHER_HOSTS
    except ImportError:
        from packageurl.contrib.url2purl import purl_router

        rules = purl_router.route_map.values()
        routes = [rule.pattern for rule in rules if rule.endpoint.__name__ == "build_npm_purl"]
        plain = (re.fullmatch(r"https\?://([a-z0-9.-]+)/\.\*", route) for route in routes)
        return tuple(sorted(match[1] for match in plain if match is not None))
    return OTHER_HOSTS


def is_loopback(host: str) -> bool:
    """Does this host never leave the machine?"""
    return host in ("localhost", "::1") or host.endswith(".localhost") or bool(_LOOPBACK.fullmatch(host))


def host_of(text: str) -> str:
    """The host that a setting names: with or without a port, an IPv6 address with or without brackets."""
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    return read(f"https://{text}/").host
