"""What the tarballs of locked packages hold, beside those of the releases before them."""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import versions
from npmguard.model import Contents, Evidence, Package, Project, Source
from npmguard.rules import lineage
from npmguard.rules.grouping import groups
from npmguard.settings import Settings


def has_tarball(package: Package) -> bool:
    """Does it come as a tarball of its own?"""
    return (
        package.source in (Source.REGISTRY, Source.URL, Source.FILE)
        and bool(package.version)
        and not package.bundled
    )


def line(evidence: Evidence, package: Package, keys: tuple[str, ...]) -> lineage.Lineage | None:
    """A locked release among its package's, or None where its history is not known."""
    history = evidence.history(package.name)
    return lineage.lineage(package, keys, history) if history is not None and history.real else None


def previous(evidence: Evidence, package: Package, keys: tuple[str, ...]) -> str | None:
    """The release that a project had before it moved to this one; by its number where no dates are known."""
    found = line(evidence, package, keys)
    if found is not None:
        return found.previous.version if found.previous is not None else None
    packument = evidence.packument(package.name) if package.source is Source.REGISTRY else None
    own = versions.key(package.version or "", loose=True)
    if packument is None or own is None:
        return None
    known = ((versions.key(v, loose=True), v) for v in packument.all_versions or ())
    lower = [(key, v) for key, v in known if key is not None and key < own]
    same = [(key, v) for key, v in lower if key[0] == own[0]]
    return max(same or lower)[1] if lower else None


def read(
    project: Project, evidence: Evidence, settings: Settings
) -> Iterator[tuple[Package, tuple[str, ...], Contents, Contents | None]]:
    """Each locked package whose tarball was read: (package, keys, contents, those of the release before)."""
    for package, keys in groups(project, settings.production) if evidence.contents else ():
        contents = evidence.contents.get((package.name, package.version or ""))
        if has_tarball(package) and isinstance(contents, Contents):
            version = previous(evidence, package, keys)
            older = evidence.contents.get((package.name, version)) if version is not None else None
            yield package, keys, contents, older if isinstance(older, Contents) else None
