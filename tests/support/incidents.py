"""Real attacks, rebuilt from their facts: what the registry said that day, and tarballs of the same shape.

`fixtures/incidents/` holds the facts. What is built of them does nothing: a script that an install would run
ends before its first line of substance, everything else stands in functions that nobody calls, hosts are
under example.test, and what was unreadable is made of random names.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from support import payloads
from support.server import SIGNER, Server
from support.signing import provenance, sha512

FOLDER = Path(__file__).parents[2] / "fixtures" / "incidents"
HOST = "https://registry.example.test"
DAY = timedelta(days=1)
# A check reads what it is given: what was larger is made so large, and the packument names its real size.
LARGEST = 120_000


class Case(NamedTuple):
    """A lockfile with a bad release in it, and what is to be said of it: `rule` is None for nothing.

    `contents` tells that it takes the tarball to see it.
    """

    incident: Incident
    locks: Mapping[str, str]
    rule: str | None
    words: tuple[str, ...]
    contents: bool

    @property
    def name(self) -> str:
        return "-".join((self.incident.id, *(f"{n}@{v.rpartition('/')[2]}" for n, v in self.locks.items())))

    @property
    def day(self) -> datetime:
        """The hour of the newest release that it locks: nothing was published after."""
        times = (self.incident.release(name, version) for name, version in self.locks.items())
        return max(release.time for release in times if release is not None)


class Release(NamedTuple):
    """One version as published. `data` is what the fixture says of it."""

    incident: str
    package: str
    version: str
    time: datetime
    data: Mapping[str, Any]


class Incident(NamedTuple):
    id: str
    data: Mapping[str, Any]

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(
            Case(self, c["locks"], c["rule"], tuple(c["words"]), c.get("contents", False))
            for c in self.data["cases"]
        )

    @property
    def eve(self) -> datetime:
        """A day before the first bad release."""
        return min(case.day for case in self.cases) - DAY

    def releases(self, name: str) -> tuple[Release, ...]:
        return _releases(self.id, name)

    def release(self, name: str, version: str) -> Release | None:
        found = self.releases(name) if name in self.data["packages"] else ()
        return next((release for release in found if release.version == version), None)


@cache
def incidents() -> tuple[Incident, ...]:
    """All of them, the oldest first."""
    documents = [json.loads(path.read_text()) for path in FOLDER.glob("*.json")]
    return tuple(Incident(d["id"], d) for d in sorted(documents, key=lambda d: (d["date"], d["id"])))


def _time(written: str) -> datetime:
    """A fixture's time; noon where it names a day alone."""
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(hour=12, tzinfo=UTC)


@cache
def _releases(incident: str, name: str) -> tuple[Release, ...]:
    """A package's releases, those before the first that the fixture tells of made after its likeness."""
    (found,) = (i for i in incidents() if i.id == incident)
    package = found.data["packages"][name]
    told = [Release(incident, name, r["version"], _time(r["time"]), r) for r in package["releases"]]
    earlier = package.get("earlier", [])
    every = timedelta(days=package.get("every", 0))
    before = [
        Release(incident, name, version, told[0].time - every * (len(earlier) - n), told[0].data)
        for n, version in enumerate(earlier)
    ]
    # several of one day come one after another
    return tuple(
        release._replace(time=release.time + timedelta(seconds=n)) for n, release in enumerate(before + told)
    )


# -- what the registry says


def packument(incident: Incident, name: str, until: datetime) -> dict[str, Any] | None:
    """The full packument on that day, or None where there was no such package yet."""
    found = sorted((r for r in incident.releases(name) if r.time <= until), key=lambda r: r.time)
    if not found:
        return None
    package = incident.data["packages"][name]
    times = {release.version: _iso(release.time) for release in found}
    newest = max(found, key=lambda r: _rank(r.version))
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": newest.version},
        "versions": {release.version: _manifest(package, release) for release in found},
        "time": {"created": _iso(found[0].time), "modified": _iso(found[-1].time), **times},
        "maintainers": _people(_maintainers(package, found[-1])),
        "readme": "",
    }


def abbreviated(full: Mapping[str, Any]) -> dict[str, Any]:
    """The short form of a packument, as installers ask for it: no times, no people, no scripts."""
    kept = ("name", "version", "dependencies", "optionalDependencies", "bin", "engines", "dist")
    versions = {}
    for number, manifest in full["versions"].items():
        short = {key: manifest[key] for key in kept if key in manifest}
        if set(manifest["scripts"]) & {"preinstall", "install", "postinstall"}:
            short["hasInstallScript"] = True
        versions[number] = short
    return {
        "name": full["name"],
        "dist-tags": full["dist-tags"],
        "versions": versions,
        "modified": full["time"]["modified"],
    }


def _manifest(package: Mapping[str, Any], release: Release) -> dict[str, Any]:
    data, name = release.data, release.package
    trusted = data.get("trusted", False)
    by = data["by"]
    user: dict[str, Any] = {"name": by, "email": f"{by}@example.test"}
    if trusted:
        user = {"name": "GitHub Actions", "email": "ci@example.test", "trustedPublisher": {"id": "github"}}
    return {
        **_package_json(release),
        "_id": f"{name}@{release.version}",
        "_npmUser": user,
        "_npmVersion": "10.0.0",
        "maintainers": _people(_maintainers(package, release)),
        "dist": _dist(release),
    }


def _package_json(release: Release) -> dict[str, Any]:
    data = release.data
    found: dict[str, Any] = {
        "name": release.package,
        "version": release.version,
        "main": data.get("main", "index.js"),
        "license": "MIT",
        "scripts": dict(data.get("scripts", {})),
    }
    if data.get("dependencies"):
        found["dependencies"] = dict(data["dependencies"])
    if data.get("optional"):
        found["optionalDependencies"] = dict(data["optional"])
    return found


def _dist(release: Release) -> dict[str, Any]:
    made = _measured(release.incident, release.package, release.version)
    found: dict[str, Any] = {
        "integrity": made.integrity,
        "shasum": made.shasum,
        "tarball": place(release.package, release.version),
        "signatures": [
            {"keyid": SIGNER.id, "sig": SIGNER.sign(release.package, release.version, made.integrity)}
        ],
    }
    if release.time.year >= 2018:  # older ones were not measured
        found["fileCount"], found["unpackedSize"] = made.files, made.size
    if release.data.get("attested"):
        found["attestations"] = {
            "url": f"{HOST}/-/npm/v1/attestations/{release.package}@{release.version}",
            "provenance": {"predicateType": "https://slsa.dev/provenance/v1"},
        }
    return found


def _maintainers(package: Mapping[str, Any], release: Release) -> Sequence[str]:
    own = release.data.get("maintainers") or package.get("maintainers")
    return own or [release.data["by"]]


def _people(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": name, "email": f"{name}@example.test"} for name in names]


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def _rank(version: str) -> tuple[bool, list[int]]:
    numbers, _, pre = version.partition("-")
    return not pre, [int(n) for n in numbers.split(".")]


def place(name: str, version: str) -> str:
    """The address of a tarball."""
    return f"{HOST}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"


# -- what the tarballs hold


class _Made(NamedTuple):
    integrity: str
    shasum: str
    files: int
    size: int


@cache
def _measured(incident: str, name: str, version: str) -> _Made:
    """What the registry says of a tarball."""
    release = next(r for r in _releases(incident, name) if r.version == version)
    held = files(release)
    tarball = _packed(incident, name, version)
    digest = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    shasum = hashlib.sha1(tarball).hexdigest()
    cut = sum(max(0, file.get("size", 0) - LARGEST) for file in release.data.get("files", ()))
    size = release.data.get("size") or sum(map(len, held.values())) + cut
    return _Made(f"sha512-{digest}", shasum, len(held), size)


@cache
def _packed(incident: str, name: str, version: str) -> bytes:
    """The release's tarball."""
    held = files(next(r for r in _releases(incident, name) if r.version == version))
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for path, data in held.items():
            info = tarfile.TarInfo(f"package/{path}")
            info.size, info.mode, info.mtime = len(data), 0o644, 499162500
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def files(release: Release) -> dict[str, bytes]:
    """The release's files."""
    data = release.data
    main = data.get("main", "index.js")
    found = {
        "package.json": json.dumps(_package_json(release), indent=2).encode(),
        "README.md": f"# {release.package}\n".encode(),
        main: payloads.ORDINARY,
    }
    told = data.get("files", ())
    beside = [file["path"] for file in told]
    for file in told:
        size = min(file.get("size", 0), LARGEST)
        found[file["path"]] = payloads.made(
            {**file, "size": size}, beside, file["path"] == main and not _started(data)
        )
    return found


def _started(data: Mapping[str, Any]) -> bool:
    """Does an install run anything of it?"""
    return data.get("gyp", False) or any("install" in hook for hook in data.get("scripts", ()))


# -- a project, and a registry for it


def lock(case: Case | None, incident: Incident) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """(package.json, entries of the lockfile) with what a case locks, or with the good releases."""
    project: Mapping[str, str] = incident.data["project"]
    locked = {**project, **(case.locks if case is not None else {})}
    entries: dict[str, dict[str, Any]] = {}
    asked: dict[str, str] = {}
    brought: set[str] = set()
    for name, version in locked.items():
        release = incident.release(name, version)
        if release is None:
            entries[f"node_modules/{name}"] = _elsewhere(version)
            continue
        manifest = _package_json(release)
        entry: dict[str, Any] = {
            "version": version,
            "resolved": place(name, version),
            "integrity": _measured(incident.id, name, version).integrity,
        }
        if _started(release.data):
            entry["hasInstallScript"] = True
        needed = {key: spec for key, spec in manifest.get("dependencies", {}).items() if key in locked}
        if needed:
            entry["dependencies"] = needed
        brought |= needed.keys()
        entries[f"node_modules/{name}"] = entry
        asked[name] = f"^{version}"
    return {"dependencies": {n: s for n, s in asked.items() if n not in brought}}, entries


def _elsewhere(url: str) -> dict[str, Any]:
    """A package that the lockfile takes from a URL."""
    return {"version": "1.0.0", "resolved": url, "integrity": "sha512-" + "A" * 86 + "=="}


def serve(server: Server, incident: Incident, until: datetime) -> None:
    """Lets a registry know what it knew at that hour, and no advisory."""
    server.advisories = {}
    server.packuments, server.short, server.tarballs, server.attestations = {}, {}, {}, {}
    for name in incident.data["packages"]:
        full = packument(incident, name, until)
        if full is not None:
            server.packuments[name] = full
            server.short[name] = abbreviated(full)
        for release in incident.releases(name):
            path = place(name, release.version).removeprefix(HOST)
            server.tarballs[path] = _packed(incident.id, name, release.version)
            if release.data.get("attested"):
                server.attestations[f"{name}@{release.version}"] = _attested(incident, name, release.version)


def _attested(incident: Incident, name: str, version: str) -> bytes:
    """What the registry says of where a release was built: of bad ones too, where there was such a thing."""
    digest = sha512(_measured(incident.id, name, version).integrity)
    purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    return json.dumps({"attestations": [provenance(purl, digest)]}).encode()
