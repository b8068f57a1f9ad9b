"""Settings as files hold them: npmguard.toml, the "npmguard" key of package.json, and what they extend."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from npmguard import settings_keys as keys
from npmguard.errors import InputError, SettingsError
from npmguard.model import Manifest, Severity
from npmguard.settings import FILE, Settings

_LARGEST = 1 << 18  # bytes; a thousand ignores fit in
_DEEPEST = 8  # files that extend one another

Fields = dict[str, Any]


def from_file(path: str, shown: str, top: str | None = None) -> Settings:
    """The settings of a file, `shown` in errors, with what it extends below them.

    `top` is the folder that it may extend files of; None where it may extend any. Raises SettingsError.
    """
    return _made(_layer(path, shown, top, ()))


def from_key(manifest: Manifest, folder: str, top: str) -> Settings:
    """The settings under the "npmguard" key of a package.json."""
    place = keys.Place(manifest.file, "", 'the "npmguard" key: ')
    own = keys.read(manifest.data["npmguard"], place)
    return _made(_extended(own, place, folder, top, ()))


def top_of(folder: str) -> str:
    """The folder that a project's settings may extend files of: its repository's; without one its own."""
    here = start = os.path.realpath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return start
        here = above
    return here


def _layer(path: str, shown: str, top: str | None, above: tuple[str, ...]) -> Fields:
    """What a file says, and below it what it extends. `above` are the files that led here."""
    from npmguard import tomltext
    from npmguard.project.files import read

    data = read(path, shown)
    if len(data) > _LARGEST:
        raise SettingsError(shown, f"larger than settings ever are ({_LARGEST >> 10} KiB)")
    document, text = tomltext.loads(data, shown, SettingsError)
    place = keys.Place(shown, text)
    own = keys.read(document, place)
    return _extended(own, place, os.path.dirname(path), top, (*above, os.path.realpath(path)))


def _extended(own: Fields, place: keys.Place, folder: str, top: str | None, above: tuple[str, ...]) -> Fields:
    own = _chosen(own, place)
    named = own.pop("extends", None)
    if named is None:
        return own

    def wrong(reason: str) -> SettingsError:
        return place.wrong(f"extends: {named!r} {reason}", "extends")

    if "://" in named or os.path.isabs(named) or named.startswith(("~", "\\")):
        raise wrong("is not a path that begins at this file")
    if not named.endswith(FILE):
        raise wrong(f"does not end in {FILE}, as the names of all settings files do")
    path = os.path.join(folder, *named.split("/"))
    try:
        target = os.path.realpath(path)
    except ValueError:  # a NUL, or half a character
        raise wrong("is no path") from None
    if top is not None and os.path.commonpath([top, target]) != top:
        raise wrong("lies outside of the repository")
    if target in above:
        raise wrong("leads back to where it came from")
    if len(above) >= _DEEPEST:
        raise wrong(f"is one file too many ({_DEEPEST} may extend one another)")
    try:
        below = _layer(path, os.path.relpath(path).replace(os.sep, "/"), top, above)
    except SettingsError:
        raise
    except InputError as error:
        raise place.wrong(f"extends: {error.file}: {error.reason}", "extends") from None
    return _merged(below, own)


def _chosen(own: Fields, place: keys.Place) -> Fields:
    """The fields with `enabled` of rules made a matter of which rules are skipped: `on` undoes it below."""
    rules: Mapping[str, Mapping[str, Any]] = own.get("rules", {})
    on = {rule for rule, decided in rules.items() if decided.get("enabled") is True}
    off = {rule for rule, decided in rules.items() if decided.get("enabled") is False}
    skip = own.get("skip", frozenset())
    for rule in sorted(on & skip):
        raise place.wrong(f"skip names {rule}, which [rules.{rule}] enables", "skip")
    return {**own, "skip": skip | off, "on": frozenset(on)}


def _merged(below: Fields, own: Fields) -> Fields:
    """What a file says over what it extends: lists grow, tables of rules mix, all else is replaced."""
    found = {**below, **own}
    found["skip"] = (below["skip"] - own["on"]) | own["skip"]
    found["on"] = below["on"] | own["on"]
    for field in below.keys() & own.keys() - {"skip", "on"}:
        if isinstance(own[field], frozenset):
            found[field] = below[field] | own[field]
        elif isinstance(own[field], tuple):
            found[field] = tuple(dict.fromkeys((*below[field], *own[field])))
    rules: dict[str, Fields] = {}
    for layer in (below, own):
        for rule, decided in layer.get("rules", {}).items():
            rules[rule] = {**rules.get(rule, {}), **decided}
    return {**found, "rules": rules}


def _made(fields: Fields) -> Settings:
    """The settings of all that was said."""
    rules: Mapping[str, Mapping[str, Severity]] = fields.pop("rules", {})
    fields.pop("on")
    return Settings(
        **fields,
        severities={rule: decided["severity"] for rule, decided in rules.items() if "severity" in decided},
        dev_severities={
            rule: decided["dev_severity"] for rule, decided in rules.items() if "dev_severity" in decided
        },
    )
