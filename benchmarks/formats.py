"""How long each format takes to write a report: python benchmarks/formats.py [FINDINGS]

The report is made up (tests/support/reports.py): that many findings about half as many packages, nine in ten
of them advisories. CPU seconds of one call, the median of five, beside `json.dumps` of the plainest form of
the same findings; modules are imported before.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from support.reports import many  # noqa: E402

from npmguard.reports import FORMATS  # noqa: E402

TURNS = 5


def main() -> None:
    found = many(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
    findings = [finding._asdict() for project in found.projects for finding in project.findings]
    print(f"| {len(findings):,} findings | CPU s | MB |\n| --- | ---: | ---: |")
    row("json.dumps", lambda: json.dumps(findings))
    for name in FORMATS:
        render = import_module(f"npmguard.reports.{name.replace('-', '_')}").render
        row(name, lambda render=render: render(found))  # type: ignore[misc]


def row(name: str, call: Callable[[], str]) -> None:
    """One line of the table."""
    length = len(call().encode())
    times = []
    for _ in range(TURNS):
        began = time.process_time()
        call()
        times.append(time.process_time() - began)
    print(f"| `{name}` | {statistics.median(times):.3f} | {length / 1e6:.1f} |")


if __name__ == "__main__":
    main()
