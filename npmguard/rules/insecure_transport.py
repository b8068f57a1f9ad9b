"""A locked package is fetched without encryption.

Looks for `resolved` URLs that begin with http://, git:// or git+http://. A server on this very machine
(localhost) is left alone.

Why it matters
    Whoever sits between the machine and the server (a café's network, a hijacked route, a proxy) can hand
    out something else. A recorded integrity still catches a changed tarball; a git repository over git://
    has nothing of the kind, and neither does an entry without integrity.

Bad
    "resolved": "http://registry.example.test/once/-/once-1.4.0.tgz"

Good
    "resolved": "https://registry.example.test/once/-/once-1.4.0.tgz"

How to fix
    Set the registry to its https address (npm config get registry), then write the lockfile anew:
    npm install --package-lock-only
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import origins
from npmguard.model import Evidence, Finding, Package, Project, Severity
from npmguard.rules.base import Rule
from npmguard.rules.grouping import in_force, one_or_all, some
from npmguard.settings import Settings

_PLAIN = ("http", "git", "git+http", "ftp", "git+ftp")


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.lockfile is None:
        return
    plain: dict[tuple[str, str], list[Package]] = {}
    for package in in_force(project, settings.production):
        resolved = package.resolved
        if not resolved or resolved.startswith("https:") or ":" not in resolved:
            continue
        origin = origins.read(resolved)
        if origin.scheme in _PLAIN and not origins.is_loopback(origin.host):
            plain.setdefault((origin.scheme, origin.host), []).append(package)
    for (scheme, host), packages in sorted(plain.items()):
        where = f"{scheme}://{host}"
        yield from one_or_all(
            project,
            packages,
            rule="insecure-transport",
            severity=Severity.HIGH,
            subject=where,
            one=lambda package: (
                f"{package.label} is fetched without encryption",
                f"The lockfile takes it from {package.resolved}"
                + ("." if package.integrity else ", and records no integrity to check it by."),
            ),
            all=lambda groups, where=where: (  # type: ignore[misc]
                f"{len(groups)} packages are fetched without encryption from {where}",
                f"From {where}: {some(groups)}.",
            ),
        )


RULE = Rule(
    "insecure-transport",
    "lockfile",
    Severity.HIGH,
    "A locked package is fetched without encryption.",
    __doc__ or "",
    check,
)
