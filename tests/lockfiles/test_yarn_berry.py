import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npmguard.errors import InputError
from npmguard.lockfiles import yarn_berry, yarn_descriptors
from npmguard.lockfiles.yarn_descriptors import Locator
from npmguard.model import DependencyGraph, DependencyKind, Manifest, Source
from npmguard.project import manifest as manifests

FIXTURES = Path(__file__).parents[2] / "fixtures" / "drift" / "yarn-berry"
ODD = (FIXTURES / "rich-4" / "yarn.lock").read_bytes()
PEERS = (FIXTURES / "plain-4" / "yarn.lock").read_bytes()


def manifest(document: dict[str, Any], file: str = "package.json") -> Manifest:
    return manifests.parse(json.dumps(document).encode(), file)


def lock(entries: str, version: str = "8") -> bytes:
    return f"__metadata:\n  version: {version}\n  cacheKey: 10c0\n\n{entries}".encode()


def entry(key: str, resolution: str, fields: str = "", *, link: str = "hard") -> str:
    version = resolution.rpartition(":")[2]
    text = f'"{key}":\n  version: {version}\n  resolution: "{resolution}"\n'
    return f"{text}{fields}  languageName: node\n  linkType: {link}\n\n"


def parse(data: bytes, root: dict[str, Any] | None = None, **more: Any) -> DependencyGraph:
    return yarn_berry.parse(data, "yarn.lock", manifest(root) if root is not None else None, **more)


def targets(graph: DependencyGraph, key: str) -> dict[str, str | None]:
    return {edge.name: edge.target for edge in graph.edges.get(key, ())}


def test_every_protocol_is_what_it_says() -> None:
    graph = parse(ODD)
    assert graph.format == "yarn-berry-10"
    found = {node.key: node.source for node in graph.nodes.values()}
    assert found[""] is Source.PROJECT
    assert found["packages/a"] is Source.WORKSPACE
    assert found["packages/nest/packages/inner"] is Source.WORKSPACE
    # each by the folder it lies in, however often and from wherever it is linked to
    assert [found[f"lib/{name}"] for name in ("port", "lnk", "fdir", "lnk2")] == [Source.LINK] * 4
    assert found["gen.js"] is Source.LINK
    by_name = {p.alias or p.name: p for p in graph.packages}
    assert by_name["gitdep"].source is Source.GIT
    assert by_name["gitdep"].resolved == (
        "git+http://git.example.test/gitdep.git#f9de747e42770f3c3ae41a740d06238a8893b2f7"
    )
    assert by_name["once"].source is Source.REGISTRY
    assert by_name["once"].resolved is None
    assert (by_name["latest-tag"].name, by_name["latest-tag"].version) == ("ms", "2.1.3")
    url = next(p for p in graph.packages if p.source is Source.URL)
    assert (url.name, url.version) == ("tar", "1.3.0")
    assert url.resolved == "https://registry.example.test/left-pad/-/left-pad-1.3.0.tgz"


def test_who_gets_what() -> None:
    graph = parse(ODD)
    root = targets(graph, "")
    assert root["a"] == "packages/a"
    assert root["@s/b"] == "packages/b"
    assert root["num"] == "num@npm:is-number@^6.0.0"
    assert root["is-number"] == "is-number@npm:7.0.0"
    assert root["port"] == "lib/port"
    assert root["wrappy"] is not None
    assert root["wrappy"].startswith("wrappy@patch:")
    assert root["typescript"] is not None
    assert root["typescript"].startswith("typescript@patch:")
    assert targets(graph, "packages/b") == {"a": "packages/a", "port": "lib/port"}
    assert targets(graph, "lib/lnk") == {}
    kinds = {edge.name: edge.kind for edge in graph.edges[""]}
    assert kinds["fsevents"] is DependencyKind.OPTIONAL
    assert kinds["react"] is DependencyKind.PEER_OPTIONAL
    assert kinds["once"] is DependencyKind.PROD


def test_resolutions_stand_for_what_is_asked() -> None:
    root = json.loads((FIXTURES / "rich-4" / "package.json").read_bytes())
    graph = parse(ODD, root)
    assert targets(graph, "debug@npm:4.3.7") == {"ms": "ms@npm:2.1.2"}
    assert targets(graph, "is-odd@npm:3.0.1") == {"is-number": "is-number@npm:6.0.0"}
    assert targets(graph, "react-dom@npm:18.3.1")["scheduler"] == "scheduler@npm:0.23.0"
    assert targets(graph, "react-dom@npm:18.3.1")["loose-envify"] == "loose-envify@npm:1.3.1"
    assert targets(graph, "scheduler@npm:0.23.0")["loose-envify"] == "loose-envify@npm:1.4.0"
    asked = {edge.name: edge.spec for edge in graph.edges["debug@npm:4.3.7"]}
    assert asked == {"ms": "2.1.2"}


def test_a_patched_package_is_its_source_at_that_version() -> None:
    graph = parse(ODD)
    copies = [p for p in graph.packages if p.name == "wrappy"]
    assert [(p.version, p.source) for p in copies] == [("1.0.2", Source.REGISTRY)] * 2
    assert len(graph.kinds[copies[0].kind]) == 2
    patched = copies[1].key
    assert patched.startswith("wrappy@patch:wrappy@npm%3A1.0.2#./patches/wrappy.patch::version=1.0.2&hash=")
    assert f"wrappy@{graph.notes['patches'][patched]}" == patched


def test_a_patch_on_a_patch() -> None:
    inner = "patch:a@npm%253A1.0.0%23~/x.patch%3A%3Aversion=1.0.0&hash=abcdef"
    locator = Locator("a", f"patch:a@{inner.replace('patch:', 'patch%3A')}#~/y.patch")
    assert yarn_descriptors.unpatched(locator) == Locator("a", "npm:1.0.0")


def test_platforms_and_checksums() -> None:
    graph = parse(ODD)
    fsevents = next(p for p in graph.packages if p.key == "fsevents@npm:2.3.3")
    assert (fsevents.os, fsevents.cpu, fsevents.integrity) == (("darwin",), (), None)
    assert graph.notes["checksums"]["once@npm:1.4.0"].startswith("10c0/")
    assert yarn_descriptors.conditions("(os=linux | os=darwin) & !cpu=arm & libc=glibc") == (
        ("linux", "darwin"),
        ("!arm",),
    )
    written = {"os": ["linux", "darwin"], "cpu": ["!arm"], "libc": ["glibc"]}
    assert yarn_descriptors.platforms(written) == "(os=linux | os=darwin) & !cpu=arm & libc=glibc"


def test_package_json_says_what_is_asked_and_the_lockfile_what_was() -> None:
    data = lock(
        entry("demo@workspace:.", "demo@workspace:.", '  dependencies:\n    a: "npm:^1"\n', link="soft")
        + entry("a@npm:^1", "a@npm:1.2.3")
        + entry("b@npm:2", "b@npm:2.0.0")
    )
    graph = parse(data, {"name": "demo", "devDependencies": {"b": "2"}})
    assert [(e.name, e.kind, e.target) for e in graph.edges[""]] == [("b", DependencyKind.DEV, "b@npm:2.0.0")]
    assert graph.recorded == {"": {"a": ("npm:^1", DependencyKind.PROD)}}
    assert graph.is_dev("b@npm:2.0.0")
    assert not graph.reachable & {"a@npm:1.2.3"}


def test_catalogs_stand_for_ranges() -> None:
    data = lock(entry("a@npm:^1", "a@npm:1.2.3") + entry("b@npm:~2.0.0", "b@npm:2.0.9"))
    root = {"name": "demo", "dependencies": {"a": "catalog:", "b": "catalog:old"}}
    graph = parse(data, root, catalogs={"default": {"a": "^1"}, "old": {"b": "~2.0.0"}})
    assert {e.name: (e.spec, e.target) for e in graph.edges[""]} == {
        "a": ("^1", "a@npm:1.2.3"),
        "b": ("~2.0.0", "b@npm:2.0.9"),
    }


def test_one_entry_under_two_names_is_two_packages() -> None:
    graph = parse(
        lock(entry("a@npm:^1, b@npm:a@^1", "a@npm:1.2.3")),
        {"name": "demo", "dependencies": {"a": "^1", "b": "npm:a@^1"}},
    )
    assert targets(graph, "") == {"a": "a@npm:1.2.3", "b": "b@npm:a@^1"}
    assert graph.labels == {("a", "1.2.3")}
    assert [p.alias for p in graph.packages] == [None, "b"]


def test_an_entry_that_is_resolved_to_another_package_is_an_alias_nobody_asked_for() -> None:
    graph = parse(
        lock(entry("once@npm:^1.4.0", "left-pad@npm:1.3.0")),
        {"name": "demo", "dependencies": {"once": "^1.4.0"}},
    )
    assert [(p.name, p.version, p.alias) for p in graph.packages] == [("left-pad", "1.3.0", "once")]


def test_the_address_of_an_archive_is_where_it_comes_from() -> None:
    url = "https%3A%2F%2Fregistry.example.test%2Fa%2F-%2Fa-1.0.0.tgz"
    graph = parse(lock(entry("a@npm:^1", f"a@npm:1.0.0::__archiveUrl={url}")))
    assert [(p.version, p.resolved) for p in graph.packages] == [
        ("1.0.0", "https://registry.example.test/a/-/a-1.0.0.tgz")
    ]


def test_what_is_fetched_is_what_it_is_resolved_to() -> None:
    data = lock(entry("a@npm:^1", "a@npm:1.2.3")).replace(b"version: 1.2.3", b"version: 9.9.9")
    assert [p.version for p in parse(data).packages] == ["1.2.3"]


@pytest.mark.parametrize("version", ["4", "5", "6", "7", "8", "9", "10"])
def test_every_version_is_known(version: str) -> None:
    range = "npm:^1" if int(version) > 6 else "^1"
    data = lock(
        entry("a@npm:^1", "a@npm:1.2.3", f'  dependencies:\n    b: "{range}"\n')
        + entry("b@npm:^1", "b@npm:1.0.0"),
        version,
    )
    graph = parse(data)
    assert (graph.format, graph.newer) == (f"yarn-berry-{version}", None)
    assert [(e.spec, e.target) for e in graph.edges["a@npm:1.2.3"]] == [("^1", "b@npm:1.0.0")]


def test_a_newer_version_is_read_as_far_as_it_is_understood() -> None:
    graph = parse(lock(entry("a@npm:^1", "a@npm:1.2.3", "  shiny: new\n"), "99"))
    assert graph.newer == "99"
    assert graph.labels == {("a", "1.2.3")}


def test_peers_are_looked_up_by_name() -> None:
    graph = parse(PEERS)
    found = {e.name: e.target for e in graph.edges["react-dom@npm:18.3.1"] if e.peer}
    assert found == {"react": "react@npm:18.3.1"}


def test_lines_of_entries() -> None:
    graph = parse(ODD)
    once = next(p for p in graph.packages if p.key == "once@npm:1.4.0")
    assert graph.locate is not None
    line = graph.locate(frozenset([once.pointer]))[once.pointer]
    assert ODD.decode().split("\n")[line - 1] == '"once@npm:^1.3.0, once@npm:^1.4.0":'


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert parse(b"\xef\xbb\xbf" + ODD.replace(b"\n", b"\r\n")).nodes == parse(ODD).nodes


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"a: b\n", 'it has no "__metadata"'),
        (b"- a\n", "no mapping"),
        (b"__metadata: 8\n", 'it has no "__metadata"'),
        (b"__metadata:\n  cacheKey: 8\n", "no number"),
        (lock("", "eight"), "no number"),
        (lock("", "-1"), "no number"),
        (lock("", "1.5"), "no number"),
        (lock('"a@npm:1": text\n'), "is not a mapping"),
        (lock('"a@npm:1":\n  version: 1.0.0\n'), "does not say what it is resolved to"),
        (lock('"a@npm:1":\n  resolution: a\n'), "does not say what it is resolved to"),
        (lock(entry("a", "a@npm:1.0.0")), "is not what a dependency could ask for"),
        (lock(entry("a@npm:1, b", "a@npm:1.0.0")), "is not what a dependency could ask for"),
        (lock(entry("a@npm:1", "a@npm:1.0.0", "  dependencies: b\n")), '"dependencies" is not'),
        (lock(entry("a@npm:1", "a@npm:1.0.0", "  dependencies:\n    b:\n      c: d\n")), '"dependencies"'),
        (lock(entry("a@npm:1", "a@npm:1.0.0", "  dependenciesMeta:\n    b: c\n")), '"dependenciesMeta"'),
        (lock(entry("a@npm:1", "a@npm:1.0.0", "  checksum:\n    b: c\n")), '"checksum" is not text'),
        (lock(entry("a@npm:1", "a@npm:1.0.0") * 2), "stands twice"),
        (lock("<<<<<<< HEAD\n"), "merge-conflict markers"),
        (lock(entry("a@npm:1", "a@npm:1.0.0")) + b"\0", "NUL"),
        (lock(entry("a@npm:1", "a@npm:1.0.0")) + b"\xff", "not UTF-8"),
        (lock('"a@npm:1": {b: *x}\n'), "not YAML"),
    ],
)
def test_what_is_no_lockfile_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(data)
    assert says in str(caught.value)
    assert str(caught.value).startswith("yarn.lock")
    assert "\n" not in str(caught.value)


def test_too_many_packages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yarn_berry, "MOST_PACKAGES", 2)
    with pytest.raises(InputError, match="up to 2"):
        parse(lock(entry("a@npm:1", "a@npm:1.0.0") + entry("b@npm:1", "b@npm:1.0.0")))


def test_patches_without_end_are_read_in_bounded_time() -> None:
    reference = "npm%3A1.0.0"
    for _ in range(40):
        reference = f"patch%3Aa@{reference}%23x"
    graph = parse(lock(entry("a@npm:1", f"a@patch:a@{reference}#x")))
    assert len(graph.packages) + len(graph.nodes) > 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_broken_lockfile_never_breaks_the_reader(data: st.DataObject) -> None:
    """Lines dropped, doubled, exchanged, their values swapped."""
    lines = ODD.decode().split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        one, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["drop", "double", "swap", "values", "cut", "indent"])):
            case "drop":
                del lines[one]
            case "double":
                lines.insert(other, lines[one])
            case "swap":
                lines[one], lines[other] = lines[other], lines[one]
            case "values":
                lines[one] = lines[one].partition(":")[0] + ":" + lines[other].partition(":")[2]
            case "cut":
                lines[one] = lines[one][: len(lines[one]) // 2]
            case _:
                lines[one] = f"  {lines[one]}"
        lines = lines or [""]
    root = json.loads((FIXTURES / "rich-4" / "package.json").read_bytes())
    try:
        graph = parse("\n".join(lines).encode(), root)
    except InputError:
        pass
    else:
        assert all(
            edge.target in graph.nodes for found in graph.edges.values() for edge in found if edge.target
        )


@pytest.mark.parametrize(
    ("range", "full"),
    [
        ("^1.0.0", "npm:^1.0.0"),
        ("", "npm:"),
        ("latest", "npm:latest"),
        ("npm:^1", "npm:^1"),
        ("npm:a@^1", "npm:a@^1"),
        ("workspace:*", "workspace:*"),
        ("user/project", "user/project"),
        ("patch:a@^1#~/x", "patch:a@npm%3A^1#~/x"),
        ("patch:a@npm%3A^1#~/x", "patch:a@npm%3A^1#~/x"),
        ("patch:nonsense", "patch:nonsense"),
    ],
)
def test_ranges_in_their_full_form(range: str, full: str) -> None:
    assert yarn_descriptors.normal(range) == full


@pytest.mark.parametrize(
    ("range", "bound"),
    [
        ("npm:^1", False),
        ("workspace:*", False),
        ("link:./a", True),
        ("portal:../a", True),
        ("./a", True),
        ("a.tgz", True),
        ("patch:a@npm%3A1#~/x", False),
        ("patch:a@npm%3A1#./x", True),
        ("patch:a@npm%3A1#optional!./x", True),
        ("patch:a@npm%3A1#optional!builtin<compat/a>", False),
        ("patch:a@npm%3A1#~builtin<compat/a>", False),
        ("https://git.example.test/a.tgz", False),
        ("link:./a::locator=x", False),
    ],
)
def test_what_is_meant_from_where_it_is_asked(range: str, bound: bool) -> None:
    found = yarn_descriptors.bind(range, Locator("@s/a", "workspace:packages/a"))
    expected = (
        range if range.startswith(("link", "portal", "patch", "npm", "work", "http")) else f"file:{range}"
    )
    assert found == (f"{expected}::locator=%40s%2Fa%40workspace%3Apackages%2Fa" if bound else range)


def test_resolutions_are_taken_apart() -> None:
    found = yarn_descriptors.resolutions(
        {
            "resolutions": {
                "a": "1",
                "@s/a@npm:^1": "2",
                "b@npm:1.0.0/@s/a@^2": "3",
                "**/c": "4",
                "d": 5,
                "": "6",
            }
        }
    )
    assert [tuple(r) for r in found] == [
        (None, None, "a", None, "1"),
        (None, None, "@s/a", "npm:^1", "2"),
        ("b", "npm:1.0.0", "@s/a", "^2", "3"),
    ]
