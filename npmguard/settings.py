"""What the user decided: severities, ignores, hosts. From npmguard.toml, package.json and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from npmguard.model import Severity


class Ignore(NamedTuple):
    """One `[[ignore]]` entry: what it hides, why, and until when."""

    rule: str
    reason: str
    package: str | None = None
    id: str | None = None
    until: date | None = None


class Settings(NamedTuple):
    """Everything that the rules and the policy look at. The defaults are those of a project without settings.

    `only` and `skip` are rule ids; `severities` overrides a rule's default severity. `fail_on` None
    means that no finding fails the run.
    """

    fail_on: Severity | None = Severity.HIGH
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = {}
    allowed_hosts: tuple[str, ...] = ()
    internal_scopes: tuple[str, ...] = ()
    minimum_release_age: int | None = None  # seconds
    ignores: tuple[Ignore, ...] = ()
    production: bool = False
    strict: bool = False
    offline: bool = False
    allow_incomplete: bool = False
    registry: str | None = None  # --registry
    advisories: tuple[str, ...] = ()  # --advisories: files or folders of OSV records

    def chosen(self, rule: str) -> bool:
        """Is this rule to run?"""
        return (not self.only or rule in self.only) and rule not in self.skip
