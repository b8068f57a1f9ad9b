"""pnpm, as versions 8 to 12 were seen to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npmguard.installs.ages import PNPM_9, PNPM_10, PNPM_11, PNPM_12, Age, in_use, judged, told
from npmguard.installs.entries import entries, split, texts
from npmguard.model import Opening, Package, Project, ScriptPolicy, Source, Verdict

_FILE = "pnpm-workspace.yaml"
_SWITCH = "dangerously-allow-all-builds"
_LISTS = ("onlyBuiltDependencies", "neverBuiltDependencies", "onlyBuiltDependenciesFile", "allowBuilds")


def scripts(project: Project) -> ScriptPolicy:
    """Up to pnpm 9 all run; since pnpm 10 those that a list names. Each major reads other settings."""
    ages = in_use(project)
    policies = {age: _policy(project, age) for age in ages}
    return ScriptPolicy(
        "pnpm",
        judged(project, lambda age, package: policies[age].of(package)),
        _remedy(ages),
        _opening(project, ages),
    )


def _opening(project: Project, ages: tuple[Age, ...]) -> Opening | None:
    if ages == (PNPM_9,):
        return None
    if project.manager_config.get("dangerouslyAllowAllBuilds") == "true":
        return Opening(_FILE, "/dangerouslyAllowAllBuilds", "dangerouslyAllowAllBuilds: true")
    if PNPM_10 in ages and _SWITCH in project.own_config and project.config.get(_SWITCH) == "true":
        return Opening(".npmrc", f"/{_SWITCH}", f"{_SWITCH}=true")
    return None


def _remedy(ages: tuple[Age, ...]) -> tuple[str, str, str]:
    if PNPM_9 not in ages:
        return _FILE, "allowBuilds:", "with NAME: true below it for those that are needed"
    line = '"pnpm": {"onlyBuiltDependencies": []}'
    if ages == (PNPM_9,):
        return "package.json", line, "with the names of those that are needed"
    more = f"since pnpm 10 none runs that no list names; where it must be pnpm 9, add {line}"
    return "package.json", '"packageManager": "pnpm@VERSION"', more


def _policy(project: Project, age: Age) -> _Policy:
    config, settings = project.config, project.manager_config
    own = project.manifest.data.get("pnpm")
    own = own if isinstance(own, dict) else {}
    if age is PNPM_9:
        return _Policy(age, "package.json", own, _on(config, "ignore-scripts"), deps_off=_deps_off(config))
    if age is PNPM_10:
        # one list in package.json, and those of the other file are not looked at
        from_package = any(key in own for key in _LISTS)
        return _Policy(
            age,
            "package.json" if from_package else _FILE,
            own if from_package else settings,
            _on(config, "ignore-scripts") or _on(settings, "ignoreScripts"),
            deps_off=_deps_off(config) or _on(settings, "ignoreDepScripts"),
            everything=_on(settings, "dangerouslyAllowAllBuilds") or _on(config, _SWITCH),
            strict=_on(settings, "strictDepBuilds") or _on(config, "strict-dep-builds"),
        )
    return _Policy(
        age,
        _FILE,
        {"allowBuilds": settings.get("allowBuilds")},
        _on(settings, "ignoreScripts"),
        everything=_on(settings, "dangerouslyAllowAllBuilds"),
        strict=settings.get("strictDepBuilds") != "false",
    )


def _on(settings: Mapping[str, Any], key: str) -> bool:
    return settings.get(key) == "true"


def _deps_off(config: Mapping[str, str]) -> bool:
    return _on(config, "ignore-dep-scripts")


class _Policy:
    """What pnpm of one age does: `lists` are those of `file`; `strict` fails at what none of them names."""

    def __init__(
        self,
        age: Age,
        file: str,
        lists: Mapping[str, Any],
        off: bool,
        *,
        deps_off: bool = False,
        everything: bool = False,
        strict: bool = False,
    ) -> None:
        self._age = age
        self._file = file
        self._off = off
        self._deps_off = deps_off
        self._everything = everything
        self._strict = strict
        only, never = lists.get("onlyBuiltDependencies"), lists.get("neverBuiltDependencies")
        self._allowed, self._denied = split(lists.get("allowBuilds") if age is not PNPM_9 else None)
        self._key = "allowBuilds" if age in (PNPM_11, PNPM_12) else "onlyBuiltDependencies"
        if isinstance(only, list):
            # pnpm 10 builds what both lists speak of
            self._allowed, self._denied = self._allowed + entries(only), []
        elif self._allowed or self._denied:
            self._key = "allowBuilds"
        if age is PNPM_9:
            self._allowed = [entry for entry in self._allowed if entry.text == entry.name]
        self._never = entries(never) if isinstance(never, list) else None
        self._elsewhere = lists.get("onlyBuiltDependenciesFile")
        self._open = age is PNPM_9 and not isinstance(only, list)

    def of(self, package: Package) -> Verdict:
        if self._off:
            return Verdict(False, "ignore-scripts is set")
        if package.source is Source.GIT and self._age is PNPM_9:
            return Verdict(True, "what comes from git is built, and no list stops that")
        if self._deps_off:
            return Verdict(False, "ignore-dep-scripts is set")
        denied = any(entry.means(package, anywhere=True) for entry in self._denied)
        if self._everything and not (denied and self._age is PNPM_12):
            return Verdict(True, "dangerouslyAllowAllBuilds is set")
        if denied:
            return Verdict(False, f"allowBuilds in {self._file} denies it", True)
        if self._never is not None:
            if any(entry.means(package, anywhere=True) for entry in self._never):
                return Verdict(False, f"neverBuiltDependencies in {self._file} names it", True)
            return Verdict(True, f"neverBuiltDependencies in {self._file} does not name it")
        # before pnpm 11 a name also stood for what comes from a URL or a file
        anywhere = self._age in (PNPM_9, PNPM_10) and package.source is not Source.GIT
        if any(entry.means(package, anywhere=anywhere) for entry in self._allowed):
            return Verdict(True, f"{self._key} in {self._file} names it", True)
        if self._elsewhere:
            return Verdict(None, "the file that onlyBuiltDependenciesFile names was not read")
        if self._open:
            return Verdict(True, "")
        stops = ", so the install fails (strictDepBuilds)" if self._strict else ""
        return Verdict(False, f"{self._key} does not name it{stops}")


def refusal(project: Project, package: Package) -> str | None:
    """blockExoticSubdeps, the default since pnpm 11: looked at when pnpm resolves, not when it installs."""
    if package.source not in (Source.GIT, Source.URL) or project.graph is None:
        return None
    if package.key in project.graph.direct:
        return None
    said = project.manager_config.get("blockExoticSubdeps")

    def blocks(age: Age) -> bool:
        return said != "false" and age is not PNPM_9 and (said == "true" or age is not PNPM_10)

    lines = [
        f"{label} refuse{'' if many else 's'} that of a package's own dependencies when resolving anew "
        "(blockExoticSubdeps), and installs what is locked."
        for label, many, does in told(project, blocks)
        if does
    ]
    return " ".join(lines) or None


def minimum_release_age(project: Project) -> int | None:
    """minimumReleaseAge, in minutes: a day where nothing is said, since pnpm 11."""
    ages = in_use(project)
    if ages == (PNPM_9,):
        return None
    said = project.manager_config.get("minimumReleaseAge")
    if said is None and PNPM_10 in ages:
        said = project.config.get("minimum-release-age")
    if said is None:
        return None if set(ages) & {PNPM_9, PNPM_10} else 86_400
    return int(said) * 60 if isinstance(said, str) and said.isdecimal() and len(said) < 9 else None


def exempt(project: Project) -> tuple[str, ...]:
    """minimumReleaseAgeExclude: names, patterns, and names with versions (`a@1.0.0 || 1.0.1`)."""
    said = texts(project.manager_config.get("minimumReleaseAgeExclude"))
    return tuple(pattern for pattern in said if not pattern.startswith("!"))
