from __future__ import annotations

from typing import Any

from support.releases import evidence, history, release

from npmguard.model import (
    Dependency,
    DependencyGraph,
    DependencyKind,
    Evidence,
    Finding,
    Lockfile,
    Manifest,
    Package,
    Project,
    Severity,
    Source,
)
from npmguard.rules.typosquat import RULE
from npmguard.settings import Settings


def manifest(**asked: str) -> Manifest:
    return Manifest("package.json", "web", "1.0.0", asked, {}, {}, {}, frozenset(), {"private": True})


def project(asked: dict[str, str], *packages: Package, direct: tuple[str, ...] = (), **more: Any) -> Project:
    lockfile = None
    if packages:
        nodes = {"": Package("", "web", "1.0.0", Source.PROJECT)} | {p.key: p for p in packages}
        edges = {"": tuple(Dependency("", k, "*", DependencyKind.PROD, k) for k in direct)}
        lockfile = Lockfile(
            "package-lock.json", "npm-3", DependencyGraph(nodes, lambda names: edges, format="npm-3")
        )
    fields: dict[str, Any] = {"manager": "npm"} | more
    return Project(".", manifest(**asked), {}, lockfile=lockfile, **fields)


def package(name: str, source: Source = Source.REGISTRY, alias: str | None = None) -> Package:
    return Package(alias or name, name, "1.0.0", source, alias=alias, pointer=f"/packages/{alias or name}")


def run(
    subject: Project,
    settings: Settings = Settings(),  # noqa: B008
    known: Evidence = Evidence(),  # noqa: B008
) -> list[Finding]:
    return [f for f in RULE.check(subject, known, settings) if isinstance(f, Finding)]


def aged(name: str, first: int, releases: int) -> Evidence:
    """The registry has had that many releases of it, the first that many days ago."""
    return evidence(history(name, *(release(f"1.0.{n}", 1000 - first) for n in range(releases))), day=1000)


def severities(name: str, known: Evidence, direct: bool = True) -> list[Severity]:
    subject = project({name: "*"} if direct else {}, package(name), direct=(name,) if direct else ())
    return [found.severity for found in run(subject, known=known)]


def test_a_sure_one_is_high_and_says_what_to_do() -> None:
    asked = {"lodahs": "^1.0.0"}
    (found,) = run(project(asked, package("lodahs"), package("lodash"), direct=("lodahs",)))
    assert found.severity is Severity.HIGH
    assert (found.package, found.version, found.keys) == ("lodahs", "1.0.0", ("lodahs",))
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package.json", "/dependencies/lodahs")
    assert found.fix is not None
    assert found.fix.command == "npm uninstall lodahs && npm install lodash"
    assert "swapped" in found.detail


def test_brought_by_another_package() -> None:
    (found,) = run(project({}, package("string-wdith")))
    assert found.location is not None
    assert (found.location.file, found.location.pointer) == ("package-lock.json", "/packages/string-wdith")
    assert found.fix is not None
    assert (found.fix.kind, found.fix.command) == ("review", None)


def test_a_faint_one_is_told_only_where_the_project_asks() -> None:
    assert run(project({}, package("isbuffer"))) == []
    (found,) = run(project({"isbuffer": "*"}, package("isbuffer"), direct=("isbuffer",)))
    assert found.severity is Severity.LOW


def test_without_a_lockfile_the_manifest_counts() -> None:
    (found,) = run(project({"expres": "^4", "lodash": "^4", "raect": "file:../raect"}))
    assert found.package == "expres"
    assert found.location is not None
    assert found.location.pointer == "/dependencies/expres"


def test_real_names_count_and_not_aliases() -> None:
    assert run(project({"lodahs": "npm:lodash@^4"})) == []
    assert [f.package for f in run(project({"lodash": "npm:lodahs@^4"}))] == ["lodahs"]
    assert [f.package for f in run(project({}, package("lodahs", alias="lodash")))] == ["lodahs"]
    assert run(project({}, package("lodash", alias="lodahs"))) == []


def test_what_is_ones_own_is_left_alone() -> None:
    assert run(project({}, package("@typess/node")))
    assert run(project({}, package("@typess/node")), Settings(internal_scopes=("@typess",))) == []
    assert (
        run(project({}, package("@typess/node"), registries={"@typess": "https://npm.corp.example/"})) == []
    )
    for source in (Source.GIT, Source.LINK, Source.WORKSPACE, Source.FILE):
        assert run(project({}, package("lodahs", source))) == []


def test_other_managers_have_other_commands() -> None:
    (found,) = run(project({"expres": "^4"}, manager="pnpm"))
    assert found.fix is not None
    assert found.fix.command == "pnpm remove expres && pnpm add express"


def test_a_young_package_is_taken_more_seriously() -> None:
    assert severities("isbuffer", Evidence()) == [Severity.LOW]
    assert severities("isbuffer", aged("isbuffer", 12, 2)) == [Severity.MODERATE]
    assert severities("isbuffer", aged("isbuffer", 12, 2), direct=False) == [Severity.MODERATE]
    assert severities("types-node", aged("types-node", 12, 2)) == [Severity.HIGH]
    assert severities("isbuffer", aged("isbuffer", 31, 2)) == [Severity.LOW]
    (found,) = run(project({}, package("isbuffer")), known=aged("isbuffer", 12, 2))
    assert "It has been there for 12 days, with 2 releases." in found.detail


def test_what_has_had_releases_for_years_is_a_package_of_its_own() -> None:
    assert severities("isbuffer", aged("isbuffer", 900, 10)) == []
    assert severities("isbuffer", aged("isbuffer", 900, 9)) == [Severity.LOW]
    assert severities("isbuffer", aged("isbuffer", 700, 10)) == [Severity.LOW]
    assert severities("lodahs", aged("lodahs", 900, 10)) == [Severity.LOW]
    assert severities("lodahs", aged("lodahs", 900, 10), direct=False) == []


def test_dates_that_a_mirror_made_up_say_nothing() -> None:
    known = evidence(history("isbuffer", release("1.0.0", 999), real=False), day=1000)
    assert severities("isbuffer", known) == [Severity.LOW]
    undated = evidence(history("isbuffer", release("1.0.0", 999)._replace(time=None)), day=1000)
    assert severities("isbuffer", undated) == [Severity.LOW]


def test_a_withdrawn_release_counts_for_the_age() -> None:
    known = evidence(history("isbuffer", release("2.0.0", 999), withdrawn={"1.0.0": 1.0}), day=1000)
    assert severities("isbuffer", known) == [Severity.LOW]


def test_a_word_of_a_popular_name_counts_in_a_young_package_alone() -> None:
    name = "stripe-payment-helper"
    assert severities(name, Evidence()) == []
    assert severities(name, aged(name, 31, 1)) == []
    assert severities(name, aged(name, 3, 1), direct=False) == []
    (found,) = run(project({name: "*"}, package(name), direct=(name,)), known=aged(name, 3, 1))
    assert found.severity is Severity.LOW
    assert found.title == f"{name} is new and reads like a part of the popular @stripe/stripe-js"
    assert found.fix is not None
    assert (found.fix.kind, found.fix.command) == ("review", None)


def test_a_package_of_a_scope() -> None:
    (found,) = run(project({"@bable/x": "*"}, package("@bable/x"), direct=("@bable/x",)))
    assert found.title == "@bable/x reads like a package of the popular @babel"
    assert found.detail.startswith(
        "@babel has popular packages, the first of them number 82 of the most used"
    )
    assert found.fix is not None
    assert found.fix.command == "npm uninstall @bable/x && npm install @babel/x"
    assert run(project({}, package("@bable/x"))) == []
