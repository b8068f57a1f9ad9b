"""bun, as 1.2.23 and 1.4.5 were seen to do."""

from __future__ import annotations

import os
from functools import cache

from npmguard.installs.ages import verdict
from npmguard.installs.entries import texts
from npmguard.model import Package, Project, ScriptPolicy, Source, Verdict


def scripts(project: Project) -> ScriptPolicy:
    """Those that trustedDependencies names; where nobody wrote one, those on the list that bun brings."""
    install = project.manager_config.get("install")
    off = ""
    if isinstance(install, dict) and install.get("ignoreScripts") is True:
        off = "ignoreScripts is set in bunfig.toml"
    elif project.config.get("ignore-scripts") == "true":
        off = "ignore-scripts is set in .npmrc"
    lists = [m.data["trustedDependencies"] for m in project.manifests if "trustedDependencies" in m.data]
    trusted = {name for found in lists if isinstance(found, list) for name in found if isinstance(name, str)}

    def of(package: Package) -> Verdict:
        if off:
            return verdict("bun", False, off)
        if package.name in trusted:
            return verdict("bun", True, "trustedDependencies in package.json names it", chosen=True)
        if not lists and package.source is Source.REGISTRY and package.name in _known():
            return verdict("bun", True, "it is on the list that bun itself brings", chosen=True)
        return verdict("bun", False, "trustedDependencies does not name it")

    return ScriptPolicy(
        "bun", of, ("package.json", '"trustedDependencies": []', "with the names of those that are needed")
    )


@cache
def _known() -> frozenset[str]:
    """What bun 1.4.5 trusts by default (`bun pm default-trusted`)."""
    path = os.path.join(os.path.dirname(__file__), "bun_trusted.txt")
    with open(path, encoding="ascii") as file:
        return frozenset(file.read().split())


def refusal(project: Project, package: Package) -> str | None:
    """It refuses nothing."""
    return None


def minimum_release_age(project: Project) -> int | None:
    """install.minimumReleaseAge, in seconds."""
    install = project.manager_config.get("install")
    said = install.get("minimumReleaseAge") if isinstance(install, dict) else None
    return int(said) if isinstance(said, int | float) and 0 < said < 10**10 else None


def exempt(project: Project) -> tuple[str, ...]:
    """install.minimumReleaseAgeExcludes: names."""
    install = project.manager_config.get("install")
    said = install.get("minimumReleaseAgeExcludes") if isinstance(install, dict) else None
    return tuple(name for name in texts(said) if "*" not in name)
