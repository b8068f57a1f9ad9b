"""A small npm registry on loopback, with faults on demand."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote

from support.signing import Signer

SIGNER = Signer()


class Request(NamedTuple):
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    delay: float = 0.0
    cut: bool = False  # break off in the middle of the body


class Server:
    """`packuments` by name, `advisories` by name, `faults` by path; `requests` is what came in.

    `keys` are those that it lists (None: it has no such list), that of `SIGNER` at first; `attestations` its
    answers by name@version.
    `short` are packuments that are given to those who ask for the short form, where they differ.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.packuments: dict[str, dict[str, Any]] = {}
        self.short: dict[str, dict[str, Any]] = {}
        self.advisories: dict[str, list[dict[str, Any]]] | None = {}
        self.tarballs: dict[str, bytes] = {}  # by path
        self.keys: list[dict[str, Any]] | None = [SIGNER.listed()]
        self.attestations: dict[str, bytes] = {}
        self.faults: dict[str, Callable[[Request], Reply] | Reply] = {}
        self.requests: list[Request] = []
        self.max_age: int | None = None
        self.busy = self.busiest = 0
        self._lock = threading.Lock()

    def add(self, name: str, *versions: str, **fields: Any) -> dict[str, Any]:
        """A packument in the form of a real registry's; `fields` go into every version."""
        found = packument(name, *versions, **fields)
        self.packuments[name] = found
        return found

    def publish(self, name: str, version: str, tarball: bytes, **fields: Any) -> dict[str, Any]:
        """A version with a tarball that this server has, from now on the latest; gives its manifest."""
        found = packument(name, version, **fields)
        manifest: dict[str, Any] = found["versions"][version]
        path = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        manifest["dist"].update(
            integrity="sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode(),
            shasum=hashlib.sha1(tarball).hexdigest(),
            tarball=self.url.rstrip("/") + path,
        )
        self.tarballs[path] = tarball
        known = self.packuments.setdefault(name, found)
        known["versions"][version] = manifest
        known["dist-tags"]["latest"] = version
        return manifest

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        try:
            fault = self.faults.get(request.path, self.faults.get("*"))
            if fault is not None:
                return fault(request) if callable(fault) else fault
            return self._usual(request)
        finally:
            with self._lock:
                self.busy -= 1

    def _usual(self, request: Request) -> Reply:
        path = unquote(request.path).lstrip("/")
        if request.method == "POST":
            if path != "-/npm/v1/security/advisories/bulk" or self.advisories is None:
                return Reply(405, b"{}")
            sent = request.body
            if request.headers.get("content-encoding") == "gzip":
                sent = gzip.decompress(sent)
            asked = json.loads(sent)
            return Reply(200, json.dumps({n: a for n, a in self.advisories.items() if n in asked}).encode())
        if f"/{path}" in self.tarballs:
            return Reply(200, self.tarballs[f"/{path}"], {"content-type": "application/octet-stream"})
        if path == "-/npm/v1/keys" and self.keys is not None:
            return Reply(200, json.dumps({"keys": self.keys}).encode())
        if path.startswith("-/npm/v1/attestations/"):
            body = self.attestations.get(path.removeprefix("-/npm/v1/attestations/"))
            return Reply(404) if body is None else Reply(200, body)
        pieces = path.split("/")
        size = 2 if path.startswith("@") else 1
        found = self.packuments.get("/".join(pieces[:size]))
        if found is None:
            return Reply(404, b'{"error":"Not found"}')
        if len(pieces) > size:
            manifest = found["versions"].get(found["dist-tags"].get(pieces[size], pieces[size]))
            return Reply(200, json.dumps(manifest).encode()) if manifest else Reply(404)
        if "install-v1" in request.headers.get("accept", ""):
            found = self.short.get("/".join(pieces[:size]), found)
        data = json.dumps(found).encode()
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers = {"etag": etag}
        if self.max_age is not None:
            headers["cache-control"] = f"max-age={self.max_age}"
        if request.headers.get("if-none-match") == etag:
            return Reply(304, b"", headers)
        return Reply(200, data, headers)


def integrity(name: str, version: str) -> str:
    """The hash that a made-up tarball has."""
    return "sha512-" + base64.b64encode(hashlib.sha512(f"{name}@{version}".encode()).digest()).decode()


def packument(name: str, *versions: str, **fields: Any) -> dict[str, Any]:
    base = name.rpartition("/")[2]
    return {
        "name": name,
        "dist-tags": {"latest": versions[-1]},
        "versions": {
            version: {
                "name": name,
                "version": version,
                "dist": {
                    "integrity": integrity(name, version),
                    "shasum": hashlib.sha1(f"{name}@{version}".encode()).hexdigest(),
                    "tarball": f"https://registry.example.test/{name}/-/{base}-{version}.tgz",
                    "fileCount": 3,
                    "unpackedSize": 1000,
                    "signatures": [
                        {"keyid": SIGNER.id, "sig": SIGNER.sign(name, version, integrity(name, version))}
                    ],
                },
                **fields,
            }
            for version in versions
        },
    }


@contextmanager
def registry() -> Iterator[Server]:
    """A running server; it answers HTTP/1.1 on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {key.lower(): value for key, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(length))
            reply = server.answer(request)
            if reply.delay:
                time.sleep(reply.delay)
            try:
                self.send_response(reply.status)
                if reply.status != 304:
                    self.send_header("content-length", str(len(reply.body)))
                for key, value in reply.headers.items():
                    self.send_header(key, value)
                self.end_headers()
                body = reply.body[: len(reply.body) // 2] if reply.cut else reply.body
                self.wfile.write(body)
                if reply.cut:
                    self.close_connection = True
            except OSError:
                self.close_connection = True

        do_GET = do_POST = _reply

        def log_message(self, *args: object) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128  # of those that come at once none is kept waiting for a second

    http = Listener(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_address[1]}/")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
