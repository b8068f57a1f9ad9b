"""What the rules `advisory` and `malware` have in common."""

from __future__ import annotations

from collections.abc import Iterator

from npmguard.model import Confidence, Evidence, Finding, Fix, Needs, Package, Project, Severity, Source
from npmguard.rules import places
from npmguard.rules.grouping import by_version, in_force
from npmguard.settings import Settings
from npmguard.upgrades import fixed_version, matches, way


def needs(project: Project, settings: Settings) -> Needs:
    """Advisories alone: the fixed version comes from them, not from a packument for every hit."""
    return Needs(advisories=project.graph is not None)


def check(project: Project, evidence: Evidence, settings: Settings, *, malware: bool) -> Iterator[Finding]:
    """A finding for each advisory that a locked version is in: the malware ones, or the others."""
    graph = project.graph
    if graph is None or not evidence.advisories:
        return
    by_name: dict[str, list[tuple[Package, tuple[str, ...]]]] = {}
    for package, keys in by_version(in_force(project, settings.production)):
        by_name.setdefault(package.name, []).append((package, keys))
    for advisory in evidence.advisories:
        if advisory.malware is not malware:
            continue
        for package, keys in by_name.get(advisory.package, ()):
            hit = matches(advisory, package)
            if hit is False:
                continue
            packument = evidence.packument(package.name)
            fixed = None if malware else fixed_version(advisory, package, packument)
            out = way(graph, package, keys, fixed)
            words = "Remove it." if malware else out.words
            confidence = Confidence.HIGH
            if hit is None:
                confidence = Confidence.LOW
                words += f" Its range makes no sense to npmguard ({advisory.vulnerable[:100]})."
            elif package.source is not Source.REGISTRY:
                confidence = Confidence.MEDIUM
                words += f" This one comes from {package.source.value}, and may differ."
            range = advisory.vulnerable or ", ".join(sorted(advisory.versions)[:5])
            also = [i for i in advisory.ids if i != advisory.id]
            named = f"{advisory.id} ({', '.join(also[:3])})" if also else advisory.id
            detail = f"{named}: vulnerable {range}. {words}"
            yield Finding(
                "malware" if malware else "advisory",
                Severity.CRITICAL if malware else advisory.severity,
                f"{package.label}: {' '.join(advisory.title.split())}"[:200],
                detail,
                confidence,
                package=package.name,
                version=package.version,
                fix=out.fix if not malware else _removal(package),
                location=places.locked(project, package),
                ids=advisory.ids,
                url=advisory.url,
                keys=keys,
                subject=advisory.id,
            )


def _removal(package: Package) -> Fix:
    return Fix("remove", None, f"npm uninstall {package.alias or package.name}")
