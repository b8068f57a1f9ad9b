"""A release's signature or attestation does not fit what is locked.

Looks at the releases whose history is known (of which a new one is locked; with --deep all). The registry's
signature over name, version and integrity is verified with the keys that the registry lists: over the
lockfile's own integrity where that is a SHA-512, so that neither a changed lockfile nor a changed packument
passes. A signature that fails is `critical`; one by a key that the registry does not list, or that had
expired before the release was published, is `high`, and so is none where the releases around it have one.
What is attested about direct dependencies (with --deep: about all) has to name this package, this version
and this tarball, else it is `critical`; another repository than package.json's is `moderate`.

Verifying takes the extra: pip install 'npmguard[signatures]'. Certificates of attestations are not verified,
so what they say is called unverified; `npm audit signatures` verifies them.

Why it matters
    A mirror, a proxy or a stolen disk can hand out another tarball with a packument that fits it, and a pull
    request can change the hash in a lockfile. None of them has the registry's key. What it proves is what
    the registry was sent, not who sent it: eslint-scope 3.7.2, published with a stolen token in 2018, would
    have been signed like any other. For that see provenance-lost and maintainer-change.

Bad
    left-pad@1.3.0, with an integrity that the registry never signed

Good
    Every tarball is one that the registry signed.

How to fix
    Install nothing from that lockfile or that proxy. Fetch the packument from the registry itself and compare
    the integrity. Restore the lockfile from a commit you trust; if it is right, tell whoever runs the proxy.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, TypeGuard

from npmguard import integrity, provenance, signatures, text
from npmguard.model import (
    Attestation,
    Calm,
    Confidence,
    Evidence,
    Finding,
    Gap,
    Key,
    Keys,
    Missing,
    Needs,
    Project,
    Publication,
    Severity,
    Unanswered,
)
from npmguard.rules import lineage, places
from npmguard.rules.base import Rule
from npmguard.settings import Settings

_ID = "signature-invalid"
_ATTESTATIONS = 30  # asked for at most, and with --deep
_ATTESTATIONS_DEEP = 1000
_UNLISTED = "it signs releases and lists no keys"
_NEIGHBOURS = 2  # releases on either side that tell whether a package's are signed


class Trouble(NamedTuple):
    """What is wrong with a release: how bad, the end of a title, the detail, and what of it is meant."""

    severity: Severity
    title: str
    detail: str
    subject: str
    confidence: Confidence = Confidence.HIGH


class Proof(NamedTuple):
    """What proves a release that has nothing wrong: the key that signed it, and what is attested.

    `key` stands for it, None where there is none to look at; `verified` tells that the arithmetic was done.
    """

    key: str | None
    verified: bool
    vouched: bool


def proof(found: lineage.Lineage, evidence: Evidence) -> Proof | None:
    """What proves a release as the registry has it, or None where something is wrong or cannot be told."""
    release = found.release
    hashes = Hashes((), release.integrity, False)
    attestations = _attestations(evidence, found)
    if unsigned(found) or any(attested(found, hashes, attestations)):
        return None
    keys = evidence.keys.get(found.package.name)
    if not release.signatures or not hashes.texts or not _listing(keys):
        return Proof(None, False, bool(attestations))
    if signed(found, keys, hashes) != (None, None):
        return None
    for word in (_Word.VALID, _Word.UNKNOWN):
        for id, signature in release.signatures:
            key = keys.by_id.get(id)
            if key is not None and _word(found, key, signature, hashes.texts) is word:
                return Proof(_digest(key), word is _Word.VALID, bool(attestations))
    return None


class _Word(Enum):
    """What one signature is."""

    VALID = 1
    FORGED = 2
    EXPIRED = 3
    UNLISTED = 4
    UNKNOWN = 5  # nobody can tell here


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    """The histories, the keys of their registries, and what is attested about direct dependencies."""
    found = lineage.then(project, evidence, settings)
    known = {*found.histories, *(name for name, _ in found.releases)}
    known.update(n for n in evidence.histories if (h := evidence.history(n)) and h.real)
    attested = [
        (each.package.name, each.release.version)
        for each in lineage.lineages(project, evidence, settings)
        if each.release.attested and (settings.deep or _direct(project, each.keys))
    ]
    vouched = set()
    doubted = set()
    for package, keys, calm in lineage.calms(project, evidence, settings):
        known.add(package.name)
        direct = calm.attested and _direct(project, keys)
        if direct:
            attested.append((package.name, package.version or ""))
        if calm.vouched:
            vouched.add((package.name, package.version or ""))
        if not _stands(project, keys, calm, evidence.keys.get(package.name)) or (direct and not calm.vouched):
            doubted.add(package.name)
    most = _ATTESTATIONS_DEEP if settings.deep else _ATTESTATIONS
    return found | Needs(
        histories=frozenset(doubted),
        keys=frozenset(known - evidence.keys.keys()),
        attestations=frozenset(sorted(attested)[:most]) - evidence.attestations.keys() - vouched,
    )


def _direct(project: Project, keys: tuple[str, ...]) -> bool:
    return project.graph is not None and any(key in project.graph.direct for key in keys)


def _stands(
    project: Project, keys: tuple[str, ...], calm: Calm, listed: Keys | Missing | Unanswered | None
) -> bool:
    """Does what was found of a calm release's signature hold for this lockfile and these keys?"""
    nodes = project.graph.nodes if project.graph is not None else {}
    if calm.signed or calm.attested:
        locked = {nodes[key].integrity for key in keys} - {calm.integrity}
        if locked and not _strong(*locked) <= _strong(calm.integrity):
            return False
    if not calm.signed or not _listing(listed):
        return True
    known = _known(tuple(listed.by_id.values()))
    return calm.key in known and (calm.verified or not signatures.available())


def _listing(keys: Keys | Missing | Unanswered | None) -> TypeGuard[Keys]:
    return isinstance(keys, Keys) and bool(keys.by_id)


@lru_cache(8)
def _known(keys: tuple[Key, ...]) -> frozenset[str]:
    return frozenset(map(_digest, keys))


def _digest(key: Key) -> str:
    """What stands for a registry's key, all that counts about it included."""
    return sha256(repr(tuple(key)).encode()).hexdigest()[:32]


def _strong(*texts: str | None) -> set[str]:
    """The SHA-512 of integrities: what a registry signs."""
    return {v for text in texts for v in integrity.spelt(text or "") if v.startswith("sha512-")}


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    yield from lineage.mirrored(evidence, _ID)
    unknown: dict[str, list[str]] = {}  # by the reason
    for found in lineage.lineages(project, evidence, settings):
        hashes = _hashes(project, found, settings)
        keys = evidence.keys.get(found.package.name)
        troubles = [unsigned(found), *attested(found, hashes, _attestations(evidence, found))]
        if _listing(keys):
            trouble, reason = signed(found, keys, hashes)
            troubles.append(trouble)
        else:
            reason = _UNLISTED if isinstance(keys, Missing | Keys) and found.release.signatures else None
        if reason is not None:
            unknown.setdefault(reason, []).append(found.package.label)
        if isinstance(evidence.attestations.get((found.package.name, found.release.version)), Missing):
            unknown.setdefault("it tells of attestations and gives none", []).append(found.package.label)
        for trouble in filter(None, troubles):
            yield _finding(project, found, trouble)
    for package, _, calm in lineage.calms(project, evidence, settings):
        keys = evidence.keys.get(package.name)
        if calm.signed and isinstance(keys, Missing | Keys) and not _listing(keys):
            unknown.setdefault(_UNLISTED, []).append(package.label)
    for reason, labels in sorted(unknown.items()):
        yield Gap("registry", f"{reason} ({text.some(sorted(labels))})", (_ID,))
    if _ID in settings.only and evidence.keys and not signatures.available():
        yield Gap("signatures", f"not verified, which {signatures.EXTRA} would do", (_ID,))


def _attestations(evidence: Evidence, found: lineage.Lineage) -> tuple[Attestation, ...]:
    known = evidence.attestations.get((found.package.name, found.release.version))
    return () if known is None or isinstance(known, Missing | Unanswered) else known


class Hashes(NamedTuple):
    """The integrities of a release: those in the lockfile that a registry signs, and the registry's own.

    `told` says that where the two differ another rule speaks of it.
    """

    locked: tuple[str, ...]
    given: str | None
    told: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """What has to be signed: what is locked, as the registry writes it where that holds the same hash."""
        if self.given is None:
            return self.locked
        same = integrity.spelt(self.given)
        return tuple(self.given if value in same else value for value in self.locked) or (self.given,)


def _hashes(project: Project, found: lineage.Lineage, settings: Settings) -> Hashes:
    nodes = project.graph.nodes if project.graph is not None else {}
    locked = _strong(*(nodes[key].integrity for key in found.keys))
    return Hashes(tuple(sorted(locked)), found.release.integrity, settings.chosen("integrity-mismatch"))


def signed(found: lineage.Lineage, keys: Keys, hashes: Hashes) -> tuple[Trouble | None, str | None]:
    """(what is wrong with the registry's signature, or None; why nothing can be said of it, or None)."""
    release = found.release
    if not release.signatures or not hashes.texts:
        return None, None
    words = _words(found, keys, hashes.texts)
    if _Word.VALID in words or _Word.UNKNOWN in words:
        return None, None
    if _Word.FORGED in words:
        if hashes.told and hashes.given and _Word.VALID in _words(found, keys, (hashes.given,)):
            return None, None  # the registry's word is good, and that the lockfile's is another is told
        which = "lockfile's" if hashes.locked else "registry's"
        return Trouble(
            Severity.CRITICAL,
            "has a signature that does not verify",
            f"The registry's key {_shown(release.signatures[0][0])} did not sign the {which} integrity "
            f"{text.some(text.one_line(each, 120) for each in hashes.texts)}: this is not the tarball that "
            "the registry was sent.",
            "signature",
        ), None
    if _Word.EXPIRED in words:
        return Trouble(
            Severity.HIGH,
            "is signed with a key that had expired",
            f"The registry stopped signing with {_shown(release.signatures[0][0])} before it was published.",
            "signature",
        ), None
    if release.time is not None and release.time > keys.fetched:
        return None, "its list of keys is older than releases"
    if not any(id in keys.by_id for other in _around(found) for id, _ in other.signatures):
        return None, "it signs with keys that it does not list"
    return Trouble(
        Severity.HIGH,
        "is signed with a key that the registry does not list",
        f"The key is {_shown(release.signatures[0][0])}. Those of the releases around it are listed.",
        "signature",
    ), None


def _words(found: lineage.Lineage, keys: Keys, wanted: tuple[str, ...]) -> set[_Word]:
    """What the release's signatures are. One valid signature proves all: nobody else could have made it."""
    return {
        _word(found, key, signature, wanted) if (key := keys.by_id.get(id)) is not None else _Word.UNLISTED
        for id, signature in found.release.signatures
    }


def _word(found: lineage.Lineage, key: Key, signature: str, wanted: tuple[str, ...]) -> _Word:
    release = found.release
    if key.expires is not None and release.time is not None and release.time >= key.expires:
        return _Word.EXPIRED
    told = [
        signatures.verified(key, signature, found.package.name, release.version, value) for value in wanted
    ]
    if False in told:
        return _Word.FORGED
    return _Word.UNKNOWN if None in told else _Word.VALID


def unsigned(found: lineage.Lineage) -> Trouble | None:
    """What is wrong where a release has no signature and those around it have one."""
    around = _around(found)
    if found.release.signatures or len(around) < _NEIGHBOURS or not all(p.signatures for p in around):
        return None
    labels = text.some(p.version for p in around)
    return Trouble(
        Severity.HIGH,
        "is not signed by the registry, and the releases around it are",
        f"Those are {labels}. The registry signs whatever is published, so this did not come that way.",
        "unsigned",
    )


def _around(found: lineage.Lineage) -> tuple[Publication, ...]:
    return (*found.before[-_NEIGHBOURS:], *found.after[:_NEIGHBOURS])


def attested(
    found: lineage.Lineage, hashes: Hashes, attestations: tuple[Attestation, ...]
) -> Iterator[Trouble]:
    """What is wrong with what is attested about a release."""
    name, version = found.package.name, found.release.version
    given = {_hex(value) for value in integrity.spelt(hashes.given or "")} - {None}
    locked = {_hex(value) for value in hashes.locked} or given
    for attestation in attestations:
        about = [s for s in attestation.subjects if (s.name, s.version) == (name, version)]
        if not about:
            others = text.some(text.one_line(f"{s.name}@{s.version}", 120) for s in attestation.subjects)
            yield Trouble(
                Severity.CRITICAL,
                "comes with the attestation of another release",
                f"It is about {others or 'nothing'}.",
                "attestation",
            )
            return
        digests = {s.sha512 for s in about}
        if not locked <= digests and not (hashes.told and given and given <= digests):
            yield Trouble(
                Severity.CRITICAL,
                "is not the tarball that its attestation is about",
                f"That one's SHA-512 begins with {text.some(text.one_line(d or '?')[:16] for d in digests)}.",
                "attestation",
            )
            return
    yield from _elsewhere(found, attestations)


def _elsewhere(found: lineage.Lineage, attestations: tuple[Attestation, ...]) -> Iterator[Trouble]:
    """Was it built from another repository than its package.json names?"""
    built = next((a.repository for a in attestations if a.repository), None)
    said = found.release.repository
    here, there = provenance.place(said or ""), provenance.place(built or "")
    if built is None or said is None or here is None or there is None or _within(here, there):
        return
    yield Trouble(
        Severity.MODERATE,
        "was built from another repository than it says",
        f"package.json names {text.one_line(said, 120)}. {provenance.sentence(attestations)}",
        "repository",
        Confidence.LOW,
    )


def _within(here: tuple[str, str], there: tuple[str, str]) -> bool:
    """Is it the same repository, or a path in it?"""
    return here[0] == there[0] and f"{here[1]}/".startswith(f"{there[1]}/")


def _hex(value: str) -> str | None:
    if not value.startswith("sha512-"):
        return None
    try:
        return b64decode(value.removeprefix("sha512-")).hex()
    except ValueError:
        return None


def _shown(id: str) -> str:
    return text.one_line(id, 80)


def _finding(project: Project, found: lineage.Lineage, trouble: Trouble) -> Finding:
    fix, words = lineage.back(project, found)
    return Finding(
        _ID,
        trouble.severity,
        f"{found.package.label} {trouble.title}",
        f"{trouble.detail} {words}".rstrip(),
        trouble.confidence,
        package=found.package.name,
        version=found.package.version,
        fix=fix,
        location=places.locked(project, found.package),
        keys=found.keys,
        subject=trouble.subject,
    )


RULE = Rule(
    _ID,
    "trust",
    Severity.CRITICAL,
    "A release's signature or attestation does not fit what is locked.",
    __doc__ or "",
    check,
    lineage.needs,
    then,
)
