"""A package's history, from the full packument and from the cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.server import Server, registry

from npmguard.model import History, Missing, Needs, Publication, Unanswered
from npmguard.project import npmrc
from npmguard.registry import fetch
from npmguard.registry.history import packed, read, unpacked


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as found:
        yield found


def version(number: str, **fields: Any) -> dict[str, Any]:
    return {"name": "a", "version": number, **fields}


def document(*versions: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"name": "a", "versions": {v["version"]: v for v in versions}, **fields}).encode()


def test_what_it_tells_of_a_release() -> None:
    history = read(
        document(
            version(
                "1.1.0",
                scripts={"postinstall": "node x.js", "test": "tap"},
                dependencies={"b": "^1.0.0"},
                optionalDependencies={"c": "git+https://git.example.test/c.git"},
                maintainers=[{"name": "maintainer-a"}, "maintainer-b <b@example.test>"],
                _npmUser={"name": "GitHub Actions", "trustedPublisher": {"id": "github"}},
                gitHead="0" * 40,
                bin="./x.js",
                repository={"type": "git", "url": "git+https://git.example.test/a.git"},
                dist={
                    "integrity": "sha512-x",
                    "tarball": "https://registry.example.test/a/-/a-1.1.0.tgz",
                    "unpackedSize": 12,
                    "fileCount": 3,
                    "signatures": [{"keyid": "SHA256:k", "sig": "MEU"}, {"keyid": 1}],
                    "attestations": {"url": "https://registry.example.test/-/npm/v1/attestations/a@1.1.0"},
                },
            ),
            version("1.0.0", _npmUser={"name": "maintainer-a"}, deprecated="old"),
            time={
                "created": "2020-01-01T00:00:00.000Z",
                "modified": "2026-02-01T00:00:00.000Z",
                "1.0.0": "2020-01-01T00:00:00.000Z",
                "1.0.1": "2020-01-02T00:00:00.000Z",
                "1.1.0": "2026-02-01T00:00:00.000Z",
            },
            maintainers=[{"name": "maintainer-a"}],
            **{"dist-tags": {"latest": "1.1.0"}},
        ),
        "a",
    )
    old, new = history.publications
    assert (old.version, old.publisher, old.deprecated, old.scripts) == ("1.0.0", "maintainer-a", "old", {})
    assert new == Publication(
        "1.1.0",
        1769904000.0,
        "GitHub Actions",
        True,
        True,
        {"postinstall": "node x.js"},
        {"b": "^1.0.0", "c": "git+https://git.example.test/c.git"},
        ("maintainer-a", "maintainer-b"),
        (("SHA256:k", "MEU"),),
        "sha512-x",
        "https://registry.example.test/a/-/a-1.1.0.tgz",
        12,
        3,
        True,
        None,
        {"a": "./x.js"},
        "git+https://git.example.test/a.git",
    )
    assert history.real
    assert history.withdrawn == {"1.0.1": 1577923200.0}
    assert history.before("1.1.0") == (old,)
    assert history.of("1.1.0") is new
    assert history.of("9.0.0") is None
    assert history.before("9.0.0") == ()


def test_a_mirror_that_rebuilds_metadata_knows_nobody() -> None:
    history = read(document(version("1.0.0", dist={"integrity": "sha512-x"})), "a")
    assert not history.real
    assert history.publications[0].time is None


def test_an_install_script_whose_text_was_left_out() -> None:
    history = read(document(version("1.0.0", hasInstallScript=True)), "a")
    assert history.publications[0].scripts is None


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"versions": 3}', b'{"versions": {}, "name": "b"}'])
def test_what_is_no_packument(data: bytes) -> None:
    with pytest.raises(ValueError, match="registry"):
        read(data, "a")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = (
    *("dist", "scripts", "gypfile", "dependencies", "maintainers", "_npmUser", "deprecated", "gitHead"),
    *("bin", "repository"),
)


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON), _JSON, _JSON)
def test_odd_fields_are_made_sense_of_and_kept(fields: dict[str, Any], time: Any, maintainers: Any) -> None:
    history = read(document(version("1.0.0", **fields), time=time, maintainers=maintainers), "a")
    assert unpacked(packed(history)) == history


@given(st.binary(max_size=60))
def test_what_the_cache_did_not_write(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a history"):
        unpacked(data)


def test_it_is_asked_for_once_and_then_revalidated(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", str(tmp_path / "cache"))
    config = npmrc.load(str(tmp_path), registry=server.url, environ={})
    server.add("a", "1.0.0", "1.1.0")
    needs = Needs(histories=frozenset(("a", "gone", "../x")))
    first = fetch(config, needs)
    assert isinstance(first.histories["a"], History)
    assert first.histories["gone"] == Missing("gone")
    assert first.histories["../x"] == Missing("../x")
    assert [r.headers.get("accept") for r in server.requests] == ["application/json"] * 2
    again = fetch(config, Needs(histories=frozenset(("a",))))
    assert again.histories["a"] == first.histories["a"]
    assert len(server.requests) == 2
    assert again.stats.from_cache == 1
    offline = fetch(config, Needs(histories=frozenset(("a", "b"))), offline=True)
    assert offline.histories["a"] == first.histories["a"]
    assert isinstance(offline.histories["b"], Unanswered)
    server.max_age = 0
    fetch(config, Needs(histories=frozenset(("a",))), cache=str(tmp_path / "other.sqlite"))
    fetch(config, Needs(histories=frozenset(("a",))), cache=str(tmp_path / "other.sqlite"))
    assert server.requests[-1].headers.get("if-none-match")
