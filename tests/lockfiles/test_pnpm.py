import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npmguard import lockfiles
from npmguard.errors import InputError
from npmguard.lockfiles import pnpm
from npmguard.model import Dependency, DependencyGraph, DependencyKind, Source
from npmguard.project import load
from npmguard.project import manifest as manifests

LOCKS = Path(__file__).parents[2] / "fixtures" / "lockfiles" / "pnpm"
FORMS = ("5.4", "6.0", "9.0", "9.0-two-documents", "13.0")
HASH = "sha512-bG9ja2Vk"


def read(text: str, **more: object) -> DependencyGraph:
    return pnpm.parse(text.encode(), "pnpm-lock.yaml", **more)  # type: ignore[arg-type]


def nine(
    entries: str, snapshots: str = "", importers: str = "  .: {}\n", version: str = "9.0"
) -> DependencyGraph:
    """The graph of a lockfile of version 9 with those `packages` and `snapshots`."""
    return read(
        f"lockfileVersion: '{version}'\n\nimporters:\n{importers}\n"
        f"packages:\n{entries}\nsnapshots:\n{snapshots}"
    )


def edge(graph: DependencyGraph, source: str, name: str) -> Dependency:
    (found,) = [edge for edge in graph.edges[source] if edge.name == name]
    return found


@pytest.mark.parametrize("form", FORMS)
def test_every_version_of_a_lockfile_holds_the_same(form: str) -> None:
    graph = lockfiles.read(LOCKS / form / "pnpm-lock.yaml")
    assert graph.format == f"pnpm-{form[:4].rstrip('-')}"
    assert graph.newer is None
    own = {("is-odd", "3.0.1")} if form in ("9.0-two-documents", "13.0") else set()
    newest = lockfiles.read(LOCKS / "9.0" / "pnpm-lock.yaml")
    folder = {("local", "1.0.0"), ("local", None)}  # not every version notes the folder's version
    assert graph.labels - own - folder == newest.labels - folder
    assert own <= graph.labels
    assert graph.roots == ("", "packages/a", "packages/b")
    assert all(p.integrity and p.resolved is None and p.source is Source.REGISTRY for p in graph.foreign)
    assert graph.reachable == set(graph.nodes)
    asked = graph.recorded["packages/b"]
    assert asked["a"] == ("workspace:*", DependencyKind.PROD)
    assert asked["local"] == ("file:../../local", DependencyKind.PROD)
    assert edge(graph, "packages/b", "a").target == "packages/a"
    assert edge(graph, "packages/b", "l2").target == "l2"
    assert edge(graph, "packages/b", "local").target == "local"
    assert {graph.nodes[key].source for key in ("local", "l2")} == {Source.LINK}
    num = graph.nodes[edge(graph, "", "num").target or ""]
    assert (num.name, num.version, num.alias) == ("is-number", "6.0.0", "num")
    assert edge(graph, "", "num").spec == "npm:is-number@6.0.0"
    once = edge(graph, "local", "once")
    assert graph.nodes[once.target or ""].label == "once@1.4.0"
    react = [edge for found in graph.edges.values() for edge in found if edge.name == "react" and edge.peer]
    assert {
        (graph.nodes[edge.source].label, edge.target and graph.nodes[edge.target].label) for edge in react
    } == {
        ("react-dom@17.0.2", "react@17.0.2"),
        ("react-dom@18.3.1", "react@18.3.1"),
        ("use-sync-external-store@1.2.0", "react@17.0.2"),
        ("use-sync-external-store@1.2.0", "react@18.3.1"),
    }
    (fsevents,) = [p for p in graph.foreign if p.name == "fsevents"]
    assert (fsevents.optional, fsevents.os) == (True, ("darwin",))
    assert fsevents.has_install_script is (True if form in ("5.4", "6.0") else None)
    assert not graph.is_dev(fsevents.key)
    (wasm,) = [p for p in graph.foreign if p.name == "esbuild-wasm"]
    assert graph.is_dev(wasm.key)
    assert wasm.has_install_script is (False if form in ("5.4", "6.0") else None)


@pytest.mark.parametrize("form", FORMS)
def test_every_pointer_leads_to_its_line(form: str) -> None:
    path = LOCKS / form / "pnpm-lock.yaml"
    graph = lockfiles.read(path)
    assert graph.locate is not None
    lines = path.read_text().split("\n")
    pointers = {package.pointer: package for package in graph.foreign}
    found = graph.locate(frozenset(pointers))
    for pointer, package in pointers.items():
        line = lines[found[pointer] - 1]
        assert package.name in line
        assert (package.version or "") in line
        assert line.rstrip("{ ").endswith(":")


def test_the_package_managers_own_packages_are_kept_apart() -> None:
    for form in ("9.0-two-documents", "13.0"):
        graph = lockfiles.read(LOCKS / form / "pnpm-lock.yaml")
        own = graph.nodes["env:is-odd@3.0.1"]
        assert own.pointer == "/env/packages/is-odd@3.0.1"
        assert own.dev
        assert edge(graph, "", "is-odd") == Dependency(
            "", "is-odd", "3.0.1", DependencyKind.DEV, "env:is-odd@3.0.1"
        )
        assert own.key in graph.direct
        assert graph.is_dev(own.key)
        assert "is-odd" not in graph.recorded[""]
    alone = (LOCKS / "9.0-two-documents" / "pnpm-lock.yaml").read_text().partition("\n---\n")[0]
    graph = read(alone)
    assert [p.key for p in graph.foreign] == ["env:is-odd@3.0.1"]


def test_what_disk_says_goes_before_the_lockfiles_own_record() -> None:
    text = (LOCKS / "9.0" / "pnpm-lock.yaml").read_text()
    root = manifests.of(
        {"name": "shop", "version": "2.0.0", "dependencies": {"react": "catalog:", "x": "1"}}, "p"
    )
    b = manifests.of({"name": "b", "version": "1.0.0", "dependencies": {"a": "workspace:^"}}, "b")
    c = manifests.of({"name": "c", "dependencies": {"b": "workspace:*", "d": "workspace:../b"}}, "c")
    local = manifests.of({"name": "near", "version": "3.0.0"}, "local/package.json")
    graph = read(
        text,
        manifest=root,
        workspaces={"packages/b": b, "packages/c": c},
        linked=lambda folder: local if folder == "local" else None,
        catalogs={"default": {"react": "^18.0.0"}},
    )
    assert graph.nodes[""].label == "shop@2.0.0"
    assert graph.roots == ("", "packages/b", "packages/c")
    assert edge(graph, "", "react") == Dependency("", "react", "^18.0.0", DependencyKind.PROD, "react@18.3.1")
    assert edge(graph, "", "x").target is None
    # packages/a is no member now, merely linked to
    assert graph.nodes["packages/a"].source is Source.LINK
    assert edge(graph, "packages/b", "a").target == "packages/a"
    assert edge(graph, "packages/c", "b").target == "packages/b"
    assert edge(graph, "packages/c", "d").target == "packages/b"
    assert edge(graph, "", "b") == Dependency(
        "", "b", "file:packages/b", DependencyKind.WORKSPACE, "packages/b"
    )
    assert graph.nodes["local"].label == "local@3.0.0"
    assert graph.notes["packed"]["local"][0] is local
    assert "packages/a" in graph.recorded


COMMIT = "97edff6f525f192a3f83cea1944765f769ae2678"
VERSION = "\n    version: 1.0.0"
BINARY = f"{{type: binary, url: https://files.example.test/n.tgz, integrity: {HASH}}}"


@pytest.mark.parametrize(
    ("key", "entry", "expected"),
    [
        ("a@1.0.0", f"resolution: {{integrity: {HASH}}}", ("a", "1.0.0", "registry", None)),
        ("'@s/a@1.0.0-rc.1'", f"resolution: {{integrity: {HASH}}}", ("@s/a", "1.0.0-rc.1", "registry", None)),
        ("a@work:1.0.0", f"resolution: {{integrity: {HASH}}}", ("a", "1.0.0", "registry", None)),
        (
            "a@1.0.0",
            f"resolution: {{integrity: {HASH}, tarball: https://other.example.test/a/-/a-1.0.0.tgz}}",
            ("a", "1.0.0", "registry", "https://other.example.test/a/-/a-1.0.0.tgz"),
        ),
        (
            f"a@https://codeload.github.com/o/a/tar.gz/{COMMIT}",
            f"resolution: {{tarball: https://codeload.github.com/o/a/tar.gz/{COMMIT}}}\n    version: 3.1.0",
            ("a", "3.1.0", "git", f"https://codeload.github.com/o/a/tar.gz/{COMMIT}"),
        ),
        (
            "a@https://git.example.test/a.tar.gz",
            "resolution: {gitHosted: true, tarball: https://git.example.test/a.tar.gz}\n    version: 3.1.0",
            ("a", "3.1.0", "git", "https://git.example.test/a.tar.gz"),
        ),
        (
            f"a@git+https://git.example.test/a.git#{COMMIT}",
            f"resolution: {{commit: {COMMIT}, repo: https://git.example.test/a.git, type: git}}{VERSION}",
            ("a", "1.0.0", "git", f"git+https://git.example.test/a.git#{COMMIT}"),
        ),
        (
            "a@https://files.example.test/a.tgz",
            f"resolution: {{integrity: {HASH}, tarball: https://files.example.test/a.tgz}}{VERSION}",
            ("a", "1.0.0", "url", "https://files.example.test/a.tgz"),
        ),
        (
            "a@file:lib/a.tgz",
            f"resolution: {{integrity: {HASH}, tarball: file:lib/a.tgz}}\n    version: 2.0.0",
            ("a", "2.0.0", "file", "file:lib/a.tgz"),
        ),
        (
            "node@runtime:22.0.0",
            f"resolution:\n      type: variations\n      variants: [{{resolution: {BINARY}}}]{VERSION}",
            ("node", "1.0.0", "url", "https://files.example.test/n.tgz"),
        ),
    ],
)
def test_where_a_package_comes_from(key: str, entry: str, expected: tuple[str, str, str, str | None]) -> None:
    graph = nine(f"  {key}:\n    {entry}\n", f"  {key}: {{}}\n")
    (package,) = graph.foreign
    assert (package.name, package.version, package.source.value, package.resolved) == expected
    assert package.integrity == (HASH if HASH in entry else None)


@pytest.mark.parametrize(
    ("version", "key", "fields", "expected"),
    [
        ("5.4", "/a/1.0.0", "", ("a", "1.0.0", "registry", None)),
        ("5.0", "/@s/a/1.0.0/b@2.0.0", "", ("@s/a", "1.0.0", "registry", None)),
        ("5.4", "/@s/a/1.0.0_b@2.0.0+@s+c@3.0.0", "", ("@s/a", "1.0.0", "registry", None)),
        ("5.4", "/a/1.0.0_hmoqtj4vy3i7wnpchga2a2mu3y_b@2.0.0", "", ("a", "1.0.0", "registry", None)),
        ("5.3", "npm.example.test/a/1.0.0", "", ("a", "1.0.0", "registry", None)),
        ("6.0", "/@s/a@1.0.0(b@2.0.0)(@s/c@3.0.0(d@1.0.0))", "", ("@s/a", "1.0.0", "registry", None)),
        ("6.0", "npm.example.test/@s/a@1.0.0", "", ("@s/a", "1.0.0", "registry", None)),
        ("6.1", "file:a.tgz", "name: a, version: 1.0.0", ("a", "1.0.0", "file", "file:a.tgz")),
        ("6.0", f"github.com/o/a/{COMMIT}", "name: b, version: 1.0.0", ("b", "1.0.0", "git", "TARBALL")),
        (
            "6.0",
            "'@files.example.test/a.tgz'",
            "name: a, version: 1.0.0",
            ("a", "1.0.0", "url", "https://files.example.test/a.tgz"),
        ),
    ],
)
def test_keys_of_older_versions(
    version: str, key: str, fields: str, expected: tuple[str, str, str, str | None]
) -> None:
    tarball = f"https://codeload.github.com/o/a/tar.gz/{COMMIT}"
    resolution = f"integrity: {HASH}"
    if key.startswith("github"):
        resolution = f"tarball: {tarball}"
    elif "files.example" in key:
        resolution += ", tarball: https://files.example.test/a.tgz"
    lines = "".join(f"    {field}\n" for field in fields.split(", ") if field)
    graph = read(
        f"lockfileVersion: '{version}'\n\npackages:\n\n  {key}:\n    resolution: {{{resolution}}}\n{lines}"
    )
    (package,) = graph.foreign
    found = (package.name, package.version, package.source.value, package.resolved)
    assert found == tuple(tarball if text == "TARBALL" else text for text in expected)
    assert package.key == key.strip("'")


def test_what_an_entry_says() -> None:
    graph = nine(
        f"  a@1.0.0:\n    resolution: {{integrity: {HASH}}}\n    deprecated: use b\n    cpu: [x64, arm64]\n"
        "    os: linux\n    bundledDependencies: [c]\n    peerDependencies:\n      p: '>=1'\n      q: '*'\n"
        "    peerDependenciesMeta:\n      q:\n        optional: true\n"
        f"  d@1.0.0:\n    resolution: {{integrity: {HASH}}}\n    deprecated: true\n",
        "  a@1.0.0(p@1.0.0):\n    dependencies:\n      d: 1.0.0\n      p: 1.0.0\n    optionalDependencies:\n"
        "      e: 1.0.0\n      z: d@1.0.0\n    transitivePeerDependencies: [r]\n"
        "  d@1.0.0:\n    optional: true\n",
        "  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0(p@1.0.0)\n",
    )
    a, d = graph.nodes["a@1.0.0(p@1.0.0)"], graph.nodes["d@1.0.0"]
    assert (a.deprecated, a.cpu, a.os, a.optional, a.alias) == (
        "use b",
        ("x64", "arm64"),
        ("linux",),
        False,
        None,
    )
    assert (d.deprecated, d.optional, d.alias) == ("deprecated", True, None)  # asked for by its own name too
    assert [tuple(edge)[1:5] for edge in graph.edges[a.key]] == [
        ("d", "1.0.0", DependencyKind.PROD, "d@1.0.0"),
        ("p", ">=1", DependencyKind.PEER, None),
        ("e", "1.0.0", DependencyKind.OPTIONAL, None),
        ("z", "d@1.0.0", DependencyKind.OPTIONAL, "d@1.0.0"),
        ("q", "*", DependencyKind.PEER_OPTIONAL, None),
    ]
    assert graph.notes["missing"] == [(a.key, "p", "1.0.0"), (a.key, "e", "1.0.0")]
    assert [edge.target for edge in graph.asking_for(frozenset(["d"]))] == ["d@1.0.0"]


def test_a_folder_that_is_copied_with_several_peers() -> None:
    graph = nine(
        "  a@file:packages/a:\n    resolution: {directory: packages/a, type: directory}\n",
        "  a@file:packages/a(p@1.0.0): {}\n  a@file:packages/a(p@2.0.0): {}\n",
        "  .: {}\n  packages/a: {}\n  packages/b:\n    dependencies:\n"
        "      a:\n        specifier: workspace:*\n        version: file:packages/a(p@1.0.0)\n",
    )
    # the folder's path is the workspace's own
    assert graph.nodes["packages/a"].source is Source.WORKSPACE
    assert edge(graph, "packages/b", "a").target == "a@file:packages/a(p@1.0.0)"
    assert graph.nodes["a@file:packages/a(p@2.0.0)"].source is Source.LINK


def test_entries_that_nothing_leads_to_are_read_as_well() -> None:
    graph = nine(f"  a@1.0.0:\n    resolution: {{integrity: {HASH}}}\n", "  b@1.0.0: {}\n")
    assert {p.label for p in graph.foreign} == {"a@1.0.0", "b@1.0.0"}
    assert graph.nodes["b@1.0.0"].pointer == "/snapshots/b@1.0.0"


def test_what_the_lockfile_notes_beside_packages() -> None:
    graph = read(
        "lockfileVersion: '9.0'\nsettings:\n  autoInstallPeers: false\noverrides:\n  a: 1.0.0\n"
        "catalogs:\n  old:\n    a:\n      specifier: ^1\n      version: 1.0.0\n"
        "time:\n  a@1.0.0: '2020-01-01'\nimporters:\n  .:\n    dependencies:\n"
        "      a:\n        specifier: catalog:old\n        version: 1.0.0\n"
    )
    assert graph.notes["overrides"] == {"a": "1.0.0"}
    assert graph.notes["settings"] == {"autoInstallPeers": "false"}
    assert graph.notes["time"] == {"a@1.0.0": "2020-01-01"}
    assert edge(graph, "", "a").spec == "^1"
    json_form = read(
        '{"lockfileVersion": "13.0", "settings": {"overrides": {"a": "1.0.0"}, "catalogs": {"default":'
        ' {"a": {"specifier": "^1", "version": "1.0.0"}}}},'
        ' "projects": {".": {"dependencies": {"a": "catalog:"}}},'
        ' "packages": {"a@1.0.0": {"integrity": "sha512-bG9ja2Vk",}}}'
    )
    assert json_form.notes["overrides"] == {"a": "1.0.0"}
    assert edge(json_form, "", "a") == Dependency("", "a", "^1", DependencyKind.PROD, "a@1.0.0")


@pytest.mark.parametrize(
    ("version", "newer"),
    [
        ("9.0", None),
        ("9.1", None),
        ("10.0", "10.0"),
        ("99", "99.0"),
        ("5.4-inlineSpecifiers", None),
        ("7", None),
    ],
)
def test_versions(version: str, newer: str | None) -> None:
    graph = read(f"lockfileVersion: {version}\n")
    assert graph.newer == newer


def test_a_byte_order_mark_and_other_line_ends() -> None:
    for form in FORMS:
        data = (LOCKS / form / "pnpm-lock.yaml").read_bytes()
        plain = pnpm.parse(data, "pnpm-lock.yaml")
        odd = pnpm.parse(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), "pnpm-lock.yaml")
        assert odd.nodes == plain.nodes
        assert odd.edges == plain.edges


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("- a\n", "not a pnpm lockfile: the file holds no mapping"),
        ("{}", 'not a pnpm lockfile: it has no "lockfileVersion"'),
        ("a: b\n", 'not a pnpm lockfile: it has no "lockfileVersion"'),
        ("lockfileVersion: new\n", ":1: lockfileVersion 'new' is no version"),
        ("a: b\nlockfileVersion: '-1'\n", ":2: lockfileVersion '-1' is no version"),
        ("lockfileVersion: [9]\n", "is no version"),
        ("lockfileVersion: 4\n", "lockfileVersion 4 is unknown"),
        ("lockfileVersion: '9.0'\npackages: []\n", ':2: "packages" is not a mapping'),
        ("lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0: b\n", ":3: the entry of 'a@1.0.0' is not a mapping"),
        (
            "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0: b\n",
            ":3: the entry of '/a@1.0.0' is not a mapping",
        ),
        (
            "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n    resolution: b\n",
            ":3: \"resolution\" of '/a@1.0.0' is not a mapping",
        ),
        (
            "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n    resolution: {integrity: [a]}\n",
            ":3: the entry of '/a@1.0.0' holds something else than text",
        ),
        ("lockfileVersion: '9.0'\nsnapshots:\n  a: {}\n", ":3: the entry 'a' names no package"),
        (
            "lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0:\n    dependencies: [b]\n",
            ':3: "dependencies" is not a mapping',
        ),
        (
            "lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0:\n    dependencies:\n      b: {}\n",
            ":3: the version of 'b' is not text",
        ),
        ("lockfileVersion: '9.0'\nimporters: b\n", ':2: "importers" is not a mapping'),
        ("lockfileVersion: '9.0'\nimporters:\n  .: b\n", ":3: the importer '.' is not a mapping"),
        (
            "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {version: 1.0.0}\n",
            ":5: the record of 'a' does not say what was asked and given",
        ),
        (
            "lockfileVersion: '9.0'\n---\nlockfileVersion: '9.0'\n",
            "2 documents, of which the first is not pnpm's",
        ),
        ("lockfileVersion: '9.0'\n<<<<<<< HEAD\n", ":2: merge-conflict markers: resolve the conflict first"),
        ("lockfileVersion: '9.0'\nlockfileVersion: '9.0'\n", ':2: the key "lockfileVersion" stands twice'),
        ("lockfileVersion: '9.0'\na: \0\n", ":2: not text: it holds a NUL character"),
        ('{"lockfileVersion": "13.0",\n"projects": {', ":2: not whole JSON: the file ends too early"),
        ('---\nlockfileVersion: "9.0"\n---\n{"lockfileVersion": "13.0",\n"a" "b"}', ":5: not JSON"),
        ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {resolution: {integrity: ", "not YAML"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        _ = read(text).edges
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_lockfile_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pnpm, "MOST_PACKAGES", 3)
    with pytest.raises(InputError, match="4 packages; npmguard reads up to 3"):
        nine("", "".join(f"  a@1.0.{n}: {{}}\n" for n in range(4)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_mutation_of_a_lockfile_raises_anything_else(data: st.DataObject) -> None:
    lines = (LOCKS / data.draw(st.sampled_from(FORMS)) / "pnpm-lock.yaml").read_text().split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(("cut", "twice", "swap", "indent", "value", "character")))
        if how == "cut" and len(lines) > 1:
            del lines[at]
        elif how == "twice":
            lines.insert(other, lines[at])
        elif how == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "indent":
            lines[at] = "  " + lines[at]
        elif how == "value":
            lines[at] = lines[at].partition(":")[0] + ":" + lines[other].partition(":")[2]
        elif how == "character" and lines[at]:
            place = data.draw(st.integers(0, len(lines[at]) - 1))
            lines[at] = lines[at][:place] + data.draw(st.characters()) + lines[at][place + 1 :]
    message = ""
    try:
        graph = pnpm.parse("\n".join(lines).encode(errors="replace"), "pnpm-lock.yaml")
        assert graph.reachable <= graph.nodes.keys()
    except InputError as error:
        message = str(error)
    assert "\n" not in message


@pytest.mark.oracle
@pytest.mark.parametrize("form", ["9.0", "13.0"])
def test_the_packages_are_those_that_pnpm_lists(here: Path, form: str) -> None:
    program = shutil.which("pnpm")
    if program is None:
        pytest.skip("pnpm is not installed")
    shutil.copy(LOCKS / form / "pnpm-lock.yaml", here)
    graph = lockfiles.read(here / "pnpm-lock.yaml")
    for key, asked in graph.recorded.items():
        fields: dict[str, dict[str, str]] = {}
        for name, (spec, kind) in asked.items():
            field = {"prod": "dependencies", "dev": "devDependencies"}.get(kind.value, "optionalDependencies")
            fields.setdefault(field, {})[name] = spec
        (here / key).mkdir(parents=True, exist_ok=True)
        (here / key / "package.json").write_text(json.dumps({"name": key.rpartition("/")[2], **fields}))
    (here / "pnpm-workspace.yaml").write_text("packages: [packages/*]\n")
    command = [program, "ls", "-r", "--lockfile-only", "--json", "--depth", "Infinity"]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode or not done.stdout.startswith("["):
        pytest.skip("this pnpm does not list from the lockfile alone")
    listed = set()
    waiting = json.loads(done.stdout)
    while waiting:
        node = waiting.pop()
        for field in ("dependencies", "devDependencies", "optionalDependencies"):
            for name, below in node.get(field, {}).items():
                if not str(below.get("version")).startswith(("link:", "file:")):
                    listed.add((below.get("from", name), below["version"]))
                waiting.append(below)
    loaded = load.load(load.Found(str(here))).graph
    assert loaded is not None
    assert listed == {(p.name, p.version) for p in loaded.foreign if not p.key.startswith(pnpm.ENV)}


def test_the_ranges_of_packages_are_not_recorded() -> None:
    graph = pnpm.parse(b"lockfileVersion: '9.0'\n", "pnpm-lock.yaml")
    assert graph.records_ranges is False


def test_a_folder_that_is_copied_is_a_package_and_nobody_elses() -> None:
    graph = lockfiles.read(LOCKS / "9.0" / "pnpm-lock.yaml")
    copied = [package for package in graph.packages if package not in graph.foreign]
    assert [package.name for package in copied] == ["local"]
    assert all(package.copied and not package.third_party for package in copied)
