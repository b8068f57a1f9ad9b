"""The rules, one module each.

To add one is to write its module and to add it to this table, in the order in which people read of them.
"""

from npmguard.rules import (
    advisory,
    confusable_name,
    deprecated,
    foreign_host,
    insecure_transport,
    install_script,
    integrity_mismatch,
    integrity_missing,
    integrity_weak,
    invalid_name,
    lockfile_drift,
    lockfile_missing,
    malware,
    multiple_lockfiles,
    non_registry_source,
    outdated,
    resolved_mismatch,
    typosquat,
    unpublished_version,
    wildcard_range,
)
from npmguard.rules.base import Rule

RULES: tuple[Rule, ...] = (
    lockfile_missing.RULE,
    lockfile_drift.RULE,
    multiple_lockfiles.RULE,
    foreign_host.RULE,
    insecure_transport.RULE,
    integrity_missing.RULE,
    integrity_weak.RULE,
    integrity_mismatch.RULE,
    resolved_mismatch.RULE,
    non_registry_source.RULE,
    unpublished_version.RULE,
    install_script.RULE,
    typosquat.RULE,
    confusable_name.RULE,
    invalid_name.RULE,
    outdated.RULE,
    deprecated.RULE,
    malware.RULE,
    advisory.RULE,
    wildcard_range.RULE,
)

__all__ = ["RULES", "Rule"]
