"""What the user decided: severities, ignores, hosts. From npmguard.toml, package.json, the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from npmguard.errors import UsageError
from npmguard.model import Manifest, Severity

if TYPE_CHECKING:
    from datetime import date

FILE = "npmguard.toml"
OF_LICENCES = frozenset(("licence-denied", "licence-unknown"))  # rules that have nothing to say without lists


class Ignore(NamedTuple):
    """One `[[ignore]]` entry: what it hides, why, and until when.

    `package` and `via` are names, or patterns with *. `via` means what is brought by no way but through that
    package, `dev` what development alone brings (True) or what it does not (False). None: whatever it is.
    """

    rule: str
    reason: str
    package: str | None = None
    version: str | None = None
    id: str | None = None
    until: date | None = None
    via: str | None = None
    dev: bool | None = None


class Override(NamedTuple):
    """One `[[override]]` entry: how bad the findings are that it means. It means them as an `Ignore` does."""

    severity: Severity
    rule: str | None = None
    package: str | None = None
    version: str | None = None
    id: str | None = None
    via: str | None = None
    dev: bool | None = None


class Settings(NamedTuple):
    """All that the rules and the policy look at. The defaults are those of a project without settings.

    `only` and `skip` are rule ids; `severities` overrides a rule's default severity, `dev_severities` that of
    what development alone brings, `overrides` either. `fail_on` None means that no finding fails the run.
    """

    fail_on: Severity | None = Severity.HIGH
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = {}
    dev_severities: Mapping[str, Severity] = {}
    overrides: tuple[Override, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    internal_scopes: tuple[str, ...] = ()
    minimum_release_age: int | None = None  # seconds
    minimum_release_age_exclude: tuple[str, ...] = ()  # names or patterns, each with @RANGE or without
    ignores: tuple[Ignore, ...] = ()
    allowed_licences: tuple[str, ...] = ()  # where not empty: the only ones
    denied_licences: tuple[str, ...] = ()
    production: bool = False
    offline: bool = False
    allow_incomplete: bool = False
    advisories: tuple[str, ...] = ()  # files or folders of OSV records
    deep: bool = False  # look into every package, not only where something new is locked
    licences: bool = False  # gather the packages' licences, which a bill of materials tells
    plan: bool = False  # work out the least changes that mend what is found
    health: bool = False  # weigh up how the dependencies fare

    def chosen(self, rule: str) -> bool:
        """Is this rule to run?"""
        if rule in OF_LICENCES and not (self.allowed_licences or self.denied_licences):
            return False
        return (not self.only or rule in self.only) and rule not in self.skip


class Options(NamedTuple):
    """What the command line said; None or empty where it said nothing."""

    fail_on: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    registry: str | None = None
    advisories: tuple[str, ...] = ()
    config: str | None = None
    offline: bool = False
    production: bool = False
    strict: bool = False
    allow_incomplete: bool = False
    deep: bool = False
    licences: bool = False
    baseline: str | None = None  # a file of findings that are known already
    since: str | None = None  # a git revision: only what changed since then
    plan: bool = False
    health: bool = False


def resolve(options: Options, folder: str, manifest: Manifest) -> Settings:
    """The settings for one project: its own, under those of the command line.

    `--config` replaces what the project says; `--strict` does without both the project's npmguard.toml and
    its package.json, and so without what they extend. Raises SettingsError for a file that says something
    unknown, UsageError for a bad option.
    """
    found = Settings()
    if options.config is not None or not options.strict:
        found = _written(options.config, folder, manifest) or found
    changes: dict[str, Any] = {
        "advisories": options.advisories,
        "offline": options.offline,
        "production": options.production,
        "allow_incomplete": options.allow_incomplete,
        "deep": options.deep,
        "plan": options.plan,
        "licences": options.licences or options.health,
        "health": options.health,
    }
    if options.fail_on is not None:
        changes["fail_on"] = fail_on(options.fail_on)
    if options.only:
        changes["only"] = _rules(options.only, "--only")
        changes["skip"] = found.skip - changes["only"]
    if options.skip:
        changes["skip"] = changes.get("skip", found.skip) | _rules(options.skip, "--skip")
    return found._replace(**changes)


def _written(config: str | None, folder: str, manifest: Manifest) -> Settings | None:
    """What stands in the file that counts: the one of --config, else the project's own."""
    path = os.path.join(folder, FILE)
    own = config is None and os.path.isfile(path)
    if config is None and not own and "npmguard" not in manifest.data:
        return None
    from npmguard import settings_file

    if config is not None:
        return settings_file.from_file(config, config)
    if own:
        shown = os.path.relpath(path).replace(os.sep, "/")
        return settings_file.from_file(path, shown, settings_file.top_of(folder))
    return settings_file.from_key(manifest, folder, settings_file.top_of(folder))


def fail_on(word: str) -> Severity | None:
    """The severity of --fail-on; "none" for never. Raises UsageError for another word."""
    if word.lower() == "none":
        return None
    severity = Severity.parse(word)
    if severity is None:
        words = ", ".join(s.word for s in reversed(Severity))
        raise UsageError(f"--fail-on {word}: not a severity ({words}, none)")
    return severity


def _rules(names: tuple[str, ...], option: str) -> frozenset[str]:
    known = known_rules()
    for name in names:
        if name not in known:
            raise UsageError(f"{option} {name}: no such rule{near(name, known)}")
    return frozenset(names)


def known_rules() -> frozenset[str]:
    """The ids of the rules that exist."""
    from npmguard.rules import IDS

    return frozenset(IDS)


# Rules that are promised and not there yet: a settings file may already speak of them.
LATER = frozenset(
    (
        "unlocked-bundle",
        "committed-token",
        "registry-not-https",
        "unlocked-install",
        "no-security-policy",
        "root-container",
        "engines-missing",
    )
)


def near(word: str, known: frozenset[str] | set[str]) -> str:
    """`; did you mean X?`, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(word[:100], sorted(known), 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""
