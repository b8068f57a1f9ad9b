"""A registry's keys and what it attests: read, asked for, kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.server import Reply, Server, registry
from support.signing import Signer, provenance, statement

from npmguard import provenance as provenances
from npmguard.model import Attestation, Key, Keys, Missing, Needs, Subject, Unanswered
from npmguard.project import npmrc
from npmguard.registry import attestations, fetch, keys

FIXTURES = Path(__file__).parents[2] / "fixtures" / "attestations"
_URL = "https://registry.example.test/"
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def server() -> Iterator[Server]:
    with registry() as found:
        yield found


# -- keys


def test_the_keys_of_the_public_registry() -> None:
    found = keys.read((FIXTURES / "keys.json").read_bytes(), _URL, 5.0)
    assert [(key.kind, key.expires) for key in found.by_id.values()] == [
        ("ecdsa-sha2-nistp256", 1738108800.0),
        ("ecdsa-sha2-nistp256", None),
    ]
    assert keys.unpacked(keys.packed(found), 5.0) == found


def test_what_is_no_key_is_left_out() -> None:
    entries = [{"keyid": "a", "key": "A"}, {"keyid": "b"}, {"key": "c"}, {"keyid": 1, "key": 2}, None, "d"]
    found = keys.read(json.dumps({"keys": entries}).encode(), _URL, 0.0)
    assert found == Keys(_URL, {"a": Key("a", "A")}, 0.0)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"keys": {}}', b"\xff", b'{"keys": ' + b"[" * 100_000])
def test_what_is_no_list_of_keys(data: bytes) -> None:
    with pytest.raises(ValueError, match="registry"):
        keys.read(data, _URL, 0.0)


@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(("keyid", "key", "expires", "scheme"), _JSON)), max_size=3)
)
def test_hostile_lists_of_keys(entries: list[Any]) -> None:
    found = keys.read(json.dumps({"keys": entries}).encode(), _URL, 1.0)
    assert all(isinstance(key.public, str) for key in found.by_id.values())
    assert keys.unpacked(keys.packed(found), 1.0) == found


# -- attestations


def test_a_real_answer_names_what_was_built_and_where() -> None:
    built, published = attestations.read((FIXTURES / "sigstore.json").read_bytes())
    assert built == Attestation(
        "https://slsa.dev/provenance/v0.2",
        (Subject("sigstore", "1.0.0", built.subjects[0].sha512),),
        "https://github.com/sigstore/sigstore-js",
        ".github/workflows/publish.yml",
        "refs/tags/v1.0.0",
        "06528997c3c8ab9f864fad9a3658446aca7fd86d",
        "https://github.com/npm/cli@9.4.2",
        None,
    )
    assert (built.subjects[0].sha512 or "").startswith("7bea9f6e7ff3")
    assert published.subjects == built.subjects
    assert published.predicate.endswith("/specs/publish/v0.1")
    assert published[2:] == (None,) * 6


def test_provenance_of_the_first_version() -> None:
    data = json.dumps({"attestations": [provenance("pkg:npm/%40shop/a@1.0.0", "AB" * 64)]}).encode()
    (found,) = attestations.read(data)
    assert found.subjects == (Subject("@shop/a", "1.0.0", "ab" * 64),)
    assert found.repository == "https://git.example.test/shop/a"
    assert (found.workflow, found.ref) == (".github/workflows/release.yml", "refs/heads/main")
    assert found.commit == "c0ffee" * 6 + "c0ff"
    assert found.builder == "https://ci.example.test/runner/hosted"
    assert found.run == "https://git.example.test/shop/a/actions/runs/1/attempts/1"


def test_it_is_told_in_words_that_call_it_unverified() -> None:
    found = attestations.read((FIXTURES / "tuf-js.json").read_bytes())
    assert provenances.facts(found)[:2] == [
        ("repository", "https://github.com/theupdateframework/tuf-js"),
        ("workflow", ".github/workflows/publish.yml"),
    ]
    assert provenances.sentence(found) == (
        "Attested, unverified: built from https://github.com/theupdateframework/tuf-js at commit "
        "99624cc7ce39 by .github/workflows/publish.yml on https://github.com/npm/cli@9.4.2."
    )
    assert provenances.facts(found[1:]) == []
    assert provenances.sentence(()) == ""


def test_what_it_tells_is_safe_to_print() -> None:
    hostile = Attestation("p", (), "https://git.example.test/\x1b[31mred\n# heading", builder="b\u202ed")
    assert "\x1b" not in provenances.sentence([hostile])
    assert "\n" not in provenances.sentence([hostile])
    assert "\u202e" not in dict(provenances.facts([hostile]))["builder"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("git+https://git.example.test/Shop/A.git", "https://git.example.test/shop/a"),
        ("git@git.example.test:shop/a.git", "https://git.example.test/shop/a"),
        ("git+ssh://git@git.example.test/shop/a.git#main", "https://git.example.test/shop/a"),
        ("git+ssh://git@git.example.test:22/shop/a", "https://git.example.test/shop/a"),
        ("https://git.example.test/shop/a/tree/main/packages/b", "https://git.example.test/shop/a"),
        ("https://git.example.test/group/sub/a/-/tree/main", "https://git.example.test/group/sub/a"),
        ("shop/a", "https://github.com/shop/a"),
        ("gitlab:shop/a", "https://www.gitlab.com/shop/a/"),
    ],
)
def test_one_place_in_many_spellings(one: str, other: str) -> None:
    assert provenances.place(one) == provenances.place(other) is not None


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_none(text: str) -> None:
    found = provenances.place(text)
    assert found is None or "/" in found[1]


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"{}", b'{"attestations": 3}', b'{"attestations": [3]}', b'{"attestations": [{}]}'),
        b'{"attestations": [{"bundle": {"dsseEnvelope": {"payload": "%%%"}}}]}',
        b'{"attestations": [{"bundle": {"dsseEnvelope": {"payload": "W10="}}}]}',
    ],
)
def test_what_are_no_attestations(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"registry|attestation"):
        attestations.read(data)


_PREDICATE = st.fixed_dictionaries(
    {},
    optional={
        key: _JSON | st.dictionaries(st.sampled_from(("configSource", "workflow", "builder", "uri")), _JSON)
        for key in ("buildDefinition", "invocation", "runDetails", "builder")
    },
)


@given(
    _PREDICATE | _JSON, _JSON | st.lists(st.fixed_dictionaries({"name": _JSON, "digest": _JSON}), max_size=2)
)
def test_hostile_bundles(predicate: Any, subject: Any) -> None:
    payload = json.dumps({"subject": subject, "predicateType": "x", "predicate": predicate}).encode()
    entry = {"bundle": {"dsseEnvelope": {"payload": base64.b64encode(payload).decode()}}}
    found = attestations.read(json.dumps({"attestations": [entry]}).encode())
    assert attestations.unpacked(attestations.packed(found)) == found
    assert provenances.sentence(found) == "" or "unverified" in provenances.sentence(found)


@given(st.binary(max_size=40))
def test_what_the_cache_did_not_write(data: bytes) -> None:
    with pytest.raises(ValueError, match="not attestations"):
        attestations.unpacked(b"\xc1" + data)
    with pytest.raises(ValueError, match="not keys"):
        keys.unpacked(b"\xc1" + data, 0.0)


# -- asked for


def ask(server: Server, tmp_path: Path, needs: Needs, **options: Any) -> Any:
    config = npmrc.load(str(tmp_path), registry=server.url, environ={})
    return fetch(config, needs, cache=str(tmp_path / "cache.sqlite"), **options)


NEEDS = Needs(keys=frozenset(("a", "@s/b")), attestations=frozenset((("a", "1.0.0"), ("@s/b", "2.0.0"))))


def test_each_is_asked_for_once(server: Server, tmp_path: Path) -> None:
    signer = Signer()
    server.keys = [signer.listed("2025-01-29T00:00:00.000Z")]
    about = statement("pkg:npm/%40s/b@2.0.0", "00" * 64, {}, "x")
    server.attestations["@s/b@2.0.0"] = json.dumps({"attestations": [about]}).encode()
    for _ in range(2):
        answers = ask(server, tmp_path, NEEDS)
        assert answers.keys["a"].by_id == {signer.id: signer.key(1738108800.0)}
        assert answers.keys["a"] == answers.keys["@s/b"]
        assert answers.keys["a"].registry == server.url
        assert answers.attestations["@s/b", "2.0.0"][0].subjects[0].name == "@s/b"
        assert answers.attestations["a", "1.0.0"] == Missing("a")
    assert sorted(server.paths()) == [
        "/-/npm/v1/attestations/@s%2Fb@2.0.0",
        "/-/npm/v1/attestations/a@1.0.0",
        "/-/npm/v1/keys",
    ]
    assert ask(server, tmp_path, NEEDS, offline=True).keys == answers.keys


def test_each_registry_is_asked_for_its_own_keys(server: Server, tmp_path: Path) -> None:
    with registry() as other:
        server.keys, other.keys = [Signer("one").listed()], [Signer("two").listed()]
        (tmp_path / ".npmrc").write_text(f"registry={server.url}\n@s:registry={other.url}\n")
        config = npmrc.load(str(tmp_path), environ={})
        answers = fetch(config, NEEDS, cache=str(tmp_path / "cache.sqlite"))
    assert [list(answers.keys[name].by_id) for name in ("a", "@s/b")] == [["one"], ["two"]]  # type: ignore[union-attr]
    assert [path for path in other.paths() if "a@1.0.0" in path] == []


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_registry_that_has_none(server: Server, tmp_path: Path, status: int) -> None:
    server.faults["*"] = Reply(status)
    for _ in range(2):
        answers = ask(server, tmp_path, NEEDS)
        assert answers.keys["a"] == Missing(server.url)
        assert answers.attestations["a", "1.0.0"] == Missing("a")
    assert len(server.paths()) == 3  # that is kept as well


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(403), "the registry answered 403 (it forbids that) to GET /-/npm/v1/keys"),
        (Reply(200, b"<html>"), "a web page instead of JSON"),
        (Reply(200, b"{}"), "the registry's list of keys is none"),
    ],
)
def test_an_answer_that_is_none(server: Server, tmp_path: Path, reply: Reply, says: str) -> None:
    server.faults["/-/npm/v1/keys"] = reply
    found = ask(server, tmp_path, Needs(keys=frozenset("a"))).keys["a"]
    assert isinstance(found, Unanswered)
    assert says in found.reason


def test_offline_nothing_is_asked(server: Server, tmp_path: Path) -> None:
    answers = ask(server, tmp_path, NEEDS, offline=True)
    assert answers.keys["a"] == Unanswered(server.url, "offline, and not in the cache")
    assert answers.attestations["a", "1.0.0"] == Unanswered("a", "offline, and not in the cache")
    assert server.requests == []


def test_a_name_that_leads_elsewhere_is_not_asked_about(server: Server, tmp_path: Path) -> None:
    answers = ask(server, tmp_path, Needs(attestations=frozenset((("../../x", "1.0.0"),))))
    assert answers.attestations == {("../../x", "1.0.0"): Missing("../../x")}
    assert server.requests == []
