"""The rules, one module each.

To add one is to write its module, named as the rule with _ for -, and to add it to this table, in the order
in which people read of them. A module is imported only when its rule is to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from npmguard.rules.base import Rule

IDS = (
    "lockfile-missing",
    "lockfile-drift",
    "multiple-lockfiles",
    "foreign-host",
    "insecure-transport",
    "integrity-missing",
    "integrity-weak",
    "integrity-mismatch",
    "resolved-mismatch",
    "non-registry-source",
    "unpublished-version",
    "install-script",
    "scripts-enabled",
    "typosquat",
    "confusable-name",
    "invalid-name",
    "outdated",
    "deprecated",
    "malware",
    "advisory",
    "wildcard-range",
)


def load(ids: Iterable[str] = IDS) -> tuple[Rule, ...]:
    """The rules of these ids, in the order given."""
    return tuple(import_module(f"npmguard.rules.{name.replace('-', '_')}").RULE for name in ids)
