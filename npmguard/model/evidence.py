"""What the outside said: registry metadata and advisories, or the stated lack of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from npmguard.model.finding import Gap, Severity
from npmguard.model.history import Calm, History, Outline
from npmguard.model.proof import Attestation, Keys

if TYPE_CHECKING:
    from npmguard.model.contents import Contents


class VersionFacts(NamedTuple):
    """What a packument says of one version. None where the registry does not say."""

    version: str
    integrity: str | None = None  # SRI, sha512 as a rule
    shasum: str | None = None  # sha1, hex
    deprecated: str | None = None  # the message; "" never stands for a deprecation
    has_install_script: bool | None = None
    published: str | None = None  # ISO 8601, where the document carries `time`


class Packument(NamedTuple):
    """One package in the registry, reduced to what was asked for.

    `versions` holds the facts of the versions that were asked about and of the latest, as far as they exist;
    `all_versions` every
    version's number, where the list was asked for (else None).
    """

    name: str
    dist_tags: Mapping[str, str]
    versions: Mapping[str, VersionFacts]
    all_versions: tuple[str, ...] | None = None
    # Does the document carry what only a real registry adds (signatures, file counts, deprecations,
    # publishers)? A mirror that rebuilds metadata from tarballs does not.
    registry_facts: bool = True


class Missing(NamedTuple):
    """The registry answered that there is no such package."""

    name: str


class Unanswered(NamedTuple):
    """The registry did not say anything that could be used about this package."""

    name: str
    reason: str


class Mismatched(Unanswered):
    """What came is another file than the one that was promised."""

    __slots__ = ()


class Deceptive(Unanswered):
    """What came is a tarball as no package has it: broken, ambiguous, or beyond all bounds."""

    __slots__ = ()


class Advisory(NamedTuple):
    """One advisory about one package.

    `vulnerable` is an npm range; `patched` the lowest fixed versions where the source names them,
    lowest first. `source` tells who said it ("registry", or the name of a local file).
    """

    id: str
    package: str
    title: str
    severity: Severity
    vulnerable: str
    ids: tuple[str, ...] = ()  # GHSA-, CVE-, MAL- and the source's own, `id` first
    url: str | None = None
    patched: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset()  # versions named one by one, beside the range
    cwe: tuple[str, ...] = ()
    score: float | None = None  # CVSS
    malware: bool = False
    withdrawn: bool = False
    source: str = "registry"
    published: float | None = None  # seconds since 1970


class Needs(NamedTuple):
    """What a rule wants to know. Names are real names, never aliases."""

    versions: frozenset[tuple[str, str]] = frozenset()  # facts of these (name, version)
    lists: frozenset[str] = frozenset()  # every version number and the dist-tags of these names
    manifests: frozenset[tuple[str, str]] = frozenset()  # the scripts and dependencies of these
    advisories: bool = False
    histories: frozenset[str] = frozenset()  # how these names were published: the full packument
    contents: frozenset[tuple[str, str]] = frozenset()  # what the tarballs of these hold
    keys: frozenset[str] = frozenset()  # with which keys the registries of these names sign
    attestations: frozenset[tuple[str, str]] = frozenset()  # what is attested about these
    releases: frozenset[tuple[str, str]] = frozenset()  # that these are calm, or how they were published
    outlines: frozenset[str] = frozenset()  # the histories of these names in short

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            self.versions | other.versions,
            self.lists | other.lists,
            self.manifests | other.manifests,
            self.advisories or other.advisories,
            self.histories | other.histories,
            self.contents | other.contents,
            self.keys | other.keys,
            self.attestations | other.attestations,
            self.releases | other.releases,
            self.outlines | other.outlines,
        )

    def __sub__(self, other: Needs) -> Needs:
        return Needs(
            self.versions - other.versions,
            self.lists - other.lists,
            self.manifests - other.manifests,
            self.advisories and not other.advisories,
            self.histories - other.histories,
            self.contents - other.contents,
            self.keys - other.keys,
            self.attestations - other.attestations,
            self.releases - other.releases,
            self.outlines - other.outlines,
        )


class VersionManifest(NamedTuple):
    """Of one version's own package.json: what an install runs, what it depends on, its licence as written."""

    scripts: Mapping[str, str]  # preinstall, install, postinstall
    dependencies: Mapping[str, str]
    licence: str | None = None


class Evidence(NamedTuple):
    """Everything that was learnt outside, for one project.

    `packuments` has an entry for each name that was asked about; `manifests` one for each (name, version)
    that was asked about and answered; `advisories` is None where no source answered; `contents` has an entry
    for each (name, version) whose tarball was asked for. A registry without keys is Missing by its URL in
    `keys`.
    """

    packuments: Mapping[str, Packument | Missing | Unanswered] = {}
    manifests: Mapping[tuple[str, str], VersionManifest] = {}
    advisories: tuple[Advisory, ...] | None = None
    gaps: tuple[Gap, ...] = ()
    sources: tuple[str, ...] = ()
    histories: Mapping[str, History | Missing | Unanswered] = {}
    now: float = 0.0  # seconds since 1970, when all this was asked
    contents: Mapping[tuple[str, str], Contents | Unanswered] = {}
    keys: Mapping[str, Keys | Missing | Unanswered] = {}  # by a package's name: those of its registry
    attestations: Mapping[tuple[str, str], tuple[Attestation, ...] | Missing | Unanswered] = {}
    calm: Mapping[tuple[str, str], Calm] = {}  # of releases that were asked about: the history is not needed
    outlines: Mapping[str, Outline | Missing | Unanswered] = {}

    def history(self, name: str) -> History | None:
        """How that name was published, or None where there is none or nobody answered."""
        found = self.histories.get(name)
        return found if isinstance(found, History) else None

    def outline(self, name: str) -> Outline | None:
        """The history of that name in short, or None where there is none or nobody answered."""
        found = self.outlines.get(name)
        return found if isinstance(found, Outline) else None

    def packument(self, name: str) -> Packument | None:
        """The packument of that name, or None where there is none or nobody answered."""
        found = self.packuments.get(name)
        return found if isinstance(found, Packument) else None

    def facts(self, name: str, version: str | None) -> VersionFacts | None:
        """What the registry says of that version, or None."""
        packument = self.packument(name)
        return packument.versions.get(version) if packument and version else None
