"""Whatever a package.json and a tarball hold, no rule raises, and no text reaches a terminal raw."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.publishing import run

from npmguard.errors import InputError
from npmguard.model import (
    Evidence,
    Finding,
    Leak,
    Oddity,
    Packed,
    PackedFile,
    Project,
    Release,
    Shadow,
    SourceMap,
)
from npmguard.project import manifest as manifests
from npmguard.rules import PUBLISH, load
from npmguard.settings import Settings
from npmguard.text import plain

RULES = load(PUBLISH)
_TEXT = st.text("./*@#a1: \x1b\n\u202e\\", max_size=12) | st.sampled_from(
    [
        "./index.js",
        "node x.js",
        "UNLICENSED",
        "http://a/",
        "lib",
        "1.0.0",
        "dist",
        ".env",
        "../..",
        "package.json",
    ]
)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = (
    "name version private license licence licenses repository files main module browser exports imports bin "
    "types typings typesVersions man style directories scripts gypfile publishConfig workspaces dependencies "
    "devDependencies optionalDependencies bundleDependencies bundledDependencies hasInstallScript dist"
)
_TEXTS = st.lists(_TEXT, max_size=3).map(tuple)
_DATA = st.dictionaries(st.sampled_from(_FIELDS.split()), _JSON, max_size=8)
_FILES = st.lists(st.builds(PackedFile, _TEXT, st.integers(0, 10**9), st.just(0o644)), max_size=6).map(tuple)
_PACKED = st.builds(
    Packed,
    st.sampled_from(["folder", "tarball"]),
    _FILES,
    leaks=st.lists(
        st.builds(Leak, _TEXT, st.integers(0, 99), _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, st.none() | _TEXT),
        max_size=3,
    ).map(tuple),
    maps=st.lists(
        st.builds(SourceMap, _TEXT, st.lists(_TEXT, max_size=3).map(tuple), st.integers(0, 99)), max_size=2
    ).map(tuple),
    oddities=st.lists(st.builds(Oddity, _TEXT, _TEXT, _TEXT), max_size=3).map(tuple),
    shadows=st.lists(st.builds(Shadow, _TEXT, _TEXT, _TEXTS), max_size=2).map(tuple),
    previous=st.none() | st.builds(Release, _TEXT, _TEXT, _DATA, st.none() | _FILES),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_DATA, _PACKED)
def test_nothing_makes_a_rule_raise(data: dict[str, Any], packed: Packed) -> None:
    try:
        manifest = manifests.of(data, "package.json")
    except InputError:
        return  # told before any rule runs
    project = Project(".", manifest, {}, "npm", None, packed=packed)
    for rule in RULES:
        for item in rule.check(project, Evidence(), Settings()):
            assert isinstance(item, Finding)
            assert item.rule == rule.id
            assert item.title == plain(item.title)
            assert item.detail == plain(item.detail)


def test_no_rule_speaks_of_publishing_in_a_check() -> None:
    manifest = manifests.of(
        {"name": "a", "version": "1.0.0", "main": "x.js", "license": "UNLICENSED"}, "package.json"
    )
    for rule in RULES:
        assert run(rule, Project(".", manifest, {}, "npm", None)) == []
