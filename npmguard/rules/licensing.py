"""What the rules about licences have in common: which packages they look at, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from npmguard import licences
from npmguard.licence_terms import UNLICENSED, Terms, Verdict, expression
from npmguard.model import Evidence, Gap, Needs, Package, Project, Source
from npmguard.rules.grouping import groups
from npmguard.settings import Settings
from npmguard.text import some


class Licensed(NamedTuple):
    """A package, what it says of its licence, the SPDX expression that this is, and the verdict on that.

    `said` is None where it says nothing, `expression` where that is no licence for certain.
    """

    package: Package
    said: str | None
    expression: str | None
    verdict: Verdict


def needs(project: Project, settings: Settings) -> Needs:
    """The manifests of the packages whose licence nothing on this disk tells."""
    return Needs(manifests=frozenset(_asked(project, settings)))


def _asked(project: Project, settings: Settings) -> Iterator[tuple[str, str]]:
    for package, keys in groups(project, settings.production):
        if package.source is Source.REGISTRY and package.version and not _on_disk(keys, project):
            yield package.name, package.version


def _on_disk(keys: Iterable[str], project: Project) -> bool:
    return any(key in project.licences for key in keys)


def judged(project: Project, evidence: Evidence, settings: Settings, rule: str) -> Iterator[Licensed | Gap]:
    """The packages that are not fine; and a gap for `rule`, of those that nobody could be asked about."""
    terms = Terms(settings.allowed_licences, settings.denied_licences)
    own = tuple(f"{scope.rstrip('/')}/" for scope in settings.internal_scopes)
    silent: list[str] = []
    for package, keys in groups(project, settings.production):
        node = next((key for key in keys if key in project.licences), package.key)
        said = licences.of(package._replace(key=node), project, evidence)
        found = expression(said) if said is not None else None
        if found in (None, UNLICENSED) and package.name.startswith(own):
            continue
        asked = said is None and package.source is Source.REGISTRY and package.version is not None
        if asked and (package.name, package.version) not in evidence.manifests:
            silent.append(package.label)
            continue
        verdict = terms.of(found) if found is not None else Verdict.UNKNOWN
        if verdict is not Verdict.FINE:
            yield Licensed(package, said, found, verdict)
    if silent:
        yield Gap("registry", f"licences: nobody told those of {some(sorted(silent))}", (rule,))


def by_words(found: Iterable[Licensed]) -> Mapping[str, list[Licensed]]:
    """The packages by what they say: those that say the same are the same matter."""
    same: dict[str, list[Licensed]] = {}
    for licensed in found:
        same.setdefault(licensed.expression or licensed.said or "", []).append(licensed)
    return dict(sorted(same.items()))


def lists(settings: Settings) -> str:
    """What the settings say, in words."""
    words = []
    if settings.allowed_licences:
        words.append(f"allow {', '.join(settings.allowed_licences)}")
    if settings.denied_licences:
        words.append(f"deny {', '.join(settings.denied_licences)}")
    return f"The settings {' and '.join(words)}."
