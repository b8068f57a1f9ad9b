"""What lies in node_modules."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write

from npmguard.model import DependencyGraph, Package, Source
from npmguard.project.installed import scripts
from npmguard.project.load import Found, load

ONCE = "node_modules/once"


def graph(here: Path, packages: Mapping[str, dict[str, Any]]) -> DependencyGraph:
    write(here, {}, dict(packages))
    found = load(Found(".")).graph
    assert found is not None
    return found


def install(here: Path, path: str, document: object, *, add_on: bool = False) -> None:
    folder = here / path
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(document if isinstance(document, str) else json.dumps(document))
    if add_on:
        (folder / "binding.gyp").write_text("{}")


def ran(here: Path, document: object, *, add_on: bool = False, **fields: Any) -> object:
    """What an install of once 1.4.0 runs, as its folder in node_modules tells."""
    install(here, ONCE, document, add_on=add_on)
    found = scripts(".", graph(here, {ONCE: entry("once", "1.4.0", **fields)}))
    assert set(found) <= {ONCE}
    return found.get(ONCE)


def test_without_node_modules_there_is_nothing(here: Path) -> None:
    assert scripts(".", graph(here, {ONCE: entry("once", "1.4.0", hasInstallScript=True)})) == {}


def test_the_scripts_of_an_install(here: Path) -> None:
    texts = {name: f"node {name}.js" for name in ("preinstall", "install", "postinstall", "test", "prepare")}
    assert ran(here, {"version": "1.4.0", "scripts": texts}, hasInstallScript=True) == {
        "preinstall": "node preinstall.js",
        "install": "node install.js",
        "postinstall": "node postinstall.js",
    }


@pytest.mark.parametrize(
    "about",
    [{}, {"scripts": {}}, {"scripts": {"test": "x"}}, {"scripts": {"install": ""}}, {"scripts": None}],
)
def test_a_package_that_runs_nothing_is_known_to(here: Path, about: dict[str, Any]) -> None:
    assert ran(here, {"version": "1.4.0", **about}, hasInstallScript=True) == {}


@pytest.mark.parametrize("texts", [[], "install", {"install": 1}, {"install": ["x"]}, 1])
def test_scripts_of_the_wrong_type_run_nothing(here: Path, texts: object) -> None:
    assert ran(here, {"version": "1.4.0", "scripts": texts}, hasInstallScript=True) == {}


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, {"install": "node-gyp rebuild"}),
        ({"gypfile": True}, {"install": "node-gyp rebuild"}),
        ({"gypfile": False}, {}),
        ({"scripts": {"install": "make"}}, {"install": "make"}),
        ({"scripts": {"preinstall": "make"}}, {"preinstall": "make"}),
        ({"scripts": {"postinstall": "make"}}, {"postinstall": "make", "install": "node-gyp rebuild"}),
    ],
)
def test_a_native_add_on_is_built(here: Path, about: dict[str, Any], expected: dict[str, str]) -> None:
    assert ran(here, {"version": "1.4.0", **about}, add_on=True, hasInstallScript=True) == expected


@pytest.mark.parametrize("version", ["1.4.1", None, 1, "v1.4.0"])
def test_another_version_does_not_count(here: Path, version: object) -> None:
    assert ran(here, {"version": version, "scripts": {"install": "x"}}, hasInstallScript=True) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\ufeff", "<<<<<<< HEAD\n"])
def test_what_cannot_be_read_is_left_out(here: Path, text: str) -> None:
    assert ran(here, text, hasInstallScript=True) is None


def test_each_copy_is_looked_at_in_its_own_place(here: Path) -> None:
    inner = "node_modules/a/node_modules/@b/once"
    install(here, ONCE, {"version": "1.4.0", "scripts": {"install": "outer"}})
    install(here, inner, {"version": "1.3.0", "scripts": {"install": "inner"}})
    found = scripts(
        ".",
        graph(
            here,
            {
                ONCE: entry("once", "1.4.0", hasInstallScript=True),
                "node_modules/a": entry("a", "1.0.0", hasInstallScript=True),
                inner: entry("@b/once", "1.3.0", hasInstallScript=True),
            },
        ),
    )
    assert found == {ONCE: {"install": "outer"}, inner: {"install": "inner"}}


def test_what_the_lockfile_says_runs_nothing_is_not_read(here: Path) -> None:
    assert graph(here, {ONCE: entry("once", "1.4.0")}).nodes[ONCE].has_install_script is False
    assert ran(here, {"version": "1.4.0", "scripts": {"install": "x"}}) is None


def test_an_old_lockfile_says_nothing_so_that_everything_is_read(here: Path) -> None:
    install(here, ONCE, {"version": "1.4.0", "scripts": {"install": "x"}})
    write(here, {})
    lock = {"name": "demo", "lockfileVersion": 1, "dependencies": {"once": {"version": "1.4.0"}}}
    (here / "package-lock.json").write_text(json.dumps(lock))
    found = load(Found(".")).graph
    assert found is not None
    assert scripts(".", found) == {ONCE: {"install": "x"}}


@pytest.mark.parametrize("what", ["package.json", "folder", "node_modules"])
def test_nothing_outside_the_project_is_read(
    here: Path, tmp_path_factory: pytest.TempPathFactory, what: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    install(outside, ONCE, {"version": "1.4.0", "scripts": {"install": "x"}})
    if what == "node_modules":
        os.symlink(outside / "node_modules", here / "node_modules")
    elif what == "folder":
        (here / "node_modules").mkdir()
        os.symlink(outside / ONCE, here / ONCE)
    else:
        (here / ONCE).mkdir(parents=True)
        os.symlink(outside / ONCE / "package.json", here / ONCE / "package.json")
    assert scripts(".", graph(here, {ONCE: entry("once", "1.4.0", hasInstallScript=True)})) == {}


def test_links_inside_the_project_are_read(here: Path) -> None:
    install(here, "store/once", {"version": "1.4.0", "scripts": {"install": "x"}})
    (here / "node_modules").mkdir()
    os.symlink(here / "store" / "once", here / ONCE)
    found = scripts(".", graph(here, {ONCE: entry("once", "1.4.0", hasInstallScript=True)}))
    assert found == {ONCE: {"install": "x"}}


def test_a_pipe_is_not_waited_for(here: Path) -> None:
    (here / ONCE).mkdir(parents=True)
    os.mkfifo(here / ONCE / "package.json")
    assert scripts(".", graph(here, {ONCE: entry("once", "1.4.0", hasInstallScript=True)})) == {}


def other(*labels: str) -> DependencyGraph:
    """A graph of packages whose lockfile does not say where they lie."""
    nodes = {}
    for label in labels:
        name, version = label.rsplit("@", 1)
        nodes[label] = Package(label, name, version, Source.REGISTRY)
    return DependencyGraph(nodes, lambda names: {}, format="pnpm-9.0")


def test_other_managers_put_packages_at_the_top(here: Path) -> None:
    install(here, ONCE, {"name": "once", "version": "1.4.0", "scripts": {"install": "x"}})
    assert scripts(".", other("once@1.4.0", "once@1.3.0")) == {"once@1.4.0": {"install": "x"}}


def test_another_package_in_its_place_does_not_count(here: Path) -> None:
    install(here, ONCE, {"name": "twice", "version": "1.4.0", "scripts": {"install": "x"}})
    assert scripts(".", other("once@1.4.0")) == {}


def test_pnpm_keeps_packages_in_its_store(here: Path) -> None:
    store = "node_modules/.pnpm"
    for folder, name, version in (
        ("@b+once@1.4.0", "@b/once", "1.4.0"),
        ("ui@2.0.0_react@18.2.0", "ui", "2.0.0"),
        ("ui@2.0.0-rc.1", "ui", "2.0.0-rc.1"),
    ):
        document = {"name": name, "version": version, "scripts": {"install": folder}}
        install(here, f"{store}/{folder}/node_modules/{name}", document)
    assert scripts(".", other("@b/once@1.4.0", "ui@2.0.0", "ui@2.0.0-rc.1", "ui@1.0.0")) == {
        "@b/once@1.4.0": {"install": "@b+once@1.4.0"},
        "ui@2.0.0": {"install": "ui@2.0.0_react@18.2.0"},
        "ui@2.0.0-rc.1": {"install": "ui@2.0.0-rc.1"},
    }
