"""What npmguard raises when it cannot do what was asked.

Each carries one line for a person; the command line prints it to stderr and exits with 2.
"""

from __future__ import annotations


class NpmguardError(Exception):
    """Base of every error that npmguard raises on purpose."""


class UsageError(NpmguardError):
    """The command was asked for something that makes no sense (a bad option, a missing path)."""


class InputError(NpmguardError):
    """A file that cannot be read or parsed.

    `file` is the path as the user knows it, `line` is 1-based or None, `reason` says what is wrong
    in plain words. `str()` gives `file:line: reason`.
    """

    def __init__(self, file: str, reason: str, line: int | None = None) -> None:
        self.file = file
        self.reason = reason
        self.line = line
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {reason}")


class SettingsError(InputError):
    """A settings file (npmguard.toml, the "npmguard" key, .npmrc) that cannot be used."""
