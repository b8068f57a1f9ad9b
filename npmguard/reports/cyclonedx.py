"""CycloneDX 1.6 in JSON: what is locked, who asks for whom, and what is known against it as VEX.

All projects of a report are in one flat bill: consumers follow `dependencies` from `metadata.component`, and
few look into components of components. What only development brings has the scope "excluded", which the
specification has for what is used for tests and the like, and the property that CycloneDX's own tools set.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from npmguard import __version__, licences, purls
from npmguard.model import Confidence, Finding, Report, Severity, Source
from npmguard.reports.bill import Bill, Part, bill, cleaned, written
from npmguard.text import plain

_ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_SEVERITIES = {severity: severity.word for severity in Severity} | {Severity.MODERATE: "medium"}
_ALL = "npmguard:projects"  # the ref of what holds several projects
_LONGEST_VERSION = 1024  # by the schema


def render(report: Report) -> str:
    """The bill of materials of all projects as JSON."""
    found = bill(report)
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": None,
        "version": 1,
        "metadata": {
            "timestamp": report.started_at,
            "lifecycles": [{"phase": "pre-build"}],
            "tools": {"components": [{"type": "application", "name": "npmguard", "version": __version__}]},
            **_about(found),
        },
        "components": [_component(part) for part in _members(found)],
        "dependencies": _dependencies(found),
        "vulnerabilities": _vulnerabilities(found),
    }
    if found.unknown:
        document["compositions"] = [{"aggregate": "incomplete", "dependencies": list(found.unknown)}]
    document["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, _content(document))}"
    return written(document)


def _content(document: dict[str, Any]) -> str:
    """What makes this bill this one: all but its time and its number."""
    metadata = {key: value for key, value in document["metadata"].items() if key != "timestamp"}
    return json.dumps({**document, "metadata": metadata, "serialNumber": None})


# -- components


def _about(found: Bill) -> dict[str, Any]:
    """What the bill is about, and what could not be known, so that it does not read as a clean one."""
    if len(found.roots) == 1:
        about: dict[str, Any] = {"component": _component(found.roots[0])}
    else:
        about = {"component": {"type": "application", "bom-ref": _ALL, "name": found.name}}
    if found.gaps:
        about["properties"] = [{"name": "npmguard:incomplete", "value": plain(gap)} for gap in found.gaps]
    return about


def _members(found: Bill) -> tuple[Part, ...]:
    return found.parts if len(found.roots) == 1 else (*found.roots, *found.parts)


def _component(part: Part) -> dict[str, Any]:
    scope, slash, base = part.name.partition("/") if part.name.startswith("@") else ("", "", "")
    component: dict[str, Any] = {"type": "application" if part.root else "library", "bom-ref": part.ref}
    if slash and base:
        component["group"] = scope
    component["name"] = base or part.name
    if part.version is not None:
        component["version"] = part.version[:_LONGEST_VERSION]
    if not part.root:
        component["scope"] = part.needed
    if part.hashes:
        component["hashes"] = [{"alg": _ALGORITHMS[name], "content": digest} for name, digest in part.hashes]
    if part.licence is not None:
        component["licenses"] = [_licence(part.licence)]
    if part.purl is not None:
        component["purl"] = part.purl
    if part.address is not None and not part.address.startswith("file:"):
        kind = "vcs" if part.source is Source.GIT else "distribution"
        component["externalReferences"] = [{"type": kind, "url": part.address}]
    properties = {
        "development": part.needed == "excluded" and not part.stray,
        "bundled": part.bundled,
        "extraneous": part.stray,
    }
    if any(properties.values()):
        component["properties"] = [
            {"name": f"cdx:npm:package:{name}", "value": "true"}
            for name, is_so in properties.items()
            if is_so
        ]
    return component


def _licence(text: str) -> dict[str, Any]:
    expression = licences.spdx(text)
    if expression is None:
        return {"license": {"name": cleaned(text), "acknowledgement": "declared"}}
    # one identifier of the list is to be told from a choice of several
    if licences.is_identifier(expression):
        return {"license": {"id": expression, "acknowledgement": "declared"}}
    return {"expression": expression, "acknowledgement": "declared"}


def _dependencies(found: Bill) -> list[dict[str, Any]]:
    top = {_ALL: [root.ref for root in found.roots]} if len(found.roots) != 1 else {}
    asks = {ref: list(dict.fromkeys(target for target, _ in asked)) for ref, asked in found.asks.items()}
    # those of which nothing is known are left out: one that stands there with nothing is said to need nothing
    known = {ref: targets for ref, targets in (top | asks).items() if targets or ref not in found.unknown}
    return [{"ref": ref, "dependsOn": targets} for ref, targets in known.items()]


# -- vulnerabilities


def _vulnerabilities(found: Bill) -> list[dict[str, Any]]:
    """What is known against parts: one entry for an advisory and what was decided about it."""
    groups: dict[tuple[str, str, str], list[tuple[Finding, str]]] = {}
    for finding, ref in found.accused:
        groups.setdefault((_id(finding), *_decided(finding)), []).append((finding, ref))
    several: dict[str, int] = {}
    entries = []
    for (id, state, reason), group in sorted(groups.items()):
        several[id] = several.get(id, 0) + 1
        ref = f"npmguard:{id}" if several[id] == 1 else f"npmguard:{id}#{several[id]}"
        entries.append(_vulnerability(ref, id, state, reason, group))
    return entries


def _vulnerability(
    ref: str, id: str, state: str, reason: str, group: list[tuple[Finding, str]]
) -> dict[str, Any]:
    findings = [finding for finding, _ in group]
    first = findings[0]
    entry: dict[str, Any] = {"bom-ref": cleaned(ref), "id": cleaned(id), "source": _source(id, first.url)}
    others = dict.fromkeys(cleaned(other) for finding in findings for other in finding.ids)
    entry["references"] = [{"id": o, "source": _source(o)} for o in others if o != entry["id"]]
    rating: dict[str, Any] = {"severity": _SEVERITIES[max(finding.severity for finding in findings)]}
    if first.score is not None:
        rating = {"score": first.score, **rating}
    entry["ratings"] = [rating]
    entry["cwes"] = sorted({number for finding in findings for number in map(_number, finding.cwe) if number})
    entry["description"] = plain(first.title.removeprefix(f"{first.package}@{first.version}: "))
    entry["detail"] = "\n".join(dict.fromkeys(plain(finding.detail) for finding in findings))
    entry["recommendation"] = "\n".join(dict.fromkeys(filter(None, map(_advice, findings))))
    entry["advisories"] = [
        {"url": url} for url in sorted({f.url for f in findings if f.url and purls.is_web(f.url)})
    ]
    if state:
        entry["analysis"] = {"state": state, "detail": plain(reason)}
    places = {ref: finding for finding, ref in group}
    entry["affects"] = [{"ref": ref, **_which(places[ref])} for ref in sorted(places)]
    return {key: value for key, value in entry.items() if value not in ([], "")}


def _id(finding: Finding) -> str:
    return finding.ids[0] if finding.ids and finding.ids[0] else finding.fingerprint


def _decided(finding: Finding) -> tuple[str, str]:
    """(VEX's state, the reason) of a finding that somebody has decided about.

    An ignore without an end says that it does not matter here. One with an end, and a baseline, put the
    question off, which is no statement that anybody else could rely on.
    """
    hidden = finding.suppressed
    if hidden is None:
        return "", ""
    if hidden.by == "config" and hidden.until is None:
        return "not_affected", hidden.reason
    until = f" (until {hidden.until})" if hidden.until else ""
    return "in_triage", f"{hidden.reason}{until}"


def _which(finding: Finding) -> dict[str, Any]:
    if not finding.version:
        return {}
    status = "unknown" if finding.confidence is Confidence.LOW else "affected"
    return {"versions": [{"version": cleaned(finding.version)[:_LONGEST_VERSION], "status": status}]}


_SOURCES = {"GHSA": "GitHub Advisories", "CVE": "NVD", "MAL": "OSV"}


def _source(id: str, url: str | None = None) -> dict[str, str]:
    name = _SOURCES.get(id.partition("-")[0], "npmguard" if "-" not in id else "OSV")
    return {"name": name, "url": url} if url and purls.is_web(url) else {"name": name}


def _advice(finding: Finding) -> str:
    fix = finding.fix
    if fix is None:
        return ""
    to = f" to {fix.to}" if fix.to else ""
    command = f": {fix.command}" if fix.command else ""
    return plain(f"{fix.kind.capitalize()} {finding.package}{to}{command}")


def _number(cwe: str) -> int | None:
    digits = cwe.removeprefix("CWE-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else None
