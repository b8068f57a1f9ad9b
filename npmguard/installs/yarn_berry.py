"""yarn berry, as 3.8.7, 4.9.0 and 4.18.1 were seen to do.

Its defaults go by the version of the lockfile. yarn 4.14 writes version 9 and turned scripts and git off;
4.15 writes version 10 and waits a day for releases. Both write the old defaults into .yarnrc.yml when they
take over an older lockfile, and refuse one under --immutable.
"""

from __future__ import annotations

import re

from npmguard.globs import is_member
from npmguard.installs.ages import verdict
from npmguard.installs.entries import texts, unscoped
from npmguard.model import Opening, Package, Project, ScriptPolicy, Source, Verdict

_SECONDS = {"": 60.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


def scripts(project: Project) -> ScriptPolicy:
    """enableScripts for all, and `built` in the project's dependenciesMeta for one."""
    said = project.manager_config.get("enableScripts")
    if said in ("true", "false"):
        on, why = said == "true", f"enableScripts is {said} in .yarnrc.yml"
    elif _lockfile(project) < 9:
        on, why = True, "enableScripts is true by default before yarn 4.14"
    else:
        on, why = False, "enableScripts is false by default since yarn 4.14"
    meta = project.manifest.data.get("dependenciesMeta")
    built = {
        key: entry["built"]
        for key, entry in (meta.items() if isinstance(meta, dict) else ())
        if isinstance(entry, dict) and isinstance(entry.get("built"), bool)
    }

    def of(package: Package) -> Verdict:
        if package.source is Source.GIT:
            refused = _refused(project, package)
            if refused is not None:
                return verdict("yarn", False, f"that is not fetched ({refused})")
            if said != "false":
                why_git = "what comes from git is built, unless .yarnrc.yml itself turns enableScripts off"
                return verdict("yarn", True, why_git)
        for key in (f"{package.name}@{package.version}", package.name):
            if key in built:
                return verdict("yarn", built[key], "dependenciesMeta in package.json says so", chosen=True)
        return verdict("yarn", on, why)

    opening = Opening(".yarnrc.yml", "/enableScripts", "enableScripts: true") if said == "true" else None
    more = 'then "dependenciesMeta": {"NAME": {"built": true}} in package.json for those that are needed'
    return ScriptPolicy("yarn", of, (".yarnrc.yml", "enableScripts: false", more), opening)


def refusal(project: Project, package: Package) -> str | None:
    """approvedGitRepositories: every one before yarn 4.14, none by default since."""
    why = _refused(project, package)
    return f"yarn refuses it: {why}." if why is not None else None


def _refused(project: Project, package: Package) -> str | None:
    if package.source is not Source.GIT:
        return None
    said = project.manager_config.get("approvedGitRepositories")
    if said is None:
        if _lockfile(project) < 9:
            return None
        return "approvedGitRepositories approves none by default since yarn 4.14"
    listed = said if isinstance(said, list) else [said]
    patterns = [pattern for pattern in listed if isinstance(pattern, str)]
    url = (package.resolved or "").partition("#")[0]
    if is_member(url, patterns) or is_member(url.removeprefix("git+"), patterns):
        return None
    return "approvedGitRepositories in .yarnrc.yml does not approve it"


def minimum_release_age(project: Project) -> int | None:
    """npmMinimalAgeGate, in minutes or with a unit: a day where nothing is said, since yarn 4.15."""
    said = project.manager_config.get("npmMinimalAgeGate")
    if said is None:
        return 86_400 if _lockfile(project) >= 10 else None
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|[smhdw]?)", said) if isinstance(said, str) else None
    return int(float(match[1]) * _SECONDS[match[2]]) if match is not None else None


def exempt(project: Project) -> tuple[str, ...]:
    """npmPreapprovedPackages: names and patterns, each with or without a range."""
    said = texts(project.manager_config.get("npmPreapprovedPackages"))
    return tuple(unscoped(pattern) for pattern in said if not pattern.startswith("!"))


def _lockfile(project: Project) -> int:
    """The version of the lockfile; where there is none, that of a yarn of today."""
    format = project.lockfile.format if project.lockfile is not None else ""
    number = format.removeprefix("yarn-berry-")
    return int(number) if number.isdecimal() and len(number) < 9 else 10
