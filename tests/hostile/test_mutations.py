"""Project files, advisories and a registry's answers with something odd in any place of them."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry
from support.server import packument, registry

from npmguard.__main__ import main

PACKAGE = {
    "name": "demo",
    "version": "1.0.0",
    "workspaces": ["packages/*"],
    "dependencies": {"a": "^1.0.0", "@b/b": "npm:b@~2", "git": "github:u/p#semver:^1", "near": "file:near"},
    "devDependencies": {"c": "latest"},
    "optionalDependencies": {"o": "1.x || >=2"},
    "peerDependencies": {"p": "*"},
    "peerDependenciesMeta": {"p": {"optional": True}},
    "overrides": {"a": "$a", "c": {".": "1", "d@^2": "3"}},
    "npmguard": {
        "fail-on": "low",
        "ignore": [{"rule": "outdated", "reason": "later", "until": "2020-01-01"}],
    },
}
MEMBER = {"name": "@demo/one", "version": "0.1.0", "dependencies": {"a": "*"}}
LOCK = {
    "name": "demo",
    "lockfileVersion": 3,
    "packages": {
        "": PACKAGE,
        "packages/one": MEMBER,
        "node_modules/@demo/one": {"resolved": "packages/one", "link": True},
        "node_modules/a": entry("a", "1.0.0", dependencies={"c": "^1"}, peerDependencies={"p": "1"}),
        "node_modules/@b/b": {"name": "b", **entry("b", "2.0.0", deprecated="old", hasInstallScript=True)},
        "node_modules/c": entry("c", "1.0.0", dev=True, bundleDependencies=["d"], os=["linux"], cpu=["x64"]),
        "node_modules/c/node_modules/d": {"version": "2.0.0", "inBundle": True},
        "node_modules/git": {"version": "1.0.0", "resolved": "git+ssh://git@git.example.test/u/p.git#abc"},
    },
}
OLD = {
    "name": "demo",
    "lockfileVersion": 1,
    "dependencies": {
        "a": entry("a", "1.0.0", requires={"c": "^1"}, dependencies={"c": entry("c", "1.0.0", bundled=True)}),
        "@b/b": {"version": "npm:b@2.0.0", "dev": True},
        "git": {"version": "git+https://git.example.test/u/p.git#abc", "from": "git@u/p"},
        "near": {"version": "file:near", "requires": {"a": "1"}},
    },
}
ADVISORY = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "modified": "2026-01-01T00:00:00Z",
    "aliases": ["CVE-2026-1"],
    "summary": "Bad",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "a"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}],
            "versions": ["1.0.0"],
            "database_specific": {"cwes": [{"cweId": "CWE-1"}]},
        }
    ],
    "references": [{"type": "WEB", "url": "https://advisories.example.test/1"}],
    "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-1"]},
}
BULK = {
    "id": 7,
    "url": "https://advisories.example.test/7",
    "title": "Bad",
    "severity": "high",
    "vulnerable_versions": "<2.0.0",
    "cwe": ["CWE-1"],
    "cvss": {"score": 7.5, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
}
ODD: list[Any] = [
    *(
        None,
        0,
        -1,
        1.5,
        10**30,
        True,
        False,
        "",
        " ",
        "x",
        "^1.0.0",
        "1.0.0",
        "/",
        "..",
        "$a",
        "\0",
        "\ud800",
    ),
    *("\u202e", "file:..", "npm:a@b", "git+ssh://git@h:x/y#z", "https://x/-/y.tgz", "sha512-", "a/" * 300),
    *([], [None], [[]], ["a"], ["\0", "../*", "\ud800/*"], {}, {"a": None}, {"": ""}, {"a": {"b": [1]}}),
    *({"link": True}, {"link": True, "resolved": "\0"}, {"link": True, "resolved": ".."}),
]
KEYS = [
    "",
    "a",
    "node_modules/a",
    "__proto__",
    "../x",
    "link",
    "packages",
    "resolved",
    "\0",
    "requires",
    "name",
]


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield from places(below, (*above, key))


def odd(document: Any, chance: random.Random) -> Any:
    """The document with one to three places replaced, dropped or added."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 3))):
        *way, last = chance.choice([place for place in places(document) if place])
        holder = document
        for key in way:
            holder = holder[key]
        what = chance.random()
        if what < 0.75:
            holder[last] = copy.deepcopy(chance.choice(ODD))
        elif what < 0.85:
            del holder[last]
        elif isinstance(holder, dict):
            holder[chance.choice(KEYS)] = copy.deepcopy(chance.choice(ODD))
        if not isinstance(document, dict | list) or not document:
            break
    return document


def audited(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Any]:
    """(the exit code, the report or None), having seen that it is one or the other, and no traceback."""
    code = main(["check", ".", "--format", "json", *options])
    found = capsys.readouterr()
    assert code in (0, 1, 2, 3)
    assert "mistake" not in found.err, found.err
    assert "Traceback" not in found.err
    if code == 2:
        assert found.err.count("\n") == 1
        assert found.out == ""
        return code, None
    report = json.loads(found.out)
    assert report["summary"]["exit_code"] == code
    return code, report


def lay(folder: Path, package: Any = PACKAGE, lock: Any = LOCK, member: Any = MEMBER) -> None:
    (folder / "packages" / "one").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(package, indent=1))
    (folder / "packages" / "one" / "package.json").write_text(json.dumps(member, indent=1))
    (folder / "package-lock.json").write_text(json.dumps(lock, indent=1))


@pytest.mark.parametrize("seed", range(10))
def test_odd_project_files(here: Path, capsys: pytest.CaptureFixture[str], seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(30):
        lock = chance.choice((LOCK, LOCK, OLD))
        package, member = PACKAGE, MEMBER
        which = chance.random()
        if which < 0.4:
            package = odd(PACKAGE, chance)
        elif which < 0.5:
            member = odd(MEMBER, chance)
        else:
            lock = odd(lock, chance)
        lay(here, package, lock, member)
        audited(capsys, "--offline")


def test_odd_advisories(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(1)
    lay(here)
    for _ in range(150):
        (here / "osv.json").write_text(json.dumps(odd([ADVISORY, ADVISORY], chance)))
        audited(capsys, "--offline", "--only", "advisory,malware", "--advisories", "osv.json")


def test_odd_answers_of_a_registry(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(2)
    lay(here)
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", "")
    good = packument("a", "1.0.0", "1.1.0", scripts={"install": "make"}, deprecated="old")
    with registry() as server:
        for name in ("b", "c", "o", "p"):
            server.add(name, "1.0.0", "2.0.0")
        for _ in range(60):
            found = odd({"packument": good, "bulk": [BULK]}, chance)
            server.packuments["a"] = found.get("packument")
            server.advisories = {"a": found.get("bulk")}
            (here / "cache").mkdir(exist_ok=True)
            monkeypatch.setenv("NPMGUARD_CACHE_DIR", str(here / "cache" / str(chance.random())))
            audited(capsys, "--registry", server.url)


def test_a_workspace_that_the_lockfile_links_to_and_does_not_list(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = {key: value for key, value in LOCK["packages"].items() if key != "packages/one"}  # type: ignore[attr-defined]
    lay(here, lock={**LOCK, "packages": packages})
    code, report = audited(capsys, "--offline")
    assert code == 1
    drift = [f for f in report["projects"][0]["findings"] if f["rule"] == "lockfile-drift"]
    assert any("packages/one" in f["title"] and f["severity"] == "high" for f in drift)


@pytest.mark.parametrize("text", ["\0", '"\0"', '\\"findings\\": \0', '"findings": "\0"'])
def test_a_name_cannot_take_the_place_of_the_findings(
    here: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    lay(here, package={**PACKAGE, "name": text})
    _, report = audited(capsys, "--offline")
    assert report["projects"][0]["name"] == text
    assert report["projects"][0]["findings"]
