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
_PATH = re.compile(r"(?:\.|~/|[/\\]|[A-Za-z]:(?![a-z]*//))")
_ALIAS = re.compile(r"npm:((?:@[^/@]+/)?[^@]+)(?:@(.*))?", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"(?:git\+)?[a-z]+:", re.IGNORECASE)
_TARBALL = re.compile(r"\.(?:tgz|tar\.gz|tar)$", re.IGNORECASE)
_SHORTHAND = re.compile(r"[^\s@:/#.][^\s@:/#]*/[^\s@:/#]+(?:#.*)?", re.DOTALL)
_SCP = re.compile(r"(?:git\+ssh://)?(?:[^\s@/:]+@)([^\s:/]+):(?!//)([^#\s]+)(?:#(.*))?", re.DOTALL)
_HOSTS = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "bitbucket": "bitbucket.org",
    "gist": "gist.github.com",
    "sourcehut": "git.sr.ht",
}
_HOSTED = frozenset(_HOSTS.values())
_LONGEST = 4096


@lru_cache(maxsize=16384)
def parse(name: str, text: str) -> Spec:
    """What `text` asks for as a dependency called `name`. Never raises: nonsense is of kind "invalid"."""
    spec = text.strip()
    if len(spec) > _LONGEST or "\0" in spec:
        return Spec("invalid", name, text)
    lower = spec[:16].lower()
    if lower.startswith("file:") or _PATH.match(spec):
        return _path(name, text, spec)
    if lower.startswith("link:"):
        return Spec("directory", name, text, location=spec[5:])
    if lower.startswith("npm:"):
        return _aliased(name, text, spec)
    if lower.startswith("workspace:"):
        return Spec("workspace", name, text, range=spec[10:])
    git = _git(name, text, spec)
    if git is not None:
        return git
    if _SCHEME.match(spec):
        if lower.startswith(("http:", "https:")):
            return Spec("url", name, text, location=spec)
        return Spec("invalid", name, text)
    if "/" in spec or _TARBALL.search(spec):
        return _path(name, text, spec)
    return _registry(name, text, spec)


def _registry(name: str, text: str, spec: str, *, alias: bool = False) -> Spec:
    if not spec:
        return Spec("range", name, text, alias, range="*")
    if versions.is_version(spec, loose=True):
        return Spec("version", name, text, alias, range=spec)
    if versions.valid_range(spec, loose=True):
        return Spec("range", name, text, alias, range=spec)
    return Spec("tag" if versions.is_tag(spec) else "invalid", name, text, alias, range=spec)


def _aliased(name: str, text: str, spec: str) -> Spec:
    match = _ALIAS.fullmatch(spec)
    if match is None:
        return Spec("invalid", name, text, True)
    return _registry(match[1], text, (match[2] or "").strip(), alias=True)


def _path(name: str, text: str, spec: str) -> Spec:
    where = re.sub(r"^file:(?://(?=/))?", "", spec, flags=re.IGNORECASE)
    from urllib.parse import unquote

    kind = "file" if _TARBALL.search(where) else "directory"
    return Spec(kind, name, text, location=unquote(where) if "%" in where else where)


def _git(name: str, text: str, spec: str) -> Spec | None:
    """The git dependency that `spec` is, or None where it is none."""
    scheme, colon, rest = spec.partition(":")
    scheme = scheme.lower()
    if colon and scheme in _HOSTS:
        path, _, committish = rest.partition("#")
        return _repository(name, text, _HOSTS[scheme], path.split("@")[-1], committish)
    if _SHORTHAND.fullmatch(spec) and not spec.startswith("-"):
        path, _, committish = spec.partition("#")
        return _repository(name, text, _HOSTS["github"], path, committish)
    scp = _SCP.fullmatch(spec)
    if scp is not None:
        return _repository(name, text, scp[1], scp[2], scp[3] or "")
    if "://" not in spec:
        return None
    from urllib.parse import urlsplit

    try:
        url = urlsplit(spec.removeprefix("git+"))
        host, port = url.hostname or "", url.port
    except ValueError:
        # git+ssh://git@host:user/project is no URL, but git reads it
        match = re.fullmatch(r"git\+ssh://(?:[^@/]+@)?([^:/]+):([^#]+)(?:#(.*))?", spec, re.DOTALL)
        return _repository(name, text, match[1], match[2], match[3] or "") if match else None
    plain = scheme in ("http", "https")
    if not (scheme.startswith("git+") or scheme in ("git", "ssh") or (plain and host in _HOSTED)):
        return None
    path = url.path.strip("/")
    committish = url.fragment
    if plain:
        # a web address of a hosted repository: /user/project, or /user/project/tree/BRANCH
        parts = path.removesuffix(".git").split("/")
        if len(parts) > 3 and parts[2] == "tree" and host == "github.com":
            path, committish = "/".join(parts[:2]), committish or "/".join(parts[3:])
        elif not _names_repository(host, parts):
            return None
    return _repository(name, text, f"{host}:{port}" if port else host, path, committish)


def _names_repository(host: str, parts: list[str]) -> bool:
    """Is this path a repository's, rather than a file's in it? GitLab's may lie in groups of groups."""
    if host == "gitlab.com":
        return len(parts) >= 2 and "-" not in parts and "archive.tar.gz" not in parts
    return len(parts) == 2


def _repository(name: str, text: str, host: str, path: str, committish: str) -> Spec:
    from urllib.parse import unquote

    path = path.strip("/").removesuffix(".git")
    wanted = unquote(committish)
    if wanted.startswith("semver:"):
        return Spec("git", name, text, range=wanted[7:], repository=f"{host.lower()}/{path}")
    # `branch::path:folder` names a folder inside the repository
    wanted = wanted.split("::", 1)[0]
    return Spec("git", name, text, repository=f"{host.lower()}/{path}", committish=wanted or None)
