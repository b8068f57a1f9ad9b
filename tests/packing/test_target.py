"""What the argument of a command names."""

from pathlib import Path

import pytest

from npmguard.errors import UsageError
from npmguard.packing.target import Target, read


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("lodash", "lodash", None),
        ("lodash@", "lodash", None),
        ("lodash@4.17.21", "lodash", "4.17.21"),
        ("lodash@^4 || ^3", "lodash", "^4 || ^3"),
        ("lodash@*", "lodash", "*"),
        ("lodash@next", "lodash", "next"),
        ("@scope/name", "@scope/name", None),
        ("@scope/name@^1", "@scope/name", "^1"),
        ("npm:lodash", "lodash", None),
        ("npm:@scope/name@~2.0", "@scope/name", "~2.0"),
        ("mine@npm:lodash@4", "lodash", "4"),
        ("@mine/it@npm:@scope/name@beta", "@scope/name", "beta"),
        ("JSONStream@1", "JSONStream", "1"),
    ],
)
def test_a_package_of_a_registry(here: Path, text: str, name: str, wanted: str | None) -> None:
    assert read(text) == Target("registry", None, name, wanted)


def test_what_exists_comes_first(here: Path) -> None:
    (here / "lodash").mkdir()
    (here / "a@1.0.0").write_bytes(b"")
    (here / "b.tgz").symlink_to("nowhere")
    (here / "lodash" / "package.json").write_text("{}")
    (here / "package.json").write_text("{}")
    assert read("lodash") == Target("folder", "lodash")
    assert read("./lodash") == Target("folder", "./lodash")
    assert read("file:lodash") == Target("folder", "lodash")
    assert read(str(here)) == Target("folder", str(here))
    assert read("") == read(".") == Target("folder", ".")
    assert read("a@1.0.0") == Target("tarball", "a@1.0.0")
    assert read("b.tgz") == Target("tarball", "b.tgz")
    assert read("lodash/package.json") == Target("folder", "lodash")
    assert read("package.json") == Target("folder", ".")


@pytest.mark.parametrize(
    "text",
    [
        "./x",
        "../x",
        "/none/x",
        "~/x",
        "x.tgz",
        "x.TAR.GZ",
        "x-1.0.0.tar",
        "a/b",
        "a/b.tgz",
        "file:x",
        "C:\\x",
    ],
)
def test_a_path_that_is_not_there(here: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value) == f"{text}: there is no such file or folder"


@pytest.mark.parametrize(
    "text",
    [
        "git+ssh://git@git.example.test/a.git",
        "a@git+https://git.example.test/a.git",
        "a@https://registry.example.test/a.tgz",
        "a@file:../a",
        "a@workspace:*",
        "a b",
        "@scope",
        "_a",
        "a@npm:",
        "a@\x1b[2J",
        "node_modules",
        "a@>>1",
    ],
)
def test_what_is_neither(here: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert "neither a file or folder, nor a package of a registry" in str(caught.value)
    assert "\x1b" not in str(caught.value)
