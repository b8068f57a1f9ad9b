"""npm, as versions 8 to 12 were seen to do."""

from __future__ import annotations

from collections.abc import Iterable

from npmguard.installs.ages import NPM_10, NPM_11, NPM_12, Age, in_use, judged, told
from npmguard.installs.entries import Entry, entries, split, unscoped
from npmguard.model import Opening, Package, Project, ScriptPolicy, Source, Verdict

_ALLOW = {Source.GIT: "allow-git", Source.URL: "allow-remote", Source.FILE: "allow-file"}

_SWITCH = "dangerously-allow-all-scripts"


def scripts(project: Project) -> ScriptPolicy:
    """Up to npm 11 all run; since npm 11.16 package.json may deny some, since 12 it has to allow them."""
    ages = in_use(project)
    policies = {age: _Policy(project, age) for age in ages}
    opening = None
    known = not set(ages) <= {NPM_10, NPM_11}
    if known and _SWITCH in project.own_config and project.config.get(_SWITCH) == "true":
        opening = Opening(".npmrc", f"/{_SWITCH}", f"{_SWITCH}=true")
    remedy = (".npmrc", "ignore-scripts=true", "then `npm rebuild NAME` for those that are needed")
    if set(ages).isdisjoint((NPM_10, NPM_11)):
        remedy = (".npmrc", "strict-allow-scripts=true", "then `npm install-scripts approve NAME` for each")
    return ScriptPolicy(
        "npm", judged(project, lambda age, package: policies[age].of(package)), remedy, opening
    )


class _Policy:
    """What npm of one age does."""

    def __init__(self, project: Project, age: Age) -> None:
        config = project.config
        self._project = project
        self._age = age
        self._off = config.get("ignore-scripts") == "true"
        self._lists = age not in (NPM_10, NPM_11)
        self._everything = config.get(_SWITCH) == "true"
        self._strict = config.get("strict-allow-scripts") == "true"
        self._where = "allowScripts in package.json"
        self._allowed, self._denied = split(project.manifest.data.get("allowScripts"))
        if not self._allowed and not self._denied:
            self._allowed = entries(config.get("allow-scripts", "").split(","))
            self._where = "allow-scripts in .npmrc" if self._allowed else "allowScripts"

    def of(self, package: Package) -> Verdict:
        if package.source is Source.GIT:
            return self._of_git(package)
        if self._off:
            return Verdict(False, "ignore-scripts is set")
        if self._lists:
            verdict = self._listed(package)
            if verdict is not None:
                return verdict
        return Verdict(True, "")

    def _of_git(self, package: Package) -> Verdict:
        """What comes from git is built in a folder of its own, out of sight of any list."""
        refused = _refused(self._project, self._age, package)
        if refused is not None:
            return Verdict(False, f"that is not fetched ({refused})")
        if not self._off:
            return Verdict(True, "what comes from git is built, and no list stops that")
        if self._age is NPM_10:
            return Verdict(True, "ignore-scripts does not stop the prepare script of what comes from git")
        return Verdict(False, "ignore-scripts is set")

    def _listed(self, package: Package) -> Verdict | None:
        if self._everything:
            return Verdict(True, "dangerously-allow-all-scripts is set")
        if self._named(self._denied, package, unseen=True):
            return Verdict(False, f"{self._where} denies it", True)
        if self._named(self._allowed, package, unseen=False):
            return Verdict(True, f"{self._where} names it", True)
        if self._strict:
            return Verdict(False, "strict-allow-scripts is set, so that the install stops at it")
        if self._age is not NPM_12:
            return None
        if package.bundled:
            return Verdict(False, "it came inside another package")
        return Verdict(False, f"{self._where} does not name it")

    def _named(self, listed: Iterable[Entry], package: Package, *, unseen: bool) -> bool:
        """Npm takes a package's version from its URL: where the lockfile has none, a denial alone counts."""
        if package.bundled:
            return False
        for entry in listed:
            if entry.versions is not None and package.resolved is None:
                if unseen and entry.name == package.name:
                    return True
            elif entry.means(package):
                return True
        return False


def refusal(project: Project, package: Package) -> str | None:
    """allow-git, allow-remote and allow-file: since npm 12 git and URLs are refused unless allowed."""
    lines = [
        f"{label} refuse{'' if many else 's'} it: {why}."
        for label, many, why in told(project, lambda age: _refused(project, age, package))
        if why is not None
    ]
    return " ".join(lines) or None


def _refused(project: Project, age: Age, package: Package) -> str | None:
    key = _ALLOW.get(package.source)
    if key is None or age is NPM_10:
        return None
    said = project.config.get(key)
    if said not in ("all", "none", "root"):
        return f"{key} is none by default" if age is NPM_12 and key != "allow-file" else None
    if said == "none":
        return f"{key} is none"
    if said == "root" and project.graph is not None and package.key not in project.graph.direct:
        return f"{key} is root, and another package brings it"
    return None


def minimum_release_age(project: Project) -> int | None:
    """min-release-age, in days."""
    try:
        days = float(project.config.get("min-release-age", ""))
    except ValueError:
        return None
    return int(days * 86_400) if 0 < days < 36_500 else None


def exempt(project: Project) -> tuple[str, ...]:
    """min-release-age-exclude: names and patterns (arborist, since npm 12)."""
    said = project.config.get("min-release-age-exclude", "")
    return tuple(unscoped(pattern) for pattern in said.split(",") if pattern and pattern[0] not in "!#")
