"""The registry's manifest of a release and the package.json in its tarball tell different things.

Compares the two where the tarball was read: name, version, the scripts that an install runs, dependencies
(optional ones among them) and commands. What publishing itself changes is no difference: `node-gyp rebuild`
for a binding.gyp, ranges of bundled dependencies, npm's spelling of commands and scripts, and the ranges that
`workspace:` stood for. What only the tarball tells of an install is `high`; a dependency that only the
registry tells, or with another range, is `moderate`.

Why it matters
    The registry takes the manifest apart from the tarball and compares nothing (described in June 2023 as
    manifest confusion). Reviews, audits and install-script flags go by the registry's manifest; what is
    unpacked, and which scripts run, is the tarball's. So a package can show nothing and run something.

Bad
    registry: "scripts": {}; tarball: "scripts": {"postinstall": "node setup.js"}

Good
    Both are what `npm publish` made of one package.json.

How to fix
    Do not install it before you know why they differ. Read the tarball itself (npm pack NAME@VERSION), and
    ask the maintainers. Stay on the release before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from npmguard import text
from npmguard.confusion import Difference, differences
from npmguard.model import Contents, Evidence, Finding, Fix, Package, Project, Severity
from npmguard.rules import lineage, opening, places
from npmguard.rules.base import Rule
from npmguard.rules.grouping import groups
from npmguard.settings import Settings

_ID = "manifest-confusion"
_MOST = 5  # differences that are told one by one


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    for package, keys in groups(project, settings.production):
        contents = evidence.contents.get((package.name, package.version or ""))
        if not isinstance(contents, Contents):
            continue
        listed, untold = _listed(evidence, package)
        if listed is None:
            continue
        found = [d for d in differences(listed, contents.manifest) if d.field not in untold]
        if found:
            yield _finding(project, evidence, package, keys, found)


def _listed(evidence: Evidence, package: Package) -> tuple[Mapping[str, Any] | None, frozenset[str]]:
    """(the registry's manifest of that version as far as it is known, the fields that are not)."""
    version = package.version or ""
    history = evidence.history(package.name)
    release = history.of(version) if history is not None else None
    told: dict[str, Any] = {"name": package.name, "version": version}
    if release is not None:
        told |= {"scripts": release.scripts, "dependencies": release.dependencies, "bin": release.bin}
    elif (manifest := evidence.manifests.get((package.name, version))) is not None:
        told |= {"scripts": manifest.scripts, "dependencies": manifest.dependencies, "bin": None}
    else:
        return None, frozenset()
    return told, frozenset(field for field, value in told.items() if value is None)


def _finding(
    project: Project,
    evidence: Evidence,
    package: Package,
    keys: tuple[str, ...],
    found: list[Difference],
) -> Finding:
    history = evidence.history(package.name)
    lived = lineage.lineage(package, keys, history) if history is not None else None
    fix, words = lineage.back(project, lived) if lived is not None else (Fix("review"), "")
    told = "; ".join(map(_told, found[:_MOST]))
    more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
    hides = found[0].severity >= Severity.HIGH
    return Finding(
        _ID,
        found[0].severity,
        f"{package.label} holds another package.json than the registry shows"
        if hides
        else f"{package.label} and the registry's manifest of it differ",
        f"{told}{more}. An install goes by the tarball. {words}".rstrip(),
        package=package.name,
        version=package.version,
        fix=fix,
        location=places.locked(project, package),
        keys=keys,
    )


def _told(difference: Difference) -> str:
    what = {"scripts": "script ", "dependencies": "dependency ", "bin": "command "}.get(difference.field)
    subject = f"{what}{text.one_line(difference.key, 80)}" if what else difference.field
    return f"{subject}: registry {_value(difference.registry)}, tarball {_value(difference.tarball)}"


def _value(value: str | None) -> str:
    return "has none" if value is None else f'"{text.one_line(value, 160)}"'


RULE = Rule(
    _ID,
    "trust",
    Severity.HIGH,
    "The registry's manifest of a release and the package.json in its tarball tell different things.",
    __doc__ or "",
    check,
    opening.needs,
    opening.then,
)
