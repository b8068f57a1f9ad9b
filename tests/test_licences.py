"""Which licence a package is under, and where that is known from."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write

from npmguard.licences import known, named, of, spdx, worded
from npmguard.model import CodeFacts, Contents, Evidence, History, Project, Publication
from npmguard.project.installed import licences
from npmguard.project.load import Found, load

A = "node_modules/a"


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"license": "MIT"}, "MIT"),
        ({"licence": "MIT"}, "MIT"),
        ({"license": " MIT\n OR  ISC "}, "MIT OR ISC"),
        ({"license": {"type": "MIT", "url": "https://example.test"}}, "MIT"),
        ({"license": {"name": "MIT"}}, "MIT"),
        ({"licenses": [{"type": "MIT"}, {"type": "Apache-2.0"}]}, "MIT OR Apache-2.0"),
        ({"licenses": ["MIT", None, 3, {}]}, "MIT"),
        ({"license": "", "licenses": ["MIT"]}, "MIT"),
        ({"license": "SEE LICENSE IN LICENSE.md"}, "SEE LICENSE IN LICENSE.md"),
        ({"license": 3}, None),
        ({"license": True}, None),
        ({"license": "  "}, None),
        ({"license": {}}, None),
        ({"licenses": []}, None),
        ({}, None),
    ],
)
def test_every_way_to_name_a_licence(manifest: dict[str, Any], expected: str | None) -> None:
    assert named(manifest) == expected


def test_a_text_without_end_is_cut() -> None:
    assert len(worded("MIT OR " * 100_000) or "") <= 1000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("(MIT OR Apache-2.0)", "(MIT OR Apache-2.0)"),
        ("GPL-2.0+", "GPL-2.0+"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("LicenseRef-ours", "LicenseRef-ours"),
        ("UNLICENSED", None),
        ("SEE LICENSE IN LICENSE", None),
        ("Apache 2.0", None),
        ("MIT AND", None),
        ("", None),
        ("(" * 400 + "MIT" + ")" * 400, None),
    ],
)
def test_what_is_an_spdx_expression(text: str, expected: str | None) -> None:
    assert spdx(text) == expected


def project(here: Path, packages: dict[str, Any], **manifest: Any) -> Project:
    write(here, {"license": "ISC", **manifest}, packages)
    found = load(Found("."))
    assert found.graph is not None
    return found._replace(licences=licences(".", found.graph))


def contents(licence: str) -> Contents:
    return Contents((), {"license": licence}, (), CodeFacts())


def test_the_lockfile_notes_it(here: Path) -> None:
    found = project(here, {A: entry("a", "1.0.0", license={"type": "MIT"})}, dependencies={"a": "1"})
    assert known(found, Evidence()) == {"a@1.0.0": "MIT", "demo@1.0.0": "ISC"}


def test_it_is_read_in_node_modules_where_the_lockfile_says_nothing(here: Path) -> None:
    for name in ("a", "b"):
        (here / "node_modules" / name).mkdir(parents=True)
        document = {"name": name, "version": "1.0.0", "license": "0BSD"}
        (here / "node_modules" / name / "package.json").write_text(json.dumps(document))
    packages = {
        A: entry("a", "1.0.0"),
        "node_modules/b": entry("b", "2.0.0"),  # another version lies there
        "node_modules/c": entry("c", "1.0.0"),
    }
    assert known(project(here, packages), Evidence()) == {"a@1.0.0": "0BSD", "demo@1.0.0": "ISC"}


def test_what_was_published_comes_first(here: Path) -> None:
    found = project(here, {A: entry("a", "1.0.0", license="MIT")})
    package = found.graph.nodes[A] if found.graph else None
    assert package is not None
    history = History("a", (Publication("0.9.0", licence="BSD"), Publication("1.0.0", licence="ISC")))
    asked = Evidence(histories={"a": history})
    assert of(package, found, asked) == "ISC"
    assert of(package, found, asked._replace(contents={("a", "1.0.0"): contents("GPL-3.0-only")})) == (
        "GPL-3.0-only"
    )


def test_another_thing_of_that_name_is_not_the_published_one(here: Path) -> None:
    git = entry("a", "1.0.0", resolved="git+ssh://git@git.example.test/a.git#" + "a" * 40, license="MIT")
    found = project(here, {A: git})
    history = History("a", (Publication("1.0.0", licence="ISC"),))
    assert known(found, Evidence(histories={"a": history}))["a@1.0.0"] == "MIT"


def test_without_a_lockfile_nothing_is_known(here: Path) -> None:
    write(here, {"license": "MIT"})
    assert known(load(Found(".")), Evidence()) == {}


@pytest.mark.parametrize(("format", "gathered"), [("cyclonedx", True), ("spdx", True), ("json", False)])
def test_they_are_gathered_where_the_format_tells_them(
    format: str, gathered: bool, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from npmguard.__main__ import main
    from npmguard.project import installed

    asked: list[str] = []

    def found(folder: str, graph: object) -> dict[str, str]:
        asked.append(folder)
        return {A: "Zlib"}

    monkeypatch.setattr(installed, "licences", found)
    write(here, {"dependencies": {"a": "1"}}, {A: entry("a", "1.0.0")})
    main(["check", "--offline", "--only", "integrity-missing", "--format", format, "--output", "out"])
    assert bool(asked) is gathered
    assert ("Zlib" in (here / "out").read_text()) is gathered
