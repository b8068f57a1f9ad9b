"""The package looks private, and nothing keeps it from being published to everybody.

Looks at what tells of a package that is not for everybody (the licence, a scope that npmguard.toml calls
internal or that a registry of your own serves, a repository on an internal host, a root of workspaces) where
neither "private": true nor "publishConfig" with a registry stands in package.json. And at a publishConfig
that would send the package, with your token, over plain http.

Why it matters
    One `npm publish` in the wrong folder, on a machine without the company's .npmrc, and the source is
    public; unpublishing does not call back the mirrors' copies. Even the names are worth something: those of
    internal packages that had got out were all it took to install code at some 35 companies in February 2021
    (dependency confusion).

Bad
    {"name": "@corp/billing", "version": "1.0.0", "license": "UNLICENSED"}

Good
    {"name": "@corp/billing", "version": "1.0.0", "license": "UNLICENSED", "private": true}
    {"name": "@corp/billing", "version": "1.0.0", "publishConfig": {"registry": "https://npm.corp.example/"}}

How to fix
    npm pkg set private=true --json
    or, where it is published to a registry of your own: npm pkg set publishConfig.registry=https://...
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import origins, specs, text
from npmguard.globs import workspace_patterns
from npmguard.model import Confidence, Evidence, Finding, Fix, Project, Severity
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_PUBLIC_HOSTS = (
    "github.com",
    "gist.github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "git.sr.ht",
    "gitee.com",
    "sourceforge.net",
)
_INTERNAL = frozenset(("corp", "internal", "intranet", "local", "lan", "localdomain", "private", "home"))


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    data = project.manifest.data
    if packed is None or data.get("private"):
        return
    registry = publishing.words(publishing.mapping(data.get("publishConfig")).get("registry")).strip()
    if registry:
        yield from _plain(project, registry)
        return
    name = project.manifest.name or ""
    if "registry" in project.own_config and not name.startswith("@"):
        return  # the project's own .npmrc sends it elsewhere
    strong, weak = _signals(project, settings)
    if not strong and len(weak) < 2:
        return
    severity = Severity.HIGH if strong else Severity.MODERATE
    before = ""
    if packed.previous is not None:
        # it was meant to be published once, wherever that was
        severity = Severity(severity - 1 if strong else Severity.LOW)
        before = f" Version {text.one_line(packed.previous.version, 60)} is published already."
    reasons = [*strong, *weak]
    yield Finding(
        "no-publish-guard",
        severity,
        "The package looks private, and nothing keeps it from being published",
        f"{_sentence(reasons)}{before} package.json has neither private nor publishConfig.registry.",
        Confidence.MEDIUM if strong else Confidence.LOW,
        fix=Fix("edit", '"private": true', "npm pkg set private=true --json"),
        location=publishing.field(project),
        subject="guard",
    )


def _plain(project: Project, registry: str) -> Iterator[Finding]:
    """A registry that would be spoken to without encryption."""
    origin = origins.read(registry)
    if origin.scheme != "http" or origins.is_loopback(origin.host):
        return
    secure = f"https{registry[4:]}"
    yield Finding(
        "no-publish-guard",
        Severity.HIGH,
        "publishConfig sends the package and your token over plain http",
        f"The registry is {text.one_line(registry, 200)}. Whoever sits on the way reads the token, and can "
        "publish with it.",
        fix=Fix("edit", text.one_line(secure, 200)),
        location=publishing.field(project, "publishConfig", "registry"),
        subject="http",
    )


def _signals(project: Project, settings: Settings) -> tuple[list[str], list[str]]:
    """What tells of a package that is not for everybody: each enough by itself, and only with another."""
    data = project.manifest.data
    name = project.manifest.name or ""
    scope = name.partition("/")[0] if name.startswith("@") and "/" in name else ""
    strong: list[str] = []
    weak: list[str] = []
    closed = publishing.closed(project)
    for reason in closed:
        (strong if "UNLICENSED" in reason else weak).append(reason)
    if scope and any(scope == f"@{known.lstrip('@')}" for known in settings.internal_scopes):
        strong.append(f"{text.name(scope, 60)} is one of your internal scopes")
    elif scope and scope in project.registries:
        host = origins.read(project.registries[scope]).host
        if host and host not in origins.default_hosts():
            strong.append(
                f"{text.name(scope, 60)} is served by {text.one_line(host, 100)} on this machine alone"
            )
    host = _repository_host(data)
    if host and _is_internal(host):
        strong.append(f"its repository is on {text.one_line(host, 100)}")
    elif host and host not in _PUBLIC_HOSTS:
        weak.append(f"its repository is on {text.one_line(host, 100)}")
    if workspace_patterns(data):
        weak.append("it is the root of workspaces")
    if project.manifest.version == "0.0.0":
        weak.append("its version is 0.0.0")
    if publishing.mapping(data.get("publishConfig")).get("access") == "restricted" and not scope:
        weak.append("its access is restricted, which npm refuses for a name without a scope")
    return strong, weak


def _repository_host(data: object) -> str:
    url = publishing.repository(publishing.mapping(data))
    if not url or len(url) > 2000:
        return ""
    found = specs.parse("", url)
    if found.repository:
        return found.repository.partition("/")[0].partition(":")[0]
    return origins.read(found.location or "").host


def _is_internal(host: str) -> bool:
    """Does this host answer only inside some house?"""
    labels = host.split(".")
    if len(labels) == 1 or origins.is_loopback(host) or not _INTERNAL.isdisjoint(labels):
        return True
    return host.startswith(("10.", "192.168.")) and host.replace(".", "").isdigit()


def _sentence(reasons: list[str]) -> str:
    found = ", and ".join(reasons)
    return f"{found[:1].upper()}{found[1:]}."


RULE = Rule(
    "no-publish-guard",
    "project settings",
    Severity.HIGH,
    "The package looks private, and nothing keeps it from being published to everybody.",
    __doc__ or "",
    check,
)
