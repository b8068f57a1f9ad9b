"""npmguard on many projects, beside `npm audit` in each: python benchmarks/many.py [-n TURNS]

100 projects of 1,000 lockfile entries each, made of the one of `run.py` (which is to be run once before):
each has the direct dependencies that come first in an order of its own, and what they bring, as far as there
is room. What is measured, and how, is as in `run.py`; the cache is one of this benchmark's own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import shutil
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1])]

from benchmarks.run import (  # noqa: E402
    AFAR,
    GUARD,
    LATENCY,
    PORT,
    PROJECT,
    REGISTRY,
    WORK,
    Run,
    compiled,
    once,
    registry,
)
from npmguard import lockfiles  # noqa: E402
from npmguard.model import DependencyGraph  # noqa: E402

COUNT = 100
ENTRIES = 1000
AUDITED = 5  # by npm: what one costs the others cost
MANY = WORK / "many"
FIELDS = ("dependencies", "devDependencies", "optionalDependencies")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-n", "--turns", type=int, default=3)
    turns = parser.parse_args().turns
    if not (PROJECT / "package-lock.json").exists():
        sys.exit("python benchmarks/run.py makes the project that these are made of: run it once before")
    shutil.rmtree(MANY, ignore_errors=True)
    distinct = make()
    print(f"{COUNT} projects of {ENTRIES:,} entries: {distinct:,} packages in all\n")
    compiled()
    print("| command | projects | CPU s | wall s | MiB | requests |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with registry(None), registry(None, PORT + 1, LATENCY):
        row("npmguard, cold", COUNT, [guard(COUNT)])
        for count in (1, 10, COUNT):
            row("npmguard, warm", count, [guard(count) for _ in range(turns)])
        guard(COUNT, AFAR)
        row("npmguard, warm, 50 ms away", COUNT, [guard(COUNT, AFAR) for _ in range(turns)])
        folders = sorted(MANY.glob("p*"))[:AUDITED]
        row("npm audit", 1, [once("npm audit --json", False, folder) for folder in folders])


def guard(count: int, place: str = REGISTRY) -> Run:
    """npmguard on the first so many projects."""
    cache = f"NPMGUARD_CACHE_DIR={shlex.quote(str(MANY / 'cache'))} NPM_CONFIG_REGISTRY={place}"
    paths = " ".join(f"p{number:03}" for number in range(count))
    words = "check --format json --allow-incomplete --fail-on none"
    return once(f"{cache} {GUARD} {words} {paths}", False, MANY)


def row(label: str, count: int, runs: list[Run]) -> None:
    """One line of the table: the medians."""
    cpu, wall, mib, requests = (statistics.median(run[column] for run in runs) for column in range(4))
    print(f"| {label} | {count} | {cpu:.2f} | {wall:.1f} | {mib:.0f} | {requests:,.0f} |", flush=True)


def make() -> int:
    """Writes the projects; gives how many packages they have."""
    whole = json.loads((PROJECT / "package-lock.json").read_text())
    manifest = json.loads((PROJECT / "package.json").read_text())
    graph = lockfiles.read(PROJECT / "package-lock.json")
    brought = {edge.name: reached(graph, edge.target) for edge in graph.edges[""] if edge.target is not None}
    packages: set[tuple[str, str | None]] = set()
    for number in range(COUNT):
        kept: set[str] = set()
        names = set()
        for name in sorted(brought, key=lambda name: hashlib.sha256(f"{number} {name}".encode()).digest()):
            if len(kept | brought[name]) <= ENTRIES:
                kept |= brought[name]
                names.add(name)
        folder = MANY / f"p{number:03}"
        folder.mkdir(parents=True)
        own = {"name": f"project-{number:03}"}
        root = asking(whole["packages"][""], names) | own
        entries = {key: entry for key, entry in whole["packages"].items() if key in kept}
        write(folder / "package.json", asking(manifest, names) | own)
        write(folder / "package-lock.json", {**whole, **own, "packages": {"": root, **entries}})
        packages.update((graph.nodes[key].name, graph.nodes[key].version) for key in kept)
    return len(packages)


def reached(graph: DependencyGraph, key: str) -> set[str]:
    """A package's place in the lockfile, and those of all that it brings."""
    found = {key}
    waiting = [key]
    while waiting:
        for edge in graph.edges.get(waiting.pop(), ()):
            if edge.target is not None and edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def asking(manifest: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """A package.json that asks for these dependencies alone."""
    found = dict(manifest)
    for field in FIELDS:
        if field in found:
            found[field] = {name: text for name, text in found[field].items() if name in names}
    return found


def write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
