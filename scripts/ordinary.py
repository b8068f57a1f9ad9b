"""How loud npmguard is about ordinary upgrades.

Takes a folder of full packuments and looks at each release of each package as on the day when it came out,
beside the releases before it: what do the rules about a release among its package's say? Prints the counts,
and a table of all that is `high` or above.

    python scripts/ordinary.py FOLDER [--sample N]

`--sample` takes that many upgrades, spread evenly over all.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from npmguard import rules
from npmguard.lockfiles import npm
from npmguard.model import Evidence, Finding, History, Lockfile, Packument, Project, Severity, VersionFacts
from npmguard.project import manifest as manifests
from npmguard.registry.history import read
from npmguard.rules.verdict import combined
from npmguard.settings import Settings

RULES = ("new-install-script", "provenance-lost", "odd-release", "maintainer-change")


def main() -> None:
    parser = argparse.ArgumentParser(description="How loud npmguard is about ordinary upgrades.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int)
    asked = parser.parse_args()
    histories = dict(sorted(_histories(asked.folder)))
    upgrades = [(history, at) for history in histories.values() for at in _upgrades(history)]
    if asked.sample:
        upgrades = upgrades[:: max(1, len(upgrades) // asked.sample)][: asked.sample]
    loudest: Counter[str] = Counter()
    rows = []
    for history, at in upgrades:
        found = findings(history, at, histories)
        worst = max((f.severity for f in found), default=None)
        loudest["nothing" if worst is None else worst.word] += 1
        rows += [(history.name, history.publications[at], f) for f in found if f.severity >= Severity.HIGH]
    loud = loudest["high"] + loudest["critical"]
    print(f"{len(upgrades):,} upgrades of {len(histories)} packages: {loud} high or above", end=" ")
    print(f"({100 * loud / len(upgrades):.2f} %)")
    for word in ("nothing", "info", "low", "moderate", "high", "critical"):
        print(f"  {word:10} {loudest[word]:6,}")
    print("\n| upgrade | severity | what npmguard says |\n| --- | --- | --- |")
    for name, release, finding in rows:
        title = finding.title.removeprefix(f"{name}@{release.version} ")
        print(f"| {name} {release.version} | {finding.severity.word} | {title}. {finding.detail} |")


def _histories(folder: Path) -> Iterator[tuple[str, History]]:
    for path in folder.glob("*.json"):
        data = path.read_bytes()
        name = json.loads(data)["name"]
        yield name, read(data, name)


def _upgrades(history: History) -> Iterator[int]:
    """Which of its releases somebody may have upgraded to: all but the first, and no prereleases."""
    for at, release in enumerate(history.publications):
        if at and "-" not in release.version and release.time is not None:
            yield at


def findings(history: History, at: int, others: dict[str, History]) -> list[Finding]:
    """What the rules say of a release on the day when it came out."""
    known = history.publications[: at + 1]
    release = known[-1]
    seen = history._replace(publications=known, dist_tags={"latest": release.version})
    facts = VersionFacts(release.version)
    packument = Packument(
        history.name, seen.dist_tags, {release.version: facts}, tuple(p.version for p in known)
    )
    evidence = Evidence(
        {history.name: packument}, histories={**others, history.name: seen}, now=release.time or 0.0
    )
    project = _locking(history.name, release.version)
    found = [
        item
        for rule in rules.load(RULES)
        for item in rule.check(project, evidence, Settings())
        if isinstance(item, Finding)
    ]
    return combined(found)


def _locking(name: str, version: str) -> Project:
    root = {"name": "shop", "version": "1.0.0", "dependencies": {name: version}}
    packages = {"": root, f"node_modules/{name}": {"version": version}}
    lock = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    manifest = manifests.parse(json.dumps(root).encode(), "package.json")
    graph = npm.parse(json.dumps(lock).encode(), "package-lock.json", manifest, {})
    return Project(".", manifest, {}, "npm", Lockfile("package-lock.json", "npm-3", graph))


if __name__ == "__main__":
    main()
