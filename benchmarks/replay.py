"""A registry on 127.0.0.1 that replays recorded packuments: python benchmarks/replay.py STORE

The store holds `full/NAME.json.gz` and `corgi/NAME.json.gz` (the abbreviated form), `tarballs/NAME/FILE`, and
`advisories.json` in the shape of the bulk endpoint's answer. With --upstream, what is not there is fetched
once and kept, so that every later run works on the same documents without a network. With --latency every
answer takes so many seconds longer.

`GET /-/count` answers with the number of requests since it was last asked.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from npmguard.versions import satisfies

_ABBREVIATED = "application/vnd.npm.install-v1+json"
_BULK = "/-/npm/v1/security/advisories/bulk"
# What the abbreviated form keeps of a version
_KEPT = frozenset(
    (
        *("name", "version", "deprecated", "dependencies", "optionalDependencies", "devDependencies"),
        *("bundleDependencies", "bundledDependencies", "peerDependencies", "peerDependenciesMeta"),
        *("acceptDependencies", "bin", "directories", "dist", "engines", "cpu", "os", "libc", "funding"),
        *("hasInstallScript", "_hasShrinkwrap"),
    )
)
_SPREAD = 2 * 365 * 86_400  # the newest releases are said to have been published in the last two years
_REASONS = {200: "OK", 304: "Not Modified", 404: "Not Found", 405: "Method Not Allowed"}


class Store:
    """Recorded packuments, gzipped as they are sent."""

    def __init__(self, folder: Path, upstream: str | None) -> None:
        self.folder = folder
        self.upstream = upstream
        self.memory: dict[tuple[str, str], bytes | None] = {}
        known = folder / "advisories.json"
        self.advisories: dict[str, list[dict[str, Any]]] = (
            json.loads(known.read_text()) if known.exists() else {}
        )

    def packument(self, form: str, name: str) -> bytes | None:
        if (form, name) not in self.memory:
            path = self.folder / form / f"{quote(name, safe='@')}.json.gz"
            if not path.exists() and self.upstream:
                self.record(name)
            self.memory[form, name] = path.read_bytes() if path.exists() else None
        return self.memory[form, name]

    def tarball(self, path: str) -> bytes | None:
        """The file at NAME/-/FILE."""
        place = self.folder / "tarballs" / quote(path.replace("/-/", "/"), safe="@")
        if not place.exists() and self.upstream:
            try:
                with urllib.request.urlopen(f"{self.upstream}{quote(path, safe='@/')}") as answer:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(answer.read())
            except urllib.error.URLError as error:
                print(f"{path}: {error}", file=sys.stderr)
        return place.read_bytes() if place.exists() else None

    def record(self, name: str) -> None:
        """Fetches a packument from upstream and keeps both forms of it."""
        try:
            with urllib.request.urlopen(f"{self.upstream}{quote(name, safe='@')}") as answer:
                document = json.load(answer)
        except (urllib.error.URLError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return
        versions = {}
        for number, manifest in document.get("versions", {}).items():
            versions[number] = {key: value for key, value in manifest.items() if key in _KEPT}
            scripts = manifest.get("scripts")
            if isinstance(scripts, dict) and {"preinstall", "install", "postinstall"} & scripts.keys():
                versions[number]["hasInstallScript"] = True
        short = {"name": name, "dist-tags": document.get("dist-tags", {}), "versions": versions}
        lived(document)
        for form, found in (("full", document), ("corgi", short)):
            path = self.folder / form / f"{quote(name, safe='@')}.json.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(json.dumps(found, separators=(",", ":")).encode(), 6, mtime=0))

    def bulk(self, asked: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
        answer = {}
        for name, versions in asked.items():
            hits = [
                a
                for a in self.advisories.get(name, ())
                if any(satisfies(v, a["vulnerable_versions"], loose=True) for v in versions)
            ]
            if hits:
                answer[name] = hits
        return answer


def lived(document: dict[str, Any]) -> None:
    """Gives releases what a mirror leaves out: dates over ten years, one publisher, a signature.

    Nothing in it is true, but it has the size and the shape of what a registry says.
    """
    versions = document.get("versions", {})
    if any("signatures" in manifest.get("dist", {}) for manifest in versions.values()):
        return
    people = [{"name": "maintainer-a"}, {"name": "maintainer-b"}]
    last = time.time() - int(hashlib.sha256(document["name"].encode()).hexdigest()[:6], 16) % _SPREAD
    times = {}
    step = 10 * 365 * 86_400 / len(versions) if versions else 0
    for number, (version, manifest) in enumerate(reversed(versions.items())):
        manifest.setdefault("dist", {})["signatures"] = [{"keyid": "SHA256:made-up", "sig": "made-up"}]
        manifest["_npmUser"], manifest["maintainers"] = people[0], people
        moment = datetime.fromtimestamp(last - number * step, UTC)
        times[version] = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    document["time"] = dict(reversed(times.items()))
    document["maintainers"] = people


class Registry:
    """HTTP/1.1 with keep-alive."""

    def __init__(self, store: Store, latency: float) -> None:
        self.store = store
        self.latency = latency
        self.count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ", 2)
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length") or 0))
                if self.latency and not target.startswith("/-/count"):
                    await asyncio.sleep(self.latency)
                status, extra, answer = self.answer(method, target, headers, body)
                lines = [f"HTTP/1.1 {status} {_REASONS[status]}", f"content-length: {len(answer)}"]
                lines += ["content-type: application/json", *(f"{k}: {v}" for k, v in extra.items())]
                writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if target == "/-/count":
            found, self.count = self.count, 0
            return 200, {}, str(found).encode()
        self.count += 1
        zipped = {"content-encoding": "gzip"}
        if method == "POST":
            if target != _BULK:
                return 404, {}, b"{}"
            asked = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
            return 200, zipped, gzip.compress(json.dumps(self.store.bulk(asked)).encode(), 1)
        path = unquote(target.partition("?")[0]).strip("/")
        if "/-/" in path:
            file = self.store.tarball(path)
            return (200, {}, file) if file is not None else (404, {}, b"{}")
        name, _, version = path.rpartition("/") if path.count("/") > path.startswith("@") else (path, "", "")
        form = "corgi" if _ABBREVIATED in headers.get("accept", "") else "full"
        document = self.store.packument(form, name)
        if document is not None and version:
            found = json.loads(gzip.decompress(document))["versions"].get(version)
            document = gzip.compress(json.dumps(found).encode()) if found else None
        if document is None:
            return 404, {}, b'{"error":"Not found"}'
        etag = f'"{hashlib.sha256(document).hexdigest()[:20]}"'
        if headers.get("if-none-match") == etag:
            return 304, {"etag": etag}, b""
        return (
            200,
            {"etag": etag, "vary": "accept", "cache-control": "public, max-age=300", **zipped},
            document,
        )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--upstream")
    parser.add_argument("--port", type=int, default=4874)
    parser.add_argument("--latency", type=float, default=0.0)
    options = parser.parse_args()
    upstream = options.upstream.rstrip("/") + "/" if options.upstream else None
    registry = Registry(Store(options.store, upstream), options.latency)
    async with await asyncio.start_server(registry.serve, "127.0.0.1", options.port, limit=1 << 24) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
