"""Write npmguard/names/popular.txt anew from the npm package npm-high-impact: see docs/names.md."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_TARGET = Path(__file__).resolve().parent.parent / "npmguard" / "names" / "popular.txt"
_NAME = re.compile(r"^\s*'((?:@[\w.~-]+/)?[\w.~-]+)',?\s*$", re.MULTILINE | re.ASCII)


def main(unpacked: str) -> int:
    """Take the folder of the unpacked package; 1 where it does not hold what is expected."""
    text = (Path(unpacked) / "lib" / "top.js").read_text(encoding="utf-8")
    names = list(dict.fromkeys(_NAME.findall(text)))
    if len(names) < 5000:
        print(f"only {len(names)} names in lib/top.js: its layout must have changed", file=sys.stderr)
        return 1
    _TARGET.write_text("\n".join(names) + "\n", encoding="ascii")
    print(f"{len(names)} names written to {_TARGET}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/refresh_popular.py FOLDER")
    sys.exit(main(sys.argv[1]))
