from __future__ import annotations

from typing import Any

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
from npmguard.rules.invalid_name import RULE
from npmguard.settings import Settings


def manifest(name: str | None, asked: dict[str, str], **data: Any) -> Manifest:
    return Manifest("package.json", name, "1.0.0", asked, {}, {}, {}, frozenset(), data)


def run(own: Manifest, *packages: Package, manager: str = "npm", **members: Manifest) -> list[Finding]:
    graph = DependencyGraph({p.key: p for p in packages}, lambda names: {}, format="npm-3")
    subject = Project(".", own, members, manager, Lockfile("package-lock.json", "npm-3", graph))
    return [f for f in RULE.check(subject, Evidence(), Settings()) if isinstance(f, Finding)]


def test_dependencies() -> None:
    asked = {".hidden": "1", "a/b/c": "1", "JSONStream": "1", "events": "1", "x" * 230: "1"}
    found = run(manifest("web", asked, private=True))
    assert [f.package for f in found] == [".hidden", "a/b/c"]
    assert found[1].location is not None
    assert found[1].location.pointer == "/dependencies/a~1b~1c"


def test_own_name_where_it_is_published() -> None:
    assert run(manifest("My App", {}, private=True)) == []
    assert run(manifest(None, {})) == []
    (wrong,) = run(manifest("my app", {}))
    assert wrong.severity is Severity.MODERATE
    (old,) = run(manifest("MyApp", {}))
    assert old.severity is Severity.LOW
    (member,) = run(manifest("web", {}), one=manifest("_one", {}))
    assert member.package == "_one"


def test_lockfile_entries() -> None:
    bad = Package(
        "node_modules/../x", "../x", "1.0.0", Source.REGISTRY, pointer="/packages/node_modules~1..~1x"
    )
    (found,) = run(manifest("web", {}), bad)
    assert found.severity is Severity.HIGH
    assert found.keys == ("node_modules/../x",)
    assert found.location is not None
    assert found.location.pointer == "/packages/node_modules~1..~1x"


def test_said_once_and_where_it_is_asked_for() -> None:
    bad = Package("node_modules/_x", "_x", "1.0.0", Source.REGISTRY)
    (found,) = run(manifest("web", {"_x": "1"}), bad)
    assert found.location is not None
    assert found.location.file == "package.json"


def test_what_confusable_name_tells_is_not_told_twice() -> None:
    assert run(manifest("web", {"l\u043edash": "1"})) == []


def test_workspaces_of_other_managers_have_any_name() -> None:
    assert run(manifest("web", {"$utils": "workspace:*"}), manager="pnpm") == []
    assert len(run(manifest("web", {"$utils": "workspace:*"}))) == 1
