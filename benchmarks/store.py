"""What the local advisory store costs: python benchmarks/store.py [RECORDS]

A dump of that many made-up records (by default as many as OSV's of npm has, 210,000) is imported, and 5,000
packages are looked up in it, half of which it knows: the median of five times, in a process of its own each.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from support.dumps import dump, record  # noqa: E402

NAMES = 5_000
IMPORT = """
import gc, re, sys, time
gc.disable()
from npmguard.advisories import filling
began = time.process_time(), time.perf_counter()
filling.fill(sys.argv[1])
print(time.process_time() - began[0], time.perf_counter() - began[1])
with open("/proc/self/status") as file:
    print(int(re.search(r"VmHWM:\\s*(\\d+)", file.read())[1]) / 1024)
"""
LOOK_UP = """
import sys, time
from npmguard.advisories import store
names = [f"package-{n}" for n in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2]))]
began = time.perf_counter()
with store.Store(store.default_path()) as opened:
    opened.advisories(names)
print(time.perf_counter() - began)
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 210_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NPMGUARD_DATA_DIR"] = folder
        text = "The package communicated with a domain associated with malicious activity. " * 20
        records = (record(f"package-{n}", f"MAL-2026-{n}", details=text) for n in range(count))
        path = dump(Path(folder) / "all.zip", *records)
        cpu, wall, memory = run(IMPORT, path)
        times = [run(LOOK_UP, str(count - NAMES // 2), str(NAMES))[0] for _ in range(5)]
        size = (Path(folder) / "advisories-1.sqlite").stat().st_size / 1e6
    print(
        f"import of {count:,} records: {wall:.1f} s ({cpu:.1f} CPU s), {memory:.0f} MB, {size:.0f} MB on disk"
    )
    print(f"lookup of {NAMES:,} packages: {statistics.median(times):.3f} s")


def run(code: str, *words: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


if __name__ == "__main__":
    main()
