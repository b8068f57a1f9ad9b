from typing import Any

import pytest
from npmproject import project
from support.releases import DAY, START, evidence, history, release
from support.server import integrity
from support.signing import PUBLISH, Signer, provenance, sha512, statement

from npmguard import signatures
from npmguard.model import (
    Attestation,
    Calm,
    Confidence,
    Evidence,
    Finding,
    Gap,
    Keys,
    Missing,
    Needs,
    Publication,
    Severity,
)
from npmguard.registry.attestations import read
from npmguard.rules import calm
from npmguard.rules.signature_invalid import RULE
from npmguard.settings import Settings

OLD, NEW, STRANGER = Signer("old"), Signer("new"), Signer("stranger")
URL = "https://registry.example.test/"
KEYS = Keys(URL, {"old": OLD.key(START + 50 * DAY), "new": NEW.key()}, START + 400 * DAY)


def signed(version: str, day: float, *signers: Signer, over: str | None = None, **fields: Any) -> Publication:
    """A release of `a` with signatures over its integrity, or over that of the version `over`."""
    what = integrity("a", over or version)
    pairs = tuple((signer.id, signer.sign("a", version, what)) for signer in signers)
    return release(version, day, **{"integrity": integrity("a", version), "signatures": pairs, **fields})


ORDINARY = (signed("1.0.0", 0, OLD), signed("1.1.0", 60, NEW))


def run(
    *releases: Publication,
    version: str = "1.9.0",
    locked: str | None = "",
    keys: Keys | Missing | None = KEYS,
    attestations: tuple[Attestation, ...] | Missing | None = None,
    settings: Settings | None = None,
) -> list[Finding | Gap]:
    entry: dict[str, Any] = {"version": version}
    if locked is not None:
        entry["integrity"] = locked or integrity("a", version)
    told = evidence(history("a", *releases))._replace(
        keys={} if keys is None else {"a": keys},
        attestations={} if attestations is None else {("a", version): attestations},
    )
    shop = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": entry})
    return list(RULE.check(shop, told, settings or Settings()))


def finding(*releases: Publication, **options: Any) -> Finding:
    (found,) = run(*releases, **options)
    assert isinstance(found, Finding)
    return found


def gap(*releases: Publication, **options: Any) -> Gap:
    (found,) = run(*releases, **options)
    assert isinstance(found, Gap)
    return found


# -- the registry's signature


def test_what_the_registry_signed_is_in_order() -> None:
    assert run(*ORDINARY, signed("1.9.0", 100, NEW)) == []
    assert run(*ORDINARY, signed("1.9.0", 40, OLD)) == []
    assert run(*ORDINARY, signed("1.9.0", 100, NEW), locked=None) == []


def test_a_signature_of_something_else_is_critical() -> None:
    found = finding(*ORDINARY, signed("1.9.0", 100, NEW, over="1.8.0"))
    assert found.severity == Severity.CRITICAL
    assert found.title == "a@1.9.0 has a signature that does not verify"
    assert f"key new did not sign the lockfile's integrity {integrity('a', '1.9.0')}" in found.detail
    assert found.fix is not None
    assert found.fix.to == "1.1.0"


def test_a_packument_that_was_made_to_fit_the_lockfile_does_not_pass() -> None:
    other = integrity("evil", "1.9.0")
    tampered = signed("1.9.0", 100, NEW, integrity=other)
    assert finding(*ORDINARY, tampered, locked=other).severity == Severity.CRITICAL
    assert finding(*ORDINARY, tampered, locked=None).detail.startswith(
        f"The registry's key new did not sign the registry's integrity {other}"
    )


def test_the_lockfile_is_what_is_proven() -> None:
    """Whatever the packument says: the registry signed the hash that is locked."""
    assert run(*ORDINARY, signed("1.9.0", 100, NEW, integrity=integrity("evil", "1.9.0"))) == []


def test_a_lockfile_that_differs_is_integrity_mismatchs_to_tell() -> None:
    other = integrity("evil", "1.9.0")
    assert run(*ORDINARY, signed("1.9.0", 100, NEW), locked=other) == []
    alone = Settings(only=frozenset(("signature-invalid",)))
    assert finding(*ORDINARY, signed("1.9.0", 100, NEW), locked=other, settings=alone).severity == 4


def test_each_hash_that_is_locked_has_to_be_signed() -> None:
    both = f"{integrity('a', '1.9.0')} {integrity('evil', '1.9.0')}"
    alone = Settings(only=frozenset(("signature-invalid",)))
    assert finding(*ORDINARY, signed("1.9.0", 100, NEW), locked=both, settings=alone).severity == 4


def test_a_lockfile_with_old_hashes_is_judged_by_the_registrys() -> None:
    weak = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
    assert run(*ORDINARY, signed("1.9.0", 100, NEW), locked=weak) == []
    found = finding(*ORDINARY, signed("1.9.0", 100, NEW, over="1.0.0"), locked=weak)
    assert "the registry's integrity" in found.detail


def test_the_registrys_own_spelling_is_what_is_signed() -> None:
    both = f"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= {integrity('a', '1.9.0')}"
    listed = release("1.9.0", 100, integrity=both, signatures=((NEW.id, NEW.sign("a", "1.9.0", both)),))
    assert run(*ORDINARY, listed) == []
    assert finding(*ORDINARY, listed._replace(integrity=integrity("a", "1.9.0"))).severity == 4


def test_one_good_signature_is_enough() -> None:
    assert run(*ORDINARY, signed("1.9.0", 100, STRANGER, OLD, NEW)) == []


def test_a_key_that_had_expired() -> None:
    found = finding(*ORDINARY, signed("1.9.0", 100, OLD))
    assert found.severity == Severity.HIGH
    assert found.title == "a@1.9.0 is signed with a key that had expired"


def test_a_key_that_is_not_listed() -> None:
    found = finding(*ORDINARY, signed("1.9.0", 100, STRANGER))
    assert found.severity == Severity.HIGH
    assert found.title == "a@1.9.0 is signed with a key that the registry does not list"


def test_a_registry_that_hands_on_anothers_signatures_is_a_gap() -> None:
    strange = [signed(f"1.{minor}.0", minor, STRANGER) for minor in range(10)]
    assert gap(*strange) == Gap(
        "registry", "it signs with keys that it does not list (a@1.9.0)", ("signature-invalid",)
    )


def test_a_list_of_keys_that_is_older_than_the_release_tells_nothing() -> None:
    old = KEYS._replace(fetched=START + 90 * DAY)
    found = gap(*ORDINARY, signed("1.9.0", 100, STRANGER), keys=old)
    assert "its list of keys is older" in found.reason


@pytest.mark.parametrize("keys", [Missing(URL), KEYS._replace(by_id={})])
def test_a_registry_without_keys_is_one_gap(keys: Any) -> None:
    assert "lists no keys (a@1.9.0)" in gap(*ORDINARY, signed("1.9.0", 100, NEW), keys=keys).reason
    bare = [release(f"1.{minor}.0", minor) for minor in range(10)]
    assert run(*bare, keys=keys) == []


def test_a_registry_that_did_not_answer_is_no_ones_fault() -> None:
    assert run(*ORDINARY, signed("1.9.0", 100, NEW, over="1.0.0"), keys=None) == []


def test_a_mirror_that_rebuilds_metadata_is_one_gap() -> None:
    told = evidence(history("a", release("1.9.0", 1), real=False))
    packument = told.packument("a")
    assert packument is not None
    told = told._replace(packuments={"a": packument._replace(registry_facts=False)})
    shop = project({"dependencies": {"a": "1"}}, {"node_modules/a": {"version": "1.9.0"}})
    (found,) = RULE.check(shop, told, Settings())
    assert isinstance(found, Gap)
    assert "signatures" in found.reason


# -- no signature


def test_a_release_without_one_among_signed_ones() -> None:
    found = finding(*ORDINARY, release("1.9.0", 100), signed("1.10.0", 110, NEW))
    assert found.severity == Severity.HIGH
    assert found.title == "a@1.9.0 is not signed by the registry, and the releases around it are"
    assert "Those are 1.0.0, 1.1.0, 1.10.0." in found.detail


def test_where_others_have_none_nothing_is_missing() -> None:
    assert run(release("1.0.0", 0), signed("1.1.0", 60, NEW), release("1.9.0", 100)) == []
    assert run(signed("1.1.0", 60, NEW), release("1.9.0", 100)) == []


# -- attestations


def about(*entries: dict[str, Any]) -> tuple[Attestation, ...]:
    import json

    return read(json.dumps({"attestations": entries}).encode())


MINE = sha512(integrity("a", "1.9.0"))
BUILT = (*ORDINARY, signed("1.9.0", 100, NEW, attested=True, repository="git@git.example.test:shop/a.git"))


def test_attestations_of_this_release_are_in_order() -> None:
    both = about(statement("pkg:npm/a@1.9.0", MINE, {}, PUBLISH), provenance("pkg:npm/a@1.9.0", MINE))
    assert run(*BUILT, attestations=both) == []
    assert run(*BUILT, attestations=both, locked=None) == []


@pytest.mark.parametrize("purl", ["pkg:npm/b@1.9.0", "pkg:npm/a@1.8.0", "pkg:npm/a", "pkg:pypi/a@1.9.0", ""])
def test_an_attestation_of_another_release_is_critical(purl: str) -> None:
    found = finding(*BUILT, attestations=about(provenance(purl, MINE)))
    assert found.severity == Severity.CRITICAL
    assert found.title == "a@1.9.0 comes with the attestation of another release"


def test_an_attestation_of_another_tarball_is_critical() -> None:
    found = finding(*BUILT, attestations=about(provenance("pkg:npm/a@1.9.0", "ab" * 64)))
    assert found.severity == Severity.CRITICAL
    assert found.title == "a@1.9.0 is not the tarball that its attestation is about"
    assert "begins with abababababababab." in found.detail


def test_another_repository_than_the_manifests_is_a_weak_sign() -> None:
    elsewhere = about(provenance("pkg:npm/a@1.9.0", MINE, "https://git.example.test/other/a"))
    found = finding(*BUILT, attestations=elsewhere)
    assert (found.severity, found.confidence) == (Severity.MODERATE, Confidence.LOW)
    assert "unverified: built from https://git.example.test/other/a" in found.detail


def test_attestations_that_are_not_given_are_one_gap() -> None:
    assert "tells of attestations and gives none" in gap(*BUILT, attestations=Missing("a")).reason


# -- what is asked for


def further(told: Evidence, settings: Settings | None = None, direct: bool = True) -> Needs:
    entries: dict[str, Any] = {"node_modules/a": {"version": "1.9.0"}}
    if not direct:
        entries["node_modules/b"] = {"version": "1.0.0", "dependencies": {"a": "1"}}
    shop = project({"dependencies": {"a" if direct else "b": "1"}}, entries)
    return RULE.then(shop, told, settings or Settings())


def test_keys_are_asked_for_with_the_histories_and_attestations_after_them() -> None:
    told = evidence(history("a", *BUILT))
    nobody = told._replace(histories={})
    assert further(nobody) == Needs(releases=frozenset((("a", "1.9.0"),)), keys=frozenset("a"))
    more = further(told._replace(keys={"a": KEYS}))
    assert more == Needs(attestations=frozenset((("a", "1.9.0"),)))
    assert further(told._replace(keys={"a": KEYS}, attestations={("a", "1.9.0"): ()})) == Needs()


def test_of_what_others_bring_attestations_are_asked_for_with_deep_alone() -> None:
    told = evidence(history("a", *BUILT))._replace(keys={"a": KEYS})
    assert further(told, direct=False) == Needs()
    assert further(told, Settings(deep=True), direct=False).attestations == {("a", "1.9.0")}


def test_an_old_release_is_looked_at_with_deep_alone() -> None:
    later = [signed(f"1.{minor}.0", minor, NEW) for minor in range(10, 30)]
    told = evidence(history("a", *BUILT, *later))._replace(histories={})
    assert further(told) == Needs()
    assert further(told, Settings(deep=True)).histories == {"a"}


# -- of releases that are known to be calm


def calm_one(keys: Keys | Missing | None = KEYS, **fields: Any) -> Calm:
    """What is kept of 1.9.0, signed and calm, as found with these keys."""
    told = evidence(history("a", *BUILT[:-1], BUILT[-1]._replace(**fields)))
    told = told._replace(
        keys={} if keys is None else {"a": keys},
        attestations={("a", "1.9.0"): about(provenance("pkg:npm/a@1.9.0", MINE))},
    )
    shop = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.9.0"}})
    (found,) = [known for _, known in calm.releases(shop, told, Settings())]
    return found


def doubted(found: Calm, keys: Keys | Missing, locked: str | None = None, direct: bool = True) -> bool:
    """Is the history asked for?"""
    entries: dict[str, Any] = {"node_modules/a": {"version": "1.9.0"}}
    if locked is not None:
        entries["node_modules/a"]["integrity"] = locked
    if not direct:
        entries["node_modules/b"] = {"version": "1.0.0", "dependencies": {"a": "1"}}
    shop = project({"dependencies": {"a" if direct else "b": "1"}}, entries)
    told = evidence(history("a", *BUILT))
    told = told._replace(histories={}, calm={("a", "1.9.0"): found}, keys={"a": keys})
    asked = RULE.then(shop, told, Settings())
    assert asked.releases == frozenset()
    return asked.histories == {"a"}


def test_a_signature_that_was_verified_is_not_verified_again() -> None:
    found = calm_one()
    assert found.signed
    assert found.verified
    assert found.vouched
    assert not doubted(found, KEYS)
    assert not doubted(found, KEYS, integrity("a", "1.9.0"))
    assert not doubted(found, KEYS, "sha1-" + "a" * 27 + "=")  # which nobody signs


def test_another_hash_in_the_lockfile_is_looked_at() -> None:
    assert doubted(calm_one(), KEYS, integrity("a", "1.8.0"))
    assert doubted(calm_one(), KEYS, f"{integrity('a', '1.9.0')} {integrity('a', '1.8.0')}")


def test_other_keys_are_looked_at() -> None:
    assert doubted(calm_one(), Keys(URL, {"old": OLD.key()}, START))
    # of the same name, and another key
    assert doubted(calm_one(), Keys(URL, {"new": STRANGER.key()._replace(id="new")}, START))
    assert doubted(calm_one(), Keys(URL, {"new": NEW.key(START + 80 * DAY)}, START))  # expired by now
    assert doubted(calm_one(Missing(URL)), KEYS)  # listed since
    assert not doubted(calm_one(), Missing(URL))


def test_what_could_not_be_verified_is_once_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "available", lambda: False)
    found = calm_one()
    assert not found.verified
    assert not doubted(found, KEYS)
    monkeypatch.undo()
    assert doubted(found, KEYS)


def test_attestations_of_what_becomes_direct_are_read() -> None:
    found = calm_one()._replace(vouched=False)
    assert doubted(found, KEYS)
    assert not doubted(found, KEYS, direct=False)


def test_a_registry_that_lists_no_keys_is_told_of_once() -> None:
    told = evidence(history("a", *BUILT))
    told = told._replace(
        histories={}, calm={("a", "1.9.0"): calm_one(Missing(URL))}, keys={"a": Missing(URL)}
    )
    shop = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.9.0"}})
    (gap,) = RULE.check(shop, told, Settings())
    assert isinstance(gap, Gap)
    assert gap.reason == "it signs releases and lists no keys (a@1.9.0)"


# -- without the extra


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "available", lambda: False)


@pytest.mark.usefixtures("bare")
def test_without_the_extra_the_rest_is_looked_at() -> None:
    assert run(*ORDINARY, signed("1.9.0", 100, NEW, over="1.0.0")) == []
    assert finding(*ORDINARY, signed("1.9.0", 100, OLD)).severity == Severity.HIGH
    assert finding(*ORDINARY, release("1.9.0", 100)).severity == Severity.HIGH


@pytest.mark.usefixtures("bare")
def test_who_asks_for_this_rule_is_told_what_it_takes() -> None:
    found = gap(
        *ORDINARY,
        signed("1.9.0", 100, NEW, over="1.0.0"),
        settings=Settings(only=frozenset(("signature-invalid",))),
    )
    assert "pip install 'npmguard[signatures]'" in found.reason
