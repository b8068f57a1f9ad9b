"""Signs that are weak alone and strong together."""

import pytest

from npmguard.model import Confidence, Finding, Severity
from npmguard.rules.verdict import combined

LOW, MODERATE, HIGH, CRITICAL = Severity.LOW, Severity.MODERATE, Severity.HIGH, Severity.CRITICAL


def sign(rule: str, severity: Severity, version: str = "1.0.0") -> Finding:
    return Finding(rule, severity, f"a@{version} does {rule}", "Seen.", package="a", version=version)


@pytest.mark.parametrize(
    ("signs", "severity"),
    [
        ({"maintainer-change": LOW, "odd-release": LOW}, LOW),
        ({"maintainer-change": LOW, "odd-release": MODERATE}, HIGH),
        ({"new-install-script": HIGH, "maintainer-change": LOW}, HIGH),
        ({"new-install-script": HIGH, "provenance-lost": HIGH}, CRITICAL),
        ({"new-install-script": HIGH, "maintainer-change": LOW, "odd-release": MODERATE}, CRITICAL),
    ],
)
def test_they_add_up(signs: dict[str, Severity], severity: Severity) -> None:
    (found,) = combined(sign(rule, worth) for rule, worth in signs.items())
    assert found.severity == severity
    worst = max(signs.values())
    assert signs[found.rule] == worst
    for other in signs.keys() - {found.rule}:
        assert f"does {other}" in found.detail
    assert (found.confidence is Confidence.HIGH) or severity < HIGH


def test_one_sign_stays_what_it_is() -> None:
    (found,) = combined([sign("maintainer-change", LOW)])
    assert found == sign("maintainer-change", LOW)


def test_other_rules_and_other_releases_stay_apart() -> None:
    given = [sign("advisory", HIGH), sign("maintainer-change", LOW), sign("odd-release", LOW, "2.0.0")]
    assert sorted(combined(given)) == sorted(given)
