"""Settings that weaken an install: of npm, by whatever place says them, and of Node.js."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from npmguard.doctor.surroundings import Surroundings
from npmguard.model.doctor import Check, Status

# What npm runs: a project that names it runs what it likes, at the next install.
_PROGRAMS = ("git", "script-shell", "shell", "node-options", "editor", "viewer", "browser", "python")
_KEYS = ("strict-ssl", "ignore-scripts", "dangerously-allow-all-scripts", "audit", "package-lock")
_SCRIPTS_ASKED = 12  # the npm that runs no install script which nobody allowed


class Said(NamedTuple):
    """A setting's value and the place that says it."""

    value: str
    place: str
    own: bool  # does the project say it?


class Facts(NamedTuple):
    """The settings of `_KEYS` that are set; the registries by scope; the programs that the project names.

    `npm` is the major version of npm, `checks_tls` False where the environment has Node.js check nothing.
    """

    said: Mapping[str, Said]
    registries: Mapping[str, Said]
    programs: tuple[str, ...]
    npm: int | None
    checks_tls: bool


def look(where: Surroundings, npm: str | None) -> Facts:
    """The facts; `npm` is npm's version."""
    registries: dict[str, Said] = {}
    for layer in where.layers:
        for key, value in layer.values.items():
            if key == "registry" or (key.startswith("@") and key.endswith(":registry")):
                registries.setdefault(key.rpartition(":")[0], Said(value, layer.name, layer.own))
    found = {key: said for key in _KEYS if (said := where.said(key)) is not None}
    own = next((layer for layer in where.layers if layer.own), None)
    major = (npm or "").partition(".")[0]
    return Facts(
        {key: Said(value, layer.name, layer.own) for key, (value, layer) in found.items()},
        registries,
        tuple(key for key in _PROGRAMS if own is not None and key in own.values),
        int(major) if major.isdigit() else None,
        where.env.get("NODE_TLS_REJECT_UNAUTHORIZED") != "0",
    )


def checks(facts: Facts) -> Iterator[Check]:
    """What the settings come to."""
    yield _tls(facts)
    yield from _plain(facts.registries)
    yield _scripts(facts)
    if facts.programs:
        yield Check(
            "project-programs",
            Status.FAIL,
            "the project's .npmrc names programs that npm runs",
            f"it sets {', '.join(facts.programs)}: npm runs what that says during an install",
            "take them out of .npmrc, and look at who put them there",
        )
    for key, title in (
        ("audit", "npm install asks nobody about advisories"),
        ("package-lock", "npm install writes and reads no lockfile"),
    ):
        said = facts.said.get(key)
        if said is not None and said.value == "false":
            fix = f"take {key}=false out of {said.place}"
            yield Check(f"npm-{key}", Status.WARN, title, f"{said.place} says {key}=false", fix)


def _tls(facts: Facts) -> Check:
    said = facts.said.get("strict-ssl")
    if said is not None and said.value == "false":
        return Check(
            "tls",
            Status.FAIL,
            "npm checks no certificates",
            f"{said.place} says strict-ssl=false: whoever sits on the way can change what is installed",
            f"take strict-ssl=false out of {said.place}; name a company's own authority with cafile",
        )
    if not facts.checks_tls:
        return Check(
            "tls",
            Status.FAIL,
            "Node.js checks no certificates",
            "NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment",
            "unset it; name a company's own authority with NODE_EXTRA_CA_CERTS",
        )
    return Check("tls", Status.OK, "certificates are checked")


def _plain(registries: Mapping[str, Said]) -> Iterator[Check]:
    from npmguard.origins import is_loopback, read

    for scope, said in sorted(registries.items()):
        if said.value.lower().startswith("http:") and not is_loopback(read(said.value).host):
            yield Check(
                "registry-https",
                Status.FAIL,
                f"the registry{f' of {scope}' if scope else ''} is asked without encryption",
                f"{said.place} says {shown(said.value)}: whoever sits on the way can change what comes",
                f"write https: in {said.place}",
                scope or "default",
            )


def _scripts(facts: Facts) -> Check:
    off, all_on = facts.said.get("ignore-scripts"), facts.said.get("dangerously-allow-all-scripts")
    if off is not None and off.value == "true":
        return Check(
            "install-scripts", Status.OK, "npm runs no install scripts", f"{off.place}: ignore-scripts=true"
        )
    if facts.npm is None:
        return Check(
            "install-scripts", Status.UNKNOWN, "whether install scripts run depends on npm's version"
        )
    fix = (
        "npm config set ignore-scripts true --location=user, then npm rebuild NAME for those that are needed"
    )
    if facts.npm >= _SCRIPTS_ASKED and all_on is not None and all_on.value == "true":
        detail = f"{all_on.place} says dangerously-allow-all-scripts=true"
        return Check(
            "install-scripts", Status.FAIL, "npm runs the install scripts of all packages", detail, fix
        )
    if facts.npm >= _SCRIPTS_ASKED:
        title = f"npm {facts.npm} runs only the install scripts that package.json allows"
        return Check("install-scripts", Status.OK, title)
    return Check(
        "install-scripts",
        Status.WARN,
        f"npm {facts.npm} runs the install scripts of all packages",
        "ignore-scripts is not set, and npm before 12 asks nobody",
        fix,
    )


def shown(url: str) -> str:
    """A URL without the name and password that may stand in it."""
    scheme, slashes, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    return scheme + slashes + host.rpartition("@")[2] + slash + path.partition("?")[0]
