"""The rules, one module each.

To add one is to write its module, named as the rule with _ for -, and to add it to the table of what it is
run for (`npmguard check`, `npmguard prepublish`), in the order in which people read of them. A module is
imported only when its rule is to run. `npmguard inspect` runs those of a check that look at packages.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from npmguard.rules.base import Rule

CHECK = (
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
    "new-install-script",
    "suspicious-script",
    "scripts-enabled",
    "typosquat",
    "confusable-name",
    "dependency-confusion",
    "nonexistent-package",
    "invalid-name",
    "unsafe-tarball",
    "outdated",
    "deprecated",
    "unmaintained",
    "signature-invalid",
    "manifest-confusion",
    "provenance-lost",
    "odd-release",
    "maintainer-change",
    "release-too-new",
    "malware",
    "advisory",
    "wildcard-range",
    "licence-denied",
    "licence-unknown",
)

# what is about a project and its lockfile, so that it has nothing to say of a package yet to be installed
_OF_A_PROJECT = frozenset(
    (
        "lockfile-missing",
        "lockfile-drift",
        "multiple-lockfiles",
        "foreign-host",
        "insecure-transport",
        "integrity-missing",
        "integrity-weak",
        "integrity-mismatch",
        "resolved-mismatch",
        "scripts-enabled",
        "outdated",
        "wildcard-range",
    )
)

# what `npmguard inspect` runs
INSPECT = tuple(rule for rule in CHECK if rule not in _OF_A_PROJECT)

# what `npmguard prepublish` runs
PUBLISH: tuple[str, ...] = (
    "leaked-secret",
    "sensitive-file",
    "ignore-file-shadowing",
    "no-files-list",
    "source-map",
    "missing-entry-point",
    "invalid-name",
    "no-publish-guard",
    "publish-script",
    "new-install-script",
    "package-growth",
    "unsafe-tarball",
)

IDS = tuple(dict.fromkeys((*CHECK, *PUBLISH)))


def load(ids: Iterable[str] = IDS) -> tuple[Rule, ...]:
    """The rules of these ids, in the order given."""
    return tuple(import_module(f"npmguard.rules.{name.replace('-', '_')}").RULE for name in ids)
