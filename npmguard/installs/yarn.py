"""yarn classic, as 1.22.22 was seen to do."""

from __future__ import annotations

from npmguard.installs.ages import verdict
from npmguard.model import Package, Project, ScriptPolicy, Source, Verdict

_OFF = ("ignore-scripts", "--ignore-scripts", "--install.ignore-scripts")


def scripts(project: Project) -> ScriptPolicy:
    """All run, unless .yarnrc says otherwise: yarn does not look at npm's ignore-scripts."""
    off = any(project.manager_config.get(key) == "true" for key in _OFF)

    def of(package: Package) -> Verdict:
        if package.source is Source.GIT:
            return verdict("yarn", True, "what comes from git is built, whatever ignore-scripts says")
        return verdict("yarn", not off, "ignore-scripts is set in .yarnrc" if off else "")

    remedy = (".yarnrc", "ignore-scripts true", "then `npm rebuild NAME` for those that are needed")
    return ScriptPolicy("yarn", of, remedy)


def refusal(project: Project, package: Package) -> str | None:
    """It refuses nothing."""
    return None


def minimum_release_age(project: Project) -> int | None:
    """It takes any."""
    return None


def exempt(project: Project) -> tuple[str, ...]:
    """It asks for no age."""
    return ()
