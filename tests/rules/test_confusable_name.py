from __future__ import annotations

from npmguard.model import (
    DependencyGraph,
    Evidence,
    Finding,
    Lockfile,
    Manifest,
    Package,
    Project,
    Severity,
    Source,
)
from npmguard.rules.confusable_name import RULE
from npmguard.settings import Settings


def run(asked: dict[str, str], *packages: Package, name: str = "web") -> list[Finding]:
    manifest = Manifest("package.json", name, "1.0.0", asked, {}, {}, {}, frozenset(), {})
    graph = DependencyGraph({p.key: p for p in packages}, lambda names: {}, format="npm-3")
    subject = Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-3", graph))
    return [f for f in RULE.check(subject, Evidence(), Settings()) if isinstance(f, Finding)]


def package(name: str, alias: str | None = None) -> Package:
    return Package(f"node_modules/{alias or name}", name, "1.0.0", Source.REGISTRY, alias=alias, pointer="/p")


def test_a_twin_of_a_popular_name() -> None:
    (found,) = run({}, package("l\u043edash"))
    assert found.severity is Severity.CRITICAL
    assert found.title == '"l\\u043edash" holds characters that are not what they look like'
    assert "popular package lodash" in found.detail
    assert "cyrillic small letter o" in found.detail


def test_hidden_and_turning_characters() -> None:
    for name in ("ours\u200b", "ours\u202egnp", "ours\x07", "ours\u00a0"):
        (found,) = run({}, package(name))
        assert found.severity is Severity.CRITICAL
        assert "do not show" in found.title
        assert found.title.isascii()
        assert found.title.isprintable()


def test_other_letters_are_high() -> None:
    (found,) = run({"\u00fcber-own-thing": "1"})
    assert found.severity is Severity.HIGH
    assert found.location is not None
    assert found.location.pointer == "/dependencies/\u00fcber-own-thing"


def test_aliases_and_the_own_name_count() -> None:
    assert [f.package for f in run({}, package("lodash", alias="l\u043edash"))] == ["l\u043edash"]
    assert [f.package for f in run({}, name="w\u0435b")] == ["w\u0435b"]


def test_said_once() -> None:
    assert len(run({"l\u043edash": "1"}, package("l\u043edash"))) == 1


def test_plain_names_are_quiet() -> None:
    assert run({"JSONStream": "1", "@a/b": "1"}, package("JSONStream")) == []
