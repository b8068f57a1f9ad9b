"""Which versions of its manager a project may be installed with: their defaults differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from npmguard import versions
from npmguard.model import Package, Project, Verdict


class Age(NamedTuple):
    """Versions that behave alike, from `since` ("" for all before) to `until`."""

    since: str
    until: str


NPM_10, NPM_11, NPM_11_16, NPM_12 = Age("", "10"), Age("11", "11.15"), Age("11.16", "11"), Age("12", "")
PNPM_9, PNPM_10, PNPM_11, PNPM_12 = Age("", "9"), Age("10", "10"), Age("11", "11"), Age("12", "")
_KNOWN = {"npm": (NPM_10, NPM_11, NPM_11_16, NPM_12), "pnpm": (PNPM_9, PNPM_10, PNPM_11, PNPM_12)}
_ANY = (Age("", ""),)
_Told = TypeVar("_Told")


def in_use(project: Project) -> tuple[Age, ...]:
    """The ages that the project's manager may be of, oldest first.

    package.json tells by `packageManager`, `devEngines` or `engines`; else the format of pnpm's lockfile and
    settings that only some versions know narrow it down.
    """
    known = _KNOWN.get(project.manager, _ANY)
    if len(known) == 1:
        return known
    data = project.manifest.data
    said = project.declared
    engines = data.get("engines")
    text = said[1] if said is not None and said[0] == project.manager else ""
    if not text and isinstance(engines, dict) and isinstance(engines.get(project.manager), str):
        text = engines[project.manager]
    found = _fitting(text, known) if text else ()
    return found or _guessed(project, known)


def _fitting(text: str, known: Sequence[Age]) -> tuple[Age, ...]:
    """The ages that a version or a range lets in."""
    numbers = re.match(r"[v=\s]*(\d{1,6})(?:\.(\d{1,6}))?", text)
    if re.fullmatch(r"[v=\s]*\d+(\.\d+)*([-+].*)?\s*", text) and numbers is not None:
        at = (int(numbers[1]), int(numbers[2] or 0))
        return (max((age for age in known if _from(age) <= at), key=_from),)
    return tuple(age for age in known if any(versions.satisfies(v, text) for v in _samples(age)))


def _from(age: Age) -> tuple[int, int]:
    major, _, minor = age.since.partition(".")
    return int(major or 0), int(minor or 0)


def _samples(age: Age) -> tuple[str, ...]:
    first, (last, _, minor) = _from(age), age.until.partition(".")
    newest = f"{last}.{minor or 999}.0" if last else f"{first[0]}.999.0"
    return f"{first[0]}.{first[1]}.0", newest


def _guessed(project: Project, known: Sequence[Age]) -> tuple[Age, ...]:
    """The ages that go with the lockfile's format, and with settings that nobody writes for older ones."""
    if project.manager == "npm":
        return tuple(known[2:] if "allowScripts" in project.manifest.data else known)
    format = project.lockfile.format if project.lockfile is not None else ""
    if format.startswith(("pnpm-5", "pnpm-6")):
        return (PNPM_9,)
    return tuple(known[1:] if "allowBuilds" in project.manager_config else known)


def told(project: Project, say: Callable[[Age], _Told]) -> list[tuple[str, bool, _Told]]:
    """What `say` tells of each age in use, those that agree together: (label, is it many, what is told).

    The label is the bare word "npm" where all agree, else such as "npm 11 and older".
    """
    word = project.manager.removesuffix("-berry")
    groups: list[tuple[list[Age], _Told]] = []
    for age in in_use(project):
        said = say(age)
        if groups and groups[-1][1] == said:
            groups[-1][0].append(age)
        else:
            groups.append(([age], said))
    if len(groups) == 1:
        return [(word, False, groups[0][1])]
    found = []
    for number, (group, said) in enumerate(groups):
        first, last = group[0].since, group[-1].until
        if number == 0:
            label, many = f"{word} {last} and older", True
        elif number == len(groups) - 1:
            label, many = f"{word} {first} and later", True
        else:
            many = len(group) > 1
            label = f"{word} {first} to {last}" if many else f"{word} {first}"
        found.append((label, many, said))
    return found


def judged(project: Project, of: Callable[[Age, Package], Verdict]) -> Callable[[Package], Verdict]:
    """The verdict of all ages in use at once: it says what each does where they differ."""

    def together(package: Package) -> Verdict:
        verdicts = told(project, lambda age: of(age, package))
        outcomes = {found.runs for _, _, found in verdicts}
        lines = [verdict(label, found.runs, found.why, many=many) for label, many, found in verdicts]
        return Verdict(
            outcomes.pop() if len(outcomes) == 1 else None,
            "; ".join(found.why for found in lines),
            all(found.chosen for _, _, found in verdicts),
        )

    return together


def verdict(
    who: str, runs: bool | None, because: str, *, chosen: bool = False, many: bool = False
) -> Verdict:
    """The verdict with its sentence: "pnpm does not run it: ignore-scripts is set"."""
    why = f"{who} {_VERBS[runs][many]} it"
    return Verdict(runs, f"{why}: {because}" if because else why, chosen)


_VERBS = {True: ("runs", "run"), False: ("does not run", "do not run"), None: ("may run", "may run")}
