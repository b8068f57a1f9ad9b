import json
from typing import Any

import pytest
from npmproject import project

from npmguard.lockfiles import npm, yarn_classic
from npmguard.model import Evidence, Finding, Lockfile, Project, Severity
from npmguard.origins import default_hosts, default_registry
from npmguard.project import manifest as manifests
from npmguard.rules.foreign_host import RULE
from npmguard.settings import Settings

OURS = "https://registry.example.test/a/-/a-1.0.0.tgz"
EVIL = "https://evil.example/a/-/a-1.0.0.tgz"
REGISTRIES = {"": "https://registry.example.test/", "@corp": "https://npm.corp.example:8443/npm/"}


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    given = found._replace(registries=REGISTRIES) if not found.registries else found
    return [item for item in RULE.check(given, Evidence(), settings) if isinstance(item, Finding)]


def from_(*urls: str, spec: str = "*", **entry: Any) -> Project:
    names = [chr(ord("a") + number) for number in range(len(urls))]
    return project(
        {"dependencies": dict.fromkeys(names, spec)},
        {
            f"node_modules/{n}": {"version": "1.0.0", "resolved": u, **entry}
            for n, u in zip(names, urls, strict=True)
        },
    )


def test_another_host_is_high() -> None:
    (found,) = check(from_(EVIL))
    assert (found.rule, found.severity) == ("foreign-host", Severity.HIGH)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == "a@1.0.0 is downloaded from evil.example"
    assert EVIL in found.detail
    assert "npm.corp.example, registry.example.test" in found.detail
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")


@pytest.mark.parametrize(
    "url",
    [
        OURS,
        "https://REGISTRY.Example.Test/a/-/a-1.0.0.tgz",
        "https://registry.example.test:443/a/-/a-1.0.0.tgz",
        "https://registry.example.test./a/-/a-1.0.0.tgz",
        "https://someone@registry.example.test/a/-/a-1.0.0.tgz",
        "https://npm.corp.example:8443/npm/a/-/a-1.0.0.tgz",
        *(f"https://{host}/a/-/a-1.0.0.tgz" for host in sorted(default_hosts())),
    ],
)
def test_the_hosts_of_the_settings_and_the_default_one_are_expected(url: str) -> None:
    assert check(from_(url)) == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://registry.example.test@evil.example/a/-/a-1.0.0.tgz", "evil.example"),
        ("https://registry.example.test:pass@evil.example:443/a/-/a-1.0.0.tgz", "evil.example"),
        ("https://evil.example/https://registry.example.test/a/-/a-1.0.0.tgz", "evil.example"),
        ("https://evil.example#@registry.example.test/a/-/a-1.0.0.tgz", "evil.example"),
        ("https://evil.example?@registry.example.test/a/-/a-1.0.0.tgz", "evil.example"),
        ("https://registry.example.test.evil.example/a/-/a-1.0.0.tgz", "registry.example.test.evil.example"),
        ("https://sub.registry.example.test/a/-/a-1.0.0.tgz", "sub.registry.example.test"),
        ("HTTPS://evil.example/a/-/a-1.0.0.tgz", "evil.example"),
        ("http://EVIL.example:8080/a/-/a-1.0.0.tgz", "evil.example"),
        ("//evil.example/a/-/a-1.0.0.tgz", "evil.example"),
        ("https://evil.example/a-1.0.0.tgz", "evil.example"),
        ("https://[2001:db8::1]/a/-/a-1.0.0.tgz", "2001:db8::1"),
        ("https://evil.example\\@registry.example.test/a/-/a-1.0.0.tgz", "a text that is no plain URL"),
        ("https://registry\u3002example.test/a/-/a-1.0.0.tgz", "a text that is no plain URL"),
        ("https://registry.example\n.test/a/-/a-1.0.0.tgz", "a text that is no plain URL"),
        ("https:///a/-/a-1.0.0.tgz", "a text that is no plain URL"),
        ("https://registry.example.test/" + "a" * 5000 + "/-/a-1.0.0.tgz", "a text that is no plain URL"),
    ],
)
def test_no_spelling_hides_the_host(url: str, host: str) -> None:
    (found,) = check(from_(url))
    assert found.title == f"a@1.0.0 is downloaded from {host}"


def test_a_host_that_is_allowed_is_left_alone() -> None:
    assert check(from_(EVIL), Settings(allowed_hosts=("Evil.example:443",))) == []
    assert check(from_(EVIL), Settings(allowed_hosts=("example", "sub.evil.example", ""))) != []
    assert check(from_("https:///a/-/a-1.0.0.tgz"), Settings(allowed_hosts=("other.example",))) != []


@pytest.mark.parametrize("host", ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4873"])
def test_an_address_can_be_allowed_too(host: str) -> None:
    url = "https://[2001:db8::1]:4873/a/-/a-1.0.0.tgz"
    assert check(from_(url), Settings(allowed_hosts=(host,))) == []


def test_without_settings_the_default_registry_is_named() -> None:
    (found,) = check(from_(EVIL)._replace(registries={"@corp": "https://npm.corp.example/"}))
    assert default_registry().split("/")[2] in found.detail


def test_what_names_no_registry_url_is_for_other_rules() -> None:
    assert check(project({"dependencies": {"a": "*"}}, {"node_modules/a": {"version": "1.0.0"}})) == []
    git = "git+ssh://git@evil.example/a.git#" + "0" * 40
    assert check(from_(git, spec=git)) == []
    tarball = "https://evil.example/a.tgz"
    assert check(from_(tarball, spec=tarball)) == []
    assert check(from_("file:../a-1.0.0.tgz", spec="file:../a-1.0.0.tgz")) == []


def test_links_and_workspaces_are_left_alone() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/near": {"resolved": "../near", "link": True},
        "../near": {"version": "1.0.0"},
    }
    members: dict[str, dict[str, Any]] = {"packages/ui": {"name": "ui", "version": "1.0.0"}}
    assert check(project({"dependencies": {"near": "file:../near"}}, entries, members)) == []


def test_many_from_one_host_are_one_finding_and_each_host_has_its_own() -> None:
    many = [f"https://mirror.example/{n}/-/{n}-1.0.0.tgz" for n in "abcdef"]
    one, all_ = check(from_(*many, "https://evil.example/g/-/g-1.0.0.tgz"))
    assert (one.package, one.subject) == ("g", "evil.example")
    assert (all_.package, all_.subject) == (None, "mirror.example")
    assert all_.title == "6 packages are downloaded from mirror.example"
    assert "a@1.0.0, b@1.0.0, c@1.0.0, d@1.0.0, e@1.0.0 and 1 more" in all_.detail
    assert len(all_.keys) == 6


def test_an_alias_is_told_by_its_real_name() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/old": {"name": "a", "version": "1.0.0", "resolved": EVIL}
    }
    (found,) = check(project({"dependencies": {"old": "npm:a@1"}}, entries))
    assert found.package == "a"
    assert found.keys == ("node_modules/old",)


def test_development_is_left_out_of_a_production_audit() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0", "resolved": EVIL, "dev": True}
    }
    found = project({"devDependencies": {"a": "1"}}, entries)
    assert len(check(found)) == 1
    assert check(found, Settings(production=True)) == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_lockfile_version_is_read(version: int) -> None:
    entry = {"version": "1.0.0", "resolved": EVIL}
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


def test_without_a_lockfile_nothing_is_said() -> None:
    assert check(from_(EVIL)._replace(lockfile=None)) == []


def test_the_default_registry_has_another_name_and_nothing_else_passes_for_it() -> None:
    assert len(default_hosts()) == 2
    for host in default_hosts():
        for other in (f"{host}.evil.example", host.replace(".", "-", 1), f"x{host}", host[:-1]):
            assert len(check(from_(f"https://{other}/a/-/a-1.0.0.tgz"))) == 1


def test_a_file_in_yarn_s_offline_mirror_has_no_host() -> None:
    lock = b'a@^1.0.0:\n  version "1.0.0"\n  resolved a-1.0.0.tgz#583b1aa775961d4b113ac17d9c50baef9dd76bd1\n'
    manifest = manifests.parse(b'{"dependencies": {"a": "^1.0.0"}}', "package.json")
    graph = yarn_classic.parse(lock, "yarn.lock", manifest)
    assert check(Project(".", manifest, {}, "yarn", Lockfile("yarn.lock", graph.format, graph))) == []
