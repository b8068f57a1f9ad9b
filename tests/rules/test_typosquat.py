from __future__ import annotations

from typing import Any

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


def run(subject: Project, settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    return [f for f in RULE.check(subject, Evidence(), settings) if isinstance(f, Finding)]


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
