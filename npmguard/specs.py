"""What a dependency's text asks for: a range, a tag, an alias, a git repository, a tarball, a folder.

The order of the questions is that of npm's own `npm-package-arg` and `hosted-git-info`, found by asking
them: a path first, then an alias, a hosted git shorthand, a URL, a bare path with a slash, the registry.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from npmguard import versions


class Spec(NamedTuple):
    """A dependency's text, understood.

    `kind` is one of range, version, tag, git, url, file, directory, workspace, invalid. An alias has
    the kind of what it stands for, and `alias` set. `name` is the registry's name: the alias's target
    or the dependency's own. `range` is the version range (of a registry dependency, or of a git one's
    `#semver:`), `repository` a git repository in one spelling, `committish` its branch, tag or commit,
    `location` a URL or a path.
    """

    kind: str
    name: str
    text: str
    alias: bool = False
    range: str | None = None
    repository: str | None = None
    committish: str | None = None
    location: str | None = None

    @property
    def registry(self) -> bool:
        """Is this answered by a registry?"""
        return self.kind in ("range", "version", "tag")

    @property
    def commit(self) -> str | None:
        """The full commit hash that a git dependency names, or None."""
        found = self.committish or ""
        return found if _COMMIT.fullmatch(found) else None


_COMMIT = re.compile(r"[0-9a-fA-F]{40,64}")
_PATH = re.compile(r"\.|~/|/|[A-Za-z]:")
_SCHEME = re.compile(r"(?:git\+)?[a-z]+:", re.IGNORECASE)
TARBALL = re.compile(r"\.(?:tgz|tar\.gz|tar)$", re.IGNORECASE)
_SHORTHAND = re.compile(r"[^\s@:/#.][^\s@:/#]*/[^\s@:/#]+(?:#.*)?", re.DOTALL)
_SCP = re.compile(r"git\+ssh://(?:[^@/:#]*@)?([^:#]+):([^#]+)(?:#(.*))?", re.DOTALL)
_BARE = re.compile(r"[^@]+@[^:.]+\.[^:]+:.+", re.DOTALL)
_PORT = re.compile(r"[0-9]+(?:/|$)")
_URL = re.compile(r"([a-z][a-z0-9+.-]*):([^?#]*)(?:\?[^#]*)?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_NO_HOST = re.compile(r"[\s#/<>?@\[\\\]^|:]")
_HALF = re.compile(r"%(?![0-9a-fA-F]{2})")
_HOSTS = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "bitbucket": "bitbucket.org",
    "gist": "gist.github.com",
    "sourcehut": "git.sr.ht",
}
_SPOKEN = {  # how each host is spoken to; by another way it is a URL like any other
    "github.com": ("git", "http", "git+ssh", "git+https", "ssh", "https"),
    "gitlab.com": ("git+ssh", "git+https", "ssh", "https"),
    "bitbucket.org": ("git+ssh", "git+https", "ssh", "https"),
    "gist.github.com": ("git", "git+ssh", "git+https", "ssh", "https"),
    "git.sr.ht": ("git+ssh", "https"),
}
_NOT_A_REPOSITORY = {"bitbucket.org": "get", "gist.github.com": "raw", "git.sr.ht": "archive"}
_GIT = ("git", "git+http", "git+https", "git+rsync", "git+ftp", "git+file", "git+ssh")
_KNOWN = frozenset((*_HOSTS, *_GIT[:3], "git+ssh", "ssh", "http", "https"))
_PORTS = {"http": "80", "https": "443", "ftp": "21"}
_LONGEST = 4096


@lru_cache(maxsize=16384)
def parse(name: str, text: str) -> Spec:
    """What `text` asks for as a dependency called `name`. Never raises: nonsense is of kind "invalid".

    Without a name it is the text of a command line or of a lockfile's `resolved`, where git@host:project is
    a repository of any host; in a package.json npm takes that for a path.
    """
    spec = text if name or not _BARE.fullmatch(text) else f"git+ssh://{text}"
    if len(spec) > _LONGEST or "\0" in spec:
        return Spec("invalid", name, text)
    lower = spec[:16].lower()
    if lower.startswith("file:") or _PATH.match(spec):
        return _path(name, text, spec)
    if lower.startswith("link:"):
        return Spec("directory", name, text, location=spec[5:])
    if lower.startswith("npm:"):
        return _aliased(name, text, spec[4:])
    if lower.startswith("workspace:"):
        return Spec("workspace", name, text, range=spec[10:])
    if "/" in spec or ":" in spec:
        hosted = _hosted(spec)
        if hosted is not None:
            return _repository(name, text, *hosted)
        if _SCHEME.match(spec):
            return _url(name, text, spec)
    if "/" in spec or TARBALL.search(spec):
        return _path(name, text, spec)
    return _registry(name, text, spec.strip())


def _registry(name: str, text: str, spec: str, *, alias: bool = False) -> Spec:
    if not spec:
        return Spec("range", name, text, alias, range="*")
    if versions.is_version(spec, loose=True):
        return Spec("version", name, text, alias, range=spec)
    if versions.valid_range(spec, loose=True):
        return Spec("range", name, text, alias, range=spec)
    return Spec("tag" if versions.is_tag(spec) else "invalid", name, text, alias, range=spec)


def _aliased(name: str, text: str, target: str) -> Spec:
    from npmguard.names.validity import faults

    at = target.find("@", 1)
    real, wanted = (target, "") if at < 0 else (target[:at], target[at + 1 :])
    if not _SCHEME.match(target) and not faults(real) and (real[0] == "@" or not TARBALL.search(real)):
        found = parse(real, wanted)
        if found.registry and not found.alias:
            return found._replace(text=text, alias=True)
    return Spec("invalid", name, text, True)


def _path(name: str, text: str, spec: str) -> Spec:
    where = re.sub(r"^file:(?://(?=/))?", "", spec, flags=re.IGNORECASE)
    # file:/../once is read as file:../once, as npm always did
    where = re.sub(r"^/{1,3}(?=\.\.?(?:/|$))", "", where)
    return Spec("file" if TARBALL.search(where) else "directory", name, text, location=where)


class _Url(NamedTuple):
    scheme: str
    host: str  # with the port, where it is not the usual one
    path: str
    fragment: str


def _read_url(text: str) -> _Url | None:
    """The parts of a URL, read as browsers and Node.js do, as far as it matters here; None for no URL."""
    match = _URL.fullmatch(text.strip())
    if match is None:
        return None
    scheme, rest, fragment = match[1].lower(), match[2], match[3] or ""
    if scheme in _PORTS:
        rest = "//" + rest.replace("\\", "/").lstrip("/")
    if not rest.startswith("//"):
        return _Url(scheme, "", rest, fragment)
    authority, slash, path = rest[2:].partition("/")
    host, colon, port = authority.rpartition("@")[2].partition(":")
    usable = host or (scheme not in _PORTS and not colon and "@" not in authority)
    if authority.endswith("]") and "[" in authority:  # an IPv6 address
        return _Url(scheme, authority[authority.index("[") :].lower(), slash + path, fragment)
    if not usable or _NO_HOST.search(host) or (port and not (port.isdecimal() and int(port) < 65536)):
        return None
    if port and port != _PORTS.get(scheme):
        host += colon + str(int(port))
    return _Url(scheme, host.lower(), slash + path, fragment)


def _read_loosely(spec: str) -> _Url | None:
    """A URL as people write them to git: git@host:user/project, host:user/project, user@host/project."""
    scheme, colon, rest = spec.partition(":")
    if not (colon and scheme in _KNOWN) and not rest.startswith("//"):
        at = spec.find("@")
        if at > len(scheme) or (at >= 0 and not colon):
            spec = f"git+ssh://{spec}"
        elif at < 0:
            spec = f"{scheme}{colon}//{rest}"
    found = _read_url(spec)
    if found is not None:
        return found
    before, hash, fragment = spec.partition("#")
    at, last = before.rfind("@"), before.rfind(":")
    if last > at:
        before = f"{before[:last]}/{before[last + 1 :]}"
    if ":" not in before and "//" not in before + hash + fragment:
        before = f"git+ssh://{before}"
    return _read_url(before + hash + fragment)


def _hosted(spec: str) -> tuple[str, str, str] | None:
    """(host, path, committish) of a repository at one of the hosts that npm knows; None if it is none."""
    url = _read_loosely(f"github:{spec}" if _SHORTHAND.fullmatch(spec) else spec)
    if url is None:
        return None
    committish: str | None = url.fragment
    if url.scheme in _HOSTS:
        host = _HOSTS[url.scheme]
        path = url.path.removeprefix("/")
        user, slash, project = path[path.find("@") + 1 :].rpartition("/")
        slash = slash if user else ""
    else:
        host = url.host.partition(":")[0].removeprefix("www.")
        if url.scheme not in _SPOKEN.get(host, ()):
            return None
        parts = url.path.removeprefix("/").split("/")
        user, project, kind = [*parts, "", ""][:3]
        slash = "/"
        if host == "gitlab.com":
            # its groups lie in groups
            if "/-/" in url.path[1:] or "/archive.tar.gz" in url.path[1:]:
                return None
            user, slash, project = "/".join(parts).rpartition("/")
        elif host == "github.com" and kind:
            if kind != "tree":
                return None
            committish = "".join(parts[3:4])
        elif kind and kind == _NOT_A_REPOSITORY.get(host):
            return None
        elif host == "gist.github.com" and not project:
            user, slash, project = "", "", user
        if not project.removesuffix(".git") or not (user or host == "gist.github.com"):
            return None
    decoded = [_decoded(part) for part in (user, project, committish or "")]
    if None in decoded:
        return None
    return host, f"{decoded[0]}{slash}{decoded[1]}", decoded[2] or ""


def _decoded(part: str) -> str | None:
    """A part of a URL without its percent signs; None where they do not stand for text."""
    if "%" not in part:
        return part
    from urllib.parse import unquote

    try:
        return None if _HALF.search(part) else unquote(part, errors="strict")
    except UnicodeDecodeError:
        return None


def _url(name: str, text: str, spec: str) -> Spec:
    """A URL of no host that npm knows: a git repository, or a tarball."""
    if spec.startswith("git+ssh:"):
        # git+ssh://git@host:user/project is no URL, but git reads it; host:22/project is one
        scp = _SCP.fullmatch(spec)
        if scp is not None and not _PORT.match(scp[2]):
            return _repository(name, text, scp[1], scp[2], scp[3] or "")
    url = _read_url(spec)
    if url is not None and url.scheme in ("http", "https"):
        return Spec("url", name, text, location=spec)
    if url is not None and url.scheme in _GIT:
        return _repository(name, text, url.host, url.path, url.fragment)
    return Spec("invalid", name, text)


def _repository(name: str, text: str, host: str, path: str, committish: str) -> Spec:
    """A git dependency. `committish` may hold several parts: `branch::path:folder`, `semver:^1`."""
    path = path.strip("/").removesuffix(".git")
    said: dict[str, str] = {}
    for part in committish.split("::") if committish else ():
        key, colon, value = part.partition(":")
        if not colon:
            key, value = "commit", part
        elif key not in ("semver", "path"):
            continue
        alike = ("path",) if key == "path" else ("commit", "semver")
        if any(said.get(other) for other in alike):
            return Spec("invalid", name, text)
        said[key] = value.partition(":")[0] if colon else value
    range = _decoded(said.get("semver", "")) or None
    commit = said.get("commit") or None
    repository = f"{host.lower()}/{path}"
    return Spec("git", name, text, range=range, repository=repository, committish=commit)
