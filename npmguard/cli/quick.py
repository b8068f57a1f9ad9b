"""Reads a plain command line without Typer, which costs 100 ms to import.

What it does not understand to the last word (help, an unknown option, a missing or wrong value) it leaves to
Typer, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from npmguard.cli.options import COMMANDS, GLOBAL, Command
from npmguard.errors import UsageError

Values = dict[str, str | bool | list[str] | None]


def read(words: Sequence[str]) -> tuple[Command, Values] | None:
    """The command and its values, or None where it takes Typer to say."""
    words = global_last(words)
    command = next((c for c in COMMANDS if words and c.name == words[0]), None)
    if command is None:
        return None
    values = defaults(command)
    flags = {flag: option for option in command.options for flag in option.flags}
    rest: list[str] = []
    position = 1
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            rest += words[position:]
            break
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        flag, equals, value = word.partition("=")
        option = flags.get(flag)
        if option is None or (equals and not flag.startswith("--")):
            return None
        if not option.takes:
            if equals:
                return None
            values[option.name] = True
            continue
        if not equals:
            if position == len(words):
                return None
            value = words[position]
            position += 1
        if option.choices and value not in option.choices:
            return None
        if option.many:
            found = values[option.name]
            assert isinstance(found, list)
            found.append(value)
        else:
            values[option.name] = value
    pair(command, words, values)
    if command.many:
        values[command.argument[0]] = rest
        return command, values
    names = [name for name, _ in (command.argument, *command.others)]
    if len(rest) > len(names):
        return None
    values.update(zip(names, rest, strict=False))
    return command, values


def pair(command: Command, words: Sequence[str], values: Values) -> None:
    """Makes one list of the other: each format with the place it goes to, "-" for stdout.

    As many places as formats are taken in order; where there are fewer, each belongs to the format before it.
    Raises UsageError where that does not come out even.
    """
    formats, places = values.get("format"), values.get("output")
    if not isinstance(formats, list) or not isinstance(places, list):
        return
    if len(places) > max(1, len(formats)):
        raise UsageError("more --output than --format: each report needs its own of both")
    if len(formats) <= 1:
        formats = formats or [next(o.default for o in command.options if o.name == "format")]
        found = [(formats[0], place) for place in places] or [(formats[0], "-")]
    elif len(places) == len(formats):
        found = list(zip(formats, places, strict=True))
    else:
        found = _in_turn(words)
    to = [place for _, place in found]
    if len(set(to)) < len(to):
        raise UsageError("several reports to one place: give each --format an --output of its own")
    values["format"], values["output"] = [name for name, _ in found], to


def _in_turn(words: Sequence[str]) -> list[tuple[str, str]]:
    """Each format on a command line with the place that is named right after it."""
    found: list[tuple[str, str]] = []
    for number, word in enumerate(words):
        flag, equals, value = word.partition("=")
        value = value if equals else (*words[number + 1 : number + 2], "")[0]
        if flag in ("-f", "--format"):
            found.append((value, "-"))
        elif flag in ("-o", "--output"):
            if not found or found[-1][1] != "-":
                raise UsageError(f"--output {value}: no --format stands before it")
            found[-1] = (found[-1][0], value)
    return found


def defaults(command: Command) -> Values:
    """The values of a command line that says nothing."""
    values: Values = {command.argument[0]: [] if command.many else None}
    values.update({name: None for name, _ in command.others})
    for option in command.options:
        if not option.takes:
            values[option.name] = False
        else:
            values[option.name] = [] if option.many else option.default or None
    return values


def global_last(words: Sequence[str]) -> list[str]:
    """The words with the options that stand before the command moved behind it: both places are right."""
    flags = {flag: option for option in GLOBAL for flag in option.flags}
    moved: list[str] = []
    rest = list(words)
    while rest:
        option = flags.get(rest[0].partition("=")[0])
        if option is None:
            break
        moved.append(rest.pop(0))
        if option.takes and "=" not in moved[-1] and rest:
            moved.append(rest.pop(0))
    return [rest[0], *moved, *rest[1:]] if rest else moved
