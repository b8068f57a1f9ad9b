"""Under which licence a package is: as its package.json says, wherever that could be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from npmguard.model import Contents, Evidence, Package, Project, Source

_LONGEST = 1000  # characters; no expression is that long


def named(manifest: Mapping[str, Any]) -> str | None:
    """The licence that a package.json names, in any of the ways that were ever usual; None for none."""
    return worded(manifest.get("license") or manifest.get("licence") or manifest.get("licenses"))


def worded(value: object) -> str | None:
    """What stands there as a licence: a text today; of old an object, or several, any of which will do."""
    several = value[:5] if isinstance(value, list) else [value]
    found = (one.get("type") or one.get("name") if isinstance(one, dict) else one for one in several)
    texts = (" ".join(text.split()) for text in found if isinstance(text, str))
    return " OR ".join(filter(None, texts))[:_LONGEST].strip() or None


@lru_cache(maxsize=4096)
def spdx(text: str) -> str | None:
    """The SPDX expression that a text is, its identifiers spelt as the list spells them; None for none.

    None too for npm's own words, UNLICENSED and SEE LICENSE IN, which are no licences.
    """
    from packaging.licenses import canonicalize_license_expression

    try:
        return canonicalize_license_expression(text)
    except (ValueError, RecursionError, MemoryError):
        return None


def is_identifier(expression: str) -> bool:
    """Is an SPDX expression one licence of the list, without an exception or a choice?"""
    return re.fullmatch(r"(?!LicenseRef-)[A-Za-z0-9.-]+", expression) is not None


def of(package: Package, project: Project, evidence: Evidence) -> str | None:
    """A package's licence, as its author wrote it; None where nobody could say.

    What the tarball and the registry say of a release comes before what was noted or lies on this disk. Those
    two are known where a rule asked for them; `project.licences` holds the rest, where it was gathered.
    """
    if package.source is Source.REGISTRY and package.version is not None:
        contents = evidence.contents.get((package.name, package.version))
        if isinstance(contents, Contents) and (found := named(contents.manifest)):
            return found
        history = evidence.history(package.name)
        release = history.of(package.version) if history is not None else None
        if release is not None and release.licence:
            return release.licence
        manifest = evidence.manifests.get((package.name, package.version))
        if manifest is not None and manifest.licence:
            return manifest.licence
        outline = evidence.outline(package.name)
        brief = outline.of(package.version) if outline is not None else None
        if brief is not None and brief.licence:
            return brief.licence
    return project.licences.get(package.key)


def known(project: Project, evidence: Evidence) -> dict[str, str]:
    """The licence of each `name@version` that is locked, the project's own and its workspaces' among them."""
    return dict(sorted(_known(project, evidence))) if project.graph is not None else {}


def _known(project: Project, evidence: Evidence) -> Iterator[tuple[str, str]]:
    assert project.graph is not None
    for package in project.graph.nodes.values():
        if package.third_party:
            found = of(package, project, evidence)
        else:
            manifest = project.manifest_of(package.key)
            found = named(manifest.data) if manifest is not None else None
        if found is not None:
            yield package.label, found
