import json
from typing import Any

import pytest
from npmproject import project
from support.server import integrity

from npmguard.lockfiles import npm
from npmguard.model import Evidence, Finding, Lockfile, Project, Severity
from npmguard.project import manifest as manifests
from npmguard.rules import integrity_missing
from npmguard.rules.integrity_weak import RULE
from npmguard.settings import Settings

SHA1 = "sha1-S0SNSRuXlQXLSXsQvYMNIgCyhqs="
MD5 = "md5-1B2M2Y8AsgTpgAmY7PhCfg=="
SHA256 = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
STRONG = integrity("a", "1.0.0")


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def held_by(*texts: str | None) -> Project:
    names = [chr(ord("a") + number) for number in range(len(texts))]
    return project(
        {"dependencies": dict.fromkeys(names, "*")},
        {
            f"node_modules/{n}": {"version": "1.0.0", "integrity": t}
            for n, t in zip(names, texts, strict=True)
        },
    )


def test_sha1_alone_is_low() -> None:
    (found,) = check(held_by(SHA1))
    assert (found.rule, found.severity) == ("integrity-weak", Severity.LOW)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == "a@1.0.0 is held by SHA-1 alone"
    assert SHA1 in found.detail
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MD5, "MD5"),
        (f"{MD5} {SHA1}", "SHA-1"),
        (f"{SHA1}?sha512-AAAA", "SHA-1"),
        (f"{SHA1} sha512-", "SHA-1"),
        (f"{SHA1} sha512-not/base-64!", "SHA-1"),
        (f"{SHA1} sha3-AAAA", "SHA-1"),
    ],
)
def test_what_looks_stronger_than_it_is(text: str, words: str) -> None:
    (found,) = check(held_by(text))
    assert found.title == f"a@1.0.0 is held by {words} alone"


@pytest.mark.parametrize(
    "text",
    [STRONG, SHA256, f"{SHA1} {STRONG}", f"{STRONG} {SHA1}", f"{STRONG}?x", f"{STRONG} {STRONG}", "", None],
)
def test_one_strong_hash_is_enough_and_none_is_for_another_rule(text: str | None) -> None:
    assert check(held_by(text)) == []


@pytest.mark.parametrize("text", ["nonsense", "SHA512-AAAA", "sha512", STRONG.removeprefix("sha512-"), " "])
def test_what_is_no_hash_is_for_another_rule(text: str) -> None:
    assert check(held_by(text)) == []
    assert len(list(integrity_missing.check(held_by(text), Evidence(), Settings()))) == 1


def test_an_unreadable_hash_is_as_bad_as_none() -> None:
    none, unreadable = held_by(None, STRONG, STRONG), held_by("nonsense", STRONG, STRONG)
    (expected,) = integrity_missing.check(none, Evidence(), Settings())
    found = [*check(unreadable), *integrity_missing.check(unreadable, Evidence(), Settings())]
    assert max(f.severity for f in found) == expected.severity


def test_more_than_five_are_one_finding() -> None:
    assert len(check(held_by(*[SHA1] * 5))) == 5
    (found,) = check(held_by(*[SHA1] * 6, STRONG))
    assert (found.package, found.title) == (None, "6 packages are held by SHA-1 or weaker alone")
    assert len(found.keys) == 6


def test_an_alias_is_told_by_its_real_name() -> None:
    entries = {"node_modules/old": {"name": "a", "version": "1.0.0", "integrity": SHA1}}
    assert [f.package for f in check(project({}, entries))] == ["a"]


def test_development_is_left_out_of_a_production_audit() -> None:
    entries = {"node_modules/a": {"version": "1.0.0", "integrity": SHA1}}
    found = project({"devDependencies": {"a": "1"}}, entries)
    assert len(check(found)) == 1
    assert check(found, Settings(production=True)) == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_lockfile_version_is_read(version: int) -> None:
    entry = {"version": "1.0.0", "integrity": SHA1}
    lock: dict[str, Any] = {"lockfileVersion": version}
    if version < 3:
        lock["dependencies"] = {"a": entry}
    if version > 1:
        lock["packages"] = {"": {"dependencies": {"a": "1"}}, "node_modules/a": entry}
    manifest = manifests.parse(b'{"dependencies": {"a": "1"}}', "package.json")
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest)
    (found,) = check(Project(".", manifest, {}, "npm", Lockfile("package-lock.json", graph.format, graph)))
    assert found.location is not None
    assert found.location.pointer == ("/dependencies/a" if version == 1 else "/packages/node_modules~1a")
