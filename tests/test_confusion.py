"""What publishing changes, and what nothing innocent does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.confusion import Difference, differences
from npmguard.model import Severity


def told(registry: dict[str, Any], tarball: dict[str, Any], **options: bool) -> list[Difference]:
    base = {"name": "a", "version": "1.0.0"}
    return differences({**base, **registry}, {**base, **tarball}, **options)


# (what the registry shows, what the tarball holds): as packuments of 2020 and their tarballs really differ
ORDINARY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "optional dependencies are listed twice": (
        {"dependencies": {"f": "~2.1.2"}, "optionalDependencies": {"f": "~2.1.2"}},
        {"optionalDependencies": {"f": "~2.1.2"}},
    ),
    "an empty field": ({}, {"optionalDependencies": {}, "scripts": {"install": ""}}),
    "a bundled dependency gets a range": (
        {"dependencies": {"node-pre-gyp": "*"}},
        {"bundledDependencies": ["node-pre-gyp"]},
    ),
    "all are bundled": (
        {"dependencies": {"x": "^1.0.0"}},
        {"dependencies": {"x": "^1.0.0"}, "bundleDependencies": True},
    ),
    "a binding.gyp is built": ({"gypfile": True, "scripts": {"install": "node-gyp rebuild"}}, {}),
    "the way to a program is stripped": (
        {"scripts": {"postinstall": "typings install && node_modules/.bin/x"}},
        {"scripts": {"postinstall": "./node_modules/.bin/typings install && node_modules/.bin/x"}},
    ),
    "one command": ({"bin": {"a": "bin/cmd.js"}}, {"bin": "./bin/cmd.js"}),
    "commands' files": ({"bin": {"neon": "bin/cli.js"}}, {"bin": {"neon": "./bin//cli.js"}}),
    "commands in a folder": ({"bin": {"x": "bin/x"}}, {"directories": {"bin": "bin"}}),
    "commands for publishing alone": (
        {"bin": {"a": "dist/a.js"}},
        {"bin": {"a": "src/a.ts"}, "publishConfig": {"bin": {"a": "./dist/a.js"}}},
    ),
    "ranges of a workspace": (
        {"dependencies": {"b": "^1.2.0", "c": "~3.0.0"}},
        {"dependencies": {"b": "workspace:^", "c": "catalog:"}},
    ),
    "an address of a repository": (
        {"dependencies": {"b": "git+https://github.com/shop/b.git"}},
        {"dependencies": {"b": "git+https://github.com/shop/b.git "}},
    ),
    "a repository's short name": (
        {"dependencies": {"b": "github:shop/b#main"}},
        {"dependencies": {"b": "shop/b#main"}},
    ),
    "any version": ({"dependencies": {"b": "*"}}, {"dependencies": {"b": ""}}),
    "white space": ({"dependencies": {"b": ">=1 <2"}}, {"dependencies": {"b": " >=1  <2"}}),
    "a list of names": (
        {"dependencies": {"b": "", "@s/c": ">=1.0.0"}},
        {"dependencies": ["b", "@s/c >=1.0.0"]},
    ),
    "a version with a v": ({"version": "1.0.0"}, {"version": "v1.0.0"}),
    "a name with white space": ({"name": "a"}, {"name": " a "}),
    "what is no text": ({}, {"scripts": {"postinstall": 3}, "dependencies": {"b": None}, "bin": False}),
    "all else": (
        {"readme": "# a", "_id": "a@1.0.0", "dist": {}, "gitHead": "0"},
        {"files": ["x"], "exports": "./x"},
    ),
}


@pytest.mark.parametrize("case", ORDINARY)
def test_what_publishing_changes_is_no_difference(case: str) -> None:
    assert told(*ORDINARY[case], full=True) == []


HIDDEN: dict[str, tuple[dict[str, Any], dict[str, Any], Difference]] = {
    "a name": ({}, {"name": "b"}, Difference("name", "", "a", "b", Severity.HIGH)),
    "no name": ({}, {"name": None}, Difference("name", "", "a", None, Severity.HIGH)),
    "a version": ({}, {"version": "1.0.1"}, Difference("version", "", "1.0.0", "1.0.1", Severity.HIGH)),
    "a script": (
        {"scripts": {"test": "tap"}},
        {"scripts": {"test": "tap", "postinstall": "node x.js"}},
        Difference("scripts", "postinstall", None, "node x.js", Severity.HIGH),
    ),
    "another script": (
        {"scripts": {"install": "node-gyp rebuild"}},
        {"scripts": {"install": "node x.js"}},
        Difference("scripts", "install", "node-gyp rebuild", "node x.js", Severity.HIGH),
    ),
    "a dependency": (
        {"dependencies": {"b": "1"}},
        {"dependencies": {"b": "1", "evil": "1"}},
        Difference("dependencies", "evil", None, "1", Severity.HIGH),
    ),
    "an optional dependency": (
        {},
        {"optionalDependencies": {"evil": "git+https://git.example.test/x/evil.git"}},
        Difference("dependencies", "evil", None, "git+https://git.example.test/x/evil.git", Severity.HIGH),
    ),
    "a range": (
        {"dependencies": {"b": "^1.0.0"}},
        {"dependencies": {"b": "2.0.0"}},
        Difference("dependencies", "b", "^1.0.0", "2.0.0", Severity.MODERATE),
    ),
    "a dependency of the registry's own": (
        {"dependencies": {"b": "1"}},
        {},
        Difference("dependencies", "b", "1", None, Severity.MODERATE),
    ),
    "a script that does not run": (
        {"scripts": {"postinstall": "husky install"}},
        {"scripts": {"_postinstall": "husky install"}},
        Difference("scripts", "postinstall", "husky install", None, Severity.LOW),
    ),
    "a command": ({}, {"bin": {"npm": "x.js"}}, Difference("bin", "npm", None, "x.js", Severity.MODERATE)),
    "a command's file": (
        {"bin": {"a": "a.js"}},
        {"bin": {"a": "b.js"}},
        Difference("bin", "a", "a.js", "b.js", Severity.LOW),
    ),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_what_the_two_tell_differently(case: str) -> None:
    registry, tarball, difference = HIDDEN[case]
    assert told(registry, tarball) == [difference]


def test_other_scripts_count_where_the_registry_tells_them() -> None:
    registry, tarball = {"scripts": {"start": "node server.js"}}, {"scripts": {"prepare": "x"}}
    assert told(registry, tarball) == []
    assert told(registry, tarball, full=True) == [Difference("scripts", "prepare", None, "x", Severity.LOW)]


def test_the_worst_comes_first() -> None:
    found = told({"bin": {"a": "a.js"}}, {"bin": {"a": "b.js"}, "scripts": {"install": "x"}})
    assert [difference.field for difference in found] == ["scripts", "bin"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_MANIFEST = st.dictionaries(
    st.sampled_from(
        (
            *("name", "version", "scripts", "dependencies", "optionalDependencies", "bin", "directories"),
            *("bundleDependencies", "bundledDependencies", "publishConfig"),
        )
    ),
    _JSON | st.dictionaries(st.sampled_from(("install", "b", "bin")), st.text(max_size=6), max_size=2),
)


@given(_MANIFEST, _MANIFEST)
def test_any_two_manifests_can_be_compared(registry: dict[str, Any], tarball: dict[str, Any]) -> None:
    assert all(d.registry != d.tarball for d in differences(registry, tarball, full=True))
    assert differences(registry, registry, full=True) == []
