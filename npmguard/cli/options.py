"""The options of every command, as data.

Two readers use this table: Typer, for help, completion and errors; and `quick`, for a plain command line,
because importing Typer alone costs more than a whole check of a lockfile.
"""

from __future__ import annotations

from typing import NamedTuple

from npmguard.reports import FORMATS


class Option(NamedTuple):
    """One option. `takes` is its value's name in the help, or "" for a flag; `many` may be repeated."""

    name: str
    flags: tuple[str, ...]
    help: str
    takes: str = ""
    many: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""


class Command(NamedTuple):
    """One command.

    `argument` is the name and help of its positional arguments, `many` or one at most; `others` are further
    ones, one at most of each.
    """

    name: str
    help: str
    argument: tuple[str, str]
    many: bool
    options: tuple[Option, ...]
    others: tuple[tuple[str, str], ...] = ()


_COLOR = Option(
    "color",
    ("--color",),
    "When to use colour.",
    "WHEN",
    choices=("auto", "always", "never"),
    default="auto",
)
_QUIET = Option("quiet", ("-q", "--quiet"), "No progress, and nothing but findings.")
_VERBOSE = Option("verbose", ("-v", "--verbose"), "Every finding in full, with its paths.")
_CONFIG = Option("config", ("--config",), "The settings to use in place of the project's own.", "FILE")
GLOBAL = (_QUIET, _VERBOSE, _COLOR, _CONFIG)


def _format(about: str, *choices: str) -> Option:
    """The option that names the form of what is written; the first choice is the default."""
    return Option("format", ("-f", "--format"), about, "FORMAT", choices=choices, default=choices[0])


_OUTPUT = Option("output", ("-o", "--output"), "Write the report to this file.", "FILE")
# several reports of one run, each to its own place: --format sarif --output a.sarif --format markdown
_REPORTS = (
    Option(
        "format",
        ("-f", "--format"),
        "How to write the report (several, each with its --output).",
        "FORMAT",
        many=True,
        choices=FORMATS,
        default=FORMATS[0],
    ),
    _OUTPUT._replace(help="Write the report of the --format before it to this file.", many=True),
)

_CHOICE = (
    Option("only", ("--only",), "Run these rules alone (several by commas).", "RULE", many=True),
    Option("skip", ("--skip",), "Leave these rules out (several by commas).", "RULE", many=True),
    Option("offline", ("--offline",), "Ask nobody: use the cache and local files alone."),
    Option("registry", ("--registry",), "The registry to ask, above npm's own settings.", "URL"),
    Option("strict", ("--strict",), "Do without the settings of the audited project."),
    Option("allow_incomplete", ("--allow-incomplete",), "Exit with 0 where only an answer is missing."),
    *GLOBAL,
)
_RULES = (
    Option("fail_on", ("--fail-on",), "Exit with 1 from this severity on; none for never.", "SEVERITY"),
    *_CHOICE,
)

_ADVISORIES = Option(
    "advisories",
    ("--advisories",),
    "A file or folder of OSV records to look in as well.",
    "PATH",
    many=True,
)

_REACH = (
    _ADVISORIES,
    Option("production", ("--production",), "Look past what only development brings."),
    Option("deep", ("--deep",), "Read the tarballs of all packages, not only of those that call for it."),
)
_AUDIT = (*_REACH, *_RULES)

_PATHS = ("paths", "Folders, package.json files or lockfiles; by default this folder.")

CHECK = Command(
    "check",
    "Audit projects: lockfile, install scripts, names, freshness, advisories.",
    _PATHS,
    True,
    (
        *_REPORTS,
        Option("since", ("--since",), "Only what changed since this git revision brings.", "REF"),
        Option("baseline", ("--baseline",), "Fail only for what this file does not hold.", "FILE"),
        Option("plan", ("--fix-plan",), "Work out the least changes that mend what is found."),
        *_AUDIT,
    ),
)

BASELINE = Command(
    "baseline",
    "Note what is found today, so that check --baseline fails only for what is new.",
    _PATHS,
    True,
    (
        _OUTPUT._replace(help="The file to write; what was written beside its entries is kept."),
        *_REACH,
        *_CHOICE,
    ),
)

FIX = Command(
    "fix",
    "The least changes that mend what is found; with --write in package.json.",
    _PATHS,
    True,
    (
        *_REPORTS,
        Option("write", ("--write",), "Edit package.json by the plan, and say what to run next."),
        *_AUDIT,
    ),
)

EXPLAIN = Command(
    "explain",
    "What a rule looks for, why it matters, and how to fix what it finds.",
    ("rule", "A rule's id; without one, the table of rules."),
    False,
    (
        _format("How to write it.", "console", "json", "markdown"),
        *GLOBAL,
    ),
)

WHY = Command(
    "why",
    "Who brings a package: every shortest path from the project to it.",
    ("package", "NAME or NAME@VERSION (a version or a range)."),
    False,
    (
        _format("How to write it.", "console", "json"),
        _OUTPUT,
        *GLOBAL,
    ),
    (("path", "A folder, package.json or lockfile; by default this folder."),),
)

DIFF = Command(
    "diff",
    "What changed between two lockfiles, and what of it is risky.",
    ("old", "A lockfile, a folder, or a git revision (HEAD~1, main:package-lock.json)."),
    False,
    (*_REPORTS, *_AUDIT),
    (("new", "The same, for what came of it."),),
)

PREPUBLISH = Command(
    "prepublish",
    "What npm publish would send, what of it must not leave, and what changed since the last release.",
    ("target", "A package's folder (by default this one), a tarball, or NAME@VERSION in the registry."),
    False,
    (
        *_REPORTS,
        Option("list", ("--list",), "Print the paths of the files, one a line, and nothing else."),
        *_RULES,
    ),
)

INSPECT = Command(
    "inspect",
    "Vet packages before they are installed: may I install this?",
    ("names", "NAME, NAME@VERSION, NAME@RANGE or NAME@TAG, as npm install takes them."),
    True,
    (*_REPORTS, _ADVISORIES, *_RULES),
)

INIT = Command(
    "init",
    "Begin: write settings, and with options a CI workflow and a pre-commit hook.",
    ("path", "A folder, package.json or lockfile; by default this folder."),
    False,
    (
        Option("ci", ("--ci",), "A workflow for this CI as well.", "CI", choices=("github", "gitlab")),
        Option("pre_commit", ("--pre-commit",), "The configuration of pre-commit as well."),
        Option("force", ("--force",), "Replace files that are there already."),
        *GLOBAL,
    ),
)

HEALTH = Command(
    "health",
    "How the dependencies fare: a score, what is rotting, what changed since the last run, what to do first.",
    _PATHS,
    True,
    (
        *_REPORTS,
        Option("history", ("--history",), "Where the runs are kept; by default in your data folder.", "FILE"),
        Option("project_id", ("--project-id",), "The name that the project goes by in the history.", "NAME"),
        Option("compare", ("--compare",), "Compare with the run before this date, or with the last.", "DATE"),
        Option("fail_on_regression", ("--fail-on-regression",), "Exit with 1 where it got worse."),
        Option("list", ("--list",), "Print what the history has of the projects, and run nothing."),
        Option(
            "export",
            ("--export",),
            "Write what the history has of the projects, and run nothing.",
            "FORMAT",
            choices=("csv", "json"),
        ),
        *_AUDIT,
    ),
)

DB = Command(
    "db",
    "The local advisory store: fetch one, take a downloaded OSV dump, or tell its age.",
    ("action", "update, import or status (by default status)."),
    False,
    (
        _format("How to write it.", "console", "json"),
        _OUTPUT,
        Option("url", ("--url",), "Where update fetches the dump from, in place of OSV's own.", "URL"),
        *GLOBAL,
    ),
    (("file", "What import reads: OSV's npm/all.zip, a .json or .jsonl file, or a folder of them."),),
)

DOCTOR = Command(
    "doctor",
    "Is this environment fit to install safely: registry, tools, permissions, cache, tokens, settings.",
    ("path", "The project's folder; by default this one."),
    False,
    (
        _format("How to write it.", "console", "json"),
        _OUTPUT,
        Option("offline", ("--offline",), "Ask no registry: look at this machine alone."),
        Option("registry", ("--registry",), "The registry to ask, above npm's own settings.", "URL"),
        Option("allow_incomplete", ("--allow-incomplete",), "Exit with 0 where only an answer is missing."),
        *GLOBAL,
    ),
)

COMMANDS = (CHECK, FIX, BASELINE, HEALTH, INSPECT, PREPUBLISH, WHY, DIFF, EXPLAIN, DOCTOR, DB, INIT)
