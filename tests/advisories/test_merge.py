from npmguard.advisories import merge
from npmguard.model import Advisory, Severity


def advisory(*ids: str, package: str = "a", **fields: object) -> Advisory:
    base = Advisory(ids[0], package, "T", Severity.LOW, "<1.0.0", ids)
    return base._replace(**fields)  # type: ignore[arg-type]


def test_one_advisory_of_two_sources_is_one() -> None:
    (found,) = merge(
        [
            advisory("GHSA-1", vulnerable=">=1.0.0 <1.2.6", patched=("1.2.6",)),
            advisory(
                "CVE-1", "GHSA-1", vulnerable="<0.2.4", severity=Severity.HIGH, source="osv.json", score=7.0
            ),
        ]
    )
    assert found.id == "GHSA-1"
    assert found.ids == ("GHSA-1", "CVE-1")
    assert found.vulnerable == ">=1.0.0 <1.2.6 || <0.2.4"
    assert found.severity is Severity.HIGH
    assert found.score == 7.0
    assert found.source == "registry, osv.json"


def test_what_a_third_one_links_is_one() -> None:
    found = merge([advisory("GHSA-1"), advisory("CVE-2"), advisory("MAL-3", "CVE-2", "GHSA-1", malware=True)])
    assert len(found) == 1
    assert found[0].ids == ("GHSA-1", "MAL-3", "CVE-2")
    assert found[0].malware


def test_ids_are_a_packages_own() -> None:
    assert len(merge([advisory("GHSA-1"), advisory("GHSA-1", package="b")])) == 2


def test_without_ids_nothing_is_the_same() -> None:
    nameless = Advisory("T", "a", "T", Severity.LOW, "*")
    assert len(merge([nameless, nameless])) == 2


def test_what_was_withdrawn_is_left_out() -> None:
    assert merge([advisory("GHSA-1", withdrawn=True)]) == ()


def test_named_versions_stay_beside_ranges() -> None:
    (found,) = merge([advisory("MAL-1", vulnerable="", versions=frozenset({"1.0.0"})), advisory("MAL-1")])
    assert found.vulnerable == "<1.0.0"
    assert found.versions == {"1.0.0"}
