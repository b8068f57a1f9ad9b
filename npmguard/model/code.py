"""What the code of a package does, as far as its text tells: nothing of it was ever run."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The kinds of deeds."""

    OPENS_SHELL = "opens-shell"  # a shell whose input and output go over the network
    RUNS_FETCHED = "runs-fetched"  # downloads something and executes it
    EVALUATES_FETCHED = "evaluates-fetched"  # downloads text and evaluates it, or pipes it into a shell
    DECODES = "decodes"  # decodes something and evaluates or executes it
    OBFUSCATED = "obfuscated"  # made unreadable on purpose; minified code is not
    INVISIBLE = "invisible"  # code in characters that nobody sees, or behind a long run of spaces
    CREDENTIALS = "reads-credentials"  # files with keys, tokens and wallets; addresses that give out such
    TOKENS = "reads-tokens"  # single variables that hold tokens
    ENVIRONMENT = "reads-environment"  # the whole environment, made into text
    SENDS = "sends"  # data to a host that is written in the code
    FETCHES = "fetches"  # from a host that is written in the code, or from wherever
    RUNTIME = "starts-runtime"  # a program that interprets code, other than node
    BUNDLED = "starts-bundled"  # an executable that the package brings
    PROCESS = "starts-process"  # any other program
    INSTALLS = "installs"  # further packages
    OUTSIDE = "writes-outside"  # files that are not the package's own
    OTHERS = "changes-others"  # files of other packages
    IDENTITY = "sends-identity"  # the names of user and machine
    PERSISTS = "persists"  # arranges to be started again
    HIDES = "hides"  # lets nobody see what it does: detached, no output, deletes itself
    PUBLISHES = "publishes"  # packages, or repositories, with what it finds
    HANGS = "hangs"  # never comes to an end when it is loaded
    DESTROYS = "destroys"  # files that are not its own
    MODELS = "asks-models"  # runs a command-line assistant that may do as it likes
    LOCATES = "locates"  # asks where in the world it is
    UNTRUSTS = "untrusts"  # turns the checking of certificates off
    KEYS = "calls-with-keys"  # a host that is written in the code, right where secret keys are handled
    EVALUATES = "evaluates"  # text that is not written in the code


class Deed(NamedTuple):
    """One thing that code does: where, and a short sentence with the evidence. Nothing is escaped yet.

    `path` is that of a file in the package, or the name of a script in package.json. `line` is 1-based.
    """

    kind: Kind
    path: str
    line: int
    what: str


class Place(NamedTuple):
    """A line of a file in the package."""

    path: str
    line: int


class Capabilities(NamedTuple):
    """What the code of a package can do: for each, the first few places that show it; () for none."""

    network: tuple[Place, ...] = ()
    processes: tuple[Place, ...] = ()
    reads: tuple[Place, ...] = ()
    writes: tuple[Place, ...] = ()
    environment: tuple[Place, ...] = ()
    evaluation: tuple[Place, ...] = ()
    native: tuple[Place, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that it has."""
        return tuple(name for name, places in zip(self._fields, self, strict=True) if places)


# The capabilities as people call them.
CAPABILITIES = {
    "network": "network",
    "processes": "child processes",
    "reads": "file system",
    "writes": "writes files",
    "environment": "environment",
    "evaluation": "eval",
    "native": "native code",
}


class Bulk(NamedTuple):
    """A large file that nobody can read. `kind` is one of minified, obfuscated, encoded, binary.

    "binary" is a file with the name of a script that is no text.
    """

    path: str
    size: int
    kind: str


class CodeFacts(NamedTuple):
    """What was seen in the code of one package: plain data.

    `installs` is what an install does (its scripts, binding.gyp, and the files of the package that they
    start), `imports` what all the rest does that is alarming in itself. `commands` are what an install runs:
    (name of the script, its text); `ordinary` tells that they are all of a well-known kind. `started` are
    the files that they start, `missing` those of them that the package does not hold. `hosts` are those
    written in code that uses the network. `unread` are the files that were not looked into, or only in part,
    with the reason. `parsed` is False where no JavaScript parser was at hand, and a plainer look was taken.
    """

    capabilities: Capabilities = Capabilities()
    installs: tuple[Deed, ...] = ()
    imports: tuple[Deed, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    ordinary: bool = True
    started: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    bulky: tuple[Bulk, ...] = ()
    hosts: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    parsed: bool = True


class Gain(NamedTuple):
    """What a release's code does that the release before it did not."""

    capabilities: tuple[tuple[str, Place], ...] = ()  # the name, and the first place
    hosts: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    bulky: tuple[Bulk, ...] = ()
