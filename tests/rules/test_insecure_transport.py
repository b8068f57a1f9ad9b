from typing import Any

import pytest
from npmproject import project

from npmguard.model import Evidence, Finding, Project, Severity
from npmguard.rules.insecure_transport import RULE
from npmguard.settings import Settings

PLAIN = "http://registry.example.test/a/-/a-1.0.0.tgz"


def check(found: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [item for item in RULE.check(found, Evidence(), settings) if isinstance(item, Finding)]


def from_(url: str, **entry: Any) -> Project:
    return project(
        {"dependencies": {"a": "*"}}, {"node_modules/a": {"version": "1.0.0", "resolved": url, **entry}}
    )


def test_plain_http_is_high() -> None:
    (found,) = check(from_(PLAIN, integrity="sha512-AAAA"))
    assert (found.rule, found.severity) == ("insecure-transport", Severity.HIGH)
    assert (found.package, found.version) == ("a", "1.0.0")
    assert found.title == "a@1.0.0 is fetched without encryption"
    assert found.detail == f"The lockfile takes it from {PLAIN}."
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/node_modules~1a")


def test_one_that_nothing_checks_is_told_so() -> None:
    (found,) = check(from_(PLAIN))
    assert found.detail.endswith("and records no integrity to check it by.")


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://registry.example.test/a/-/a-1.0.0.tgz",
        "http://registry.example.test:443/a/-/a-1.0.0.tgz",
        "http://someone:pass@registry.example.test/a/-/a-1.0.0.tgz",
        "http://localhost@registry.example.test/a/-/a-1.0.0.tgz",
        "http://localhost.example.test/a/-/a-1.0.0.tgz",
        "http://registry.example.test/a.tgz",
        "git://git.example.test/a.git#" + "0" * 40,
        "git+http://git.example.test/a.git#" + "0" * 40,
        "ftp://files.example.test/a-1.0.0.tgz",
    ],
)
def test_no_spelling_hides_the_scheme(url: str) -> None:
    (found,) = check(from_(url))
    assert found.package == "a"


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.example.test/a/-/a-1.0.0.tgz",
        "HTTPS://registry.example.test/a/-/a-1.0.0.tgz",
        "https://registry.example.test/http://registry.example.test/a/-/a-1.0.0.tgz",
        "git+ssh://git@git.example.test/a.git#" + "0" * 40,
        "git+https://git.example.test/a.git#" + "0" * 40,
        "git@git.example.test:a/a.git#" + "0" * 40,
        "github:someone/a#" + "0" * 40,
        "file:../a-1.0.0.tgz",
    ],
)
def test_what_is_encrypted_or_stays_on_disk_is_left_alone(url: str) -> None:
    assert check(from_(url)) == []


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:4873", "127.0.0.1:4873", "[::1]:4873", "npm.localhost"]
)
def test_a_server_on_this_machine_is_left_alone(host: str) -> None:
    assert check(from_(f"http://{host}/a/-/a-1.0.0.tgz")) == []
    assert check(from_(f"git+http://{host}/a.git#{'0' * 40}")) == []


@pytest.mark.parametrize("host", ["127.evil.example", "127.0.0.1.evil.example"])
def test_a_name_that_begins_like_an_address_of_this_machine_is_not_one(host: str) -> None:
    assert check(from_(f"http://{host}/a/-/a-1.0.0.tgz"))


def test_what_has_no_url_is_left_alone() -> None:
    entries: dict[str, dict[str, Any]] = {
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/a/node_modules/b": {"version": "1.0.0", "inBundle": True},
        "node_modules/near": {"resolved": "http:/near", "link": True},
    }
    assert check(project({"dependencies": {"a": "*"}}, entries)) == []
    assert check(from_(PLAIN)._replace(lockfile=None)) == []


def test_many_from_one_place_are_one_finding_and_each_place_has_its_own() -> None:
    entries: dict[str, dict[str, Any]] = {
        f"node_modules/{n}": {"version": "1.0.0", "resolved": f"http://r.example/{n}/-/{n}-1.0.0.tgz"}
        for n in "abcdef"
    }
    entries["node_modules/g"] = {"version": "1.0.0", "resolved": "git://git.example.test/g.git"}
    git, http = check(project({}, entries))
    assert (git.package, git.subject) == ("g", "git://git.example.test")
    assert (http.package, http.subject, len(http.keys)) == (None, "http://r.example", 6)
    assert http.title == "6 packages are fetched without encryption from http://r.example"


def test_development_is_left_out_of_a_production_audit() -> None:
    found = project(
        {"devDependencies": {"a": "1"}}, {"node_modules/a": {"version": "1.0.0", "resolved": PLAIN}}
    )
    assert len(check(found)) == 1
    assert check(found, Settings(production=True)) == []
