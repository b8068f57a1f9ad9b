"""The entry point. `--version` answers before anything else is imported."""

from __future__ import annotations

import gc
import os
import sys


def program() -> None:
    """The console script: `main`, and away at once.

    To take apart a whole lockfile's objects one by one before leaving costs a tenth of a short run. All files
    are written and closed by then.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or 2  # whoever was to read it is gone
    os._exit(code)


def main(words: list[str] | None = None) -> int:
    """Runs the command line and gives the exit code."""
    words = sys.argv[1:] if words is None else words
    if words in (["--version"], ["-V"]):
        from npmguard import __version__

        print(f"npmguard {__version__}")
        return 0
    return _guarded(words)


def _guarded(words: list[str]) -> int:
    # a run is short and makes next to no cycles: looking for them costs more than they hold
    gc.disable()
    from npmguard.errors import NpmguardError

    try:
        return _run(words)
    except NpmguardError as error:
        from npmguard.cli.output import complain

        complain(error)
        return 2
    except KeyboardInterrupt:
        return 130
    except (RecursionError, MemoryError) as error:
        from npmguard.cli.output import complain

        much = (
            "nested too deeply to be read"
            if isinstance(error, RecursionError)
            else "too large for the memory"
        )
        complain(f"something in the project is {much}")
        return 2
    except Exception as error:
        from npmguard.cli.output import complain

        if "-v" in words or "--verbose" in words:
            import traceback

            traceback.print_exc()
        complain(f"a mistake in npmguard itself, please report it: {type(error).__name__}: {error}")
        return 2


def _run(words: list[str]) -> int:
    from npmguard.cli import quick

    found = quick.read(words)
    if found is not None:
        return _call(*found)
    from npmguard.cli.app import run

    return run(words, _call)


def _call(command: object, values: object) -> int:
    # one module for each command, named like it and imported only when it is run
    from importlib import import_module

    code: int = import_module(f"npmguard.cli.{getattr(command, 'name', 'check')}").run(values)
    return code


if __name__ == "__main__":
    program()
