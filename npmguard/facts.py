"""What is known of a package that somebody thinks of installing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from npmguard import installs, names, provenance, versions
from npmguard.asked import Ask
from npmguard.brought import Answer, Brought
from npmguard.held import Held
from npmguard.model import (
    Contents,
    Evidence,
    History,
    Inspected,
    Missing,
    Offers,
    Peer,
    Popular,
    Project,
    Unanswered,
)


def of(
    ask: Ask,
    tree: Brought,
    answer: Answer,
    project: Project,
    held: Held,
    evidence: Evidence,
    history: History | None,
) -> Inspected:
    """What is known of the package, as far as somebody said."""
    spec = ask.spec
    similar = names.lookalike(spec.name)
    facts = Inspected(
        ask.text,
        spec.name,
        ask.wanted or None,
        here=held.of(ask.name),
        rank=names.rank(spec.name),
        similar=Popular(similar.name, similar.rank) if similar is not None else None,
    )
    package = tree.package
    if package is None or package.version is None or not isinstance(answer, Offers) or project.graph is None:
        return facts
    offer = answer.versions[package.version]
    nodes = [node for key, node in project.graph.nodes.items() if key and node.key != package.key]
    facts = facts._replace(
        version=package.version,
        latest=answer.dist_tags.get("latest"),
        releases=len(answer.versions),
        dependencies=tuple(sorted((*offer.dependencies, *offer.optional))),
        peers=tuple(_peers(offer.peers, offer.optional_peers, held)),
        brings=tuple(sorted(node.label for node in nodes)),
        brings_optional=sum(node.optional for node in nodes),
        has=tuple(sorted(f"{name}@{version}" for name, version in tree.present)),
        elsewhere=tuple(sorted(tree.elsewhere)),
        cut=tree.cut,
        deprecated=offer.deprecated,
        scripts={} if offer.has_install_script is False else None,
    )
    facts = _published(facts, history, evidence.now or time.time())
    contents = evidence.contents.get((package.name, package.version))
    if isinstance(contents, Contents):
        facts = facts._replace(
            capabilities=contents.code.capabilities.names,
            unpacked_size=sum(file.size for file in contents.files),
            file_count=len(contents.files),
        )
    told = evidence.attestations.get((package.name, package.version))
    if isinstance(told, tuple) and not isinstance(told, Missing | Unanswered):
        facts = facts._replace(attestation=dict(provenance.facts(told)))
    if facts.scripts or (facts.scripts is None and offer.has_install_script):
        facts = facts._replace(runs=installs.scripts(project).of(package))
    return facts


def _published(facts: Inspected, history: History | None, now: float) -> Inspected:
    """The facts with what the full packument tells; a mirror's dates and publishers are nobody's word."""
    release = history.of(facts.version) if history is not None else None
    if history is None or release is None:
        return facts
    facts = facts._replace(
        licence=release.licence,
        repository=release.repository,
        unpacked_size=release.unpacked_size,
        file_count=release.file_count,
        scripts=release.scripts if release.scripts is not None else facts.scripts,
    )
    if not history.real:
        return facts
    first = min((p.time for p in history.publications if p.time is not None), default=None)
    first = min([first, *history.withdrawn.values()]) if first is not None else None
    return facts._replace(
        published=release.time,
        age=now - release.time if release.time is not None else None,
        first_published=first,
        package_age=now - first if first is not None else None,
        publisher=release.publisher,
        trusted_publisher=release.trusted,
        attested=release.attested,
        maintainers=history.maintainers,
    )


def _peers(peers: Mapping[str, str], optional: Sequence[str], held: Held) -> Iterable[Peer]:
    for name, range in sorted(peers.items()):
        here = held.of(name)
        fits = versions.satisfies(here, range, loose=True) if here is not None else None
        yield Peer(name, range, name in optional, here, fits)
