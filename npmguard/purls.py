"""Package URLs: what the purl specification calls a package of npm's.

Names keep their case: JSONStream and jsonstream are two packages, and npm's own tools tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from npmguard import integrity, origins
from npmguard.model import Package, Source

_LONGEST = 4096  # of a URL
_MARK = r"[\w.~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2}"  # what may stand in a path
_OUTSIDE = re.compile(rf"(?!{_MARK}).", re.ASCII | re.DOTALL)
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?", re.ASCII)
_USER = re.compile(r"[\w.~-]+", re.ASCII)
_WEB = re.compile(
    rf"https?://{_HOST.pattern}(?:/(?:{_MARK})*)?(?:\?(?:{_MARK}|\?)*)?(?:#(?:{_MARK}|\?)*)?", re.ASCII
)


def purl(name: str, version: str | None = None, qualifiers: Mapping[str, str] | None = None) -> str:
    """The package URL of a package by its real name; qualifiers without a value are left out."""
    scope, slash, base = name.partition("/") if name.startswith("@") else ("", "", name)
    path = f"{_escaped(scope)}/{_escaped(base)}" if slash else _escaped(name)
    found = f"pkg:npm/{path}@{_escaped(version)}" if version else f"pkg:npm/{path}"
    asked = [f"{key}={_escaped(value, '/')}" for key, value in sorted((qualifiers or {}).items()) if value]
    return f"{found}?{'&'.join(asked)}" if asked else found


def of(package: Package) -> str:
    """The package URL of what is locked: one that is no default registry's says where it is from."""
    return purl(package.name, package.version, _qualifiers(package))


def _qualifiers(package: Package) -> dict[str, str]:
    if package.source is Source.REGISTRY:
        return {"repository_url": registry(package.resolved or "") or ""}
    if package.source is Source.GIT:
        return {"vcs_url": place(package) or ""}
    if package.source in (Source.URL, Source.FILE):
        sums = [f"{algorithm}:{digest}" for algorithm, digest in integrity.digests(package.integrity or "")]
        return {"download_url": place(package) or "", "checksum": ",".join(sums)}
    return {}


def place(package: Package) -> str | None:
    """Where a package is downloaded, as that may be shown; None where that is not known."""
    return address(package.resolved, commit=package.source is Source.GIT) if package.resolved else None


def registry(resolved: str) -> str | None:
    """The URL of the registry that a tarball comes from, without credentials; None for npm's own."""
    host = origins.host(resolved)
    if not host or host in origins.default_hosts():
        return None
    found = address(resolved)
    if found is None:
        return None
    before, dash, _ = found.partition("/-/")
    parts = before.split("/")
    if not dash:
        return "/".join(parts[:3])  # an address of another form: what is sure is the host
    name = 2 if parts[-2].startswith("@") else 1
    return "/".join(parts[:-name]) if len(parts) - name >= 3 else None


def address(url: str, *, commit: bool = False) -> str | None:
    """A URL that may be shown: without credentials and without a query, which may hold some.

    What is behind the # stays where that is a `commit`. None for what is no URL.
    """
    if len(url) > _LONGEST:
        return None
    try:
        scheme, host, path, _, fragment = urlsplit(url)
    except ValueError:
        return None
    user, at, host = host.rpartition("@")
    if not scheme or not (_HOST.fullmatch(host) if host else path and "@" not in path):
        return None
    # a name alone, as ssh has it, is no credential
    who = f"{user}@" if at and "ssh" in scheme and _USER.fullmatch(user) else ""
    end = f"#{_plain(fragment)}" if fragment and commit else ""
    return f"{scheme}:{f'//{who}{host}' if host else ''}{_plain(path)}{end}"


def is_web(url: str) -> bool:
    """Is it a URL of the web, as it may stand in a document that is held to a schema?"""
    return len(url) <= _LONGEST and _WEB.fullmatch(url) is not None


def _plain(path: str) -> str:
    return _OUTSIDE.sub(lambda match: quote(match[0].encode("utf-8", "replace"), safe=""), path)


def _escaped(text: str, safe: str = "") -> str:
    # the colon stands for itself in every part, by the specification
    return quote(text.encode("utf-8", "replace"), safe=f":{safe}")
