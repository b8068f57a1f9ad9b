"""npmguard beside its peers on one project: python benchmarks/run.py [JOB ...]

The first run needs npm and a registry: npm makes the lockfile of `benchmarks/project` (118 direct
dependencies, some 3,200 entries), its packuments are kept under `benchmarks/work`, and node_modules is laid
out with nothing but package.json files; for the jobs about readers pnpm locks the same project, and npm's
lockfile is written in the form of both yarns.
Later runs replay all that from 127.0.0.1 and need no network.

For the jobs about publishing a package of popular packages' files is made, with planted secrets in it
(`leaky.py`); gitleaks and secretlint are measured beside npmguard where GITLEAKS and SECRETLINT name them.

Every job is whole commands that take turns (A B C, A B C, ...), the first turn thrown away. CPU is user and
system time of the whole process tree as the kernel has it, in seconds: the median of the turns. Memory is the
largest process. Ratios are to the first command of the job.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.metadata
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
WORK = HERE / "work"
PROJECT = WORK / "project"
PORT = 4874
REGISTRY = f"http://127.0.0.1:{PORT}/"
AFAR = f"http://127.0.0.1:{PORT + 1}/"  # the same, every answer 50 ms later
LATENCY = 0.05  # seconds
GUARD = str(Path(sys.executable).parent / "npmguard")
LINT = (
    f"node {WORK}/node_modules/lockfile-lint/bin/lockfile-lint.js --path package-lock.json --type npm "
    "--validate-https --validate-integrity --validate-package-names --allowed-hosts npm"
)
SLOWLY = f"NPM_CONFIG_REGISTRY={AFAR} "
CHECK = f"{GUARD} check --format json --allow-incomplete --fail-on none"
HEALTH = f"{GUARD} health --history ../health.sqlite --format json --allow-incomplete --fail-on none"
TOOLS = WORK / "node_modules"
PNPM = f"node {TOOLS}/pnpm/bin/pnpm.cjs"
YARN = f"node {TOOLS}/yarn/bin/yarn.js"
PYYAML = f"{sys.executable} -c 'import sys, yaml; yaml.load(open(sys.argv[1]), yaml.CSafeLoader)'"
READ = f"{sys.executable} -c 'import sys; from npmguard import lockfiles; lockfiles.read(sys.argv[1]).edges'"
LEAKY = "cd ../leaky/package"
PREPUBLISH = f"{GUARD} prepublish --format json --offline --allow-incomplete --fail-on none"
PACKLIST = f'node {HERE.parent}/tests/oracle/packlist.js "$(npm root -g)/npm"'
# peers that are measured where they are there: the variables name them
GITLEAKS = os.environ.get("GITLEAKS") or shutil.which("gitleaks") or ""
SECRETLINT = os.environ.get("SECRETLINT", "")
RULES = "foreign-host,insecure-transport,integrity-missing,integrity-weak,resolved-mismatch"
CHAIN = (
    "npm audit --json",
    LINT,
    "npm outdated --json",
    "npm ci --dry-run --ignore-scripts --json",
    "npm approve-scripts --allow-scripts-pending --json",
)

# name: (label, command, empty the cache before it?), the peer first
JOBS: dict[str, list[tuple[str, str, bool]]] = {
    "version": [("npm --version", "npm --version", False), ("npmguard", f"{GUARD} --version", False)],
    "lockfile rules": [
        ("lockfile-lint", LINT, False),
        ("npmguard, the same rules", f"{CHECK} --only {RULES}", False),
        ("npmguard, all lockfile rules", f"{CHECK} --offline --only {RULES},lockfile-drift", False),
    ],
    "drift": [
        ("npm ci --dry-run", CHAIN[3], False),
        ("npmguard", f"{CHECK} --only lockfile-drift", False),
    ],
    "outdated": [
        ("npm outdated", CHAIN[2], False),
        ("npmguard, warm", f"{CHECK} --only outdated", False),
        ("npmguard, cold", f"{CHECK} --only outdated", True),
    ],
    "advisories": [
        ("npm audit", CHAIN[0], False),
        ("npmguard", f"{CHECK} --only advisory,malware", False),
    ],
    "whole check": [
        ("npm audit", CHAIN[0], False),
        ("npmguard, warm", CHECK, False),
        ("npmguard, warm, for the terminal", CHECK.replace("json", "console", 1), False),
        ("npmguard, cold", CHECK, True),
    ],
    "health": [
        ("npmguard check, warm", CHECK, False),
        ("npmguard health, warm", HEALTH, False),
        ("npmguard health, warm, as a page", HEALTH.replace("json", "html", 1), False),
        ("npmguard health, cold", HEALTH, True),
    ],
    "deep": [
        ("npm audit", CHAIN[0], False),
        ("npmguard --deep, warm", f"{CHECK} --deep", False),
        ("npmguard --deep, cold", f"{CHECK} --deep", True),
    ],
    "50 ms away": [
        ("npm audit", SLOWLY + CHAIN[0], False),
        ("npmguard, warm", SLOWLY + CHECK, False),
        ("npmguard, cold", SLOWLY + CHECK, True),
        ("npmguard --deep, cold", f"{SLOWLY}{CHECK} --deep", True),
    ],
    "read pnpm-lock.yaml": [
        ("pnpm ls", f"cd ../pnpm && {PNPM} ls --lockfile-only --depth Infinity --json", False),
        ("PyYAML, its C loader", f"{PYYAML} ../pnpm/pnpm-lock.yaml", False),
        ("npmguard reads it", f"{READ} ../pnpm/pnpm-lock.yaml", False),
        ("npmguard, drift", f"cd ../pnpm && {CHECK} --only lockfile-drift", False),
    ],
    "read yarn.lock": [
        ("yarn list", f"cd ../yarn && {YARN} list --json --no-progress", False),
        ("npmguard reads it", f"{READ} ../yarn/yarn.lock", False),
        ("npmguard, drift", f"cd ../yarn && {CHECK} --only lockfile-drift", False),
    ],
    "read yarn.lock of berry": [
        ("PyYAML, its C loader", f"{PYYAML} ../berry/yarn.lock", False),
        ("npmguard reads it", f"{READ} ../berry/yarn.lock", False),
        ("npmguard, drift", f"cd ../berry && {CHECK} --only lockfile-drift", False),
    ],
    "pack list": [
        ("npm-packlist", f'{LEAKY} && echo \'{{"path": "."}}\' | {PACKLIST}', False),
        ("npm pack --dry-run", f"{LEAKY} && npm pack --dry-run --json --ignore-scripts", False),
        ("npmguard prepublish --list", f"{LEAKY} && {GUARD} prepublish --list", False),
    ],
    "secrets": [
        ("gitleaks", f"{LEAKY} && {GITLEAKS} dir --no-banner --redact --exit-code 0 .", False),
        ("secretlint", f"{LEAKY} && {SECRETLINT} --secretlintrc ../secretlintrc.json '**/*'", False),
        ("npmguard prepublish, a folder", f"{LEAKY} && {PREPUBLISH}", False),
        ("npmguard prepublish, a tarball", f"{LEAKY} && {PREPUBLISH} ../package.tgz", False),
    ],
    "chain": [
        ("the five commands", " ; ".join(CHAIN), False),
        ("npmguard, warm", CHECK, False),
    ],
}


class Run(NamedTuple):
    cpu: float
    wall: float
    mib: float
    requests: int
    code: int


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.lower().startswith("npm_config_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {
        "NPM_CONFIG_REGISTRY": REGISTRY,
        "NPM_CONFIG_USERCONFIG": str(WORK / "none.npmrc"),
        "NPM_CONFIG_CACHE": str(WORK / "npm-cache"),
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_LEGACY_PEER_DEPS": "true",
        "NPMGUARD_CACHE_DIR": str(WORK / "cache"),
        "NO_COLOR": "1",
    }


def asked() -> int:
    total = 0
    for place in (REGISTRY, AFAR):
        with suppress(OSError), urllib.request.urlopen(f"{place}-/count") as answer:
            total += int(answer.read())
    return total


def once(command: str, cold: bool, folder: Path = PROJECT) -> Run:
    if cold:
        shutil.rmtree(WORK / "cache", ignore_errors=True)
    asked()
    began = time.perf_counter()
    child = subprocess.Popen(
        ["sh", "-c", command],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Run(cpu, wall, usage.ru_maxrss / 1024, asked(), child.returncode)


def measure(job: str, turns: int) -> None:
    there = {"gitleaks": bool(GITLEAKS), "secretlint": bool(SECRETLINT)}
    commands = [found for found in JOBS[job] if there.get(found[0], True)]
    runs: dict[str, list[Run]] = {label: [] for label, _, _ in commands}
    for turn in range(turns + 1):
        for label, command, cold in commands:
            found = once(command, cold)
            if turn:
                runs[label].append(found)
    print(f"\n### {job}\n")
    print("| command | CPU s | ratio | wall s | MiB | requests | exit |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    base = 0.0
    for label, taken in runs.items():
        cpu, wall, mib = (statistics.median(r[column] for r in taken) for column in range(3))
        base = base or cpu
        codes = ",".join(str(code) for code in sorted({r.code for r in taken}))
        row = (
            label,
            f"{cpu:.3f}",
            f"{cpu / base:.3f}",
            f"{wall:.2f}",
            f"{mib:.0f}",
            taken[-1].requests,
            codes,
        )
        print(f"| {' | '.join(map(str, row))} |", flush=True)


@contextmanager
def registry(upstream: str | None, port: int = PORT, latency: float = 0) -> Iterator[None]:
    """The replaying registry, while it is needed."""
    more = ["--upstream", upstream] if upstream else []
    words = [sys.executable, str(HERE / "replay.py"), str(WORK / "store"), "--port", str(port), *more]
    server = subprocess.Popen([*words, "--latency", str(latency)])
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/-/count").close()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def prepare() -> None:
    """Makes the lockfile and fetches lockfile-lint, where they are not there yet."""
    PROJECT.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "project" / "package.json", PROJECT)
    upstream = subprocess.run(
        ["npm", "config", "get", "registry"], capture_output=True, text=True, check=True
    )
    if not (WORK / "node_modules" / "lockfile-lint").is_dir():
        words = ["npm", "install", "--prefix", str(WORK), "--ignore-scripts", "lockfile-lint@5"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    if not (PROJECT / "package-lock.json").exists():
        with registry(upstream.stdout.strip()):
            words = [
                "npm",
                "install",
                "--package-lock-only",
                "--ignore-scripts",
                "--legacy-peer-deps",
                "--no-audit",
            ]
            subprocess.run(words, check=True, cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL)
    if not (PROJECT / "node_modules").is_dir():
        lay_out()
    if not (TOOLS / "pnpm").is_dir():
        words = ["pnpm@10", "yarn@1"]
        words = ["npm", "install", "--prefix", str(WORK), "--ignore-scripts", *words]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, HERE / "leaky.py", WORK / "leaky"], check=True)
    with registry(upstream.stdout.strip()):
        lock("pnpm", f"{PNPM} install --lockfile-only --ignore-scripts", "pnpm-lock.yaml")
        if not (WORK / "store" / "tarballs").is_dir():
            subprocess.run(
                ["sh", "-c", f"{CHECK} --deep"], cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL
            )
    translate()


def lock(folder: str, command: str, lockfile: str) -> None:
    """Has another manager lock the same project, in a folder of its own."""
    place = WORK / folder
    if (place / lockfile).exists():
        return
    place.mkdir(exist_ok=True)
    shutil.copy(HERE / "project" / "package.json", place)
    subprocess.run(["sh", "-c", command], check=True, cwd=place, env=environment(), stdout=subprocess.DEVNULL)


def translate() -> None:
    """Writes npm's lockfile in the form of both yarns, which would have to download all of it to lock it."""
    from npmguard import lockfiles
    from npmguard.model import Dependency, Source

    if (WORK / "berry" / "yarn.lock").exists():
        return
    graph = lockfiles.read(PROJECT / "package-lock.json")
    asking: dict[str, dict[str, Dependency]] = {}
    for edges in graph.edges.values():
        for edge in edges:
            target = graph.nodes.get(edge.target or "")
            if target is not None and target.source is Source.REGISTRY and not edge.peer:
                asking.setdefault(target.key, {})[f"{edge.name}@{edge.spec}"] = edge
    taken: set[str] = set()
    classic = ["# yarn lockfile v1", ""]
    berry = ["__metadata:", "  version: 10", "  cacheKey: 10c0", ""]
    for key, edges_by_text in sorted(asking.items()):
        texts = sorted(edges_by_text.keys() - taken)
        if not texts:
            continue
        taken.update(texts)
        package = graph.nodes[key]
        plain = [e for e in graph.edges.get(key, ()) if not e.peer]
        classic.append(", ".join(f'"{text}"' for text in texts) + ":")
        classic += [f'  version "{package.version}"', f'  resolved "{package.resolved}#{"0" * 40}"']
        classic += [f"  integrity {package.integrity}"]
        named = [f"{edges_by_text[text].name}@{berry_range(edges_by_text[text].spec)}" for text in texts]
        berry.append('"' + ", ".join(named) + '":')
        berry += [f"  version: {package.version}", f'  resolution: "{package.name}@npm:{package.version}"']
        if plain:
            classic.append("  dependencies:")
            berry.append("  dependencies:")
            classic += [f'    "{edge.name}" "{edge.spec}"' for edge in plain]
            berry += [f'    "{edge.name}": "{berry_range(edge.spec)}"' for edge in plain]
        berry += [f"  checksum: 10c0/{'0' * 128}", "  languageName: node", "  linkType: hard", ""]
        classic.append("")
    root = graph.nodes[""].name
    berry += [f'"{root}@workspace:.":', "  version: 0.0.0-use.local", f'  resolution: "{root}@workspace:."']
    berry += [
        "  dependencies:",
        *(f'    "{edge.name}": "{berry_range(edge.spec)}"' for edge in graph.edges[""]),
    ]
    berry += ["  languageName: unknown", "  linkType: soft", ""]
    for folder, lines in (("yarn", classic), ("berry", berry)):
        (WORK / folder).mkdir(exist_ok=True)
        shutil.copy(HERE / "project" / "package.json", WORK / folder)
        (WORK / folder / "yarn.lock").write_text("\n".join(lines))


def berry_range(spec: str) -> str:
    return spec if spec.startswith("npm:") else f"npm:{spec}"


def lay_out() -> None:
    """Makes node_modules as an install leaves it, as far as npm looks: a package.json in each place."""
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    for key, entry in packages.items():
        if key and not entry.get("link"):
            folder = PROJECT / key
            folder.mkdir(parents=True, exist_ok=True)
            name = entry.get("name") or key.rpartition("node_modules/")[2]
            (folder / "package.json").write_text(json.dumps({"name": name, **entry}, indent=2))


def compiled() -> None:
    """Compiles every module beforehand, as pip does when it installs."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    folders = {str(HERE.parent / "npmguard")}
    for name in ("httpx", "rich", "typer", "msgspec", "packageurl-python"):
        folders.add(str(importlib.metadata.distribution(name).locate_file("")))
    for folder in folders:
        compileall.compile_dir(folder, quiet=2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=", ".join(JOBS))
    parser.add_argument("-n", "--turns", type=int, default=5)
    options = parser.parse_args()
    for job in options.jobs:
        if job not in JOBS:
            parser.error(f"{job}: no such job ({', '.join(JOBS)})")
    compiled()
    prepare()
    with registry(None), registry(None, PORT + 1, LATENCY):
        for job in options.jobs or JOBS:
            measure(job, options.turns)


if __name__ == "__main__":
    main()
