"""The Typer application, made from the table of options: help, completion, and errors in one line."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, Optional

import typer

from npmguard.cli.options import COMMANDS, Command
from npmguard.cli.quick import Values, global_last, pair

_WIDEST = 30  # of the choices of an option, beside its name
_ABOUT = "npmguard tells whether an npm project's supply chain is safe to install, ship and keep."
# Typer's base of all complaints about a command line
_Complaint: Any = typer.BadParameter.__mro__[2]


def run(words: Sequence[str], call: Callable[[Command, Values], int]) -> int:
    """Reads the words, runs the command they name through `call`, and gives its exit code."""
    code = 0

    def called(command: Command, values: Values) -> None:
        nonlocal code
        pair(command, words, values)
        code = call(command, values)

    app = typer.Typer(
        help=_ABOUT,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for command in COMMANDS:
        app.command(command.name, help=command.help)(_function(command, called))
    try:
        result = app(global_last(words), prog_name="npmguard", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return 130
    except _Complaint as complaint:
        text = " ".join(complaint.format_message().split())
        print(f"npmguard: {text[:1].lower()}{text[1:]}", file=sys.stderr)
        return 2
    return result if isinstance(result, int) and result else code


def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    if version:
        from npmguard import __version__

        print(f"npmguard {__version__}")
        raise typer.Exit


def _function(command: Command, called: Callable[[Command, Values], None]) -> Callable[..., None]:
    """A function with the signature that Typer makes this command's options from."""

    def function(**values: Any) -> None:
        called(command, {k: list(v) if isinstance(v, (list, tuple)) else v for k, v in values.items()})

    name, about = command.argument
    kinds: dict[str, Any] = {}
    starts: dict[str, Any] = {}
    if command.many:
        kinds[name] = Optional[list[str]]  # noqa: UP045 - Typer reads it
        starts[name] = typer.Argument(
            default=[], help=about, metavar=f"[{name.upper()}]...", show_default=False
        )
    else:
        for name, about in (command.argument, *command.others):
            kinds[name] = Optional[str]  # noqa: UP045
            starts[name] = typer.Argument(default=None, help=about, metavar=f"[{name.upper()}]")
    for option in command.options:
        extra: dict[str, Any] = {"help": option.help}
        default: Any = False
        if not option.takes:
            kinds[option.name] = bool
        elif option.many:
            kinds[option.name] = Optional[list[str]]  # noqa: UP045
            default = []
        else:
            kinds[option.name] = Optional[str]  # noqa: UP045
            default = option.default or None
        if option.takes:
            choices = "|".join(option.choices)
            extra["metavar"] = choices if 0 < len(choices) <= _WIDEST else option.takes
            if len(choices) > _WIDEST:
                extra["help"] += f" One of {', '.join(option.choices)}."
            extra["show_default"] = option.default or False
        if option.choices:
            extra["callback"] = _one_of(option.flags[-1], option.choices)
        starts[option.name] = typer.Option(default, *option.flags, **extra)
    function.__annotations__ = {**kinds, "return": None}
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=starts[key], annotation=kinds[key])
            for key in kinds
        ]
    )
    return function


def _one_of(flag: str, choices: tuple[str, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each is not None and each not in choices:
                raise typer.BadParameter(f"{flag} {each}: choose from {', '.join(choices)}")
        return value

    return check
