"""The tarballs of locked packages, from a registry on loopback that can misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry as locked
from support.projects import write
from support.server import Reply, Server, registry
from support.tarballs import entry, tgz

from npmguard import contents as module
from npmguard.contents import Answers, contents
from npmguard.model import Contents, Deceptive, Evidence, Mismatched, Project, Unanswered
from npmguard.project import load, npmrc


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as found:
        yield found


def package(name: str, version: str, **files: str) -> bytes:
    manifest = json.dumps({"name": name, "version": version}).encode()
    parts = [entry(f"package/{path}.js", text.encode()) for path, text in files.items()]
    return tgz(entry("package/package.json", manifest), *parts, manifest=False)


def published(server: Server, name: str, version: str, data: bytes) -> dict[str, Any]:
    """A release on the server, and the lockfile entry that stands for it."""
    dist = server.publish(name, version, data)["dist"]
    return locked(name, version, resolved=dist["tarball"], integrity=dist["integrity"])


def project(folder: Path, *entries: dict[str, Any]) -> Project:
    packages = {f"node_modules/{item.pop('at')}": item for item in entries}
    write(folder, {}, packages)
    return load.load(load.find([str(folder)])[0])


def asked(server: Server, shop: Project, *keys: tuple[str, str], **more: Any) -> Answers:
    config = npmrc.load(shop.folder, registry=server.url, environ={})
    return contents(shop, config, keys, Evidence(), **more)


def test_they_are_read_once(server: Server, here: Path) -> None:
    entries = [
        {"at": f"p{number}", **published(server, f"p{number}", "1.0.0", package(f"p{number}", "1.0.0"))}
        for number in range(30)
    ]
    shop = project(here, *entries)
    keys = [(f"p{number}", "1.0.0") for number in range(30)]
    told: list[tuple[int, int]] = []
    first = asked(server, shop, *keys, progress=lambda done, of: told.append((done, of)))
    assert first.contents.keys() == set(keys)
    assert all(isinstance(found, Contents) for found in first.contents.values())
    assert (first.known, len(server.requests), told[-1]) == (0, 30, (30, 30))
    again = asked(server, shop, *keys)
    assert again.contents == first.contents
    assert (again.known, len(server.requests)) == (30, 30)
    assert asked(server, shop, *keys, offline=True).contents == first.contents


def test_a_newer_reading_reads_anew(server: Server, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = project(here, {"at": "a", **published(server, "a", "1.0.0", package("a", "1.0.0"))})
    assert asked(server, shop, ("a", "1.0.0")).known == 0
    monkeypatch.setattr(module, "edition", lambda: "newer")
    assert asked(server, shop, ("a", "1.0.0")).known == 0
    assert asked(server, shop, ("a", "1.0.0")).known == 1
    assert len(server.requests) == 1  # the tarball itself was kept


def test_the_lockfiles_own_hash_decides(server: Server, here: Path) -> None:
    item = published(server, "a", "1.0.0", package("a", "1.0.0"))
    server.tarballs["/a/-/a-1.0.0.tgz"] = package("a", "1.0.0", more="evil()")
    found = asked(server, project(here, {"at": "a", **item}), ("a", "1.0.0")).contents["a", "1.0.0"]
    assert isinstance(found, Mismatched)
    assert "a@1.0.0" in found.reason


def test_what_is_no_tarball_is_told_apart_from_what_does_not_come(server: Server, here: Path) -> None:
    shop = project(
        here,
        {"at": "broken", **published(server, "broken", "1.0.0", b"no archive" * 100)},
        {"at": "gone", **published(server, "gone", "1.0.0", package("gone", "1.0.0"))},
    )
    server.faults["/gone/-/gone-1.0.0.tgz"] = Reply(404)
    found = asked(server, shop, ("broken", "1.0.0"), ("gone", "1.0.0")).contents
    assert found["broken", "1.0.0"] == Deceptive("broken", "no tar archive")
    assert isinstance(found["broken", "1.0.0"], Deceptive)
    assert found["gone", "1.0.0"] == Unanswered("gone", "the registry answered 404 to GET a tarball")
    assert not isinstance(found["gone", "1.0.0"], (Deceptive, Mismatched))


def test_of_several_hashes_none_names_what_was_read(server: Server, here: Path) -> None:
    """Whoever writes a lockfile could have one tarball looked at, and have another installed."""
    good, evil = package("a", "1.0.0"), package("a", "1.0.0", more="evil()")
    item = published(server, "a", "1.0.0", good)
    assert asked(server, project(here, {"at": "a", **item}), ("a", "1.0.0")).known == 0
    other = "sha512-" + base64.b64encode(hashlib.sha512(evil).digest()).decode()
    both = {**item, "integrity": f"{item['integrity']} {other}"}
    answers = asked(server, project(here / "b", {"at": "a", **both}), ("a", "1.0.0"))
    assert answers.known == 0


def test_a_release_that_is_not_locked(server: Server, here: Path) -> None:
    shop = project(here, {"at": "a", **published(server, "a", "1.1.0", package("a", "1.1.0"))})
    server.publish("a", "1.0.0", package("a", "1.0.0"))
    found = asked(server, shop, ("a", "1.0.0")).contents["a", "1.0.0"]
    assert isinstance(found, Contents)
    assert server.paths() == ["/a/-/a-1.0.0.tgz"]


def test_a_tarball_on_disk(server: Server, here: Path) -> None:
    (here / "a.tgz").write_bytes(package("a", "1.0.0"))
    shop = project(
        here,
        {"at": "a", "name": "a", "version": "1.0.0", "resolved": "file:a.tgz"},
        {"at": "b", "name": "b", "version": "1.0.0", "resolved": "file:b.tgz"},
    )
    found = asked(server, shop, ("a", "1.0.0"), ("b", "1.0.0")).contents
    assert isinstance(found["a", "1.0.0"], Contents)
    assert "cannot be read" in found["b", "1.0.0"].reason  # type: ignore[union-attr]
    assert server.requests == []


def test_offline_one_reason_for_all(server: Server, here: Path) -> None:
    shop = project(here, *({"at": n, **published(server, n, "1.0.0", package(n, "1.0.0"))} for n in "abc"))
    found = asked(server, shop, *((n, "1.0.0") for n in "abc"), offline=True).contents
    assert {answer.reason for answer in found.values()} == {  # type: ignore[union-attr]
        "offline, and its tarball is not in the cache"
    }
    assert server.requests == []
