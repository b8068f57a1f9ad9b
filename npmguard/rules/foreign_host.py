"""A locked package comes from a host that is none of the project's registries.

Looks at the host of every `resolved` URL of a registry dependency. Expected are the registries that npm's
settings name (for a scope too), the default registry (by yarn's name for it too), and `allowed-hosts` of
npmguard.toml.

Why it matters
    npm downloads from the URL in the lockfile, whatever the registry is called in the settings. One changed
    line among thousands in a pull request points an ordinary dependency to an attacker's server, and the
    integrity beside it is theirs as well: nobody but the reviewer can notice. Liran Tal showed this
    lockfile injection in 2019.

Bad
    "resolved": "https://registry.evil.example/once/-/once-1.4.0.tgz"

Good
    "resolved": "https://registry.example.test/once/-/once-1.4.0.tgz"

How to fix
    Find out who changed the line: git log -S registry.evil.example -- package-lock.json
    If the host is yours, name it: allowed-hosts = ["npm.corp.example"] in npmguard.toml.
    If not, restore the lockfile from a commit you trust and treat the machines that installed it as exposed.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import origins
from npmguard.model import Evidence, Finding, Package, Project, Severity, Source
from npmguard.rules.base import Rule
from npmguard.rules.grouping import in_force, one_or_all, some
from npmguard.settings import Settings


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.lockfile is None:
        return
    known = {origins.read(url).host for url in project.registries.values()}
    known.update(origins.host_of(host) for host in settings.allowed_hosts)
    foreign: dict[str, list[Package]] = {}
    usual: frozenset[str] = frozenset()
    for package in in_force(project, settings.production):
        if package.source is not Source.REGISTRY or not package.resolved:
            continue
        host = origins.host(package.resolved)
        if host in known or (not host and origins.in_mirror(package.resolved)):
            continue
        usual = usual or origins.default_hosts()
        if host not in usual:
            foreign.setdefault(host, []).append(package)
    if not foreign:
        return
    if "" not in project.registries:
        known.add(origins.read(origins.default_registry()).host)
    names = ", ".join(sorted(known))
    for host, packages in sorted(foreign.items()):
        what = host or "a text that is no plain URL"
        yield from one_or_all(
            project,
            packages,
            rule="foreign-host",
            severity=Severity.HIGH,
            subject=host,
            one=lambda package, what=what: (  # type: ignore[misc]
                f"{package.label} is downloaded from {what}",
                f"The lockfile takes it from {package.resolved}; the registries in force are on {names}.",
            ),
            all=lambda groups, what=what: (  # type: ignore[misc]
                f"{len(groups)} packages are downloaded from {what}",
                f"The registries in force are on {names}. From {what}: {some(groups)}.",
            ),
        )


RULE = Rule(
    "foreign-host",
    "lockfile",
    Severity.HIGH,
    "A locked package comes from a host that is none of the project's registries.",
    __doc__ or "",
    check,
)
