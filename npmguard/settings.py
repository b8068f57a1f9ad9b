"""What the user decided: severities, ignores, hosts. From npmguard.toml, package.json, the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from npmguard.errors import SettingsError, UsageError
from npmguard.model import Manifest, Severity

if TYPE_CHECKING:
    from datetime import date

FILE = "npmguard.toml"


class Ignore(NamedTuple):
    """One `[[ignore]]` entry: what it hides, why, and until when."""

    rule: str
    reason: str
    package: str | None = None
    version: str | None = None
    id: str | None = None
    until: date | None = None


class Settings(NamedTuple):
    """All that the rules and the policy look at. The defaults are those of a project without settings.

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
    minimum_release_age_exclude: tuple[
        str, ...
    ] = ()  # names, or patterns with *; each with @RANGE or without
    ignores: tuple[Ignore, ...] = ()
    production: bool = False
    offline: bool = False
    allow_incomplete: bool = False
    advisories: tuple[str, ...] = ()  # files or folders of OSV records
    deep: bool = False  # look into every package, not only where something new is locked
    licences: bool = False  # gather the packages' licences, which a bill of materials tells
    health: bool = False  # weigh up how the dependencies fare

    def chosen(self, rule: str) -> bool:
        """Is this rule to run?"""
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
    health: bool = False


def resolve(options: Options, folder: str, manifest: Manifest) -> Settings:
    """The settings for one project: its own, under those of the command line.

    `--config` replaces what the project says; `--strict` does without both the project's npmguard.toml and
    its package.json. Raises SettingsError for a file that says something unknown, UsageError for a bad
    option.
    """
    found = Settings()
    if options.config is not None:
        found = _from_toml(options.config, options.config)
    elif not options.strict:
        path = os.path.join(folder, FILE)
        if os.path.isfile(path):
            found = _from_toml(path, os.path.relpath(path).replace(os.sep, "/"))
        elif "npmguard" in manifest.data:
            found = _Reader(manifest.file, "", 'the "npmguard" key: ').settings(manifest.data["npmguard"])
    changes: dict[str, Any] = {
        "advisories": options.advisories,
        "offline": options.offline,
        "production": options.production,
        "allow_incomplete": options.allow_incomplete,
        "deep": options.deep,
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
        "licence-denied",
        "licence-unknown",
    )
)


def near(word: str, known: frozenset[str] | set[str]) -> str:
    """`; did you mean X?`, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(word, sorted(known), 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""


def _from_toml(path: str, shown: str) -> Settings:
    from npmguard import tomltext
    from npmguard.project.files import read

    document, text = tomltext.loads(read(path, shown), shown, SettingsError)
    return _Reader(shown, text, "").settings(document)


_KEYS = frozenset(
    (
        "fail-on",
        "skip",
        "only",
        "allowed-hosts",
        "internal-scopes",
        "minimum-release-age",
        "minimum-release-age-exclude",
        "required-version",
        "rules",
        "ignore",
    )
)
_AGE = r"(\d{1,6})\s*([mhdw])"
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class _Reader:
    """Reads one settings document, checking everything in it."""

    def __init__(self, file: str, text: str, prefix: str) -> None:
        self.file = file
        self.text = text
        self.prefix = prefix
        self.start = 0  # where in the text that which is being read begins

    def refuse(self, reason: str, key: str) -> SettingsError:
        """The error for what stands at `key`: its line is the first that has that word outside a comment."""
        word = re.compile(rf"^[^\n#]*\b{re.escape(key)}\b", re.MULTILINE)
        found = word.search(self.text, self.start)
        line = self.text.count("\n", 0, found.end()) + 1 if found else None
        return SettingsError(self.file, f"{self.prefix}{reason}", line)

    def settings(self, document: object) -> Settings:
        if not isinstance(document, dict):
            raise self.refuse("not an object", "npmguard")
        self.required_version(document.get("required-version"))
        self.known(document, _KEYS, "setting")
        changes: dict[str, Any] = {
            "skip": self.rule_list(document, "skip"),
            "only": self.rule_list(document, "only"),
            "allowed_hosts": self.texts(document, "allowed-hosts"),
            "internal_scopes": self.texts(document, "internal-scopes"),
            "severities": self.severities(document.get("rules", {})),
            "ignores": self.ignores(document.get("ignore", [])),
            "minimum_release_age": self.age(document.get("minimum-release-age")),
            "minimum_release_age_exclude": self.texts(document, "minimum-release-age-exclude"),
        }
        word = document.get("fail-on")
        if word is not None:
            changes["fail_on"] = self.severity(word, "fail-on", none=True)
        return Settings(**changes)

    def known(self, table: Mapping[str, Any], keys: frozenset[str], what: str) -> None:
        for key in table:
            if key not in keys:
                raise self.refuse(f"unknown {what} {key!r}{near(key, keys)}", key)

    def rule(self, name: object, key: str) -> str:
        known = known_rules() | LATER
        if not isinstance(name, str) or name not in known:
            raise self.refuse(f"{key}: no such rule {name!r}{near(str(name), known)}", str(name))
        return name

    def rule_list(self, document: Mapping[str, Any], key: str) -> frozenset[str]:
        return frozenset(self.rule(name, key) for name in self.texts(document, key))

    def texts(self, document: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(f"{key} is not a list of texts", key)
        return tuple(value)

    def severity(self, word: object, key: str, *, none: bool = False) -> Severity | None:
        if none and isinstance(word, str) and word.lower() == "none":
            return None
        found = Severity.parse(word) if isinstance(word, str) else None
        if found is None:
            words = frozenset(s.word for s in Severity)
            raise self.refuse(f"{key}: {word!r} is not a severity{near(str(word), words)}", key)
        return found

    def severities(self, tables: object) -> dict[str, Severity]:
        if not isinstance(tables, dict):
            raise self.refuse("rules is not a table", "rules")
        found = {}
        for name, table in tables.items():
            rule = self.rule(name, "rules")
            if not isinstance(table, dict):
                raise self.refuse(f"rules.{name} is not a table", name)
            self.known(table, frozenset(("severity",)), f"setting of rules.{name}")
            if "severity" in table:
                severity = self.severity(table["severity"], "severity")
                assert severity is not None
                found[rule] = severity
        return found

    def ignores(self, entries: object) -> tuple[Ignore, ...]:
        if not isinstance(entries, list):
            raise self.refuse("ignore is not a list of tables", "ignore")
        heads = [found.start() for found in re.finditer(r"^\s*\[\[\s*ignore\s*\]\]", self.text, re.MULTILINE)]
        found = []
        for number, entry in enumerate(entries):
            self.start = heads[number] if number < len(heads) else 0
            found.append(self.ignore(entry))
        self.start = 0
        return tuple(found)

    def ignore(self, entry: object) -> Ignore:
        from datetime import date, datetime

        if not isinstance(entry, dict):
            raise self.refuse("an ignore is not a table", "ignore")
        self.known(
            entry,
            frozenset(("rule", "package", "version", "id", "reason", "until")),
            "setting of an ignore",
        )
        for key in ("rule", "package", "version", "id", "reason"):
            if not isinstance(entry.get(key, ""), str):
                raise self.refuse(f"{key} of an ignore is not text", key)
        if "rule" not in entry:
            raise self.refuse("an ignore names no rule", "ignore")
        rule = self.rule(entry["rule"], "ignore")
        reason = entry.get("reason", "").strip()
        if not reason:
            raise self.refuse(f"an ignore of {rule} gives no reason", "ignore")
        until = entry.get("until")
        if isinstance(until, str):
            try:
                until = date.fromisoformat(until)
            except ValueError:
                raise self.refuse(f"until {until!r} is not a date such as 2027-01-31", "until") from None
        if isinstance(until, datetime):
            until = until.date()
        if until is not None and not isinstance(until, date):
            raise self.refuse("until is not a date such as 2027-01-31", "until")
        return Ignore(rule, reason, entry.get("package"), entry.get("version"), entry.get("id"), until)

    def age(self, value: object) -> int | None:
        if value is None:
            return None
        match = re.fullmatch(_AGE, value) if isinstance(value, str) else None
        if match is None:
            raise self.refuse(
                "minimum-release-age is not an age such as 3d, 12h or 2w", "minimum-release-age"
            )
        return int(match[1]) * _SECONDS[match[2]]

    def required_version(self, value: object) -> None:
        """`required-version`: stops a npmguard that is too old (or too new) for these settings."""
        if value is None:
            return
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        from npmguard import __version__

        try:
            wanted = SpecifierSet(value) if isinstance(value, str) else None
        except InvalidSpecifier:
            wanted = None
        if wanted is None:
            raise self.refuse("required-version is not a range such as >=0.1", "required-version")
        if not wanted.contains(__version__, prereleases=True):
            raise self.refuse(f"npmguard {value} is wanted; this is {__version__}", "required-version")
