import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.projects import entry, write

from npmguard import lockfiles
from npmguard.errors import InputError
from npmguard.lockfiles import npm
from npmguard.model import DependencyKind, Source
from npmguard.project import load

DRIFT = Path(__file__).parents[2] / "fixtures" / "drift"


def lock(packages: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"lockfileVersion": 3, "packages": packages, **fields}).encode()


def old(dependencies: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"lockfileVersion": 1, "dependencies": dependencies, **fields}).encode()


@pytest.mark.parametrize(
    "scenario", ["baseline", "workspace-range-satisfied", "alias-range-satisfied", "git-to-registry"]
)
def test_every_version_of_a_lockfile_holds_the_same(scenario: str) -> None:
    found = {}
    for form in ("v1", "v2", "v3"):
        graph = lockfiles.read(DRIFT / form / scenario / "package-lock.json")
        assert graph.format == f"npm-{form[1]}"
        found[form] = {(p.name, p.version) for p in graph.packages if p.source is Source.REGISTRY}
    assert found["v3"] == found["v2"]
    # workspaces came with npm 7
    if not scenario.startswith("workspace"):
        assert found["v1"] <= found["v3"]


def test_what_the_flat_form_says() -> None:
    graph = npm.parse(
        lock(
            {
                "": {
                    "name": "demo",
                    "version": "1.0.0",
                    "dependencies": {"a": "^1", "num": "npm:is-number@^6"},
                },
                "node_modules/a": entry(
                    "a",
                    "1.2.3",
                    hasInstallScript=True,
                    dev=True,
                    os=["darwin"],
                    deprecated="use b",
                    bundleDependencies=["c"],
                ),
                "node_modules/num": {**entry("is-number", "6.0.0"), "name": "is-number"},
                "node_modules/a/node_modules/c": {"version": "1.0.0", "inBundle": True},
                "node_modules/g": {
                    "version": "1.0.0",
                    "resolved": "git+ssh://git@git.example.test/a/g.git#" + "a" * 40,
                },
                "node_modules/t": {"version": "1.0.0", "resolved": "file:t.tgz"},
                "node_modules/l": {"resolved": "lib/l", "link": True},
                "lib/l": {"version": "3.0.0"},
            }
        ),
        "package-lock.json",
    )
    by_key = graph.nodes
    assert {p.label for p in graph.packages} == {
        "a@1.2.3",
        "is-number@6.0.0",
        "c@1.0.0",
        "g@1.0.0",
        "t@1.0.0",
    }
    a = by_key["node_modules/a"]
    assert (a.has_install_script, a.dev, a.os, a.deprecated) == (True, True, ("darwin",), "use b")
    assert by_key["node_modules/num"].alias == "num"
    assert by_key["node_modules/a/node_modules/c"].bundled
    assert by_key["node_modules/g"].source is Source.GIT
    assert by_key["node_modules/t"].source is Source.FILE
    assert by_key["lib/l"].source is Source.LINK
    assert [(e.name, e.target) for e in graph.edges[""]] == [
        ("a", "node_modules/a"),
        ("num", "node_modules/num"),
    ]
    assert a.pointer == "/packages/node_modules~1a"


def test_who_asks_for_what() -> None:
    graph = npm.parse(
        lock(
            {
                "": {"dependencies": {"a": "1"}, "devDependencies": {"d": "1"}},
                "node_modules/a": entry(
                    "a",
                    "1.0.0",
                    dependencies={"b": "2"},
                    optionalDependencies={"o": "1"},
                    peerDependencies={"p": "1", "q": "1"},
                    peerDependenciesMeta={"q": {"optional": True}},
                ),
                "node_modules/b": entry("b", "1.0.0"),
                "node_modules/a/node_modules/b": entry("b", "2.0.0"),
                "node_modules/d": entry(
                    "d", "1.0.0", dependencies={"b": "1"}, devDependencies={"never": "1"}
                ),
                "node_modules/p": entry("p", "1.0.0"),
            }
        ),
        "x",
    )
    asked = {(e.name, e.kind, e.target) for e in graph.edges["node_modules/a"]}
    assert asked == {
        ("b", DependencyKind.PROD, "node_modules/a/node_modules/b"),
        ("o", DependencyKind.OPTIONAL, None),
        ("p", DependencyKind.PEER, "node_modules/p"),
        ("q", DependencyKind.PEER_OPTIONAL, None),
    }
    assert [e.name for e in graph.edges["node_modules/d"]] == ["b"]
    assert graph.is_dev("node_modules/d")
    assert graph.is_dev("node_modules/b")
    assert not graph.is_dev("node_modules/a/node_modules/b")
    assert graph.direct == {"node_modules/a", "node_modules/d"}


def test_the_nested_form() -> None:
    graph = npm.parse(
        old(
            {
                "a": {
                    "version": "1.0.0",
                    "requires": {"b": "^2.0.0", "o": "1"},
                    "dependencies": {"b": {"version": "2.0.0", "bundled": True}},
                },
                "b": {"version": "1.0.0", "dev": True},
                "num": {"version": "npm:is-number@6.0.0"},
                "o": {"version": "1.0.0", "optional": True},
                "l": {"version": "file:lib/l", "requires": {"b": "1"}},
                "g": {
                    "version": "git+https://git.example.test/a/g.git#abc",
                    "from": "g@git+https://git.example.test/a/g.git#v1",
                },
            }
        ),
        "x",
    )
    assert graph.nodes["node_modules/num"].name == "is-number"
    assert graph.nodes["node_modules/a/node_modules/b"].bundled
    assert graph.nodes["node_modules/g"].version is None
    assert graph.nodes["node_modules/g"].requested == "git+https://git.example.test/a/g.git#v1"
    assert graph.nodes["lib/l"].source is Source.LINK
    kinds = {e.name: (e.kind, e.target) for e in graph.edges["node_modules/a"]}
    assert kinds["o"][0] is DependencyKind.OPTIONAL
    assert kinds["b"] == (DependencyKind.PROD, "node_modules/a/node_modules/b")
    assert graph.nodes["node_modules/a"].pointer == "/dependencies/a"


def test_a_shrinkwrap_without_a_version_is_read_as_the_oldest() -> None:
    graph = npm.parse(json.dumps({"dependencies": {"a": {"version": "1.0.0", "from": "a@^1"}}}).encode(), "x")
    assert graph.format == "npm-1"
    assert graph.labels == {("a", "1.0.0")}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[]", "no JSON object"),
        (b"{}", "not an npm lockfile"),
        (lock({}, lockfileVersion=4), "lockfileVersion 4 is unknown"),
        (lock({}, lockfileVersion="3"), "lockfileVersion '3' is unknown"),
        (lock({}, lockfileVersion=True), "lockfileVersion True is unknown"),
        (lock({}, lockfileVersion=-1), "lockfileVersion -1 is unknown"),
        (b'{"lockfileVersion": 3}', 'no "packages"'),
        (b'{"lockfileVersion": 3,\n "packages": []}', '"packages" is not an object'),
        (lock({"node_modules/a": 1}), "is not an object"),
        (lock({"node_modules/a": {"version": 1}}), '"version" is not text'),
        (lock({"node_modules/a": {"resolved": {}}}), '"resolved" is not text'),
        (lock({"node_modules/a": {"integrity": []}}), '"integrity" is not text'),
        (lock({"node_modules/a": {"link": True}}), "does not say where"),
        (old({"a": []}), "is not an object"),
        (old({"a": {"version": {}}}), '"version" is not text'),
        (old({"a": {"version": "1.0.0", "dependencies": 7}}), "is not an object"),
    ],
)
def test_what_is_no_lockfile_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        npm.parse(data, "package-lock.json")
    assert says in str(caught.value)
    assert str(caught.value).startswith("package-lock.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("field", ["dependencies", "optionalDependencies", "peerDependencies"])
@pytest.mark.parametrize("value", ["text", {"b": 1}, {"b": None}, {"b": {}}])
def test_odd_edges_are_refused_in_one_line(field: str, value: Any) -> None:
    graph = npm.parse(lock({"node_modules/a": {"version": "1.0.0", field: value}}), "package-lock.json")
    with pytest.raises(InputError, match="is not"):
        _ = graph.edges


def test_a_cycle_is_walked_once() -> None:
    graph = npm.parse(
        lock(
            {
                "": {"dependencies": {"a": "1"}},
                "node_modules/a": entry("a", "1.0.0", dependencies={"b": "1"}),
                "node_modules/b": entry("b", "1.0.0", dependencies={"a": "1"}),
                "node_modules/l": {"link": True, "resolved": "node_modules/l"},
                "node_modules/m": {"link": True, "resolved": ""},
            }
        ),
        "x",
    )
    assert graph.reachable == {"", "node_modules/a", "node_modules/b"}


def test_nesting_has_a_bound() -> None:
    text = (
        '{"lockfileVersion": 1, "dependencies": ' + '{"a": {"dependencies": ' * 300 + "{}" + "}}" * 300 + "}"
    )
    npm.parse(text.encode(), "x")
    deep = (
        '{"lockfileVersion": 1, "dependencies": '
        + '{"a": {"dependencies": ' * 5000
        + "{}"
        + "}}" * 5000
        + "}"
    )
    with pytest.raises(InputError, match="nested"):
        npm.parse(deep.encode(), "x")


def test_workspaces_are_read_from_disk(here: Path) -> None:
    write(
        here,
        {"workspaces": ["packages/*"]},
        {
            "node_modules/a": {"resolved": "packages/a", "link": True},
            "packages/a": {"name": "a", "version": "1.0.0"},
        },
    )
    write(here / "packages" / "a", {"name": "a", "dependencies": {"x": "1"}})
    project = load.load(load.Found("."))
    assert project.graph is not None
    assert project.graph.nodes["packages/a"].source is Source.WORKSPACE
    assert set(project.graph.roots) == {"", "packages/a"}
    assert [e.name for e in project.graph.edges["packages/a"]] == ["x"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["", "node_modules/a", "node_modules/a/node_modules/b", "packages/a", "node_modules/", "/", ".."]
)
FIELDS = st.sampled_from(
    [
        "name",
        "version",
        "resolved",
        "integrity",
        "dependencies",
        "peerDependencies",
        "link",
        "requires",
        "os",
        "dev",
    ]
)
ENTRIES = st.dictionaries(FIELDS, JSON | st.just("1.0.0") | st.just({"b": "^1"}), max_size=5)


@given(st.dictionaries(KEYS, ENTRIES | JSON, max_size=5), st.sampled_from([None, 1, 2, 3]), st.booleans())
def test_any_json_is_read_or_refused(packages: dict[str, Any], version: int | None, flat: bool) -> None:
    document = {"lockfileVersion": version, "packages" if flat else "dependencies": packages}
    try:
        graph = npm.parse(json.dumps(document).encode(), "x")
        assert graph.edges is not None
        assert "" in graph.nodes
        assert graph.reachable
    except InputError as refused:
        reason = str(refused)
    else:
        reason = "x"
    assert reason.startswith("x")


def test_a_workspace_that_the_lockfile_links_elsewhere_leads_nowhere() -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"workspaces": ["packages/*"]},
            "node_modules/a": {"resolved": "packages/nowhere", "link": True},
            "packages/a": {"name": "a", "version": "1.0.0"},
        },
    }
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json")
    assert [(e.name, e.target) for e in graph.edges[""]] == [("a", None)]
