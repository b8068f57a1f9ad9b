import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.registry.packument import install_scripts, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["dist", "deprecated", "hasInstallScript", "scripts", "gypfile", "_npmUser", "version"]
VERSION = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5)
DOCUMENT = st.fixed_dictionaries(
    {"name": st.just("a"), "versions": st.dictionaries(st.text(max_size=6), VERSION | JSON, max_size=4)},
    optional={"dist-tags": JSON, "time": JSON},
)


@given(DOCUMENT)
def test_any_versions_are_read(document: dict[str, Any]) -> None:
    slim = read(json.dumps(document).encode(), "a")
    assert set(slim.versions) == set(document["versions"])


@given(JSON)
def test_any_json_is_read_or_refused(document: Any) -> None:
    try:
        read(json.dumps(document).encode(), "a")
    except ValueError as refused:
        reason = str(refused)
    else:
        reason = "the registry"
    assert reason.startswith("the registry")


@pytest.mark.parametrize(
    ("said", "means"),
    [("use b", "use b"), ("", None), (False, None), (True, "deprecated"), (7, None), (None, None)],
)
def test_deprecations(said: object, means: str | None) -> None:
    data = json.dumps({"name": "a", "versions": {"1.0.0": {"deprecated": said}}}).encode()
    assert read(data, "a").versions["1.0.0"].deprecated == means


def test_a_byte_order_mark_and_a_lone_surrogate_pass() -> None:
    slim = read(b'\xef\xbb\xbf{"name": "a", "versions": {"1.0.0": {"deprecated": "no \\ud800"}}}', "a")
    assert slim.versions["1.0.0"].deprecated == "no ?"


def test_scripts_that_an_install_runs() -> None:
    assert install_scripts({"install": "x", "test": "y", "postinstall": ""}, None) == {"install": "x"}
    assert install_scripts({}, True) == {"install": "node-gyp rebuild"}
    assert install_scripts({"preinstall": "x"}, True) == {"preinstall": "x"}
    assert install_scripts(["install"], "yes") == {}


@pytest.mark.parametrize(
    ("version", "real"),
    [
        ({"deprecated": "by its author, in package.json"}, False),
        ({"dist": {"integrity": "sha512-x", "shasum": "y"}}, False),
        ({"dist": {"signatures": []}}, True),
        ({"dist": {"fileCount": 3}}, True),
        ({"hasInstallScript": True}, True),
        ({"_npmUser": {"name": "a"}}, True),
    ],
)
def test_what_only_a_registry_adds(version: dict[str, Any], real: bool) -> None:
    data = json.dumps({"name": "a", "versions": {"0.9.0": {}, "1.0.0": version}}).encode()
    assert read(data, "a").registry_facts is real


REAL: dict[str, Any] = {"dist": {"signatures": []}}
SCRIPTS = {"scripts": {"install": "make"}}


@pytest.mark.parametrize(
    ("version", "real", "rebuilt", "short"),
    [
        ({}, False, False, None),
        ({"scripts": {"test": "x"}}, False, False, False),
        (SCRIPTS, True, True, True),
        ({"hasInstallScript": True}, True, True, True),
        ({"gypfile": True}, False, None, None),
        ({"gypfile": True, "scripts": {"test": "x"}}, False, None, None),
        ({"gypfile": False}, False, False, None),
    ],
    ids=str,
)
def test_whether_an_install_runs_a_script(
    version: dict[str, Any], real: bool, rebuilt: bool | None, short: bool | None
) -> None:
    """As a registry, a mirror with the whole documents, and one with the short ones and nothing more say."""

    def said(beside: dict[str, Any], **document: Any) -> bool | None:
        versions = {"0.9.0": beside, "1.0.0": version}
        data = json.dumps({"name": "a", "versions": versions, **document}).encode()
        return read(data, "a").versions["1.0.0"].has_install_script

    assert said(REAL) is real
    if "hasInstallScript" not in version:
        assert said({}, time={"1.0.0": "2020-01-01"}) is rebuilt
        assert said({}) is short
