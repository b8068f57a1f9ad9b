"""`npmguard check --deep`, and what check and diff say of tarballs without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry as locked
from support.projects import write
from support.registries import lived
from support.server import Server, registry
from support.tarballs import entry, tgz

from npmguard.__main__ import main

PLAIN = "module.exports = (a, b) => a + b\n"
NET = "const https = require('https'); module.exports = () => https.get('https://api.example.test/v1')\n"
RULES = "suspicious-script,odd-release,unsafe-tarball,integrity-mismatch,manifest-confusion"


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as found:
        yield found


def package(name: str, version: str, text: str = PLAIN, *more: bytes) -> bytes:
    manifest = json.dumps({"name": name, "version": version}).encode()
    return tgz(
        entry("package/package.json", manifest),
        entry("package/index.js", text.encode()),
        *more,
        manifest=False,
    )


def release(server: Server, name: str, texts: dict[str, str], age: float = 1000) -> None:
    """A package of which each version holds that text; the newest is `age` days old."""
    lived(server, name, *texts, age=age)
    for version, text in texts.items():
        published(server, name, version, package(name, version, text))


def published(server: Server, name: str, version: str, data: bytes) -> None:
    document = server.packuments[name]
    known, times = document["versions"][version], document["time"]
    dist = {**known["dist"], **server.publish(name, version, data)["dist"]}
    document["versions"][version] = {**known, "dist": dist}
    document["time"] = times


def shop(folder: Path, server: Server, **versions: str) -> Path:
    packages: dict[str, dict[str, Any]] = {}
    for name, version in versions.items():
        dist = server.packuments[name]["versions"][version]["dist"]
        packages[f"node_modules/{name}"] = locked(
            name, version, resolved=dist["tarball"], integrity=dist["integrity"]
        )
    write(folder, {"dependencies": versions}, packages)
    (folder / ".npmrc").write_text(f"registry={server.url}\n")
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main([*words, "--format", "json", "--only", RULES])
    (found,) = json.loads(capsys.readouterr().out)["projects"]
    return code, found


def tarballs(server: Server) -> list[str]:
    return sorted(path for path in server.paths() if path.endswith(".tgz"))


def test_deep_reads_all_and_says_what_their_code_can_do(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release(server, "plain", {"1.0.0": PLAIN, "1.0.1": PLAIN})
    release(server, "net", {"1.0.0": NET, "1.0.1": NET})
    shop(here, server, plain="1.0.1", net="1.0.1")
    code, found = run(capsys, "check")
    assert (code, found["findings"], tarballs(server)) == (0, [], [])
    assert "capabilities" not in found
    code, found = run(capsys, "check", "--deep")
    assert (code, found["findings"], found["incomplete"]) == (0, [], [])
    assert found["capabilities"] == {"net@1.0.1": ["network"], "plain@1.0.1": []}
    assert tarballs(server) == ["/net/-/net-1.0.1.tgz", "/plain/-/plain-1.0.1.tgz"]
    assert run(capsys, "check", "--deep")[1]["sources"][-1] == "contents: 2 tarballs, 2 of them read before"
    assert len(tarballs(server)) == 2
    main(["check", "--deep", "--only", RULES])
    shown = capsys.readouterr().out
    assert (
        "What their code can do\n  network         1 package: net@1.0.1\n  nothing of it   1 package\n"
        in shown
    )
    main(["check", "--deep", "--only", RULES, "-v"])
    assert "  net@1.0.1  network\n  plain@1.0.1  nothing of it\n" in capsys.readouterr().out


def test_a_young_release_is_read_and_the_one_before_it(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = f"{PLAIN}eval(Buffer.from('{'YWxlcnQoMSk7' * 30}', 'base64').toString())\n"
    release(server, "a", {f"1.0.{n}": PLAIN for n in range(4)} | {"1.0.4": evil}, age=2)
    release(server, "old", {"1.0.0": NET})
    shop(here, server, a="1.0.4", old="1.0.0")
    code, found = run(capsys, "check")
    assert tarballs(server) == ["/a/-/a-1.0.3.tgz", "/a/-/a-1.0.4.tgz"]
    assert code == 1
    assert [(f["rule"], f["severity"], f["package"]) for f in found["findings"]] == [
        ("suspicious-script", "high", "a")
    ]
    assert "1.0.3" in found["findings"][0]["detail"]
    run(capsys, "check")
    assert len(tarballs(server)) == 2


def test_what_was_there_before_is_no_attack(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = f"{PLAIN}eval(Buffer.from('{'YWxlcnQoMSk7' * 30}', 'base64').toString())\n"
    release(server, "a", {f"1.0.{n}": usual for n in range(5)}, age=2)
    shop(here, server, a="1.0.4")
    code, found = run(capsys, "check")
    assert code == 0
    assert len(tarballs(server)) == 2
    assert all(f["severity"] in ("low", "moderate") for f in found["findings"])


def test_a_patch_from_new_hands_that_talks_to_a_new_host(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release(server, "a", {f"1.0.{n}": PLAIN for n in range(4)} | {"1.0.4": NET}, age=100)
    server.packuments["a"]["versions"]["1.0.4"]["_npmUser"] = {"name": "maintainer-z"}
    shop(here, server, a="1.0.4")
    main(["check", "--format", "json", "--only", f"{RULES},maintainer-change"])
    (found,) = json.loads(capsys.readouterr().out)["projects"]
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"]) == ("odd-release", "high")
    assert "a host that it did not use before" in finding["title"]
    assert "api.example.test" in finding["detail"]
    assert "was published by a new account" in finding["detail"]


def test_tarballs_that_are_not_what_they_should_be(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("odd", "broken", "changed", "gone"):
        lived(server, name, "1.0.0")
    published(
        server, "odd", "1.0.0", package("odd", "1.0.0", PLAIN, entry("package/a", b"", b"2", link=b"/etc"))
    )
    published(server, "broken", "1.0.0", package("broken", "1.0.0")[:-20])
    published(server, "changed", "1.0.0", package("changed", "1.0.0"))
    published(server, "gone", "1.0.0", package("gone", "1.0.0"))
    server.tarballs["/changed/-/changed-1.0.0.tgz"] = package("changed", "1.0.0", NET)
    del server.tarballs["/gone/-/gone-1.0.0.tgz"]
    shop(here, server, odd="1.0.0", broken="1.0.0", changed="1.0.0", gone="1.0.0")
    code, found = run(capsys, "check", "--deep")
    assert code == 1
    assert sorted((f["package"], f["rule"], f["severity"]) for f in found["findings"]) == [
        ("broken", "unsafe-tarball", "high"),
        ("changed", "integrity-mismatch", "high"),
        ("odd", "unsafe-tarball", "critical"),
    ]
    (gap,) = found["incomplete"]
    assert (gap["source"], gap["reason"]) == (
        "tarballs",
        "the registry answered 404 to GET a tarball (gone@1.0.0)",
    )
    assert "suspicious-script" in gap["affects"]
    only = ["check", "--deep", "--format", "json", "--only", "suspicious-script"]
    assert main(only) == 3
    (found,) = json.loads(capsys.readouterr().out)["projects"]
    assert len(found["incomplete"]) == 3  # where their own rules do not speak


def test_diff_says_what_the_code_gained(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release(server, "a", {"1.0.0": PLAIN, "1.1.0": NET})
    release(server, "b", {"2.0.0": NET})
    release(server, "c", {"1.0.0": PLAIN, "1.0.1": PLAIN})
    old = shop(here / "old", server, a="1.0.0", c="1.0.0")
    new = shop(here / "new", server, a="1.1.0", b="2.0.0", c="1.0.1")
    _, found = run(capsys, "diff", "old", "new")
    gained = {c["package"]: (c["capabilities_gained"], c["hosts_gained"]) for c in found["changes"]}
    assert gained == {
        "a": (["network"], ["api.example.test"]),
        "b": (["network"], ["api.example.test"]),
        "c": ([], []),
    }
    words = ["diff", str(old), str(new), "--only", RULES]
    main(words)
    shown = " ".join(capsys.readouterr().out.split())
    assert "upgraded a 1.0.0 > 1.1.0 (gains network, new hosts api.example.test)" in shown
    assert "added b 2.0.0 (new direct dependency)" in shown
    main([*words, "--format", "markdown"])
    assert "gains network, new hosts `api.example.test`" in capsys.readouterr().out
    before = len(server.requests)
    _, found = run(capsys, "diff", "old", "new", "--offline")
    assert found["changes"][0]["capabilities_gained"] == ["network"]
    assert len(server.requests) == before
    server.tarballs.clear()
    release(server, "a", {"1.0.0": PLAIN, "1.2.0": NET})
    shop(here / "new", server, a="1.2.0")
    server.tarballs.clear()
    _, found = run(capsys, "diff", "old", "new")
    assert {c["package"]: c["capabilities_gained"] for c in found["changes"]} == {"a": None, "c": None}
    assert "1 could not be read" in found["sources"][-1]
