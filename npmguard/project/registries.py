"""The registries and credentials in the settings of other managers, in the words of an npmrc.

Each keeps the same things under other names; here they become `registry`, `@scope:registry` and
`//host/path/:_authToken`, so that one place decides what is trusted with what: npmguard.project.npmrc. A
credential is bound to the registry that it stands beside in its own file, and to no other.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from npmguard import managers, tomltext
from npmguard.errors import InputError
from npmguard.origins import default_registry
from npmguard.project import manager as reader
from npmguard.project.npmrc import Beside, Fill, Settings


def beside(
    manager: str, project: Mapping[str, Any], environ: Mapping[str, str] | None = None
) -> Beside | None:
    """The settings of a manager: `project` is the project's own file of them. None for npm."""
    env = os.environ if environ is None else environ
    read = _READERS.get(manager)
    if read is None:
        return None
    home = env.get("HOME") or env.get("USERPROFILE") or os.path.expanduser("~")
    user: Mapping[str, Any] = {}
    if manager == "bun":
        folder = env.get("XDG_CONFIG_HOME")
        user = _bunfig(os.path.join(folder, ".bunfig.toml")) if folder else {}
        user = user or _bunfig(os.path.join(home, ".bunfig.toml"))
    elif manager != "pnpm":
        user = _quietly(home, manager)
    # yarn classic takes .npmrc's word before that of .yarnrc
    return Beside(managers.CONFIG_FILES[manager], user, project, read, weak=manager == "yarn")


def _quietly(folder: str, manager: str) -> Mapping[str, Any]:
    """A settings file of the user's; nothing where it cannot be read, as with ~/.npmrc."""
    try:
        return reader.config(folder, manager, folder)
    except InputError:
        return {}


def _bunfig(path: str) -> Mapping[str, Any]:
    from npmguard.project.files import read

    if not os.path.isfile(path):
        return {}
    try:
        return tomltext.loads(read(path, path), path)[0]
    except InputError:
        return {}


class _Found:
    """Gathers settings in the words of an npmrc."""

    def __init__(self, fill: Fill) -> None:
        self.settings: Settings = {}
        self._fill = fill

    def registry(self, key: str, url: object) -> str | None:
        """Notes a registry under an npmrc's key; gives its URL where it is followed."""
        if not isinstance(url, str) or not url:
            return None
        filled = self._fill.url(key, url)
        if filled is not None:
            self.settings[key] = filled
        return filled

    def token(self, url: str | None, text: object) -> None:
        self._secret(url, "_authToken", text)

    def basic(self, url: str | None, text: object) -> None:
        """Notes `name:password`, plain or in base64."""
        if isinstance(text, str) and url is not None:
            filled = self._fill.secret(url, text)
            if filled and ":" in filled:
                from base64 import b64encode

                filled = b64encode(filled.encode()).decode()
            if filled:
                self.settings[f"{_place(url)}:_auth"] = filled

    def _secret(self, url: str | None, key: str, text: object) -> None:
        if isinstance(text, str) and text and url is not None:
            filled = self._fill.secret(url, text)
            if filled:
                self.settings[f"{_place(url)}:{key}"] = filled


def _place(url: str) -> str:
    """`//host/path/`, as npm's keys for credentials begin."""
    place = "//" + url.partition("//")[2].partition("?")[0].partition("#")[0]
    return place if place.endswith("/") else place + "/"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _yarn_classic(settings: Mapping[str, Any], fill: Fill) -> Settings:
    found = _Found(fill)
    for key, value in settings.items():
        if key == "registry" or (key.startswith("@") and key.endswith(":registry")):
            found.registry(key, value)
    return found.settings


def _yarn_berry(settings: Mapping[str, Any], fill: Fill) -> Settings:
    """npmRegistryServer, npmScopes and npmRegistries."""
    found = _Found(fill)

    def text(value: object) -> object:
        return _defaulted(value, fill.env) if isinstance(value, str) else value

    def secrets(place: str | None, at: Mapping[str, Any]) -> None:
        found.token(place, text(at.get("npmAuthToken")))
        found.basic(place, text(at.get("npmAuthIdent")))

    for place, at in _mapping(settings.get("npmRegistries")).items():
        if "//" in place and "${" not in place:
            secrets(place, _mapping(at))
    named = found.registry("registry", text(settings.get("npmRegistryServer")))
    secrets(named or default_registry(), settings)
    for scope, at in _mapping(settings.get("npmScopes")).items():
        own = found.registry(f"@{scope}:registry", text(_mapping(at).get("npmRegistryServer")))
        secrets(own or named, _mapping(at))
    return found.settings


def _defaulted(text: str, env: Mapping[str, str]) -> str:
    """Yarn's `${NAME-else}` and `${NAME:-else}`, as a plain ${NAME} or as what it says else."""

    def one(match: re.Match[str]) -> str:
        value = env.get(match[1])
        there = value is not None if match[2] == "-" else bool(value)
        return f"${{{match[1]}}}" if there else match[3]

    return re.sub(r"\$\{(\w+)(:?-)([^{}]*)\}", one, text)


def _pnpm(settings: Mapping[str, Any], fill: Fill) -> Settings:
    found = _Found(fill)
    found.registry("registry", settings.get("registry"))
    for scope, url in _mapping(settings.get("registries")).items():
        if scope == "default" or scope.startswith("@"):
            found.registry("registry" if scope == "default" else f"{scope}:registry", url)
    return found.settings


def _bun(settings: Mapping[str, Any], fill: Fill) -> Settings:
    """install.registry and install.scopes: a URL, perhaps with a name and password, or a table."""
    found = _Found(fill)
    install = _mapping(settings.get("install"))
    _bun_registry(found, "registry", install.get("registry"))
    for scope, value in _mapping(install.get("scopes")).items():
        _bun_registry(found, f"@{scope.removeprefix('@')}:registry", value)
    return found.settings


def _bun_registry(found: _Found, key: str, value: object) -> None:
    at = _mapping(value)
    url = at.get("url") if at else value
    if not isinstance(url, str):
        return
    url = _braced(url)
    scheme, slashes, rest = url.partition("//")
    login, sign, host = rest.partition("@")
    if sign and "/" not in login:
        url = scheme + slashes + host
    place = found.registry(key, url)
    if sign and "/" not in login and ":" in login:
        found.basic(place, login)
    for name in ("token", "username", "password"):
        if not isinstance(at.get(name, ""), str):
            return
    found.token(place, _braced(at.get("token", "")))
    if at.get("username") and at.get("password"):
        found.basic(place, _braced(f"{at['username']}:{at['password']}"))


def _braced(text: str) -> str:
    """bun's $NAME as ${NAME}."""
    return re.sub(r"\$(\w+)", r"${\1}", text)


_READERS = {"yarn": _yarn_classic, "yarn-berry": _yarn_berry, "pnpm": _pnpm, "bun": _bun}
