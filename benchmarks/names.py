"""CPU time of looking for imitated names, beyond the bare interpreter: python benchmarks/names.py [LOCKFILE]

Without a lockfile, 1,900 popular names and 100 of nobody are asked about.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

_RUNS = 5


def _names(lockfile: str | None) -> list[str]:
    if lockfile:
        keys = json.loads(Path(lockfile).read_text())["packages"]
        return sorted({key.rpartition("node_modules/")[2] for key in keys if "node_modules/" in key})
    popular = Path(__file__).parents[1] / "npmguard" / "names" / "popular.txt"
    return popular.read_text().split()[:1900] + [f"our-own-{n:02}-service" for n in range(100)]


def _once(names: list[str]) -> tuple[float, float, int]:
    start = time.process_time()
    from npmguard.names import lookalikes

    imported = time.process_time()
    found = lookalikes(names)
    return (imported - start) * 1000, (time.process_time() - imported) * 1000, len(found)


def main() -> None:
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(_once(json.load(sys.stdin))))
        return
    names = _names(sys.argv[1] if len(sys.argv) > 1 else None)
    command = [sys.executable, __file__, "--once"]
    runs = [
        json.loads(
            subprocess.run(
                command, input=json.dumps(names), capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(_RUNS)
    ]
    load, search, found = min(runs, key=lambda run: run[0] + run[1])
    print(
        f"{len(names)} names, {found} imitations: import {load:.1f} ms, load and search {search:.1f} ms CPU"
    )


if __name__ == "__main__":
    main()
