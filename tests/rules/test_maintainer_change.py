from typing import Any

from npmproject import project
from support.releases import evidence, history, release

from npmguard.model import Finding, Gap, Needs, Packument, Publication, Severity
from npmguard.rules.maintainer_change import RULE
from npmguard.settings import Settings

OLD = tuple(release(f"1.{minor}.0", minor * 30) for minor in range(4))


def locked(version: str = "1.4.0") -> Any:
    return project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": version}})


def check(*releases: Publication, version: str = "1.4.0") -> list[Any]:
    return list(RULE.check(locked(version), evidence(history("a", *releases)), Settings()))


def test_a_new_account_alone_is_low() -> None:
    (found,) = check(*OLD, release("1.4.0", 200, "maintainer-b"))
    assert isinstance(found, Finding)
    assert (found.rule, found.severity, found.package, found.version) == (
        "maintainer-change",
        Severity.LOW,
        "a",
        "1.4.0",
    )
    assert (
        "maintainer-b, who published none of the 4 releases up to 1.3.0 (maintainer-a did)." in found.detail
    )
    assert found.fix == ("downgrade", "1.3.0", "npm install a@1.3.0")


def test_all_maintainers_replaced_is_moderate() -> None:
    (found,) = check(*OLD, release("1.4.0", 200, "maintainer-b", maintainers=("maintainer-b",)))
    assert found.severity == Severity.MODERATE
    assert "entirely new maintainers" in found.title


def test_what_is_no_change_of_hands() -> None:
    assert check(*OLD, release("1.4.0", 200)) == []
    assert check(*OLD, release("1.4.0", 200, "GitHub Actions", trusted=True)) == []
    assert check(*OLD, release("1.4.0", 200, None)) == []
    assert check(*OLD[:2], release("1.4.0", 200, "maintainer-b")) == []
    # who went on for a month is one of them now
    assert check(*OLD, release("1.4.0", 200, "maintainer-b"), release("1.4.1", 231, "maintainer-b")) == []
    assert check(*OLD, release("1.4.0", 200, "maintainer-b"), release("1.4.1", 229, "maintainer-b")) != []


def test_it_asks_for_the_history_of_new_releases_alone() -> None:
    known = evidence(history("a", *OLD, *(release(f"2.{n}.0", 200 + n) for n in range(12))))
    bare = known._replace(histories={})
    assert RULE.needs(locked("1.3.0"), Settings()).lists == {"a"}
    newest_of_its_major = locked("1.3.0")
    assert RULE.then(newest_of_its_major, bare, Settings()) == Needs(releases=frozenset((("a", "1.3.0"),)))
    assert RULE.then(locked("1.0.0"), bare, Settings()) == Needs()
    assert RULE.then(locked("2.11.0"), bare, Settings()).releases == {("a", "2.11.0")}
    assert RULE.then(locked("2.11.0"), known, Settings()) == Needs()


def test_a_mirror_knows_no_publishers() -> None:
    bare = evidence()._replace(packuments={"a": Packument("a", {}, {}, ("1.4.0",), registry_facts=False)})
    (gap,) = RULE.check(locked(), bare, Settings())
    assert isinstance(gap, Gap)
    assert gap.affects == ("maintainer-change",)
    assert RULE.then(locked(), bare, Settings()).histories == frozenset()
