"""npm's own settings: which registry serves which name, and with which credential.

Lowest first: the default registry, the global npmrc, the user's ~/.npmrc, the project's .npmrc,
`npm_config_*` in the environment, the command line. The project's file is not trusted with more than naming
registries: it may come from whoever opened the pull request. It never decides where a credential of the
user goes, nor through which proxy or with which certificates (docs/registry.md).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from npmguard.errors import InputError
from npmguard.origins import REGISTRY, default_registry
from npmguard.project.files import read

_VARIABLE = re.compile(r"(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}")
# What a project may not decide: who listens in.
_OURS_ALONE = frozenset(
    ("proxy", "https-proxy", "http-proxy", "noproxy", "cafile", "ca", "cert", "key", "strict-ssl")
)
_CREDENTIALS = (":_authtoken", ":_auth", ":username", ":_password", ":certfile", ":keyfile")

_LISTS = frozenset(("allow-scripts", "min-release-age-exclude"))

Settings = dict[str, str]


class NpmConfig:
    """npm's settings in force for one project.

    `values` holds the plain keys, `secrets` the credentials by host and path ("//host/path/:_authToken"),
    `ignored` a line for each setting of the project that was not followed, `own` the keys of `values` that
    the project's own file decides.
    """

    def __init__(
        self,
        values: Settings,
        scopes: Settings,
        secrets: Settings,
        ignored: list[str],
        own: frozenset[str] = frozenset(),
    ) -> None:
        self.values = values
        self._scopes = scopes
        self._secrets = secrets
        self.ignored = ignored
        self.own = own

    @cached_property
    def registry(self) -> str:
        """The default registry's URL, with a slash at the end."""
        return self.values.get("registry") or default_registry()

    @cached_property
    def registries(self) -> Mapping[str, str]:
        """The registries that settings name, by scope ("" for the default): URLs with a slash at the end.

        Where none names the default one it is left out: most audits never need to know it.
        """
        named = self.values.get("registry")
        return {"": named, **self._scopes} if named else dict(self._scopes)

    def registry_for(self, name: str) -> str:
        """The URL of the registry that serves this package name."""
        scope = name.partition("/")[0] if name.startswith("@") else ""
        return self._scopes.get(scope) or self.registry

    @cached_property
    def identity(self) -> object:
        """Two projects for which this is equal ask the same registries, as the same people."""
        return self.registry, *(frozenset(found.items()) for found in (self._scopes, self._secrets))

    def get(self, key: str, default: str | None = None) -> str | None:
        return self.values.get(key, default)

    def credentials_for(self, url: str) -> str | None:
        """The Authorization header for a URL of a registry, or None.

        npm keeps credentials by host and path; the longest path that leads to the URL counts, and no other
        host or port ever does.
        """
        if not self._secrets:
            return None
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        path = parts.path if parts.path.endswith("/") else parts.path.rpartition("/")[0] + "/"
        while True:
            at = f"//{parts.netloc.rpartition('@')[2]}{path}"
            token = self._secrets.get(f"{at}:_authToken")
            if token:
                return f"Bearer {token}"
            basic = self._secrets.get(f"{at}:_auth") or _joined(
                self._secrets.get(f"{at}:username"), self._secrets.get(f"{at}:_password")
            )
            if basic:
                return f"Basic {basic}"
            if path in ("", "/"):
                return None
            path = path.rstrip("/").rpartition("/")[0] + "/"

    def credentials_at(self, registry: str) -> frozenset[tuple[str, str]]:
        """All that is kept for the host of a registry: whoever has the same is told the same there."""
        if not self._secrets:
            return frozenset()
        from urllib.parse import urlsplit

        host = f"//{urlsplit(registry).netloc.rpartition('@')[2]}/"
        return frozenset(item for item in self._secrets.items() if item[0].startswith(host))


def _joined(username: str | None, password: str | None) -> str | None:
    if not username or not password:
        return None
    from base64 import b64decode, b64encode

    try:
        plain = b64decode(password)
    except ValueError:
        return None
    return b64encode(username.encode() + b":" + plain).decode()


class Fill:
    """Puts the environment into the settings of another manager's file, within what they are trusted with.

    `known` are the hosts that the user's own settings name; None for a file of the user's, which is trusted.
    What is not followed leaves a line in `ignored`.
    """

    def __init__(self, env: Mapping[str, str], file: str, known: set[str] | None, ignored: list[str]) -> None:
        self.env = env
        self._file = file
        self._known = known
        self._ignored = ignored

    def url(self, key: str, text: str) -> str | None:
        """A registry's URL: a variable may name it, but a project may write none into that of another."""
        if self._known is not None and "${" in text and _VARIABLE.fullmatch(text) is None:
            self._ignored.append(f"{self._file}: {key} mixes a variable into a URL")
            return None
        return _replaced(text, self.env)

    def secret(self, url: str, text: str) -> str | None:
        """A credential for the registry of that URL."""
        host = _host(url)
        if self._known is not None and "${" in url + text and not _may_know(host, self._known):
            self._ignored.append(
                f"{self._file}: a variable's value is not sent to {host}, which only the project names"
            )
            return None
        return _replaced(text, self.env)


class Beside(NamedTuple):
    """Another manager's settings files, read as an npmrc would say it.

    `weak` are those that npm's own files stand above.
    """

    file: str
    user: Mapping[str, Any]
    project: Mapping[str, Any]
    read: Callable[[Mapping[str, Any], Fill], Settings]
    weak: bool = False


def load(
    folder: str,
    *,
    registry: str | None = None,
    environ: Mapping[str, str] | None = None,
    beside: Beside | None = None,
) -> NpmConfig:
    """npm's settings for the project in `folder`; `registry` is the command line's, above all others.

    `beside` are those of the project's own manager, where that is another.
    """
    env = os.environ if environ is None else environ
    ignored: list[str] = []
    trusted: Settings = {}
    for path in filter(None, _trusted_files(env)):
        trusted |= _expanded(_file(path), env)
    if beside is not None:
        theirs = beside.read(beside.user, Fill(env, beside.file, None, ignored))
        trusted = {**theirs, **trusted} if beside.weak else {**trusted, **theirs}
    above = _from_environment(env)
    if registry:
        above["registry"] = registry
    project = _file(os.path.join(folder, ".npmrc"))
    known = _hosts({**trusted, **above})
    allowed = _allowed(project, env, known, ignored)
    own = frozenset(allowed.keys() - above.keys())
    below: Settings = {}
    if beside is not None:
        theirs = beside.read(beside.project, Fill(env, beside.file, known, ignored))
        if beside.weak:
            below = theirs
        else:
            allowed |= theirs
    return _config({**below, **trusted, **allowed, **above}, ignored, own)


class Layer(NamedTuple):
    """One place that npm reads settings from, and what it says there, variables not replaced.

    `path` is the file's, None for the environment and the command line.
    """

    name: str
    values: Settings
    path: str | None = None
    own: bool = False  # does it come with the project?


def layers(
    folder: str, *, registry: str | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Layer, ...]:
    """The places that npm itself reads for the project in `folder`, highest first; whatever they may say."""
    env = os.environ if environ is None else environ
    project = os.path.join(folder, ".npmrc")
    everywhere, user = _trusted_files(env)
    return (
        Layer("--registry", {"registry": registry} if registry else {}),
        Layer("the environment", _from_environment(env)),
        *([Layer(".npmrc", _file(project), project, own=True)] if project != user else []),
        *(Layer(path, _file(path), path) for path in (user, everywhere) if path),
    )


def _config(merged: Settings, ignored: list[str], own: frozenset[str]) -> NpmConfig:
    values: Settings = {}
    scopes: Settings = {}
    secrets: Settings = {}
    for key, value in merged.items():
        if key.startswith("//"):
            secrets[key] = value
        elif key.startswith("@") and key.endswith(":registry"):
            if _is_url(value):
                scopes[key.removesuffix(":registry")] = _with_slash(value)
        elif key == "registry":
            if _is_url(value):
                values[key] = _with_slash(value)
        else:
            values[key] = value
    return NpmConfig(values, scopes, secrets, ignored, own & values.keys())


def _is_url(text: str) -> bool:
    return _netloc(text) is not None


def _netloc(url: str) -> str | None:
    """The host of an http or https URL, with its port; None for any other text."""
    usual = REGISTRY.fullmatch(url)
    if usual is not None:
        return usual[2]
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts.netloc if plain else None


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else url + "/"


def _hosts(settings: Settings) -> set[str]:
    """The hosts that the user's own settings send something to."""
    found = set()
    for key, value in settings.items():
        host = _netloc(value) if key == "registry" or key.endswith(":registry") else None
        if host is not None:
            found.add(host)
        elif key.startswith("//"):
            found.add(key[2:].partition("/")[0])
    return found


def _host(url: str) -> str:
    """The host and port of a URL, as npm's keys have it."""
    return url.partition("//")[2].partition("/")[0].rpartition("@")[2]


def _may_know(host: str, known: set[str]) -> bool:
    """May a project have a value of the environment sent there?"""
    return host in known or host == _host(default_registry())


def _allowed(project: Settings, env: Mapping[str, str], known: set[str], ignored: list[str]) -> Settings:
    """Those settings of the project's .npmrc that are followed, and in `ignored` a line for each other."""
    found: Settings = {}
    fill = Fill(env, ".npmrc", known, ignored)
    for key, value in project.items():
        if key.lower() in _OURS_ALONE or key.startswith("_"):
            ignored.append(f".npmrc: {key} is not taken from a project")
            continue
        filled: str | None = value
        if "${" in value or "${" in key:
            if key.startswith("//"):
                # a token from the environment goes only to a host that the user's own settings know
                filled = fill.secret(key, value)
            elif key == "registry" or key.endswith(":registry"):
                filled = fill.url(key, value)
            else:
                filled = _replaced(value, env)
        if filled is not None:
            found[key] = filled
    return found


def _expanded(settings: Settings, env: Mapping[str, str]) -> Settings:
    return {_replaced(key, env): _replaced(value, env) for key, value in settings.items()}


def _replaced(text: str, env: Mapping[str, str]) -> str:
    """The text with ${VAR} replaced; an undefined one stays, `${VAR?}` becomes nothing (as npm does)."""

    def one(match: re.Match[str]) -> str:
        escapes, name, soft = match[1], match[2], match[3]
        if len(escapes) % 2:
            return match[0][(len(escapes) + 1) // 2 :]
        value = env.get(name)
        if value is None:
            value = "" if soft else f"${{{name}}}"
        return escapes[len(escapes) // 2 :] + value

    return _VARIABLE.sub(one, text) if "${" in text else text


def _from_environment(env: Mapping[str, str]) -> Settings:
    """`npm_config_*`, in any case of letters; npm turns _ into - in plain keys, not in those of a host."""
    found: Settings = {}
    for name, value in env.items():
        if name[:11].lower() != "npm_config_" or value == "":
            continue
        key = name[11:]
        if not key.startswith(("//", "@")):
            key = (key[0] + key[1:].replace("_", "-")).lower() if key else ""
        if key and not key.startswith("_"):
            found[key] = value
    return found


def _trusted_files(env: Mapping[str, str]) -> tuple[str | None, str]:
    """The global npmrc, where it is known, and the user's."""

    def named(key: str) -> str | None:
        return next((v for k, v in env.items() if k.lower() == f"npm_config_{key}" and v), None)

    home = env.get("HOME") or env.get("USERPROFILE") or os.path.expanduser("~")
    everywhere = named("globalconfig") or _global_file(env, named("prefix"))
    return everywhere, named("userconfig") or os.path.join(home, ".npmrc")


def _global_file(env: Mapping[str, str], prefix: str | None) -> str | None:
    """PREFIX/etc/npmrc, where PREFIX is the folder above the one that node lies in."""
    if prefix:
        return os.path.join(prefix, "etc", "npmrc")
    for folder in env.get("PATH", "").split(os.pathsep):
        node = os.path.join(folder, "node.exe" if os.name == "nt" else "node")
        if folder and os.path.isfile(node):
            real = os.path.dirname(os.path.realpath(node))
            return os.path.join(real if os.name == "nt" else os.path.dirname(real), "etc", "npmrc")
    return None


def _file(path: str) -> Settings:
    """The settings of an npmrc file; none where it is missing or unreadable, as npm has it."""
    if not os.path.isfile(path):
        return {}
    try:
        text = read(path, path).decode("utf-8-sig", errors="replace")
    except InputError:
        return {}
    return parse(text)


def parse(text: str) -> Settings:
    """The top-level keys of an ini text, by the rules of npm's `ini` package.

    Of a list the last item is kept, or all of them with commas between where that is how npm writes it too.
    """
    found: Settings = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in ";#":
            continue
        if line.startswith("["):
            if line.endswith("]"):
                break  # npm has no sections: what follows is out of its sight
            continue
        key, equals, value = line.partition("=")
        name = _plain(key).removesuffix("[]")
        if name:
            value = _plain(value) if equals else "true"
            found[name] = f"{found[name]},{value}" if name in _LISTS and name in found else value
    return found


def lines(text: str, pointers: Iterable[str]) -> dict[str, int]:
    """The 1-based lines of pointers ("/key") into an npmrc; the last where a key stands more than once."""
    wanted = {pointer.removeprefix("/"): pointer for pointer in pointers}
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        pointer = wanted.get(_plain(line.partition("=")[0]).removesuffix("[]"))
        if pointer is not None:
            found[pointer] = number
    return found


def _plain(text: str) -> str:
    """A key or value without its quotes, or without the comment behind it."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    out = []
    escaped = False
    for character in text:
        if escaped:
            out.append(character if character in "\\;#" else "\\" + character)
            escaped = False
        elif character in ";#":
            break
        elif character == "\\":
            escaped = True
        else:
            out.append(character)
    return ("".join(out) + ("\\" if escaped else "")).strip()
