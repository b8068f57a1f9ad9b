import json
from typing import Any

import pytest
from npmproject import project
from support.server import integrity

from npmguard.lockfiles import npm, yarn_berry
from npmguard.model import Evidence, Finding, Lockfile, Project, Severity
from npmguard.project import manifest as manifests
from npmguard.rules.integrity_missing import RULE
from npmguard.settings import Settings


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def entry(name: str, hashed: bool = True, **fields: Any) -> dict[str, Any]:
    found = {"version": "1.0.0", "resolved": f"https://registry.example.test/{name}/-/{name}-1.0.0.tgz"}
    return {**found, **({"integrity": integrity(name, "1.0.0")} if hashed else {}), **fields}


def of(*names: str, without: str = "", **entries: dict[str, Any]) -> Project:
    known = {f"node_modules/{n}": entry(n, n not in without) for n in names}
    known |= {f"node_modules/{n}": e for n, e in entries.items()}
    return project({"dependencies": dict.fromkeys((*names, *entries), "*")}, known)


def read(lock: dict[str, Any]) -> Project:
    manifest = manifests.parse(b'{"dependencies": {"a": "1"}}', "package.json")
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest)
    return Project(".", manifest, {}, "npm", Lockfile("package-lock.json", graph.format, graph))


def test_a_single_one_among_many_is_high() -> None:
    (found,) = check(of("a", "b", "c", without="a"))
    assert (found.rule, found.severity) == ("integrity-missing", Severity.HIGH)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == "a@1.0.0 has no integrity in the lockfile"
    assert "2 other entries do record one" in found.detail
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")


def test_a_lockfile_without_hashes_is_moderate() -> None:
    assert [f.severity for f in check(of("a", "b", without="ab"))] == [Severity.MODERATE] * 2
    assert [f.severity for f in check(of("a", "b", without="a"))] == [Severity.MODERATE]


def test_more_than_five_are_one_finding() -> None:
    (found,) = check(of(*"abcdef", without="abcdef"))
    assert found.package is None
    assert found.title == "6 packages have no integrity in the lockfile"
    assert found.detail.endswith("a@1.0.0, b@1.0.0, c@1.0.0, d@1.0.0, e@1.0.0 and 1 more.")
    assert len(found.keys) == 6


def test_hashes_everywhere_are_silence() -> None:
    assert check(of("a", "b")) == []
    assert check(of("a", b={"version": "1.0.0", "integrity": integrity("b", "1.0.0")})) == []


@pytest.mark.parametrize(
    "fields",
    [{"integrity": ""}, {"integrity": None}, {"resolved": None}, {"resolved": "http://r.example/a.tgz"}],
)
def test_an_empty_hash_is_none_wherever_the_package_comes_from(fields: dict[str, Any]) -> None:
    (found,) = check(of("b", "c", a=entry("a", hashed=False) | fields))
    assert (found.package, found.severity) == ("a", Severity.HIGH)


def test_tarballs_have_hashes_too() -> None:
    url = "https://files.example.test/a.tgz"
    for text in (url, "file:../a.tgz"):
        found = project(
            {"dependencies": {"a": text}}, {"node_modules/a": {"version": "1.0.0", "resolved": text}}
        )
        assert [f.package for f in check(found)] == ["a"]


def test_what_has_none_by_nature_is_left_alone() -> None:
    found = project(
        {"dependencies": {"a": "*", "git": "*", "near": "file:../near"}},
        {
            "node_modules/a": entry("a", bundleDependencies=["b"], dependencies={"b": "1"}),
            "node_modules/a/node_modules/b": {"version": "1.0.0", "inBundle": True},
            "node_modules/git": {
                "version": "1.0.0",
                "resolved": "git+ssh://git@git.example.test/a.git#" + "0" * 40,
            },
            "node_modules/near": {"resolved": "../near", "link": True},
            "../near": {"version": "1.0.0"},
            "node_modules/left-out": {"optional": True},
        },
        {"packages/ui": {"name": "ui", "version": "1.0.0"}},
    )
    assert check(found) == []


def test_what_the_project_itself_bundles_needs_one() -> None:
    found = project(
        {"dependencies": {"a": "1"}, "bundleDependencies": ["a"]},
        {"node_modules/a": entry("a", hashed=False, inBundle=True)},
    )
    assert check(found)


def test_an_entry_that_only_claims_to_be_bundled_needs_one() -> None:
    assert check(of("b", "c", a=entry("a", hashed=False, inBundle=True)))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_lockfile_version_is_read(version: int) -> None:
    lock: dict[str, Any] = {"lockfileVersion": version}
    if version < 3:
        lock["dependencies"] = {"a": entry("a", hashed=False)}
    if version > 1:
        lock["packages"] = {"": {"dependencies": {"a": "1"}}, "node_modules/a": entry("a", hashed=False)}
    (found,) = check(read(lock))
    assert found.location is not None
    assert found.location.pointer == ("/dependencies/a" if version == 1 else "/packages/node_modules~1a")


def test_a_tarball_in_a_version_1_lockfile_needs_one() -> None:
    url = "https://files.example.test/a.tgz"
    manifest = manifests.parse(json.dumps({"dependencies": {"a": url}}).encode(), "package.json")
    lock = {"lockfileVersion": 1, "dependencies": {"a": {"version": url}}}
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest)
    assert check(Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-1", graph)))


def test_development_is_left_out_of_a_production_audit() -> None:
    found = project({"devDependencies": {"a": "1"}}, {"node_modules/a": entry("a", hashed=False)})
    assert len(check(found)) == 1
    assert check(found, Settings(production=True)) == []


@pytest.mark.parametrize("text", ["sha512-", "sha512-?x"])
def test_an_algorithm_without_a_hash_is_none(text: str) -> None:
    assert check(of("b", "c", a=entry("a") | {"integrity": text}))


def test_yarn_berry_has_checksums_of_its_own() -> None:
    def entry(name: str, fields: str) -> str:
        return f'"{name}@npm:1":\n  resolution: "{name}@npm:1.0.0"\n{fields}  linkType: hard\n\n'

    def found(*entries: str) -> list[Finding]:
        data = "__metadata:\n  version: 8\n\n" + "".join(entries)
        graph = yarn_berry.parse(data.encode(), "yarn.lock")
        manifest = manifests.parse(b"{}", "package.json")
        return check(Project(".", manifest, {}, "yarn-berry", Lockfile("yarn.lock", graph.format, graph)))

    good = [entry(name, "  checksum: 10c0/00\n") for name in "abcd"]
    # nobody's checksum is known of what was never fetched, as it is for other platforms
    assert found(*good, entry("e", "  conditions: os=darwin\n")) == []
    assert [(f.package, f.severity) for f in found(*good, entry("e", ""))] == [("e", Severity.HIGH)]
