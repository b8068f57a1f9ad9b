"""SPDX 2.3 in JSON: what is locked, who asks for whom, and where to read what is known against it.

The relationships are those that npm's own `npm sbom` uses, which tell development and optional dependencies
apart; the other direction (DEPENDS_ON) has no words for that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from npmguard import __version__, licences, purls
from npmguard.model import DependencyKind, Finding, Report, Source
from npmguard.reports.bill import Bill, Part, bill, cleaned, written
from npmguard.text import plain

_RELATIONSHIPS = {
    DependencyKind.DEV: "DEV_DEPENDENCY_OF",
    DependencyKind.OPTIONAL: "OPTIONAL_DEPENDENCY_OF",
    DependencyKind.PEER_OPTIONAL: "OPTIONAL_DEPENDENCY_OF",
    DependencyKind.PEER: "PREREQUISITE_FOR",
}
_LICENCE_REF = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_LONGEST_ID = 200


def render(report: Report) -> str:
    """The bill of materials of all projects as JSON."""
    found = bill(report)
    parts = (*found.roots, *found.parts)
    ids = _ids(parts)
    advisories: dict[str, list[Finding]] = {}
    for finding, ref in found.accused:
        advisories.setdefault(ref, []).append(finding)
    creation: dict[str, Any] = {"created": report.started_at, "creators": [f"Tool: npmguard-{__version__}"]}
    if found.gaps:
        # an incomplete audit is not to read as a clean one
        creation["comment"] = "\n".join(("Incomplete:", *map(plain, found.gaps)))
    document: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": plain(found.name) or "projects",
        "documentNamespace": None,
        "creationInfo": creation,
        "documentDescribes": [ids[root.ref] for root in found.roots],
        "packages": [_package(part, ids[part.ref], advisories.get(part.ref, [])) for part in parts],
        "hasExtractedLicensingInfos": _own_licences(parts),
        "relationships": list(_relationships(found, ids)),
    }
    timeless = {**document, "creationInfo": {**creation, "created": None}}
    number = uuid5(NAMESPACE_URL, json.dumps(timeless))
    document["documentNamespace"] = f"https://spdx.org/spdxdocs/{_slug(found.name) or 'projects'}-{number}"
    return written({key: value for key, value in document.items() if value != []})


def _package(part: Part, id: str, accused: list[Finding]) -> dict[str, Any]:
    package: dict[str, Any] = {"SPDXID": id, "name": plain(part.name)}
    if part.version is not None:
        package["versionInfo"] = plain(part.version)
    package["primaryPackagePurpose"] = "APPLICATION" if part.root else "LIBRARY"
    package["supplier"] = "NOASSERTION"
    package["downloadLocation"] = _location(part)
    package["filesAnalyzed"] = False
    if part.hashes:
        package["checksums"] = [
            {"algorithm": algorithm.upper(), "checksumValue": digest} for algorithm, digest in part.hashes
        ]
    package["licenseConcluded"] = "NOASSERTION"
    package["licenseDeclared"] = _declared(part.licence)
    package["copyrightText"] = "NOASSERTION"
    references = [_reference("PACKAGE-MANAGER", "purl", part.purl)] if part.purl is not None else []
    known: dict[str, list[str]] = {}
    for finding in accused:
        if finding.url and purls.is_web(finding.url):
            known.setdefault(finding.url, []).append(_word(finding))
    references += (
        {**_reference("SECURITY", "advisory", url), "comment": "\n".join(dict.fromkeys(words))}
        for url, words in sorted(known.items())
    )
    if references:
        package["externalRefs"] = references
    return package


def _reference(category: str, kind: str, locator: str) -> dict[str, str]:
    return {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}


def _word(finding: Finding) -> str:
    """An advisory's title, and what was decided about it."""
    hidden = finding.suppressed
    if hidden is None:
        return plain(finding.title)
    until = f" until {hidden.until}" if hidden.until else ""
    return plain(f"{finding.title}. Ignored by {hidden.by}{until}: {hidden.reason}")


def _location(part: Part) -> str:
    """Where it is downloaded, as SPDX writes that: of git, the commit stands behind an @."""
    if part.address is None or part.address.startswith("file:"):
        return "NOASSERTION"
    if part.source is not Source.GIT:
        return part.address if purls.is_web(part.address) else "NOASSERTION"
    start, _, commit = part.address.partition("#")
    if not re.fullmatch(r"git(?:\+[a-z]+)?://.+", start):
        return "NOASSERTION"
    return f"{start}@{commit}" if commit else start


# -- licences


def _declared(text: str | None) -> str:
    if text is None:
        return "NOASSERTION"
    return licences.spdx(text) or _own(text)


def _own(text: str) -> str:
    """The id, in this document, of a licence that is none of SPDX's list."""
    return f"LicenseRef-{_slug(text)[:40]}-{sha256(cleaned(text).encode()).hexdigest()[:8]}"


def _own_licences(parts: tuple[Part, ...]) -> list[dict[str, str]]:
    """What those licences are that are none of the list's: all that is known of them is what is written."""
    found: dict[str, str] = {}
    for text in sorted({part.licence for part in parts if part.licence is not None}):
        expression = licences.spdx(text)
        if expression is None:
            found[_own(text)] = text
        else:
            found.update(dict.fromkeys(_LICENCE_REF.findall(expression), text))
    return [
        {"licenseId": id, "extractedText": plain(text), "name": plain(text)}
        for id, text in sorted(found.items())
    ]


# -- ids and relationships


def _ids(parts: tuple[Part, ...]) -> dict[str, str]:
    """An id for each part, by its ref: readable, and with a hash where that does not tell it from another."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for part in parts:
        text = f"{part.name}-{part.version}" if part.version else part.name
        id = f"SPDXRef-{'Project' if part.root else 'Package'}-{_slug(text)}"
        if id in taken or len(text) > _LONGEST_ID:
            id = f"{id}-{sha256(part.ref.encode()).hexdigest()[:16]}"
        taken.add(id)
        found[part.ref] = id
    return found


def _slug(text: str) -> str:
    """The text in the characters that an id may have."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")[:_LONGEST_ID]


def _relationships(found: Bill, ids: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for root in found.roots:
        yield _relationship("SPDXRef-DOCUMENT", "DESCRIBES", ids[root.ref])
    for ref, asked in found.asks.items():
        kinds = dict.fromkeys((_RELATIONSHIPS.get(kind, "DEPENDENCY_OF"), target) for target, kind in asked)
        for kind, target in kinds:
            yield _relationship(ids[target], kind, ids[ref])


def _relationship(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
