"""Where a report goes, and how a person is kept informed meanwhile."""

from __future__ import annotations

import os
import sys

from npmguard.cli.quick import Values
from npmguard.cli.values import texts
from npmguard.errors import UsageError
from npmguard.model import Report


def deliver(report: Report, values: Values) -> None:
    """Writes the report in each format to its place, as the command line names them. Raises UsageError."""
    for name, place in zip(texts(values["format"]), texts(values["output"]), strict=True):
        write(_rendered(report, name, values, to_file=place != "-"), place)
        if name == "github":
            _summarize(report)


def _rendered(report: Report, name: str, values: Values, *, to_file: bool) -> str:
    if name != "console":
        from importlib import import_module

        found: str = import_module(f"npmguard.reports.{name.replace('-', '_')}").render(report)
        return found
    from npmguard.reports import console

    return console.render(
        report,
        color=colored(str(values["color"])) and not to_file,
        width=width(),
        verbose=bool(values["verbose"]),
        quiet=bool(values["quiet"]),
    )


def _summarize(report: Report) -> None:
    """Adds the report to the job's summary, where GitHub Actions says where that is. Raises UsageError."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from npmguard.reports import github

    try:
        with open(path, "ab") as file:
            file.write(github.summary(report, taken=file.tell()))
    except OSError as error:
        raise UsageError(f"GITHUB_STEP_SUMMARY {path}: {error.strerror or error}") from None


def colored(when: str) -> bool:
    """Is the terminal to be coloured? --color, then NO_COLOR and FORCE_COLOR, then what stdout is."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """How wide a line may be: the terminal's width within reason, 80 elsewhere."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return max(40, min(int(columns), 200))
    if sys.stdout.isatty():
        from contextlib import suppress

        with suppress(OSError):
            return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns, 120))
    return 80


def write(text: str, path: str | None) -> None:
    """Writes to stdout, or to a file that is there whole or not at all. Raises UsageError."""
    if path is None or path == "-":
        _to_stdout(text)
        return
    from contextlib import suppress

    # what a link leads to is replaced, not the link; a device or a pipe is written to as it is
    whole = not os.path.exists(path) or os.path.isfile(path)
    target = os.path.realpath(path) if whole else path
    partial = f"{target}.{os.getpid()}.part" if whole else target
    try:
        with open(partial, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        if whole:
            os.replace(partial, target)
    except OSError as error:
        raise UsageError(f"--output {path}: {error.strerror or error}") from None
    finally:
        if whole:
            with suppress(OSError):
                os.remove(partial)


def _to_stdout(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever reads the report has seen enough; Python would complain once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(f"stdout: {error.strerror or error}") from None


class Progress:
    """One line on stderr, where that is a terminal: which project, what is asked, how much was answered."""

    def __init__(self, quiet: bool, what: str = "registry") -> None:
        self._what = what
        self._shown = not quiet and sys.stderr.isatty()
        self._length = 0
        self._project = ""

    def __call__(self, done: int, total: int) -> None:
        if done == total or done % 10 == 0:
            known = f"{done}/{total}" if total else f"{done}"
            self._show(f"{self._project}{self._what} {known}")

    def project(self, number: int, count: int) -> None:
        """Tells which of several projects is looked at."""
        self._show(f"project {number}/{count}")
        self._project = f"project {number}/{count}, "

    def _show(self, line: str) -> None:
        if self._shown:
            rest = " " * (self._length - len(line))
            self._length = len(line)
            sys.stderr.write(f"\r{line}{rest}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()
            self._length = 0


def complain(message: object) -> None:
    """One line on stderr, with the program's name."""
    say(f"npmguard: {message}")


def say(message: str) -> None:
    """One line on stderr."""
    from npmguard.text import plain

    text = plain(" ".join(message.split()))
    stream = sys.stderr
    encoding = stream.encoding or "utf-8"
    stream.write(f"{text}\n".encode(encoding, "backslashreplace").decode(encoding))
