from typing import Any

from npmproject import project
from support.releases import evidence, history, release

from npmguard.model import (
    CodeFacts,
    Contents,
    Evidence,
    Finding,
    Needs,
    Publication,
    Severity,
    Unanswered,
    VersionManifest,
)
from npmguard.rules.manifest_confusion import RULE
from npmguard.settings import Settings

SHOP = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.1.0"}})
PACKED = {"name": "a", "version": "1.1.0"}


def told(contents: Contents | Unanswered, **fields: Any) -> Evidence:
    releases: tuple[Publication, ...] = (
        release("1.0.0", 0),
        release("1.1.0", 10, **{"bin": {}, **fields}),
    )
    return evidence(history("a", *releases))._replace(contents={("a", "1.1.0"): contents})


def packed(**fields: Any) -> Contents:
    return Contents((), {**PACKED, **fields}, (), CodeFacts())


def check(found: Evidence) -> list[Finding]:
    return [finding for finding in RULE.check(SHOP, found, Settings()) if isinstance(finding, Finding)]


def test_the_same_manifest_twice_is_in_order() -> None:
    assert check(told(packed(scripts={"test": "tap"}, readme="x"))) == []


def test_a_script_that_only_the_tarball_has() -> None:
    (found,) = check(told(packed(scripts={"postinstall": "node setup.js"})))
    assert found.severity == Severity.HIGH
    assert found.title == "a@1.1.0 holds another package.json than the registry shows"
    assert found.detail == (
        'script postinstall: registry has none, tarball "node setup.js". '
        "An install goes by the tarball. Stay on 1.0.0."
    )
    assert found.fix is not None
    assert found.fix.command == "npm install a@1.0.0"


def test_a_name_and_what_is_to_be_printed_safely() -> None:
    (found,) = check(told(packed(name="b\x1b[31m", bin={"x": "x.js"})))
    assert found.severity == Severity.HIGH
    assert "\x1b" not in found.detail
    assert found.detail.index("name: ") < found.detail.index("command x: ")


def test_a_range_is_less() -> None:
    (found,) = check(told(packed(dependencies={"b": "2"}), dependencies={"b": "1"}))
    assert found.severity == Severity.MODERATE
    assert found.title == "a@1.1.0 and the registry's manifest of it differ"


def test_many_are_told_in_few_words() -> None:
    (found,) = check(told(packed(dependencies={f"d{n}": "1" for n in range(20)})))
    assert "; and 15 more." in found.detail


def test_what_the_registry_does_not_tell_is_no_difference() -> None:
    assert check(told(packed(scripts={"install": "x"}), scripts=None)) == []
    assert check(told(packed(bin={"x": "x.js"}), bin=None)) == []


def test_the_manifest_of_one_version_will_do() -> None:
    found = told(packed(scripts={"install": "x"}, bin="x.js"))._replace(histories={})
    assert check(found) == []
    manifest = VersionManifest({}, {})
    (finding,) = check(found._replace(manifests={("a", "1.1.0"): manifest}))
    assert finding.detail.startswith("script install: ")
    assert "command" not in finding.detail


def test_a_tarball_that_was_not_read_tells_nothing() -> None:
    assert check(told(Unanswered("a", "404"))) == []
    assert check(told(packed())._replace(contents={})) == []


def test_tarballs_are_asked_for_where_they_call_for_it_and_all_with_deep() -> None:
    assert RULE.needs(SHOP, Settings()).contents == frozenset()
    nothing = told(packed())._replace(contents={}, histories={})
    assert RULE.then(SHOP, nothing, Settings()) == Needs(releases=frozenset((("a", "1.1.0"),)))
    deep = Settings(deep=True)
    assert RULE.needs(SHOP, deep).contents == {("a", "1.1.0")}
    assert RULE.then(SHOP, told(packed()), deep) == Needs()
