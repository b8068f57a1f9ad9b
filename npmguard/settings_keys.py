"""The keys of npmguard.toml: one table, from which both the reader and the schema for editors are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from npmguard.errors import SettingsError
from npmguard.model import Severity
from npmguard.settings import LATER, Ignore, Override, known_rules, near

Schema = dict[str, Any]

_LONGEST = 300  # characters of a reason
_MOST = 1000  # entries of a list of tables


class Place:
    """Where in a file the settings stand that are being read: what the errors about them say."""

    def __init__(self, file: str, text: str, prefix: str = "", start: int = 0) -> None:
        self.file = file
        self.text = text
        self.prefix = prefix
        self.start = start

    def wrong(self, reason: str, word: str) -> SettingsError:
        """The error for what stands at `word`: its line is the first that has it outside a comment."""
        end = r"(?![\w-])" if len(word) <= 100 else ""
        known = re.compile(rf"^[^\n#]*(?<![\w-]){re.escape(word[:100])}{end}", re.MULTILINE)
        found = known.search(self.text, self.start)
        line = self.text.count("\n", 0, found.end()) + 1 if found else None
        reason = reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]}…"
        return SettingsError(self.file, f"{self.prefix}{reason}", line)

    def below(self, heading: str) -> Iterator[Place]:
        """The places from each heading of a table on, in order; this one again when there are no more."""
        words = r"\s*\.\s*".join(rf"[\"']?{re.escape(word)}[\"']?" for word in heading.split("."))
        for found in re.finditer(rf"^[ \t]*\[\[?\s*{words}\s*\]", self.text, re.MULTILINE):
            yield Place(self.file, self.text, self.prefix, found.start())
        while True:
            yield self


class Kind(NamedTuple):
    """What a value may be: `read` makes of it what the settings hold, `schema` says the same to an editor.

    `read` takes the value, the key's name and its place, and raises SettingsError.
    """

    read: Callable[[object, str, Place], Any]
    schema: Callable[[], Schema]


class Key(NamedTuple):
    """One key: its name, what it takes, what an editor shows about it.

    `field` is the name that the value has in the noun that is made of the table; by default the key's own.
    """

    name: str
    kind: Kind
    about: str
    field: str = ""

    @property
    def goes_to(self) -> str:
        return self.field or self.name.replace("-", "_")


# -- kinds


def _text(value: object, key: str, place: Place) -> str:
    if not isinstance(value, str):
        raise place.wrong(f"{key} is not text", key)
    return value


def _own_text(owner: str) -> Kind:
    def read(value: object, key: str, place: Place) -> str:
        if not isinstance(value, str):
            raise place.wrong(f"{key} of {owner} is not text", key)
        return value

    return Kind(read, lambda: {"type": "string"})


def _texts(value: object, key: str, place: Place) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise place.wrong(f"{key} is not a list of texts", key)
    return tuple(value)


def _flag(value: object, key: str, place: Place) -> bool:
    if not isinstance(value, bool):
        raise place.wrong(f"{key} is neither true nor false", key)
    return value


def _rule(value: object, key: str, place: Place) -> str:
    known = known_rules() | LATER
    if not isinstance(value, str) or value not in known:
        raise place.wrong(f"{key}: no such rule {value!r}{near(str(value), known)}", str(value))
    return value


def _rules(value: object, key: str, place: Place) -> frozenset[str]:
    return frozenset(_rule(name, key, place) for name in _texts(value, key, place))


def _severity(value: object, key: str, place: Place) -> Severity:
    found = Severity.parse(value) if isinstance(value, str) else None
    if found is None or str(value).lower() == "none":
        words = frozenset(s.word for s in Severity)
        raise place.wrong(f"{key}: {value!r} is not a severity{near(str(value), words)}", key)
    return found


def _level(value: object, key: str, place: Place) -> Severity | None:
    if isinstance(value, str) and value.lower() == "none":
        return None
    return _severity(value, key, place)


_AGE = r"(\d{1,6})\s*([mhdw])"
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def _age(value: object, key: str, place: Place) -> int:
    match = re.fullmatch(_AGE, value) if isinstance(value, str) else None
    if match is None:
        raise place.wrong(f"{key} is not an age such as 3d, 12h or 2w", key)
    return int(match[1]) * _SECONDS[match[2]]


def _day(value: object, key: str, place: Place) -> object:
    from datetime import date, datetime

    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise place.wrong(f"{key} {value!r} is not a date such as 2027-01-31", key) from None
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        raise place.wrong(f"{key} is not a date such as 2027-01-31", key)
    return value


def _version_range(value: object, key: str, place: Place) -> None:
    """Stops a npmguard that is too old (or too new) for these settings."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from npmguard import __version__

    try:
        wanted = SpecifierSet(value) if isinstance(value, str) else None
    except InvalidSpecifier:
        wanted = None
    if wanted is None:
        raise place.wrong(f"{key} is not a range such as >=0.1", key)
    if not wanted.contains(__version__, prereleases=True):
        raise place.wrong(f"npmguard {value} is wanted; this is {__version__}", key)


def _licences(value: object, key: str, place: Place) -> tuple[str, ...]:
    """Licences as SPDX has them, `A WITH B`, LicenseRef-..., UNLICENSED, or patterns of them with `*`."""
    from npmguard.licence_terms import UnknownLicence, term

    found = []
    for text in _texts(value, key, place):
        try:
            found.append(term(text))
        except UnknownLicence as error:
            raise place.wrong(f"{key}: {error}", text) from None
    return tuple(found)


def _words(words: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(words)}


def _a_list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _a_rule() -> Schema:
    return {"$ref": "#/definitions/rule-id"}


_SEVERITIES = tuple(s.word for s in reversed(Severity))

TEXT = Kind(_text, lambda: {"type": "string"})
TEXTS = Kind(_texts, lambda: _a_list({"type": "string"}))
FLAG = Kind(_flag, lambda: {"type": "boolean"})
RULES = Kind(_rules, lambda: _a_list(_a_rule()))
SEVERITY = Kind(_severity, lambda: _words(_SEVERITIES))
LEVEL = Kind(_level, lambda: _words((*_SEVERITIES, "none")))
AGE = Kind(_age, lambda: {"type": "string", "pattern": f"^{_AGE}$", "examples": ["3d", "12h", "2w"]})
DAY = Kind(_day, lambda: {"type": "string", "format": "date"})
RANGE = Kind(_version_range, lambda: {"type": "string", "examples": [">=0.1"]})
LICENCES = Kind(_licences, lambda: _a_list({"type": "string", "examples": ["MIT", "GPL-*"]}))


def _settings_of(table: Mapping[str, Any], keys: Sequence[Key], place: Place, what: str) -> dict[str, Any]:
    """The values of a table's keys by the names of their fields; nothing may stand there that is no key."""
    known = {key.name: key for key in keys}
    for name in table:
        if name not in known:
            raise place.wrong(f"unknown {what} {name!r}{near(name, set(known))}", name)
    return {key.goes_to: key.kind.read(table[key.name], key.name, place) for key in keys if key.name in table}


def _object(keys: Sequence[Key], **more: Any) -> Schema:
    properties = {key.name: {"description": key.about, **key.kind.schema()} for key in keys}
    return {"type": "object", "additionalProperties": False, "properties": properties, **more}


def _table(keys: Sequence[Key]) -> Kind:
    """A table of its own: a mapping of its fields."""

    def read(value: object, key: str, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise place.wrong(f"{key} is not a table", key)
        return _settings_of(value, keys, next(place.below(key)), f"setting of {key}")

    return Kind(read, lambda: _object(keys))


def _by_rule(keys: Sequence[Key]) -> Kind:
    """A table of tables, by the rules' names."""

    def read(value: object, key: str, place: Place) -> dict[str, dict[str, Any]]:
        if not isinstance(value, dict):
            raise place.wrong(f"{key} is not a table", key)
        found = {}
        for name, table in value.items():
            rule = _rule(name, key, place)
            below = next(place.below(f"{key}.{rule}"))
            if not isinstance(table, dict):
                raise below.wrong(f"{key}.{rule} is not a table", rule)
            found[rule] = _settings_of(table, keys, below, f"setting of {key}.{rule}")
        return found

    def schema() -> Schema:
        rules = sorted(known_rules() | LATER)
        each = {"$ref": "#/definitions/rule-settings"}
        return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(rules, each)}

    return Kind(read, schema)


def _tables(
    one: str, keys: Sequence[Key], make: Callable[[dict[str, Any], Place], Any], **schema: Any
) -> Kind:
    """A list of tables; `one` names each in errors, `make` makes a noun of it, or says what it lacks."""

    def read(value: object, key: str, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise place.wrong(f"{key} is not a list of tables", key)
        if len(value) > _MOST:
            raise place.wrong(f"{key} has more than {_MOST} entries", key)
        found = []
        for entry, below in zip(value, place.below(key), strict=False):
            if not isinstance(entry, dict):
                raise below.wrong(f"{one} is not a table", key)
            found.append(make(_settings_of(entry, keys, below, f"setting of {one}"), below))
        return tuple(found)

    return Kind(read, lambda: _a_list(_object(keys, **schema)))


# -- the tables


def _selecting(table: str, owner: str) -> tuple[Key, ...]:
    """The keys that say which findings are meant."""
    text = _own_text(owner)
    # a bare reference would take the place of its description
    rule = Kind(lambda value, key, place: _rule(value, table, place), lambda: {"allOf": [_a_rule()]})
    return (
        Key("rule", rule, "The rule whose findings are meant."),
        Key("package", text, "The package's name, or a pattern with * such as @corp/*."),
        Key("version", text, "The package's version, to the letter."),
        Key("id", text, "An advisory's id: GHSA-..., CVE-... or another that the finding has."),
        Key("via", text, "A package (or a pattern): only what no way but through it brings."),
        Key("dev", FLAG, "true: only what development alone brings; false: only the rest."),
    )


def _ignore(fields: dict[str, Any], place: Place) -> Ignore:
    if "rule" not in fields:
        raise place.wrong("an ignore names no rule", "ignore")
    fields["reason"] = fields.get("reason", "").strip()
    if not fields["reason"]:
        raise place.wrong(f"an ignore of {fields['rule']} gives no reason", "ignore")
    return Ignore(**fields)


def _override(fields: dict[str, Any], place: Place) -> Override:
    if "severity" not in fields:
        raise place.wrong("an override gives no severity", "override")
    if len(fields) == 1:
        raise place.wrong("an override says not of what (rule, package, version, id, via, dev)", "override")
    return Override(**fields)


_OF_A_RULE = (
    Key("severity", SEVERITY, "How bad its findings are, in place of what the rule says."),
    Key("dev-severity", SEVERITY, "The same for what development alone brings."),
    Key("enabled", FLAG, "false: it does not run; true: it does, though a file that is extended skips it."),
)
_OF_AN_IGNORE = (
    *_selecting("ignore", "an ignore"),
    Key("reason", _own_text("an ignore"), "Why; shown wherever what is hidden is listed."),
    Key("until", DAY, "The last day on which it hides anything."),
)
_OF_AN_OVERRIDE = (
    Key("severity", SEVERITY, "How bad these findings are."),
    *_selecting("override", "an override"),
)
_OF_LICENCES = (
    Key("allow", LICENCES, "The only licences that dependencies may have.", "allowed_licences"),
    Key("deny", LICENCES, "Licences that no dependency may have.", "denied_licences"),
)

KEYS = (
    Key("$schema", TEXT, "Where an editor finds the schema of this file."),
    Key("required-version", RANGE, "Stops a npmguard that does not know these settings."),
    Key("extends", TEXT, "The path, from this file, of a common npmguard.toml; this one stands above it."),
    Key("fail-on", LEVEL, "Findings from this severity on end a run with 1."),
    Key("only", RULES, "Where not empty: the only rules to run."),
    Key("skip", RULES, "Rules that are not to run."),
    Key("allowed-hosts", TEXTS, "Hosts that a lockfile may download from, beside the registries."),
    Key("internal-scopes", TEXTS, "Scopes that are yours alone, such as @corp."),
    Key("minimum-release-age", AGE, "How old a release must be: 90m, 12h, 3d, 2w."),
    Key("minimum-release-age-exclude", TEXTS, "Packages, or patterns with *, that may be younger."),
    Key("rules", _by_rule(_OF_A_RULE), "What is decided about a rule, by its name."),
    Key(
        "override",
        _tables(
            "an override",
            _OF_AN_OVERRIDE,
            _override,
            required=["severity"],
            minProperties=2,
        ),
        "Severities of some findings; the last that fits counts.",
        "overrides",
    ),
    Key(
        "ignore",
        _tables("an ignore", _OF_AN_IGNORE, _ignore, required=["rule", "reason"]),
        "Findings that are hidden, why, and until when.",
        "ignores",
    ),
    Key("licences", _table(_OF_LICENCES), "Which licences dependencies may have: SPDX identifiers."),
)


def read(document: object, place: Place) -> dict[str, Any]:
    """The values of a whole document, by field; what it does not say is not there. Raises SettingsError."""
    if not isinstance(document, dict):
        raise place.wrong("not an object", "npmguard")
    # first of all: a file for a newer npmguard may well say what this one does not know
    if "required-version" in document:
        _version_range(document["required-version"], "required-version", place)
    found = _settings_of(document, KEYS, place, "setting")
    found.update(found.pop("licences", {}))
    return {field: value for field, value in found.items() if field not in _FOR_OTHERS}


_FOR_OTHERS = ("$schema", "required_version")


def schema() -> Schema:
    """The JSON Schema (draft 7) of npmguard.toml and of the "npmguard" key of package.json."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "npmguard.toml",
        "description": "What a project decides about npmguard: docs/settings.md",
        **_object(KEYS),
        "definitions": {
            "rule-id": _words(sorted(known_rules() | LATER)),
            "rule-settings": _object(_OF_A_RULE),
        },
    }
