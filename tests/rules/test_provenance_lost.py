from typing import Any

import pytest
from npmproject import project
from support.releases import evidence, history, release

from npmguard.model import Publication, Severity
from npmguard.rules.provenance_lost import RULE
from npmguard.settings import Settings


def check(*releases: Publication, version: str = "1.9.0") -> list[Any]:
    locked = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": version}})
    return list(RULE.check(locked, evidence(history("a", *releases)), Settings()))


def proven(count: int, **fields: Any) -> list[Publication]:
    return [release(f"1.{minor}.0", minor * 10, **(fields or {"attested": True})) for minor in range(count)]


@pytest.mark.parametrize(
    ("count", "severity"), [(2, Severity.MODERATE), (4, Severity.MODERATE), (5, Severity.HIGH)]
)
def test_the_longer_it_had_it_the_worse(count: int, severity: Severity) -> None:
    (found,) = check(*proven(count), release("1.9.0", 100, "maintainer-b"))
    assert found.severity == severity
    assert f"The last {count} releases before it, up to 1.{count - 1}.0," in found.detail
    assert "published by maintainer-b with no such proof" in found.detail
    assert found.fix.to == f"1.{count - 1}.0"


def test_a_trusted_publisher_is_proof() -> None:
    (found,) = check(*proven(6, trusted=True, publisher="GitHub Actions"), release("1.9.0", 100))
    assert "came from a trusted publisher" in found.detail
    assert check(*proven(6), release("1.9.0", 100, "GitHub Actions", trusted=True)) == []


def test_what_is_no_loss() -> None:
    assert check(*proven(6), release("1.9.0", 100, attested=True)) == []
    assert check(*proven(1), release("1.9.0", 100)) == []
    assert check(*proven(6), release("1.8.0", 90), release("1.9.0", 100)) == []  # it was lost before
    assert check(*proven(6), release("1.9.0", 100), release("1.10.0", 140)) == []  # and nobody missed it


def test_each_line_is_its_own() -> None:
    old = [release(f"0.{minor}.0", minor * 10) for minor in range(6)]
    assert check(*old, *proven(6), release("0.6.0", 100), version="0.6.0") == []
